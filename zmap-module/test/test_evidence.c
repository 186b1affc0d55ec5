/* Which packets answer a probe of ours, and which hop or target they speak of. */
#include <stdio.h>
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

#define V4_TCP(at) (20 + (at))
#define V6_TCP(at) (40 + (at))

/* One byte of an answer changed (`at` of the IP packet, by xor), or another acknowledgement. */
static const struct matching_case {
	const char *sentence;
	unsigned family;
	uint8_t flags;
	size_t at;
	uint8_t change;
	int acknowledged; /* more than the byte behind our SYN */
	bool ours;
} MATCHING[] = {
    {"a SYN/ACK is ours", 4, 0x12, 0, 0, 0, true},
    {"a SYN/ACK over IPv6 is ours", 6, 0x12, 0, 0, 0, true},
    {"a SYN/ACK with ECE is ours", 4, 0x52, 0, 0, 0, true},
    {"a RST is ours", 4, 0x04, 0, 0, 0, true},
    {"a RST over IPv6 is ours", 6, 0x14, 0, 0, 0, true},
    {"a bare SYN is no answer", 4, 0x02, 0, 0, 0, false},
    {"a bare SYN over IPv6 is no answer", 6, 0x02, 0, 0, 0, false},
    {"an ACK is no answer", 4, 0x10, 0, 0, 0, false},
    {"a FIN/ACK is no answer", 4, 0x11, 0, 0, 0, false},
    {"a RST may acknowledge the byte before our SYN", 4, 0x14, 0, 0, -1, true},
    {"a RST over IPv6 may do so too", 6, 0x04, 0, 0, -1, true},
    {"a SYN/ACK may not", 4, 0x12, 0, 0, -1, false},
    {"nor over IPv6", 6, 0x12, 0, 0, -1, false},
    {"a RST may not acknowledge one byte more", 4, 0x14, 0, 0, 1, false},
    {"nor over IPv6 one byte more", 6, 0x14, 0, 0, 1, false},
    {"nor two bytes less", 4, 0x14, 0, 0, -2, false},
    {"nor over IPv6 two bytes less", 6, 0x14, 0, 0, -2, false},
    {"another acknowledgement is not ours", 4, 0x12, V4_TCP(8), 0x80, 0, false},
    {"another acknowledgement over IPv6 is not ours", 6, 0x12, V6_TCP(8), 0x80, 0, false},
    {"another port of the target is not ours", 4, 0x12, V4_TCP(1), 1, 0, false},
    {"another port of the target over IPv6 is not ours", 6, 0x12, V6_TCP(1), 1, 0, false},
    {"a port that did not send is not ours", 4, 0x12, V4_TCP(3), 1, 0, false},
    {"a port that did not send over IPv6 is not ours", 6, 0x12, V6_TCP(3), 1, 0, false},
    {"another address is not ours", 4, 0x12, 12 + 3, 1, 0, false},
    {"another address of the list is not ours", 6, 0x12, 8 + 15, 1, 0, false},
    {"what went to another address of ours is not ours", 4, 0x12, 16 + 3, 1, 0, false},
    {"what went to another IPv6 address of ours is not ours", 6, 0x12, 24 + 15, 1, 0, false},
    {"a later fragment has no TCP header", 4, 0x12, 7, 1, 0, false},
    {"a later fragment far behind has none either", 4, 0x12, 6, 0x10, 0, false},
    {"a first fragment has one", 4, 0x12, 6, 0x20, 0, true},
    {"what may not be fragmented is whole", 4, 0x12, 6, 0x40, 0, true},
    {"UDP is no answer", 4, 0x12, 9, 6 ^ 17, 0, false},
    {"UDP over IPv6 is no answer", 6, 0x12, 6, 6 ^ 17, 0, false},
    {"a header of 16 bytes is none", 4, 0x12, 0, 0x45 ^ 0x44, 0, false},
    {"a header longer than its packet is none", 4, 0x12, 0, 0x45 ^ 0x4f, 0, false},
    {"IP version 5 is none", 4, 0x12, 0, 0x45 ^ 0x55, 0, false},
};

