/* Bytes of a file, a pipe or standard input, unpacked when they are gzip. */
#ifndef MPTCP_TRAFFIC_SOURCE_H
#define MPTCP_TRAFFIC_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <zlib.h>

#define SOURCE_RAW_BYTES (256 * 1024)

enum source_fault {
	SOURCE_FINE,
	SOURCE_UNREADABLE,  /* read(2) failed: `error` has errno */
	SOURCE_PACKED_CUT,  /* gzip that ends before its end */
	SOURCE_PACKED_BAD,  /* gzip whose bytes are damaged */
	SOURCE_PACKED_TAIL, /* something else than gzip behind whole gzip: not read */
};

struct source {
	int fd;
	bool looked, packed, ended, member_done;
	enum source_fault fault;
	int error;
	z_stream stream;
	uint8_t *raw; /* what was read and not yet handed over */
	size_t at, filled;
};

/* Takes over the descriptor. false when there is no memory. */
bool source_open(struct source *source, int fd);

/* Up to `room` bytes, as soon as there are any; 0 at the end, and at a fault, which `fault` names. */
size_t source_read(struct source *source, uint8_t *out, size_t room);

void source_close(struct source *source);

#endif
