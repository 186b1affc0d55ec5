/*
 * A table of addresses that must not be sent anything, as it lies in a file (README.md, "Opt-outs while it runs"):
 *
 *   0  magic            8  "MPTCPOPT"
 *   8  generation       8  higher with each new content of one file
 *  16  ranges of IPv4   4  count
 *  20  ranges of IPv6   4  count
 *  24  check            4  CRC-32 of the 24 bytes before it and of all ranges
 *  28  zero             4
 *  32  ranges: first and last address, 4 + 4 bytes each for IPv4, then 16 + 16 each for IPv6
 *
 * Numbers are big-endian. The ranges of a family are sorted and share no address. Pure: bytes in, answers out.
 */
#ifndef MPTCP_OPT_OUTS_H
#define MPTCP_OPT_OUTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OPT_OUTS_HEAD_BYTES 32
#define OPT_OUTS_BLOCKS 65536 /* a bit for each /16 of IPv4 */

struct opt_outs {
	const uint8_t *ranges4, *ranges6;
	size_t count4, count6;
	uint64_t generation;
	uint8_t blocks[OPT_OUTS_BLOCKS / 8]; /* the /16s that any range of IPv4 touches: most targets end here */
};

/* Size in bytes of the table with this head; 0 when the head is not valid. */
uint64_t opt_outs_size(const uint8_t head[OPT_OUTS_HEAD_BYTES]);

/* Reads a table. The bytes must outlive it. NULL, or why these bytes are none: half of one table and half of another never is one. */
const char *opt_outs_read(const uint8_t *bytes, size_t size, struct opt_outs *table);

/* Whether the address, 4 bytes or 16 by family, is in the table. */
bool opt_outs_has(const struct opt_outs *table, uint8_t family, const uint8_t *address);

/* The check over a table's bytes. */
uint32_t opt_outs_check(const uint8_t *bytes, size_t size);

#endif
