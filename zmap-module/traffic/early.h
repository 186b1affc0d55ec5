/*
 * Answers that stand before their SYN: several queues of a card, captures that were merged and clocks that differ hand over
 * packets in another order. Where such an answer has no MPTCP option, nothing but the SYN says that it is of a stream that is
 * followed. Bounded: of many, the oldest are forgotten.
 */
#ifndef MPTCP_TRAFFIC_EARLY_H
#define MPTCP_TRAFFIC_EARLY_H

#include <stdbool.h>
#include <stdint.h>

#include "frame.h"
#include "segment.h"

#define EARLY_SETS 1024
#define EARLY_WAYS 8
/* Of a frame, which has all headers in it: a longer one is held as if it had been captured so far. */
#define EARLY_BYTES 256
/* Farther apart than clocks of one capture are, two packets are of different attempts. */
#define EARLY_US ((int64_t)10 * 1000000)
#define EARLY_SYNS 65536

struct early_answer {
	struct end source, destination;
	uint8_t family;
	uint32_t acknowledgement;
	int64_t at_us;
	uint32_t link, captured, wire;
	uint8_t data[EARLY_BYTES];
	bool held;
};

struct early_set {
	struct early_answer answers[EARLY_WAYS];
	unsigned oldest;
};

struct early {
	struct early_set *sets;
	uint32_t *syns; /* of streams that are not followed: their answers are not early */
};

/* false when there is no memory. */
bool early_begin(struct early *early);
void early_end(struct early *early);

/* A segment without an MPTCP option, of no stream. `hash` is the same for both directions. */
void early_see(struct early *early, uint64_t hash, const struct segment *segment, const struct frame *frame);

/* The next held answer to a SYN; `frame` is good until the next call. false when there is none. */
bool early_take(struct early *early, uint64_t hash, const struct segment *syn, int64_t at_us, struct frame *frame);

#endif
