/*
 * A lab responder behind a TUN device: every /24 of its range is 256 hosts of one personality, chosen
 * by the third octet. It shares no code with the module, so that both cannot be wrong together.
 *
 *   responder DEVICE [LOSS_PERCENT [SEED]]     loss is drawn once for each SYN and once for each answer
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

#define SYN 0x02
#define RST 0x04
#define ACK 0x10

/* What one SYN holds, and the answer under way. */
struct syn {
	const uint8_t *ip, *tcp, *options;
	size_t ip_bytes, options_bytes;
	const uint8_t *mptcp; /* its kind 30, NULL without one */
	const uint8_t *timestamps;
};

struct answer {
	uint8_t options[40];
	size_t bytes;
	uint8_t flags;
	bool acknowledges_nothing; /* acknowledges the byte before the SYN */
};

static uint64_t random_state;

static uint64_t random_u64(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state * 0x2545f4914f6cdd1du;
}

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

static void add(struct answer *a, const uint8_t *bytes, size_t count)
{
	memcpy(a->options + a->bytes, bytes, count);
	a->bytes += count;
}

static void add_head(struct answer *a, uint8_t length, uint8_t third, uint8_t flags)
{
	const uint8_t head[4] = {30, length, third, flags};
	add(a, head, sizeof head);
}

static void add_random(struct answer *a, size_t count)
{
	uint64_t word = random_u64();
	for (size_t i = 0; i < count; i++) {
		a->options[a->bytes++] = (uint8_t)(word >> (8 * (i % 8))) | 1;
	}
}

static void add_capable(struct answer *a, uint8_t version, uint8_t flags)
{
	add_head(a, 12, version, flags);
	add_random(a, 8);
}

static bool is_capable(const struct syn *s)
{
	return s->mptcp != NULL && s->mptcp[1] >= 4 && s->mptcp[2] >> 4 == 0;
}

static int version_of(const struct syn *s)
{
	return is_capable(s) ? s->mptcp[2] & 15 : -1;
}

static bool is_join(const struct syn *s)
{
	return s->mptcp != NULL && s->mptcp[1] == 12 && s->mptcp[2] >> 4 == 1;
}

/* A join with an unknown token, as Linux answers it: RFC 8684, section 3.2. */
static void refuse_join(struct answer *a)
{
	a->bytes = 0;
	a->flags = RST | ACK;
	add_head(a, 4, 0x80, 1);
}

static void serve_v1(const struct syn *s, struct answer *a)
{
	if (is_join(s)) {
		refuse_join(a);
	} else if (version_of(s) >= 1 && s->mptcp[1] == 4 && (s->mptcp[3] & 0x41) == 1) {
		add_capable(a, 1, 1);
	}
}

static void serve_v0(const struct syn *s, struct answer *a)
{
	if (version_of(s) == 0 && s->mptcp[1] == 12) {
		add_capable(a, 0, 1);
	}
}

static void serve_both(const struct syn *s, struct answer *a)
{
	serve_v1(s, a);
	serve_v0(s, a);
}

static void serve_no_join_checksum(const struct syn *s, struct answer *a)
{
	if (version_of(s) == 1) {
		add_capable(a, 1, 0xa1);
	}
}

static void mirror_all(const struct syn *s, struct answer *a)
{
	a->bytes = 0;
	add(a, s->options, s->options_bytes);
}

static void mirror_mptcp(const struct syn *s, struct answer *a)
{
	if (s->mptcp != NULL) {
		add(a, s->mptcp, s->mptcp[1]);
	}
}

/* Copies a 12-byte MP_CAPABLE with its key changed by `change`; anything else as it is. */
static void mirror_changed(const struct syn *s, struct answer *a, void (*change)(uint8_t *key))
{
	mirror_mptcp(s, a);
	if (version_of(s) == 0 && s->mptcp[1] == 12) {
		change(a->options + a->bytes - 8);
	}
}

static void swap_all(uint8_t *key)
{
	for (int i = 0; i < 4; i++) {
		uint8_t kept = key[i];
		key[i] = key[7 - i];
		key[7 - i] = kept;
	}
}

static void swap_halves(uint8_t *key)
{
	uint8_t kept[4];
	memcpy(kept, key, 4);
	memcpy(key, key + 4, 4);
	memcpy(key + 4, kept, 4);
}

