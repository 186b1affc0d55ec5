/* The responder's personalities: see personalities.h. */
#include "personalities.h"

#include <string.h>

#include "mirrors.h"

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

const struct personality PERSONALITIES[] = {
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
const size_t PERSONALITY_COUNT = sizeof PERSONALITIES / sizeof PERSONALITIES[0];
