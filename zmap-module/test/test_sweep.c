/* The sweep: every answer names its probe, whatever boxes did to the quote of it, and nothing is asked for twice or in vain. */
#include <stdlib.h>
#include <string.h>

#include "../bytes.h"
#include "../sweep/answer.h"
#include "../sweep/frames.h"
#include "../sweep/schedule.h"
#include "../wire.h"
#include "check.h"

#define PACKET_MAX 512
#define ICMP_AT(family) ((family) == 4 ? 20u : 40u)
#define ICMP_BYTES 8

static const uint8_t SECRET[SECRET_BYTES] = {1, 2, 3, 4, 5, 6, 7, 8};
static struct sweep_templates templates;

static void add(struct sweep *sweep, uint8_t family, uint8_t last, uint16_t port, uint8_t kind)
{
	struct target target = {.family = family, .kind = kind, .port = port};
	uint8_t us[16] = {198, 18, 0, 2}, there[16] = {198, 18, 9, last}, us6[16] = {0x20, 1, 0x0d, 0xb8, [15] = 2}, there6[16] = {0x20, 1, 0x0d, 0xb8, 9, [15] = last};
	memcpy(target.source, family == 4 ? us : us6, 16);
	memcpy(target.address, family == 4 ? there : there6, 16);
	check(sweep_add(sweep, &target), "a target is taken");
}

/* Two addresses of each family with a port in both versions and an echo, and one with two ports. */
static void begin(struct sweep *sweep, unsigned passes)
{
	sweep_begin(sweep, SECRET, 1, 24, passes);
	for (uint8_t family = 4; family <= 6; family += 2) {
		for (uint8_t last = 1; last <= 2; last++) {
			add(sweep, family, last, 80, PROBE_V1);
			add(sweep, family, last, 80, PROBE_V0);
			add(sweep, family, last, 0, SWEEP_ECHO);
		}
		add(sweep, family, 1, 443, PROBE_V1);
	}
	check(sweep_settle(sweep), "targets are sorted");
	sweep_templates_build(sweep, &templates);
}

static uint16_t sum(const uint8_t *at, size_t bytes, uint32_t start)
{
	for (size_t i = 0; i < bytes; i++) {
		start += (uint32_t)at[i] << (i % 2 == 0 ? 8 : 0);
	}
	start = (start & 0xffff) + (start >> 16);
	return (uint16_t)(start + (start >> 16));
}

/* 0xffff where the transport checksum of a packet is right. */
static uint16_t transport_sum(const uint8_t *packet, size_t bytes)
{
	bool v4 = packet[0] >> 4 == 4;
	size_t header = v4 ? 20 : 40, addresses = v4 ? 12 : 8;
	uint8_t protocol = v4 ? packet[9] : packet[6];
	uint32_t start = protocol == IP_PROTOCOL_ICMP ? 0 : protocol + (uint32_t)(bytes - header) + sum(packet + addresses, v4 ? 8 : 32, 0);
	return sum(packet + header, bytes - header, start);
}

/* An ICMP error that quotes so many bytes, padded to `padded` where that is more, with extensions behind that. */
static size_t error_of(const uint8_t *quoted, size_t quoted_bytes, size_t padded, size_t extensions, uint8_t *out)
{
	bool v4 = quoted[0] >> 4 == 4;
	size_t at = ICMP_AT(v4 ? 4 : 6), body = padded > quoted_bytes ? padded : quoted_bytes;
	memset(out, 0, PACKET_MAX);
	out[0] = v4 ? 0x45 : 0x60;
	out[v4 ? IPV4_TTL_AT : IPV6_HOP_LIMIT_AT] = 61;
	out[v4 ? IPV4_PROTOCOL_AT : IPV6_NEXT_HEADER_AT] = v4 ? IP_PROTOCOL_ICMP : IP_PROTOCOL_ICMPV6;
	put_be16(out + (v4 ? IPV4_TOTAL_LENGTH_AT : IPV6_PAYLOAD_LENGTH_AT), (uint16_t)((v4 ? at : 0) + ICMP_BYTES + body + extensions));
	out[at] = v4 ? 11 : 3;
	if (extensions > 0) {
		out[at + (v4 ? 5 : 4)] = (uint8_t)(body / (v4 ? 4 : 8));
	}
	memcpy(out + at + ICMP_BYTES, quoted, quoted_bytes);
	memset(out + at + ICMP_BYTES + body, 0xee, extensions);
	return at + ICMP_BYTES + body + extensions;
}

