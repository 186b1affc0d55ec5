#include "answer.h"

#include <string.h>

#include "../bytes.h"
#include "../wire.h"
#include "match.h"

#define ICMP_BYTES 8
#define ECHO_NUMBER_AT 8

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
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
	if (!ip_view(out->quote, out->quote_bytes, &quoted) || quoted.family != ip->family) {
		return false;
	}
	if (quoted.total > (size_t)(quoted.payload - out->quote)) {
		out->quote_bytes = smaller(out->quote_bytes, quoted.total);
		quoted.payload_bytes = out->quote_bytes - (size_t)(quoted.payload - out->quote);
	}
	out->icmp_type = ip->payload[0];
	out->icmp_code = ip->payload[1];
	if (quoted.protocol == IP_PROTOCOL_TCP) {
		return match_syn(sweep, &quoted, out->quote, out);
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

static bool read_tcp(const struct sweep *sweep, const struct ip_view *ip, struct answer *out)
{
	if (ip->payload_bytes < TCP_HEADER_BYTES) {
		return false;
	}
	uint8_t flags = ip->payload[TCP_FLAGS_AT];
	bool is_rst = (flags & TCP_FLAG_RST) != 0, is_synack = (flags & (TCP_FLAG_SYN | TCP_FLAG_ACK)) == (TCP_FLAG_SYN | TCP_FLAG_ACK);
	if ((!is_rst && !is_synack) || !match_tcp(sweep, ip, is_rst, out)) {
		return false;
	}
	out->kind = is_rst ? ANSWER_RST : ANSWER_SYNACK;
	out->acknowledged = get_be32(ip->payload + TCP_ACKNOWLEDGEMENT_AT);
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
	if (!ip_view(packet, bytes, &ip)) {
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
