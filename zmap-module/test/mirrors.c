/* Behaviours that send back what the SYN holds: see mirrors.h. */
#include "mirrors.h"

#include <string.h>

void mirror_all(const struct syn *s, struct answer *a)
{
	a->bytes = 0;
	add(a, s->options, s->options_bytes);
}

void mirror_mptcp(const struct syn *s, struct answer *a)
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

void mirror_byte_swapped(const struct syn *s, struct answer *a)
{
	mirror_changed(s, a, swap_all);
}

void mirror_halves_swapped(const struct syn *s, struct answer *a)
{
	mirror_changed(s, a, swap_halves);
}

void mirror_truncated(const struct syn *s, struct answer *a)
{
	mirror_changed(s, a, cut_key);
}

void mirror_inverted(const struct syn *s, struct answer *a)
{
	mirror_changed(s, a, invert_key);
}

void mirror_rotated(const struct syn *s, struct answer *a)
{
	mirror_changed(s, a, rotate_key);
}

void mirror_tail(const struct syn *s, struct answer *a)
{
	mirror_changed(s, a, empty_front);
}

/* The first 8 bytes of the option, its length mended. */
void mirror_short(const struct syn *s, struct answer *a)
{
	mirror_mptcp(s, a);
	if (version_of(s) == 0) {
		a->bytes -= 4;
		a->options[a->bytes - 7] = 8;
	}
}
