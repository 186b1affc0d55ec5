/* Whom a sweep asks, and what with. */
#ifndef MPTCP_SWEEP_TARGET_H
#define MPTCP_SWEEP_TARGET_H

#include <stdbool.h>
#include <stdint.h>

#include "../kinds.h"

#define SWEEP_ECHO PROBE_KIND_COUNT /* an ICMP echo request instead of a SYN */

struct target {
	uint8_t family; /* 4 or 6 */
	uint8_t kind;	/* enum probe_kind, or SWEEP_ECHO */
	uint16_t port;	/* 0 for an echo */
	uint8_t address[16], source[16];
	uint16_t source_port; /* or ICMP identifier */
	uint16_t mark;	      /* upper ten bits of the IP identification */
};

/* The word for a kind, on input and output. */
const char *sweep_kind_name(uint8_t kind);

/* false for a word that is none. */
bool sweep_kind_of(const char *word, uint8_t *kind);

#endif
