/*
 * MPTCP's TCP option (kind 30) in a SYN and its answer: RFC 6824 (v0) and RFC 8684 (v1).
 *
 *   MP_CAPABLE v1 SYN       1e 04 01 FF                      RFC 8684, 3.1
 *   MP_CAPABLE v0 SYN       1e 0c 00 FF key_c[8]             RFC 6824, 3.1
 *   MP_CAPABLE SYN/ACK      1e 0c 0V FF key_s[8]             V the version, both RFCs
 *   MP_JOIN SYN             1e 0c 1B id token[4] nonce[4]    RFC 8684, 3.2
 *   MP_TCPRST               1e 04 8f reason                  RFC 8684, 3.6
 */
#ifndef MPTCP_OPTION_H
#define MPTCP_OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Subtypes (RFC 8684, 8.2). */
#define MPTCPOPT_MP_CAPABLE 0
#define MPTCPOPT_MP_JOIN 1
#define MPTCPOPT_MP_FASTCLOSE 7
#define MPTCPOPT_RST 8

/* Lengths. */
#define TCPOLEN_MPTCP_MPC_SYN_V1 4  /* RFC 8684, 3.1 */
#define TCPOLEN_MPTCP_MPC_SYN_V0 12 /* RFC 6824, 3.1 */
#define TCPOLEN_MPTCP_MPC_SYNACK 12 /* RFC 8684 and RFC 6824, 3.1 */
#define TCPOLEN_MPTCP_MPJ_SYN 12    /* RFC 8684, 3.2 */
#define TCPOLEN_MPTCP_MPJ_SYNACK 16 /* RFC 8684, 3.2 */
#define TCPOLEN_MPTCP_FASTCLOSE 12  /* RFC 8684, 3.5 */
#define TCPOLEN_MPTCP_RST 4	    /* RFC 8684, 3.6 */
#define TCPOLEN_MPTCP_MAX_SYN 12
#define MPTCP_KEY_BYTES 8 /* RFC 8684, 3.1 */

/* Flags of MP_CAPABLE (RFC 8684, 3.1). */
#define MPTCP_FLAG_CHECKSUM 0x80      /* A */
#define MPTCP_FLAG_EXTENSIBILITY 0x40 /* B, must be zero */
#define MPTCP_FLAG_NO_JOIN 0x20	      /* C, v1 */
#define MPTCP_FLAG_CRYPTO 0x01	      /* H: HMAC-SHA1 in v0, HMAC-SHA256 in v1 */

#define MPTCP_VERSION_GREASE 15 /* of which no RFC speaks: it is answered with a version that the server has (RFC 8684, 3.1) */

/* What an option of kind 30 says; -1 and false where its bytes do not reach. */
struct mptcp_option {
	int subtype;
	int version; /* MP_CAPABLE only */
	int flags;   /* MP_CAPABLE only */
	bool has_key;
	uint8_t key[MPTCP_KEY_BYTES]; /* the first key of an MP_CAPABLE */
};

/* Reads one option of kind 30 from `bytes` captured bytes (kind and length included). */
void mptcp_option_read(const uint8_t *at, size_t bytes, struct mptcp_option *option);

/* Each writes one option and returns its length. */
size_t mptcp_write_mpc_syn(uint8_t *out, uint8_t version, uint8_t flags);
size_t mptcp_write_mpc_syn_v0(uint8_t *out, uint8_t flags, const uint8_t key[MPTCP_KEY_BYTES]);
size_t mptcp_write_mpj_syn(uint8_t *out, uint8_t address_id, uint32_t token, uint32_t nonce);

#endif
