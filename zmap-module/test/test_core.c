/* Keyed hash, option walk, arguments, packets, matching and fields, without any zmap. */
#include <stdlib.h>
#include <string.h>

#include "../bytes.h"
#include "../fields.h"
#include "../packet.h"
#include "check.h"

static const uint8_t MAC_US[MAC_BYTES] = {2, 0, 0, 0, 0, 2}, MAC_THEM[MAC_BYTES] = {2, 0, 0, 0, 0, 1};

static struct scan scan_of(const char *arguments, unsigned streams)
{
	struct scan scan;
	struct probe_plan plan;
	char error[PLAN_ERROR_SIZE] = "";
	check(plan_parse(arguments, &plan, error), "\"%s\" is understood: %s", arguments, error);
	check(plan_fits(&plan, streams, 28233, error), "\"%s\" fits -P %u: %s", arguments, streams, error);
	for (uint8_t i = 0; i < SECRET_BYTES; i++) {
		plan.secret[i] = i;
	}
	scan_begin(&scan, &plan, streams, 32768, 28233);
	return scan;
}

static struct flow flow_v4(uint8_t last)
{
	struct flow flow = {.family = 4, .target_port = 80};
	memcpy(flow.source, (const uint8_t[]){240, 0, 0, 2}, 4);
	memcpy(flow.target, (const uint8_t[]){198, 18, 0, last}, 4);
	return flow;
}

static struct flow flow_v6(uint8_t last)
{
	struct flow flow = {.family = 6, .target_port = 443};
	memcpy(flow.source, (const uint8_t[]){0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2}, 16);
	memcpy(flow.target, (const uint8_t[]){0x20, 1, 0xd, 0xb8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 16);
	flow.target[15] = last;
	return flow;
}

/* Appendix A of the SipHash paper, and its reference's outputs for 0, 8 and 16 bytes 00 01 02 ... */
static void test_siphash(void)
{
	uint8_t secret[SECRET_BYTES];
	for (uint8_t i = 0; i < SECRET_BYTES; i++) {
		secret[i] = i;
	}
	struct siphash_key key = siphash_key_from(secret);
	const uint64_t words[] = {0x0706050403020100u, 0x0f0e0d0c0b0a0908u};
	check(siphash_words(&key, words, 0) == 0x726fdb47dd0e0e31u, "SipHash of nothing");
	check(siphash_words(&key, words, 1) == 0x93f5f5799a932462u, "SipHash of 8 bytes");
	check(siphash_words(&key, words, 2) == 0x3f2acc7f57c29bdbu, "SipHash of 16 bytes");
}

static void test_fingerprints(void)
{
	static const struct {
		const char *options, *order;
	} CASES[] = {
	    {"", ""},
	    {"020405b40402080a112233445566778801030307", "mss,sackok,ts,nop,ws"},
	    {"020405b40402080a1122334455667788010303071e040101", "mss,sackok,ts,nop,ws,mptcp"},
	    {"020405b40103030801010402", "mss,nop,ws,nop,nop,sackok"},
	    {"fd06000000004c0201", "253,76,nop"},
	    {"00020405b4", "eol"},
	    {"01010800", "nop,nop,fault"},
	    {"0204", "fault"},
	    {"1e", "fault"},
	    {"050a0000000000000000", "sack"},
	};
	for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
		uint8_t options[TCP_OPTIONS_MAX];
		char order[TCP_FINGERPRINT_SIZE];
		size_t bytes = from_hex(CASES[i].options, options, sizeof options);
		tcp_options_fingerprint(options, bytes, order);
		check(strcmp(order, CASES[i].order) == 0, "%s reads as %s", CASES[i].options, order);
	}
	uint8_t most[TCP_OPTIONS_MAX];
	char order[TCP_FINGERPRINT_SIZE];
	for (size_t i = 0; i < sizeof most; i += 2) {
		most[i] = 253;
		most[i + 1] = 2;
	}
	tcp_options_fingerprint(most, sizeof most, order);
	check(strlen(order) == 20 * 4 - 1, "the longest run of unknown kinds has %zu characters", strlen(order));
}

