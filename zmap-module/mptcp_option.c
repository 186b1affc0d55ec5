#include "mptcp_option.h"

#include <string.h>

#include "bytes.h"
#include "tcp_options.h"

#define AT_SUBTYPE 2
#define AT_FLAGS 3
#define AT_KEY 4

void mptcp_option_read(const uint8_t *at, size_t bytes, struct mptcp_option *option)
{
	*option = (struct mptcp_option){.subtype = -1, .version = -1, .flags = -1};
	if (bytes <= AT_SUBTYPE) {
		return;
	}
	option->subtype = at[AT_SUBTYPE] >> 4;
	if (option->subtype != MPTCPOPT_MP_CAPABLE) {
		return;
	}
	option->version = at[AT_SUBTYPE] & 0x0f;
	if (bytes <= AT_FLAGS) {
		return;
	}
	option->flags = at[AT_FLAGS];
	if (bytes >= AT_KEY + MPTCP_KEY_BYTES) {
		option->has_key = true;
		memcpy(option->key, at + AT_KEY, MPTCP_KEY_BYTES);
	}
}

static void write_head(uint8_t *out, size_t length, uint8_t subtype, uint8_t low_nibble)
{
	out[0] = TCPOPT_KIND_MPTCP;
	out[1] = (uint8_t)length;
	out[AT_SUBTYPE] = (uint8_t)(subtype << 4 | low_nibble);
}

size_t mptcp_write_mpc_syn(uint8_t *out, uint8_t version, uint8_t flags)
{
	write_head(out, TCPOLEN_MPTCP_MPC_SYN_V1, MPTCPOPT_MP_CAPABLE, version);
	out[AT_FLAGS] = flags;
	return TCPOLEN_MPTCP_MPC_SYN_V1;
}

size_t mptcp_write_mpc_syn_v0(uint8_t *out, uint8_t flags, const uint8_t key[MPTCP_KEY_BYTES])
{
	write_head(out, TCPOLEN_MPTCP_MPC_SYN_V0, MPTCPOPT_MP_CAPABLE, 0);
	out[AT_FLAGS] = flags;
	memcpy(out + AT_KEY, key, MPTCP_KEY_BYTES);
	return TCPOLEN_MPTCP_MPC_SYN_V0;
}

size_t mptcp_write_mpj_syn(uint8_t *out, uint8_t address_id, uint32_t token, uint32_t nonce)
{
	write_head(out, TCPOLEN_MPTCP_MPJ_SYN, MPTCPOPT_MP_JOIN, 0);
	out[3] = address_id;
	put_be32(out + 4, token);
	put_be32(out + 8, nonce);
	return TCPOLEN_MPTCP_MPJ_SYN;
}
