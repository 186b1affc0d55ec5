/* Parts of an answer: see answer.h. */
#include "answer.h"

#include <string.h>

uint64_t random_state;

uint64_t random_u64(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state * 0x2545f4914f6cdd1du;
}

void add(struct answer *a, const uint8_t *bytes, size_t count)
{
	memcpy(a->options + a->bytes, bytes, count);
	a->bytes += count;
}

void add_head(struct answer *a, uint8_t length, uint8_t third, uint8_t flags)
{
	const uint8_t head[4] = {30, length, third, flags};
	add(a, head, sizeof head);
}

void add_random(struct answer *a, size_t count)
{
	uint64_t word = random_u64();
	for (size_t i = 0; i < count; i++) {
		a->options[a->bytes++] = (uint8_t)(word >> (8 * (i % 8))) | 1;
	}
}

void add_capable(struct answer *a, uint8_t version, uint8_t flags)
{
	add_head(a, 12, version, flags);
	add_random(a, 8);
}

bool is_capable(const struct syn *s)
{
	return s->mptcp != NULL && s->mptcp[1] >= 4 && s->mptcp[2] >> 4 == 0;
}

int version_of(const struct syn *s)
{
	return is_capable(s) ? s->mptcp[2] & 15 : -1;
}

bool is_join(const struct syn *s)
{
	return s->mptcp != NULL && s->mptcp[1] == 12 && s->mptcp[2] >> 4 == 1;
}

void refuse_join(struct answer *a)
{
	a->bytes = 0;
	a->flags = RST | ACK;
	add_head(a, 4, 0x80, 1);
}
