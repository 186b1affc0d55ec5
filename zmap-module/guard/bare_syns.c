/*
 * SYNs from our local ports leave without the TCP timestamp option: with its 12 bytes in every segment, an ADD_ADDR with
 * an IPv6 address and a port (30 bytes) finds no room, and is never seen. No sysctl is touched, and nobody else's SYN.
 *
 *   table inet mptcp_census_PORT { chain syns { type filter hook output priority mangle;
 *     tcp sport FIRST-LAST tcp flags & (syn|ack) == syn reset tcp option timestamp } }
 *
 * The table is owned by our socket (NFT_TABLE_F_OWNER, Linux 5.12): the kernel removes it with the socket, whatever ends us.
 */
#define _GNU_SOURCE
#include "guard.h"
#include "nft_batch.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MANGLE = -150,
       TCP_FLAGS_AT = 13,
       SYN = 0x02,
       ACK = 0x10,
       TIMESTAMP = 8,
       REGISTER = NFT_REG_1 };

static int owner = -1;

struct nested {
	size_t element, data;
};

static struct nested begin_expression(const char *name)
{
	struct nested at = {.element = nft_nest(NFTA_LIST_ELEM)};
	nft_put_text(NFTA_EXPR_NAME, name);
	at.data = nft_nest(NFTA_EXPR_DATA);
	return at;
}

static void end_expression(struct nested at)
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

static void compare(uint32_t how, const void *value, size_t length)
{
	struct nested at = begin_expression("cmp");
	nft_put_number(NFTA_CMP_SREG, REGISTER);
	nft_put_number(NFTA_CMP_OP, how);
	put_data(NFTA_CMP_DATA, value, length);
	end_expression(at);
}

static void load_meta(uint32_t key)
{
	struct nested at = begin_expression("meta");
	nft_put_number(NFTA_META_DREG, REGISTER);
	nft_put_number(NFTA_META_KEY, key);
	end_expression(at);
}

static void load_tcp(uint32_t offset, uint32_t length)
{
	struct nested at = begin_expression("payload");
	nft_put_number(NFTA_PAYLOAD_DREG, REGISTER);
	nft_put_number(NFTA_PAYLOAD_BASE, NFT_PAYLOAD_TRANSPORT_HEADER);
	nft_put_number(NFTA_PAYLOAD_OFFSET, offset);
	nft_put_number(NFTA_PAYLOAD_LEN, length);
	end_expression(at);
}

static void mask_byte(uint8_t mask)
{
	uint8_t none = 0;
	struct nested at = begin_expression("bitwise");
	nft_put_number(NFTA_BITWISE_SREG, REGISTER);
	nft_put_number(NFTA_BITWISE_DREG, REGISTER);
	nft_put_number(NFTA_BITWISE_LEN, sizeof(mask));
	put_data(NFTA_BITWISE_MASK, &mask, sizeof(mask));
	put_data(NFTA_BITWISE_XOR, &none, sizeof(none));
	end_expression(at);
}

/* Without a register to write from, the option is overwritten with NOPs (Linux 5.18). */
static void reset_option(uint8_t kind)
{
	struct nested at = begin_expression("exthdr");
	nft_put(NFTA_EXTHDR_TYPE, &kind, sizeof(kind));
	nft_put_number(NFTA_EXTHDR_OP, NFT_EXTHDR_OP_TCPOPT);
	end_expression(at);
}

static void put_table(const char *table)
{
	nft_command(NFT_MSG_NEWTABLE, NLM_F_CREATE | NLM_F_EXCL);
	nft_put_text(NFTA_TABLE_NAME, table);
	nft_put_number(NFTA_TABLE_FLAGS, NFT_TABLE_F_OWNER);
}

static void put_chain(const char *table)
{
	nft_command(NFT_MSG_NEWCHAIN, NLM_F_CREATE);
	nft_put_text(NFTA_CHAIN_TABLE, table);
	nft_put_text(NFTA_CHAIN_NAME, "syns");
	nft_put_text(NFTA_CHAIN_TYPE, "filter");
	nft_put_number(NFTA_CHAIN_POLICY, NF_ACCEPT);
	size_t at = nft_nest(NFTA_CHAIN_HOOK);
	nft_put_number(NFTA_HOOK_HOOKNUM, NF_INET_LOCAL_OUT);
	nft_put_number(NFTA_HOOK_PRIORITY, (uint32_t)MANGLE);
	nft_end_nest(at);
}

static void put_rule(const char *table, int first, int last)
{
	uint8_t tcp = IPPROTO_TCP, syn = SYN;
	uint16_t from = htons((uint16_t)first), to = htons((uint16_t)last);
	nft_command(NFT_MSG_NEWRULE, NLM_F_CREATE);
	nft_put_text(NFTA_RULE_TABLE, table);
	nft_put_text(NFTA_RULE_CHAIN, "syns");
	size_t at = nft_nest(NFTA_RULE_EXPRESSIONS);
	load_meta(NFT_META_L4PROTO);
	compare(NFT_CMP_EQ, &tcp, sizeof(tcp));
	load_tcp(0, sizeof(from));
	compare(NFT_CMP_GTE, &from, sizeof(from));
	compare(NFT_CMP_LTE, &to, sizeof(to));
	load_tcp(TCP_FLAGS_AT, sizeof(syn));
	mask_byte(SYN | ACK);
	compare(NFT_CMP_EQ, &syn, sizeof(syn));
	reset_option(TIMESTAMP);
	nft_end_nest(at);
}

int bare_syns_begin(int first, int last)
{
	char table[32];
	snprintf(table, sizeof(table), "mptcp_census_%d", first);
	nft_begin();
	put_table(table);
	put_chain(table);
	put_rule(table, first, last);
	int s = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
	int reason = s < 0 ? errno : nft_ask(s);
	if (reason == 0)
		owner = s;
	else if (s >= 0)
		close(s);
	return reason;
}

void bare_syns_end(void)
{
	if (owner >= 0)
		close(owner);
	owner = -1;
}
