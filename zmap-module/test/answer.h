/* The responder's answer to one SYN: what it holds, and what its options are put together from. */
#ifndef MPTCP_TEST_ANSWER_H
#define MPTCP_TEST_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

/* xorshift64*; main sets the state from the seed. */
extern uint64_t random_state;
uint64_t random_u64(void);

void add(struct answer *a, const uint8_t *bytes, size_t count);
void add_head(struct answer *a, uint8_t length, uint8_t third, uint8_t flags);
void add_random(struct answer *a, size_t count);
void add_capable(struct answer *a, uint8_t version, uint8_t flags);

bool is_capable(const struct syn *s);
int version_of(const struct syn *s);
bool is_join(const struct syn *s);

/* A join with an unknown token, as Linux answers it: RFC 8684, section 3.2. */
void refuse_join(struct answer *a);

#endif
