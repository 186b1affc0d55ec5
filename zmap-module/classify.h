/*
 * What one reply shows, judged against what was sent: pure, over the bytes of one packet.
 * The words are a closed list (README.md); whether a host is MPTCP-capable is decided elsewhere, over
 * all replies of a host.
 */
#ifndef MPTCP_CLASSIFY_H
#define MPTCP_CLASSIFY_H

#include "classes.h"
#include "probe.h"

/* A TCP reply. `options` is the option area as far as it was captured. */
struct tcp_reply {
	uint8_t flags;
	const uint8_t *options;
	size_t options_bytes;
	bool truncated; /* the header states more than was captured */
};

struct mptcp_evidence {
	enum classification classification;
	uint32_t faults;       /* bit 1 << enum fault */
	const uint8_t *option; /* the first kind 30 as captured; NULL without one */
	size_t option_bytes;
	int stated_length; /* its length byte; -1 when not captured */
	struct mptcp_option read;
	bool app_success; /* evidence of MPTCP, as counted by zmap's monitor */
};

/* Judges a SYN/ACK or RST to `sent`. */
void classify_tcp(const struct probe *sent, const struct tcp_reply *reply, struct mptcp_evidence *out);

#endif
