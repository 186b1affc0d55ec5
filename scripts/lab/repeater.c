/*
 * repeater: a box from which more than one SYN/ACK comes for one SYN. Which ones is the second argument:
 *   plain_before   one without the MPTCP option, then the server's own
 *   plain_after    the server's own, then one without the MPTCP option
 *   thrice         the server's own, three times
 *
 * Nothing else is touched: the connection that the client makes of the first SYN/ACK reaches the server. Packets of both directions
 * reach the TUN device by policy routing and leave through it again.
 */
#include "packet.h"
#include "tun.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { COPIES_MAX = 3 };
enum copy { END, WHOLE, PLAIN };

static const struct habit {
	const char *name;
	enum copy copies[COPIES_MAX + 1];
} habits[] = {
	{"plain_before", {PLAIN, WHOLE, END}},
	{"plain_after", {WHOLE, PLAIN, END}},
	{"thrice", {WHOLE, WHOLE, WHOLE, END}},
};

static const struct habit *habit_of(const char *name)
{
	for (size_t i = 0; i < sizeof habits / sizeof *habits; i++)
		if (!strcmp(habits[i].name, name))
			return &habits[i];
	return NULL;
}

static void forward(int tun, const uint8_t *packet, size_t length)
{
	if (write(tun, packet, length) < 0 && errno != EAGAIN)
		perror("write");
}

/* The same packet with NOPs for the MPTCP option. */
static void forward_plain(int tun, const uint8_t *packet, const struct tcp_packet *view)
{
	static uint8_t copy[PACKET_MAX];
	size_t length = 0;
	const uint8_t *option = tcp_option(packet, view, OPT_MPTCP, &length);
	memcpy(copy, packet, view->end);
	if (option)
		memset(copy + (option - packet), OPT_NOP, length);
	tcp_seal(copy, view->tcp, view->end);
	forward(tun, copy, view->end);
}

int main(int argc, char **argv)
{
	static uint8_t packet[PACKET_MAX];
	const struct habit *habit = argc == 3 ? habit_of(argv[2]) : NULL;
	if (!habit) {
		fprintf(stderr, "usage: repeater TUN plain_before|plain_after|thrice\n");
		return 2;
	}
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
		if (!tcp_parse(packet, (size_t)got, &view) || (view.flags & (TCP_SYN | TCP_ACK)) != (TCP_SYN | TCP_ACK)) {
			forward(tun, packet, (size_t)got);
			continue;
		}
		for (const enum copy *copy = habit->copies; *copy != END; copy++) {
			if (*copy == PLAIN)
				forward_plain(tun, packet, &view);
			else
				forward(tun, packet, (size_t)got);
		}
	}
}