static void test_arguments(void)
{
	static const struct {
		const char *text;
		bool ok;
		unsigned variants;
	} CASES[] = {
	    {NULL, true, 1},
	    {"", true, 1},
	    {"v1", true, 1},
	    {"v0+v1", true, 2},
	    {"v1,ttl=1-8", true, 8},
	    {"v0+v1+grease,ttl=3-4", true, 6},
	    {"ttl=7", true, 1},
	    {"options=windows,v0", true, 1},
	    {"port2+port2v0+join+canary+plain", true, 5},
	    {"flags=a1", true, 1},
	    {"secret=000102030405060708090a0b0c0d0e0f", true, 1},
	    {"secret-file=/run/s", true, 1},
	    {"list=/run/l", true, 1},
	    {"v2", false, 0},
	    {"v1+", false, 0},
	    {"+v1", false, 0},
	    {"v1,", false, 0},
	    {"v1,v0", false, 0},
	    {"ttl=0", false, 0},
	    {"ttl=256", false, 0},
	    {"ttl=8-1", false, 0},
	    {"ttl=", false, 0},
	    {"ttl=1-", false, 0},
	    {"ttl=-3", false, 0},
	    {"options=macos", false, 0},
	    {"flags=1", false, 0},
	    {"flags=zz", false, 0},
	    {"secret=00", false, 0},
	    {"secret=00010203040506070809 a0b0c0d0e0f", false, 0},
	    {"secret-file=", false, 0},
	    {"V1", false, 0},
	    {"v1 ", false, 0},
	    {"v1+v1+v1+v1+v1+v1+v1+v1+v1+v1+v1+v1+v1+v1+v1+v1+v1", false, 0},
	};
	for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
		struct probe_plan plan;
		char error[PLAN_ERROR_SIZE] = "";
		bool ok = plan_parse(CASES[i].text, &plan, error);
		check(ok == CASES[i].ok, "\"%s\" is %s", CASES[i].text, ok ? "understood" : "refused");
		check(!ok || plan_variants(&plan) == CASES[i].variants, "\"%s\" names its packets", CASES[i].text);
		check(ok || strstr(error, "known are") != NULL, "\"%s\" is refused with what is known: %s", CASES[i].text, error);
	}
}

static void test_fits(void)
{
	static const struct {
		const char *text;
		unsigned streams, ports;
		bool ok;
	} CASES[] = {
	    {"v1", 1, 1, true},
	    {"v1", 3, 3, true},
	    {"v1", 3, 2, false},
	    {"v0+v1", 1, 100, false},
	    {"v0+v1", 2, 100, true},
	    {"v0+v1", 4, 100, true},
	    {"v0+v1", 3, 100, false},
	    {"v1", 0, 100, false},
	    {"port2", 1, 2, false},
	    {"port2", 1, 3, true},
	    {"v1+port2", 2, 4, false},
	    {"v1+port2", 2, 5, true},
	    {"v1,ttl=1-8", 8, 100, true},
	};
	for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
		struct probe_plan plan;
		char error[PLAN_ERROR_SIZE] = "";
		plan_parse(CASES[i].text, &plan, error);
		check(plan_fits(&plan, CASES[i].streams, CASES[i].ports, error) == CASES[i].ok, "%s with -P %u and %u ports: %s",
		      CASES[i].text, CASES[i].streams, CASES[i].ports, error);
	}
}

static uint16_t folded_sum(uint32_t sum, const uint8_t *at, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++) {
		sum += i % 2 == 0 ? (uint32_t)at[i] << 8 : at[i];
	}
	while (sum >> 16 != 0) {
		sum = (sum & 0xffff) + (sum >> 16);
	}
	return (uint16_t)sum;
}

/* Both checksums hold, by a sum of another kind than the one that wrote them. */
static void check_sums(const uint8_t *frame, size_t bytes, const char *what)
{
	const uint8_t *ip = frame + ETHERNET_BYTES;
	bool v4 = ip[0] >> 4 == 4;
	size_t header = v4 ? 20 : 40, tcp_bytes = bytes - ETHERNET_BYTES - header;
	size_t stated = v4 ? get_be16(ip + 2) : get_be16(ip + 4) + 40u;
	uint8_t pseudo[40] = {0};
	size_t addresses = v4 ? 8 : 32;
	memcpy(pseudo, v4 ? ip + 12 : ip + 8, addresses);
	pseudo[addresses + 3] = 6;
	put_be16(pseudo + addresses + 4, (uint16_t)tcp_bytes);
	check(stated + ETHERNET_BYTES == bytes, "%s: IP states its length", what);
	check(!v4 || folded_sum(0, ip, 20) == 0xffff, "%s: the IP checksum holds", what);
	check(folded_sum(folded_sum(0, pseudo, sizeof pseudo), ip + header, tcp_bytes) == 0xffff,
	      "%s: the TCP checksum holds", what);
}

static size_t build(const struct scan *scan, const struct flow *flow, unsigned number, uint32_t index, uint32_t clock,
		    struct probe *probe, uint8_t *frame)
{
	struct packet_template template;
	struct flow_hash hash = flow_hash(scan, flow);
	probe_number(scan, &hash, index, number, probe);
	probe_options(scan, flow, probe);
	packet_template_build(&template, scan, flow->family, probe->kind, MAC_US, MAC_THEM);
	packet_write(&template, flow, probe, clock, frame);
	return template.length;
}

