/* Reads zmap 2.1.1's configuration at its known offsets. */
#ifndef MPTCP_ZCONF_H
#define MPTCP_ZCONF_H

#include <string.h>

#include "session.h"
#include "zmap_2_1_1.h"

/* Offsets into zconf. */
#define ZCONF_TARGET_PORT 4	  /* u16, host order */
#define ZCONF_SOURCE_PORT_FIRST 6 /* u16 */
#define ZCONF_SOURCE_PORT_LAST 8  /* u16 */
#define ZCONF_STREAMS 0x68	  /* int: --probes */
#define ZCONF_PROBE_MODULE 0x70	  /* pointer */
#define ZCONF_PROBE_ARGS 0x80	  /* char pointer */
#define ZCONF_SEND_IP 0xa8	  /* int: --vpn, packets without Ethernet header */

static inline uint16_t zconf_u16(size_t offset)
{
	uint16_t value;
	memcpy(&value, zconf + offset, sizeof value);
	return value;
}

static inline int zconf_int(size_t offset)
{
	int value;
	memcpy(&value, zconf + offset, sizeof value);
	return value;
}

static inline const void *zconf_pointer(size_t offset)
{
	const void *value;
	memcpy(&value, zconf + offset, sizeof value);
	return value;
}

/* What a session needs of it. */
static inline struct session_settings zconf_settings(void)
{
	struct session_settings settings = {
	    .probe_args = zconf_pointer(ZCONF_PROBE_ARGS),
	    .port_first = zconf_u16(ZCONF_SOURCE_PORT_FIRST),
	    .port_last = zconf_u16(ZCONF_SOURCE_PORT_LAST),
	    .streams = (unsigned)zconf_int(ZCONF_STREAMS),
	    .ttl = PLAN_TTL_DEFAULT,
	};
	return settings;
}

#endif
