/*
 * mptcp-hitlist: IPv6 addresses, one a line, become the list and the numbers that ipv6_mptcp_synscan walks.
 *
 *   mptcp-hitlist --list FILE --numbers FILE [--opt-out FILE]... [--declare-global PREFIX]... < addresses
 *
 * Always taken out, since zmap's own blocklist cannot protect IPv6 targets: what an opt-out file names
 * (addresses or prefixes, # starts a comment, IPv4 lines are for zmap's -b), and every address that is not
 * global unicast by IANA's special-purpose registry. --declare-global is for laboratories. One line of JSON
 * on stdout says what became of every line; bad lines are shown on stderr. Exit code 1 when nothing is left.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../hitlist.h"

#define ADDRESS_BYTES 16
#define RANGES_MAX 1000000

struct range {
	uint8_t first[ADDRESS_BYTES], last[ADDRESS_BYTES];
};

struct ranges {
	struct range *at;
	size_t count, room;
};

struct counts {
	size_t lines, empty, bad, duplicate, opted_out, special, kept;
};

/* RFC 6890 and IANA's registry of IPv6 special-purpose addresses: all that is not globally reachable
 * unicast, within 2000::/3 and without. */
static const char *const SPECIAL[] = {
    "::/3",
    "4000::/2",
    "8000::/1", /* outside of global unicast */
    "2001::/23",
    "2001:db8::/32",
    "2002::/16",
    "3fff::/20",
};

static void die(const char *what, const char *which)
{
	fprintf(stderr, "mptcp-hitlist: %s %s\n", what, which);
	exit(2);
}

static char *trim(char *line)
{
	char *comment = strchr(line, '#');
	if (comment != NULL) {
		*comment = '\0';
	}
	while (isspace((unsigned char)*line)) {
		line++;
	}
	char *end = line + strlen(line);
	while (end > line && isspace((unsigned char)end[-1])) {
		*--end = '\0';
	}
	return line;
}

/* An address or a prefix; false for anything else. Host bits of a prefix are let pass and cleared. */
static bool parse_range(const char *text, struct range *out)
{
	char copy[INET6_ADDRSTRLEN + 8];
	long bits = 128;
	if (strlen(text) >= sizeof copy) {
		return false;
	}
	strcpy(copy, text);
	char *slash = strchr(copy, '/'), *end;
	if (slash != NULL) {
		*slash = '\0';
		bits = strtol(slash + 1, &end, 10);
		if (!isdigit((unsigned char)slash[1]) || *end != '\0' || bits > 128) {
			return false;
		}
	}
	if (inet_pton(AF_INET6, copy, out->first) != 1) {
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
			die("too many prefixes", "");
		}
	}
	ranges->at[ranges->count++] = *range;
}

static void add_text(struct ranges *ranges, const char *text)
{
	struct range range;
	if (!parse_range(text, &range)) {
		die("no IPv6 address or prefix:", text);
	}
	add_range(ranges, &range);
}

/* An opt-out that cannot be read must stop everything: nobody may be probed for a typing error. */
static void add_file(struct ranges *ranges, const char *path)
{
	FILE *in = fopen(path, "r");
	char *line = NULL;
	size_t room = 0;
	struct in_addr ipv4;
	if (in == NULL) {
		die("cannot read", path);
	}
	while (getline(&line, &room, in) >= 0) {
		char *text = trim(line), *slash = strchr(text, '/');
		char head[INET_ADDRSTRLEN] = "";
		size_t length = slash != NULL ? (size_t)(slash - text) : strlen(text);
		if (length < sizeof head) {
			memcpy(head, text, length);
		}
		if (*text != '\0' && inet_pton(AF_INET, head, &ipv4) != 1) {
			add_text(ranges, text);
		}
	}
	free(line);
	fclose(in);
}

static int compare_ranges(const void *a, const void *b)
{
	return memcmp(((const struct range *)a)->first, ((const struct range *)b)->first, ADDRESS_BYTES);
}

static int compare_addresses(const void *a, const void *b)
{
	return memcmp(a, b, ADDRESS_BYTES);
}

/* Sorted, and overlapping ones joined, so that one binary search finds the only candidate. */
static void settle(struct ranges *ranges)
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

static bool covers(const struct ranges *ranges, const uint8_t *address)
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

static uint8_t *read_addresses(struct counts *counts, size_t *count)
{
	uint8_t *addresses = NULL;
	char *line = NULL;
	size_t room = 0, space = 0;
	while (getline(&line, &room, stdin) >= 0) {
		char *text = trim(line);
		counts->lines++;
		if (*count == space) {
			space = space == 0 ? 4096 : space * 2;
			addresses = realloc(addresses, space * ADDRESS_BYTES);
			if (addresses == NULL) {
				die("out of memory", "");
			}
		}
		if (*text == '\0') {
			counts->empty++;
		} else if (inet_pton(AF_INET6, text, addresses + *count * ADDRESS_BYTES) == 1) {
			(*count)++;
		} else {
			counts->bad++;
			fprintf(stderr, "mptcp-hitlist: line %zu is no IPv6 address: %.60s\n", counts->lines, text);
		}
	}
	free(line);
	return addresses;
}

