/* What is sent: checksums, options, keys and ports of every probe kind. */
#include <string.h>

#include "../bytes.h"
#include "../packet.h"
#include "check.h"
#include "frames.h"

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
	size_t bytes = build_syn(scan, flow, number, 0, TEST_CLOCK, &probe, frame);
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
			build_syn(&scan, &flow, number, 0, 5, &probe, frame);
			build_syn(&scan, &flow, number, 0, 9, &again, frame);
			build_syn(&other, &flow, number, 0, 5, &elsewhere, frame);
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

int main(void)
{
	test_packets();
	test_keys();
	return checks_done("packets");
}
