#include "scan.h"

/* Another shift for every packet that a probe number can stand for under one secret. Their differences are even: some hosts reset the
 * byte before our sequence number, which must be that of no other packet either. */
static uint32_t sequence_shift(const struct probe_plan *plan, enum probe_kind kind, uint8_t ttl, unsigned number)
{
	_Static_assert(PROBE_KIND_COUNT <= 16 && OPTION_SET_COUNT <= 4 && PLAN_STREAMS_MAX <= 256, "each part has its bits");
	uint32_t packet = (uint32_t)kind << 26 | (uint32_t)plan->options << 24 | (uint32_t)plan_flags(plan) << 16 | (uint32_t)ttl << 8 |
			  (uint32_t)number;
	return 2 * packet * SPREAD;
}

/* All that makes this run's packets others than those of a run with the same port shifts. */
static uint32_t port_tweak(const struct scan *scan, bool has_blocks)
{
	const struct probe_plan *plan = &scan->plan;
	uint64_t words[2] = {(uint64_t)plan_flags(plan) << 24 | plan->ttl_first << 16 | plan->ttl_last << 8 | DOMAIN_PORTS, 0};
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
	unsigned all = streams * (1 + plan->earlier);
	bool has_blocks = plan_has_blocks(all, port_count);
	uint32_t block = has_blocks ? port_count / PLAN_PORT_BLOCKS : 0;
	*scan = (struct scan){.plan = *plan, .port_first = port_first, .port_count = port_count, .stream_count = all, .first_number = all - streams};
	scan->key = siphash_key_from(plan->secret);
	scan->port_tweak = port_tweak(scan, has_blocks);
	for (unsigned i = 0; i < all; i++) {
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