static void test_matching(void)
{
	struct scan scan = scan_of("v1", 1), over_list = scan;
	use_list(&over_list);
	for (size_t i = 0; i < sizeof MATCHING / sizeof MATCHING[0]; i++) {
		const struct matching_case *c = &MATCHING[i];
		struct flow flow = c->family == 4 ? flow_v4(9) : flow_v6(9);
		struct scan *of = c->family == 4 ? &scan : &over_list;
		struct probe probe;
		struct reply reply;
		uint8_t frame[FRAME_MAX], ip[FRAME_MAX];
		build_syn(of, &flow, 0, c->family == 4 ? 0 : 9, 1, &probe, frame);
		size_t bytes = build_answer(frame, c->flags, NULL, 0, ip), ack = (c->family == 4 ? 20 : 40) + 8;
		put_be32(ip + ack, get_be32(ip + ack) + (uint32_t)c->acknowledged);
		ip[c->at] ^= c->change;
		check(matches(of, ip, bytes, &reply) == c->ours, "%s", c->sentence);
		check(!c->ours || reply.index == (c->family == 4 ? 0 : 9), "%s, and its place is known", c->sentence);
	}
}

/* Every probe number is known again, and no answer is read that was cut. */
static void test_numbers(void)
{
	struct scan scan = scan_of("v1+v0+port2,ttl=3-5", 9), over_list = scan;
	use_list(&over_list);
	for (unsigned number = 0; number < 9; number++) {
		for (unsigned family = 4; family <= 6; family += 2) {
			struct flow flow = family == 4 ? flow_v4(9) : flow_v6(9);
			const struct scan *of = family == 4 ? &scan : &over_list;
			uint32_t index = family == 4 ? 0 : 9;
			struct probe probe;
			struct reply reply;
			uint8_t frame[FRAME_MAX], ip[FRAME_MAX];
			build_syn(of, &flow, number, index, 1, &probe, frame);
			size_t bytes = build_answer(frame, 0x12, NULL, 0, ip);
			check(matches(of, ip, bytes, &reply), "a SYN/ACK to probe %u is ours", number);
			check(reply.number == number && reply.index == index, "probe %u is known again", number);
			check(reply.flow.target_port == flow.target_port && memcmp(reply.flow.target, flow.target, 16) == 0,
			      "its target too");
			check(probe.ttl == 3 + number / 3, "probe %u has TTL %u", number, probe.ttl);
			for (size_t cut = 0; cut < bytes; cut++) {
				check(!matches(of, ip, cut, &reply), "a SYN/ACK cut to %zu bytes is not ours", cut);
			}
		}
	}
}

/* Whoever knows the secret, or sees many of our packets, may answer for himself alone: the sequence number that
 * address 8 would have at place 9 is refused, though it is well made. */
static void test_places(void)
{
	struct scan scan = scan_of("v1", 1);
	use_list(&scan);
	static const struct {
		uint8_t address;
		uint32_t place;
		bool ours;
	} CASES[] = {{8, 8, true}, {8, 9, false}, {9, 8, false}, {0, 0, true}, {8, 0, false}, {255, 255, true}, {0, 256, false}, {8, 1000000, false}};
	for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
		struct flow flow = flow_v6(CASES[i].address);
		struct probe probe;
		struct reply reply;
		uint8_t frame[FRAME_MAX], ip[2 * FRAME_MAX];
		size_t whole = build_syn(&scan, &flow, 0, CASES[i].place, 1, &probe, frame) - ETHERNET_BYTES;
		size_t bytes = build_answer(frame, 0x12, NULL, 0, ip);
		check(matches(&scan, ip, bytes, &reply) == CASES[i].ours, "address %u answers for place %u", CASES[i].address,
		      CASES[i].place);
		bytes = build_error(frame, whole, 1, flow.target, ip);
		check(matches(&scan, ip, bytes, &reply) == CASES[i].ours, "an error about address %u speaks for place %u",
		      CASES[i].address, CASES[i].place);
	}
}

