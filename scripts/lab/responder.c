/*
 * responder: hosts whose SYN/ACK no kernel of today sends. Which one is the third argument:
 *   v0         a server of RFC 6824: a fresh key to a v0 SYN, no option to another
 *   swapped    our v0 key with its bytes turned round; to v1, its 4 bytes padded with a zero key
 *   constant   a well-formed answer in the version asked whose key is always the same
 *   malformed  an option that says it is longer than the header
 *
 * Answers for every IPv4 address routed into its TUN device, without a table of connections:
 *   SYN                        SYN/ACK with MSS and the option above, if the SYN had one
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

enum { MPC_LENGTH = 12, MPC_FLAG_H = 0x01, MSS = 1460, WINDOW = 65535, TTL = 64 };
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

/*
 * Each personality writes the option that answers the MP_CAPABLE of a SYN (subtype in the high nibble of byte 2, version in its low one;
 * RFC 6824 and RFC 8684, section 3.1) and returns its length, a multiple of 4; 0 for none. `out` holds MPC_LENGTH bytes.
 */
static size_t say_v0(const uint8_t *asked, size_t length, uint8_t *out)
{
	const uint8_t head[4] = {OPT_MPTCP, MPC_LENGTH, 0, MPC_FLAG_H};
	if (length != MPC_LENGTH || asked[2] != 0)
		return 0;
	memcpy(out, head, 4);
	return getrandom(out + 4, 8, 0) == 8 ? MPC_LENGTH : 0;
}

static size_t say_swapped(const uint8_t *asked, size_t length, uint8_t *out)
{
	memset(out, 0, MPC_LENGTH);
	memcpy(out, asked, 4);
	out[1] = MPC_LENGTH;
	for (int i = 0; length == MPC_LENGTH && i < 8; i++)
		out[4 + i] = asked[11 - i];
	return MPC_LENGTH;
}

static size_t say_constant(const uint8_t *asked, size_t length, uint8_t *out)
{
	const uint8_t key[8] = {0xba, 0xdc, 0x0f, 0xfe, 0xe0, 0xdd, 0xf0, 0x0d};
	(void)length;
	memcpy(out, asked, 4);
	out[1] = MPC_LENGTH;
	memcpy(out + 4, key, 8);
	return MPC_LENGTH;
}

static size_t say_malformed(const uint8_t *asked, size_t length, uint8_t *out)
{
	(void)length;
	memcpy(out, asked, 4);
	out[1] = MPC_LENGTH;
	return 4;
}

static const struct personality {
	const char *name;
	size_t (*say)(const uint8_t *asked, size_t length, uint8_t *out);
} personalities[] = {
	{"v0", say_v0},
	{"swapped", say_swapped},
	{"constant", say_constant},
	{"malformed", say_malformed},
};

static const struct personality *personality_of(const char *name)
{
	for (size_t i = 0; i < sizeof personalities / sizeof *personalities; i++)
		if (!strcmp(personalities[i].name, name))
			return &personalities[i];
	return NULL;
}

static void answer_syn(const struct host *host, const uint8_t *packet, const struct tcp_packet *view)
{
	uint8_t options[4 + MPC_LENGTH] = {OPT_MSS, 4, MSS >> 8, MSS & 255};
	struct answer say = {TCP_SYN | TCP_ACK, 0, get_be32(packet + view->tcp + 4) + 1, options, 4, NULL, 0};
	size_t length = 0;
	const uint8_t *asked = tcp_option(packet, view, OPT_MPTCP, &length);
	uint8_t isn[4];
	if (getrandom(isn, sizeof isn, 0) != sizeof isn)
		return;
	say.sequence = get_be32(isn);
	if (asked && length >= 4)
		say.options_length += host->personality->say(asked, length, options + 4);
	send_answer(host->tun, packet, view, &say);
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
		fprintf(stderr, "usage: responder TUN PORT v0|swapped|constant|malformed\n");
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
