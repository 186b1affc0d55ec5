#include "personality.h"

#include "made_key.h"
#include "packet.h"

#include <string.h>
#include <sys/random.h>

enum { MPC_LENGTH = 12, MPC_KEY = 4, MPC_FLAG_H = 0x01, SUBTYPE_CAPABLE = 0, TAIL_MIN = 4 };
enum { SUBTYPE_TCPRST = 8, REASON_PROHIBITED = 3 };

/*
 * MP_CAPABLE: kind, length, subtype in the high nibble and version in the low one, flags, key (RFC 6824 and RFC 8684, section 3.1).
 * A server of version 1 is asked without a key and answers with one.
 */
static bool asks_capable(const struct syn *syn)
{
	return syn->asked_length >= 4 && syn->asked[2] >> 4 == SUBTYPE_CAPABLE;
}

static int version_asked(const struct syn *syn)
{
	return syn->asked[2] & 15;
}

/* Version negotiation: asked for a version that nobody speaks, a server offers 1. */
static int version_offered(const struct syn *syn)
{
	return version_asked(syn) == 0 ? 0 : 1;
}

static size_t capable(uint8_t *out, int version, const uint8_t key[KEY_LENGTH])
{
	const uint8_t head[MPC_KEY] = {OPT_MPTCP, MPC_LENGTH, (uint8_t)version, MPC_FLAG_H};
	memcpy(out, head, sizeof head);
	memcpy(out + MPC_KEY, key, KEY_LENGTH);
	return MPC_LENGTH;
}

static size_t capable_random(uint8_t *out, int version)
{
	uint8_t key[KEY_LENGTH];
	return getrandom(key, sizeof key, 0) == sizeof key ? capable(out, version, key) : 0;
}

/* A server of RFC 6824: a fresh key to a v0 SYN, no option to another. */
static size_t say_v0(const struct syn *syn, uint8_t *out)
{
	return syn->asked_length == MPC_LENGTH && syn->asked[2] == 0 ? capable_random(out, 0) : 0;
}

/* Our v0 key with its bytes turned round; to v1, its 4 bytes padded with a zero key. */
static size_t say_swapped(const struct syn *syn, uint8_t *out)
{
	memset(out, 0, MPC_LENGTH);
	memcpy(out, syn->asked, MPC_KEY);
	out[1] = MPC_LENGTH;
	for (int i = 0; syn->asked_length == MPC_LENGTH && i < KEY_LENGTH; i++)
		out[MPC_KEY + i] = syn->asked[MPC_LENGTH - 1 - i];
	return MPC_LENGTH;
}

/* One key for everybody, in the version asked. */
static size_t say_constant(const struct syn *syn, uint8_t *out)
{
	const uint8_t key[KEY_LENGTH] = {0xba, 0xdc, 0x0f, 0xfe, 0xe0, 0xdd, 0xf0, 0x0d};
	return asks_capable(syn) ? capable(out, version_asked(syn), key) : 0;
}

/* One key per host, whatever the SYN: FNV-1a over its address. */
static size_t say_host_key(const struct syn *syn, uint8_t *out)
{
	uint64_t hash = 14695981039346656037u;
	uint8_t key[KEY_LENGTH];
	for (int i = 0; i < 12; i++)
		hash = (hash ^ syn->server[i % 4]) * 1099511628211u;
	put_be64(key, hash);
	return asks_capable(syn) ? capable(out, version_offered(syn), key) : 0;
}

/* An option that says it is longer than the header. */
static size_t say_malformed(const struct syn *syn, uint8_t *out)
{
	memcpy(out, syn->asked, MPC_KEY);
	out[1] = MPC_LENGTH;
	return MPC_KEY;
}

/* What a server of v1 says: its own version, above 0, with a fresh key. */
static size_t say_v1(const struct syn *syn, uint8_t *out)
{
	return asks_capable(syn) && version_asked(syn) > 0 ? capable_random(out, 1) : 0;
}

