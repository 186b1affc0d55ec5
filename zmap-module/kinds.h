/* Which SYNs there are: the kinds of probe, and the option sets that an MPTCP option rides on. */
#ifndef MPTCP_KINDS_H
#define MPTCP_KINDS_H

enum probe_kind {
	PROBE_V1,
	PROBE_V0,
	PROBE_GREASE,
	PROBE_JOIN,
	PROBE_CANARY,
	PROBE_PORT2,
	PROBE_PORT2_V0,
	PROBE_PLAIN,
	PROBE_KIND_COUNT,
};

/* The option set that the MPTCP option rides on. */
enum option_set {
	OPTIONS_LINUX,	 /* mss,sackok,ts,nop,ws: 20 bytes */
	OPTIONS_WINDOWS, /* mss,nop,ws,nop,nop,sackok: 12 bytes, no timestamps, so no rtt_us */
	OPTIONS_BARE,	 /* nothing: the paper's packet */
	OPTION_SET_COUNT,
};

/* The range of source ports has a block for every probe kind in every option set. */
#define PLAN_PORT_BLOCKS ((unsigned)PROBE_KIND_COUNT * OPTION_SET_COUNT)

/* The word for a kind in --probe-args and in the field `probe`. */
const char *probe_kind_name(enum probe_kind kind);

#endif
