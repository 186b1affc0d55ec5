#include "flows.h"

#include <stdlib.h>
#include <string.h>

#include "../bytes.h"

bool flows_begin(struct flows *flows, uint32_t capacity, const uint8_t secret[16])
{
	uint32_t buckets = 1024;
	while (buckets < capacity) {
		buckets *= 2;
	}
	*flows = (struct flows){.capacity = capacity, .mask = buckets - 1, .key = siphash_key_from(secret)};
	flows->flows = calloc(capacity, sizeof *flows->flows);
	flows->buckets = calloc(buckets, sizeof *flows->buckets);
	return flows->flows != NULL && flows->buckets != NULL;
}

void flows_end(struct flows *flows)
{
	free(flows->flows);
	free(flows->buckets);
	flows->flows = NULL;
	flows->buckets = NULL;
}

uint64_t flows_hash(const struct flows *flows, const struct segment *segment)
{
	const struct end *a = &segment->source, *b = &segment->destination;
	uint64_t words[5];
	size_t count = 0;
	int order = memcmp(a->address, b->address, segment->family == 4 ? 4 : ADDRESS_BYTES);
	if (order > 0 || (order == 0 && a->port > b->port)) {
		a = &segment->destination;
		b = &segment->source;
	}
	if (segment->family == 4) {
		words[count++] = (uint64_t)get_be32(a->address) << 32 | get_be32(b->address);
	} else {
		words[count++] = get_be64(a->address);
		words[count++] = get_be64(a->address + 8);
		words[count++] = get_be64(b->address);
		words[count++] = get_be64(b->address + 8);
	}
	words[count++] = (uint64_t)a->port << 16 | b->port;
	return siphash_words(&flows->key, words, count);
}

static uint32_t bucket_of(const struct flows *flows, const struct segment *segment)
{
	return (uint32_t)flows_hash(flows, segment) & flows->mask;
}

static bool is_of(const struct flow *flow, const struct segment *segment)
{
	const struct end *ends = flow->ends;
	return flow->family == segment->family &&
	       ((end_equal(&ends[0], &segment->source) && end_equal(&ends[1], &segment->destination)) ||
		(end_equal(&ends[0], &segment->destination) && end_equal(&ends[1], &segment->source)));
}

struct flow *flows_find(const struct flows *flows, const struct segment *segment)
{
	if (flows->count == 0) {
		return NULL;
	}
	for (uint32_t at = flows->buckets[bucket_of(flows, segment)]; at != 0; at = flows->flows[at - 1].chain) {
		if (is_of(&flows->flows[at - 1], segment)) {
			return &flows->flows[at - 1];
		}
	}
	return NULL;
}

static uint32_t index_of(const struct flows *flows, const struct flow *flow)
{
	return (uint32_t)(flow - flows->flows) + 1;
}

static void unlink_from_list(struct flows *flows, struct flow *flow)
{
	struct flow_list *list = &flows->lists[flow->stage];
	*(flow->older != 0 ? &flows->flows[flow->older - 1].newer : &list->oldest) = flow->newer;
	*(flow->newer != 0 ? &flows->flows[flow->newer - 1].older : &list->newest) = flow->older;
}

static void append_to_list(struct flows *flows, struct flow *flow, enum flow_stage stage)
{
	struct flow_list *list = &flows->lists[stage];
	uint32_t index = index_of(flows, flow);
	flow->stage = stage;
	flow->older = list->newest;
	flow->newer = 0;
	*(list->newest != 0 ? &flows->flows[list->newest - 1].newer : &list->oldest) = index;
	list->newest = index;
}

struct flow *flows_add(struct flows *flows, const struct segment *segment)
{
	/* Places that were given back are chained; the others were never used. */
	uint32_t index = flows->free != 0 ? flows->free : flows->count + 1;
	struct flow *flow = &flows->flows[index - 1];
	flows->free = flows->free != 0 ? flow->chain : 0;
	uint32_t bucket = bucket_of(flows, segment);
	*flow = (struct flow){
	    .ends = {segment->source, segment->destination},
	    .family = segment->family,
	    .number = flows->opened++,
	    .bucket = bucket,
	    .chain = flows->buckets[bucket],
	};
	flows->buckets[bucket] = index;
	flows->count++;
	append_to_list(flows, flow, FLOW_OPENING);
	return flow;
}

void flows_remove(struct flows *flows, struct flow *flow)
{
	uint32_t index = index_of(flows, flow), *link = &flows->buckets[flow->bucket];
	while (*link != index) {
		link = &flows->flows[*link - 1].chain;
	}
	*link = flow->chain;
	unlink_from_list(flows, flow);
	flow->chain = flows->free;
	flows->free = index;
	flows->count--;
}

void flows_touch(struct flows *flows, struct flow *flow, enum flow_stage stage)
{
	unlink_from_list(flows, flow);
	append_to_list(flows, flow, stage);
}

struct flow *flows_oldest(const struct flows *flows, enum flow_stage stage)
{
	uint32_t index = flows->lists[stage].oldest;
	return index != 0 ? &flows->flows[index - 1] : NULL;
}
