#include "options.h"

#include <stddef.h>

#include "../bytes.h"
#include "../mptcp_option.h"
#include "../tcp_options.h"

#define MPTCPOPT_DSS 2
#define MPTCPOPT_ADD_ADDR 3
#define MPTCPOPT_REMOVE_ADDR 4
#define MPTCPOPT_MP_PRIO 5
#define MPTCPOPT_MP_FAIL 6
#define SUBTYPES 9
#define AT_DATA_LENGTH 20 /* behind both keys */

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
	if (bytes < 4) {
		return false;
	}
	uint8_t flags = at[3];
	size_t ack = flags & DSS_ACK ? flags & DSS_ACK_8 ? 8 : 4 : 0;
	size_t sequence = flags & DSS_MAPPING ? flags & DSS_SEQUENCE_8 ? 8 : 4 : 0;
	size_t due = 4 + ack + (sequence > 0 ? sequence + DSS_MAPPING_REST : 0);
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
	at += 4;
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
		return bytes == 20 || (!zero && (bytes == 22 || bytes == 24));
	}
}

/* v0 states 4 or 6 in the nibble where v1 has its echo bit; HMACs are v1's (RFC 8684, 3.4.1; RFC 6824, 3.4.1). */
static bool add_addr_is_whole(const uint8_t *at, size_t bytes)
{
	uint8_t nibble = at[2] & 0x0f;
	bool zero = nibble == 4 || nibble == 6;
	size_t head = 4 + (zero || (nibble & 1) != 0 ? 0 : 8);
	size_t width = bytes >= head + 16 ? 16 : 4;
	return (bytes == head + width || bytes == head + width + 2) && (!zero || width == (nibble == 4 ? 4 : 16));
}

static bool is_whole(uint8_t subtype, const uint8_t *at, size_t bytes, enum packet packet)
{
	static const size_t JOIN[] = {[PACKET_SYN] = 12, [PACKET_SYNACK] = 16, [PACKET_ACK] = 24};
	switch (subtype) {
	case MPTCPOPT_MP_CAPABLE:
		return capable_is_whole(at, bytes, packet);
	case MPTCPOPT_MP_JOIN:
		return bytes == JOIN[packet];
	case MPTCPOPT_ADD_ADDR:
		return add_addr_is_whole(at, bytes);
	case MPTCPOPT_REMOVE_ADDR:
		return bytes >= 4;
	case MPTCPOPT_MP_PRIO:
		return bytes == 3 || bytes == 4;
	case MPTCPOPT_MP_FAIL:
	case MPTCPOPT_MP_FASTCLOSE:
		return bytes == 12;
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