static bool names(const struct sweep *sweep, const uint8_t *packet, size_t bytes, uint32_t number, struct answer *answer)
{
	struct numbered probe = sweep_numbered(sweep, number);
	return answer_read(sweep, packet, bytes, answer) && answer->target == probe.target && answer->ttl == probe.ttl && (answer->pass == probe.pass || answer->pass == -1);
}

static void test_numbers(void)
{
	struct sweep sweep;
	uint32_t found, strangers = 0;
	begin(&sweep, 3);
	bool own = true, apart = true;
	for (uint32_t number = 0; number < sweep_probe_count(&sweep); number++) {
		own &= sweep_find(&sweep, sweep_sequence(&sweep, number), &found) && found == number;
		own &= sweep_number(&sweep, sweep_numbered(&sweep, number)) == number;
	}
	for (uint32_t sequence = 0; sequence < 1000000; sequence++) {
		strangers += sweep_find(&sweep, sequence * 4001, &found);
	}
	for (uint32_t i = 0; i < sweep.target_count; i++) {
		for (uint32_t j = 0; j < i; j++) {
			const struct target *a = &sweep.targets[i], *b = &sweep.targets[j];
			apart &= memcmp(a->address, b->address, 16) != 0 || a->port != b->port || a->source_port != b->source_port;
		}
	}
	check(own, "every probe is found by its sequence number");
	check(strangers < 10, "%u of a million other sequence numbers are taken for a probe's", strangers);
	check(apart, "two kinds of SYN to one port never share a source port");
	sweep_free(&sweep);
}

static void test_packets(void)
{
	struct sweep sweep;
	uint8_t packet[FRAME_MAX], echoes = 0;
	begin(&sweep, 2);
	for (uint32_t number = 0; number < sweep_probe_count(&sweep); number++) {
		struct numbered probe = sweep_numbered(&sweep, number);
		const struct target *target = &sweep.targets[probe.target];
		size_t bytes = sweep_packet(&sweep, &templates, number, 123456, packet), at = target->family == 4 ? 20 : 40;
		check(transport_sum(packet, bytes) == 0xffff, "probe %u: the checksum is right", number);
		check(target->family == 6 || sum(packet, 20, 0) == 0xffff, "probe %u: that of its header too", number);
		check(packet[target->family == 4 ? 8 : 7] == probe.ttl, "probe %u: its TTL is its own", number);
		check(get_be16(packet + at + (target->kind == SWEEP_ECHO ? 4 : 0)) == target->source_port, "probe %u: leaves from its target's port", number);
		if (target->kind == SWEEP_ECHO) {
			echoes++;
			check(get_be16(packet + at + 2) == 0x4d50, "probe %u: echoes share a checksum, which routers spread load by", number);
		}
	}
	size_t bytes = sweep_reset(&sweep.targets[0], 77, packet);
	check(transport_sum(packet, bytes) == 0xffff && sum(packet, 20, 0) == 0xffff && packet[33] == TCP_FLAG_RST && get_be32(packet + 24) == 77, "a RST has the number that was acknowledged");
	check(echoes > 0, "there are echoes");
	sweep_free(&sweep);
}

