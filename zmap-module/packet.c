#include "packet.h"

#include <string.h>

#include "bytes.h"
#include "wire.h"

#define MSS_V4 1460
#define MSS_V6 1440

/* Sums of 16-bit words do not depend on byte order, and words may be added two at a time as long as the
 * carries are kept (RFC 1071, section 2): they are added as they lie in memory, and the folded result is
 * stored as it lies. `bytes` is even. */
static inline uint64_t sum_words(uint64_t sum, const uint8_t *at, size_t bytes)
{
	uint32_t pair;
	uint16_t word;
	for (; bytes >= sizeof pair; bytes -= sizeof pair, at += sizeof pair) {
		memcpy(&pair, at, sizeof pair);
		sum += pair;
	}
	if (bytes == sizeof word) {
		memcpy(&word, at, sizeof word);
		sum += word;
	}
	return sum;
}

static inline uint16_t sum_fold(uint64_t sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16 & 0xffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum += sum >> 16;
	return (uint16_t)~sum;
}

static size_t append(uint8_t *frame, size_t at, const uint8_t *bytes, size_t count)
{
	memcpy(frame + at, bytes, count);
	return at + count;
}

static size_t append_option_set(struct packet_template *out, size_t at, enum option_set set, uint16_t mss)
{
	const uint8_t mss_option[] = {TCPOPT_KIND_MSS, 4, (uint8_t)(mss >> 8), (uint8_t)mss};
	static const uint8_t linux_rest[] = {TCPOPT_KIND_SACK_PERMITTED, 2, TCPOPT_KIND_TIMESTAMPS, 10, 0, 0, 0, 0, 0, 0, 0, 0,
					     TCPOPT_KIND_NOP, TCPOPT_KIND_WINDOW_SCALE, 3, 7};
	static const uint8_t windows_rest[] = {TCPOPT_KIND_NOP, TCPOPT_KIND_WINDOW_SCALE, 3, 8, TCPOPT_KIND_NOP,
					       TCPOPT_KIND_NOP, TCPOPT_KIND_SACK_PERMITTED, 2};
	if (set == OPTIONS_BARE) {
		return at;
	}
	at = append(out->frame, at, mss_option, sizeof mss_option);
	if (set == OPTIONS_WINDOWS) {
		return append(out->frame, at, windows_rest, sizeof windows_rest);
	}
	out->ts_at = at + 4;
	return append(out->frame, at, linux_rest, sizeof linux_rest);
}

const char *packet_options_order(const struct scan *scan, const struct probe *probe)
{
	static const char *const ORDERS[OPTION_SET_COUNT][3] = {
	    [OPTIONS_LINUX] = {"mss,sackok,ts,nop,ws", "mss,sackok,ts,nop,ws,mptcp", "mss,sackok,ts,nop,ws,mptcp,253"},
	    [OPTIONS_WINDOWS] = {"mss,nop,ws,nop,nop,sackok", "mss,nop,ws,nop,nop,sackok,mptcp",
				 "mss,nop,ws,nop,nop,sackok,mptcp,253"},
	    [OPTIONS_BARE] = {"", "mptcp", "mptcp,253"},
	};
	return ORDERS[scan->plan.options][probe->has_canary ? 2 : probe->option_bytes > 0];
}

/* The bytes that do not depend on the target are written for good; others leave zeros. */
static size_t append_probe_options(struct packet_template *out, size_t at, const struct scan *scan, enum probe_kind kind)
{
	struct flow nobody = {.family = 4};
	struct probe probe = {.kind = kind};
	probe_options(scan, &nobody, &probe);
	out->option_bytes = probe.option_bytes;
	if (probe.has_key || kind == PROBE_JOIN) {
		out->option_at = at;
		memset(probe.option, 0, sizeof probe.option);
	}
	at = append(out->frame, at, probe.option, probe.option_bytes);
	if (probe.has_canary) {
		out->canary_at = at;
		at += CANARY_BYTES;
	}
	return at;
}

static void write_ipv4(uint8_t *ip, size_t total)
{
	ip[0] = 0x45;
	put_be16(ip + IPV4_TOTAL_LENGTH_AT, (uint16_t)total);
	put_be16(ip + IPV4_ID_AT, ZMAP_IP_ID);
	put_be16(ip + IPV4_FRAGMENT_AT, IPV4_DONT_FRAGMENT);
	ip[IPV4_PROTOCOL_AT] = IP_PROTOCOL_TCP;
}

static void write_ipv6(uint8_t *ip, size_t payload)
{
	ip[0] = 0x60;
	put_be16(ip + IPV6_PAYLOAD_LENGTH_AT, (uint16_t)payload);
	ip[IPV6_NEXT_HEADER_AT] = IP_PROTOCOL_TCP;
}

