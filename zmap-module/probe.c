#include "probe.h"

#include <string.h>

#include "bytes.h"
#include "tcp_options.h"

/* What a hash is for: no two share a value. */
enum hash_domain { DOMAIN_FLOW = 1,
		   DOMAIN_OPTION = 2,
		   DOMAIN_PORTS = 3 };

#define JOIN_ADDRESS_ID 1
/* Odd, so that whatever is multiplied by it keeps apart modulo 2^32, and low bits reach the high ones. */
#define SPREAD 0x9e3779b1u

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

static uint8_t flags_of(const struct probe_plan *plan)
{
	return plan->has_flags ? plan->flags : MPTCP_FLAG_CRYPTO;
}

/* Another shift for every packet that a probe number can stand for under one secret. Their differences are even: some hosts reset the
 * byte before our sequence number, which must be that of no other packet either. */
static uint32_t sequence_shift(const struct probe_plan *plan, enum probe_kind kind, uint8_t ttl, unsigned number)
{
	_Static_assert(PROBE_KIND_COUNT <= 16 && OPTION_SET_COUNT <= 4 && PLAN_STREAMS_MAX <= 256, "each part has its bits");
	uint32_t packet = (uint32_t)kind << 26 | (uint32_t)plan->options << 24 | (uint32_t)flags_of(plan) << 16 | (uint32_t)ttl << 8 |
			  (uint32_t)number;
	return 2 * packet * SPREAD;
}

/* All that makes this run's packets others than those of a run with the same port shifts. */
static uint32_t port_tweak(const struct scan *scan, bool has_blocks)
{
	const struct probe_plan *plan = &scan->plan;
	uint64_t words[2] = {(uint64_t)flags_of(plan) << 24 | plan->ttl_first << 16 | plan->ttl_last << 8 | DOMAIN_PORTS, 0};
	if (!has_blocks) {
		words[0] |= (uint64_t)plan->options << 32 | (uint64_t)plan->kind_count << 40;
		for (unsigned i = 0; i < plan->kind_count; i++) {
			words[1] |= (uint64_t)plan->kinds[i] << 4 * i;
		}
	}
	return (uint32_t)siphash_words(&scan->key, words, 2);
}

void scan_begin(struct scan *scan, const struct probe_plan *plan, unsigned streams, uint16_t port_first,
		uint32_t port_count)
{
	unsigned ttls = plan->ttl_last - plan->ttl_first + 1;
	bool has_blocks = plan_has_blocks(streams, port_count);
	uint32_t block = has_blocks ? port_count / PLAN_PORT_BLOCKS : 0;
	*scan = (struct scan){.plan = *plan, .port_first = port_first, .port_count = port_count, .stream_count = streams};
	scan->key = siphash_key_from(plan->secret);
	scan->port_tweak = port_tweak(scan, has_blocks);
	for (unsigned i = 0; i < streams; i++) {
		enum probe_kind kind = plan->kinds[i % plan->kind_count];
		uint8_t ttl = (uint8_t)(plan->ttl_first + i / plan->kind_count % ttls);
		scan->streams[i] = (struct stream){
		    .kind = kind,
		    .ttl = ttl,
		    .port_shift = (kind * OPTION_SET_COUNT + plan->options) * block + i,
		    .sequence_shift = sequence_shift(plan, kind, ttl, i),
		};
	}
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
	uint8_t flags = flags_of(&scan->plan);
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
