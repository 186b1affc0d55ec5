/* One end of a stream. */
#ifndef MPTCP_TRAFFIC_END_H
#define MPTCP_TRAFFIC_END_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define ADDRESS_BYTES 16

struct end {
	uint8_t address[ADDRESS_BYTES]; /* IPv4 in the first four bytes, zeros behind them */
	uint16_t port;
};

static inline bool end_equal(const struct end *a, const struct end *b)
{
	return a->port == b->port && memcmp(a->address, b->address, ADDRESS_BYTES) == 0;
}

#endif