void packet_template_build(struct packet_template *out, const struct scan *scan, uint8_t family, enum probe_kind kind,
			   const uint8_t *source_mac, const uint8_t *gateway_mac)
{
	bool v4 = family == 4;
	memset(out, 0, sizeof *out);
	memcpy(out->frame, gateway_mac, MAC_BYTES);
	memcpy(out->frame + MAC_BYTES, source_mac, MAC_BYTES);
	put_be16(out->frame + ETHERTYPE_AT, v4 ? ETHERTYPE_V4 : ETHERTYPE_V6);
	out->tcp_at = ETHERNET_BYTES + (v4 ? IPV4_BYTES : IPV6_BYTES);

	uint8_t *tcp = out->frame + out->tcp_at;
	size_t end = append_option_set(out, out->tcp_at + TCP_HEADER_BYTES, scan->plan.options, v4 ? MSS_V4 : MSS_V6);
	end = append_probe_options(out, end, scan, kind);
	size_t tcp_bytes = end - out->tcp_at; /* every piece is a multiple of 4: no padding needed */
	tcp[TCP_DATA_OFFSET_AT] = (uint8_t)(tcp_bytes / 4 << 4);
	tcp[TCP_FLAGS_AT] = TCP_FLAG_SYN;
	put_be16(tcp + TCP_WINDOW_AT, SYN_WINDOW);
	out->length = end;

	uint8_t *ip = out->frame + ETHERNET_BYTES;
	if (v4) {
		write_ipv4(ip, IPV4_BYTES + tcp_bytes);
		out->ip_sum = sum_words(0, ip, IPV4_BYTES);
	} else {
		write_ipv6(ip, tcp_bytes);
	}
	uint8_t pseudo[4] = {0, IP_PROTOCOL_TCP, (uint8_t)(tcp_bytes >> 8), (uint8_t)tcp_bytes};
	out->tcp_sum = sum_words(sum_words(0, pseudo, sizeof pseudo), tcp, tcp_bytes);
}

static inline uint64_t put_and_sum(uint8_t *at, const uint8_t *bytes, size_t count, uint64_t sum)
{
	memcpy(at, bytes, count);
	return sum_words(sum, bytes, count);
}

static inline uint64_t write_addresses(const struct packet_template *from, const struct flow *flow, uint8_t ttl, uint8_t *ip)
{
	if (flow->family == 6) {
		ip[IPV6_HOP_LIMIT_AT] = ttl;
		memcpy(ip + IPV6_SOURCE_AT, flow->source, 16);
		memcpy(ip + IPV6_TARGET_AT, flow->target, 16);
		return sum_words(sum_words(0, flow->source, 16), flow->target, 16);
	}
	uint8_t ttl_word[2] = {ttl, 0};
	uint64_t addresses = put_and_sum(ip + IPV4_SOURCE_AT, flow->source, 4, 0);
	addresses = put_and_sum(ip + IPV4_TARGET_AT, flow->target, 4, addresses);
	ip[IPV4_TTL_AT] = ttl;
	uint16_t check = sum_fold(sum_words(from->ip_sum + addresses, ttl_word, sizeof ttl_word));
	memcpy(ip + IPV4_CHECKSUM_AT, &check, sizeof check);
	return addresses;
}

void packet_write(const struct packet_template *from, const struct flow *flow, const struct probe *probe,
		  uint32_t ts_value, uint8_t *frame)
{
	uint8_t word[4];
	uint8_t *tcp = frame + from->tcp_at;
	memcpy(frame, from->frame, sizeof from->frame); /* a constant size costs less than the right one */
	uint64_t sum = from->tcp_sum + write_addresses(from, flow, probe->ttl, frame + ETHERNET_BYTES);

	put_be16(word, probe->source_port);
	put_be16(word + 2, flow->target_port);
	sum = put_and_sum(tcp, word, 4, sum);
	put_be32(word, probe->sequence);
	sum = put_and_sum(tcp + TCP_SEQUENCE_AT, word, 4, sum);
	if (from->ts_at != 0) {
		put_be32(word, ts_value);
		sum = put_and_sum(frame + from->ts_at, word, 4, sum);
	}
	if (from->option_at != 0) {
		sum = put_and_sum(frame + from->option_at, probe->option, from->option_bytes, sum);
	}
	if (from->canary_at != 0) {
		sum = put_and_sum(frame + from->canary_at, probe->canary, CANARY_BYTES, sum);
	}
	uint16_t check = sum_fold(sum);
	memcpy(tcp + TCP_CHECKSUM_AT, &check, sizeof check);
}

void packet_set_ip_id(uint8_t *frame, uint16_t id)
{
	uint8_t *ip = frame + ETHERNET_BYTES;
	put_be16(ip + IPV4_ID_AT, id);
	put_be16(ip + IPV4_CHECKSUM_AT, 0);
	uint16_t check = sum_fold(sum_words(0, ip, IPV4_BYTES));
	memcpy(ip + IPV4_CHECKSUM_AT, &check, sizeof check);
}
