/*
 * A lab responder behind a TUN device: every /24 of its range is 256 hosts of one personality, chosen
 * by the third octet. It shares no code with the module, so that both cannot be wrong together.
 *
 *   responder DEVICE [LOSS_PERCENT [SEED]]     loss is drawn once for each SYN and once for each answer
 *   responder DEVICE LOSS_PERCENT SEED crowd   two kinds alone, by the second octet: odd v1_server, even mirror_all
 *   responder DEVICE LOSS_PERCENT SEED unkind  the same crowd, and by the fourth octet modulo 4: 1 answers each SYN twice,
 *                                              2 answers no SYN but the second, 3 keeps its answer until the second SYN comes
 *   responder --list                           octet, name of every personality
 *
 * It answers what stands in the SYN (RFC 6824 and RFC 8684, section 3.1) and prints READY when it serves.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "personalities.h"

static uint32_t read32(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static void write32(uint8_t *at, uint32_t value)
{
	for (int i = 0; i < 4; i++) {
		at[i] = (uint8_t)(value >> (24 - 8 * i));
	}
}

static const uint8_t *find_option(const uint8_t *at, size_t bytes, uint8_t kind)
{
	size_t i = 0;
	while (i < bytes && at[i] != 0) {
		if (at[i] == 1) {
			i++;
		} else if (i + 1 >= bytes || at[i + 1] < 2 || i + at[i + 1] > bytes) {
			return NULL;
		} else if (at[i] == kind) {
			return at + i;
		} else {
			i += at[i + 1];
		}
	}
	return NULL;
}

static bool read_syn(const uint8_t *packet, size_t bytes, struct syn *s)
{
	if (bytes < 40 || packet[0] != 0x45 || packet[9] != 6) {
		return false;
	}
	size_t header = (size_t)(packet[32] >> 4) * 4;
	if (packet[33] != SYN || header < 20 || 20 + header > bytes) {
		return false;
	}
	*s = (struct syn){packet, packet + 20, packet + 40, bytes, header - 20, NULL, NULL};
	s->mptcp = find_option(s->options, s->options_bytes, 30);
	s->timestamps = find_option(s->options, s->options_bytes, 8);
	return true;
}

static uint32_t sum(uint32_t start, const uint8_t *at, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++) {
		start += i % 2 == 0 ? (uint32_t)at[i] << 8 : at[i];
	}
	return start;
}

static void store_sum(uint8_t *at, uint32_t total)
{
	total = (total & 0xffff) + (total >> 16);
	total += total >> 16;
	at[0] = (uint8_t)(~total >> 8);
	at[1] = (uint8_t)~total;
}

static void write_ip(uint8_t *out, size_t total, uint8_t protocol, const struct syn *s)
{
	memset(out, 0, 20);
	out[0] = 0x45;
	out[2] = (uint8_t)(total >> 8);
	out[3] = (uint8_t)total;
	out[8] = 64;
	out[9] = protocol;
	memcpy(out + 12, s->ip + 16, 4);
	memcpy(out + 16, s->ip + 12, 4);
	store_sum(out + 10, sum(0, out, 20));
}

static size_t write_icmp(uint8_t *out, const struct syn *s, uint8_t type)
{
	size_t total = 28 + s->ip_bytes;
	write_ip(out, total, 1, s);
	memset(out + 20, 0, 8);
	out[20] = type;
	out[21] = type == 3 ? 1 : 0;
	memcpy(out + 28, s->ip, s->ip_bytes);
	store_sum(out + 22, sum(0, out + 20, total - 20));
	return total;
}

/* mss, and, where the SYN has timestamps, sackok, ts, nop, ws: 4 or 20 bytes. */
static void begin_options(const struct syn *s, struct answer *a)
{
	static const uint8_t mss[] = {2, 4, 0x05, 0xb4}, rest[] = {1, 3, 3, 7};
	uint8_t ts[] = {4, 2, 8, 10, 0x11, 0x22, 0x33, 0x44, 0, 0, 0, 0};
	add(a, mss, sizeof mss);
	if (s->timestamps != NULL) {
		memcpy(ts + 8, s->timestamps + 2, 4);
		add(a, ts, sizeof ts);
		add(a, rest, sizeof rest);
	}
}

