/* Source ports and sequence numbers of several runs under one secret: two different packets are never one SYN to a server. */
#include <math.h>
#include <string.h>

#include "../packet.h"
#include "check.h"
#include "frames.h"

#define TARGETS 200

/* Runs that somebody may make one after the other. `streams` is their -P. */
static const struct run_case {
	const char *arguments;
	unsigned streams;
} RUNS[] = {
    {"v1", 1},
    {"v0", 1},
    {"grease", 1},
    {"join", 1},
    {"canary", 1},
    {"plain", 1},
    {"v0+v1", 2},
    {"v1+v0", 4},
    {"v1,options=windows", 1},
    {"v0,options=bare", 2},
    {"v1,flags=81", 1},
    {"v0,flags=81", 1},
    {"v1,ttl=9", 1},
    {"v0,ttl=1-8", 8},
    {"port2", 1},
    {"v1+port2v0", 2},
};
#define RUN_COUNT (sizeof RUNS / sizeof RUNS[0])

static bool has_second_port(const struct run_case *run)
{
	return strstr(run->arguments, "port2") != NULL;
}

static struct scan begin(const struct run_case *run, uint32_t ports)
{
	struct scan of = scan_of(run->arguments, run->streams), scan;
	scan_begin(&scan, &of.plan, run->streams, 32768, ports);
	return scan;
}

static struct probe probe_of(const struct scan *scan, const struct flow *flow, unsigned number)
{
	struct probe probe;
	struct flow_hash hash = flow_hash(scan, flow);
	probe_number(scan, &hash, flow->family == 4 ? 0 : flow->target[15], number, &probe);
	probe_options(scan, flow, &probe);
	return probe;
}

static uint8_t flags_of(const struct scan *scan)
{
	return scan->plan.has_flags ? scan->plan.flags : 0x01;
}

/* How often packets were compared that may share a port, and did. */
static unsigned compared, met;

static void check_pair(const struct scan *a, const struct scan *b, const struct probe *one, const struct probe *other)
{
	bool other_kind = one->kind != other->kind || a->plan.options != b->plan.options;
	bool same_port = one->source_port == other->source_port;
	const char *names[] = {probe_kind_name(one->kind), probe_kind_name(other->kind)};
	if (!other_kind && flags_of(a) == flags_of(b) && one->ttl == other->ttl) {
		return; /* one and the same packet, or its number in a run is the difference */
	}
	uint32_t apart = one->sequence - other->sequence;
	check(apart != 0, "%s and %s have one sequence number", names[0], names[1]);
	check(apart % 2 == 0, "%s and %s may have sequence numbers next to each other", names[0], names[1]);
	check(!one->has_key || !other->has_key || memcmp(one->key, other->key, MPTCP_KEY_BYTES) != 0, "%s and %s have one key",
	      names[0], names[1]);
	if (other_kind && flags_of(a) == flags_of(b) && a->plan.ttl_first == b->plan.ttl_first &&
	    a->plan.ttl_last == b->plan.ttl_last && plan_has_blocks(a->stream_count, a->port_count) &&
	    plan_has_blocks(b->stream_count, b->port_count)) {
		check(!same_port, "%s and %s share a source port", names[0], names[1]);
		return;
	}
	compared++;
	met += same_port;
}

static void check_runs(const struct scan *a, const struct scan *b)
{
	for (unsigned target = 0; target < TARGETS; target++) {
		struct flow flows[] = {flow_v4((uint8_t)target), flow_v6((uint8_t)target)};
		for (unsigned i = 0; i < a->stream_count * 2; i++) {
			struct probe one = probe_of(a, &flows[i % 2], i / 2);
			for (unsigned j = 0; j < b->stream_count; j++) {
				struct probe other = probe_of(b, &flows[i % 2], j);
				check_pair(a, b, &one, &other);
			}
		}
	}
}

/* Where the range is too small for blocks, ports of two runs meet as seldom as draws at random: the mean and seven deviations. */
static void check_meetings(const struct run_case *a, const struct run_case *b, uint32_t ports)
{
	double mean = (double)compared / ports, most = mean + 7 * sqrt(mean) + 3;
	check(met <= most, "%s and %s: in %u ports %u of %u pairs meet, due are %.0f", a->arguments, b->arguments, ports, met, compared,
	      mean);
}

/* Everything that two runs differ in is in port and sequence number. */
static void test_two_runs(void)
{
	static const uint32_t RANGES[] = {65535, 28233, 192, 40, 8};
	for (size_t range = 0; range < sizeof RANGES / sizeof RANGES[0]; range++) {
		for (size_t i = 0; i < RUN_COUNT; i++) {
			for (size_t j = 0; j < i; j++) {
				if (RANGES[range] < 48 && (has_second_port(&RUNS[i]) || has_second_port(&RUNS[j]))) {
					continue; /* refused: no second port can be promised */
				}
				struct scan a = begin(&RUNS[i], RANGES[range]), b = begin(&RUNS[j], RANGES[range]);
				compared = met = 0;
				check_runs(&a, &b);
				check_meetings(&RUNS[i], &RUNS[j], RANGES[range]);
			}
		}
	}
}

