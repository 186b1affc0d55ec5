/* The options of kind 30 of one segment, as far as following its stream needs them (RFC 8684, RFC 6824). */
#ifndef MPTCP_TRAFFIC_OPTIONS_H
#define MPTCP_TRAFFIC_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "segment.h"

/* A Data Sequence Signal. */
struct dss {
	bool has_ack, has_mapping, wide_ack, wide_sequence, data_fin;
	uint64_t ack, sequence;
	uint32_t subflow_sequence;
	uint16_t length;
};

struct mptcp_options {
	unsigned count;	    /* of kind 30 */
	unsigned malformed; /* of these, which say nothing: bad length, past the end, a subtype that nobody has; not those that the capture cuts */
	unsigned capable;   /* MP_CAPABLE, whatever their length */
	bool broken;	    /* the walk over the options ended in a fault */
	bool speaks;	    /* more than where data belongs and what was got */
	bool has_dss, has_fail;
	uint16_t capable_data; /* bytes that an MP_CAPABLE with data maps, from the first on (RFC 8684, 3.1) */
	struct dss dss;
};

void mptcp_options_read(const struct segment *segment, struct mptcp_options *options);

#endif
