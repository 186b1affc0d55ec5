/*
 * What the glue for every zmap shares: the run's secret and the plan checked against zmap's settings.
 */
#ifndef MPTCP_SESSION_H
#define MPTCP_SESSION_H

#include "../probe.h"

struct session_settings {
	const char *probe_args;
	uint16_t port_first, port_last; /* source ports, host order */
	unsigned streams;		/* probes for each target */
	unsigned ttl;			/* where the arguments name none */
};

/* Fills `scan` for a whole run. False, and a sentence in `error`, for settings that cannot work. The secret comes from
 * secret= or secret-file= of the probe arguments, else from MPTCP_SYNSCAN_SECRET, else from the file that
 * MPTCP_SYNSCAN_SECRET_FILE names, else from the kernel's random numbers; a file that is not there is made. */
bool session_begin(const struct session_settings *settings, struct scan *scan, char error[PLAN_ERROR_SIZE]);

/* A sentence about settings that work, but may cost answers; NULL without one. */
const char *session_warning(const struct scan *scan);

#endif
