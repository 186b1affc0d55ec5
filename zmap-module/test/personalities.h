/* The responder's personalities: who answers what. */
#ifndef MPTCP_TEST_PERSONALITIES_H
#define MPTCP_TEST_PERSONALITIES_H

#include "answer.h"

struct personality {
	const char *name;
	void (*behave)(const struct syn *s, struct answer *a);
	uint8_t icmp_type; /* 0: answers TCP */
	bool silent;
};

/* In the order of the third octet. */
extern const struct personality PERSONALITIES[];
extern const size_t PERSONALITY_COUNT;

#endif
