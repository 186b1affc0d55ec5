/* The kernel's path manager over generic netlink: its events, and the two commands that make and end a subflow. */
#define _GNU_SOURCE
#include "link.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/mptcp.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/time.h>

#include "../genl.h"
#include "attempts.h"
#include "owners.h"
#include "settings.h"
#include "waiting.h"

enum { EVENT_BYTES = 8 << 20, /* of events that wait: thousands of connections begin in a second */
       ANSWER_SECONDS = 2 };

static int events = -1, commands = -1;
static uint16_t family;

bool link_open(void)
{
	uint32_t group = 0;
	int bytes = EVENT_BYTES;
	struct timeval patience = {.tv_sec = ANSWER_SECONDS};
	commands = genl_open(MPTCP_PM_NAME, &family, NULL, NULL);
	events = genl_open(MPTCP_PM_NAME, &family, MPTCP_PM_EV_GRP_NAME, &group);
	if (commands < 0 || events < 0)
		return false;
	setsockopt(commands, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (setsockopt(events, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)) < 0)
		setsockopt(events, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
	return setsockopt(events, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) == 0;
}

int link_events(void)
{
	return events;
}

static uint32_t number_of(const struct nlmsghdr *event, uint16_t type, uint32_t otherwise)
{
	uint32_t value = otherwise;
	const void *found = genl_find(event, type, sizeof(value));
	if (found != NULL)
		memcpy(&value, found, sizeof(value));
	return value;
}

static uint8_t byte_of(const struct nlmsghdr *event, uint16_t type)
{
	const uint8_t *found = genl_find(event, type, 1);
	return found == NULL ? 0 : *found;
}

/* An IPv6 socket has its IPv4 addresses mapped. */
static void unmap(struct end *one)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	if (one->family != AF_INET6 || memcmp(one->address, mapped, sizeof(mapped)) != 0)
		return;
	one->family = AF_INET;
	memmove(one->address, one->address + sizeof(mapped), 4);
	memset(one->address + 4, 0, sizeof(mapped));
}

/* One end of a connection or subflow, whichever family it has; false where there is none. */
static bool end_of(const struct nlmsghdr *event, uint16_t v4, uint16_t v6, uint16_t port, struct end *out)
{
	const void *four = genl_find(event, v4, 4), *six = genl_find(event, v6, 16), *number = genl_find(event, port, 2);
	uint16_t big = 0;
	memset(out, 0, sizeof(*out));
	if (number != NULL)
		memcpy(&big, number, sizeof(big));
	out->port = ntohs(big);
	out->family = four != NULL ? AF_INET : AF_INET6;
	if (four != NULL)
		memcpy(out->address, four, 4);
	else if (six != NULL)
		memcpy(out->address, six, 16);
	unmap(out);
	return four != NULL || six != NULL;
}

static bool source_of(const struct nlmsghdr *event, struct end *out)
{
	return end_of(event, MPTCP_ATTR_SADDR4, MPTCP_ATTR_SADDR6, MPTCP_ATTR_SPORT, out);
}

static bool destination_of(const struct nlmsghdr *event, struct end *out)
{
	return end_of(event, MPTCP_ATTR_DADDR4, MPTCP_ATTR_DADDR6, MPTCP_ATTR_DPORT, out);
}

static void created(const struct nlmsghdr *event, uint32_t token)
{
	struct end local, remote;
	if (!source_of(event, &local) || !destination_of(event, &remote))
		return;
	uint16_t flags = 0;
	const void *found = genl_find(event, MPTCP_ATTR_FLAGS, sizeof(flags));
	if (found != NULL)
		memcpy(&flags, found, sizeof(flags));
	/* Whose port is none of ours is somebody else's connection. */
	if (local.port >= settings.first_held && local.port <= settings.last_held)
		owners_add(token, &local, &remote, (flags & MPTCP_PM_EV_FLAG_DENY_JOIN_ID0) != 0);
}

static void closed(uint32_t token)
{
	attempts_owner_gone(token);
	waiting_owner_gone(token);
	owners_remove(token);
}