static void test_quotes(void)
{
	struct sweep sweep;
	struct answer answer;
	uint8_t packet[FRAME_MAX], error[PACKET_MAX];
	begin(&sweep, 2);
	for (uint32_t number = 0; number < sweep_probe_count(&sweep); number++) {
		const struct target *target = &sweep.targets[sweep_numbered(&sweep, number).target];
		size_t bytes = sweep_packet(&sweep, &templates, number, 123456, packet), at = target->family == 4 ? 20 : 40;
		size_t error_bytes = error_of(packet, bytes, 0, 0, error);
		check(names(&sweep, error, error_bytes, number, &answer) && answer.quote_bytes == bytes && answer.hop_limit == 61, "probe %u: a whole quote names it", number);
		error_bytes = error_of(packet, at + 8, 0, 0, error);
		check(names(&sweep, error, error_bytes, number, &answer) && answer.quote_bytes == at + 8, "probe %u: one of 8 bytes does", number);
		error_bytes = error_of(packet, bytes, 128, 16, error);
		check(names(&sweep, error, error_bytes, number, &answer) && answer.quote_bytes == bytes && answer.extension_bytes == 16 && answer.extensions[0] == 0xee,
		      "probe %u: padding is no quote, and extensions are none (RFC 4884)", number);
		error_bytes = error_of(packet, bytes, 128, 0, error);
		check(names(&sweep, error, error_bytes, number, &answer) && answer.quote_bytes == bytes, "probe %u: padding of a sender that knows no extensions neither", number);
		for (size_t cut = 0; cut < error_bytes; cut++) {
			uint8_t *copy = malloc(cut + 1); /* its end is the end of the memory */
			memcpy(copy, error, cut);
			if (answer_read(&sweep, copy, cut, &answer)) {
				check(names(&sweep, copy, cut, number, &answer), "probe %u: cut short at %zu it names another", number, cut);
			}
			free(copy);
		}
	}
	sweep_free(&sweep);
}

/* What boxes change: fields of the quoted IPv4 SYN as they are, and others. */
static void test_rewritten(void)
{
	enum { ADDRESS = 16,
	       SOURCE = 12,
	       ID = 4,
	       SOURCE_PORT = 20,
	       PORT = 22,
	       SEQUENCE = 24 };
	static const struct {
		const char *what;
		size_t changed[4];
		size_t count, quoted;
		bool known;
	} CASES[] = {
	    {"source address and port (NAT)", {SOURCE, SOURCE_PORT}, 2, 60, true},
	    {"the address asked (a forwarder)", {ADDRESS}, 1, 60, true},
	    {"address and IP identification", {ADDRESS, ID}, 2, 60, true},
	    {"port and IP identification", {SOURCE_PORT, ID}, 2, 60, true},
	    {"the sequence number (a firewall that draws its own)", {SEQUENCE}, 1, 60, true},
	    {"the sequence number, in a quote of 8 bytes", {SEQUENCE}, 1, 28, true},
	    {"the sequence number and the port", {SEQUENCE, SOURCE_PORT}, 2, 60, false},
	    {"the sequence number and the IP identification", {SEQUENCE, ID}, 2, 60, false},
	    {"the sequence number and the address", {SEQUENCE, ADDRESS}, 2, 60, false},
	    {"all but the sequence number", {ADDRESS, ID, SOURCE_PORT}, 3, 60, false},
	    {"nothing, in a quote without ports", {SEQUENCE, PORT}, 0, 20, false}, /* port 80 in two versions, and 443 */
	};
	struct sweep sweep;
	struct answer answer;
	uint8_t packet[FRAME_MAX], error[PACKET_MAX];
	begin(&sweep, 2);
	uint32_t number = sweep_number(&sweep, (struct numbered){0, 7, 1});
	for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
		sweep_packet(&sweep, &templates, number, 123456, packet);
		for (size_t j = 0; j < CASES[i].count; j++) {
			packet[CASES[i].changed[j]] ^= 0x55;
			packet[CASES[i].changed[j] + 1] ^= 0x5a;
		}
		size_t bytes = error_of(packet, CASES[i].quoted, 0, 0, error);
		bool known = names(&sweep, error, bytes, number, &answer);
		check(known == CASES[i].known, "changed: %s: %s", CASES[i].what, known ? "named" : "not named");
		check(known || !answer_read(&sweep, error, bytes, &answer) || CASES[i].quoted == 20, "changed: %s: no other is named", CASES[i].what);
	}
	sweep_free(&sweep);
}

