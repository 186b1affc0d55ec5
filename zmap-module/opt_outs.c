#include "opt_outs.h"

#include <string.h>

#include "bytes.h"

#define MAGIC "MPTCPOPT"
#define GENERATION_AT 8
#define COUNT4_AT 16
#define COUNT6_AT 20
#define CHECK_AT 24
#define RANGE4_BYTES 8
#define RANGE6_BYTES 32

/* CRC-32 of IEEE 802.3, reflected, four bits at a time. */
static uint32_t crc(uint32_t value, const uint8_t *bytes, size_t size)
{
	static const uint32_t STEPS[16] = {0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4,
					   0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
					   0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c};
	for (size_t i = 0; i < size; i++) {
		value ^= bytes[i];
		value = value >> 4 ^ STEPS[value & 15];
		value = value >> 4 ^ STEPS[value & 15];
	}
	return value;
}

uint32_t opt_outs_check(const uint8_t *bytes, size_t size)
{
	return ~crc(crc(~0u, bytes, CHECK_AT), bytes + OPT_OUTS_HEAD_BYTES, size - OPT_OUTS_HEAD_BYTES);
}

uint64_t opt_outs_size(const uint8_t head[OPT_OUTS_HEAD_BYTES])
{
	if (memcmp(head, MAGIC, strlen(MAGIC)) != 0) {
		return 0;
	}
	return OPT_OUTS_HEAD_BYTES + (uint64_t)get_be32(head + COUNT4_AT) * RANGE4_BYTES +
	       (uint64_t)get_be32(head + COUNT6_AT) * RANGE6_BYTES;
}

/* Otherwise a search would miss addresses, which the writer of the table did not mean. */
static bool is_sorted(const uint8_t *ranges, size_t count, size_t address_bytes)
{
	for (size_t i = 0; i < count; i++) {
		const uint8_t *first = ranges + 2 * i * address_bytes, *last = first + address_bytes;
		if (memcmp(first, last, address_bytes) > 0 ||
		    (i > 0 && memcmp(first - address_bytes, first, address_bytes) >= 0)) {
			return false;
		}
	}
	return true;
}

static void mark_blocks(struct opt_outs *table)
{
	memset(table->blocks, 0, sizeof table->blocks);
	for (size_t i = 0; i < table->count4; i++) {
		const uint8_t *range = table->ranges4 + i * RANGE4_BYTES;
		for (uint32_t block = get_be16(range); block <= get_be16(range + 4); block++) {
			table->blocks[block / 8] |= (uint8_t)(1 << block % 8);
		}
	}
}

const char *opt_outs_read(const uint8_t *bytes, size_t size, struct opt_outs *table)
{
	uint64_t wanted = size < OPT_OUTS_HEAD_BYTES ? 0 : opt_outs_size(bytes);
	if (wanted == 0) {
		return "no table of opt-outs";
	}
	if (size < wanted) {
		return "cut short";
	}
	if (get_be32(bytes + CHECK_AT) != opt_outs_check(bytes, (size_t)wanted)) {
		return "half written";
	}
	table->generation = get_be64(bytes + GENERATION_AT);
	table->count4 = get_be32(bytes + COUNT4_AT);
	table->count6 = get_be32(bytes + COUNT6_AT);
	table->ranges4 = bytes + OPT_OUTS_HEAD_BYTES;
	table->ranges6 = table->ranges4 + table->count4 * RANGE4_BYTES;
	if (!is_sorted(table->ranges4, table->count4, 4) || !is_sorted(table->ranges6, table->count6, 16)) {
		return "not sorted";
	}
	mark_blocks(table);
	return NULL;
}

/* Binary searches for the last range that begins at or before the address: written out for each family, since every packet that is
 * sent asks. */
static bool has4(const struct opt_outs *table, uint32_t address)
{
	const uint8_t *range = table->ranges4;
	size_t left = table->count4;
	while (left > 1) {
		size_t half = left / 2;
		const uint8_t *middle = range + half * RANGE4_BYTES;
		range = get_be32(middle) <= address ? middle : range;
		left -= half;
	}
	return left == 1 && get_be32(range) <= address && address <= get_be32(range + 4);
}

static bool is_before(const uint8_t *a, uint64_t high, uint64_t low)
{
	uint64_t upper = get_be64(a);
	return upper < high || (upper == high && get_be64(a + 8) < low);
}

static bool is_behind(const uint8_t *a, uint64_t high, uint64_t low)
{
	uint64_t upper = get_be64(a);
	return upper > high || (upper == high && get_be64(a + 8) > low);
}

static bool has6(const struct opt_outs *table, uint64_t high, uint64_t low)
{
	const uint8_t *range = table->ranges6;
	size_t left = table->count6;
	while (left > 1) {
		size_t half = left / 2;
		const uint8_t *middle = range + half * RANGE6_BYTES;
		range = is_behind(middle, high, low) ? range : middle;
		left -= half;
	}
	return left == 1 && !is_behind(range, high, low) && !is_before(range + 16, high, low);
}

bool opt_outs_has(const struct opt_outs *table, uint8_t family, const uint8_t *address)
{
	if (family == 6) {
		return has6(table, get_be64(address), get_be64(address + 8));
	}
	uint32_t word = get_be32(address), block = word >> 16;
	return (table->blocks[block / 8] >> block % 8 & 1) != 0 && has4(table, word);
}
