/*
 * From one captured packet to the probe of this run that it answers. Pure: bytes in, a struct out; every read is bounded by the
 * captured length.
 */
#ifndef MPTCP_REPLY_H
#define MPTCP_REPLY_H

#include "probe.h"

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

/* Reads an IP packet of `bytes` captured bytes. True when it answers a probe of this run: a SYN/ACK that acknowledges our
 * sequence number, a RST that acknowledges or repeats it, or an ICMP error that quotes one of our SYNs. */
bool reply_match(const struct scan *scan, const uint8_t *ip, size_t bytes, struct reply *out);

#endif
