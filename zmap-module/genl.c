#define _GNU_SOURCE
#include "genl.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

void genl_begin(struct genl_message *m, uint16_t type, uint8_t command, uint16_t flags)
{
	memset(m, 0, sizeof(*m));
	m->header.nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN);
	m->header.nlmsg_type = type;
	m->header.nlmsg_flags = NLM_F_REQUEST | flags;
	m->generic.cmd = command;
	m->generic.version = 1;
}

void genl_add(struct genl_message *m, uint16_t type, const void *value, size_t length)
{
	struct nlattr *attribute = (struct nlattr *)((char *)m + NLMSG_ALIGN(m->header.nlmsg_len));
	attribute->nla_type = type;
	attribute->nla_len = (uint16_t)(NLA_HDRLEN + length);
	if (length > 0) {
		memcpy((char *)attribute + NLA_HDRLEN, value, length);
	}
	m->header.nlmsg_len = (uint32_t)(NLMSG_ALIGN(m->header.nlmsg_len) + NLA_ALIGN(attribute->nla_len));
}

size_t genl_nest(struct genl_message *m, uint16_t type)
{
	size_t at = NLMSG_ALIGN(m->header.nlmsg_len);
	genl_add(m, NLA_F_NESTED | type, NULL, 0);
	return at;
}

void genl_end_nest(struct genl_message *m, size_t at)
{
	struct nlattr *attribute = (struct nlattr *)((char *)m + at);
	attribute->nla_len = (uint16_t)(m->header.nlmsg_len - at);
}

int genl_ask(int s, struct genl_message *m)
{
	if (send(s, m, m->header.nlmsg_len, 0) < 0) {
		return -1;
	}
	ssize_t length = recv(s, m, sizeof(*m), 0);
	if (length < (ssize_t)NLMSG_HDRLEN) {
		return -1;
	}
	if (m->header.nlmsg_type != NLMSG_ERROR) {
		return 0;
	}
	errno = -((struct nlmsgerr *)NLMSG_DATA(&m->header))->error;
	return errno == 0 ? 0 : -1;
}

/* An attribute among those between two places, or NULL. */
static const struct nlattr *find_between(const char *at, const char *end, uint16_t type)
{
	while (end - at >= NLA_HDRLEN) {
		const struct nlattr *attribute = (const struct nlattr *)at;
		if (attribute->nla_len < NLA_HDRLEN || attribute->nla_len > end - at) {
			return NULL;
		}
		if ((attribute->nla_type & NLA_TYPE_MASK) == type) {
			return attribute;
		}
		at += NLA_ALIGN(attribute->nla_len);
	}
	return NULL;
}

static const char *value_of(const struct nlattr *attribute, size_t least)
{
	bool whole = attribute != NULL && attribute->nla_len >= NLA_HDRLEN + least;
	return whole ? (const char *)attribute + NLA_HDRLEN : NULL;
}

static const struct nlattr *find(const struct nlmsghdr *message, uint16_t type)
{
	const char *begin = (const char *)message;
	return find_between(begin + NLMSG_LENGTH(GENL_HDRLEN), begin + message->nlmsg_len, type);
}

const void *genl_find(const struct nlmsghdr *message, uint16_t type, size_t least)
{
	return value_of(find(message, type), least);
}

/* The number of a group in the answer that describes its family; 0 without it. */
static uint32_t find_group(const struct nlmsghdr *answer, const char *name)
{
	const struct nlattr *all = find(answer, CTRL_ATTR_MCAST_GROUPS);
	if (all == NULL) {
		return 0;
	}
	const char *at = (const char *)all + NLA_HDRLEN, *end = (const char *)all + all->nla_len;
	while (end - at >= NLA_HDRLEN) {
		const struct nlattr *one = (const struct nlattr *)at;
		const char *from = at + NLA_HDRLEN, *to = at + one->nla_len;
		const char *named = value_of(find_between(from, to, CTRL_ATTR_MCAST_GRP_NAME), strlen(name) + 1);
		const char *id = value_of(find_between(from, to, CTRL_ATTR_MCAST_GRP_ID), sizeof(uint32_t));
		uint32_t number = 0;
		if (named != NULL && id != NULL && strcmp(named, name) == 0) {
			memcpy(&number, id, sizeof(number));
			return number;
		}
		at += NLA_ALIGN(one->nla_len < NLA_HDRLEN ? NLA_HDRLEN : one->nla_len);
	}
	return 0;
}

int genl_open(const char *name, uint16_t *family, const char *group, uint32_t *group_id)
{
	struct genl_message m;
	int s = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	if (s < 0) {
		return -1;
	}
	genl_begin(&m, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 0);
	genl_add(&m, CTRL_ATTR_FAMILY_NAME, name, strlen(name) + 1);
	const uint16_t *id = genl_ask(s, &m) == 0 ? genl_find(&m.header, CTRL_ATTR_FAMILY_ID, sizeof(*id)) : NULL;
	if (id != NULL) {
		*family = *id;
	}
	if (id != NULL && group != NULL) {
		*group_id = find_group(&m.header, group);
	}
	if (id == NULL || (group != NULL && *group_id == 0)) {
		int reason = errno == 0 ? ENOENT : errno;
		close(s);
		errno = reason;
		return -1;
	}
	return s;
}
