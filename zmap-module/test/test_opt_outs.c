/* The table of opt-outs: what is one, what never is, and whom it names. */
#include <string.h>

#include "../bytes.h"
#include "../opt_outs.h"
#include "check.h"

#define ROOM 8192

struct bytes {
	uint8_t at[ROOM];
	size_t size;
};

/* A table whose ranges are given as hex, those of IPv4 first; its check is right. */
static struct bytes table_of(uint32_t count4, uint32_t count6, const char *ranges)
{
	struct bytes table = {.at = "MPTCPOPT"};
	put_be64(table.at + 8, 7);
	put_be32(table.at + 16, count4);
	put_be32(table.at + 20, count6);
	table.size = OPT_OUTS_HEAD_BYTES + from_hex(ranges, table.at + OPT_OUTS_HEAD_BYTES, ROOM - OPT_OUTS_HEAD_BYTES);
	put_be32(table.at + 24, opt_outs_check(table.at, table.size));
	return table;
}

#define ONE_IPV6 "20010db8000000000000000000000010" \
		 "20010db800000000000000000000001f"
#define BOTH "c6120001c6120001" \
	     "c61208ffc6150100" ONE_IPV6

static bool has(const struct opt_outs *table, const char *address)
{
	uint8_t bytes[16];
	size_t count = from_hex(address, bytes, sizeof bytes);
	return opt_outs_has(table, count == 4 ? 4 : 6, bytes);
}

static void test_whom_it_names(void)
{
	static const struct {
		const char *address;
		bool named;
		const char *what;
	} CASES[] = {
	    {"c6120000", false, "the address before a range of one"},
	    {"c6120001", true, "a range of one address"},
	    {"c6120002", false, "the address after it"},
	    {"c61208fe", false, "the address before a range over several /16s, in a /16 that it touches"},
	    {"c61208ff", true, "the first address of it"},
	    {"c6130000", true, "an address in its middle"},
	    {"c6150100", true, "its last address"},
	    {"c6150101", false, "the address after it"},
	    {"00000000", false, "the first address there is"},
	    {"ffffffff", false, "the last address there is"},
	    {"20010db800000000000000000000000f", false, "the IPv6 address before a range"},
	    {"20010db8000000000000000000000010", true, "its first"},
	    {"20010db800000000000000000000001f", true, "its last"},
	    {"20010db8000000000000000000000020", false, "the one after it"},
	    {"c6120001000000000000000000000000", false, "an IPv6 address that begins as a range of IPv4"},
	};
	struct bytes bytes = table_of(2, 1, BOTH);
	struct opt_outs table;
	check(opt_outs_read(bytes.at, bytes.size, &table) == NULL && table.generation == 7, "a table of both families is read");
	for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
		check(has(&table, CASES[i].address) == CASES[i].named, "%s: not %d", CASES[i].what, CASES[i].named);
	}
	bytes = table_of(1, 1, "00000000ffffffff"
			       "00000000000000000000000000000000"
			       "ffffffffffffffffffffffffffffffff");
	check(opt_outs_read(bytes.at, bytes.size, &table) == NULL, "everybody can opt out");
	check(has(&table, "00000000") && has(&table, "ffffffff"), "then the first and the last address are named");
	check(has(&table, "ffffffffffffffffffffffffffffffff"), "and the last of IPv6");
	bytes = table_of(0, 0, "");
	check(opt_outs_read(bytes.at, bytes.size, &table) == NULL, "nobody need have opted out");
	check(!has(&table, "00000000") && !has(&table, "00000000000000000000000000000000"), "then nobody is named");
}

