/*
 * Answers SYNs that it never saw: with the run's secret it computes what a scan of COUNT targets from
 * 198.18.0.0 on would send (v1, one probe each, port 80, zmap's default source ports) and sends the SYN/ACK
 * of an MPTCP server for each, at up to RATE a second. It measures how fast zmap can receive.
 *
 *   answerer DEVICE SCANNER_MAC SCANNER_ADDRESS SECRET COUNT RATE     prints READY, then "sent N in S s"
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "../bytes.h"
#include "../packet.h"

#define FIRST_TARGET 0xc6120000u
#define BATCH 32
#define OPTIONS_BYTES 32 /* mss, sackok, ts, nop, ws, mptcp */
#define ANSWER_BYTES (14 + 20 + 20 + OPTIONS_BYTES)

static struct scan scan;

static double seconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static uint16_t checksum(uint32_t sum, const uint8_t *at, size_t bytes)
{
	for (size_t i = 0; i < bytes; i += 2) {
		sum += get_be16(at + i);
	}
	sum = (sum & 0xffff) + (sum >> 16);
	sum += sum >> 16;
	return ~sum & 0xffff;
}

static void answer(uint8_t *frame, const uint8_t *mac, const uint8_t *scanner, uint32_t target)
{
	static const uint8_t options[OPTIONS_BYTES] = {2, 4, 5, 0xb4, 4, 2, 8, 10, 1, 2, 3, 4, 0, 0, 0, 9, 1, 3, 3, 7, 30, 12, 1, 1};
	struct flow flow = {.family = 4, .target_port = 80};
	struct probe probe;
	uint8_t *ip = frame + 14, *tcp = ip + 20;
	memcpy(flow.source, scanner, 4);
	put_be32(flow.target, target);
	struct flow_hash hash = flow_hash(&scan, &flow);
	probe_number(&scan, &hash, 0, 0, &probe);
	memset(frame, 2, 14);
	memcpy(frame, mac, 6);
	put_be16(frame + 12, ETH_P_IP);
	memset(ip, 0, 40);
	ip[0] = 0x45;
	put_be16(ip + 2, ANSWER_BYTES - 14);
	ip[8] = 64;
	ip[9] = 6;
	memcpy(ip + 12, flow.target, 4);
	memcpy(ip + 16, scanner, 4);
	put_be16(ip + 10, checksum(0, ip, 20));
	put_be16(tcp, 80);
	put_be16(tcp + 2, probe.source_port);
	put_be32(tcp + 4, target);
	put_be32(tcp + 8, probe.sequence + 1);
	tcp[12] = (20 + OPTIONS_BYTES) / 4 << 4;
	tcp[13] = 0x12;
	memcpy(tcp + 20, options, OPTIONS_BYTES);
	put_be64(tcp + 20 + OPTIONS_BYTES - 8, (uint64_t)target * 0x9e3779b97f4a7c15u + 1);
	uint32_t pseudo = 6 + 20 + OPTIONS_BYTES;
	for (size_t at = 12; at < 20; at += 2) {
		pseudo += get_be16(ip + at);
	}
	put_be16(tcp + 16, checksum(pseudo, tcp, 20 + OPTIONS_BYTES));
}

static void send_all(int out, const uint8_t *mac, const uint8_t *scanner, uint32_t count, double rate)
{
	static uint8_t frames[BATCH][ANSWER_BYTES];
	struct iovec parts[BATCH];
	struct mmsghdr messages[BATCH];
	double start = seconds();
	for (uint32_t sent = 0; sent < count;) {
		unsigned batch = count - sent < BATCH ? count - sent : BATCH;
		memset(messages, 0, sizeof messages);
		for (unsigned i = 0; i < batch; i++) {
			answer(frames[i], mac, scanner, FIRST_TARGET + sent + i);
			parts[i] = (struct iovec){frames[i], ANSWER_BYTES};
			messages[i].msg_hdr.msg_iov = &parts[i];
			messages[i].msg_hdr.msg_iovlen = 1;
		}
		for (unsigned done = 0; done < batch;) {
			int result = sendmmsg(out, messages + done, batch - done, 0);
			if (result < 0) {
				perror("answerer");
				exit(1);
			}
			done += (unsigned)result;
		}
		sent += batch;
		while (seconds() - start < sent / rate) {
		}
	}
	printf("sent %u in %.3f s\n", count, seconds() - start);
}

int main(int argc, char **argv)
{
	struct probe_plan plan;
	struct in_addr scanner;
	unsigned parts[6];
	uint8_t mac[6];
	char error[PLAN_ERROR_SIZE];
	if (argc != 7 || sscanf(argv[2], "%x:%x:%x:%x:%x:%x", parts, parts + 1, parts + 2, parts + 3, parts + 4, parts + 5) != 6 ||
	    inet_aton(argv[3], &scanner) == 0 || !plan_parse("v1", &plan, error) || !secret_parse(argv[4], plan.secret)) {
		fprintf(stderr, "usage: answerer DEVICE SCANNER_MAC SCANNER_ADDRESS SECRET COUNT RATE\n");
		return 2;
	}
	for (int i = 0; i < 6; i++) {
		mac[i] = (uint8_t)parts[i];
	}
	scan_begin(&scan, &plan, 1, 32768, 61000 - 32768 + 1);
	int out = socket(AF_PACKET, SOCK_RAW, 0);
	struct sockaddr_ll device = {.sll_family = AF_PACKET, .sll_ifindex = (int)if_nametoindex(argv[1])};
	if (out < 0 || bind(out, (struct sockaddr *)&device, sizeof device) != 0) {
		perror("answerer");
		return 1;
	}
	printf("READY\n");
	fflush(stdout);
	sleep(1); /* zmap opens its capture meanwhile */
	send_all(out, mac, (const uint8_t *)&scanner, (uint32_t)atol(argv[5]), atof(argv[6]));
	return 0;
}
