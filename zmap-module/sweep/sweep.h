/*
 * What a sweep asks: targets, and for each the probes of every TTL and pass, numbered. A probe's number is written into its packet, so
 * that an answer names the probe by itself. Pure: no I/O.
 *
 * All packets to one target leave from one port (or with one ICMP identifier and checksum): routers that spread load by flow send them
 * one way, so that neighbouring TTLs are neighbouring hops. What differs is where no router looks:
 *
 *   TCP sequence number   the probe's number under a keyed permutation of 32 bits
 *   IPv4 identification   ten keyed bits of the target, six of the TTL: known again where a box has changed the sequence number
 *   ICMP sequence         the pass and the TTL
 */
#ifndef MPTCP_SWEEP_H
#define MPTCP_SWEEP_H

#include "../packet.h"
#include "../scan.h"
#include "target.h"

#define SWEEP_TTL_MAX 63
#define SWEEP_PASSES_MAX 32 /* descents among them */
#define SWEEP_PROBES_MAX (1u << 26)
#define SWEEP_PACKET_MAX (FRAME_MAX - ETHERNET_BYTES)

struct sweep {
	struct scan scan;
	struct target *targets;
	size_t target_count, target_room;
	uint32_t *by_address; /* numbers of targets in the order of family, address, kind, port */
	unsigned ttl_first, ttl_last, passes;
};

/* One probe of a sweep. */
struct numbered {
	uint32_t target;
	uint8_t ttl, pass;
};

void sweep_begin(struct sweep *sweep, const uint8_t secret[SECRET_BYTES], unsigned ttl_first, unsigned ttl_last, unsigned passes);

/* Adds a target with its source address; sweep_settle must follow the last one. False without memory. */
bool sweep_add(struct sweep *sweep, const struct target *target);
bool sweep_settle(struct sweep *sweep);
void sweep_free(struct sweep *sweep);

uint32_t sweep_probe_count(const struct sweep *sweep);
uint32_t sweep_number(const struct sweep *sweep, struct numbered probe);
struct numbered sweep_numbered(const struct sweep *sweep, uint32_t number);

uint32_t sweep_sequence(const struct sweep *sweep, uint32_t number);
/* False when no probe has this sequence number. */
bool sweep_find(const struct sweep *sweep, uint32_t sequence, uint32_t *number);
uint16_t sweep_ip_id(const struct target *target, uint8_t ttl);
uint16_t sweep_echo_sequence(struct numbered probe);

/* The first of the targets with this address in by_address, and how many there are. */
size_t sweep_targets_of(const struct sweep *sweep, uint8_t family, const uint8_t *address, size_t *first);

#endif
