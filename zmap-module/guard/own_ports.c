/*
 * Preloaded into a program: its TCP connections leave from ports of ours, and each is told of on stderr before its first
 * packet, so that it can be found in a capture by both its ends. (IP_LOCAL_PORT_RANGE would do without a library of ours
 * from Linux 6.8 on, where MPTCP sockets know it; no program sets it.)
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* More than these in a row are not taken: what is wrong is something else. */
enum { TRIES = 64 };

static int first, last, next;

__attribute__((constructor)) static void read_range(void)
{
	const char *range = getenv("MPTCP_CENSUS_PORTS"), *from = getenv("MPTCP_CENSUS_FROM");
	if (range == NULL || sscanf(range, "%d-%d", &first, &last) != 2 || first < 1 || last > 65535 || first > last)
		first = last = 0;
	next = from == NULL ? first : atoi(from);
}

static int take_port(void)
{
	int port = next < first || next > last ? first : next;
	next = port + 1;
	return port;
}

/* Any address of ours, at a port. */
static int bind_to(int s, int family, int port)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
	int on = 1;
	/* The same port serves for many servers, and again before its last connection is forgotten. */
	if (setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0)
		return -1;
	if (family == AF_INET)
		return bind(s, (struct sockaddr *)&v4, sizeof(v4));
	return bind(s, (struct sockaddr *)&v6, sizeof(v6));
}

static void tell(int port, const struct sockaddr *to)
{
	char address[INET6_ADDRSTRLEN] = "", line[128];
	const void *bytes = to->sa_family == AF_INET ? (const void *)&((const struct sockaddr_in *)to)->sin_addr : &((const struct sockaddr_in6 *)to)->sin6_addr;
	uint16_t there = to->sa_family == AF_INET ? ((const struct sockaddr_in *)to)->sin_port : ((const struct sockaddr_in6 *)to)->sin6_port;
	inet_ntop(to->sa_family, bytes, address, sizeof(address));
	int length = snprintf(line, sizeof(line), "mptcp-census: from %d to %s %d\n", port, address, ntohs(there));
	if (write(STDERR_FILENO, line, (size_t)length) < 0)
		errno = 0;
}

/* A bound socket whose connection exists already cannot be bound again: another one takes its place. */
static bool renew(int s)
{
	int domain, type, protocol;
	socklen_t length = sizeof(int);
	if (getsockopt(s, SOL_SOCKET, SO_DOMAIN, &domain, &length) < 0 || getsockopt(s, SOL_SOCKET, SO_TYPE, &type, &length) < 0 || getsockopt(s, SOL_SOCKET, SO_PROTOCOL, &protocol, &length) < 0)
		return false;
	int flags = fcntl(s, F_GETFL), closes = fcntl(s, F_GETFD);
	int fresh = socket(domain, type, protocol);
	if (fresh < 0)
		return false;
	bool ok = fcntl(fresh, F_SETFL, flags) == 0 && dup3(fresh, s, closes & FD_CLOEXEC ? O_CLOEXEC : 0) >= 0;
	close(fresh);
	return ok;
}

static bool is_tcp(int s, const struct sockaddr *to, socklen_t length)
{
	int type = 0;
	socklen_t size = sizeof(type);
	bool known = (to->sa_family == AF_INET && length >= sizeof(struct sockaddr_in)) || (to->sa_family == AF_INET6 && length >= sizeof(struct sockaddr_in6));
	return known && getsockopt(s, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_STREAM;
}

int connect(int s, const struct sockaddr *to, socklen_t length)
{
	static int (*real)(int, const struct sockaddr *, socklen_t);
	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "connect");
	if (first == 0 || !is_tcp(s, to, length))
		return real(s, to, length);
	for (int tries = 0; tries < TRIES; tries++) {
		int port = take_port();
		if (bind_to(s, to->sa_family, port) < 0) {
			if (errno == EADDRINUSE)
				continue;
			return -1;
		}
		tell(port, to);
		int result = real(s, to, length);
		if (result == 0 || errno != EADDRNOTAVAIL || !renew(s))
			return result;
	}
	errno = EADDRNOTAVAIL;
	return -1;
}
