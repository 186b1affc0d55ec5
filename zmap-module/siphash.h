/*
 * SipHash-2-4 (Aumasson and Bernstein, 2012) over whole 64-bit words.
 * A keyed hash that is cheap for short inputs: it makes sequence numbers, source ports, keys,
 * tokens and nonces that nobody without the secret can foresee.
 */
#ifndef MPTCP_SIPHASH_H
#define MPTCP_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

struct siphash_key {
	uint64_t k0, k1;
};

/* The key from 16 bytes, little-endian as in the paper's reference. */
struct siphash_key siphash_key_from(const uint8_t secret[16]);

/* The hash of `count` words; equal to SipHash-2-4 of their little-endian bytes. */
uint64_t siphash_words(const struct siphash_key *key, const uint64_t *words, size_t count);

#endif