static size_t write_tcp(uint8_t *out, const struct syn *s, const struct answer *a)
{
	uint8_t *tcp = out + 20;
	size_t header = 20 + (a->bytes + 3) / 4 * 4, total = 20 + header;
	write_ip(out, total, 6, s);
	memset(tcp, 0, header);
	memcpy(tcp, s->tcp + 2, 2);
	memcpy(tcp + 2, s->tcp, 2);
	write32(tcp + 4, a->flags & RST ? 0 : (uint32_t)random_u64());
	write32(tcp + 8, read32(s->tcp + 4) + (a->acknowledges_nothing ? 0 : 1));
	tcp[12] = (uint8_t)(header / 4 << 4);
	tcp[13] = a->flags;
	tcp[14] = 0xfe;
	memcpy(tcp + 20, a->options, a->bytes);
	uint32_t pseudo = sum(0, out + 12, 8) + 6 + (uint32_t)header;
	store_sum(tcp + 16, sum(pseudo, tcp, header));
	return total;
}

static bool is_crowd, is_unkind;

static const struct personality *named(const char *name)
{
	for (size_t i = 0; i < PERSONALITY_COUNT; i++) {
		if (strcmp(PERSONALITIES[i].name, name) == 0) {
			return &PERSONALITIES[i];
		}
	}
	fprintf(stderr, "responder: there is no %s\n", name);
	exit(1);
}

static size_t respond(const struct syn *s, uint8_t *out)
{
	const struct personality *p = &PERSONALITIES[s->ip[18] % PERSONALITY_COUNT];
	if (is_crowd) {
		p = named(s->ip[17] % 2 == 1 ? "v1_server" : "mirror_all");
	}
	struct answer a = {.flags = SYN | ACK};
	if (p->silent) {
		return 0;
	}
	if (p->icmp_type != 0) {
		return write_icmp(out, s, p->icmp_type);
	}
	begin_options(s, &a);
	p->behave(s, &a);
	return write_tcp(out, s, &a);
}

static int open_tun(const char *name)
{
	struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI};
	int tun = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
	snprintf(request.ifr_name, IFNAMSIZ, "%s", name);
	if (tun < 0 || ioctl(tun, TUNSETIFF, &request) != 0) {
		perror("responder: cannot open the TUN device");
		exit(1);
	}
	return tun;
}

static bool is_lost(double percent)
{
	return percent > 0 && (double)(random_u64() >> 11) / 9007199254740992.0 * 100 < percent;
}

/* What a host of an unkind crowd was sent, and what it has not said yet: by the last 17 bits of its address. */
static struct host {
	unsigned syns;
	size_t bytes;
	uint8_t kept[128];
} hosts[1u << 17];

static void send_out(int tun, const uint8_t *out, size_t bytes)
{
	if (bytes > 0 && write(tun, out, bytes) < 0) {
		perror("responder: cannot write");
	}
}

static void answer_unkindly(int tun, const struct syn *s, const uint8_t *out, size_t bytes)
{
	enum { KIND,
	       TWICE,
	       SECOND_ONLY,
	       LATE } way = s->ip[19] % 4;
	struct host *host = &hosts[read32(s->ip + 16) & 0x1ffff];
	host->syns++;
	if (way == LATE && host->syns == 1 && bytes <= sizeof host->kept) {
		memcpy(host->kept, out, bytes);
		host->bytes = bytes;
		return;
	}
	if (way == SECOND_ONLY && host->syns != 2) {
		return;
	}
	send_out(tun, host->kept, host->bytes);
	send_out(tun, out, bytes);
	send_out(tun, out, way == TWICE ? bytes : 0);
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "--list") == 0) {
		for (size_t i = 0; i < PERSONALITY_COUNT; i++) {
			printf("%zu %s\n", i, PERSONALITIES[i].name);
		}
		return 0;
	}
	is_unkind = argc == 5 && strcmp(argv[4], "unkind") == 0;
	is_crowd = is_unkind || (argc == 5 && strcmp(argv[4], "crowd") == 0);
	if (argc < 2 || argc > 5 || (argc == 5 && !is_crowd)) {
		fprintf(stderr, "usage: responder DEVICE [LOSS_PERCENT [SEED [crowd|unkind]]] | responder --list\n");
		return 2;
	}
	double loss = argc > 2 ? atof(argv[2]) : 0;
	random_state = argc > 3 ? strtoull(argv[3], NULL, 10) : (uint64_t)time(NULL);
	random_state = random_state * 0x9e3779b97f4a7c15u + 1;
	int tun = open_tun(argv[1]);
	printf("READY\n");
	fflush(stdout);
	for (;;) {
		uint8_t in[2048], out[2200];
		struct syn s;
		ssize_t bytes = read(tun, in, sizeof in);
		if (bytes <= 0) {
			return 1;
		}
		if (!read_syn(in, (size_t)bytes, &s) || is_lost(loss)) {
			continue;
		}
		size_t total = respond(&s, out);
		if (total == 0 || is_lost(loss)) {
			continue;
		}
		if (is_unkind) {
			answer_unkindly(tun, &s, out, total);
		} else {
			send_out(tun, out, total);
		}
	}
}
