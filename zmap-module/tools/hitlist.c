/*
 * mptcp-hitlist: IPv6 addresses, one a line, become the list and the numbers that ipv6_mptcp_synscan walks.
 *
 *   mptcp-hitlist --list FILE --numbers FILE [--opt-out FILE]... [--declare-global PREFIX]... < addresses
 *
 * Always taken out, since zmap's own blocklist cannot protect IPv6 targets: what an opt-out file names
 * (addresses or prefixes, # starts a comment, IPv4 addresses and prefixes are for zmap's -b), and every address
 * that is not globally reachable by IANA's special-purpose registry. --declare-global is for laboratories. One line
 * of JSON on stdout says what became of every line; bad lines are shown on stderr. Exit code 1 when nothing is left,
 * 2 when a file or an argument cannot be read.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
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

/* RFC 6890 and IANA's registry of IPv6 special-purpose addresses: blocks that are not globally reachable, and all that
 * lies outside of global unicast. Among that is the prefix of NAT64, 64:ff9b::/96: an address there stands for an IPv4
 * one, whose owner has opted out in another file. */
static const char *const SPECIAL[] = {
    "::/3",
    "4000::/2",
    "8000::/1",
    "2001::/23",
    "2001:db8::/32",
    "2002::/16",
    "3fff::/20",
};

/* What the registry calls globally reachable within 2001::/23; orchestrator/address/scope.ts has the same. */
static const char *const REACHABLE[] = {
    "2001:1::1/128",
    "2001:1::2/128",
    "2001:1::3/128",
    "2001:3::/32",
    "2001:4:112::/48",
    "2001:20::/28",
    "2001:30::/28",
};

static _Noreturn void die(const char *format, ...) __attribute__((format(printf, 1, 2)));

static _Noreturn void die(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	fputs("mptcp-hitlist: ", stderr);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
	va_end(arguments);
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

/* A text file line by line. */
struct lines {
	FILE *in;
	const char *path;
	char *line;
	size_t room, number;
};

/* The next line without comment and blanks; NULL at the end of the file. A NUL byte would hide what follows it, and all
 * of a file in UTF-16: `is_text` says whether there is none. */
static char *next_line(struct lines *from, bool *is_text)
{
	ssize_t bytes = getline(&from->line, &from->room, from->in);
	if (bytes < 0) {
		if (!feof(from->in)) {
			die("cannot read %s: %s", from->path, strerror(errno));
		}
		free(from->line);
		return NULL;
	}
	from->number++;
	*is_text = strlen(from->line) == (size_t)bytes;
	return trim(from->line);
}

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

static void add_text(struct ranges *ranges, const char *text)
{
	struct range range;
	if (!parse_range(text, &range)) {
		die("\"%s\" is no IPv6 address or prefix", text);
	}
	add_range(ranges, &range);
}

/* An opt-out that cannot be read must stop everything: nobody may be probed for a typing error. */
static void add_file(struct ranges *ranges, const char *path)
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

static void grow(uint8_t **addresses, size_t count, size_t *space)
{
	if (count < *space) {
		return;
	}
	*space = *space == 0 ? 4096 : *space * 2;
	*addresses = realloc(*addresses, *space * ADDRESS_BYTES);
	if (*addresses == NULL) {
		die("out of memory");
	}
}

static uint8_t *read_addresses(struct counts *counts, size_t *count)
{
	struct lines lines = {.in = stdin, .path = "the list"};
	uint8_t *addresses = NULL;
	size_t space = 0;
	char *text;
	bool is_text;
	while ((text = next_line(&lines, &is_text)) != NULL) {
		counts->lines++;
		grow(&addresses, *count, &space);
		if (!is_text) {
			counts->bad++;
			fprintf(stderr, "mptcp-hitlist: line %zu holds a NUL byte: the list must be plain text, not UTF-16\n",
				lines.number);
		} else if (*text == '\0') {
			counts->empty++;
		} else if (inet_pton(AF_INET6, text, addresses + *count * ADDRESS_BYTES) == 1) {
			(*count)++;
		} else {
			counts->bad++;
			fprintf(stderr, "mptcp-hitlist: line %zu is no IPv6 address: %.60s\n", lines.number, text);
		}
	}
	return addresses;
}

/* Moves the addresses that stay to the front of the sorted ones; counts the others by reason. */
static void sift(uint8_t *addresses, size_t count, const struct ranges *opt_out, const struct ranges *special,
		 const struct ranges *reachable, struct counts *counts)
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
		} else if (covers(special, last) && !covers(reachable, last)) {
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
		die("cannot write %s: %s", path, strerror(errno));
	}
	return out;
}

static void write_list(const char *path, const uint8_t *addresses, size_t count)
{
	FILE *out = open_output(path);
	size_t wrote = fwrite(addresses, ADDRESS_BYTES, count, out);
	if (fclose(out) != 0 || wrote != count) {
		die("cannot write %s: %s", path, strerror(errno));
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
		die("cannot write %s: %s", path, strerror(errno));
	}
}

struct arguments {
	const char *list, *numbers;
	struct ranges opt_out, reachable;
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
			add_text(&out->reachable, words[i + 1]);
		} else {
			die("unknown argument %s", words[i]);
		}
	}
	if (out->list == NULL || out->numbers == NULL || count % 2 == 0) {
		die("usage: mptcp-hitlist --list FILE --numbers FILE [--opt-out FILE]... [--declare-global PREFIX]... "
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
	for (size_t i = 0; i < sizeof REACHABLE / sizeof REACHABLE[0]; i++) {
		add_text(&arguments.reachable, REACHABLE[i]);
	}
	settle(&special);
	settle(&arguments.opt_out);
	settle(&arguments.reachable);
	uint8_t *addresses = read_addresses(&counts, &count);
	if (count > 0) {
		qsort(addresses, count, ADDRESS_BYTES, compare_addresses);
	}
	sift(addresses, count, &arguments.opt_out, &special, &arguments.reachable, &counts);
	if (counts.kept > HITLIST_MAX) {
		die("more addresses than 240.0.0.0/4 can represent");
	}
	write_list(arguments.list, addresses, counts.kept);
	write_numbers(arguments.numbers, counts.kept);
	printf("{\"lines\":%zu,\"empty\":%zu,\"bad\":%zu,\"duplicate\":%zu,\"opted_out\":%zu,\"special\":%zu,\"kept\":%zu}\n",
	       counts.lines, counts.empty, counts.bad, counts.duplicate, counts.opted_out, counts.special, counts.kept);
	free(addresses);
	free(special.at);
	free(arguments.opt_out.at);
	free(arguments.reachable.at);
	return counts.kept > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
