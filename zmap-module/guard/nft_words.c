/* Expressions of nf_tables rules: see nft_words.h. */
#define _GNU_SOURCE
#include "nft_words.h"
#include "nft_batch.h"

#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <sys/socket.h>

enum { MANGLE = -150,
       TCP_FLAGS_AT = 13,
       SYN = 0x02,
       ACK = 0x10,
       REGISTER = NFT_REG_1 };

uint32_t nft_register(void)
{
	return REGISTER;
}

size_t nft_begin_rule(const char *table, const char *chain)
{
	nft_command(NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND);
	nft_put_text(NFTA_RULE_TABLE, table);
	nft_put_text(NFTA_RULE_CHAIN, chain);
	return nft_nest(NFTA_RULE_EXPRESSIONS);
}

void nft_end_rule(size_t at)
{
	nft_end_nest(at);
}

struct nft_nested nft_begin_expression(const char *name)
{
	struct nft_nested at = {.element = nft_nest(NFTA_LIST_ELEM)};
	nft_put_text(NFTA_EXPR_NAME, name);
	at.data = nft_nest(NFTA_EXPR_DATA);
	return at;
}

void nft_end_expression(struct nft_nested at)
{
	nft_end_nest(at.data);
	nft_end_nest(at.element);
}

static void put_data(uint16_t type, const void *value, size_t length)
{
	size_t at = nft_nest(type);
	nft_put(NFTA_DATA_VALUE, value, length);
	nft_end_nest(at);
}

void nft_compare(uint32_t how, const void *value, size_t length)
{
	struct nft_nested at = nft_begin_expression("cmp");
	nft_put_number(NFTA_CMP_SREG, REGISTER);
	nft_put_number(NFTA_CMP_OP, how);
	put_data(NFTA_CMP_DATA, value, length);
	nft_end_expression(at);
}

static void load_meta(uint32_t key)
{
	struct nft_nested at = nft_begin_expression("meta");
	nft_put_number(NFTA_META_DREG, REGISTER);
	nft_put_number(NFTA_META_KEY, key);
	nft_end_expression(at);
}

void nft_load_tcp(uint32_t offset, uint32_t length)
{
	struct nft_nested at = nft_begin_expression("payload");
	nft_put_number(NFTA_PAYLOAD_DREG, REGISTER);
	nft_put_number(NFTA_PAYLOAD_BASE, NFT_PAYLOAD_TRANSPORT_HEADER);
	nft_put_number(NFTA_PAYLOAD_OFFSET, offset);
	nft_put_number(NFTA_PAYLOAD_LEN, length);
	nft_end_expression(at);
}

void nft_mask_byte(uint8_t mask)
{
	uint8_t none = 0;
	struct nft_nested at = nft_begin_expression("bitwise");
	nft_put_number(NFTA_BITWISE_SREG, REGISTER);
	nft_put_number(NFTA_BITWISE_DREG, REGISTER);
	nft_put_number(NFTA_BITWISE_LEN, sizeof(mask));
	put_data(NFTA_BITWISE_MASK, &mask, sizeof(mask));
	put_data(NFTA_BITWISE_XOR, &none, sizeof(none));
	nft_end_expression(at);
}

void nft_put_table(const char *table)
{
	nft_command(NFT_MSG_NEWTABLE, NLM_F_CREATE | NLM_F_EXCL);
	nft_put_text(NFTA_TABLE_NAME, table);
	nft_put_number(NFTA_TABLE_FLAGS, NFT_TABLE_F_OWNER);
}

void nft_put_chain(const char *table, const char *chain)
{
	nft_command(NFT_MSG_NEWCHAIN, NLM_F_CREATE);
	nft_put_text(NFTA_CHAIN_TABLE, table);
	nft_put_text(NFTA_CHAIN_NAME, chain);
	nft_put_text(NFTA_CHAIN_TYPE, "filter");
	nft_put_number(NFTA_CHAIN_POLICY, NF_ACCEPT);
	size_t at = nft_nest(NFTA_CHAIN_HOOK);
	nft_put_number(NFTA_HOOK_HOOKNUM, NF_INET_LOCAL_OUT);
	nft_put_number(NFTA_HOOK_PRIORITY, (uint32_t)MANGLE);
	nft_end_nest(at);
}

void nft_match_syns(int first, int last)
{
	uint8_t tcp = IPPROTO_TCP, syn = SYN;
	uint16_t from = htons((uint16_t)first), to = htons((uint16_t)last);
	load_meta(NFT_META_L4PROTO);
	nft_compare(NFT_CMP_EQ, &tcp, sizeof(tcp));
	nft_load_tcp(0, sizeof(from));
	nft_compare(NFT_CMP_GTE, &from, sizeof(from));
	nft_compare(NFT_CMP_LTE, &to, sizeof(to));
	nft_load_tcp(TCP_FLAGS_AT, sizeof(syn));
	nft_mask_byte(SYN | ACK);
	nft_compare(NFT_CMP_EQ, &syn, sizeof(syn));
}