/* Moves the addresses that stay to the front of the sorted ones; counts the others by reason. */
static void sift(uint8_t *addresses, size_t count, const struct ranges *opt_out, const struct ranges *special,
		 const struct ranges *declared, struct counts *counts)
{
	uint8_t last[ADDRESS_BYTES];
	for (size_t i = 0; i < count; i++) {
		const uint8_t *address = addresses + i * ADDRESS_BYTES;
		bool again = i > 0 && memcmp(last, address, ADDRESS_BYTES) == 0;
		memcpy(last, address, ADDRESS_BYTES);
		if (again) {
			counts->duplicate++;
		} else if (covers(opt_out, last)) {
			counts->opted_out++;
		} else if (covers(special, last) && !covers(declared, last)) {
			counts->special++;
		} else {
			memcpy(addresses + counts->kept++ * ADDRESS_BYTES, last, ADDRESS_BYTES);
		}
	}
}

static FILE *open_output(const char *path)
{
	FILE *out = fopen(path, "w");
	if (out == NULL) {
		die("cannot write", path);
	}
	return out;
}

static void write_list(const char *path, const uint8_t *addresses, size_t count)
{
	FILE *out = open_output(path);
	size_t wrote = fwrite(addresses, ADDRESS_BYTES, count, out);
	if (fclose(out) != 0 || wrote != count) {
		die("cannot write", path);
	}
}

/* The fewest prefixes that cover exactly `count` numbers from HITLIST_FIRST_NUMBER on. */
static void write_numbers(const char *path, size_t count)
{
	FILE *out = open_output(path);
	uint32_t at = HITLIST_FIRST_NUMBER;
	while (count > 0) {
		int bits = 4; /* 240.0.0.0/4 is as large as a prefix can be here */
		while (bits < 32 && (((size_t)1 << (32 - bits)) > count || (at & ((1u << (32 - bits)) - 1)) != 0)) {
			bits++;
		}
		size_t block = (size_t)1 << (32 - bits);
		fprintf(out, "%u.%u.%u.%u/%d\n", at >> 24, at >> 16 & 255, at >> 8 & 255, at & 255, bits);
		at += (uint32_t)block;
		count -= block;
	}
	if (fclose(out) != 0) {
		die("cannot write", path);
	}
}

struct arguments {
	const char *list, *numbers;
	struct ranges opt_out, declared;
};

static void read_arguments(int count, char **words, struct arguments *out)
{
	for (int i = 1; i + 1 < count; i += 2) {
		if (strcmp(words[i], "--list") == 0) {
			out->list = words[i + 1];
		} else if (strcmp(words[i], "--numbers") == 0) {
			out->numbers = words[i + 1];
		} else if (strcmp(words[i], "--opt-out") == 0) {
			add_file(&out->opt_out, words[i + 1]);
		} else if (strcmp(words[i], "--declare-global") == 0) {
			add_text(&out->declared, words[i + 1]);
		} else {
			die("unknown argument", words[i]);
		}
	}
	if (out->list == NULL || out->numbers == NULL || count % 2 == 0) {
		die("usage: mptcp-hitlist --list FILE --numbers FILE [--opt-out FILE]... [--declare-global PREFIX]...",
		    "< addresses");
	}
}

int main(int argc, char **argv)
{
	struct arguments arguments = {0};
	struct ranges special = {0};
	struct counts counts = {0};
	size_t count = 0;
	read_arguments(argc, argv, &arguments);
	for (size_t i = 0; i < sizeof SPECIAL / sizeof SPECIAL[0]; i++) {
		add_text(&special, SPECIAL[i]);
	}
	settle(&special);
	settle(&arguments.opt_out);
	settle(&arguments.declared);
	uint8_t *addresses = read_addresses(&counts, &count);
	if (count > 0) {
		qsort(addresses, count, ADDRESS_BYTES, compare_addresses);
	}
	sift(addresses, count, &arguments.opt_out, &special, &arguments.declared, &counts);
	if (counts.kept > HITLIST_MAX) {
		die("more addresses than 240.0.0.0/4 has numbers", "");
	}
	write_list(arguments.list, addresses, counts.kept);
	write_numbers(arguments.numbers, counts.kept);
	printf("{\"lines\":%zu,\"empty\":%zu,\"bad\":%zu,\"duplicate\":%zu,\"opted_out\":%zu,\"special\":%zu,\"kept\":%zu}\n",
	       counts.lines, counts.empty, counts.bad, counts.duplicate, counts.opted_out, counts.special, counts.kept);
	free(addresses);
	free(special.at);
	free(arguments.opt_out.at);
	free(arguments.declared.at);
	return counts.kept > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
