/*
 * responder: hosts whose SYN/ACK no kernel of today sends. Which one is the third argument (personality.c).
 *
 * Answers for every IPv4 address routed into its TUN device, without a table of connections:
 *   SYN                        SYN/ACK with MSS, timestamps if the SYN had them, and what the personality says; some send several
 *   GET                        a small page, connection kept
 *   FIN                        FIN/ACK
 *   other port                 RST/ACK
 *   ICMP echo request          its reply
 * Other sequence numbers come from the segment that is answered, so a retransmission gets the same answer again.
 */
#include "packet.h"
#include "personality.h"
#include "reflect.h"
#include "tun.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

enum { MSS = 1460, WINDOW = 65535, TTL = 64, OPTIONS_MAX = 40 };
enum { PROTOCOL_ICMP = 1, ICMP_ECHO = 8, IP_ADDRESSES = 12 };

static const char PAGE[] = "HTTP/1.1 200 OK\r\nServer: lab\r\nContent-Type: text/html\r\nContent-Length: 51\r\n"
			   "Connection: keep-alive\r\n\r\n<!doctype html><title>odd</title><p>An odd host</p>";

struct host {
	int tun;
	uint16_t port;
	const struct personality *personality;
};

/* What an answer says; the addresses and ports are those of the question, turned round. */
struct answer {
	uint8_t flags;
	uint32_t sequence;
	uint32_t acknowledgement;
	const uint8_t *options; /* a multiple of 4 bytes */
	size_t options_length;
	const char *payload;
	size_t payload_length;
};

static void send_answer(int tun, const uint8_t *question, const struct tcp_packet *view, const struct answer *say)
{
	uint8_t packet[IP_HEADER + TCP_HEADER_MAX + sizeof PAGE] = {0x45};
	uint8_t *tcp = packet + IP_HEADER;
	size_t header = TCP_HEADER + say->options_length, end = IP_HEADER + header + say->payload_length;
	packet[6] = 0x40; /* do not fragment */
	packet[8] = TTL;
	packet[9] = 6;
	memcpy(packet + IP_ADDRESSES, question + IP_ADDRESSES + 4, 4);
	memcpy(packet + IP_ADDRESSES + 4, question + IP_ADDRESSES, 4);
	memcpy(tcp, question + view->tcp + 2, 2);
	memcpy(tcp + 2, question + view->tcp, 2);
	put_be32(tcp + 4, say->sequence);
	put_be32(tcp + 8, say->acknowledgement);
	tcp[12] = (uint8_t)(header / 4 << 4);
	tcp[13] = say->flags;
	put_be16(tcp + 14, WINDOW);
	if (say->options_length)
		memcpy(tcp + TCP_HEADER, say->options, say->options_length);
	if (say->payload_length)
		memcpy(tcp + header, say->payload, say->payload_length);
	tcp_seal(packet, IP_HEADER, end);
	if (write(tun, packet, end) < 0)
		perror("write");
}

/* Milliseconds, as the timestamps of today's kernels count. */
static uint32_t clock_now(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint32_t)((uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000);
}

/* MSS, timestamps where the SYN has them, and what the personality says, padded with NOPs. Returns the length. */
static size_t write_options(uint8_t *out, const struct syn *syn, bool timestamps, const uint8_t *said, size_t length)
{
	const uint8_t mss[] = {OPT_MSS, 4, MSS >> 8, MSS & 255};
	size_t at = sizeof mss, room = (length + 3) / 4 * 4;
	memcpy(out, mss, sizeof mss);
	if (timestamps) {
		const uint8_t head[] = {OPT_NOP, OPT_NOP, OPT_TIMESTAMPS, 10};
		memcpy(out + at, head, sizeof head);
		put_be32(out + at + 4, syn->own_clock);
		put_be32(out + at + 8, syn->tsval);
		at += 12;
	}
	memset(out + at, OPT_NOP, room);
	memcpy(out + at, said, length);
	return at + room;
}

static struct syn read_syn(const uint8_t *packet, const struct tcp_packet *view, bool *timestamps)
{
	struct syn syn = {.server = packet + IP_ADDRESSES + 4, .sequence = get_be32(packet + view->tcp + 4)};
	size_t length = 0;
	const uint8_t *found = tcp_option(packet, view, OPT_TIMESTAMPS, &length);
	*timestamps = found && length == 10;
	if (*timestamps)
		syn.tsval = get_be32(found + 2);
	syn.asked = tcp_option(packet, view, OPT_MPTCP, &syn.asked_length);
	syn.unknown = tcp_option(packet, view, OPT_UNKNOWN, &syn.unknown_length);
	return syn;
}

