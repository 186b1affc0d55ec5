#include "segment.h"

#include <string.h>

#include "../bytes.h"
#include "../tcp_options.h"
#include "../wire.h"
#include "link.h"
#include "tunnel.h"

#define IPV4_MORE_FRAGMENTS 0x2000 /* RFC 791, 3.1 */

#define PROTOCOL_HOP_BY_HOP 0
#define PROTOCOL_IPV4 4
#define PROTOCOL_TCP 6
#define PROTOCOL_UDP 17
#define PROTOCOL_IPV6 41
#define PROTOCOL_ROUTING 43
#define PROTOCOL_FRAGMENT 44
#define PROTOCOL_GRE 47
#define PROTOCOL_AUTHENTICATION 51
#define PROTOCOL_DESTINATION 60
#define PROTOCOL_MOBILITY 135
#define PROTOCOL_HIP 139
#define PROTOCOL_SHIM6 140

#define HEADERS_MAX 32 /* of IPv6 extensions, and of packets within packets */

/* What follows the headers read so far. */
struct layer {
	struct captured packet;
	uint8_t protocol;
	int headers;
};

/*
 * Behind what an IP header counts there is padding; and where it counts more than the file says was on the wire, the file was
 * cut by a program that changed that number too. A length of 0 is a packet that the sender's card was to cut up.
 */
static void limit(struct captured *packet, size_t stated)
{
	packet->wire = stated;
	packet->bytes = packet->bytes < stated ? packet->bytes : stated;
}

static enum reading read_ipv4(struct layer *layer, struct segment *segment)
{
	const uint8_t *ip = layer->packet.at;
	if (layer->packet.bytes < IPV4_BYTES) {
		return READ_CUT;
	}
	size_t header = 4 * (size_t)(ip[0] & 0x0f), total = get_be16(ip + IPV4_TOTAL_LENGTH_AT);
	uint16_t fragment = get_be16(ip + IPV4_FRAGMENT_AT);
	if (ip[0] >> 4 != 4 || header < IPV4_BYTES || (total != 0 && total < header)) {
		return READ_MALFORMED;
	}
	segment->family = 4;
	memset(segment->source.address, 0, ADDRESS_BYTES);
	memset(segment->destination.address, 0, ADDRESS_BYTES);
	memcpy(segment->source.address, ip + IPV4_SOURCE_AT, 4);
	memcpy(segment->destination.address, ip + IPV4_TARGET_AT, 4);
	layer->protocol = ip[IPV4_PROTOCOL_AT];
	if (total != 0) {
		limit(&layer->packet, total);
	}
	if ((fragment & IPV4_OFFSET_BITS) != 0) {
		return READ_FRAGMENT;
	}
	segment->fragmented |= (fragment & IPV4_MORE_FRAGMENTS) != 0;
	return captured_skip(&layer->packet, header) ? READ_TCP : READ_CUT;
}

static enum reading read_ipv6(struct layer *layer, struct segment *segment)
{
	const uint8_t *ip = layer->packet.at;
	if (layer->packet.bytes < IPV6_BYTES) {
		return READ_CUT;
	}
	if (ip[0] >> 4 != 6) {
		return READ_MALFORMED;
	}
	size_t payload = get_be16(ip + IPV6_PAYLOAD_LENGTH_AT);
	segment->family = 6;
	memcpy(segment->source.address, ip + IPV6_SOURCE_AT, ADDRESS_BYTES);
	memcpy(segment->destination.address, ip + IPV6_TARGET_AT, ADDRESS_BYTES);
	layer->protocol = ip[IPV6_NEXT_HEADER_AT];
	if (payload != 0) {
		limit(&layer->packet, IPV6_BYTES + payload);
	}
	return captured_skip(&layer->packet, IPV6_BYTES) ? READ_TCP : READ_CUT;
}

/* next[1] length[1] ...; the length counts eight bytes beyond the first eight, of AH four beyond eight (RFC 8200, 4; RFC 4302, 2.2). */
static enum reading read_extension(struct layer *layer, struct segment *segment)
{
	struct captured *packet = &layer->packet;
	uint8_t protocol = layer->protocol;
	if (packet->bytes < 8) {
		return READ_CUT;
	}
	const uint8_t *header = packet->at;
	size_t length = protocol == PROTOCOL_FRAGMENT	      ? 8
			: protocol == PROTOCOL_AUTHENTICATION ? 4 * ((size_t)header[1] + 2)
							      : 8 * ((size_t)header[1] + 1);
	layer->protocol = header[0];
	if (protocol == PROTOCOL_FRAGMENT) {
		uint16_t fragment = get_be16(header + 2);
		if ((fragment & 0xfff8) != 0) {
			return READ_FRAGMENT;
		}
		segment->fragmented |= (fragment & 1) != 0;
	}
	return captured_skip(packet, length) ? READ_TCP : READ_CUT;
}

