/*
 * Generic netlink, as far as MPTCP's path manager needs it (linux/mptcp.h): the guard sets its limits, the joiner hears its events and
 * gives it commands. Messages are built and answered in place.
 */
#ifndef MPTCP_GENL_H
#define MPTCP_GENL_H

#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stddef.h>
#include <stdint.h>

struct genl_message {
	struct nlmsghdr header;
	struct genlmsghdr generic;
	char attributes[8192];
};

void genl_begin(struct genl_message *m, uint16_t type, uint8_t command, uint16_t flags);
void genl_add(struct genl_message *m, uint16_t type, const void *value, size_t length);

/* What is added from now on belongs to it, until its end. */
size_t genl_nest(struct genl_message *m, uint16_t type);
void genl_end_nest(struct genl_message *m, size_t at);

/* Asks, and gives the answer in place; 0, or -1 with errno. */
int genl_ask(int s, struct genl_message *m);

/* The value of an attribute of at least this many bytes, or NULL. */
const void *genl_find(const struct nlmsghdr *message, uint16_t type, size_t least);

/* A socket and the number of a family, and of a group of its listeners where one is named; -1 with errno. */
int genl_open(const char *name, uint16_t *family, const char *group, uint32_t *group_id);

#endif
