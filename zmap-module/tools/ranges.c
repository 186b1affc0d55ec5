/* Sets of IPv6 addresses as ranges: see ranges.h. */
#include "ranges.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text_lines.h"

#define RANGES_MAX 1000000

#define PREFIX_TEXT_SIZE (INET6_ADDRSTRLEN + 8)

/* "ADDRESS" or "ADDRESS/BITS" of one family taken apart; false for anything else. */
static bool parse_prefix(const char *text, int family, void *address, long *bits)
{
	char copy[PREFIX_TEXT_SIZE], *end;
	long most = family == AF_INET ? 32 : 128;
	if (strlen(text) >= sizeof copy) {
		return false;
	}
	strcpy(copy, text);
	char *slash = strchr(copy, '/');
	*bits = most;
	if (slash != NULL) {
		*slash = '\0';
		*bits = strtol(slash + 1, &end, 10);
		if (!isdigit((unsigned char)slash[1]) || *end != '\0' || *bits > most) {
			return false;
		}
	}
	return inet_pton(family, copy, address) == 1;
}

static bool is_ipv4(const char *text)
{
	struct in_addr address;
	long bits;
	return parse_prefix(text, AF_INET, &address, &bits);
}

/* Host bits of a prefix are let pass and cleared. */
static bool parse_range(const char *text, struct range *out)
{
	long bits;
	if (!parse_prefix(text, AF_INET6, out->first, &bits)) {
		return false;
	}
	for (long bit = 0; bit < 128; bit++) {
		uint8_t mask = (uint8_t)(0x80 >> bit % 8);
		out->last[bit / 8] = bit % 8 == 0 ? out->first[bit / 8] : out->last[bit / 8];
		if (bit >= bits) {
			out->first[bit / 8] &= (uint8_t)~mask;
			out->last[bit / 8] |= mask;
		}
	}
	return true;
}

static void add_range(struct ranges *ranges, const struct range *range)
{
	if (ranges->count == ranges->room) {
		ranges->room = ranges->room == 0 ? 64 : ranges->room * 2;
		ranges->at = realloc(ranges->at, ranges->room * sizeof *ranges->at);
		if (ranges->at == NULL || ranges->count >= RANGES_MAX) {
			die("too many prefixes");
		}
	}
	ranges->at[ranges->count++] = *range;
}

void add_text(struct ranges *ranges, const char *text)
{
	struct range range;
	if (!parse_range(text, &range)) {
		die("\"%s\" is no IPv6 address or prefix", text);
	}
	add_range(ranges, &range);
}

/* An opt-out that cannot be read must stop everything: nobody may be probed for a typing error. */
void add_file(struct ranges *ranges, const char *path)
{
	struct lines lines = {.in = fopen(path, "r"), .path = path};
	struct range range;
	char *text;
	bool is_text;
	if (lines.in == NULL) {
		die("cannot read %s: %s", path, strerror(errno));
	}
	while ((text = next_line(&lines, &is_text)) != NULL) {
		if (!is_text) {
			die("%s, line %zu holds a NUL byte: it must be plain text, not UTF-16", path, lines.number);
		}
		if (parse_range(text, &range)) {
			add_range(ranges, &range);
		} else if (*text != '\0' && !is_ipv4(text)) {
			die("%s, line %zu is no address or prefix: %.60s", path, lines.number, text);
		}
	}
	fclose(lines.in);
}

static int compare_ranges(const void *a, const void *b)
{
	return memcmp(((const struct range *)a)->first, ((const struct range *)b)->first, ADDRESS_BYTES);
}

void settle(struct ranges *ranges)
{
	size_t kept = 0;
	if (ranges->count == 0) {
		return;
	}
	qsort(ranges->at, ranges->count, sizeof *ranges->at, compare_ranges);
	for (size_t i = 1; i < ranges->count; i++) {
		struct range *last = &ranges->at[kept];
		if (memcmp(ranges->at[i].first, last->last, ADDRESS_BYTES) > 0) {
			ranges->at[++kept] = ranges->at[i];
		} else if (memcmp(ranges->at[i].last, last->last, ADDRESS_BYTES) > 0) {
			memcpy(last->last, ranges->at[i].last, ADDRESS_BYTES);
		}
	}
	ranges->count = kept + 1;
}

bool covers(const struct ranges *ranges, const uint8_t *address)
{
	size_t low = 0, high = ranges->count;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (memcmp(ranges->at[middle].first, address, ADDRESS_BYTES) <= 0) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low > 0 && memcmp(address, ranges->at[low - 1].last, ADDRESS_BYTES) <= 0;
}
