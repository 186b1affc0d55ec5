#include "made_key.h"

#include "packet.h"

#include <string.h>
#include <sys/random.h>

enum { ADDRESS_LAST = 3, WORD = 4 };
static const uint64_t CONSTANT = 0x5a13c7882ef1649bu;

static uint64_t get_be64(const uint8_t *at)
{
	return (uint64_t)get_be32(at) << 32 | get_be32(at + WORD);
}

static uint64_t reversed(uint64_t value)
{
	uint64_t turned = 0;
	for (int i = 0; i < KEY_LENGTH; i++, value >>= 8)
		turned = turned << 8 | (value & 0xff);
	return turned;
}

void key_turned(const struct syn *syn, const uint8_t sent[KEY_LENGTH], uint8_t key[KEY_LENGTH])
{
	int turn = 1 + syn->server[ADDRESS_LAST] % (KEY_LENGTH - 1);
	for (int i = 0; i < KEY_LENGTH; i++)
		key[i] = sent[i ^ turn];
}

void key_reversed(const struct syn *syn, const uint8_t sent[KEY_LENGTH], uint8_t key[KEY_LENGTH])
{
	uint64_t ours = reversed(get_be64(sent));
	const uint64_t made[] = {ours ^ CONSTANT, ours + CONSTANT, reversed(ours + CONSTANT)};
	put_be64(key, made[syn->server[ADDRESS_LAST] % 3]);
}

bool key_of_packet(const struct syn *syn, uint8_t key[KEY_LENGTH])
{
	const uint32_t words[] = {syn->own_sequence, syn->sequence + 1, syn->own_clock};
	uint8_t last = syn->server[ADDRESS_LAST];
	if (getrandom(key, KEY_LENGTH, 0) != KEY_LENGTH)
		return false;
	put_be32(key + last % (KEY_LENGTH - WORD + 1), words[last % 3]);
	return true;
}
