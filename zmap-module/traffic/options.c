#include "options.h"

#include <stddef.h>

#include "../bytes.h"
#include "../mptcp_option.h"
#include "../tcp_options.h"

/* Subtypes (RFC 8684, 8.2). */
#define MPTCPOPT_DSS 2
#define MPTCPOPT_ADD_ADDR 3
#define MPTCPOPT_REMOVE_ADDR 4
#define MPTCPOPT_MP_PRIO 5
#define MPTCPOPT_MP_FAIL 6
#define SUBTYPES 9

/* The third ACK of MP_CAPABLE: both keys; in v1 the length of data on it, and their checksum (RFC 8684 and RFC 6824, 3.1). */
#define AT_DATA_LENGTH 20
#define TCPOLEN_MPTCP_MPC_ACK 20
#define TCPOLEN_MPTCP_MPC_ACK_DATA 22
#define TCPOLEN_MPTCP_MPC_ACK_DATA_CSUM 24

#define TCPOLEN_MPTCP_MPJ_ACK 24 /* RFC 8684, 3.2 */

/* ADD_ADDR (RFC 8684 and RFC 6824, 3.4.1): a head, an address, a port perhaps; in v1 an HMAC, but for an echo. */
#define ADD_ADDR_HEAD 4
#define ADD_ADDR_V4 4
#define ADD_ADDR_V6 16
#define ADD_ADDR_PORT 2
#define ADD_ADDR_HMAC 8
#define ADD_ADDR_ECHO 0x01
#define ADD_ADDR_V0_IPV4 4 /* IPVer */
#define ADD_ADDR_V0_IPV6 6

#define REMOVE_ADDR_MIN 4	     /* with one identifier (RFC 8684, 3.4.2) */
#define TCPOLEN_MPTCP_PRIO 3	     /* RFC 8684, 3.3.8 */
#define TCPOLEN_MPTCP_PRIO_ADDRESS 4 /* RFC 6824, 3.3.8 */
#define TCPOLEN_MPTCP_FAIL 12	     /* RFC 8684, 3.7 */

/* DSS (RFC 8684, 3.3). */
#define DSS_HEAD 4
#define DSS_ACK 0x01
#define DSS_ACK_8 0x02
#define DSS_MAPPING 0x04
#define DSS_SEQUENCE_8 0x08
#define DSS_DATA_FIN 0x10
#define DSS_MAPPING_REST 6 /* subflow sequence number and length */
#define DSS_CHECKSUM 2

enum packet { PACKET_SYN,
	      PACKET_SYNACK,
	      PACKET_ACK };

static enum packet packet_of(uint8_t flags)
{
	return (flags & TCP_SYN) == 0 ? PACKET_ACK : (flags & TCP_ACK) == 0 ? PACKET_SYN
									    : PACKET_SYNACK;
}

/* RFC 8684, 3.3. */
static bool read_dss(const uint8_t *at, size_t bytes, struct dss *dss)
{
	if (bytes < DSS_HEAD) {
		return false;
	}
	uint8_t flags = at[3];
	size_t ack = flags & DSS_ACK ? flags & DSS_ACK_8 ? 8 : 4 : 0;
	size_t sequence = flags & DSS_MAPPING ? flags & DSS_SEQUENCE_8 ? 8 : 4 : 0;
	size_t due = DSS_HEAD + ack + (sequence > 0 ? sequence + DSS_MAPPING_REST : 0);
	if (bytes != due && (sequence == 0 || bytes != due + DSS_CHECKSUM)) {
		return false;
	}
	*dss = (struct dss){
	    .has_ack = ack > 0,
	    .wide_ack = ack == 8,
	    .has_mapping = sequence > 0,
	    .wide_sequence = sequence == 8,
	    .data_fin = (flags & DSS_DATA_FIN) != 0,
	};
	at += DSS_HEAD;
	if (ack > 0) {
		dss->ack = ack == 8 ? get_be64(at) : get_be32(at);
		at += ack;
	}
	if (sequence > 0) {
		dss->sequence = sequence == 8 ? get_be64(at) : get_be32(at);
		dss->subflow_sequence = get_be32(at + sequence);
		dss->length = get_be16(at + sequence + 4);
	}
	return true;
}

/* The third ACK carries both keys, in v1 with data also its length and a checksum (RFC 8684, 3.1). */
static bool capable_is_whole(const uint8_t *at, size_t bytes, enum packet packet)
{
	bool zero = (at[2] & 0x0f) == 0;
	switch (packet) {
	case PACKET_SYN:
		return bytes == (zero ? TCPOLEN_MPTCP_MPC_SYN_V0 : TCPOLEN_MPTCP_MPC_SYN_V1);
	case PACKET_SYNACK:
		return bytes == TCPOLEN_MPTCP_MPC_SYNACK;
	default:
		return bytes == TCPOLEN_MPTCP_MPC_ACK ||
		       (!zero && (bytes == TCPOLEN_MPTCP_MPC_ACK_DATA || bytes == TCPOLEN_MPTCP_MPC_ACK_DATA_CSUM));
	}
}