/* A whole packet, or a frame with one, behind the header of a tunnel. */
static enum reading read_tunnel(struct layer *layer, struct segment *segment)
{
	uint16_t ethertype = 0;
	enum reading reading = layer->protocol == PROTOCOL_GRE ? gre_read(&layer->packet, &ethertype)
							       : udp_read(&layer->packet, &ethertype);
	if (reading != READ_TCP) {
		return reading;
	}
	return ethertype == ETHERTYPE_V4 ? read_ipv4(layer, segment) : read_ipv6(layer, segment);
}

/* Whether a header in front of TCP was read; READ_TCP and `done` at TCP itself. */
static enum reading next_header(struct layer *layer, struct segment *segment, bool *done)
{
	switch (layer->protocol) {
	case PROTOCOL_TCP:
		*done = true;
		return READ_TCP;
	case PROTOCOL_IPV4:
		return read_ipv4(layer, segment);
	case PROTOCOL_IPV6:
		return read_ipv6(layer, segment);
	case PROTOCOL_GRE:
	case PROTOCOL_UDP:
		return read_tunnel(layer, segment);
	case PROTOCOL_HOP_BY_HOP:
	case PROTOCOL_ROUTING:
	case PROTOCOL_FRAGMENT:
	case PROTOCOL_AUTHENTICATION:
	case PROTOCOL_DESTINATION:
	case PROTOCOL_MOBILITY:
	case PROTOCOL_HIP:
	case PROTOCOL_SHIM6:
		return read_extension(layer, segment);
	default:
		return READ_NOT_TCP;
	}
}

static enum reading read_tcp(const struct captured *packet, struct segment *segment)
{
	const uint8_t *tcp = packet->at;
	if (packet->bytes < TCP_HEADER_BYTES) {
		return READ_CUT;
	}
	size_t header = 4 * (size_t)(tcp[TCP_DATA_OFFSET_AT] >> 4);
	if (header < TCP_HEADER_BYTES || (header > packet->wire && !segment->fragmented)) {
		return READ_MALFORMED;
	}
	size_t captured = packet->bytes < header ? packet->bytes : header;
	segment->source.port = get_be16(tcp);
	segment->destination.port = get_be16(tcp + TCP_TARGET_PORT_AT);
	segment->sequence = get_be32(tcp + TCP_SEQUENCE_AT);
	segment->acknowledgement = get_be32(tcp + TCP_ACKNOWLEDGEMENT_AT);
	segment->flags = tcp[TCP_FLAGS_AT];
	segment->options = tcp + TCP_HEADER_BYTES;
	segment->options_bytes = captured - TCP_HEADER_BYTES;
	segment->options_cut = captured < header;
	segment->payload = header < packet->wire ? (uint32_t)(packet->wire - header) : 0;
	return READ_TCP;
}

/* A header that does not end within a packet that is there to its end is wrong, and not left out by the capture. */
static enum reading judged(enum reading reading, const struct captured *packet, const struct segment *segment)
{
	return reading == READ_CUT && packet->bytes == packet->wire && !segment->fragmented ? READ_MALFORMED : reading;
}

enum reading segment_read(const struct frame *frame, struct segment *segment)
{
	struct layer layer = {{frame->data, frame->captured, frame->wire}, 0, 0};
	uint16_t ethertype = 0;
	bool done = false;
	segment->fragmented = false;
	enum reading reading = link_read(frame->link, &layer.packet, &ethertype);
	if (reading != READ_TCP) {
		return judged(reading, &layer.packet, segment);
	}
	reading = ethertype == ETHERTYPE_V4 ? read_ipv4(&layer, segment) : read_ipv6(&layer, segment);
	while (reading == READ_TCP && !done) {
		reading = ++layer.headers > HEADERS_MAX ? READ_MALFORMED : next_header(&layer, segment, &done);
	}
	if (reading == READ_FRAGMENT && layer.protocol != PROTOCOL_TCP) {
		return READ_NOT_TCP;
	}
	reading = reading == READ_TCP ? read_tcp(&layer.packet, segment) : reading;
	return judged(reading, &layer.packet, segment);
}
