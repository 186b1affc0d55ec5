/* Link layers (www.tcpdump.org/linktypes.html), down to the EtherType of what they carry. */
#include <string.h>

#include "../bytes.h"
#include "segment.h"

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
#define ETHERTYPE_QINQ 0x88a8 /* IEEE 802.1ad; 9100 and 9200 before it */
#define ETHERTYPE_MPLS 0x8847
#define ETHERTYPE_MPLS_MULTICAST 0x8848
#define ETHERTYPE_PPPOE 0x8864

#define PPP_IPV4 0x0021
#define PPP_IPV6 0x0057

#define ETHERTYPE_MIN 0x0600 /* below: a length, and LLC behind it (IEEE 802.3) */
#define SNAP_BYTES 8

#define TAGS_MAX 16

/* Leaves out bytes that must be captured. */
static bool skip(struct bytes *bytes, size_t count)
{
	if (bytes->captured < count) {
		return false;
	}
	bytes->at += count;
	bytes->captured -= count;
	bytes->wire -= count;
	return true;
}

static enum reading by_version(const struct bytes *bytes, uint16_t *ethertype)
{
	if (bytes->captured == 0) {
		return READ_CUT;
	}
	*ethertype = bytes->at[0] >> 4 == 4 ? ETHERTYPE_IPV4 : bytes->at[0] >> 4 == 6 ? ETHERTYPE_IPV6
										      : 0;
	return *ethertype != 0 ? READ_TCP : READ_NOT_IP;
}

/* Address and control (ff 03) may be left out, and the first byte of the protocol when it is zero (RFC 1661, 6.5 and 6.6). */
static enum reading read_ppp(struct bytes *bytes, uint16_t *ethertype)
{
	if (bytes->captured >= 2 && bytes->at[0] == 0xff && bytes->at[1] == 0x03) {
		skip(bytes, 2);
	}
	if (bytes->captured < 2) {
		return READ_CUT;
	}
	bool compressed = (bytes->at[0] & 1) != 0;
	uint16_t protocol = compressed ? bytes->at[0] : get_be16(bytes->at);
	skip(bytes, compressed ? 1 : 2);
	*ethertype = protocol == PPP_IPV4 ? ETHERTYPE_IPV4 : protocol == PPP_IPV6 ? ETHERTYPE_IPV6
										  : 0;
	return *ethertype != 0 ? READ_TCP : READ_NOT_IP;
}

/* Labels of four bytes; the last has its bit set. What is behind it says itself what it is. */
static enum reading read_mpls(struct bytes *bytes, uint16_t *ethertype)
{
	for (int label = 0; label < TAGS_MAX; label++) {
		bool last = bytes->captured >= 4 && (bytes->at[2] & 1) != 0;
		if (!skip(bytes, 4)) {
			return READ_CUT;
		}
		if (last) {
			return by_version(bytes, ethertype);
		}
	}
	return READ_NOT_IP;
}

/* aa aa 03 00 00 00 EtherType: IP in frames that state their length (RFC 1042), as token rings and wireless bridges hand them on. */
static enum reading read_snap(struct bytes *bytes, uint16_t *found)
{
	static const uint8_t SNAP[] = {0xaa, 0xaa, 0x03, 0, 0, 0};
	size_t seen = bytes->captured < sizeof SNAP ? bytes->captured : sizeof SNAP;
	if (memcmp(bytes->at, SNAP, seen) != 0) {
		return READ_NOT_IP;
	}
	if (bytes->captured < SNAP_BYTES) {
		return READ_CUT;
	}
	*found = get_be16(bytes->at + sizeof SNAP);
	skip(bytes, SNAP_BYTES);
	return *found < ETHERTYPE_MIN ? READ_NOT_IP : READ_TCP;
}

/* `bytes` behind an EtherType. */
static enum reading read_ethertype(struct bytes *bytes, uint16_t found, uint16_t *ethertype)
{
	for (int tag = 0; tag < TAGS_MAX; tag++) {
		switch (found) {
		case ETHERTYPE_IPV4:
		case ETHERTYPE_IPV6:
			*ethertype = found;
			return READ_TCP;
		case ETHERTYPE_VLAN:
		case ETHERTYPE_QINQ:
		case 0x9100:
		case 0x9200:
			if (bytes->captured < 4) {
				return READ_CUT;
			}
			found = get_be16(bytes->at + 2);
			skip(bytes, 4);
			break;
		case ETHERTYPE_MPLS:
		case ETHERTYPE_MPLS_MULTICAST:
			return read_mpls(bytes, ethertype);
		case ETHERTYPE_PPPOE:
			return skip(bytes, 6) ? read_ppp(bytes, ethertype) : READ_CUT;
		default: {
			enum reading reading = found < ETHERTYPE_MIN ? read_snap(bytes, &found) : READ_NOT_IP;
			if (reading != READ_TCP) {
				return reading;
			}
		}
		}
	}
	return READ_NOT_IP;
}

/* A header of `length` bytes with an EtherType at `at`. */
static enum reading read_header(struct bytes *bytes, size_t length, size_t at, uint16_t *ethertype)
{
	if (bytes->captured < length) {
		return READ_CUT;
	}
	uint16_t found = get_be16(bytes->at + at);
	skip(bytes, length);
	return read_ethertype(bytes, found, ethertype);
}

/* The family's number is the capturing system's, in its byte order: what is behind it tells more. */
static enum reading read_loop(struct bytes *bytes, uint16_t *ethertype)
{
	return skip(bytes, 4) ? by_version(bytes, ethertype) : READ_CUT;
}

enum reading link_read(uint32_t link, struct bytes *bytes, uint16_t *ethertype)
{
	switch (link) {
	case LINK_ETHERNET:
		return read_header(bytes, 14, 12, ethertype);
	case LINK_COOKED:
		return read_header(bytes, 16, 14, ethertype);
	case LINK_COOKED_2:
		return read_header(bytes, 20, 0, ethertype);
	case LINK_C_HDLC:
		return read_header(bytes, 4, 2, ethertype);
	case LINK_RAW:
	case LINK_RAW_BSD:
	case LINK_RAW_OPENBSD:
	case LINK_IPV4:
	case LINK_IPV6:
		return by_version(bytes, ethertype);
	case LINK_NULL:
	case LINK_LOOP:
		return read_loop(bytes, ethertype);
	case LINK_PPP:
	case LINK_PPP_HDLC:
		return read_ppp(bytes, ethertype);
	case LINK_PPP_ETHER:
		return skip(bytes, 6) ? read_ppp(bytes, ethertype) : READ_CUT;
	default:
		return READ_LINK_UNKNOWN;
	}
}
