/* Sets of IPv6 addresses as ranges, out of prefixes. */
#ifndef MPTCP_RANGES_H
#define MPTCP_RANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ADDRESS_BYTES 16

struct range {
	uint8_t first[ADDRESS_BYTES], last[ADDRESS_BYTES];
};

struct ranges {
	struct range *at;
	size_t count, room;
};

/* Adds an address or prefix; ends the program when it is neither. */
void add_text(struct ranges *ranges, const char *text);

/* Adds the IPv6 addresses and prefixes of a file; exits at a line that is neither an address nor a prefix. */
void add_file(struct ranges *ranges, const char *path);

/* Sorted, and overlapping ones joined, so that one binary search finds the only candidate. */
void settle(struct ranges *ranges);

/* Whether a settled set has the address. */
bool covers(const struct ranges *ranges, const uint8_t *address);

#endif
