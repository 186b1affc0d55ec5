/* Bytes of a packet, and how many of them are captured. */
#ifndef MPTCP_TRAFFIC_CAPTURED_H
#define MPTCP_TRAFFIC_CAPTURED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct captured {
	const uint8_t *at;
	size_t bytes;
	size_t wire; /* at least `bytes` */
};

/* Leaves out what is in front; false, and nothing changes, where not all of it is captured. */
static inline bool captured_skip(struct captured *captured, size_t count)
{
	if (captured->bytes < count) {
		return false;
	}
	captured->at += count;
	captured->bytes -= count;
	captured->wire -= count;
	return true;
}

#endif
