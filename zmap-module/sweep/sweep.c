#define _GNU_SOURCE
#include "sweep.h"

#include <stdlib.h>
#include <string.h>

#include "../bytes.h"

#define PORT_FIRST 32768 /* zmap's own range of source ports */
#define PORT_COUNT 28233
#define DOMAIN_FLOWS 16 /* beside those of scan.h */
#define DOMAIN_ROUNDS 17
#define ROUNDS 4
#define TTL_BITS 6

void sweep_begin(struct sweep *sweep, const uint8_t secret[SECRET_BYTES], unsigned ttl_first, unsigned ttl_last, unsigned passes)
{
	struct probe_plan plan;
	char error[PLAN_ERROR_SIZE];
	memset(sweep, 0, sizeof *sweep);
	plan_parse("v1", &plan, error);
	memcpy(plan.secret, secret, SECRET_BYTES);
	scan_begin(&sweep->scan, &plan, 1, PORT_FIRST, PORT_COUNT);
	sweep->ttl_first = ttl_first;
	sweep->ttl_last = ttl_last;
	sweep->passes = passes;
}

/* The kinds of one address and port have neighbouring source ports: never the same. */
static void place(const struct sweep *sweep, struct target *target)
{
	uint64_t words[3] = {get_be64(target->address), get_be64(target->address + 8), (uint64_t)target->port << 16 | DOMAIN_FLOWS};
	uint64_t hash = siphash_words(&sweep->scan.key, words, 3);
	target->source_port = (uint16_t)(PORT_FIRST + ((uint32_t)hash + target->kind) % PORT_COUNT);
	target->mark = (uint16_t)(hash >> 32 >> TTL_BITS << TTL_BITS);
}

bool sweep_add(struct sweep *sweep, const struct target *target)
{
	if (sweep->target_count == sweep->target_room) {
		size_t room = sweep->target_room == 0 ? 1024 : 2 * sweep->target_room;
		struct target *more = realloc(sweep->targets, room * sizeof *more);
		if (more == NULL) {
			return false;
		}
		sweep->targets = more;
		sweep->target_room = room;
	}
	struct target *added = &sweep->targets[sweep->target_count++];
	*added = *target;
	place(sweep, added);
	return true;
}

static int compare_address(const struct target *target, uint8_t family, const uint8_t *address)
{
	return target->family != family ? (int)target->family - family : memcmp(target->address, address, 16);
}

static int compare(const void *a, const void *b, void *targets)
{
	const struct target *all = targets, *one = &all[*(const uint32_t *)a], *other = &all[*(const uint32_t *)b];
	int order = compare_address(one, other->family, other->address);
	order = order != 0 ? order : (int)one->kind - other->kind;
	return order != 0 ? order : (int)one->port - other->port;
}

bool sweep_settle(struct sweep *sweep)
{
	sweep->by_address = malloc((sweep->target_count + 1) * sizeof *sweep->by_address);
	if (sweep->by_address == NULL) {
		return false;
	}
	for (size_t i = 0; i < sweep->target_count; i++) {
		sweep->by_address[i] = (uint32_t)i;
	}
	qsort_r(sweep->by_address, sweep->target_count, sizeof *sweep->by_address, compare, sweep->targets);
	return true;
}

void sweep_free(struct sweep *sweep)
{
	free(sweep->targets);
	free(sweep->by_address);
}

static uint32_t ttls(const struct sweep *sweep)
{
	return sweep->ttl_last - sweep->ttl_first + 1;
}

uint32_t sweep_probe_count(const struct sweep *sweep)
{
	uint64_t count = (uint64_t)sweep->target_count * ttls(sweep) * sweep->passes;
	return count > SWEEP_PROBES_MAX ? SWEEP_PROBES_MAX + 1 : (uint32_t)count;
}

uint32_t sweep_number(const struct sweep *sweep, struct numbered probe)
{
	return (probe.pass * ttls(sweep) + probe.ttl - sweep->ttl_first) * (uint32_t)sweep->target_count + probe.target;
}

struct numbered sweep_numbered(const struct sweep *sweep, uint32_t number)
{
	uint32_t count = (uint32_t)sweep->target_count, rest = number / count;
	return (struct numbered){number % count, (uint8_t)(sweep->ttl_first + rest % ttls(sweep)), (uint8_t)(rest / ttls(sweep))};
}

/* A Feistel network over two halves of 16 bits: every number has a sequence number of its own. */
static uint16_t scramble(const struct sweep *sweep, unsigned round, uint16_t half)
{
	uint64_t word = (uint64_t)half << 16 | (uint64_t)round << 8 | DOMAIN_ROUNDS;
	return (uint16_t)siphash_words(&sweep->scan.key, &word, 1);
}

uint32_t sweep_sequence(const struct sweep *sweep, uint32_t number)
{
	uint16_t left = (uint16_t)(number >> 16), right = (uint16_t)number;
	for (unsigned round = 0; round < ROUNDS; round++) {
		uint16_t next = left ^ scramble(sweep, round, right);
		left = right;
		right = next;
	}
	return (uint32_t)left << 16 | right;
}

bool sweep_find(const struct sweep *sweep, uint32_t sequence, uint32_t *number)
{
	uint16_t left = (uint16_t)(sequence >> 16), right = (uint16_t)sequence;
	for (unsigned round = ROUNDS; round-- > 0;) {
		uint16_t before = right ^ scramble(sweep, round, left);
		right = left;
		left = before;
	}
	*number = (uint32_t)left << 16 | right;
	return *number < sweep_probe_count(sweep);
}

uint16_t sweep_ip_id(const struct target *target, uint8_t ttl)
{
	return target->mark | (ttl & ((1u << TTL_BITS) - 1));
}

uint16_t sweep_echo_sequence(struct numbered probe)
{
	return (uint16_t)(probe.pass << TTL_BITS | (probe.ttl & ((1u << TTL_BITS) - 1)));
}

size_t sweep_targets_of(const struct sweep *sweep, uint8_t family, const uint8_t *address, size_t *first)
{
	size_t low = 0, high = sweep->target_count, end;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (compare_address(&sweep->targets[sweep->by_address[middle]], family, address) < 0) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	for (end = low; end < sweep->target_count; end++) {
		if (compare_address(&sweep->targets[sweep->by_address[end]], family, address) != 0) {
			break;
		}
	}
	*first = low;
	return end - low;
}