#define TEST_CLOCK 0xfedcba98u

static const struct option_set_case {
	const char *argument, *order;
	bool has_clock;
} OPTION_SETS[] = {
    {"options=linux", "mss,sackok,ts,nop,ws", true},
    {"options=windows", "mss,nop,ws,nop,nop,sackok", false},
    {"options=bare", "", false},
};

/* The options of one frame: the set's own, then ours, then the canary. */
static void check_options(const struct option_set_case *set, const struct probe *probe, const uint8_t *options, size_t bytes)
{
	const char *name = probe_kind_name(probe->kind);
	char expected[128], order[TCP_FINGERPRINT_SIZE];
	uint32_t value = 0, echo = 1;
	strcpy(expected, set->order);
	if (probe->option_bytes > 0) {
		strcat(strcat(expected, expected[0] ? "," : ""), "mptcp");
	}
	strcat(expected, probe->has_canary ? ",253" : "");
	tcp_options_fingerprint(options, bytes, order);
	check(strcmp(order, expected) == 0, "%s carries %s", name, order);
	const uint8_t *option = options + bytes - probe->option_bytes - (probe->has_canary ? CANARY_BYTES : 0);
	check(memcmp(option, probe->option, probe->option_bytes) == 0, "%s carries its own option", name);
	bool has_clock = tcp_options_timestamps(options, bytes, &value, &echo) && value == TEST_CLOCK && echo == 0;
	check(has_clock == set->has_clock, "%s carries the clock where the set has one", name);
}

static void check_packet(const struct option_set_case *set, const struct scan *scan, const struct flow *flow, unsigned number)
{
	struct probe probe;
	uint8_t frame[FRAME_MAX];
	size_t bytes = build(scan, flow, number, 0, TEST_CLOCK, &probe, frame);
	const uint8_t *tcp = frame + ETHERNET_BYTES + (flow->family == 4 ? 20 : 40);
	size_t options = (size_t)(frame + bytes - tcp) - TCP_HEADER_BYTES;
	const char *name = probe_kind_name(probe.kind);
	check_sums(frame, bytes, name);
	if (flow->family == 4) {
		packet_set_ip_id(frame, (uint16_t)(number * 4099));
		check_sums(frame, bytes, "another IP id");
	}
	check(get_be16(tcp + 2) == flow->target_port, "%s goes to the port that was asked for", name);
	check(tcp[12] >> 4 == (TCP_HEADER_BYTES + options) / 4 && tcp[13] == 2, "%s is a SYN", name);
	check_options(set, &probe, tcp + TCP_HEADER_BYTES, options);
}

static void test_packets(void)
{
	for (size_t i = 0; i < sizeof OPTION_SETS / sizeof OPTION_SETS[0]; i++) {
		char arguments[128] = "v1+v0+grease+join+canary+port2+port2v0+plain,";
		struct scan scan = scan_of(strcat(arguments, OPTION_SETS[i].argument), 8);
		for (unsigned number = 0; number < 8; number++) {
			struct flow v4 = flow_v4((uint8_t)number), v6 = flow_v6((uint8_t)number);
			check_packet(&OPTION_SETS[i], &scan, &v4, number);
			check_packet(&OPTION_SETS[i], &scan, &v6, number);
		}
	}
}

/* The answer of a host: a SYN/ACK, or RST, to a frame of ours, with the options given. */
static size_t answer(const uint8_t *frame, uint8_t flags, const uint8_t *options, size_t bytes, uint8_t *ip)
{
	const uint8_t *ours = frame + ETHERNET_BYTES;
	bool v4 = ours[0] >> 4 == 4;
	size_t header = v4 ? 20 : 40;
	uint8_t *tcp = ip + header;
	memset(ip, 0, header + TCP_HEADER_BYTES);
	ip[0] = v4 ? 0x45 : 0x60;
	put_be16(ip + (v4 ? 2 : 4), (uint16_t)((v4 ? 20 : 0) + TCP_HEADER_BYTES + bytes));
	ip[v4 ? 9 : 6] = 6;
	size_t address = v4 ? 4 : 16, at = v4 ? 12 : 8;
	memcpy(ip + at, ours + at + address, address);
	memcpy(ip + at + address, ours + at, address);
	memcpy(tcp, ours + header + 2, 2);
	memcpy(tcp + 2, ours + header, 2);
	put_be32(tcp + 8, get_be32(ours + header + 4) + 1);
	tcp[12] = (uint8_t)((TCP_HEADER_BYTES + bytes) / 4 << 4);
	tcp[13] = flags;
	if (bytes > 0) {
		memcpy(tcp + TCP_HEADER_BYTES, options, bytes);
	}
	return header + TCP_HEADER_BYTES + bytes;
}

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
			build(&scan, &flow, number, index, 1, &probe, frame);
			size_t bytes = answer(frame, 0x12, NULL, 0, ip), tcp = family == 4 ? 20 : 40;
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

