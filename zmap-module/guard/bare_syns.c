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
#include "bare_syns.h"

#include <errno.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "nft_batch.h"
#include "nft_words.h"

enum { TIMESTAMP = 8 };

static int owner = -1;

/* Without a register to write from, the option is overwritten with NOPs (Linux 5.18). */
static void reset_option(uint8_t kind)
{
	struct nft_nested at = nft_begin_expression("exthdr");
	nft_put(NFTA_EXTHDR_TYPE, &kind, sizeof(kind));
	nft_put_number(NFTA_EXTHDR_OP, NFT_EXTHDR_OP_TCPOPT);
	nft_end_expression(at);
}

int bare_syns_begin(int first, int last)
{
	char table[32];
	snprintf(table, sizeof(table), "mptcp_census_%d", first);
	nft_begin();
	nft_put_table(table);
	nft_put_chain(table, "syns");
	size_t rule = nft_begin_rule(table, "syns");
	nft_match_syns(first, last);
	reset_option(TIMESTAMP);
	nft_end_rule(rule);
	return nft_own(&owner);
}

void bare_syns_end(void)
{
	if (owner >= 0)
		close(owner);
	owner = -1;
}
