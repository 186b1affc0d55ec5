/*
 * responder: hosts that speak MPTCP v0 (RFC 6824), which today's kernels do not.
 *
 * Answers for every IPv4 address routed into its TUN device, without a table of connections:
 *   SYN with a v0 MP_CAPABLE   SYN/ACK `1e 0c 00 01` + a fresh key (section 3.1)
 *   other SYN                  SYN/ACK without the option, so that a v1 client goes on with plain TCP
 *   GET                        a small page, connection kept
 *   FIN                        FIN/ACK
 *   other port                 RST/ACK
 *   ICMP echo request          its reply
 * Sequence numbers come from the segment that is answered, so a retransmission gets the same answer again.
 */
#include "packet.h"
#include "tun.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

enum { MPC_V0_LENGTH = 12, MPC_V0_FLAG_H = 0x01, MSS = 1460, WINDOW = 65535, TTL = 64 };
enum { PROTOCOL_ICMP = 1, ICMP_ECHO = 8, IP_ADDRESSES = 12 };

static const char PAGE[] = "HTTP/1.1 200 OK\r\nServer: lab\r\nContent-Type: text/html\r\nContent-Length: 47\r\n"
			   "Connection: keep-alive\r\n\r\n<!doctype html><title>v0</title><p>MPTCP v0</p>";

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

static bool asks_v0(const uint8_t *packet, const struct tcp_packet *view)
{
	size_t length = 0;
	const uint8_t *option = tcp_option(packet, view, OPT_MPTCP, &length);
	/* subtype MP_CAPABLE (0) in the high nibble, version 0 in the low one */
	return option && length == MPC_V0_LENGTH && option[2] == 0;
}

static void answer_syn(int tun, const uint8_t *packet, const struct tcp_packet *view)
{
	uint8_t options[4 + MPC_V0_LENGTH] = {OPT_MSS, 4, MSS >> 8, MSS & 255, OPT_MPTCP, MPC_V0_LENGTH, 0, MPC_V0_FLAG_H};
	struct answer say = {TCP_SYN | TCP_ACK, 0, get_be32(packet + view->tcp + 4) + 1, options, 4, NULL, 0};
	uint8_t isn[4];
	if (getrandom(isn, sizeof isn, 0) != sizeof isn)
		return;
	say.sequence = get_be32(isn);
	if (asks_v0(packet, view) && getrandom(options + 8, 8, 0) == 8)
		say.options_length = sizeof options;
	send_answer(tun, packet, view, &say);
}

static void answer_tcp(int tun, uint16_t port, const uint8_t *packet, const struct tcp_packet *view)
{
	const uint8_t *tcp = packet + view->tcp;
	size_t data = view->end - view->payload;
	uint32_t next = get_be32(tcp + 4) + (uint32_t)data + (view->flags & (TCP_SYN | TCP_FIN) ? 1 : 0);
	struct answer say = {TCP_ACK, get_be32(tcp + 8), next, NULL, 0, NULL, 0};
	if (view->flags & TCP_RST)
		return;
	if (get_be16(tcp + 2) != port) {
		say.flags = TCP_RST | TCP_ACK;
		send_answer(tun, packet, view, &say);
	} else if (view->flags & TCP_SYN) {
		answer_syn(tun, packet, view);
	} else if (view->flags & TCP_FIN) {
		say.flags = TCP_FIN | TCP_ACK;
		send_answer(tun, packet, view, &say);
	} else if (data) {
		bool get = data >= 4 && !memcmp(packet + view->payload, "GET ", 4);
		if (get) {
			say.flags |= TCP_PSH;
			say.payload = PAGE;
			say.payload_length = sizeof PAGE - 1;
		}
		send_answer(tun, packet, view, &say);
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
	if (argc != 3) {
		fprintf(stderr, "usage: responder TUN PORT\n");
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
		if (tcp_parse(packet, (size_t)got, &view))
			answer_tcp(tun, (uint16_t)atoi(argv[2]), packet, &view);
		else if (got >= IP_HEADER && packet[0] >> 4 == 4)
			answer_ping(tun, packet, (size_t)got);
	}
}