/* An answer to a packet of another run, late or repeated, is none of this run's: SYN/ACK, RST, and an error that quotes it. */
static void check_answers(const struct scan *a, const struct scan *b, const struct flow *flow)
{
	static const uint8_t HOP[16] = {198, 19, 0, 1};
	static const uint8_t FLAGS[] = {0x12, 0x14, 0x04};
	uint32_t index = flow->family == 4 ? 0 : flow->target[15];
	for (unsigned number = 0; number < a->stream_count; number++) {
		struct probe probe;
		struct reply reply;
		uint8_t frame[FRAME_MAX], ip[2 * FRAME_MAX];
		size_t whole = build_syn(a, flow, number, index, 1, &probe, frame) - ETHERNET_BYTES;
		for (size_t i = 0; i < sizeof FLAGS; i++) {
			size_t bytes = build_answer(frame, FLAGS[i], NULL, 0, ip);
			check(reply_match(a, ip, bytes, &reply) && reply.number == number, "an answer belongs to its own run");
			check(!reply_match(b, ip, bytes, &reply), "an answer to %s is none to another run", probe_kind_name(probe.kind));
		}
		size_t bytes = build_error(frame, whole, flow->family == 4 ? 11 : 3, HOP, ip);
		check(reply_match(a, ip, bytes, &reply) && reply.number == number, "an error belongs to its own run");
		check(!reply_match(b, ip, bytes, &reply), "an error about %s is none about another run", probe_kind_name(probe.kind));
	}
}

static void test_answers(void)
{
	static const uint32_t RANGES[] = {28233, 8};
	for (size_t range = 0; range < sizeof RANGES / sizeof RANGES[0]; range++) {
		struct run_case v1 = {"v1", 1}, v0 = {"v0", 1}, flags = {"v1,flags=81", 1}, set = {"v1,options=bare", 1}, ttl = {"v1,ttl=9-10", 2};
		struct scan runs[] = {begin(&v1, RANGES[range]), begin(&v0, RANGES[range]), begin(&flags, RANGES[range]),
				      begin(&set, RANGES[range]), begin(&ttl, RANGES[range])};
		for (unsigned target = 0; target < TARGETS; target++) {
			struct flow flows[] = {flow_v4((uint8_t)target), flow_v6((uint8_t)target)};
			for (size_t pair = 0; pair < 25; pair++) {
				struct scan a = runs[pair / 5], b = runs[pair % 5];
				if (target % 2 == 1) {
					use_list(&a);
					use_list(&b);
				}
				if (pair / 5 != pair % 5) {
					check_answers(&a, &b, &flows[target % 2]);
				}
			}
		}
	}
}

/* Within one run no two probes of a target share a port, whatever the range; and each is found again by it. */
static void test_one_run(void)
{
	static const struct {
		struct run_case run;
		uint32_t ports;
	} CASES[] = {
	    {{"v1", 1}, 1},
	    {{"v1", 3}, 3},
	    {{"v0+v1", 2}, 2},
	    {{"v0+v1+join", 6}, 7},
	    {{"v0+v1,ttl=1-8", 16}, 383},
	    {{"v0+v1,ttl=1-8", 16}, 384},
	    {{"v1+v0+grease+join+canary+port2+port2v0+plain", 8}, 192},
	    {{"v1+v0+grease+join+canary+port2+port2v0+plain", 256}, 6144},
	    {{"v1+v0+grease+join+canary+port2+port2v0+plain,options=bare", 256}, 28233},
	    {{"plain+v1+v1,ttl=1-85", 255}, 255},
	};
	for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
		struct scan scan = begin(&CASES[i].run, CASES[i].ports);
		for (unsigned target = 0; target < TARGETS; target++) {
			struct flow flow = flow_v4((uint8_t)target);
			struct flow_hash hash = flow_hash(&scan, &flow);
			for (unsigned number = 0; number < scan.stream_count; number++) {
				struct probe probe = probe_of(&scan, &flow, number);
				unsigned found = PLAN_STREAMS_MAX;
				check((uint32_t)probe.source_port - 32768 < CASES[i].ports, "a port lies in the range");
				check(probe_find(&scan, &hash, probe.source_port, &found) && found == number,
				      "%s in %u ports: probe %u is found as %u", CASES[i].run.arguments, CASES[i].ports, number, found);
				check(probe_index(&scan, &hash, probe.sequence, number) == 0, "and its place too");
			}
		}
	}
}

/* The draw is even: with one port for one probe, every port of the range is used about as often as the others. */
static void test_spread(void)
{
	unsigned seen[16] = {0};
	struct scan scan = begin(&RUNS[0], 16);
	for (unsigned target = 0; target < 256 * 64; target++) {
		struct flow flow = flow_v4((uint8_t)target);
		flow.target[2] = (uint8_t)(target >> 8);
		seen[probe_of(&scan, &flow, 0).source_port - 32768]++;
	}
	for (unsigned port = 0; port < 16; port++) {
		check(seen[port] > 900 && seen[port] < 1150, "port %u of 16 is used %u times of 16,384", port, seen[port]);
	}
}

/* A second attempt sends what a scan of twice as many probes would send last, and knows the first attempt's packets. */
static void test_attempts(void)
{
	static const struct run_case FIRST = {"v0+v1", 2}, SECOND = {"v0+v1,attempt=2", 2}, BOTH = {"v0+v1", 4};
	struct scan first = begin(&FIRST, 28233), second = begin(&SECOND, 28233), both = begin(&BOTH, 28233);
	check(second.first_number == 2 && second.stream_count == 4, "the second attempt begins behind the first");
	for (unsigned target = 0; target < TARGETS; target++) {
		struct flow flow = flow_v4((uint8_t)target);
		struct flow_hash hash = flow_hash(&second, &flow);
		for (unsigned number = 0; number < 4; number++) {
			struct probe due = probe_of(number < 2 ? &first : &both, &flow, number), is = probe_of(&second, &flow, number);
			unsigned found = 99;
			check(is.source_port == due.source_port && is.sequence == due.sequence && is.kind == due.kind,
			      "probe %u is the one that it is without attempts", number);
			check(probe_find(&second, &hash, is.source_port, &found) && found == number, "probe %u is found as %u", number, found);
		}
	}
}

int main(void)
{
	test_attempts();
	test_two_runs();
	test_answers();
	test_one_run();
	test_spread();
	return checks_done("streams");
}
