/* How hosts that no kernel is answer a SYN: what each of their SYN/ACKs says about MPTCP, and how many of them there are. */
#ifndef LAB_PERSONALITY_H
#define LAB_PERSONALITY_H

#include "reflect.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SAY_MAX = 24, SUBTYPE_JOIN = 1 };

/* What a host may make its answer from. */
struct syn {
	const uint8_t *server; /* IPv4 address that was asked */
	uint32_t sequence;
	uint32_t tsval;	       /* 0 without timestamps */
	uint32_t own_sequence; /* of the answer */
	uint32_t own_clock;    /* TSval of the answer */
	const uint8_t *asked; /* MPTCP option; NULL without one */
	size_t asked_length;
	const uint8_t *unknown; /* option of a kind that nobody knows; NULL without one */
	size_t unknown_length;
};

struct personality {
	const char *name;
	/* Writes the options that answer a SYN and returns their length, 0 for none. `out` holds SAY_MAX bytes. */
	size_t (*say)(const struct syn *syn, uint8_t *out);
	int draws;    /* SYN/ACKs per SYN that are made anew */
	int copies;   /* how often each of them is sent, with the clock moved on */
	bool unasked; /* says it to every SYN, not only to one with an MPTCP option */
	enum reflection reflects; /* the answer is the SYN itself, turned round (reflect.h) */
	bool mirrors_data;	  /* returns the MPTCP option of a segment with data in the answer to it */
	bool forbids_joins;	  /* what it says to MP_JOIN goes out on a RST */
};

/* NULL when nobody has that name. */
const struct personality *personality_of(const char *name);

/* Every name, separated by |, for the usage line. */
const char *personality_names(void);

#endif
