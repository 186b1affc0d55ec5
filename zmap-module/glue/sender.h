/* What every glue's sending side does: templates for the plan's kinds, and one frame per target. */
#ifndef MPTCP_SENDER_H
#define MPTCP_SENDER_H

#include "../packet.h"
#include "ts_clock.h"

/* One sending thread's templates, by kind, and the last flow with its hash: -P asks for it again. */
struct sender {
	struct packet_template templates[PROBE_KIND_COUNT];
	struct flow flow;
	struct flow_hash hash;
	struct ts_clock clock;
};

/* Builds the templates of the plan's kinds; MACs of 6 bytes. */
void sender_prepare(struct sender *sender, const struct scan *scan, uint8_t family, const uint8_t *source_mac,
		    const uint8_t *gateway_mac);

/* The length of the longest frame that the plan sends. */
size_t sender_longest(const struct scan *scan, uint8_t family);

/* Writes the frame of probe `number` for the flow into `frame` (FRAME_MAX bytes) and returns its length. */
size_t sender_write(struct sender *sender, const struct scan *scan, const struct flow *flow, uint32_t index,
		    unsigned number, uint8_t *frame);

#endif
