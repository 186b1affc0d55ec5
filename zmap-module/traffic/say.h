/* What the reader says: one JSON object a line (README.md). */
#ifndef MPTCP_TRAFFIC_SAY_H
#define MPTCP_TRAFFIC_SAY_H

#include <stdbool.h>
#include <stdio.h>

#include "capture.h"
#include "flows.h"
#include "options.h"

struct totals {
	uint64_t readings[READING_COUNT];
	uint64_t tcp_bytes, syns, capable_syns, capable_synacks, mptcp_packets, malformed_options;
	uint64_t first_fragments, cut_options, cut_syn_options, stray_synacks;
	uint64_t streams, evicted, left_out;
	int64_t first_us, last_us;
	bool any;
};

void say_open(FILE *out, const struct flow *flow);
void say_packet(FILE *out, const struct flow *flow, int64_t at_us, int from, const struct segment *segment);
void say_end(FILE *out, const struct flow *flow, const char *why);
void say_clock(FILE *out, int64_t at_us, uint64_t packets);
void say_file(FILE *out, size_t index, const struct capture *capture);
void say_totals(FILE *out, const struct totals *totals);

#endif
