/*
 * The table of streams that are followed: bounded, by both ends, oldest first. Only streams that an
 * option of kind 30 let in are in it.
 */
#ifndef MPTCP_TRAFFIC_FLOWS_H
#define MPTCP_TRAFFIC_FLOWS_H

#include "../siphash.h"
#include "flow.h"

struct flow_list {
	uint32_t oldest, newest; /* index + 1; 0 for none */
};

struct flows {
	struct flow *flows;
	uint32_t *buckets;
	uint32_t count, capacity, mask, free; /* `free`: index + 1 of an unused one */
	struct flow_list lists[FLOW_STAGES];
	struct siphash_key key; /* nobody who writes a capture can foresee which streams share a bucket */
	uint64_t opened;
};

/* false when there is no memory. */
bool flows_begin(struct flows *flows, uint32_t capacity, const uint8_t secret[16]);
void flows_end(struct flows *flows);

/* Over both ends, the same for either sender. */
uint64_t flows_hash(const struct flows *flows, const struct segment *segment);

/* The stream of a segment from either side; NULL when it is not followed. */
struct flow *flows_find(const struct flows *flows, const struct segment *segment);

/* A new stream; there must be room for it. */
struct flow *flows_add(struct flows *flows, const struct segment *segment);

void flows_remove(struct flows *flows, struct flow *flow);

/* Makes it the newest of a stage. */
void flows_touch(struct flows *flows, struct flow *flow, enum flow_stage stage);

/* The one of a stage that was silent longest; NULL for none. */
struct flow *flows_oldest(const struct flows *flows, enum flow_stage stage);

#endif
