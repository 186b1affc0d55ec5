/* A range of local ports of our own, and slots of it. */
#define _GNU_SOURCE
#include "ports.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wishes.h"

static int sockets[PORTS_PER_SLOT];
static int count;

/* A socket bound to a port of any address, IPv6 where there is any; -1 when somebody else has the port. */
static int bound_to(int port, int shared)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
	int off = 0, s = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP);
	bool six = s >= 0 && setsockopt(s, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off)) == 0;
	if (s < 0)
		s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP);
	if (s < 0)
		return -1;
	setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &shared, sizeof(shared));
	if ((six ? bind(s, (struct sockaddr *)&v6, sizeof(v6)) : bind(s, (struct sockaddr *)&v4, sizeof(v4))) == 0)
		return s;
	close(s);
	return -1;
}

/*
 * The first port of a slot is nobody's: a socket that shares it with none says that the slot is taken. The others are
 * shared with whoever sets SO_REUSEADDR, as our programs do: the kernel gives them to no one else, and refuses those who ask
 * for one by number without it. Those of joins are left open: the kernel binds the subflows that it makes without it. All of this
 * counts in this namespace alone, and is over when this process is.
 */
int ports_take(void)
{
	for (int slot = 0; slot < SLOTS; slot++) {
		int first = PORTS_FIRST + slot * PORTS_PER_SLOT;
		int s = bound_to(first, 0);
		if (s < 0)
			continue;
		sockets[count++] = s;
		int end = first + PORTS_PER_SLOT - (wish_held.joins ? JOINS_PER_SLOT : 0);
		for (int port = first + 1; port < end; port++)
			if ((s = bound_to(port, 1)) >= 0)
				sockets[count++] = s;
		return first;
	}
	return 0;
}

void ports_release(void)
{
	while (count > 0)
		close(sockets[--count]);
}

/* Whether one of a list such as `8080,61001-65096` holds the port. */
static bool listed(const char *list, int port)
{
	for (const char *at = list; *at != '\0';) {
		char *end;
		long first = strtol(at, &end, 10), last = first;
		if (end == at)
			return false;
		if (*end == '-')
			last = strtol(end + 1, &end, 10);
		if (port >= first && port <= last)
			return true;
		at = *end == ',' ? end + 1 : end;
	}
	return false;
}

bool ports_overlap(const char *range, const char *reserved)
{
	int first, last;
	if (sscanf(range, "%d %d", &first, &last) != 2)
		return true;
	for (int port = PORTS_FIRST; port <= PORTS_LAST; port++)
		if (port >= first && port <= last && !listed(reserved, port))
			return true;
	return false;
}
