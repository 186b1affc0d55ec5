#define _GNU_SOURCE
#include "link.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define RECEIVE_BUFFER (16 << 20)
#define DISCARD_PORT 9 /* for asking the routes: nothing is sent */

/*
 * What the kernel hands over: ICMP errors and echo replies, SYN/ACKs and RSTs. RSTs that this machine sends are among them, which tells
 * who has ended a connection. Offsets are those of the IP header; a jump counts the instructions that it skips.
 */
#define TO(here, there) (-1 - (here) + (there))
#define ICMP_V4 8
#define TCP_OR_NOT_V4 12
#define IP_V6 13
#define TCP_OR_NOT_V6 18
#define TCP_AT_X 20
#define TAKE 24
#define LEAVE 25
#define LOAD(size, mode, at) BPF_STMT(BPF_LD | (size) | (mode), (uint32_t)(at))
#define IF(here, test, value, yes, no) BPF_JUMP(BPF_JMP | (test) | BPF_K, value, TO(here, yes), TO(here, no))
static struct sock_filter FILTER[] = {
    /*  0 */ LOAD(BPF_H, BPF_ABS, SKF_AD_OFF + SKF_AD_PROTOCOL),
    /*  1 */ IF(1, BPF_JEQ, ETH_P_IP, 3, 2),
    /*  2 */ IF(2, BPF_JEQ, ETH_P_IPV6, IP_V6, LEAVE),
    /*  3 */ LOAD(BPF_H, BPF_ABS, 6), /* flags and fragment offset */
    /*  4 */ IF(4, BPF_JSET, 0x1fff, LEAVE, 5),
    /*  5 */ BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0), /* X: bytes of the header */
    /*  6 */ LOAD(BPF_B, BPF_ABS, 9),
    /*  7 */ IF(7, BPF_JEQ, IPPROTO_ICMP, ICMP_V4, TCP_OR_NOT_V4),
    /*  8 */ LOAD(BPF_B, BPF_IND, 0),
    /*  9 */ IF(9, BPF_JEQ, 0, TAKE, 10), /* echo reply */
    /* 10 */ IF(10, BPF_JEQ, 3, TAKE, 11),
    /* 11 */ IF(11, BPF_JEQ, 11, TAKE, LEAVE),
    /* 12 */ IF(12, BPF_JEQ, IPPROTO_TCP, TCP_AT_X, LEAVE),
    /* 13 */ LOAD(BPF_B, BPF_ABS, 6),
    /* 14 */ IF(14, BPF_JEQ, IPPROTO_ICMPV6, 15, TCP_OR_NOT_V6),
    /* 15 */ LOAD(BPF_B, BPF_ABS, 40),
    /* 16 */ IF(16, BPF_JEQ, 129, TAKE, 17), /* echo reply */
    /* 17 */ IF(17, BPF_JGT, 3, LEAVE, TAKE),
    /* 18 */ IF(18, BPF_JEQ, IPPROTO_TCP, 19, LEAVE),
    /* 19 */ BPF_STMT(BPF_LDX | BPF_IMM, 40),
    /* 20 */ LOAD(BPF_B, BPF_IND, 13), /* flags */
    /* 21 */ IF(21, BPF_JSET, 0x04, TAKE, 22),
    /* 22 */ IF(22, BPF_JSET, 0x02, 23, LEAVE),
    /* 23 */ IF(23, BPF_JSET, 0x10, TAKE, LEAVE),
    /* 24 */ BPF_STMT(BPF_RET | BPF_K, LINK_CAPTURE_MAX),
    /* 25 */ BPF_STMT(BPF_RET | BPF_K, 0),
};

/* The filter comes before the socket hears of any packet: what lay in it before would pass unseen. */
static const char *open_receive(struct link *link, const char *interface)
{
	struct sock_fprog program = {sizeof FILTER / sizeof FILTER[0], FILTER};
	int buffer = RECEIVE_BUFFER, on = 1;
	link->receive = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (link->receive < 0) {
		return "open a packet socket";
	}
	if (setsockopt(link->receive, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) != 0) {
		return "attach the filter";
	}
	if (setsockopt(link->receive, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof buffer) != 0 &&
	    setsockopt(link->receive, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer) != 0) {
		return "make room for answers";
	}
	if (setsockopt(link->receive, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on) != 0) {
		return "ask for times of arrival";
	}
	struct sockaddr_ll at = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL)};
	at.sll_ifindex = interface == NULL ? 0 : (int)if_nametoindex(interface);
	if (interface != NULL && at.sll_ifindex == 0) {
		return "find the interface";
	}
	return bind(link->receive, (struct sockaddr *)&at, sizeof at) != 0 ? "listen on the interface" : NULL;
}

static bool bind_device(int handle, const char *interface)
{
	return interface == NULL || setsockopt(handle, SOL_SOCKET, SO_BINDTODEVICE, interface, (socklen_t)strlen(interface)) == 0;
}

