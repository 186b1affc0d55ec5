#include "answer.h"

#include <string.h>

#include "../bytes.h"
#include "../wire.h"

#define ICMP_BYTES 8
#define ICMP_ID_AT 4
#define ICMP_SEQUENCE_AT 6
#define ECHO_NUMBER_AT 8
#define QUOTED_TCP_MIN 8 /* ports and sequence number: RFC 792 */
#define TTL_BITS 6

struct ip_view {
	uint8_t family, protocol, hop_limit;
	const uint8_t *source, *target, *payload;
	size_t payload_bytes, total; /* total: as the header has it */
};

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Lengths are bounded by what was captured: a quote may end early, and its header speaks of the whole packet. */
static bool view_ip(const uint8_t *ip, size_t bytes, struct ip_view *out)
{
	if (bytes >= IPV4_BYTES && ip[0] >> 4 == 4) {
		size_t header = (size_t)(ip[0] & 15) * 4, total = get_be16(ip + IPV4_TOTAL_LENGTH_AT);
		if (header < IPV4_BYTES || header > bytes) {
			return false;
		}
		*out = (struct ip_view){4, ip[IPV4_PROTOCOL_AT], ip[IPV4_TTL_AT], ip + IPV4_SOURCE_AT, ip + IPV4_TARGET_AT, ip + header, bytes - header, total};
		return true;
	}
	if (bytes >= IPV6_BYTES && ip[0] >> 4 == 6) {
		size_t total = IPV6_BYTES + (size_t)get_be16(ip + IPV6_PAYLOAD_LENGTH_AT);
		*out = (struct ip_view){6, ip[IPV6_NEXT_HEADER_AT], ip[IPV6_HOP_LIMIT_AT], ip + IPV6_SOURCE_AT, ip + IPV6_TARGET_AT, ip + IPV6_BYTES, bytes - IPV6_BYTES, total};
		return true;
	}
	return false;
}

static void pad_address(uint8_t family, const uint8_t *address, uint8_t out[16])
{
	memset(out, 0, 16);
	memcpy(out, address, family == 4 ? 4 : 16);
}

static bool is_address(const uint8_t padded[16], uint8_t family, const uint8_t *address)
{
	return memcmp(padded, address, family == 4 ? 4 : 16) == 0;
}

static bool is_ours(const struct sweep *sweep, uint8_t ttl, unsigned pass)
{
	return ttl >= sweep->ttl_first && ttl <= sweep->ttl_last && pass < sweep->passes;
}

static void set_probe(struct answer *out, struct numbered probe)
{
	out->target = probe.target;
	out->ttl = probe.ttl;
	out->pass = probe.pass;
}

/* Fields of a quoted SYN that are as we sent them to this target. */
static unsigned agreement(const struct target *target, uint8_t ttl, const struct ip_view *quoted, const uint8_t *quote)
{
	unsigned agrees = 0;
	if (is_address(target->address, quoted->family, quoted->target)) {
		agrees |= AGREES_ADDRESS;
	}
	if (quoted->payload_bytes >= 4 && get_be16(quoted->payload) == target->source_port && get_be16(quoted->payload + TCP_TARGET_PORT_AT) == target->port) {
		agrees |= AGREES_PORTS;
	}
	if (quoted->family == 4 && get_be16(quote + IPV4_ID_AT) == sweep_ip_id(target, ttl)) {
		agrees |= AGREES_IP_ID;
	}
	return agrees;
}

/* The sequence number names the probe: one more field must agree. */
static bool match_sequence(const struct sweep *sweep, const struct ip_view *quoted, const uint8_t *quote, struct answer *out)
{
	uint32_t number;
	if (quoted->payload_bytes < QUOTED_TCP_MIN || !sweep_find(sweep, get_be32(quoted->payload + TCP_SEQUENCE_AT), &number)) {
		return false;
	}
	struct numbered probe = sweep_numbered(sweep, number);
	const struct target *target = &sweep->targets[probe.target];
	unsigned agrees = agreement(target, probe.ttl, quoted, quote);
	if (target->kind == SWEEP_ECHO || target->family != quoted->family || agrees == 0) {
		return false;
	}
	set_probe(out, probe);
	out->agrees = agrees | AGREES_SEQUENCE;
	return true;
}

/* A box has changed the sequence number, or the quote ends before it: the address and the IP identification name the probe, and the ports
 * where they are quoted. Two targets that both fit are none. */
