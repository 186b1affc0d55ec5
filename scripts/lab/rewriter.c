/*
 * rewriter: a box that changes MPTCP options which a genuine server sends behind its SYN/ACK. Which ones is the second argument:
 *   reserved   ADD_ADDR: reserved bits are set, so that its nibble is that of v0 (4 for IPv4, 6 for IPv6); the HMAC stays valid
 *   endless    DSS: the length of a mapping becomes 0, an infinite one; no MP_FAIL comes with it
 *
 * RFC 8684, 3.4.1: reserved bits are ignored. 3.7: the sender of an infinite mapping goes on as plain TCP. Packets of both directions
 * reach the TUN device by policy routing and leave through it again.
 */
#include "packet.h"
#include "tun.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SUBTYPE_DSS = 2, SUBTYPE_ADD_ADDR = 3, ADD_ADDR_ECHO = 0x01, ADD_ADDR_IPV4 = 16, ADD_ADDR_PORT = 2 };
enum { DSS_FIN = 0x10, DSS_DSN8 = 0x08, DSS_MAP = 0x04, DSS_ACK8 = 0x02, DSS_ACK = 0x01, DSS_BEGIN = 4, DSS_SUBFLOW_SEQUENCE = 4 };

/* Kind, length, subtype and flags in one nibble each, address ID, address, perhaps a port, HMAC; an echo has no HMAC. */
static void set_reserved(uint8_t *option, size_t length)
{
	bool ipv4 = length <= ADD_ADDR_IPV4 + ADD_ADDR_PORT;
	if (option[2] >> 4 == SUBTYPE_ADD_ADDR && !(option[2] & ADD_ADDR_ECHO))
		option[2] |= ipv4 ? 4 : 6;
}

/* Kind, length, subtype, flags, DATA_ACK, data sequence number, subflow sequence number, length of the mapping, perhaps a checksum. */
static void make_endless(uint8_t *option, size_t length)
{
	uint8_t flags = option[3];
	size_t at = DSS_BEGIN + (flags & DSS_DSN8 ? 8 : 4) + DSS_SUBFLOW_SEQUENCE;
	if (flags & DSS_ACK)
		at += flags & DSS_ACK8 ? 8 : 4;
	if (option[2] >> 4 == SUBTYPE_DSS && flags & DSS_MAP && !(flags & DSS_FIN) && at + 2 <= length)
		put_be16(option + at, 0);
}

static const struct habit {
	const char *name;
	void (*change)(uint8_t *option, size_t length);
} habits[] = {{"reserved", set_reserved}, {"endless", make_endless}};

static const struct habit *habit_of(const char *name)
{
	for (size_t i = 0; i < sizeof habits / sizeof *habits; i++)
		if (!strcmp(habits[i].name, name))
			return &habits[i];
	return NULL;
}

int main(int argc, char **argv)
{
	static uint8_t packet[PACKET_MAX];
	const struct habit *habit = argc == 4 ? habit_of(argv[3]) : NULL;
	if (!habit) {
		fprintf(stderr, "usage: rewriter TUN PORT reserved|endless\n");
		return 2;
	}
	uint16_t port = (uint16_t)atoi(argv[2]);
	int tun = tun_open(argv[1]);
	if (tun < 0)
		return 1;
	for (;;) {
		struct tcp_packet view;
		ssize_t got = read(tun, packet, sizeof packet);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return 1;
		bool tcp = tcp_parse(packet, (size_t)got, &view);
		if (tcp && !(view.flags & TCP_SYN) && get_be16(packet + view.tcp) == port) {
			size_t length = 0;
			const uint8_t *option = tcp_option(packet, &view, OPT_MPTCP, &length);
			if (option && length >= DSS_BEGIN) {
				habit->change(packet + (option - packet), length);
				tcp_seal(packet, view.tcp, view.end);
			}
		}
		if (write(tun, packet, (size_t)got) < 0 && errno != EAGAIN)
			perror("write");
	}
}