static size_t icmp_error(const uint8_t *frame, size_t quoted, uint8_t type, const uint8_t *hop, uint8_t *ip)
{
	const uint8_t *ours = frame + ETHERNET_BYTES;
	bool v4 = ours[0] >> 4 == 4;
	size_t header = v4 ? 20 : 40;
	memset(ip, 0, header + 8);
	ip[0] = v4 ? 0x45 : 0x60;
	put_be16(ip + (v4 ? 2 : 4), (uint16_t)((v4 ? 20 : 0) + 8 + quoted));
	ip[v4 ? 9 : 6] = v4 ? 1 : 58;
	memcpy(ip + (v4 ? 12 : 8), hop, v4 ? 4 : 16);
	memcpy(ip + (v4 ? 16 : 24), ours + (v4 ? 12 : 8), v4 ? 4 : 16);
	ip[header] = type;
	memcpy(ip + header + 8, ours, quoted);
	return header + 8 + quoted;
}

static const struct field_value *field_named(const struct field_value *values, const char *name)
{
	for (size_t i = 0; i < field_count; i++) {
		if (strcmp(field_definition(i)->name, name) == 0) {
			return &values[i];
		}
	}
	check(false, "there is a field %s", name);
	return values;
}

static bool text_is(const struct field_value *values, const char *name, const char *expected)
{
	const struct field_value *value = field_named(values, name);
	if (expected == NULL) {
		return value->type == FIELD_NULL;
	}
	return value->type == FIELD_STRING && strcmp(value->text, expected) == 0;
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
		size_t whole = build(&scan, &flow, 0, 0, 1000, &probe, frame) - ETHERNET_BYTES;
		for (size_t quoted = 0; quoted <= whole; quoted++) {
			size_t bytes = icmp_error(frame, quoted, CASES[i].type, HOP, ip);
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
		size_t bytes = icmp_error(frame, whole, 12, HOP, ip);
		check(!matches(&scan, ip, bytes, &reply), "other types are not read");
		bytes = icmp_error(frame, whole, CASES[i].type, HOP, ip);
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
		build(&scan, &flow, 0, 0, 1000, &probe, frame);
		size_t bytes = answer(frame, 0x12, options, CASES[i].has_ts ? sizeof options : 0, ip);
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

/* Two targets, ports or kinds never share a key; one and the same probe always has the same. */
static void test_keys(void)
{
	struct scan scan = scan_of("v0+port2v0+join+canary", 4), other = scan;
	uint8_t seen[4 * 256][12];
	size_t count = 0;
	other.plan.secret[0] ^= 1;
	other.key = siphash_key_from(other.plan.secret);
	for (unsigned target = 0; target < 256; target++) {
		for (unsigned number = 0; number < 4; number++) {
			struct flow flow = flow_v4((uint8_t)target);
			struct probe probe, again, elsewhere;
			uint8_t frame[FRAME_MAX];
			build(&scan, &flow, number, 0, 5, &probe, frame);
			build(&scan, &flow, number, 0, 9, &again, frame);
			build(&other, &flow, number, 0, 5, &elsewhere, frame);
			const uint8_t *fresh = probe.has_canary ? probe.canary : probe.option + 4;
			const uint8_t *theirs = probe.has_canary ? elsewhere.canary : elsewhere.option + 4;
			check(memcmp(&probe, &again, sizeof probe) == 0 || memcmp(probe.option, again.option, probe.option_bytes) == 0,
			      "the same probe has the same option");
			check(memcmp(fresh, theirs, 8) != 0, "another secret, another key");
			check(number == 0 || probe.source_port != scan.port_first, "ports are spread");
			for (size_t i = 0; i < count; i++) {
				check(memcmp(seen[i], fresh, 8) != 0, "keys do not repeat");
			}
			memcpy(seen[count++], fresh, 8);
		}
	}
}

static void test_field_table(void)
{
	for (size_t i = 0; i < field_count; i++) {
		for (size_t j = 0; j < i; j++) {
			check(strcmp(field_definition(i)->name, field_definition(j)->name) != 0, "field names are distinct");
			check(strcmp(field_definition(i)->description, field_definition(j)->description) != 0,
			      "descriptions are distinct");
		}
	}
	check(strcmp(field_definition(0)->name, FIELD_BUFFER_OWNER) == 0, "the first string begins the buffer");
}

int main(void)
{
	test_siphash();
	test_fingerprints();
	test_arguments();
	test_fits();
	test_packets();
	test_matching();
	test_icmp();
	test_round_trips();
	test_keys();
	test_field_table();
	return checks_done("core");
}