static void answer_syn(const struct host *host, const uint8_t *packet, const struct tcp_packet *view)
{
	const struct personality *who = host->personality;
	bool timestamps;
	struct syn syn = read_syn(packet, view, &timestamps);
	uint8_t isn[4];
	if (getrandom(isn, sizeof isn, 0) != sizeof isn)
		return;
	syn.own_sequence = get_be32(isn);
	syn.own_clock = clock_now();
	for (int draw = 0; draw < who->draws; draw++) {
		uint8_t said[SAY_MAX], options[OPTIONS_MAX], turned[PACKET_MAX + REFLECT_ROOM];
		size_t length = syn.asked_length >= 4 || who->unasked ? who->say(&syn, said) : 0;
		if (who->reflects) {
			memcpy(turned, packet, view->end);
			size_t end = reflect(who->reflects, turned, view, syn.own_sequence, syn.own_clock, said, length);
			if (write(host->tun, turned, end) < 0)
				perror("write");
			continue;
		}
		if (who->forbids_joins && syn.asked && syn.asked[2] >> 4 == SUBTYPE_JOIN) {
			send_answer(host->tun, packet, view,
				    &(struct answer){TCP_RST | TCP_ACK, 0, syn.sequence + 1, said, length, NULL, 0});
			continue;
		}
		length = write_options(options, &syn, timestamps, said, length);
		struct answer say = {TCP_SYN | TCP_ACK, syn.own_sequence, syn.sequence + 1, options, length, NULL, 0};
		for (int copy = 0; copy < who->copies; copy++) {
			if (timestamps)
				put_be32(options + 8, syn.own_clock + (uint32_t)copy * 1000);
			send_answer(host->tun, packet, view, &say);
		}
	}
}

/* The MPTCP option of a segment, padded with NOPs; an even address changes one bit of it. Returns the length, 0 without one. */
static size_t copy_mptcp(const uint8_t *packet, const struct tcp_packet *view, uint8_t out[OPTIONS_MAX])
{
	size_t length = 0;
	const uint8_t *found = tcp_option(packet, view, OPT_MPTCP, &length);
	if (!found)
		return 0;
	memset(out, OPT_NOP, OPTIONS_MAX);
	memcpy(out, found, length);
	out[length - 1] ^= packet[IP_ADDRESSES + 7] & 1 ? 0 : 1;
	return (length + 3) / 4 * 4;
}

static void answer_tcp(const struct host *host, const uint8_t *packet, const struct tcp_packet *view)
{
	const uint8_t *tcp = packet + view->tcp;
	size_t data = view->end - view->payload;
	uint32_t next = get_be32(tcp + 4) + (uint32_t)data + (view->flags & (TCP_SYN | TCP_FIN) ? 1 : 0);
	struct answer say = {TCP_ACK, get_be32(tcp + 8), next, NULL, 0, NULL, 0};
	if (view->flags & TCP_RST)
		return;
	if (get_be16(tcp + 2) != host->port) {
		say.flags = TCP_RST | TCP_ACK;
		send_answer(host->tun, packet, view, &say);
	} else if (view->flags & TCP_SYN) {
		answer_syn(host, packet, view);
	} else if (view->flags & TCP_FIN) {
		say.flags = TCP_FIN | TCP_ACK;
		send_answer(host->tun, packet, view, &say);
	} else if (data) {
		uint8_t copied[OPTIONS_MAX];
		if (host->personality->mirrors_data) {
			say.options = copied;
			say.options_length = copy_mptcp(packet, view, copied);
		}
		bool get = data >= 4 && !memcmp(packet + view->payload, "GET ", 4);
		if (get) {
			say.flags |= TCP_PSH;
			say.payload = PAGE;
			say.payload_length = sizeof PAGE - 1;
		}
		send_answer(host->tun, packet, view, &say);
	}
}

/* Turns an echo request into its reply in place (RFC 792). */
static void answer_ping(int tun, uint8_t *packet, size_t length)
{
	size_t header = (size_t)(packet[0] & 15) * 4;
	uint8_t address[4];
	if (length < header + 8 || packet[9] != PROTOCOL_ICMP || packet[header] != ICMP_ECHO)
		return;
	memcpy(address, packet + IP_ADDRESSES, 4);
	memcpy(packet + IP_ADDRESSES, packet + IP_ADDRESSES + 4, 4);
	memcpy(packet + IP_ADDRESSES + 4, address, 4);
	packet[8] = TTL;
	packet[header] = 0;
	put_be16(packet + 10, 0);
	put_be16(packet + 10, checksum(packet, header, 0));
	put_be16(packet + header + 2, 0);
	put_be16(packet + header + 2, checksum(packet + header, length - header, 0));
	if (write(tun, packet, length) < 0)
		perror("write");
}

int main(int argc, char **argv)
{
	static uint8_t packet[PACKET_MAX];
	struct host host = {-1, 0, argc == 4 ? personality_of(argv[3]) : NULL};
	if (!host.personality) {
		fprintf(stderr, "usage: responder TUN PORT %s\n", personality_names());
		return 2;
	}
	host.port = (uint16_t)atoi(argv[2]);
	host.tun = tun_open(argv[1]);
	if (host.tun < 0)
		return 1;
	for (;;) {
		struct tcp_packet view;
		ssize_t got = read(host.tun, packet, sizeof packet);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return 1;
		if (tcp_parse(packet, (size_t)got, &view))
			answer_tcp(&host, packet, &view);
		else if (got >= IP_HEADER && packet[0] >> 4 == 4)
			answer_ping(host.tun, packet, (size_t)got);
	}
}
