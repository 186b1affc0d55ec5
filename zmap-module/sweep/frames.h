/* The packets of a sweep, from the IP header on: SYNs as the module makes them, echo requests, and the RST that ends a half-open
 * connection. Pure. */
#ifndef MPTCP_SWEEP_FRAMES_H
#define MPTCP_SWEEP_FRAMES_H

#include "sweep.h"

#define HOP_LIMIT_FULL 64

/* Templates of every kind, by family (0: IPv4) and kind. */
struct sweep_templates {
	struct packet_template syn[2][PROBE_KIND_COUNT];
};

void sweep_templates_build(const struct sweep *sweep, struct sweep_templates *out);

/* Writes the packet of a probe, whose clock is `sent_us`, and returns its length; `out` holds FRAME_MAX bytes. */
size_t sweep_packet(const struct sweep *sweep, const struct sweep_templates *templates, uint32_t number, uint32_t sent_us, uint8_t *out);

/* Writes the RST that answers a SYN/ACK with this acknowledgement number. */
size_t sweep_reset(const struct target *target, uint32_t acknowledged, uint8_t *out);

#endif