static bool match_ip_id(const struct sweep *sweep, const struct ip_view *quoted, const uint8_t *quote, struct answer *out)
{
	uint8_t address[16], ttl = get_be16(quote + IPV4_ID_AT) & ((1u << TTL_BITS) - 1);
	size_t first, found = 0;
	pad_address(4, quoted->target, address);
	size_t count = sweep_targets_of(sweep, 4, address, &first);
	for (size_t i = first; i < first + count; i++) {
		uint32_t number = sweep->by_address[i];
		const struct target *target = &sweep->targets[number];
		unsigned agrees = agreement(target, ttl, quoted, quote), wanted = AGREES_ADDRESS | AGREES_IP_ID;
		bool fits = (agrees & wanted) == wanted && (quoted->payload_bytes < 4 || (agrees & AGREES_PORTS));
		if (target->kind == SWEEP_ECHO || !fits || !is_ours(sweep, ttl, 0)) {
			continue;
		}
		found++;
		set_probe(out, (struct numbered){number, ttl, 0});
		out->pass = sweep->passes > 1 ? -1 : 0;
		out->agrees = agrees;
	}
	return found == 1;
}

/* The echo request of this sweep with that identifier and sequence number to that address. */
static bool match_echo(const struct sweep *sweep, uint8_t family, const uint8_t *target_address, const uint8_t *icmp, struct answer *out)
{
	uint8_t address[16], ttl = get_be16(icmp + ICMP_SEQUENCE_AT) & ((1u << TTL_BITS) - 1);
	unsigned pass = get_be16(icmp + ICMP_SEQUENCE_AT) >> TTL_BITS;
	size_t first;
	pad_address(family, target_address, address);
	size_t count = sweep_targets_of(sweep, family, address, &first);
	for (size_t i = first; i < first + count; i++) {
		const struct target *target = &sweep->targets[sweep->by_address[i]];
		if (target->kind == SWEEP_ECHO && target->source_port == get_be16(icmp + ICMP_ID_AT) && is_ours(sweep, ttl, pass)) {
			set_probe(out, (struct numbered){sweep->by_address[i], ttl, (uint8_t)pass});
			out->agrees = AGREES_ADDRESS | AGREES_PORTS | AGREES_SEQUENCE;
			return true;
		}
	}
	return false;
}

/* How many bytes of an ICMP error are the quote (RFC 4884, section 4: in words of 32 bits, of 64 in ICMPv6; 0 where its sender knows no
 * extensions). What is longer than the packet that it quotes is padding. */
static void split_quote(const uint8_t *icmp, size_t bytes, uint8_t family, struct answer *out)
{
	size_t stated = family == 4 ? (size_t)icmp[5] * 4 : (size_t)icmp[4] * 8, rest = bytes - ICMP_BYTES;
	out->quote = icmp + ICMP_BYTES;
	out->quote_bytes = stated > 0 ? smaller(stated, rest) : rest;
	if (stated > 0 && stated < rest) {
		out->extensions = out->quote + stated;
		out->extension_bytes = rest - stated;
	}
}

static bool is_error(uint8_t family, uint8_t type, enum answer_kind *kind)
{
	uint8_t unreachable = family == 4 ? 3 : 1, exceeded = family == 4 ? 11 : 3;
	*kind = type == unreachable ? ANSWER_UNREACHABLE : ANSWER_TTL_EXCEEDED;
	return type == unreachable || type == exceeded;
}

static bool read_error(const struct sweep *sweep, const struct ip_view *ip, struct answer *out)
{
	struct ip_view quoted;
	split_quote(ip->payload, ip->payload_bytes, ip->family, out);
	if (!view_ip(out->quote, out->quote_bytes, &quoted) || quoted.family != ip->family) {
		return false;
	}
	if (quoted.total > (size_t)(quoted.payload - out->quote)) {
		out->quote_bytes = smaller(out->quote_bytes, quoted.total);
		quoted.payload_bytes = out->quote_bytes - (size_t)(quoted.payload - out->quote);
	}
	out->icmp_type = ip->payload[0];
	out->icmp_code = ip->payload[1];
	if (quoted.protocol == IP_PROTOCOL_TCP) {
		return match_sequence(sweep, &quoted, out->quote, out) || (quoted.family == 4 && match_ip_id(sweep, &quoted, out->quote, out));
	}
	bool is_echo = quoted.protocol == (ip->family == 4 ? IP_PROTOCOL_ICMP : IP_PROTOCOL_ICMPV6);
	return is_echo && quoted.payload_bytes >= ICMP_BYTES && match_echo(sweep, quoted.family, quoted.target, quoted.payload, out);
}

