/* Follows the streams that an option of kind 30 was seen on, from that packet on, and says what they say. */
#ifndef MPTCP_TRAFFIC_FOLLOW_H
#define MPTCP_TRAFFIC_FOLLOW_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "early.h"
#include "flows.h"
#include "keep.h"
#include "say.h"

#define FOLLOW_FLOWS 65536
#define FOLLOW_FLOWS_MAX (1u << 22)
#define FOLLOW_SILENT_S 900

struct follower {
	FILE *out;
	struct keep *keep; /* NULL: none is written */
	bool all;	   /* every TCP stream is let in */
	bool live;
	int64_t silent_us;
	struct flows flows;
	struct early early;
	struct totals totals;
	uint64_t kept; /* packets said of streams that are in the table */
	uint64_t frames;
	int64_t clock_us, odd_us, said_us; /* `odd_us`: of the last packet whose time was far from the clock */
};

bool follower_begin(struct follower *follower, FILE *out, uint32_t flows, const uint8_t secret[16]);

void follower_frame(struct follower *follower, const struct frame *frame);

/* The captures are at their end: so is every stream. */
void follower_end(struct follower *follower);

#endif
