/*
 * mptcp-hitlist: IPv6 addresses, one a line, become the list and the numbers that ipv6_mptcp_synscan walks.
 *
 *   mptcp-hitlist --list FILE --numbers FILE [--opt-out FILE]... [--declare-global PREFIX]... < addresses
 *
 * Always removed, since zmap's own blocklist cannot protect IPv6 targets: what an opt-out file names
 * (addresses or prefixes, # starts a comment, IPv4 addresses and prefixes are for zmap's -b), and every address
 * that is not globally reachable by IANA's special-purpose registry. --declare-global is for lab use. One line
 * of JSON on stdout counts what became of the lines; bad lines are shown on stderr. Exit code 1 when nothing is left,
 * 2 when a file or an argument cannot be read.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../hitlist.h"
#include "ranges.h"
#include "text_lines.h"

struct counts {
	size_t lines, empty, bad, duplicate, opted_out, special, kept;
};

/* RFC 6890 and IANA's registry of IPv6 special-purpose addresses: blocks that are not globally reachable, and all that
 * lies outside of global unicast. Among that is the prefix of NAT64, 64:ff9b::/96: an address there stands for an IPv4
 * one, whose owner has opted out in another file. orchestrator/address/forms.ts (neverAsked) has the same. */
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

static int compare_addresses(const void *a, const void *b)
{
	return memcmp(a, b, ADDRESS_BYTES);
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
