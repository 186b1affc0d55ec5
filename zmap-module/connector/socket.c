/* Sockets: from a port of ours, with MPTCP, small, never blocking. */
#define _GNU_SOURCE
#include "connector.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { TRIES = 64,	   /* ports, when the server is known already at the first ones */
       BUFFER = 1 << 16 }; /* what a flooding server may leave in the kernel */

static int next_port;

static int take_port(void)
{
	int port = next_port < settings.first_port || next_port > settings.last_port ? settings.first_port : next_port;
	next_port = port + 1;
	return port;
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
	int size = BUFFER, s = socket(to->family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_MPTCP);
	if (s < 0)
		return -1;
	setsockopt(s, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	struct sockaddr_storage address;
	socklen_t length = endpoint_socket_address(to, &address);
	if (port == 0 || bind_to(s, to->family, port) == 0) {
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

enum outcome outcome_of(int error)
{
	switch (error) {
	case 0:
		return CONNECTED;
	case ECONNREFUSED:
	case ECONNRESET:
	case EPIPE:
		return REFUSED;
	case ETIMEDOUT:
		return TIMED_OUT;
	case EHOSTUNREACH:
	case ENETUNREACH:
	case EHOSTDOWN:
	case ENETDOWN:
	case EACCES:
	case EPERM:
	case EPROTO:
	case ENOPROTOOPT:
		return UNREACHABLE;
	default:
		return HERE;
	}
}