static void announced(const struct nlmsghdr *event, uint32_t token)
{
	struct announcement one = {.token = token, .id = byte_of(event, MPTCP_ATTR_REM_ID)};
	if (destination_of(event, &one.to))
		waiting_add(&one);
}

static void subflow(const struct nlmsghdr *event, uint32_t token, void (*tell)(const struct news *))
{
	struct news news = {.token = token, .id = byte_of(event, MPTCP_ATTR_REM_ID), .error = byte_of(event, MPTCP_ATTR_ERROR)};
	news.reset_reason = (int)number_of(event, MPTCP_ATTR_RESET_REASON, (uint32_t)-1);
	if (source_of(event, &news.local) && destination_of(event, &news.remote))
		tell(&news);
}

static void take(const struct nlmsghdr *event)
{
	uint32_t token = number_of(event, MPTCP_ATTR_TOKEN, 0);
	const struct genlmsghdr *generic = NLMSG_DATA(event);
	switch (generic->cmd) {
	case MPTCP_EVENT_CREATED:
	case MPTCP_EVENT_ESTABLISHED:
		created(event, token);
		break;
	case MPTCP_EVENT_CLOSED:
		closed(token);
		break;
	case MPTCP_EVENT_ANNOUNCED:
		announced(event, token);
		break;
	case MPTCP_EVENT_SUB_ESTABLISHED:
		subflow(event, token, attempts_made);
		break;
	case MPTCP_EVENT_SUB_CLOSED:
		subflow(event, token, attempts_closed);
		break;
	default:
		break;
	}
}

bool link_hear(void)
{
	static char buffer[1 << 16] __attribute__((aligned(8)));
	bool whole = true;
	for (;;) {
		ssize_t length = recv(events, buffer, sizeof(buffer), MSG_DONTWAIT);
		if (length < 0 && errno == ENOBUFS) {
			whole = false;
			continue;
		}
		if (length <= 0)
			return whole;
		struct nlmsghdr *at = (struct nlmsghdr *)buffer;
		for (; NLMSG_OK(at, length); at = NLMSG_NEXT(at, length))
			if (at->nlmsg_type == family && at->nlmsg_len >= NLMSG_LENGTH(GENL_HDRLEN))
				take(at);
	}
}

static void put_end(struct genl_message *m, uint16_t type, const struct end *end, uint8_t id)
{
	size_t at = genl_nest(m, type);
	uint16_t port = end->port;
	uint32_t flags = 0;
	genl_add(m, MPTCP_PM_ADDR_ATTR_FAMILY, &end->family, sizeof(end->family));
	if (end->family == AF_INET)
		genl_add(m, MPTCP_PM_ADDR_ATTR_ADDR4, end->address, 4);
	else
		genl_add(m, MPTCP_PM_ADDR_ATTR_ADDR6, end->address, 16);
	genl_add(m, MPTCP_PM_ADDR_ATTR_PORT, &port, sizeof(port));
	genl_add(m, MPTCP_PM_ADDR_ATTR_ID, &id, sizeof(id));
	if (type == MPTCP_PM_ATTR_ADDR)
		genl_add(m, MPTCP_PM_ADDR_ATTR_FLAGS, &flags, sizeof(flags));
	genl_end_nest(m, at);
}

static int command(const struct attempt *one, uint8_t word)
{
	struct genl_message m;
	genl_begin(&m, family, word, NLM_F_ACK);
	genl_add(&m, MPTCP_PM_ATTR_TOKEN, &one->of.token, sizeof(one->of.token));
	put_end(&m, MPTCP_PM_ATTR_ADDR, &one->local, one->local_id);
	put_end(&m, MPTCP_PM_ATTR_ADDR_REMOTE, &one->of.to, one->of.id);
	return genl_ask(commands, &m) == 0 ? 0 : errno;
}

int link_create(const struct attempt *one)
{
	return command(one, MPTCP_PM_CMD_SUBFLOW_CREATE);
}

int link_destroy(const struct attempt *one)
{
	return command(one, MPTCP_PM_CMD_SUBFLOW_DESTROY);
}
