/* Link layers (www.tcpdump.org/linktypes.html), down to the EtherType of what they carry. */
#include "link.h"

#include <string.h>

#include "../bytes.h"
#include "../wire.h"

#define LINK_NULL 0
#define LINK_PPP 9
#define LINK_RAW_BSD 12 /* DLT_RAW, as some systems write it into files */
#define LINK_RAW_OPENBSD 14
#define LINK_PPP_HDLC 50
#define LINK_PPP_ETHER 51
#define LINK_RAW 101
#define LINK_C_HDLC 104
#define LINK_LOOP 108
#define LINK_COOKED 113
#define LINK_IPV4 228
#define LINK_IPV6 229
#define LINK_COOKED_2 276

#define ETHERTYPE_VLAN 0x8100 /* IEEE 802.1Q */
#define ETHERTYPE_QINQ 0x88a8 /* IEEE 802.1ad; the two below before it */
#define ETHERTYPE_QINQ_9100 0x9100
#define ETHERTYPE_QINQ_9200 0x9200
#define ETHERTYPE_MPLS 0x8847
#define ETHERTYPE_MPLS_MULTICAST 0x8848
#define ETHERTYPE_PPPOE 0x8864

#define PPP_IPV4 0x0021
#define PPP_IPV6 0x0057

#define ETHERTYPE_MIN 0x0600 /* below: a length, and LLC behind it (IEEE 802.3) */
#define SNAP_BYTES 8

#define TAGS_MAX 16

static enum reading by_version(const struct captured *packet, uint16_t *ethertype)
{
	if (packet->bytes == 0) {
		return READ_CUT;
	}
	*ethertype = packet->at[0] >> 4 == 4 ? ETHERTYPE_V4 : packet->at[0] >> 4 == 6 ? ETHERTYPE_V6
										      : 0;
	return *ethertype != 0 ? READ_TCP : READ_NOT_IP;
}

/* Address and control (ff 03) may be left out, and the first byte of the protocol when it is zero (RFC 1661, 6.5 and 6.6). */
static enum reading read_ppp(struct captured *packet, uint16_t *ethertype)
{
	if (packet->bytes >= 2 && packet->at[0] == 0xff && packet->at[1] == 0x03) {
		captured_skip(packet, 2);
	}
	if (packet->bytes < 2) {
		return READ_CUT;
	}
	bool compressed = (packet->at[0] & 1) != 0;
	uint16_t protocol = compressed ? packet->at[0] : get_be16(packet->at);
	captured_skip(packet, compressed ? 1 : 2);
	*ethertype = protocol == PPP_IPV4 ? ETHERTYPE_V4 : protocol == PPP_IPV6 ? ETHERTYPE_V6
										: 0;
	return *ethertype != 0 ? READ_TCP : READ_NOT_IP;
}

/* Labels of four bytes; the last has its bit set. What is behind it says itself what it is. */
static enum reading read_mpls(struct captured *packet, uint16_t *ethertype)
{
	for (int label = 0; label < TAGS_MAX; label++) {
		bool last = packet->bytes >= 4 && (packet->at[2] & 1) != 0;
		if (!captured_skip(packet, 4)) {
			return READ_CUT;
		}
		if (last) {
			return by_version(packet, ethertype);
		}
	}
	return READ_NOT_IP;
}

/* aa aa 03 00 00 00 EtherType: IP in frames that state their length (RFC 1042), as token rings and wireless bridges hand them on. */
static enum reading read_snap(struct captured *packet, uint16_t *found)
{
	static const uint8_t SNAP[] = {0xaa, 0xaa, 0x03, 0, 0, 0};
	size_t seen = packet->bytes < sizeof SNAP ? packet->bytes : sizeof SNAP;
	if (memcmp(packet->at, SNAP, seen) != 0) {
		return READ_NOT_IP;
	}
	if (packet->bytes < SNAP_BYTES) {
		return READ_CUT;
	}
	*found = get_be16(packet->at + sizeof SNAP);
	captured_skip(packet, SNAP_BYTES);
	return *found < ETHERTYPE_MIN ? READ_NOT_IP : READ_TCP;
}

/* `packet` behind an EtherType. */
static enum reading read_ethertype(struct captured *packet, uint16_t found, uint16_t *ethertype)
{
	for (int tag = 0; tag < TAGS_MAX; tag++) {
		switch (found) {
		case ETHERTYPE_V4:
		case ETHERTYPE_V6:
			*ethertype = found;
			return READ_TCP;
		case ETHERTYPE_VLAN:
		case ETHERTYPE_QINQ:
		case ETHERTYPE_QINQ_9100:
		case ETHERTYPE_QINQ_9200:
			if (packet->bytes < 4) {
				return READ_CUT;
			}
			found = get_be16(packet->at + 2);
			captured_skip(packet, 4);
			break;
		case ETHERTYPE_MPLS:
		case ETHERTYPE_MPLS_MULTICAST:
			return read_mpls(packet, ethertype);
		case ETHERTYPE_PPPOE:
			return captured_skip(packet, 6) ? read_ppp(packet, ethertype) : READ_CUT;
		default: {
			enum reading reading = found < ETHERTYPE_MIN ? read_snap(packet, &found) : READ_NOT_IP;
			if (reading != READ_TCP) {
				return reading;
			}
		}
		}
	}
	return READ_NOT_IP;
}

/* A header of `length` bytes with an EtherType at `at`. */
static enum reading read_header(struct captured *packet, size_t length, size_t at, uint16_t *ethertype)
{
	if (packet->bytes < length) {
		return READ_CUT;
	}
	uint16_t found = get_be16(packet->at + at);
	captured_skip(packet, length);
	return read_ethertype(packet, found, ethertype);
}

/* The family's number is the capturing system's, in its byte order: what is behind it tells more. */
static enum reading read_loop(struct captured *packet, uint16_t *ethertype)
{
	return captured_skip(packet, 4) ? by_version(packet, ethertype) : READ_CUT;
}

enum reading link_read(uint32_t link, struct captured *packet, uint16_t *ethertype)
{
	switch (link) {
	case LINK_ETHERNET:
		return read_header(packet, 14, 12, ethertype);
	case LINK_COOKED:
		return read_header(packet, 16, 14, ethertype);
	case LINK_COOKED_2:
		return read_header(packet, 20, 0, ethertype);
	case LINK_C_HDLC:
		return read_header(packet, 4, 2, ethertype);
	case LINK_RAW:
	case LINK_RAW_BSD:
	case LINK_RAW_OPENBSD:
	case LINK_IPV4:
	case LINK_IPV6:
		return by_version(packet, ethertype);
	case LINK_NULL:
	case LINK_LOOP:
		return read_loop(packet, ethertype);
	case LINK_PPP:
	case LINK_PPP_HDLC:
		return read_ppp(packet, ethertype);
	case LINK_PPP_ETHER:
		return captured_skip(packet, 6) ? read_ppp(packet, ethertype) : READ_CUT;
	default:
		return READ_LINK_UNKNOWN;
	}
}