/* The TCP header's length, the IP packet's and what was captured need not agree: the shortest of them ends the options. */
static void test_lengths(void)
{
	static const uint8_t OPTIONS[12] = {30, 12, 1, 1, 1, 2, 3, 4, 5, 6, 7, 8};
	static const struct {
		const char *sentence;
		unsigned family, header_words;
		size_t in_packet, captured; /* bytes of options */
		size_t read;
		bool truncated;
	} CASES[] = {
	    {"options that are all there are read", 4, 8, 12, 12, 12, false},
	    {"options that are all there are read in IPv6", 6, 8, 12, 12, 12, false},
	    {"padding behind a packet is no option", 4, 5, 0, 6, 0, false},
	    {"padding behind an IPv6 packet is no option", 6, 5, 0, 6, 0, false},
	    {"options behind the end of the packet are not read", 4, 8, 0, 12, 0, true},
	    {"options behind the end of the IPv6 packet are not read", 6, 8, 0, 12, 0, true},
	    {"options across the end of the packet are read up to it", 4, 8, 8, 12, 8, true},
	    {"options across the end of the IPv6 packet are read up to it", 6, 8, 8, 12, 8, true},
	    {"options that were not captured are missed", 4, 8, 12, 4, 4, true},
	    {"options that were not captured are missed in IPv6", 6, 8, 12, 4, 4, true},
	    {"a TCP header of 16 bytes has no options", 4, 4, 12, 12, 0, true},
	    {"payload is no option", 4, 5, 12, 12, 0, false},
	};
	for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
		struct scan scan = scan_of("v1", 1);
		struct flow flow = CASES[i].family == 4 ? flow_v4(1) : flow_v6(1);
		struct probe probe;
		struct reply reply;
		struct evidence evidence;
		uint8_t frame[FRAME_MAX], ip[FRAME_MAX];
		size_t tcp = CASES[i].family == 4 ? 20 : 40, stated = CASES[i].in_packet + (CASES[i].family == 4 ? 40 : 20);
		build_syn(&scan, &flow, 0, 0, 1, &probe, frame);
		build_answer(frame, 0x12, OPTIONS, sizeof OPTIONS, ip);
		put_be16(ip + (CASES[i].family == 4 ? 2 : 4), (uint16_t)stated);
		ip[tcp + 12] = (uint8_t)(CASES[i].header_words << 4);
		check(matches(&scan, ip, tcp + 20 + CASES[i].captured, &reply), "%s: it is ours", CASES[i].sentence);
		reply_match(&scan, ip, tcp + 20 + CASES[i].captured, &reply);
		evidence_read(&scan, &reply, 1, &evidence);
		check(evidence.tcp.options_bytes == CASES[i].read && evidence.tcp.truncated == CASES[i].truncated, "%s: %zu bytes",
		      CASES[i].sentence, evidence.tcp.options_bytes);
	}
}

/* Four bytes of NOPs: the TCP header lies behind them. */
static void test_ip_options(void)
{
	static const uint8_t OPTION[4] = {30, 4, 0x80, 1};
	struct scan scan = scan_of("join", 1);
	struct flow flow = flow_v4(1);
	struct probe probe;
	struct reply reply;
	struct evidence evidence;
	uint8_t frame[FRAME_MAX], ip[FRAME_MAX];
	build_syn(&scan, &flow, 0, 0, 1, &probe, frame);
	size_t bytes = build_answer(frame, 0x14, OPTION, sizeof OPTION, ip);
	memmove(ip + 24, ip + 20, bytes - 20);
	memset(ip + 20, 1, 4);
	ip[0] = 0x46;
	put_be16(ip + 2, (uint16_t)(bytes + 4));
	check(reply_match(&scan, ip, bytes + 4, &reply), "an answer with IP options is ours");
	evidence_read(&scan, &reply, 1, &evidence);
	check(evidence.mptcp.classification == CLASS_MP_TCPRST, "its TCP options are read behind them");
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
		ip[CASES[i].family == 4 ? 19 : 39] ^= 1;
		check(!matches(&scan, ip, bytes, &reply), "an error that went to another address of ours is not ours");
		bytes = build_error(frame, whole, CASES[i].type, HOP, ip);
		ip[header + 8 + header + 1] ^= 1;
		check(!matches(&scan, ip, bytes, &reply), "nor is one that quotes a port that did not send");
		bytes = build_error(frame, whole, CASES[i].type, HOP, ip);
		ip[header + 8 + header + 7] ^= 1;
		check(!matches(&scan, ip, bytes, &reply), "nor is one that quotes another sequence number");
	}
}

int main(void)
{
	test_matching();
	test_numbers();
	test_places();
	test_lengths();
	test_ip_options();
	test_icmp();
	return checks_done("evidence");
}
