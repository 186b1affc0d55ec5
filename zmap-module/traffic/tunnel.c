/* Tunnels over IP, down to the EtherType of what they carry: those that captures of mobile networks, clouds and mirrored ports come in. */
#include "../bytes.h"
#include "segment.h"

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

static bool skip(struct bytes *bytes, size_t count)
{
	if (bytes->captured < count || bytes->wire < count) {
		return false;
	}
	bytes->at += count;
	bytes->captured -= count;
	bytes->wire -= count;
	return true;
}

static enum reading read_ethernet(struct bytes *bytes, uint16_t *ethertype)
{
	enum reading reading = link_read(LINK_ETHERNET, bytes, ethertype);
	return reading == READ_NOT_IP ? READ_NOT_TCP : reading;
}

/* What an EtherType names: IP as it is, or a frame. */
static enum reading read_carried(struct bytes *bytes, uint16_t carried, uint16_t *ethertype)
{
	*ethertype = carried;
	return carried == ETHERTYPE_IPV4 || carried == ETHERTYPE_IPV6 ? READ_TCP : carried == GRE_ETHERNET ? read_ethernet(bytes, ethertype)
													   : READ_NOT_TCP;
}

/* flags[2] protocol[2], and four bytes for each of checksum, key and sequence number (RFC 2784, RFC 2890). */
enum reading gre_read(struct bytes *bytes, uint16_t *ethertype)
{
	if (bytes->captured < 4) {
		return READ_CUT;
	}
	uint16_t flags = get_be16(bytes->at), carried = get_be16(bytes->at + 2);
	if ((flags & (GRE_ROUTING | GRE_VERSION)) != 0) {
		return READ_NOT_TCP;
	}
	size_t header = 4 + (flags & GRE_CHECKSUM ? 4 : 0) + (flags & GRE_KEY ? 4 : 0) + (flags & GRE_SEQUENCE ? 4 : 0);
	if (carried == GRE_ERSPAN_2) {
		carried = GRE_ETHERNET;
		/* Without a sequence number it is of the first type, which has no header of its own. */
		header += flags & GRE_SEQUENCE ? ERSPAN_2_BYTES : 0;
	} else if (carried == GRE_ERSPAN_3) {
		if (bytes->captured < header + ERSPAN_3_BYTES) {
			return READ_CUT;
		}
		carried = GRE_ETHERNET;
		header += ERSPAN_3_BYTES + (bytes->at[header + ERSPAN_3_BYTES - 1] & 1 ? ERSPAN_3_MORE : 0);
	}
	return skip(bytes, header) ? read_carried(bytes, carried, ethertype) : READ_CUT;
}

/* flags[1] type[1] length[2] tunnel[4], with sequence number, N-PDU number and the kind of the first extension where one of them is there (3GPP TS 29.281, 5.1). */
static enum reading read_gtp(struct bytes *bytes, uint16_t *ethertype)
{
	if (bytes->captured < 8) {
		return READ_CUT;
	}
	uint8_t flags = bytes->at[0], type = bytes->at[1];
	if ((flags & GTP_VERSION_MASK) != GTP_VERSION_1 || type != GTP_PACKET) {
		return READ_NOT_TCP;
	}
	size_t header = flags & GTP_OPTIONAL ? 12 : 8;
	if (bytes->captured < header) {
		return READ_CUT;
	}
	uint8_t next = flags & GTP_EXTENDED ? bytes->at[11] : 0;
	skip(bytes, header);
	for (int extension = 0; next != 0; extension++) {
		size_t length = bytes->captured > 0 ? 4 * (size_t)bytes->at[0] : 0;
		if (length == 0 || extension == GTP_EXTENSIONS_MAX) {
			return bytes->captured > 0 ? READ_NOT_TCP : READ_CUT;
		}
		if (bytes->captured < length) {
			return READ_CUT;
		}
		next = bytes->at[length - 1];
		skip(bytes, length);
	}
	if (bytes->captured == 0) {
		return READ_CUT;
	}
	*ethertype = bytes->at[0] >> 4 == 4 ? ETHERTYPE_IPV4 : ETHERTYPE_IPV6;
	return bytes->at[0] >> 4 == 4 || bytes->at[0] >> 4 == 6 ? READ_TCP : READ_NOT_TCP;
}

/* flags[1] ... network[3] ...; an Ethernet frame follows (RFC 7348, 5). */
static enum reading read_vxlan(struct bytes *bytes, uint16_t *ethertype)
{
	if (bytes->captured < VXLAN_BYTES) {
		return READ_CUT;
	}
	if ((bytes->at[0] & VXLAN_HAS_NETWORK) == 0) {
		return READ_NOT_TCP;
	}
	skip(bytes, VXLAN_BYTES);
	return read_ethernet(bytes, ethertype);
}

/* version and length of the options, in words[1] flags[1] protocol[2] network[4] (RFC 8926, 3.4). */
static enum reading read_geneve(struct bytes *bytes, uint16_t *ethertype)
{
	if (bytes->captured < GENEVE_BYTES) {
		return READ_CUT;
	}
	if (bytes->at[0] >> 6 != 0) {
		return READ_NOT_TCP;
	}
	size_t header = GENEVE_BYTES + 4 * (size_t)(bytes->at[0] & 0x3f);
	uint16_t carried = get_be16(bytes->at + 2);
	return skip(bytes, header) ? read_carried(bytes, carried, ethertype) : READ_CUT;
}

enum reading udp_read(struct bytes *bytes, uint16_t *ethertype)
{
	if (bytes->captured < UDP_BYTES) {
		return READ_NOT_TCP;
	}
	uint16_t port = get_be16(bytes->at + 2);
	skip(bytes, UDP_BYTES);
	switch (port) {
	case PORT_GTP:
		return read_gtp(bytes, ethertype);
	case PORT_VXLAN:
	case PORT_VXLAN_LINUX:
		return read_vxlan(bytes, ethertype);
	case PORT_GENEVE:
		return read_geneve(bytes, ethertype);
	default:
		return READ_NOT_TCP;
	}
}
