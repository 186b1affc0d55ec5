/*
 * One probe for one target, computed from the run's secret alone: nothing is stored between sending
 * and receiving, so what was sent is recomputed when the answer comes. Pure: no zmap, no I/O.
 */
#ifndef MPTCP_PROBE_H
#define MPTCP_PROBE_H

#include <stdbool.h>

#include "mptcp_option.h"
#include "scan.h"

#define CANARY_BYTES 8 /* fd 08 and six bytes of a keyed hash */

/* A connection's end points as the scanner sees them. IPv4 addresses fill the first 4 bytes and
 * leave zeros; there is no padding, so flows compare as bytes. */
struct flow {
	uint8_t source[16], target[16];
	uint16_t target_port;
	uint16_t family; /* 4 or 6 */
};

/* What the keyed hash says of a flow. */
struct flow_hash {
	uint32_t sequence, port_offset;
};

struct probe {
	unsigned number; /* zmap's probe_num behind those of earlier attempts: 0 to stream_count - 1 */
	enum probe_kind kind;
	uint8_t ttl;
	uint16_t source_port;
	uint32_t sequence;
	int version; /* of the MP_CAPABLE sent; -1 when none was */
	int flags;   /* likewise */
	bool has_key;
	uint8_t key[MPTCP_KEY_BYTES];
	uint8_t option[TCPOLEN_MPTCP_MAX_SYN];
	size_t option_bytes; /* 0 when no MPTCP option was sent */
	uint8_t canary[CANARY_BYTES];
	bool has_canary;
};

struct flow_hash flow_hash(const struct scan *scan, const struct flow *flow);

/* Kind, TTL, source port and sequence number of one probe. `index` is 0 in IPv4, the place in the list
 * in IPv6. */
void probe_number(const struct scan *scan, const struct flow_hash *hash, uint32_t index, unsigned number,
		  struct probe *probe);

/* The option bytes of a numbered probe, with key, token, nonce and canary where the kind has them. */
void probe_options(const struct scan *scan, const struct flow *flow, struct probe *probe);

/* The number of the probe sent from `source_port`; false when none was. */
bool probe_find(const struct scan *scan, const struct flow_hash *hash, uint16_t source_port, unsigned *number);

/* Takes the index back out of a sequence number that probe_number made. */
uint32_t probe_index(const struct scan *scan, const struct flow_hash *hash, uint32_t sequence, unsigned number);

#endif