/* The same of nothing but v1 itself: as little as a box need know to look like a server. */
static size_t say_v1_only(const struct syn *syn, uint8_t *out)
{
	return asks_capable(syn) && version_asked(syn) == 1 ? capable_random(out, 1) : 0;
}

/* MP_TCPRST (RFC 8684, 3.6) in answer to MP_JOIN, otherwise as before. */
static size_t say_join_forbidden(const struct syn *syn, uint8_t *out)
{
	const uint8_t reset[] = {OPT_MPTCP, 4, SUBTYPE_TCPRST << 4, REASON_PROHIBITED};
	if (syn->asked[2] >> 4 != SUBTYPE_JOIN)
		return say_v1_only(syn, out);
	memcpy(out, reset, sizeof reset);
	return sizeof reset;
}

/* A fresh key of v1 in answer to anything: no option, MP_JOIN, any version. */
static size_t say_stamp(const struct syn *syn, uint8_t *out)
{
	(void)syn;
	return capable_random(out, 1);
}

/* A key of what the SYN holds: sequence number and timestamp, side by side. */
static size_t say_isn_tsval(const struct syn *syn, uint8_t *out)
{
	uint8_t key[KEY_LENGTH];
	put_be32(key, syn->sequence);
	put_be32(key + 4, syn->tsval);
	return asks_capable(syn) ? capable(out, version_offered(syn), key) : 0;
}

/* ... or added up. */
static size_t say_isn_plus_tsval(const struct syn *syn, uint8_t *out)
{
	uint8_t key[KEY_LENGTH];
	put_be64(key, (uint64_t)syn->sequence + syn->tsval);
	return asks_capable(syn) ? capable(out, version_offered(syn), key) : 0;
}

/* Our v0 key xor one constant; no option to v1, which brings no key. */
static size_t say_key_xored(const struct syn *syn, uint8_t *out)
{
	const uint8_t mask[KEY_LENGTH] = {0x5a, 0x13, 0xc7, 0x88, 0x2e, 0xf1, 0x64, 0x9b};
	uint8_t key[KEY_LENGTH];
	if (syn->asked_length != MPC_LENGTH || !asks_capable(syn))
		return 0;
	for (int i = 0; i < KEY_LENGTH; i++)
		key[i] = syn->asked[MPC_KEY + i] ^ mask[i];
	return capable(out, version_offered(syn), key);
}

/* Our v0 key changed by `make`; no option to v1. */
static size_t capable_made(const struct syn *syn, uint8_t *out,
			   void (*make)(const struct syn *syn, const uint8_t sent[KEY_LENGTH], uint8_t key[KEY_LENGTH]))
{
	uint8_t key[KEY_LENGTH];
	if (syn->asked_length != MPC_LENGTH || !asks_capable(syn))
		return 0;
	make(syn, syn->asked + MPC_KEY, key);
	return capable(out, version_offered(syn), key);
}

static size_t say_key_turned(const struct syn *syn, uint8_t *out)
{
	return capable_made(syn, out, key_turned);
}

static size_t say_key_reversed(const struct syn *syn, uint8_t *out)
{
	return capable_made(syn, out, key_reversed);
}

/* A key that holds a word of its own packet. */
static size_t say_key_of_packet(const struct syn *syn, uint8_t *out)
{
	uint8_t key[KEY_LENGTH];
	return asks_capable(syn) && key_of_packet(syn, key) ? capable(out, version_offered(syn), key) : 0;
}

/* A fresh key in whatever version above 0 was asked, those that nobody speaks among them. */
static size_t say_grease_copied(const struct syn *syn, uint8_t *out)
{
	return asks_capable(syn) && version_asked(syn) > 0 ? capable_random(out, version_asked(syn)) : 0;
}

