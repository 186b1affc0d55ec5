/*
 * A list of IPv6 targets as zmap 2.1.1 can walk it: 16-byte addresses, sorted, each once, in a file that
 * is mapped into memory. The n-th one is reached by the IPv4 number HITLIST_FIRST_NUMBER + n; those
 * numbers lie in 240.0.0.0/4, where no packet can go astray.
 */
#ifndef MPTCP_HITLIST_H
#define MPTCP_HITLIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HITLIST_FIRST_NUMBER 0xf0000000u
#define HITLIST_MAX 0x0ffffff0u
#define HITLIST_ERROR_SIZE 512

struct hitlist {
	const uint8_t *addresses;
	size_t count;
};

/* Maps a list file; false, and a sentence, when it is not one. It stays mapped until the process ends. */
bool hitlist_open(struct hitlist *list, const char *path, char error[HITLIST_ERROR_SIZE]);

static inline const uint8_t *hitlist_at(const struct hitlist *list, size_t index)
{
	return list->addresses + 16 * index;
}

#endif