static void test_what_is_none(void)
{
	struct bytes whole = table_of(2, 1, BOTH), other = table_of(2, 1, "01000000010000ff"
									  "0200000002000000" ONE_IPV6);
	struct opt_outs table;
	for (size_t size = 0; size < whole.size; size++) {
		check(opt_outs_read(whole.at, size, &table) != NULL, "the first %zu bytes of a table are a table", size);
	}
	for (size_t i = 0; i < whole.size; i++) {
		struct bytes changed = whole;
		changed.at[i] ^= 1;
		if (i >= 28 && i < OPT_OUTS_HEAD_BYTES) {
			continue; /* never read */
		}
		check(opt_outs_read(changed.at, changed.size, &table) != NULL, "a table with byte %zu changed is a table", i);
	}
	for (size_t written = 1; written < whole.size; written++) {
		struct bytes torn = other;
		memcpy(torn.at, whole.at, written);
		bool same = memcmp(torn.at, whole.at, whole.size) == 0 || memcmp(torn.at, other.at, other.size) == 0;
		check(same || opt_outs_read(torn.at, torn.size, &table) != NULL, "%zu bytes of a table over another are a table",
		      written);
	}
	struct bytes longer = whole;
	longer.size += 100;
	check(opt_outs_read(longer.at, longer.size, &table) == NULL, "what is left behind a shorter table does not count");
	static const char *const UNSORTED[] = {"c6120001c6120001c6120000c6120000", "c6120001c6120000c6130000c6130000",
					       "c6120001c6120005c6120005c6120006"};
	for (size_t i = 0; i < sizeof UNSORTED / sizeof UNSORTED[0]; i++) {
		struct bytes unsorted = table_of(2, 0, UNSORTED[i]);
		check(opt_outs_read(unsorted.at, unsorted.size, &table) != NULL, "ranges out of order are a table: %s",
		      UNSORTED[i]);
	}
	struct bytes unsorted6 = table_of(0, 2, ONE_IPV6 ONE_IPV6);
	check(opt_outs_read(unsorted6.at, unsorted6.size, &table) != NULL, "a range twice is a table");
	struct bytes huge = whole;
	put_be32(huge.at + 16, 0xffffffff);
	check(opt_outs_read(huge.at, huge.size, &table) != NULL, "a count that no file holds is a table");
}

#define RANGES 128

/* A number as an address of IPv6, in the same order: its first bit in the upper half, the others in the lower. */
static void spread(uint32_t number, uint8_t address[16])
{
	put_be64(address, number >> 31);
	put_be64(address + 8, (uint64_t)number << 33);
}

static uint32_t draw(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed;
}

/* Against a look at every range, with addresses near their ends, in both families. */
static void test_random(void)
{
	static char hex[RANGES * (16 + 64) + 1];
	uint32_t next = 0, seed = 2015, ends[RANGES][2];
	for (int i = 0; i < RANGES; i++) {
		uint8_t four[8], six[32];
		ends[i][0] = next + 2 + (draw(&seed) >> 8) % 0x1000000;
		ends[i][1] = next = ends[i][0] + (draw(&seed) >> 4) % (1u << seed % 24);
		spread(ends[i][0], six);
		spread(ends[i][1], six + 16);
		put_be32(four, ends[i][0]);
		put_be32(four + 4, ends[i][1]);
		memcpy(hex + 16 * i, to_hex(four, 8), 16);
		memcpy(hex + 16 * RANGES + 64 * i, to_hex(six, 32), 64);
	}
	struct bytes bytes = table_of(RANGES, RANGES, hex);
	struct opt_outs table;
	unsigned wrong = 0;
	check(opt_outs_read(bytes.at, bytes.size, &table) == NULL, "random ranges are a table");
	for (int i = 0; i < 100000; i++) {
		uint32_t near = ends[draw(&seed) >> 25][seed >> 24 & 1] + (seed >> 20 & 3) - 1;
		uint8_t four[4], six[16];
		bool named = false;
		for (int range = 0; range < RANGES; range++) {
			named = named || (near >= ends[range][0] && near <= ends[range][1]);
		}
		put_be32(four, near);
		spread(near, six);
		wrong += opt_outs_has(&table, 4, four) != named;
		wrong += opt_outs_has(&table, 6, six) != named;
	}
	check(wrong == 0, "%u of 200000 addresses near the ends of ranges are told wrongly", wrong);
}

int main(void)
{
	test_whom_it_names();
	test_what_is_none();
	test_random();
	return checks_done("opt_outs");
}