/* The number that our request carried comes back in the reply: nobody who did not see it can send one. */
static bool read_echo_reply(const struct sweep *sweep, const struct ip_view *ip, struct answer *out)
{
	uint8_t reply = ip->family == 4 ? 0 : 129;
	if (ip->payload_bytes < ECHO_NUMBER_AT + 4 || ip->payload[0] != reply || !match_echo(sweep, ip->family, ip->source, ip->payload, out)) {
		return false;
	}
	uint32_t number = sweep_number(sweep, (struct numbered){out->target, out->ttl, (uint8_t)out->pass});
	out->kind = ANSWER_ECHO_REPLY;
	return get_be32(ip->payload + ECHO_NUMBER_AT) == sweep_sequence(sweep, number);
}

static bool read_icmp(const struct sweep *sweep, const struct ip_view *ip, struct answer *out)
{
	if (ip->payload_bytes < ICMP_BYTES) {
		return false;
	}
	return is_error(ip->family, ip->payload[0], &out->kind) ? read_error(sweep, ip, out) : read_echo_reply(sweep, ip, out);
}

/* A SYN/ACK acknowledges our sequence number and comes from where the SYN went. Some hosts' RSTs acknowledge the byte before it. */
static bool read_tcp(const struct sweep *sweep, const struct ip_view *ip, struct answer *out)
{
	if (ip->payload_bytes < TCP_HEADER_BYTES) {
		return false;
	}
	const uint8_t *tcp = ip->payload;
	bool is_rst = (tcp[TCP_FLAGS_AT] & TCP_FLAG_RST) != 0, is_synack = (tcp[TCP_FLAGS_AT] & (TCP_FLAG_SYN | TCP_FLAG_ACK)) == (TCP_FLAG_SYN | TCP_FLAG_ACK);
	uint32_t number, acknowledged = get_be32(tcp + TCP_ACKNOWLEDGEMENT_AT);
	if ((!is_rst && !is_synack) || (!sweep_find(sweep, acknowledged - 1, &number) && !(is_rst && sweep_find(sweep, acknowledged, &number)))) {
		return false;
	}
	struct numbered probe = sweep_numbered(sweep, number);
	const struct target *target = &sweep->targets[probe.target];
	if (target->kind == SWEEP_ECHO || target->family != ip->family || !is_address(target->address, ip->family, ip->source) || get_be16(tcp) != target->port ||
	    get_be16(tcp + TCP_TARGET_PORT_AT) != target->source_port) {
		return false;
	}
	set_probe(out, probe);
	out->kind = is_rst ? ANSWER_RST : ANSWER_SYNACK;
	out->acknowledged = acknowledged;
	return true;
}

/* Up to the end of the transport header: what servers say behind it is none of our business. */
static size_t header_end(const struct ip_view *ip, const uint8_t *packet)
{
	size_t end = (size_t)(ip->payload - packet);
	size_t transport = ip->protocol == IP_PROTOCOL_TCP ? (size_t)(ip->payload[TCP_DATA_OFFSET_AT] >> 4) * 4 : ICMP_BYTES;
	return end + smaller(transport, ip->payload_bytes);
}

bool answer_read(const struct sweep *sweep, const uint8_t *packet, size_t bytes, struct answer *out)
{
	struct ip_view ip;
	memset(out, 0, sizeof *out);
	if (!view_ip(packet, bytes, &ip)) {
		return false;
	}
	if (ip.total >= (size_t)(ip.payload - packet)) {
		ip.payload_bytes = smaller(ip.payload_bytes, ip.total - (size_t)(ip.payload - packet)); /* Ethernet pads short packets */
	}
	out->family = ip.family;
	out->from = ip.source;
	out->hop_limit = ip.hop_limit;
	bool is_tcp = ip.protocol == IP_PROTOCOL_TCP, is_icmp = ip.protocol == (ip.family == 4 ? IP_PROTOCOL_ICMP : IP_PROTOCOL_ICMPV6);
	if (!(is_tcp && read_tcp(sweep, &ip, out)) && !(is_icmp && read_icmp(sweep, &ip, out))) {
		return false;
	}
	if (out->quote == NULL) {
		out->packet = packet;
		out->packet_bytes = header_end(&ip, packet);
	}
	return true;
}
