/*
 * Forges SYN/ACKs of MPTCP servers from addresses of a list, with ports and numbers that are guessed.
 *
 *   forger DEVICE GATEWAY_MAC SCANNER_ADDRESS LIST COUNT     sends over 3 seconds, prints READY first
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#define FRAME_BYTES (14 + 40 + 32)
#define SECONDS 3

static uint32_t sum(uint32_t start, const uint8_t *at, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++) {
		start += i % 2 == 0 ? (uint32_t)at[i] << 8 : at[i];
	}
	return start;
}

static void forge(uint8_t *frame, const uint8_t *source, const uint8_t *scanner)
{
	static const uint8_t option[4] = {30, 12, 1, 1};
	uint8_t *ip = frame + 14, *tcp = ip + 40, guess[18];
	memset(ip, 0, FRAME_BYTES - 14);
	if (getrandom(guess, sizeof guess, 0) != sizeof guess) {
		exit(1);
	}
	ip[0] = 0x60;
	ip[5] = 32;
	ip[6] = 6;
	ip[7] = 60;
	memcpy(ip + 8, source, 16);
	memcpy(ip + 24, scanner, 16);
	tcp[1] = 80;
	unsigned port = 32768u + (unsigned)(guess[0] << 8 | guess[1]) % 28233u;
	tcp[2] = (uint8_t)(port >> 8);
	tcp[3] = (uint8_t)port;
	memcpy(tcp + 4, guess + 2, 8);
	tcp[12] = 0x80;
	tcp[13] = 0x12;
	memcpy(tcp + 20, option, sizeof option);
	memcpy(tcp + 24, guess + 10, 8);
	uint32_t total = sum(6 + 32, ip + 8, 32);
	total = sum(total, tcp, 32);
	total = (total & 0xffff) + (total >> 16);
	total += total >> 16;
	tcp[16] = (uint8_t)(~total >> 8);
	tcp[17] = (uint8_t)~total;
}

int main(int argc, char **argv)
{
	uint8_t frame[FRAME_BYTES], scanner[16], *list = malloc(16u << 20);
	unsigned mac[6];
	if (argc != 6 || list == NULL || inet_pton(AF_INET6, argv[3], scanner) != 1 ||
	    sscanf(argv[2], "%x:%x:%x:%x:%x:%x", mac, mac + 1, mac + 2, mac + 3, mac + 4, mac + 5) != 6) {
		fprintf(stderr, "usage: forger DEVICE GATEWAY_MAC SCANNER_ADDRESS LIST COUNT\n");
		return 2;
	}
	FILE *in = fopen(argv[4], "rb");
	size_t known = in != NULL ? fread(list, 16, 1u << 20, in) : 0;
	struct sockaddr_ll to = {.sll_family = AF_PACKET, .sll_ifindex = (int)if_nametoindex(argv[1]), .sll_halen = 6};
	int out = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_IPV6));
	long count = atol(argv[5]);
	memset(frame, 2, 12);
	for (int i = 0; i < 6; i++) {
		frame[i] = to.sll_addr[i] = (uint8_t)mac[i];
	}
	frame[12] = 0x86;
	frame[13] = 0xdd;
	if (known == 0 || out < 0 || count < 1000) {
		perror("forger");
		return 1;
	}
	printf("READY\n");
	fflush(stdout);
	for (long i = 0; i < count; i++) {
		forge(frame, list + 16 * ((size_t)random() % known), scanner);
		if (sendto(out, frame, sizeof frame, 0, (struct sockaddr *)&to, sizeof to) < 0) {
			perror("forger: cannot send");
			return 1;
		}
		if (i % (count / 1000) == 0) {
			usleep(SECONDS * 1000);
		}
	}
	return 0;
}