const char *link_open(struct link *link, const char *interface)
{
	int on = 1;
	*link = (struct link){-1, -1, -1, 0, 0};
	const char *fault = open_receive(link, interface);
	if (fault != NULL) {
		return fault;
	}
	link->send4 = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	if (link->send4 < 0 || setsockopt(link->send4, IPPROTO_IP, IP_HDRINCL, &on, sizeof on) != 0 || !bind_device(link->send4, interface)) {
		return "open a raw socket";
	}
	link->send6 = socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	if (link->send6 >= 0 && !bind_device(link->send6, interface)) {
		return "bind the raw socket of IPv6";
	}
	return NULL; /* a machine without IPv6 has no route for its targets either */
}

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

/* A port would be taken for a protocol by a raw socket. */
static socklen_t address_of(const struct target *target, uint16_t port, union address *out)
{
	memset(out, 0, sizeof *out);
	if (target->family == 4) {
		out->v4.sin_family = AF_INET;
		out->v4.sin_port = htons(port);
		memcpy(&out->v4.sin_addr, target->address, 4);
		return sizeof out->v4;
	}
	out->v6.sin6_family = AF_INET6;
	out->v6.sin6_port = htons(port);
	memcpy(&out->v6.sin6_addr, target->address, 16);
	return sizeof out->v6;
}

bool link_source(const char *interface, struct target *target)
{
	union address to, from;
	socklen_t length = address_of(target, DISCARD_PORT, &to), from_length = sizeof from;
	int handle = socket(to.any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (handle < 0) {
		return false;
	}
	bool known = bind_device(handle, interface) && connect(handle, &to.any, length) == 0 && getsockname(handle, &from.any, &from_length) == 0;
	close(handle);
	if (known) {
		memcpy(target->source, target->family == 4 ? (void *)&from.v4.sin_addr : (void *)&from.v6.sin6_addr, target->family == 4 ? 4 : 16);
	}
	return known;
}

int link_send(const struct link *link, const struct target *target, const uint8_t *packet, size_t length)
{
	union address to;
	socklen_t to_length = address_of(target, 0, &to);
	int handle = target->family == 4 ? link->send4 : link->send6;
	return sendto(handle, packet, length, 0, &to.any, to_length) < 0 ? errno : 0;
}

int link_send_back(const struct link *link, const struct captured *from, const uint8_t *packet, size_t length)
{
	struct sockaddr_ll to = {.sll_family = AF_PACKET, .sll_ifindex = from->interface, .sll_halen = from->neighbour_bytes};
	to.sll_protocol = htons(packet[0] >> 4 == 4 ? ETH_P_IP : ETH_P_IPV6);
	memcpy(to.sll_addr, from->neighbour, sizeof to.sll_addr);
	return sendto(link->receive, packet, length, 0, (struct sockaddr *)&to, sizeof to) < 0 ? errno : 0;
}

static uint64_t arrival_of(struct msghdr *message)
{
	struct timespec at = {0, 0};
	for (struct cmsghdr *part = CMSG_FIRSTHDR(message); part != NULL; part = CMSG_NXTHDR(message, part)) {
		if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_TIMESTAMPNS) {
			memcpy(&at, CMSG_DATA(part), sizeof at);
		}
	}
	return (uint64_t)at.tv_sec * 1000000 + (uint64_t)at.tv_nsec / 1000;
}

bool link_receive(struct link *link, struct captured *out)
{
	struct sockaddr_ll from;
	_Alignas(struct cmsghdr) uint8_t control[CMSG_SPACE(sizeof(struct timespec))];
	struct iovec bytes = {out->bytes, sizeof out->bytes};
	struct msghdr message = {.msg_name = &from, .msg_namelen = sizeof from, .msg_iov = &bytes, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
	ssize_t got;
	do {
		got = recvmsg(link->receive, &message, 0);
	} while (got < 0 && errno == EINTR);
	if (got < 0) {
		return false;
	}
	out->length = (size_t)got;
	out->at_us = arrival_of(&message);
	out->is_outgoing = from.sll_pkttype == PACKET_OUTGOING;
	out->interface = from.sll_ifindex;
	out->neighbour_bytes = from.sll_halen > sizeof out->neighbour ? sizeof out->neighbour : from.sll_halen;
	memcpy(out->neighbour, from.sll_addr, sizeof out->neighbour);
	link->received++;
	return true;
}

void link_wait(const struct link *link, int milliseconds)
{
	struct pollfd ready = {.fd = link->receive, .events = POLLIN};
	poll(&ready, 1, milliseconds);
}

void link_count_drops(struct link *link)
{
	struct tpacket_stats counts;
	socklen_t length = sizeof counts;
	if (getsockopt(link->receive, SOL_PACKET, PACKET_STATISTICS, &counts, &length) == 0) {
		link->dropped += counts.tp_drops;
	}
}
