#include "frames.h"

#include <string.h>

#include "../bytes.h"
#include "../wire.h"

#define ICMP_ECHO_REQUEST 8
#define ICMPV6_ECHO_REQUEST 128
#define ICMP_CHECKSUM_AT 2
#define ICMP_ID_AT 4
#define ICMP_SEQUENCE_AT 6
#define ECHO_NUMBER_AT 8   /* of the probe, as a sequence number: a reply without it is none of ours */
#define ECHO_BALANCE_AT 12 /* keeps the checksum the same, whatever the number */
#define ECHO_BYTES 16
#define ECHO_CHECKSUM 0x4d50 /* some routers spread load by it */

void sweep_templates_build(const struct sweep *sweep, struct sweep_templates *out)
{
	static const uint8_t nobody[MAC_BYTES];
	for (int kind = 0; kind < PROBE_KIND_COUNT; kind++) {
		packet_template_build(&out->syn[0][kind], &sweep->scan, 4, (enum probe_kind)kind, nobody, nobody);
		packet_template_build(&out->syn[1][kind], &sweep->scan, 6, (enum probe_kind)kind, nobody, nobody);
	}
}

static uint32_t sum_of(uint32_t sum, const uint8_t *at, size_t bytes)
{
	for (size_t i = 0; i < bytes; i += 2) {
		sum += get_be16(at + i);
	}
	return sum;
}

static uint16_t fold(uint32_t sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)(sum + (sum >> 16));
}

static size_t header_bytes(const struct target *target)
{
	return target->family == 4 ? IPV4_BYTES : IPV6_BYTES;
}

/* The IP header in front of `payload` bytes; its checksum is packet_set_ip_id's to make. */
static void write_ip(const struct target *target, uint8_t protocol, uint8_t ttl, size_t payload, uint8_t *ip)
{
	memset(ip, 0, header_bytes(target));
	if (target->family == 4) {
		ip[0] = 0x45;
		put_be16(ip + IPV4_TOTAL_LENGTH_AT, (uint16_t)(IPV4_BYTES + payload));
		put_be16(ip + IPV4_FRAGMENT_AT, IPV4_DONT_FRAGMENT);
		ip[IPV4_TTL_AT] = ttl;
		ip[IPV4_PROTOCOL_AT] = protocol;
		memcpy(ip + IPV4_SOURCE_AT, target->source, 4);
		memcpy(ip + IPV4_TARGET_AT, target->address, 4);
		return;
	}
	ip[0] = 0x60;
	put_be16(ip + IPV6_PAYLOAD_LENGTH_AT, (uint16_t)payload);
	ip[IPV6_NEXT_HEADER_AT] = protocol;
	ip[IPV6_HOP_LIMIT_AT] = ttl;
	memcpy(ip + IPV6_SOURCE_AT, target->source, 16);
	memcpy(ip + IPV6_TARGET_AT, target->address, 16);
}

/* The sum of the pseudo-header, which ICMPv6 has and ICMP has not. */
static uint32_t pseudo_sum(const struct target *target, uint8_t protocol, size_t payload)
{
	size_t bytes = target->family == 4 ? 4 : 16;
	return protocol == IP_PROTOCOL_ICMP ? 0 : sum_of(sum_of(protocol + (uint32_t)payload, target->source, bytes), target->address, bytes);
}

static size_t write_echo(const struct sweep *sweep, const struct target *target, uint32_t number, uint8_t *ip)
{
	struct numbered probe = sweep_numbered(sweep, number);
	uint8_t protocol = target->family == 4 ? IP_PROTOCOL_ICMP : IP_PROTOCOL_ICMPV6, *icmp = ip + header_bytes(target);
	write_ip(target, protocol, probe.ttl, ECHO_BYTES, ip);
	memset(icmp, 0, ECHO_BYTES);
	icmp[0] = target->family == 4 ? ICMP_ECHO_REQUEST : ICMPV6_ECHO_REQUEST;
	put_be16(icmp + ICMP_CHECKSUM_AT, ECHO_CHECKSUM);
	put_be16(icmp + ICMP_ID_AT, target->source_port);
	put_be16(icmp + ICMP_SEQUENCE_AT, sweep_echo_sequence(probe));
	put_be32(icmp + ECHO_NUMBER_AT, sweep_sequence(sweep, number));
	uint16_t sum = fold(sum_of(pseudo_sum(target, protocol, ECHO_BYTES), icmp, ECHO_BYTES));
	put_be16(icmp + ECHO_BALANCE_AT, (uint16_t)~sum);
	return header_bytes(target) + ECHO_BYTES;
}

size_t sweep_packet(const struct sweep *sweep, const struct sweep_templates *templates, uint32_t number, uint32_t sent_us, uint8_t *out)
{
	uint8_t frame[FRAME_MAX] = {0};
	struct numbered which = sweep_numbered(sweep, number);
	const struct target *target = &sweep->targets[which.target];
	size_t length;
	if (target->kind == SWEEP_ECHO) {
		length = write_echo(sweep, target, number, frame + ETHERNET_BYTES);
	} else {
		const struct packet_template *from = &templates->syn[target->family == 6][target->kind];
		struct flow flow = {.family = target->family, .target_port = target->port};
		struct probe probe = {.kind = (enum probe_kind)target->kind, .ttl = which.ttl, .source_port = target->source_port, .sequence = sweep_sequence(sweep, number)};
		memcpy(flow.source, target->source, sizeof flow.source);
		memcpy(flow.target, target->address, sizeof flow.target);
		probe_options(&sweep->scan, &flow, &probe);
		packet_write(from, &flow, &probe, sent_us, frame);
		length = from->length - ETHERNET_BYTES;
	}
	if (target->family == 4) {
		packet_set_ip_id(frame, sweep_ip_id(target, which.ttl));
	}
	memcpy(out, frame + ETHERNET_BYTES, length);
	return length;
}

size_t sweep_reset(const struct target *target, uint32_t acknowledged, uint8_t *out)
{
	uint8_t frame[FRAME_MAX] = {0}, *ip = frame + ETHERNET_BYTES, *tcp = ip + header_bytes(target);
	size_t length = header_bytes(target) + TCP_HEADER_BYTES;
	write_ip(target, IP_PROTOCOL_TCP, HOP_LIMIT_FULL, TCP_HEADER_BYTES, ip);
	put_be16(tcp, target->source_port);
	put_be16(tcp + TCP_TARGET_PORT_AT, target->port);
	put_be32(tcp + TCP_SEQUENCE_AT, acknowledged);
	tcp[TCP_DATA_OFFSET_AT] = TCP_HEADER_BYTES / 4 << 4;
	tcp[TCP_FLAGS_AT] = TCP_FLAG_RST;
	uint32_t sum = sum_of(pseudo_sum(target, IP_PROTOCOL_TCP, TCP_HEADER_BYTES), tcp, TCP_HEADER_BYTES);
	put_be16(tcp + TCP_CHECKSUM_AT, (uint16_t)~fold(sum));
	if (target->family == 4) {
		packet_set_ip_id(frame, target->mark);
	}
	memcpy(out, ip, length);
	return length;
}
