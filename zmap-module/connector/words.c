/* What the kernel says of a connection: getsockopt of SOL_MPTCP, linux/mptcp.h; older headers lack some of it. */
#define _GNU_SOURCE
#include "words.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <string.h>

#include "socket.h"

enum { LEVEL = 284,	     /* SOL_MPTCP */
       INFO = 1,	     /* MPTCP_INFO */
       SUBFLOW_ADDRS = 3,    /* MPTCP_SUBFLOW_ADDRS */
       FELL_BACK = 1 << 0 }; /* MPTCP_INFO_FLAG_FALLBACK */

/* struct mptcp_info as far as it is read; what a kernel does not know stays zero. */
struct info {
	uint8_t subflows, add_addr_signal, add_addr_accepted, subflows_max, add_addr_signal_max, add_addr_accepted_max;
	uint32_t flags, token;
	uint64_t write_seq, snd_una, rcv_nxt;
	uint8_t local_addr_used, local_addr_max, checksum;
};

/* struct mptcp_subflow_data, and the addresses behind it. */
struct addresses {
	uint32_t size_data, count, size_kernel, size_user;
	struct subflow all[SUBFLOWS_MAX];
};

/* 0, or the reason: EOPNOTSUPP of a connection that is plain TCP, and of one that was reset. */
static int read_info(int fd, struct info *info)
{
	socklen_t length = sizeof(*info);
	memset(info, 0, sizeof(*info));
	return getsockopt(fd, LEVEL, INFO, info, &length) < 0 ? errno : 0;
}

static bool read_tcp(int fd, struct tcp_info *info)
{
	socklen_t length = sizeof(*info);
	memset(info, 0, sizeof(*info));
	return getsockopt(fd, IPPROTO_TCP, TCP_INFO, info, &length) == 0;
}

/*
 * A SYN leaves without the option when the kernel has no token left, or has given MPTCP up for a while: the socket is
 * plain before anybody answered. After an answer, which may come before this is looked at, that can no longer be told.
 */
enum yes_no words_asked(int fd)
{
	struct info info;
	struct tcp_info tcp;
	int reason = read_info(fd, &info);
	if (reason == 0 && (info.flags & FELL_BACK) == 0)
		return YES;
	return read_tcp(fd, &tcp) && tcp.tcpi_state == TCP_SYN_SENT ? NO : UNKNOWN;
}

enum yes_no words_is_mptcp(int fd)
{
	struct info info;
	int reason = read_info(fd, &info);
	if (reason == 0)
		return (info.flags & FELL_BACK) == 0 ? YES : NO;
	return reason == EOPNOTSUPP ? NO : UNKNOWN;
}

static void read_subflows(int fd, struct words *words)
{
	struct addresses told = {.size_data = offsetof(struct addresses, all), .size_user = sizeof(struct subflow)};
	socklen_t length = sizeof(told);
	if (getsockopt(fd, LEVEL, SUBFLOW_ADDRS, &told, &length) < 0 || told.size_kernel != sizeof(struct subflow))
		return;
	words->count = (uint8_t)(told.count > SUBFLOWS_MAX ? SUBFLOWS_MAX : told.count);
	memcpy(words->subflows, told.all, words->count * sizeof(struct subflow));
	for (int i = 0; i < words->count; i++) {
		unmap(&words->subflows[i].local);
		unmap(&words->subflows[i].remote);
	}
}

void words_read(int fd, struct words *words)
{
	struct info info;
	struct tcp_info tcp;
	words->mptcp = words_is_mptcp(fd);
	if (read_tcp(fd, &tcp)) {
		words->timestamps = (tcp.tcpi_options & TCPI_OPT_TIMESTAMPS) != 0 ? YES : NO;
		words->rtt_us = tcp.tcpi_rtt;
	}
	if (words->mptcp != YES || read_info(fd, &info) != 0)
		return;
	words->checksum = info.checksum != 0 ? YES : NO;
	words->flags = info.flags;
	words->token = info.token;
	words->signalled = info.add_addr_signal;
	words->accepted = info.add_addr_accepted;
	words->extra_subflows = info.subflows;
	read_subflows(fd, words);
}
