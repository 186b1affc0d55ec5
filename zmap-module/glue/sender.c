#include "sender.h"

#include <string.h>

void sender_prepare(struct sender *sender, const struct scan *scan, uint8_t family, const uint8_t *source_mac,
		    const uint8_t *gateway_mac)
{
	for (unsigned i = 0; i < scan->plan.kind_count; i++) {
		enum probe_kind kind = scan->plan.kinds[i];
		packet_template_build(&sender->templates[kind], scan, family, kind, source_mac, gateway_mac);
	}
}

size_t sender_longest(const struct scan *scan, uint8_t family)
{
	static const uint8_t nobody[MAC_BYTES];
	size_t longest = 0;
	for (unsigned i = 0; i < scan->plan.kind_count; i++) {
		struct packet_template built;
		packet_template_build(&built, scan, family, scan->plan.kinds[i], nobody, nobody);
		longest = built.length > longest ? built.length : longest;
	}
	return longest;
}

/* Compared as bytes of a size that the compiler knows: this runs for every packet. */
static inline bool is_same(const struct flow *a, const struct flow *b)
{
	if (a->family != b->family || a->target_port != b->target_port) {
		return false;
	}
	if (a->family == 4) {
		return memcmp(a->target, b->target, 4) == 0 && memcmp(a->source, b->source, 4) == 0;
	}
	return memcmp(a->target, b->target, 16) == 0 && memcmp(a->source, b->source, 16) == 0;
}

size_t sender_write(struct sender *sender, const struct scan *scan, const struct flow *flow, uint32_t index,
		    unsigned number, uint8_t *frame)
{
	struct probe probe;
	number += scan->first_number;
	if (number == 0 || !is_same(flow, &sender->flow)) {
		sender->flow = *flow;
		sender->hash = flow_hash(scan, flow);
	}
	probe_number(scan, &sender->hash, index, number, &probe);
	const struct packet_template *from = &sender->templates[probe.kind];
	if (from->option_at != 0 || from->canary_at != 0) {
		probe_options(scan, flow, &probe);
	}
	packet_write(from, flow, &probe, from->ts_at != 0 ? ts_clock_us(&sender->clock) : 0, frame);
	return from->length;
}
