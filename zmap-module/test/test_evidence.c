/* Which packets answer a probe of ours, and what is read of one that does. */
#include <stdlib.h>
#include <string.h>

#include "../bytes.h"
#include "../packet.h"
#include "check.h"
#include "frames.h"

/* Matching on a heap copy of exactly `bytes`: sanitizers see a read past it. */
static bool matches(const struct scan *scan, const uint8_t *ip, size_t bytes, struct reply *reply)
{
	uint8_t *copy = malloc(bytes > 0 ? bytes : 1);
	memcpy(copy, ip, bytes);
	bool matched = reply_match(scan, copy, bytes, reply);
	free(copy);
	return matched;
}

static void test_matching(void)
{
	struct scan scan = scan_of("v1+v0+port2,ttl=3-5", 9);
	for (unsigned number = 0; number < 9; number++) {
		for (unsigned family = 4; family <= 6; family += 2) {
			struct flow flow = family == 4 ? flow_v4(9) : flow_v6(9);
			uint32_t index = family == 4 ? 0 : 123456;
			struct probe probe;
			struct reply reply;
			uint8_t frame[FRAME_MAX], ip[FRAME_MAX];
			build_syn(&scan, &flow, number, index, 1, &probe, frame);
			size_t bytes = build_answer(frame, 0x12, NULL, 0, ip), tcp = family == 4 ? 20 : 40;
			check(matches(&scan, ip, bytes, &reply), "a SYN/ACK to probe %u is ours", number);
			check(reply.number == number && reply.index == index, "probe %u is known again", number);
			check(reply.flow.target_port == flow.target_port && memcmp(reply.flow.target, flow.target, 16) == 0,
			      "its target too");
			check(probe.ttl == 3 + number / 3, "probe %u has TTL %u", number, probe.ttl);
			for (size_t cut = 0; cut < bytes; cut++) {
				check(!matches(&scan, ip, cut, &reply), "a SYN/ACK cut to %zu bytes is not ours", cut);
			}
			ip[tcp + 13] = 0x10;
			check(!matches(&scan, ip, bytes, &reply), "an ACK is no answer");
			ip[tcp + 13] = 0x04;
			check(matches(&scan, ip, bytes, &reply), "a RST is");
			ip[tcp + 11] ^= 1;
			bool forged = matches(&scan, ip, bytes, &reply);
			check(family == 4 ? !forged : reply.index != index, "another acknowledgement is not ours");
			ip[tcp + 11] ^= 1;
			ip[tcp + 1] ^= 1;
			check(!matches(&scan, ip, bytes, &reply) || reply.index != index, "nor is another port of the target");
		}
	}
}

