/* What one end of a stream has sent so far: its sequence numbers, and what DSS says of its data (RFC 8684, 3.3). */
#ifndef MPTCP_TRAFFIC_SIDE_H
#define MPTCP_TRAFFIC_SIDE_H

#include "flows.h"
#include "options.h"
#include "segment.h"

void side_sequence(struct flow_side *side, const struct segment *segment);
void side_mapping(struct flow_side *side, const struct dss *dss, const struct segment *segment);
void side_acknowledgement(struct flow_side *side, const struct dss *dss, const struct segment *segment);

/* The first data may ride on the third ACK: its data sequence number is that of the key, which the first DSS behind it tells. */
void side_capable_data(struct flow_side *side, uint16_t length, const struct segment *segment);

/* Data with a mapping was sent on this subflow, and the other side acknowledged it there, on both levels. */
void side_look_for_acknowledged(struct flow_side *sender, const struct flow_side *other);

#endif
