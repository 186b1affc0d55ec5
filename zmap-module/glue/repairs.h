/*
 * Repairs of the stock binary's defects, by standing in front of the library calls that meet them.
 * Each is off until repairs_enable finds a zmap that it knows, and can be kept off by an environment
 * variable set to 1.
 */
#ifndef MPTCP_REPAIRS_H
#define MPTCP_REPAIRS_H

#include <stdbool.h>
#include <stdint.h>

/* Switches on every repair that the environment does not forbid. */
void repairs_enable(void);

/* The arrival time of the packet that is being processed, microseconds since 1970: the capture's own
 * where the repair is on, otherwise the clock now. */
uint64_t repairs_arrival_us(void);

/* The string to add where a field has no value. With the repair on, JSON prints null for it and CSV
 * nothing; NULL when the repair is off. */
char *repairs_null_string(void);

#endif
