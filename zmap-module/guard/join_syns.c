/*
 * Of each MP_JOIN SYN from our local ports one leaves, whatever the kernel does to one that is not answered: it would repeat it after a
 * second, and again. A repeat has the ports and the sequence number of the first, which are the first 8 bytes of the TCP header.
 *
 *   table inet mptcp_census_OWNER_PORT { set sent { 8 bytes; size 65535; flags dynamic, timeout; timeout 3m }
 *     chain joins { type filter hook output priority mangle;
 *     tcp sport FIRST-LAST tcp flags & (syn|ack) == syn tcp option mptcp subtype mp-join @th,0,64 @sent drop
 *     the same: add @sent { @th,0,64 } accept; drop } }
 *
 * What cannot be kept in mind, because the set is full, does not leave. The kernel removes the table with our socket, as in bare_syns.c.
 */
#define _GNU_SOURCE
#include "join_syns.h"
#include "nft_batch.h"
#include "nft_words.h"

#include <endian.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <unistd.h>

enum { MPTCP = 30,
       SUBTYPE_AT = 2,
       SUBTYPE_MASK = 0xf0,
       MP_JOIN = 0x10,
       KEY_BYTES = 8,
       INTEGER = 4, /* the word that nft shows it with */
       KEPT = 65535,
       SET_ID = 1,
       /* The kernel gives up the last repeat after 127 s with its own settings; the joiner ends an attempt long before. */
       KEPT_MS = 180000 };

#define CHAIN "joins"
#define SENT "sent"

static int owner = -1;

static void put_set(const char *table)
{
	uint64_t kept = htobe64(KEPT_MS);
	nft_command(NFT_MSG_NEWSET, NLM_F_CREATE);
	nft_put_text(NFTA_SET_TABLE, table);
	nft_put_text(NFTA_SET_NAME, SENT);
	nft_put_number(NFTA_SET_FLAGS, NFT_SET_TIMEOUT | NFT_SET_EVAL);
	nft_put_number(NFTA_SET_KEY_TYPE, INTEGER);
	nft_put_number(NFTA_SET_KEY_LEN, KEY_BYTES);
	nft_put_number(NFTA_SET_ID, SET_ID);
	nft_put(NFTA_SET_TIMEOUT, &kept, sizeof(kept));
	size_t at = nft_nest(NFTA_SET_DESC);
	nft_put_number(NFTA_SET_DESC_SIZE, KEPT);
	nft_end_nest(at);
}

static void match_joins(int first, int last)
{
	uint8_t kind = MPTCP, join = MP_JOIN;
	nft_match_syns(first, last);
	struct nft_nested at = nft_begin_expression("exthdr");
	nft_put_number(NFTA_EXTHDR_DREG, nft_register());
	nft_put(NFTA_EXTHDR_TYPE, &kind, sizeof(kind));
	nft_put_number(NFTA_EXTHDR_OFFSET, SUBTYPE_AT);
	nft_put_number(NFTA_EXTHDR_LEN, 1);
	nft_put_number(NFTA_EXTHDR_OP, NFT_EXTHDR_OP_TCPOPT);
	nft_end_expression(at);
	nft_mask_byte(SUBTYPE_MASK);
	nft_compare(NFT_CMP_EQ, &join, sizeof(join));
}

static void put_verdict(uint32_t verdict)
{
	struct nft_nested at = nft_begin_expression("immediate");
	nft_put_number(NFTA_IMMEDIATE_DREG, NFT_REG_VERDICT);
	size_t data = nft_nest(NFTA_IMMEDIATE_DATA), word = nft_nest(NFTA_DATA_VERDICT);
	nft_put_number(NFTA_VERDICT_CODE, verdict);
	nft_end_nest(word);
	nft_end_nest(data);
	nft_end_expression(at);
}

/* The rest of a rule holds for those that were sent already. */
static void match_sent(void)
{
	struct nft_nested at = nft_begin_expression("lookup");
	nft_put_text(NFTA_LOOKUP_SET, SENT);
	nft_put_number(NFTA_LOOKUP_SET_ID, SET_ID);
	nft_put_number(NFTA_LOOKUP_SREG, nft_register());
	nft_end_expression(at);
}

/* The rest of a rule holds where there was room. */
static void keep_in_mind(void)
{
	struct nft_nested at = nft_begin_expression("dynset");
	nft_put_text(NFTA_DYNSET_SET_NAME, SENT);
	nft_put_number(NFTA_DYNSET_SET_ID, SET_ID);
	nft_put_number(NFTA_DYNSET_OP, NFT_DYNSET_OP_ADD);
	nft_put_number(NFTA_DYNSET_SREG_KEY, nft_register());
	nft_end_expression(at);
}

static void put_rule(const char *table, int first, int last, void (*match)(void), uint32_t verdict)
{
	size_t rule = nft_begin_rule(table, CHAIN);
	match_joins(first, last);
	if (match != NULL) {
		nft_load_tcp(0, KEY_BYTES);
		match();
	}
	put_verdict(verdict);
	nft_end_rule(rule);
}

int join_syns_begin(const char *name, int first, int last)
{
	char table[40];
	snprintf(table, sizeof(table), "mptcp_census_%s_%d", name, first);
	nft_begin();
	nft_put_table(table);
	nft_put_chain(table, CHAIN);
	put_set(table);
	put_rule(table, first, last, match_sent, NF_DROP);
	put_rule(table, first, last, keep_in_mind, NF_ACCEPT);
	put_rule(table, first, last, NULL, NF_DROP);
	return nft_own(&owner);
}

void join_syns_end(void)
{
	if (owner >= 0)
		close(owner);
	owner = -1;
}