/* An address of this width, with or without a port. */
static bool is_address(size_t bytes, size_t width)
{
	return bytes == width || bytes == width + ADD_ADDR_PORT;
}

/* v0 states 4 or 6 in the nibble where v1 has its echo bit and reserved ones, which are ignored: an HMAC, which no v0 has, tells by the length. */
static bool add_addr_is_whole(const uint8_t *at, size_t bytes)
{
	uint8_t nibble = at[2] & 0x0f;
	size_t rest = bytes < ADD_ADDR_HEAD ? 0 : bytes - ADD_ADDR_HEAD;
	if ((nibble & ADD_ADDR_ECHO) != 0) {
		return is_address(rest, ADD_ADDR_V4) || is_address(rest, ADD_ADDR_V6);
	}
	return is_address(rest, ADD_ADDR_V4 + ADD_ADDR_HMAC) || is_address(rest, ADD_ADDR_V6 + ADD_ADDR_HMAC) ||
	       (nibble == ADD_ADDR_V0_IPV4 && is_address(rest, ADD_ADDR_V4)) || (nibble == ADD_ADDR_V0_IPV6 && is_address(rest, ADD_ADDR_V6));
}

static bool is_whole(uint8_t subtype, const uint8_t *at, size_t bytes, enum packet packet)
{
	static const size_t JOIN[] = {
	    [PACKET_SYN] = TCPOLEN_MPTCP_MPJ_SYN,
	    [PACKET_SYNACK] = TCPOLEN_MPTCP_MPJ_SYNACK,
	    [PACKET_ACK] = TCPOLEN_MPTCP_MPJ_ACK,
	};
	switch (subtype) {
	case MPTCPOPT_MP_CAPABLE:
		return capable_is_whole(at, bytes, packet);
	case MPTCPOPT_MP_JOIN:
		return bytes == JOIN[packet];
	case MPTCPOPT_ADD_ADDR:
		return add_addr_is_whole(at, bytes);
	case MPTCPOPT_REMOVE_ADDR:
		return bytes >= REMOVE_ADDR_MIN;
	case MPTCPOPT_MP_PRIO:
		return bytes == TCPOLEN_MPTCP_PRIO || bytes == TCPOLEN_MPTCP_PRIO_ADDRESS;
	case MPTCPOPT_MP_FAIL:
		return bytes == TCPOLEN_MPTCP_FAIL;
	case MPTCPOPT_MP_FASTCLOSE:
		return bytes == TCPOLEN_MPTCP_FASTCLOSE;
	case MPTCPOPT_RST:
		return bytes == TCPOLEN_MPTCP_RST;
	default:
		return false;
	}
}

/* A mapping without an end: its sender goes on as plain TCP (RFC 8684, 3.7). A DATA_FIN without data has a length of 1. */
static bool is_infinite_mapping(const struct dss *dss)
{
	return dss->has_mapping && dss->length == 0;
}

/* Whether the capture, and not its sender, ends an option before it is whole. */
static bool is_cut(const struct tcp_option *option, const struct segment *segment)
{
	return option->status == TCP_OPTION_PAST_END && segment->options_cut;
}

static void read_one(const struct tcp_option *option, const struct segment *segment, struct mptcp_options *options)
{
	int subtype = option->bytes > 2 ? option->at[2] >> 4 : SUBTYPES;
	options->count++;
	options->capable += subtype == MPTCPOPT_MP_CAPABLE;
	if (option->status == TCP_OPTION_OK && subtype == MPTCPOPT_DSS && read_dss(option->at, option->bytes, &options->dss)) {
		options->has_dss = true;
		options->speaks |= options->dss.data_fin || is_infinite_mapping(&options->dss);
		return;
	}
	options->speaks = true;
	if (option->status != TCP_OPTION_OK || subtype >= SUBTYPES ||
	    !is_whole((uint8_t)subtype, option->at, option->bytes, packet_of(segment->flags))) {
		options->malformed += !is_cut(option, segment);
		return;
	}
	options->has_fail |= subtype == MPTCPOPT_MP_FAIL;
	if (subtype == MPTCPOPT_MP_CAPABLE && option->bytes > AT_DATA_LENGTH) {
		options->capable_data = get_be16(option->at + AT_DATA_LENGTH);
	}
}

void mptcp_options_read(const struct segment *segment, struct mptcp_options *options)
{
	struct tcp_options_walk walk = tcp_options_begin(segment->options, segment->options_bytes);
	struct tcp_option option;
	*options = (struct mptcp_options){0};
	while (tcp_options_next(&walk, &option)) {
		options->broken |= option.status != TCP_OPTION_OK;
		if (option.kind == TCPOPT_KIND_MPTCP) {
			read_one(&option, segment, options);
		}
	}
}
