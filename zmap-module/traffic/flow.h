/* A stream that is followed. */
#ifndef MPTCP_TRAFFIC_FLOW_H
#define MPTCP_TRAFFIC_FLOW_H

#include "side.h"

/* Which list a stream waits in, by what is seen of it; each is forgotten after another silence. */
enum flow_stage { FLOW_OPENING, /* SYNs only */
		  FLOW_OPEN,
		  FLOW_CLOSED, /* reset, or both sides have sent a FIN */
		  FLOW_STAGES };

struct flow {
	struct end ends[2]; /* of the first packet: source, destination */
	uint8_t family;
	uint64_t number;
	int64_t first_us, last_us; /* of its packets */
	int64_t heard_us;	   /* by the capture's clock */
	struct flow_side sides[2];
	unsigned kept, kept_closing;
	uint64_t left_out;
	uint32_t answered; /* acknowledgement number of the SYN/ACK, or of the RST that came first */
	bool has_answered, reset;
	enum flow_stage stage;
	uint32_t bucket, chain; /* index + 1 of the next of the same bucket; 0 ends it */
	uint32_t older, newer;	/* the same in the list of its stage */
};

/* Which end sent a segment of the stream: 0 or 1; 0 where both ends are one. */
unsigned flow_side_of(const struct flow *flow, const struct segment *segment);

/* A SYN that begins another connection between the same ports; one that crosses the other side's does not. */
bool flow_begins_anew(const struct flow *flow, const struct segment *syn);

/* A SYN/ACK to another SYN than the one of this stream. */
bool flow_is_stray(const struct flow *flow, const struct segment *synack);

/* Takes in what a segment of the stream says. */
void flow_take(struct flow *flow, const struct segment *segment, const struct mptcp_options *options);

/* The stage that a stream is in once a segment was taken in. */
enum flow_stage flow_stage_after(const struct flow *flow, const struct segment *segment);

#endif
