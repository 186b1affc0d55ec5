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
static void check_options(const struct option_set_case *set, const struct scan *scan, const struct probe *probe, const uint8_t *options, size_t bytes)
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
	check(strcmp(packet_options_order(scan, probe), order) == 0, "%s is said to carry %s", name, packet_options_order(scan, probe));
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
	check(get_be16(tcp + 14) == SYN_WINDOW, "%s has the window that is told", name);
	check(tcp[12] >> 4 == (TCP_HEADER_BYTES + options) / 4 && tcp[13] == 2, "%s is a SYN", name);
	check_options(set, scan, &probe, tcp + TCP_HEADER_BYTES, options);
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

/* Whole frames; x is a digit of a keyed hash or of a checksum, spaces stand between fields. */
static const struct frame_case {
	const char *sentence, *arguments;
	unsigned family;
	const char *frame;
} FRAMES[] = {
    {"a SYN like a Linux host's", "v1", 4,
     "020000000001 020000000002 0800 4500 0040 d431 4000 ff06 xxxx f0000002 c6120007 "
     "xxxx 0050 xxxxxxxx 00000000 b002 faf0 xxxx 0000 020405b4 0402 080a fedcba98 00000000 01 030307 1e040101"},
    {"the same over IPv6: a smaller MSS", "v1", 6,
     "020000000001 020000000002 86dd 60000000 002c 06ff 20010db8000000000000000000000002 20010db8000100000000000000000007 "
     "xxxx 01bb xxxxxxxx 00000000 b002 faf0 xxxx 0000 020405a0 0402 080a fedcba98 00000000 01 030307 1e040101"},
    {"a SYN like a Windows host's, with another TTL", "v1,options=windows,ttl=9", 4,
     "020000000001 020000000002 0800 4500 0038 d431 4000 0906 xxxx f0000002 c6120007 "
     "xxxx 0050 xxxxxxxx 00000000 9002 faf0 xxxx 0000 020405b4 01 030308 01 01 0402 1e040101"},
    {"the paper's bare SYN: v0 and nothing else", "v0,options=bare", 4,
     "020000000001 020000000002 0800 4500 0034 d431 4000 ff06 xxxx f0000002 c6120007 "
     "xxxx 0050 xxxxxxxx 00000000 8002 faf0 xxxx 0000 1e0c0001 xxxxxxxxxxxxxxxx"},
    {"a grease version with other flags", "grease,options=bare,flags=a1,ttl=64", 6,
     "020000000001 020000000002 86dd 60000000 0018 0640 20010db8000000000000000000000002 20010db8000100000000000000000007 "
     "xxxx 01bb xxxxxxxx 00000000 6002 faf0 xxxx 0000 1e040fa1"},
    {"a join with address id 1", "join,options=bare", 4,
     "020000000001 020000000002 0800 4500 0034 d431 4000 ff06 xxxx f0000002 c6120007 "
     "xxxx 0050 xxxxxxxx 00000000 8002 faf0 xxxx 0000 1e0c1001 xxxxxxxx xxxxxxxx"},
    {"a canary behind the option", "canary,options=bare", 4,
     "020000000001 020000000002 0800 4500 0034 d431 4000 ff06 xxxx f0000002 c6120007 "
     "xxxx 0050 xxxxxxxx 00000000 8002 faf0 xxxx 0000 1e040101 fd08xxxxxxxxxxxx"},
};

static bool is_like(const char *hex, const char *like)
{
	for (; *like != '\0'; like++) {
		if (*like == ' ') {
			continue;
		}
		if (*hex == '\0' || (*like != 'x' && *like != *hex)) {
			return false;
		}
		hex++;
	}
	return *hex == '\0';
}

static void test_frames(void)
{
	for (size_t i = 0; i < sizeof FRAMES / sizeof FRAMES[0]; i++) {
		struct scan scan = scan_of(FRAMES[i].arguments, 1);
		struct flow flow = FRAMES[i].family == 4 ? flow_v4(7) : flow_v6(7);
		struct probe probe;
		uint8_t frame[FRAME_MAX];
		size_t bytes = build_syn(&scan, &flow, 0, 0, TEST_CLOCK, &probe, frame);
		const char *hex = to_hex(frame, bytes);
		check(is_like(hex, FRAMES[i].frame), "%s: %s", FRAMES[i].sentence, hex);
	}
}

/* What a frame carries is what its probe says; whether ports and sequence numbers keep apart is for test_streams. */
static void test_numbers(void)
{
	struct scan scan = scan_of("v1+port2v0", 2);
	for (unsigned target = 0; target < 256; target++) {
		struct flow flow = flow_v4((uint8_t)target);
		struct probe probe;
		uint8_t frame[FRAME_MAX];
		const uint8_t *tcp = frame + ETHERNET_BYTES + 20;
		build_syn(&scan, &flow, target % 2, 0, 1, &probe, frame);
		check(get_be16(tcp) == probe.source_port, "the port is the frame's");
		check(get_be32(tcp + 4) == probe.sequence, "the sequence number is the frame's");
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

/* With -P above the number of kinds one kind is sent again, from another port: its key is another one. */
static void test_keys_of_one_kind(void)
{
	static const char *const KINDS[] = {"v0", "port2v0", "join", "canary"};
	for (size_t i = 0; i < sizeof KINDS / sizeof KINDS[0]; i++) {
		struct scan scan = scan_of(KINDS[i], 3);
		struct flow flow = flow_v4(1);
		struct probe probes[3] = {0};
		uint8_t frame[FRAME_MAX];
		for (unsigned number = 0; number < 3; number++) {
			build_syn(&scan, &flow, number, 0, 1, &probes[number], frame);
			for (unsigned before = 0; before < number; before++) {
				bool same = memcmp(probes[before].option + 4, probes[number].option + 4, 8) == 0 &&
					    memcmp(probes[before].canary, probes[number].canary, CANARY_BYTES) == 0;
				check(!same, "%s from another port is another option", KINDS[i]);
			}
		}
	}
}

int main(void)
{
	test_packets();
	test_frames();
	test_numbers();
	test_keys();
	test_keys_of_one_kind();
	return checks_done("packets");
}
