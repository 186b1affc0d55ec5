/* A batch of nf_tables commands as netlink wants it, built in place: see nft_batch.h. */
#define _GNU_SOURCE
#include "nft_batch.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct {
	char bytes[8192];
	size_t used, message; /* where the last message begins */
	uint32_t count, asked;
} batch;

void nft_put(uint16_t type, const void *value, size_t length)
{
	struct nlattr attribute = {.nla_type = type, .nla_len = (uint16_t)(NLA_HDRLEN + length)};
	memcpy(batch.bytes + batch.used, &attribute, sizeof(attribute));
	if (length > 0)
		memcpy(batch.bytes + batch.used + NLA_HDRLEN, value, length);
	batch.used += NLA_ALIGN(attribute.nla_len);
}

void nft_put_number(uint16_t type, uint32_t value)
{
	uint32_t big = htonl(value);
	nft_put(type, &big, sizeof(big));
}

void nft_put_text(uint16_t type, const char *text)
{
	nft_put(type, text, strlen(text) + 1);
}

size_t nft_nest(uint16_t type)
{
	size_t at = batch.used;
	nft_put(NLA_F_NESTED | type, NULL, 0);
	return at;
}

void nft_end_nest(size_t at)
{
	struct nlattr *attribute = (struct nlattr *)(batch.bytes + at);
	attribute->nla_len = (uint16_t)(batch.used - at);
}

static void end_message(void)
{
	if (batch.count > 0)
		((struct nlmsghdr *)(batch.bytes + batch.message))->nlmsg_len = (uint32_t)(batch.used - batch.message);
}

static void begin_message(uint16_t type, uint16_t flags, uint8_t family, uint16_t resource)
{
	end_message();
	struct nlmsghdr header = {.nlmsg_type = type, .nlmsg_flags = NLM_F_REQUEST | flags, .nlmsg_seq = ++batch.count};
	struct nfgenmsg generic = {.nfgen_family = family, .version = NFNETLINK_V0, .res_id = htons(resource)};
	batch.message = batch.used;
	memcpy(batch.bytes + batch.used, &header, sizeof(header));
	memcpy(batch.bytes + batch.used + NLMSG_HDRLEN, &generic, sizeof(generic));
	batch.used += NLMSG_LENGTH(sizeof(generic));
}

void nft_begin(void)
{
	memset(&batch, 0, sizeof(batch));
	begin_message(NFNL_MSG_BATCH_BEGIN, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES);
}

void nft_command(uint16_t command, uint16_t flags)
{
	batch.asked++;
	begin_message(NFNL_SUBSYS_NFTABLES << 8 | command, flags | NLM_F_ACK, NFPROTO_INET, 0);
}

/* 0 when all commands were acknowledged, else why the first was not. */
static int answers(int s)
{
	char answer[8192];
	for (uint32_t heard = 0; heard < batch.asked;) {
		ssize_t length = recv(s, answer, sizeof(answer), 0);
		if (length < 0)
			return errno;
		struct nlmsghdr *at = (struct nlmsghdr *)answer;
		for (; NLMSG_OK(at, length); at = NLMSG_NEXT(at, length)) {
			if (at->nlmsg_type != NLMSG_ERROR)
				continue;
			int error = ((struct nlmsgerr *)NLMSG_DATA(at))->error;
			if (error != 0)
				return -error;
			heard++;
		}
	}
	return 0;
}

int nft_ask(int s)
{
	begin_message(NFNL_MSG_BATCH_END, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES);
	end_message();
	struct timeval patience = {.tv_sec = 2};
	setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	return send(s, batch.bytes, batch.used, 0) < 0 ? errno : answers(s);
}

int nft_own(int *owner)
{
	int s = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
	int reason = s < 0 ? errno : nft_ask(s);
	if (reason == 0)
		*owner = s;
	else if (s >= 0)
		close(s);
	return reason;
}
