/* Limits of the kernel's path manager, over generic netlink. */
#define _GNU_SOURCE
#include "guard.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <linux/mptcp.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct message {
	struct nlmsghdr header;
	struct genlmsghdr generic;
	char attributes[8192];
};

static void begin(struct message *m, uint16_t type, uint8_t command, uint16_t flags)
{
	memset(m, 0, sizeof(*m));
	m->header.nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN);
	m->header.nlmsg_type = type;
	m->header.nlmsg_flags = NLM_F_REQUEST | flags;
	m->generic.cmd = command;
	m->generic.version = 1;
}

static void add(struct message *m, uint16_t type, const void *value, size_t length)
{
	struct nlattr *attribute = (struct nlattr *)((char *)m + NLMSG_ALIGN(m->header.nlmsg_len));
	attribute->nla_type = type;
	attribute->nla_len = (uint16_t)(NLA_HDRLEN + length);
	memcpy((char *)attribute + NLA_HDRLEN, value, length);
	m->header.nlmsg_len = (uint32_t)(NLMSG_ALIGN(m->header.nlmsg_len) + NLA_ALIGN(attribute->nla_len));
}

/* Asks, and gives the answer in place; 0, or -1 with errno. */
static int ask(int s, struct message *m)
{
	if (send(s, m, m->header.nlmsg_len, 0) < 0)
		return -1;
	ssize_t length = recv(s, m, sizeof(*m), 0);
	if (length < (ssize_t)NLMSG_HDRLEN)
		return -1;
	if (m->header.nlmsg_type != NLMSG_ERROR)
		return 0;
	errno = -((struct nlmsgerr *)NLMSG_DATA(&m->header))->error;
	return errno == 0 ? 0 : -1;
}

/* The attribute's value, or NULL. */
static const void *find(const struct message *m, uint16_t type)
{
	size_t at = NLMSG_LENGTH(GENL_HDRLEN);
	while (at + NLA_HDRLEN <= m->header.nlmsg_len) {
		const struct nlattr *attribute = (const struct nlattr *)((const char *)m + at);
		if (attribute->nla_len < NLA_HDRLEN)
			return NULL;
		if ((attribute->nla_type & NLA_TYPE_MASK) == type)
			return (const char *)attribute + NLA_HDRLEN;
		at += NLA_ALIGN(attribute->nla_len);
	}
	return NULL;
}

/* A socket and the number of the path manager's family; -1 with errno. */
static int open_family(uint16_t *family)
{
	struct message m;
	int s = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	if (s < 0)
		return -1;
	begin(&m, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 0);
	add(&m, CTRL_ATTR_FAMILY_NAME, MPTCP_PM_NAME, sizeof(MPTCP_PM_NAME));
	const uint16_t *id = ask(s, &m) == 0 ? find(&m, CTRL_ATTR_FAMILY_ID) : NULL;
	if (id == NULL) {
		close(s);
		return -1;
	}
	*family = *id;
	return s;
}

static const uint16_t kinds[2] = {MPTCP_PM_ATTR_RCV_ADD_ADDRS, MPTCP_PM_ATTR_SUBFLOWS};

int limits_get(uint32_t limits[2])
{
	struct message m;
	uint16_t family;
	int s = open_family(&family);
	if (s < 0)
		return -1;
	begin(&m, family, MPTCP_PM_CMD_GET_LIMITS, 0);
	int result = ask(s, &m);
	for (int i = 0; result == 0 && i < 2; i++) {
		const void *value = find(&m, kinds[i]);
		if (value == NULL)
			result = -1;
		else
			memcpy(&limits[i], value, sizeof(limits[i]));
	}
	close(s);
	return result;
}

int limits_set(const uint32_t limits[2])
{
	struct message m;
	uint16_t family;
	int s = open_family(&family);
	if (s < 0)
		return -1;
	begin(&m, family, MPTCP_PM_CMD_SET_LIMITS, NLM_F_ACK);
	for (int i = 0; i < 2; i++)
		add(&m, kinds[i], &limits[i], sizeof(limits[i]));
	int result = ask(s, &m);
	close(s);
	return result;
}
