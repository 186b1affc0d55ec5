/*
 * mirror: a middlebox that gives the client its own MPTCP option back. With `pad` as second argument it fills an option that is shorter
 * than a SYN/ACK's up to 12 bytes with a random tail, drawn anew for every SYN/ACK: v1 looks as if a server had drawn a key.
 *
 *   client  SYN + option  ->  [remember option]  ->  SYN + option  server (plain TCP)
 *   client  SYN/ACK + the same option  <-  [append]  <-  SYN/ACK   server
 *
 * This is what the erratum of 2015 found in the wild: hosts whose SYN/ACK carries the option, key included, that the probe sent. Nothing
 * but SYN/ACKs is touched, so the connection completes as plain TCP. Packets of both directions reach the TUN device by policy routing
 * and leave through it again.
 */
#include "packet.h"
#include "tun.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

enum { TUPLE = 12, SLOTS = 65536, OPTIONS_MAX = 40, IP_ADDRESSES = 12, PADDED = 12 };

struct remembered {
	uint8_t tuple[TUPLE];
	uint8_t length;
	uint8_t option[OPTIONS_MAX];
};

static struct remembered table[SLOTS];

/* client address, server address, client port, server port */
static void tuple_of(const uint8_t *packet, const struct tcp_packet *view, bool from_client, uint8_t tuple[TUPLE])
{
	const uint8_t *addresses = packet + IP_ADDRESSES, *ports = packet + view->tcp;
	memcpy(tuple, addresses + (from_client ? 0 : 4), 4);
	memcpy(tuple + 4, addresses + (from_client ? 4 : 0), 4);
	memcpy(tuple + 8, ports + (from_client ? 0 : 2), 2);
	memcpy(tuple + 10, ports + (from_client ? 2 : 0), 2);
}

/* FNV-1a; a collision overwrites, as in a box of finite memory. */
static struct remembered *slot_of(const uint8_t tuple[TUPLE])
{
	uint32_t hash = 2166136261u;
	for (int i = 0; i < TUPLE; i++)
		hash = (hash ^ tuple[i]) * 16777619u;
	return &table[(hash ^ hash >> 16) % SLOTS];
}

static void remember(const uint8_t *packet, const struct tcp_packet *view)
{
	size_t length = 0;
	uint8_t tuple[TUPLE];
	const uint8_t *option = tcp_option(packet, view, OPT_MPTCP, &length);
	tuple_of(packet, view, true, tuple);
	struct remembered *slot = slot_of(tuple);
	memcpy(slot->tuple, tuple, TUPLE);
	slot->length = option ? (uint8_t)length : 0;
	if (option)
		memcpy(slot->option, option, length);
}

/* Appends the remembered option, padded with NOPs, where it fits. Returns the new length of the packet. */
static size_t give_back(uint8_t *packet, const struct tcp_packet *view, bool pad)
{
	uint8_t tuple[TUPLE];
	tuple_of(packet, view, false, tuple);
	const struct remembered *slot = slot_of(tuple);
	bool filled = pad && slot->length >= 4 && slot->length < PADDED;
	size_t length = filled ? PADDED : slot->length;
	size_t room = (length + 3) / 4 * 4, header = view->payload - view->tcp + room;
	if (!slot->length || memcmp(slot->tuple, tuple, TUPLE) || header > TCP_HEADER_MAX)
		return view->end;
	memmove(packet + view->payload + room, packet + view->payload, view->end - view->payload);
	memset(packet + view->payload, OPT_NOP, room);
	memcpy(packet + view->payload, slot->option, slot->length);
	packet[view->payload + 1] = (uint8_t)length;
	if (filled && getrandom(packet + view->payload + slot->length, PADDED - slot->length, 0) < 0)
		perror("getrandom");
	packet[view->tcp + 12] = (uint8_t)(header / 4 << 4);
	tcp_seal(packet, view->tcp, view->end + room);
	return view->end + room;
}

int main(int argc, char **argv)
{
	static uint8_t packet[PACKET_MAX + OPTIONS_MAX];
	bool pad = argc == 3 && !strcmp(argv[2], "pad");
	if (argc != 2 && !pad) {
		fprintf(stderr, "usage: mirror TUN [pad]\n");
		return 2;
	}
	int tun = tun_open(argv[1]);
	if (tun < 0)
		return 1;
	for (;;) {
		struct tcp_packet view;
		ssize_t got = read(tun, packet, PACKET_MAX);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return 1;
		size_t length = (size_t)got;
		if (tcp_parse(packet, length, &view)) {
			if ((view.flags & (TCP_SYN | TCP_ACK)) == TCP_SYN)
				remember(packet, &view);
			else if ((view.flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK))
				length = give_back(packet, &view, pad);
		}
		if (write(tun, packet, length) < 0 && errno != EAGAIN)
			perror("write");
	}
}