static void test_icmp(void)
{
	static const uint8_t HOP[16] = {198, 19, 0, 1};
	static const struct {
		unsigned family;
		uint8_t type;
		const char *class;
	} CASES[] = {{4, 3, "icmp_unreachable"}, {4, 11, "icmp_ttl_exceeded"}, {6, 1, "icmp_unreachable"}, {6, 3, "icmp_ttl_exceeded"}};
	struct scan scan = scan_of("v1", 1);
	for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
		struct flow flow = CASES[i].family == 4 ? flow_v4(3) : flow_v6(3);
		size_t header = CASES[i].family == 4 ? 20 : 40;
		struct probe probe;
		struct reply reply;
		struct evidence evidence;
		struct field_value values[FIELDS_MAX];
		char buffer[FIELDS_BUFFER_BYTES];
		uint8_t frame[FRAME_MAX], ip[2 * FRAME_MAX];
		size_t whole = build_syn(&scan, &flow, 0, 0, 1000, &probe, frame) - ETHERNET_BYTES;
		for (size_t quoted = 0; quoted <= whole; quoted++) {
			size_t bytes = build_error(frame, quoted, CASES[i].type, HOP, ip);
			bool matched = matches(&scan, ip, bytes, &reply);
			check(matched == (quoted >= header + 8), "an error that quotes %zu bytes is %sours", quoted, matched ? "" : "not ");
			if (!matched) {
				continue;
			}
			uint8_t *copy = malloc(bytes);
			memcpy(copy, ip, bytes);
			reply_match(&scan, copy, bytes, &reply);
			evidence_read(&scan, &reply, 1500, &evidence);
			fields_render(&evidence, values, buffer);
			check(text_is(values, "classification", CASES[i].class), "type %u is %s", CASES[i].type, CASES[i].class);
			check(text_is(values, "target", CASES[i].family == 4 ? "198.18.0.3" : "2001:db8:1::3"), "the target is named");
			check(text_is(values, "icmp_quoted_options",
				      quoted == whole ? to_hex(frame + ETHERNET_BYTES + header + 20, whole - header - 20) : NULL),
			      "quoted options show when quoted whole");
			check(text_is(values, "icmp_quoted_option", quoted == whole ? "1e040101" : quoted == whole - 1 ? "1e0401"
											       : quoted == whole - 2   ? "1e04"
											       : quoted == whole - 3   ? "1e"
														       : NULL),
			      "the quoted option shows as far as quoted");
			check(quoted < whole || field_named(values, "rtt_us")->number == 500, "the quoted clock gives the hop's round trip");
			free(copy);
		}
		size_t bytes = build_error(frame, whole, 12, HOP, ip);
		check(!matches(&scan, ip, bytes, &reply), "other types are not read");
		bytes = build_error(frame, whole, CASES[i].type, HOP, ip);
		ip[header + 8 + header + 7] ^= 1;
		bool forged = matches(&scan, ip, bytes, &reply);
		check(!forged || reply.index != 0, "an error that quotes another sequence number is not ours");
	}
}

static void test_round_trips(void)
{
	static const struct {
		const char *arguments;
		uint32_t value, echo;
		bool has_ts;
		const char *missing, *source;
		uint32_t rtt;
	} CASES[] = {
	    {"v1", 77, 1000, true, NULL, "tsecr", 250},
	    {"v1", 1000, 0, true, NULL, "mirrored_tsval", 250},
	    {"v1", 900000000, 0, true, "not_returned", NULL, 0},
	    {"v1", 77, 900000000, true, "rejected", NULL, 0},
	    {"v1", 0, 0, false, "not_returned", NULL, 0},
	    {"v1,options=windows", 77, 1000, true, "not_sent", NULL, 0},
	    {"v1", 77, 0xffffff00u, true, NULL, "tsecr", 1506},
	};
	for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
		struct scan scan = scan_of(CASES[i].arguments, 1);
		struct flow flow = flow_v4(1);
		struct probe probe;
		struct reply reply;
		struct evidence evidence;
		struct field_value values[FIELDS_MAX];
		char buffer[FIELDS_BUFFER_BYTES];
		uint8_t frame[FRAME_MAX], ip[FRAME_MAX], options[12] = {1, 1, 8, 10};
		put_be32(options + 4, CASES[i].value);
		put_be32(options + 8, CASES[i].echo);
		build_syn(&scan, &flow, 0, 0, 1000, &probe, frame);
		size_t bytes = build_answer(frame, 0x12, options, CASES[i].has_ts ? sizeof options : 0, ip);
		check(reply_match(&scan, ip, bytes, &reply), "the answer is ours");
		evidence_read(&scan, &reply, ((uint64_t)7 << 32) + 1250, &evidence);
		fields_render(&evidence, values, buffer);
		check(text_is(values, "rtt_missing", CASES[i].missing), "case %zu: rtt_missing", i);
		check(text_is(values, "rtt_source", CASES[i].source), "case %zu: rtt_source", i);
		const struct field_value *rtt = field_named(values, "rtt_us");
		check(CASES[i].missing != NULL ? rtt->type == FIELD_NULL : rtt->number == CASES[i].rtt, "case %zu: rtt_us %u", i,
		      rtt->number);
	}
}

int main(void)
{
	test_matching();
	test_icmp();
	test_round_trips();
	return checks_done("evidence");
}
