/* The TCP segment in a captured frame, through whatever link layer, tags, tunnels and extension headers. */
#ifndef MPTCP_TRAFFIC_SEGMENT_H
#define MPTCP_TRAFFIC_SEGMENT_H

#include <stddef.h>

#include "end.h"
#include "frame.h"
#include "reading.h"

/* RFC 9293, 3.1. */
#define TCP_FIN 0x01
#define TCP_SYN 0x02
#define TCP_RST 0x04
#define TCP_ACK 0x10

struct segment {
	uint8_t family; /* 4 or 6 */
	struct end source, destination;
	uint8_t flags;
	uint32_t sequence, acknowledgement;
	uint32_t payload;	/* bytes, captured or not */
	const uint8_t *options; /* as far as captured */
	size_t options_bytes;
	bool options_cut; /* the header states more of them */
	bool fragmented;  /* a first fragment: there is more payload than `payload` */
};

/* READ_TCP when `segment` is filled; the options lie in the frame. */
enum reading segment_read(const struct frame *frame, struct segment *segment);

static inline bool is_syn(const struct segment *segment)
{
	return (segment->flags & (TCP_SYN | TCP_ACK)) == TCP_SYN;
}

static inline bool is_synack(const struct segment *segment)
{
	return (segment->flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK);
}

#endif