static void cut_key(uint8_t *key)
{
	memset(key + 4, 0, 4);
}

static void invert_key(uint8_t *key)
{
	for (int i = 0; i < 8; i++) {
		key[i] ^= 0xff;
	}
}

static void rotate_key(uint8_t *key)
{
	uint8_t first = key[0];
	memmove(key, key + 1, 7);
	key[7] = first;
}

static void empty_front(uint8_t *key)
{
	memset(key, 0, 4);
}

static void mirror_byte_swapped(const struct syn *s, struct answer *a)
{
	mirror_changed(s, a, swap_all);
}

static void mirror_halves_swapped(const struct syn *s, struct answer *a)
{
	mirror_changed(s, a, swap_halves);
}

static void mirror_truncated(const struct syn *s, struct answer *a)
{
	mirror_changed(s, a, cut_key);
}

static void mirror_inverted(const struct syn *s, struct answer *a)
{
	mirror_changed(s, a, invert_key);
}

static void mirror_rotated(const struct syn *s, struct answer *a)
{
	mirror_changed(s, a, rotate_key);
}

static void mirror_tail(const struct syn *s, struct answer *a)
{
	mirror_changed(s, a, empty_front);
}

/* The first 8 bytes of the option, its length mended. */
static void mirror_short(const struct syn *s, struct answer *a)
{
	mirror_mptcp(s, a);
	if (version_of(s) == 0) {
		a->bytes -= 4;
		a->options[a->bytes - 7] = 8;
	}
}

static void answer_zero_key(const struct syn *s, struct answer *a)
{
	if (is_capable(s)) {
		add_capable(a, (uint8_t)(version_of(s) > 1 ? 1 : version_of(s)), 1);
		memset(a->options + a->bytes - 8, 0, 8);
	}
}

static void answer_other_version(const struct syn *s, struct answer *a)
{
	if (is_capable(s)) {
		add_capable(a, version_of(s) == 0 ? 1 : 0, 1);
	}
}

static void answer_same_version(const struct syn *s, struct answer *a)
{
	if (is_capable(s)) {
		add_capable(a, (uint8_t)version_of(s), 1);
	}
}

static void answer_unasked(const struct syn *s, struct answer *a)
{
	if (s->mptcp == NULL) {
		add_capable(a, 1, 1);
	}
}

static void capable_with(const struct syn *s, struct answer *a, uint8_t stated, uint8_t flags, size_t key_bytes)
{
	if (is_capable(s)) {
		add_head(a, stated, (uint8_t)(version_of(s) > 1 ? 1 : version_of(s)), flags);
		add_random(a, key_bytes);
	}
}

static void answer_flag_b(const struct syn *s, struct answer *a)
{
	capable_with(s, a, 12, 0x41, 8);
}

static void answer_no_crypto(const struct syn *s, struct answer *a)
{
	capable_with(s, a, 12, 0x80, 8);
}

static void answer_length_20(const struct syn *s, struct answer *a)
{
	if (is_capable(s)) {
		a->bytes = 0;
	}
	capable_with(s, a, 20, 1, 16);
}

static void answer_length_0(const struct syn *s, struct answer *a)
{
	capable_with(s, a, 0, 1, 8);
}

static void answer_length_1(const struct syn *s, struct answer *a)
{
	capable_with(s, a, 1, 1, 8);
}

static void answer_length_10(const struct syn *s, struct answer *a)
{
	capable_with(s, a, 10, 1, 6);
	if (is_capable(s)) {
		add(a, (const uint8_t[]){1, 1}, 2);
	}
}

static void answer_past_end(const struct syn *s, struct answer *a)
{
	capable_with(s, a, 14, 1, 8);
}

static void answer_two_bytes(const struct syn *s, struct answer *a)
{
	if (is_capable(s)) {
		add(a, (const uint8_t[]){30, 2, 1, 1}, 4);
	}
}

static void answer_twice(const struct syn *s, struct answer *a)
{
	if (is_capable(s)) {
		a->bytes = 0;
		capable_with(s, a, 12, 1, 8);
		capable_with(s, a, 12, 1, 8);
	}
}

static void answer_dss(const struct syn *s, struct answer *a)
{
	if (s->mptcp != NULL) {
		add_head(a, 8, 0x20, 1);
		add_random(a, 4);
	}
}

