/*
 * Forges SYN/ACKs of MPTCP servers from addresses of a list: with ports and numbers that are guessed, or, given the
 * scan's secret, with those of the list's n-th place (v1, one probe each, port 80, zmap's default source ports), sent
 * from the address SHIFT places further on. With SHIFT 0 these are true answers, to whatever SCANNER_ADDRESS says.
 *
 *   forger DEVICE SCANNER_MAC SCANNER_ADDRESS LIST COUNT [SECRET SHIFT]     prints READY, then sends over 3 seconds
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../bytes.h"
#include "../probe.h"

#define FRAME_BYTES (14 + 40 + 32)
#define SECONDS 3
#define LIST_BYTES (16u << 20)

static uint32_t sum(uint32_t start, const uint8_t *at, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++) {
		start += i % 2 == 0 ? (uint32_t)at[i] << 8 : at[i];
	}
	return start;
}

static struct scan scan; /* of the secret; without one its stream_count is 0 */
static uint8_t *list;
static size_t known, shift;

struct numbers {
	const uint8_t *address;
	uint16_t port;
	uint32_t acknowledged;
};

static struct numbers guess(void)
{
	uint8_t bytes[6];
	if (getrandom(bytes, sizeof bytes, 0) != sizeof bytes) {
		exit(1);
	}
	unsigned port = 32768u + get_be16(bytes) % 28233u;
	return (struct numbers){list + 16 * ((size_t)random() % known), (uint16_t)port, get_be32(bytes + 2)};
}

static struct numbers compute(size_t place, const uint8_t *scanner)
{
	struct flow flow = {.family = 6, .target_port = 80};
	struct probe probe;
	const uint8_t *address = list + 16 * ((place + shift) % known);
	memcpy(flow.source, scanner, 16);
	memcpy(flow.target, address, 16);
	struct flow_hash hash = flow_hash(&scan, &flow);
	probe_number(&scan, &hash, (uint32_t)place, 0, &probe);
	return (struct numbers){address, probe.source_port, probe.sequence + 1};
}

static void forge(uint8_t *frame, const struct numbers *numbers, const uint8_t *scanner)
{
	static const uint8_t option[4] = {30, 12, 1, 1};
	uint8_t *ip = frame + 14, *tcp = ip + 40;
	memset(ip, 0, FRAME_BYTES - 14);
	ip[0] = 0x60;
	ip[5] = 32;
	ip[6] = 6;
	ip[7] = 60;
	memcpy(ip + 8, numbers->address, 16);
	memcpy(ip + 24, scanner, 16);
	tcp[1] = 80;
	put_be16(tcp + 2, numbers->port);
	put_be32(tcp + 8, numbers->acknowledged);
	tcp[12] = 0x80;
	tcp[13] = 0x12;
	memcpy(tcp + 20, option, sizeof option);
	if (getrandom(tcp + 24, 8, 0) != 8) {
		exit(1);
	}
	uint32_t total = sum(6 + 32, ip + 8, 32);
	total = sum(total, tcp, 32);
	total = (total & 0xffff) + (total >> 16);
	total += total >> 16;
	put_be16(tcp + 16, (uint16_t)~total);
}

static bool read_secret(const char *hex)
{
	struct probe_plan plan;
	char error[PLAN_ERROR_SIZE];
	bool known_secret = plan_parse("v1", &plan, error) && secret_parse(hex, plan.secret);
	scan_begin(&scan, &plan, 1, 32768, 61000 - 32768 + 1);
	return known_secret;
}

int main(int argc, char **argv)
{
	uint8_t frame[FRAME_BYTES], scanner[16];
	unsigned mac[6];
	if ((argc != 6 && argc != 8) || inet_pton(AF_INET6, argv[3], scanner) != 1 || (argc == 8 && !read_secret(argv[6])) ||
	    sscanf(argv[2], "%x:%x:%x:%x:%x:%x", mac, mac + 1, mac + 2, mac + 3, mac + 4, mac + 5) != 6) {
		fprintf(stderr, "usage: forger DEVICE SCANNER_MAC SCANNER_ADDRESS LIST COUNT [SECRET SHIFT]\n");
		return 2;
	}
	FILE *in = fopen(argv[4], "rb");
	list = malloc(LIST_BYTES);
	known = in != NULL && list != NULL ? fread(list, 16, LIST_BYTES / 16, in) : 0;
	shift = argc == 8 ? strtoul(argv[7], NULL, 10) : 0;
	struct sockaddr_ll to = {.sll_family = AF_PACKET, .sll_ifindex = (int)if_nametoindex(argv[1]), .sll_halen = 6};
	int out = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_IPV6));
	long count = atol(argv[5]);
	memset(frame, 2, 12);
	for (int i = 0; i < 6; i++) {
		frame[i] = to.sll_addr[i] = (uint8_t)mac[i];
	}
	put_be16(frame + 12, ETH_P_IPV6);
	if (known == 0 || out < 0 || count < 1000) {
		perror("forger");
		return 1;
	}
	printf("READY\n");
	fflush(stdout);
	sleep(1); /* zmap opens its capture meanwhile */
	for (long i = 0; i < count; i++) {
		struct numbers numbers = scan.stream_count > 0 ? compute((size_t)i % known, scanner) : guess();
		forge(frame, &numbers, scanner);
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
