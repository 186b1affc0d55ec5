/*
 * The table of streams that are followed: bounded, by both ends, oldest first. Only streams that an
 * option of kind 30 let in are in it.
 */
#ifndef MPTCP_TRAFFIC_FLOWS_H
#define MPTCP_TRAFFIC_FLOWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../siphash.h"
#include "segment.h"

/* Which list a stream waits in, by what is seen of it; each is forgotten after another silence. */
enum flow_stage { FLOW_OPENING, /* SYNs only */
		  FLOW_OPEN,
		  FLOW_CLOSED, /* reset, or both sides have sent a FIN */
		  FLOW_STAGES };

/* What one end has sent. */
struct flow_side {
	uint64_t packets, bytes; /* of payload, what came twice counted twice */
	uint64_t sequence_bytes; /* between the lowest and the highest sequence number of its data */
	uint64_t dss, plain_bytes, malformed;
	uint64_t mapped;		/* data that mappings name; what is mapped again on this subflow is not */
	uint64_t data_first, data_next; /* lowest data sequence number that a mapping names, and the one behind the highest */
	uint32_t isn, lowest_sequence, next_sequence, next_mapped;
	uint32_t syn_data;		       /* that its SYN carried (TCP Fast Open, RFC 7413) */
	uint32_t first_sequence, first_mapped; /* of the first segment with data and a mapping */
	uint32_t early;			       /* data that its MP_CAPABLE mapped */
	uint32_t acked_sequence, acked_data;   /* what it acknowledged last in a packet with a DATA_ACK */
	unsigned plain_kept, plain_kinds;      /* told of segments that say nothing else; a bit for each kind of them */
	bool has_isn, has_sequence, has_mapped, has_data, has_acked, data_wide, acknowledged, fin;
};

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

/* Of both ends, the same whoever sent it. */
uint64_t flows_hash(const struct flows *flows, const struct segment *segment);

/* The stream of a segment, whoever sent it; NULL when it is not followed. */
struct flow *flows_find(const struct flows *flows, const struct segment *segment);

/* A new stream; there must be room for it. */
struct flow *flows_add(struct flows *flows, const struct segment *segment);

void flows_remove(struct flows *flows, struct flow *flow);

/* Makes it the newest of a stage. */
void flows_touch(struct flows *flows, struct flow *flow, enum flow_stage stage);

/* The one of a stage that was silent longest; NULL for none. */
struct flow *flows_oldest(const struct flows *flows, enum flow_stage stage);

bool end_equal(const struct end *a, const struct end *b);

/* Whether a number is the one behind a SYN, or behind as much of the data on it as the other side took (RFC 7413, 3). */
bool is_behind_syn(uint32_t number, uint32_t isn, uint32_t data);

#endif
