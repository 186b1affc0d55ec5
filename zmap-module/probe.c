#include "probe.h"

#include <string.h>

#include "bytes.h"
#include "tcp_options.h"

#define JOIN_ADDRESS_ID 1

/* `tail` is below 2^48. */
static uint64_t keyed(const struct scan *scan, const struct flow *flow, uint64_t tail)
{
	uint64_t words[5];
	uint64_t last = (uint64_t)flow->target_port << 48 | tail;
	if (flow->family == 4) {
		words[0] = (uint64_t)get_be32(flow->source) << 32 | get_be32(flow->target);
		words[1] = last;
		return siphash_words(&scan->key, words, 2);
	}
	words[0] = get_be64(flow->source);
	words[1] = get_be64(flow->source + 8);
	words[2] = get_be64(flow->target);
	words[3] = get_be64(flow->target + 8);
	words[4] = last;
	return siphash_words(&scan->key, words, 5);
}

struct flow_hash flow_hash(const struct scan *scan, const struct flow *flow)
{
	uint64_t hash = keyed(scan, flow, DOMAIN_FLOW);
	uint32_t place = ((uint32_t)(hash >> 32) ^ scan->port_tweak) * SPREAD;
	struct flow_hash out = {(uint32_t)hash, (uint32_t)((uint64_t)place * scan->port_count >> 32)};
	return out;
}

/* Offset and shift are below port_count: one wrap is all there is. */
static uint16_t port_of(const struct scan *scan, const struct flow_hash *hash, unsigned number)
{
	uint32_t place = hash->port_offset + scan->streams[number].port_shift;
	return (uint16_t)(scan->port_first + (place >= scan->port_count ? place - scan->port_count : place));
}

void probe_number(const struct scan *scan, const struct flow_hash *hash, uint32_t index, unsigned number,
		  struct probe *probe)
{
	probe->number = number;
	probe->kind = scan->streams[number].kind;
	probe->ttl = scan->streams[number].ttl;
	probe->source_port = port_of(scan, hash, number);
	probe->sequence = (hash->sequence ^ index) + scan->streams[number].sequence_shift;
}

uint32_t probe_index(const struct scan *scan, const struct flow_hash *hash, uint32_t sequence, unsigned number)
{
	return (sequence - scan->streams[number].sequence_shift) ^ hash->sequence;
}

bool probe_find(const struct scan *scan, const struct flow_hash *hash, uint16_t source_port, unsigned *number)
{
	for (unsigned i = 0; i < scan->stream_count; i++) {
		if (port_of(scan, hash, i) == source_port) {
			*number = i;
			return true;
		}
	}
	return false;
}

/* Fresh for every packet, since its sequence number is, and nothing that travels elsewhere in it. */
static uint64_t option_hash(const struct scan *scan, const struct flow *flow, const struct probe *probe)
{
	return keyed(scan, flow, (uint64_t)probe->sequence << 8 | DOMAIN_OPTION);
}

static void capable(const struct scan *scan, uint8_t version, struct probe *probe)
{
	uint8_t flags = plan_flags(&scan->plan);
	probe->version = version;
	probe->flags = flags;
	if (version == 0) {
		probe->has_key = true;
		probe->option_bytes = mptcp_write_mpc_syn_v0(probe->option, flags, probe->key);
	} else {
		probe->option_bytes = mptcp_write_mpc_syn(probe->option, version, flags);
	}
}

void probe_options(const struct scan *scan, const struct flow *flow, struct probe *probe)
{
	uint64_t hash;
	probe->version = probe->flags = -1;
	probe->has_key = probe->has_canary = false;
	probe->option_bytes = 0;
	switch (probe->kind) {
	case PROBE_V1:
	case PROBE_PORT2:
		capable(scan, 1, probe);
		break;
	case PROBE_GREASE:
		capable(scan, MPTCP_VERSION_GREASE, probe);
		break;
	case PROBE_V0:
	case PROBE_PORT2_V0:
		put_be64(probe->key, option_hash(scan, flow, probe));
		capable(scan, 0, probe);
		break;
	case PROBE_JOIN:
		hash = option_hash(scan, flow, probe);
		probe->option_bytes = mptcp_write_mpj_syn(probe->option, JOIN_ADDRESS_ID, (uint32_t)(hash >> 32),
							  (uint32_t)hash);
		break;
	case PROBE_CANARY:
		capable(scan, 1, probe);
		hash = option_hash(scan, flow, probe);
		probe->has_canary = true;
		probe->canary[0] = TCPOPT_KIND_CANARY;
		probe->canary[1] = CANARY_BYTES;
		put_be16(probe->canary + 2, (uint16_t)(hash >> 32));
		put_be32(probe->canary + 4, (uint32_t)hash);
		break;
	case PROBE_PLAIN:
	case PROBE_KIND_COUNT:
		break;
	}
}
