/*
 * From one captured packet to the probe that it answers. Pure: bytes in, a struct out; every read is bounded by the captured length.
 *
 * An ICMP error quotes our packet as it came to the hop that dropped it, and boxes on the way may have changed any field of it. Which probe
 * it was is therefore told by several fields that each name it alone, and two of them must agree.
 */
#ifndef MPTCP_SWEEP_ANSWER_H
#define MPTCP_SWEEP_ANSWER_H

#include "sweep.h"

enum answer_kind { ANSWER_TTL_EXCEEDED,
		   ANSWER_UNREACHABLE,
		   ANSWER_SYNACK,
		   ANSWER_RST,
		   ANSWER_ECHO_REPLY };

/* Which fields of the quote are those that we sent. */
#define AGREES_SEQUENCE 1u
#define AGREES_ADDRESS 2u
#define AGREES_PORTS 4u
#define AGREES_IP_ID 8u

struct answer {
	enum answer_kind kind;
	uint32_t target;
	uint8_t ttl;
	int pass;	 /* -1 where the quote does not tell */
	unsigned agrees; /* 0 unless the answer is an ICMP error */
	uint8_t family;
	const uint8_t *from; /* 4 or 16 bytes */
	uint8_t hop_limit;   /* of the answer, on arrival */
	uint8_t icmp_type, icmp_code;
	const uint8_t *quote, *extensions; /* RFC 4884 */
	size_t quote_bytes, extension_bytes;
	const uint8_t *packet; /* the answer itself unless it is an ICMP error, up to the end of its headers */
	size_t packet_bytes;
	uint32_t acknowledged; /* of a SYN/ACK */
};

bool answer_read(const struct sweep *sweep, const uint8_t *packet, size_t bytes, struct answer *out);

/* Whether packets with a larger TTL would get no farther: the target answered, or somebody on the way says that it cannot be reached. */
static inline bool answer_is_final(const struct answer *answer)
{
	return answer->kind != ANSWER_TTL_EXCEEDED;
}

#endif