/* Turns a probe into what answers it: addresses and ports swapped. */
static size_t turned(const struct sweep *sweep, uint32_t number, uint8_t *out)
{
	size_t bytes = sweep_packet(sweep, &templates, number, 123456, out);
	uint8_t side[16];
	size_t at = out[0] >> 4 == 4 ? 12 : 8, size = at == 12 ? 4 : 16, tcp = at == 12 ? 20 : 40;
	memcpy(side, out + at, size);
	memcpy(out + at, out + at + size, size);
	memcpy(out + at + size, side, size);
	if (sweep->targets[sweep_numbered(sweep, number).target].kind == SWEEP_ECHO) {
		out[tcp] = at == 12 ? 0 : 129;
		return bytes;
	}
	memcpy(side, out + tcp, 2);
	memcpy(out + tcp, out + tcp + 2, 2);
	memcpy(out + tcp + 2, side, 2);
	put_be32(out + tcp + 8, get_be32(out + tcp + 4) + 1);
	out[tcp + 13] = TCP_FLAG_SYN | TCP_FLAG_ACK;
	return bytes;
}

static void test_replies(void)
{
	struct sweep sweep;
	struct answer answer;
	uint8_t packet[FRAME_MAX];
	begin(&sweep, 2);
	for (uint32_t number = 0; number < sweep_probe_count(&sweep); number++) {
		const struct target *target = &sweep.targets[sweep_numbered(&sweep, number).target];
		size_t bytes = turned(&sweep, number, packet), tcp = target->family == 4 ? 20 : 40;
		enum answer_kind kind = target->kind == SWEEP_ECHO ? ANSWER_ECHO_REPLY : ANSWER_SYNACK;
		check(names(&sweep, packet, bytes, number, &answer) && answer.kind == kind, "reply %u names its probe", number);
		packet[tcp + 11] ^= 1; /* acknowledged, or the number in an echo */
		check(!answer_read(&sweep, packet, bytes, &answer), "reply %u: one that has not seen our packet is none", number);
		packet[tcp + 11] ^= 1;
		packet[target->family == 4 ? 15 : 23] ^= 1;
		check(!answer_read(&sweep, packet, bytes, &answer), "reply %u: one from another address is none", number);
	}
	sweep_free(&sweep);
}

static unsigned send_all(struct schedule *schedule, unsigned pass, uint8_t *asked)
{
	uint32_t number;
	unsigned count = 0;
	for (schedule_pass(schedule, pass); schedule_next(schedule, &number); count++) {
		asked[number]++;
	}
	return count;
}

static void test_schedule(void)
{
	struct sweep sweep;
	struct schedule schedule;
	struct answer end = {.kind = ANSWER_SYNACK, .target = 1, .ttl = 5}, hop = {.kind = ANSWER_TTL_EXCEEDED, .target = 1, .ttl = 3};
	begin(&sweep, 2);
	uint8_t *asked = calloc(sweep_probe_count(&sweep), 1);
	check(schedule_begin(&schedule, &sweep, false, 2), "a schedule begins");
	check(send_all(&schedule, 0, asked) == 24 * sweep.target_count, "the first pass asks everything");
	bool once = true, is_sorted = true;
	for (uint32_t number = 0; number < 24 * sweep.target_count; number++) {
		once &= asked[number] == 1;
		is_sorted &= number == 0 || schedule.order[number - 1] < schedule.order[number];
	}
	check(once, "and everything once");
	check(!is_sorted, "in an order of its own");
	schedule_answered(&schedule, &hop);
	schedule_answered(&schedule, &end);
	schedule.farthest[2] = 7;
	memset(asked, 0, sweep_probe_count(&sweep));
	send_all(&schedule, 1, asked);
	for (uint8_t ttl = 1; ttl <= 24; ttl++) {
		check(asked[sweep_number(&sweep, (struct numbered){1, ttl, 1})] == (ttl == 1 || ttl == 2 || ttl == 4), "TTL %u again: what was silent below the end alone", ttl);
		check(asked[sweep_number(&sweep, (struct numbered){2, ttl, 1})] == (ttl <= 11), "TTL %u again: without an end not far behind the last hop", ttl);
	}
	check(schedule_pass(&schedule, 0) == 24 * sweep.target_count - 19, "no TTL above the first that the target answered");
	hop.ttl = 9;
	bool told = true;
	for (int i = 0; i < SCHEDULE_REPLIES_MAX; i++) {
		told &= schedule_answered(&schedule, &hop);
	}
	check(told && !schedule_answered(&schedule, &hop), "a box that answers for ever is told of a few times");
	schedule_free(&schedule);
	check(schedule_begin(&schedule, &sweep, true, 2), "rounds begin");
	schedule_answered(&schedule, &end);
	check(send_all(&schedule, 1, asked) == 24 * sweep.target_count, "a round asks everything, whatever was answered");
	schedule_free(&schedule);
	sweep_free(&sweep);
	free(asked);
}

