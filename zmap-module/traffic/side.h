/* What one end of a stream has sent so far: its sequence numbers, and what DSS says of its data (RFC 8684, 3.3). */
#ifndef MPTCP_TRAFFIC_SIDE_H
#define MPTCP_TRAFFIC_SIDE_H

#include "options.h"
#include "segment.h"

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
	unsigned plain_kept, plain_kinds;      /* printed segments without any option of interest; a bit for each kind of them */
	bool has_isn, has_sequence, has_mapped, has_data, has_acked, data_wide, acknowledged, fin;
};

/* A segment that this end sent: none changes what it does not speak of. */
void side_sequence(struct flow_side *side, const struct segment *segment);
void side_mapping(struct flow_side *side, const struct dss *dss, const struct segment *segment);
void side_acknowledgement(struct flow_side *side, const struct dss *dss, const struct segment *segment);

/* The first data may ride on the third ACK: its data sequence number is that of the key, which the first DSS behind it tells. */
void side_capable_data(struct flow_side *side, uint16_t length, const struct segment *segment);

/* Data with a mapping was sent on this subflow, and the other side acknowledged it there, on both levels. */
void side_look_for_acknowledged(struct flow_side *sender, const struct flow_side *other);

/* Whether a number is the one behind a SYN, or behind as much of the data on it as the other side took (RFC 7413, 3). */
bool is_behind_syn(uint32_t number, uint32_t isn, uint32_t data);

#endif
