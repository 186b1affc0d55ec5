/*
 * Repairs of the stock binary's defects, by standing in front of the library calls that meet them.
 * Each is off until repairs_enable finds a zmap that it knows, and can be kept off by an environment
 * variable set to 1.
 */
#ifndef MPTCP_REPAIRS_H
#define MPTCP_REPAIRS_H

#include <stdbool.h>
#include <stdint.h>

enum repair { REPAIR_RECV,
	      REPAIR_CLOCK,
	      REPAIR_RING,
	      REPAIR_NULL,
	      REPAIR_ADDRESS,
	      REPAIR_OUTGOING,
	      REPAIR_ZONE,
	      REPAIR_LINE,
	      REPAIR_COUNT };

/* Switches on every repair that the environment does not forbid. */
void repairs_enable(void);

bool repairs_on(enum repair repair);

/* For a repair that turns out not to work here: the stock function takes over. */
void repairs_give_up(enum repair repair);

/* Says in zmap's log which repairs are on. */
void repairs_announce(void);

/* The function of that name that ours replaces; NULL when no library has one. */
void *repairs_next(const char *name);

/* The arrival time of the packet that is being processed, microseconds since 1970: the capture's own
 * where the repair is on, otherwise the clock now. */
uint64_t repairs_arrival_us(void);

/* The string to add where a field has no value. With the repair on, JSON prints null for it and CSV
 * nothing; NULL when the repair is off. */
char *repairs_null_string(void);

/* The reply that this thread is about to hand to zmap is one of ours: its JSON is written at once. */
void json_line_due(void);

#endif
