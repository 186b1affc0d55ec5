/* Limits of the kernel's path manager, over generic netlink. */
#define _GNU_SOURCE
#include "limits.h"

#include <linux/mptcp.h>
#include <string.h>
#include <unistd.h>

#include "../genl.h"

static const uint16_t kinds[2] = {MPTCP_PM_ATTR_RCV_ADD_ADDRS, MPTCP_PM_ATTR_SUBFLOWS};

int limits_get(uint32_t limits[2])
{
	struct genl_message m;
	uint16_t family;
	int s = genl_open(MPTCP_PM_NAME, &family, NULL, NULL);
	if (s < 0)
		return -1;
	genl_begin(&m, family, MPTCP_PM_CMD_GET_LIMITS, 0);
	int result = genl_ask(s, &m);
	for (int i = 0; result == 0 && i < 2; i++) {
		const void *value = genl_find(&m.header, kinds[i], sizeof(limits[i]));
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
	struct genl_message m;
	uint16_t family;
	int s = genl_open(MPTCP_PM_NAME, &family, NULL, NULL);
	if (s < 0)
		return -1;
	genl_begin(&m, family, MPTCP_PM_CMD_SET_LIMITS, NLM_F_ACK);
	for (int i = 0; i < 2; i++)
		genl_add(&m, kinds[i], &limits[i], sizeof(limits[i]));
	int result = genl_ask(s, &m);
	close(s);
	return result;
}
