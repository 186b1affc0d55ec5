/* One IP packet's header, of either family. */
#ifndef MPTCP_SWEEP_IP_VIEW_H
#define MPTCP_SWEEP_IP_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ip_view {
	uint8_t family, protocol, hop_limit;
	const uint8_t *source, *target, *payload;
	size_t payload_bytes, total; /* total: as the header has it */
};

/* Lengths are bounded by what was captured: a quote may end early, and its header speaks of the whole packet. false where the header
 * itself does not end. */
bool ip_view(const uint8_t *ip, size_t bytes, struct ip_view *out);

#endif
