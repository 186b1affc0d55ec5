#include "reply.h"

#include <string.h>

#include "bytes.h"
#include "tcp_options.h"
#include "wire.h"

#define ICMP_BYTES 8
#define TCP_QUOTED_MIN 8 /* ports and sequence number: RFC 792 */

/* One IP packet's header, told apart by version; payload bounded by capture and by the stated length. */
struct ip_packet {
	uint8_t family, protocol;
	const uint8_t *header, *source, *target, *payload;
	size_t payload_bytes;
};

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

static bool read_ipv4(const uint8_t *ip, size_t bytes, struct ip_packet *out)
{
	if (bytes < IPV4_BYTES) {
		return false;
	}
	size_t header = (size_t)(ip[0] & 0x0f) * 4;
	size_t total = smaller(bytes, get_be16(ip + IPV4_TOTAL_LENGTH_AT));
	bool is_later_fragment = (get_be16(ip + IPV4_FRAGMENT_AT) & IPV4_OFFSET_BITS) != 0;
	if (header < IPV4_BYTES || total < header || is_later_fragment) {
		return false;
	}
	*out = (struct ip_packet){4, ip[IPV4_PROTOCOL_AT], ip, ip + IPV4_SOURCE_AT, ip + IPV4_TARGET_AT, ip + header, total - header};
	return true;
}

/* Extension headers are not followed: answers to a SYN carry none. */
static bool read_ipv6(const uint8_t *ip, size_t bytes, struct ip_packet *out)
{
	if (bytes < IPV6_BYTES) {
		return false;
	}
	size_t payload = smaller(bytes - IPV6_BYTES, get_be16(ip + IPV6_PAYLOAD_LENGTH_AT));
	*out = (struct ip_packet){6, ip[IPV6_NEXT_HEADER_AT], ip, ip + IPV6_SOURCE_AT, ip + IPV6_TARGET_AT, ip + IPV6_BYTES, payload};
	return true;
}

static bool read_ip(const uint8_t *ip, size_t bytes, struct ip_packet *out)
{
	if (bytes == 0) {
		return false;
	}
	switch (ip[0] >> 4) {
	case 4:
		return read_ipv4(ip, bytes, out);
	case 6:
		return read_ipv6(ip, bytes, out);
	default:
		return false;
	}
}

static void set_flow(const struct ip_packet *ip, bool from_us, struct flow *flow)
{
	size_t bytes = ip->family == 4 ? 4 : 16;
	memset(flow, 0, sizeof *flow);
	flow->family = ip->family;
	memcpy(flow->source, from_us ? ip->source : ip->target, bytes);
	memcpy(flow->target, from_us ? ip->target : ip->source, bytes);
}

static bool is_place_of(const struct scan *scan, const struct flow *flow, uint32_t index)
{
	if (scan->targets == NULL) {
		return index == 0;
	}
	return index < scan->target_count && memcmp(scan->targets + (size_t)16 * index, flow->target, 16) == 0;
}

/* Sets number and index. `or_next`: the probe may also have had the sequence number above. */
static bool match_flow(const struct scan *scan, uint16_t our_port, uint32_t sequence, bool or_next, struct reply *out)
{
	struct flow_hash hash = flow_hash(scan, &out->flow);
	if (!probe_find(scan, &hash, our_port, &out->number)) {
		return false;
	}
	out->index = probe_index(scan, &hash, sequence, out->number);
	if (or_next && !is_place_of(scan, &out->flow, out->index)) {
		out->index = probe_index(scan, &hash, sequence + 1, out->number);
	}
	return is_place_of(scan, &out->flow, out->index);
}

/* A RST acknowledges our SYN (RFC 9293, 3.10.7.1); some hosts acknowledge the byte before it, as if it had not come. */
static bool match_tcp(const struct scan *scan, const struct ip_packet *ip, struct reply *out)
{
	if (ip->payload_bytes < TCP_HEADER_BYTES) {
		return false;
	}
	const uint8_t *tcp = ip->payload;
	uint8_t flags = tcp[TCP_FLAGS_AT];
	bool is_synack = (flags & TCP_FLAG_SYN) && (flags & TCP_FLAG_ACK), is_rst = (flags & TCP_FLAG_RST) != 0;
	if (!is_synack && !is_rst) {
		return false;
	}
	set_flow(ip, false, &out->flow);
	out->flow.target_port = get_be16(tcp);
	out->ip = ip->header;
	out->tcp = tcp;
	out->tcp_bytes = ip->payload_bytes;
	out->is_icmp = false;
	return match_flow(scan, get_be16(tcp + TCP_TARGET_PORT_AT), get_be32(tcp + TCP_ACKNOWLEDGEMENT_AT) - 1, is_rst, out);
}

/* Types that end or bound a path: destination unreachable and time exceeded (RFC 792, RFC 4443). */
static bool is_read_error(uint8_t family, uint8_t type, bool *is_unreachable)
{
	uint8_t unreachable = family == 4 ? 3 : 1, exceeded = family == 4 ? 11 : 3;
	*is_unreachable = type == unreachable;
	return type == unreachable || type == exceeded;
}

/* What is quoted may be cut after 28 bytes (RFC 792): its headers speak of the whole packet, so every
 * length there is bounded by what was captured. */
static bool match_icmp(const struct scan *scan, const struct ip_packet *ip, struct reply *out)
{
	struct ip_packet quoted;
	const uint8_t *icmp = ip->payload;
	if (ip->payload_bytes < ICMP_BYTES || !is_read_error(ip->family, icmp[0], &out->is_unreachable) ||
	    !read_ip(icmp + ICMP_BYTES, ip->payload_bytes - ICMP_BYTES, &quoted)) {
		return false;
	}
	if (quoted.family != ip->family || quoted.protocol != IP_PROTOCOL_TCP || quoted.payload_bytes < TCP_QUOTED_MIN) {
		return false;
	}
	set_flow(&quoted, true, &out->flow);
	if (memcmp(ip->target, quoted.source, ip->family == 4 ? 4 : 16) != 0) {
		return false;
	}
	out->flow.target_port = get_be16(quoted.payload + TCP_TARGET_PORT_AT);
	out->ip = quoted.header;
	out->tcp = quoted.payload;
	out->tcp_bytes = quoted.payload_bytes;
	out->is_icmp = true;
	out->icmp_type = icmp[0];
	out->icmp_code = icmp[1];
	out->hop = ip->source;
	return match_flow(scan, get_be16(quoted.payload), get_be32(quoted.payload + TCP_SEQUENCE_AT), false, out);
}

bool reply_match(const struct scan *scan, const uint8_t *packet, size_t bytes, struct reply *out)
{
	struct ip_packet ip;
	if (!read_ip(packet, bytes, &ip)) {
		return false;
	}
	if (ip.protocol == IP_PROTOCOL_TCP) {
		return match_tcp(scan, &ip, out);
	}
	bool is_icmp = ip.protocol == (ip.family == 4 ? IP_PROTOCOL_ICMP : IP_PROTOCOL_ICMPV6);
	return is_icmp && match_icmp(scan, &ip, out);
}
