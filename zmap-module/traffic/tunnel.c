/* Tunnels over IP, down to the EtherType of what they carry: those that captures of mobile networks, clouds and mirrored ports come in. */
#include "tunnel.h"

#include "../bytes.h"
#include "../wire.h"
#include "link.h"

#define GRE_CHECKSUM 0x8000
#define GRE_ROUTING 0x4000
#define GRE_KEY 0x2000
#define GRE_SEQUENCE 0x1000
#define GRE_VERSION 0x0007
#define GRE_ETHERNET 0x6558 /* transparent Ethernet bridging */
#define GRE_ERSPAN_2 0x88be
#define GRE_ERSPAN_3 0x22eb
#define ERSPAN_2_BYTES 8
#define ERSPAN_3_BYTES 12
#define ERSPAN_3_MORE 8 /* where its last bit is set */

#define UDP_BYTES 8
#define PORT_GTP 2152
#define PORT_VXLAN 4789
#define PORT_VXLAN_LINUX 8472
#define PORT_GENEVE 6081

#define GTP_VERSION_1 0x30 /* with the bit that tells it from GTP' */
#define GTP_VERSION_MASK 0xf0
#define GTP_OPTIONAL 0x07
#define GTP_EXTENDED 0x04
#define GTP_PACKET 0xff
#define GTP_EXTENSIONS_MAX 16
#define VXLAN_BYTES 8
#define VXLAN_HAS_NETWORK 0x08
#define GENEVE_BYTES 8

static enum reading read_ethernet(struct captured *packet, uint16_t *ethertype)
{
	enum reading reading = link_read(LINK_ETHERNET, packet, ethertype);
	return reading == READ_NOT_IP ? READ_NOT_TCP : reading;
}

/* What an EtherType names: IP as it is, or a frame. */
static enum reading read_carried(struct captured *packet, uint16_t carried, uint16_t *ethertype)
{
	*ethertype = carried;
	return carried == ETHERTYPE_V4 || carried == ETHERTYPE_V6 ? READ_TCP : carried == GRE_ETHERNET ? read_ethernet(packet, ethertype)
												       : READ_NOT_TCP;
}

/* flags[2] protocol[2], and four bytes for each of checksum, key and sequence number (RFC 2784, RFC 2890). */
enum reading gre_read(struct captured *packet, uint16_t *ethertype)
{
	if (packet->bytes < 4) {
		return READ_CUT;
	}
	uint16_t flags = get_be16(packet->at), carried = get_be16(packet->at + 2);
	if ((flags & (GRE_ROUTING | GRE_VERSION)) != 0) {
		return READ_NOT_TCP;
	}
	size_t header = 4 + (flags & GRE_CHECKSUM ? 4 : 0) + (flags & GRE_KEY ? 4 : 0) + (flags & GRE_SEQUENCE ? 4 : 0);
	if (carried == GRE_ERSPAN_2) {
		carried = GRE_ETHERNET;
		/* Without a sequence number it is of the first type, which has no header of its own. */
		header += flags & GRE_SEQUENCE ? ERSPAN_2_BYTES : 0;
	} else if (carried == GRE_ERSPAN_3) {
		if (packet->bytes < header + ERSPAN_3_BYTES) {
			return READ_CUT;
		}
		carried = GRE_ETHERNET;
		header += ERSPAN_3_BYTES + (packet->at[header + ERSPAN_3_BYTES - 1] & 1 ? ERSPAN_3_MORE : 0);
	}
	return captured_skip(packet, header) ? read_carried(packet, carried, ethertype) : READ_CUT;
}

/* flags[1] type[1] length[2] tunnel[4], with sequence number, N-PDU number and the kind of the first extension where one of them is there (3GPP TS 29.281, 5.1). */
static enum reading read_gtp(struct captured *packet, uint16_t *ethertype)
{
	if (packet->bytes < 8) {
		return READ_CUT;
	}
	uint8_t flags = packet->at[0], type = packet->at[1];
	if ((flags & GTP_VERSION_MASK) != GTP_VERSION_1 || type != GTP_PACKET) {
		return READ_NOT_TCP;
	}
	size_t header = flags & GTP_OPTIONAL ? 12 : 8;
	if (packet->bytes < header) {
		return READ_CUT;
	}
	uint8_t next = flags & GTP_EXTENDED ? packet->at[11] : 0;
	captured_skip(packet, header);
	for (int extension = 0; next != 0; extension++) {
		size_t length = packet->bytes > 0 ? 4 * (size_t)packet->at[0] : 0;
		if (length == 0 || extension == GTP_EXTENSIONS_MAX) {
			return packet->bytes > 0 ? READ_NOT_TCP : READ_CUT;
		}
		if (packet->bytes < length) {
			return READ_CUT;
		}
		next = packet->at[length - 1];
		captured_skip(packet, length);
	}
	if (packet->bytes == 0) {
		return READ_CUT;
	}
	*ethertype = packet->at[0] >> 4 == 4 ? ETHERTYPE_V4 : ETHERTYPE_V6;
	return packet->at[0] >> 4 == 4 || packet->at[0] >> 4 == 6 ? READ_TCP : READ_NOT_TCP;
}

/* flags[1] ... network[3] ...; an Ethernet frame follows (RFC 7348, 5). */
static enum reading read_vxlan(struct captured *packet, uint16_t *ethertype)
{
	if (packet->bytes < VXLAN_BYTES) {
		return READ_CUT;
	}
	if ((packet->at[0] & VXLAN_HAS_NETWORK) == 0) {
		return READ_NOT_TCP;
	}
	captured_skip(packet, VXLAN_BYTES);
	return read_ethernet(packet, ethertype);
}

/* version and length of the options, in words[1] flags[1] protocol[2] network[4] (RFC 8926, 3.4). */
static enum reading read_geneve(struct captured *packet, uint16_t *ethertype)
{
	if (packet->bytes < GENEVE_BYTES) {
		return READ_CUT;
	}
	if (packet->at[0] >> 6 != 0) {
		return READ_NOT_TCP;
	}
	size_t header = GENEVE_BYTES + 4 * (size_t)(packet->at[0] & 0x3f);
	uint16_t carried = get_be16(packet->at + 2);
	return captured_skip(packet, header) ? read_carried(packet, carried, ethertype) : READ_CUT;
}

enum reading udp_read(struct captured *packet, uint16_t *ethertype)
{
	if (packet->bytes < UDP_BYTES) {
		return READ_NOT_TCP;
	}
	uint16_t port = get_be16(packet->at + 2);
	captured_skip(packet, UDP_BYTES);
	switch (port) {
	case PORT_GTP:
		return read_gtp(packet, ethertype);
	case PORT_VXLAN:
	case PORT_VXLAN_LINUX:
		return read_vxlan(packet, ethertype);
	case PORT_GENEVE:
		return read_geneve(packet, ethertype);
	default:
		return READ_NOT_TCP;
	}
}
