/* Sockets: from a port of ours, with MPTCP, small, never blocking. */
#define _GNU_SOURCE
#include "socket.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include "settings.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262 /* linux/in.h */
#endif

enum { TRIES = 64,	   /* ports, when the server is known already at the first ones */
       BUFFER = 1 << 16 }; /* what a flooding server may leave in the kernel */

static int next_port;

static int take_port(void)
{
	int port = next_port < settings.first_port || next_port > settings.last_port ? settings.first_port : next_port;
	next_port = port + 1;
	return port;
}

/*
 * A connection to IPv4 that may be joined to an address of the other family is one of an IPv6 socket: no other can. Its packets are
 * the same.
 */
static bool is_mapped(const struct endpoint *to)
{
	static enum yes_no known = UNKNOWN;
	if (!settings.joined || to->family != AF_INET)
		return false;
	if (known == UNKNOWN) {
		int s = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_MPTCP);
		known = s >= 0 ? YES : NO; /* a kernel without IPv6 joins to no address of it */
		if (s >= 0)
			close(s);
	}
	return known == YES;
}

static socklen_t map(struct sockaddr_storage *address)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)address;
	memcpy(&v4, address, sizeof(v4));
	memset(address, 0, sizeof(*address));
	v6->sin6_family = AF_INET6;
	v6->sin6_port = v4.sin_port;
	v6->sin6_addr.s6_addr[10] = v6->sin6_addr.s6_addr[11] = 0xff;
	memcpy(v6->sin6_addr.s6_addr + 12, &v4.sin_addr, sizeof(v4.sin_addr));
	return sizeof(*v6);
}

void unmap(struct sockaddr_storage *address)
{
	struct sockaddr_in6 v6;
	struct sockaddr_in *v4 = (struct sockaddr_in *)address;
	memcpy(&v6, address, sizeof(v6));
	if (v6.sin6_family != AF_INET6 || !IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr))
		return;
	memset(address, 0, sizeof(*address));
	v4->sin_family = AF_INET;
	v4->sin_port = v6.sin6_port;
	memcpy(&v4->sin_addr, v6.sin6_addr.s6_addr + 12, sizeof(v4->sin_addr));
}

/* A subflow that is ended is reset, so that its port is free at once: the kernel binds those that it makes without SO_REUSEADDR. */
static void prepare_joins(int s, const struct endpoint *to)
{
	int off = 0;
	struct linger none = {.l_onoff = 1, .l_linger = 0};
	setsockopt(s, SOL_SOCKET, SO_LINGER, &none, sizeof(none));
	if (is_mapped(to))
		setsockopt(s, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
}

void socket_close(int fd)
{
	struct linger in_order = {.l_onoff = 0};
	if (settings.joined)
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &in_order, sizeof(in_order));
	close(fd);
}

/* The same port serves for many servers, and again before its last connection is forgotten: SO_REUSEADDR. */
static int bind_to(int s, int family, int port)
{
	struct endpoint any = {.family = (uint16_t)family, .port = (uint16_t)port};
	struct sockaddr_storage address;
	socklen_t length = endpoint_socket_address(&any, &address);
	int on = 1;
	if (setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0)
		return -1;
	return bind(s, (struct sockaddr *)&address, length);
}

static int open_one(const struct endpoint *to, int port)
{
	int family = is_mapped(to) ? AF_INET6 : to->family;
	int size = BUFFER, s = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_MPTCP);
	if (s < 0)
		return -1;
	if (settings.joined)
		prepare_joins(s, to);
	setsockopt(s, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	struct sockaddr_storage address;
	socklen_t length = endpoint_socket_address(to, &address);
	if (is_mapped(to))
		length = map(&address);
	if (port == 0 || bind_to(s, family, port) == 0) {
		if (connect(s, (struct sockaddr *)&address, length) == 0 || errno == EINPROGRESS)
			return s;
	}
	int reason = errno;
	close(s);
	errno = reason;
	return -1;
}

int socket_open(struct connection *one)
{
	for (int tries = 0; tries < TRIES; tries++) {
		int port = settings.first_port == 0 ? 0 : take_port();
		one->fd = open_one(&one->to, port);
		if (one->fd >= 0 || port == 0 || (errno != EADDRNOTAVAIL && errno != EADDRINUSE))
			break;
	}
	if (one->fd >= 0) {
		socklen_t length = sizeof(one->local);
		getsockname(one->fd, (struct sockaddr *)&one->local, &length);
		unmap(&one->local);
	}
	return one->fd;
}

/* Disconnecting resets at once, a closed socket would wait for an answer: the kernel's memory is others' too. */
void socket_abort(int fd)
{
	struct sockaddr nobody = {.sa_family = AF_UNSPEC};
	struct linger none = {.l_onoff = 1, .l_linger = 0};
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof(none));
	connect(fd, &nobody, sizeof(nobody));
	close(fd);
}