static void answer_behind_nops(const struct syn *s, struct answer *a)
{
	if (version_of(s) == 1) {
		a->bytes = 0;
		add(a, (const uint8_t[]){1, 1, 1, 1, 253, 6, 9, 9, 9, 9, 1, 1}, 12);
		add_capable(a, 1, 1);
		add(a, (const uint8_t[]){0, 7, 7, 7}, 4);
	}
}

/* A sound MP_CAPABLE, then an option of kind 30 of two bytes. */
static void answer_with_stub(const struct syn *s, struct answer *a)
{
	if (is_capable(s)) {
		a->bytes = 0;
		capable_with(s, a, 12, 1, 8);
		add(a, (const uint8_t[]){30, 2, 1, 1}, 4);
	}
}

/* A RST with MP_TCPRST to every SYN, as a box that cuts all MPTCP might send it. */
static void reset_mptcp(const struct syn *s, struct answer *a)
{
	(void)s;
	refuse_join(a);
}

static void be_plain(const struct syn *s, struct answer *a)
{
	(void)s;
	(void)a;
}

static void reset(const struct syn *s, struct answer *a)
{
	(void)s;
	a->bytes = 0;
	a->flags = RST | ACK;
}

static void reset_unheard(const struct syn *s, struct answer *a)
{
	reset(s, a);
	a->acknowledges_nothing = true;
}

static const struct personality {
	const char *name;
	void (*behave)(const struct syn *s, struct answer *a);
	uint8_t icmp_type; /* 0: answers TCP */
	bool silent;
} PERSONALITIES[] = {
    {"v1_server", serve_v1, 0, false},
    {"v0_server", serve_v0, 0, false},
    {"both_server", serve_both, 0, false},
    {"v1_no_join_checksum", serve_no_join_checksum, 0, false},
    {"mirror_all", mirror_all, 0, false},
    {"mirror_mptcp", mirror_mptcp, 0, false},
    {"key_byte_swapped", mirror_byte_swapped, 0, false},
    {"key_halves_swapped", mirror_halves_swapped, 0, false},
    {"key_truncated", mirror_truncated, 0, false},
    {"key_short", mirror_short, 0, false},
    {"key_zero", answer_zero_key, 0, false},
    {"other_version", answer_other_version, 0, false},
    {"same_version", answer_same_version, 0, false},
    {"unasked", answer_unasked, 0, false},
    {"flag_b", answer_flag_b, 0, false},
    {"no_crypto", answer_no_crypto, 0, false},
    {"length_20", answer_length_20, 0, false},
    {"length_0", answer_length_0, 0, false},
    {"length_1", answer_length_1, 0, false},
    {"length_10", answer_length_10, 0, false},
    {"past_end", answer_past_end, 0, false},
    {"two_bytes", answer_two_bytes, 0, false},
    {"twice", answer_twice, 0, false},
    {"dss", answer_dss, 0, false},
    {"behind_nops", answer_behind_nops, 0, false},
    {"plain", be_plain, 0, false},
    {"rst", reset, 0, false},
    {"silent", be_plain, 0, true},
    {"icmp_unreachable", be_plain, 3, false},
    {"icmp_ttl_exceeded", be_plain, 11, false},
    {"rst_unheard", reset_unheard, 0, false},
    {"key_inverted", mirror_inverted, 0, false},
    {"key_rotated", mirror_rotated, 0, false},
    {"key_tail", mirror_tail, 0, false},
    {"with_stub", answer_with_stub, 0, false},
    {"tcprst", reset_mptcp, 0, false},
};
#define COUNT (sizeof PERSONALITIES / sizeof PERSONALITIES[0])

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

static size_t respond(const struct syn *s, uint8_t *out)
{
	const struct personality *p = &PERSONALITIES[s->ip[18] % COUNT];
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

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "--list") == 0) {
		for (size_t i = 0; i < COUNT; i++) {
			printf("%zu %s\n", i, PERSONALITIES[i].name);
		}
		return 0;
	}
	if (argc < 2 || argc > 4) {
		fprintf(stderr, "usage: responder DEVICE [LOSS_PERCENT [SEED]] | responder --list\n");
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
		if (total > 0 && !is_lost(loss) && write(tun, out, total) < 0) {
			perror("responder: cannot write");
		}
	}
}