/* As a server of v1, and with it every option of a kind that it does not know. */
static size_t say_unknown_returned(const struct syn *syn, uint8_t *out)
{
	size_t length = say_v1(syn, out);
	if (!syn->unknown || length + syn->unknown_length > SAY_MAX)
		return length;
	memcpy(out + length, syn->unknown, syn->unknown_length);
	return length + syn->unknown_length;
}

/* Our own option. */
static size_t say_back(const struct syn *syn, uint8_t *out)
{
	size_t length = syn->asked_length > SAY_MAX ? 0 : syn->asked_length;
	memcpy(out, syn->asked, length);
	return length;
}

/* Our own option, filled up to the length of a SYN/ACK's where it is shorter. */
static size_t say_padded(const struct syn *syn, uint8_t *out)
{
	size_t length = say_back(syn, out);
	if (length < TAIL_MIN || length >= MPC_LENGTH)
		return length;
	out[1] = MPC_LENGTH;
	return getrandom(out + length, MPC_LENGTH - length, 0) > 0 ? MPC_LENGTH : 0;
}

static const struct personality personalities[] = {
	{"v0", say_v0, 1, 1, false, REFLECT_NOT, false, false},
	{"v0_thrice", say_v0, 1, 3, false, REFLECT_NOT, false, false},
	{"swapped", say_swapped, 1, 1, false, REFLECT_NOT, false, false},
	{"constant", say_constant, 1, 1, false, REFLECT_NOT, false, false},
	{"host_key", say_host_key, 1, 1, false, REFLECT_NOT, false, false},
	{"malformed", say_malformed, 1, 1, false, REFLECT_NOT, false, false},
	{"two_keys", say_v1, 2, 1, false, REFLECT_NOT, false, false},
	{"stamped", say_stamp, 1, 1, true, REFLECT_NOT, false, false},
	{"isn_tsval", say_isn_tsval, 1, 1, false, REFLECT_NOT, false, false},
	{"isn_plus_tsval", say_isn_plus_tsval, 1, 1, false, REFLECT_NOT, false, false},
	{"key_xored", say_key_xored, 1, 1, false, REFLECT_NOT, false, false},
	{"grease_copied", say_grease_copied, 1, 1, false, REFLECT_NOT, false, false},
	{"unknown_returned", say_unknown_returned, 1, 1, false, REFLECT_NOT, false, false},
	{"reflected", say_back, 1, 1, false, REFLECT_KNOWN, false, false},
	{"reflected_padded", say_padded, 1, 1, false, REFLECT_KNOWN, false, false},
	{"reflected_twice", say_back, 2, 1, false, REFLECT_KNOWN, false, false},
	{"reflected_zero", say_back, 1, 1, false, REFLECT_ZERO, false, false},
	{"reflected_window", say_back, 1, 1, false, REFLECT_WINDOW, false, false},
	{"returned_whole", say_back, 1, 1, false, REFLECT_WHOLE, false, false},
	{"key_turned", say_key_turned, 1, 1, false, REFLECT_NOT, false, false},
	{"key_reversed", say_key_reversed, 1, 1, false, REFLECT_NOT, false, false},
	{"key_of_packet", say_key_of_packet, 1, 1, false, REFLECT_NOT, false, false},
	{"options_copied", say_v1_only, 1, 1, false, REFLECT_NOT, true, false},
	{"join_forbidden", say_join_forbidden, 1, 1, false, REFLECT_NOT, false, true},
};
enum { PERSONALITIES = sizeof personalities / sizeof *personalities };

const struct personality *personality_of(const char *name)
{
	for (int i = 0; i < PERSONALITIES; i++)
		if (!strcmp(personalities[i].name, name))
			return &personalities[i];
	return NULL;
}

const char *personality_names(void)
{
	static char names[PERSONALITIES * 20];
	names[0] = '\0';
	for (int i = 0; i < PERSONALITIES; i++) {
		strcat(names, i ? "|" : "");
		strcat(names, personalities[i].name);
	}
	return names;
}