/* The target's answers go down to its least TTL; a router that answers just below it, or nobody twice, ends the descent. */
static void test_descent(void)
{
	struct sweep sweep;
	struct schedule schedule;
	struct answer end = {.kind = ANSWER_SYNACK, .target = 1, .ttl = 9}, hop = {.kind = ANSWER_TTL_EXCEEDED, .target = 1, .ttl = 6};
	struct answer silent = {.kind = ANSWER_RST, .target = 0, .ttl = 4}, first = {.kind = ANSWER_SYNACK, .target = 3, .ttl = 1};
	struct answer echo = {.kind = ANSWER_ECHO_REPLY, .target = 2, .ttl = 5};
	begin(&sweep, 8);
	uint8_t *asked = calloc(sweep_probe_count(&sweep), 1);
	check(schedule_begin(&schedule, &sweep, false, 2), "a schedule begins");
	schedule_answered(&schedule, &end);
	schedule_answered(&schedule, &silent);
	schedule_answered(&schedule, &first);
	schedule_answered(&schedule, &echo);
	check(send_all(&schedule, 2, asked) == 2 && asked[sweep_number(&sweep, (struct numbered){1, 8, 2})] == 1 && asked[sweep_number(&sweep, (struct numbered){0, 3, 2})] == 1, "a descent asks the TTL below the end, of SYNs alone");
	end.ttl = 8;
	schedule_answered(&schedule, &end);
	check(send_all(&schedule, 3, asked) == 2 && asked[sweep_number(&sweep, (struct numbered){1, 7, 3})] == 1, "and goes on below a lower end");
	end.ttl = 7;
	schedule_answered(&schedule, &end);
	schedule_answered(&schedule, &hop);
	check(send_all(&schedule, 4, asked) == 0, "a router's answer ends it, and so do two tries in silence");
	schedule_free(&schedule);
	sweep_free(&sweep);
	free(asked);
}

static void test_clock(void)
{
	struct sweep sweep;
	struct schedule schedule;
	struct answer answer = {.kind = ANSWER_SYNACK, .target = 1, .ttl = 5, .pass = 1};
	begin(&sweep, 2);
	check(schedule_begin(&schedule, &sweep, false, 2), "a schedule begins");
	uint64_t sent = 0x12fffffff0u; /* just before its low word begins anew */
	schedule_sent(&schedule, sweep_number(&sweep, (struct numbered){1, 5, 1}), sent);
	check(schedule_sent_at(&schedule, &answer, sent + 1000) == sent, "the time of sending survives the low word's end");
	answer.pass = 0;
	check(schedule_sent_at(&schedule, &answer, 0x1300000010u) == 0, "what was not sent has no time");
	answer.pass = -1;
	check(schedule_sent_at(&schedule, &answer, sent) == 0, "nor has an answer to nobody knows which pass");
	schedule_free(&schedule);
	sweep_free(&sweep);
}

int main(void)
{
	test_numbers();
	test_packets();
	test_quotes();
	test_rewritten();
	test_replies();
	test_schedule();
	test_descent();
	test_clock();
	return checks_done("sweep");
}
