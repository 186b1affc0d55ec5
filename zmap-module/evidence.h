/*
 * From one captured packet to evidence: is it an answer to a probe of this run, to which one, and what
 * does it show. Pure: bytes in, a struct out; every read is bounded by the captured length.
 */
#ifndef MPTCP_EVIDENCE_H
#define MPTCP_EVIDENCE_H

#include "classify.h"

/* An answer that belongs to this run. Pointers lie inside the captured packet. */
struct reply {
	struct flow flow;   /* the probed target, in every case */
	unsigned number;    /* of the probe that it answers */
	uint32_t index;	    /* the target's place in the list; 0 without one */
	const uint8_t *ip;  /* the reply's IP header, or the quoted one of an ICMP error */
	const uint8_t *tcp; /* likewise */
	size_t tcp_bytes;
	bool is_icmp;
	bool is_unreachable; /* of the two kinds of ICMP error that are read */
	uint8_t icmp_type, icmp_code;
	const uint8_t *hop; /* who sent the ICMP error: 4 or 16 bytes */
};

enum rtt_source { RTT_NONE,
		  RTT_TSECR,
		  RTT_MIRRORED_TSVAL,
		  RTT_QUOTED_TSVAL };
enum rtt_missing { RTT_PRESENT,
		   RTT_NOT_SENT,
		   RTT_NOT_RETURNED,
		   RTT_REJECTED };

struct evidence {
	struct reply reply;
	struct probe sent;
	struct mptcp_evidence mptcp;
	struct tcp_reply tcp;	/* the reply's options, or the quoted ones */
	const char *sent_order; /* names of our SYN's options */
	int sent_ip_id;		/* of our SYN over IPv4; -1 over IPv6. A zmap that draws it anew for each packet sets it itself. */
	uint32_t rtt_us;
	uint32_t sent_tsval; /* with RTT_PRESENT: the clock that our SYN carried */
	enum rtt_source rtt_source;
	enum rtt_missing rtt_missing;
};

/* Reads an IP packet of `bytes` captured bytes. True when it answers a probe of this run: a SYN/ACK that acknowledges our
 * sequence number, a RST that acknowledges or repeats it, or an ICMP error that quotes one of our SYNs. */
bool reply_match(const struct scan *scan, const uint8_t *ip, size_t bytes, struct reply *out);

/* Everything that a matched reply shows. `arrival_us`: microseconds of the same clock as TSval. */
void evidence_read(const struct scan *scan, const struct reply *reply, uint64_t arrival_us, struct evidence *out);

#endif
