/* What holds for every packet of one run, made once from its plan. Pure: no zmap, no I/O. */
#ifndef MPTCP_SCAN_H
#define MPTCP_SCAN_H

#include <stddef.h>
#include <stdint.h>

#include "plan_needs.h"
#include "siphash.h"

/* What a hash under the run's key is for: no two share a value. */
enum hash_domain { DOMAIN_FLOW = 1,
		   DOMAIN_OPTION = 2,
		   DOMAIN_PORTS = 3 };

/* Odd, so that whatever is multiplied by it keeps apart modulo 2^32, and low bits reach the high ones. */
#define SPREAD 0x9e3779b1u

/*
 * What the plan says of the n-th probe for each target. A server that holds a connection half open takes a second SYN from the same
 * port with the same sequence number for the first one sent again, and repeats its answer to that. So no two different packets
 * ever share both, in one run or in several under one secret: sequence_shift is another one for every kind, option set, flags byte,
 * TTL and number. Kinds and option sets never share a source port either, where the range has room (plan_has_blocks); otherwise, and
 * for flags and TTLs, ports are another draw of the hash (scan.port_tweak).
 */
struct stream {
	enum probe_kind kind;
	uint8_t ttl;
	uint32_t port_shift; /* from the flow's own place in the range of source ports; below port_count */
	uint32_t sequence_shift;
};

/* What holds for every packet of one run. Ports in host order; port_count > 0. */
struct scan {
	struct probe_plan plan;
	struct siphash_key key;
	uint16_t port_first;
	uint32_t port_count;
	uint32_t port_tweak;   /* keyed: what of the plan the port shifts leave out */
	unsigned stream_count; /* probes for each target: zmap's -P, and those of earlier attempts, whose replies count too */
	unsigned first_number; /* of this attempt */
	struct stream streams[PLAN_STREAMS_MAX];
	/* IPv6 from a list: addresses of 16 bytes, whose n-th one alone answers index n. Otherwise NULL: every index is 0. */
	const uint8_t *targets;
	size_t target_count;
};

/* Fills `scan` from a plan that fits (plan_fits) and has its secret. */
void scan_begin(struct scan *scan, const struct probe_plan *plan, unsigned streams, uint16_t port_first,
		uint32_t port_count);

#endif
