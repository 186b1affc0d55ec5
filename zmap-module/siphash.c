#include "siphash.h"

static uint64_t rotate_left(uint64_t value, int bits)
{
	return value << bits | value >> (64 - bits);
}

static void sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[1] = rotate_left(v[1], 13) ^ v[0];
	v[0] = rotate_left(v[0], 32);
	v[2] += v[3];
	v[3] = rotate_left(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = rotate_left(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = rotate_left(v[1], 17) ^ v[2];
	v[2] = rotate_left(v[2], 32);
}

static void sip_compress(uint64_t v[4], uint64_t word)
{
	v[3] ^= word;
	sip_round(v);
	sip_round(v);
	v[0] ^= word;
}

struct siphash_key siphash_key_from(const uint8_t secret[16])
{
	struct siphash_key key = {0, 0};
	for (int i = 7; i >= 0; i--) {
		key.k0 = key.k0 << 8 | secret[i];
		key.k1 = key.k1 << 8 | secret[8 + i];
	}
	return key;
}

uint64_t siphash_words(const struct siphash_key *key, const uint64_t *words, size_t count)
{
	/* "somepseudorandomlygeneratedbytes", as in the paper. */
	uint64_t v[4] = {
	    key->k0 ^ 0x736f6d6570736575u,
	    key->k1 ^ 0x646f72616e646f6du,
	    key->k0 ^ 0x6c7967656e657261u,
	    key->k1 ^ 0x7465646279746573u,
	};
	for (size_t i = 0; i < count; i++) {
		sip_compress(v, words[i]);
	}
	sip_compress(v, (uint64_t)(count * 8) << 56);
	v[2] ^= 0xff;
	for (int i = 0; i < 4; i++) {
		sip_round(v);
	}
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}
