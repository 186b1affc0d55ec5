#define _GNU_SOURCE
#include "arguments.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "link.h"

#define VERSION "1"
#define USAGE                                                                                                                                    \
	"usage: mptcp-sweep --secret-file FILE --rate N [--ttl FIRST-LAST] [--passes N | --rounds N] [--each N] [--wait MS] [--interface NAME] " \
	"[--opt-outs FILE] [--counts FILE] < lines of ADDRESS PORT PROBE"
#define TARGETS_MAX 1000000

_Noreturn void sweep_die(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	fputs("mptcp-sweep: ", stderr);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
	va_end(arguments);
	exit(2);
}

/* A whole number within bounds, up to `end`. */
static unsigned long number(const char *name, const char *text, unsigned long least, unsigned long most, char stop, const char **rest)
{
	char *end;
	errno = 0;
	unsigned long value = strtoul(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end != stop || errno != 0 || value < least || value > most) {
		sweep_die("%s %s: expected a number from %lu to %lu", name, text, least, most);
	}
	if (rest != NULL) {
		*rest = end + 1;
	}
	return value;
}

static void read_ttls(const char *text, struct arguments *out)
{
	const char *last;
	if (strchr(text, '-') == NULL) {
		sweep_die("--ttl %s: expected FIRST-LAST, such as 1-24", text);
	}
	out->ttl_first = (unsigned)number("--ttl", text, 1, SWEEP_TTL_MAX, '-', &last);
	out->ttl_last = (unsigned)number("--ttl", last, out->ttl_first, SWEEP_TTL_MAX, '\0', NULL);
}

static void read_secret(const char *path, uint8_t secret[SECRET_BYTES])
{
	char text[2 * SECRET_BYTES + 1] = "";
	FILE *in = fopen(path, "r");
	if (in == NULL) {
		sweep_die("cannot read %s: %s", path, strerror(errno));
	}
	size_t got = fread(text, 1, 2 * SECRET_BYTES, in);
	fclose(in);
	if (got != 2 * SECRET_BYTES || !secret_parse(text, secret)) {
		sweep_die("%s does not hold %d bytes as hex", path, SECRET_BYTES);
	}
}

static void take(const char *name, const char *value, struct arguments *out)
{
	if (strcmp(name, "--ttl") == 0) {
		read_ttls(value, out);
	} else if (strcmp(name, "--passes") == 0 || strcmp(name, "--rounds") == 0) {
		out->passes = (unsigned)number(name, value, 1, SWEEP_PASSES_MAX / 2, '\0', NULL);
		out->is_rounds = strcmp(name, "--rounds") == 0;
	} else if (strcmp(name, "--rate") == 0) {
		out->rate = number(name, value, 1, 1000000, '\0', NULL);
	} else if (strcmp(name, "--each") == 0) {
		out->each = number(name, value, 1, 1000000, '\0', NULL);
	} else if (strcmp(name, "--wait") == 0) {
		out->wait_ms = number(name, value, 0, 60000, '\0', NULL);
	} else if (strcmp(name, "--interface") == 0) {
		out->interface = value;
	} else if (strcmp(name, "--opt-outs") == 0) {
		out->opt_outs = value;
	} else if (strcmp(name, "--counts") == 0) {
		out->counts = value;
	} else if (strcmp(name, "--secret-file") == 0) {
		out->secret_file = value;
	} else {
		sweep_die("unknown argument %s; " USAGE, name);
	}
}

void arguments_read(int count, char **words, struct arguments *out)
{
	*out = (struct arguments){.ttl_first = 1, .ttl_last = 24, .passes = 2, .each = 20, .wait_ms = 3000};
	if (count == 2 && strcmp(words[1], "--version") == 0) {
		puts("mptcp-sweep " VERSION);
		exit(EXIT_SUCCESS);
	}
	for (int i = 1; i < count; i += 2) {
		if (i + 1 == count) {
			sweep_die("%s needs a value; " USAGE, words[i]);
		}
		take(words[i], words[i + 1], out);
	}
	if (out->rate == 0 || out->secret_file == NULL) {
		sweep_die(USAGE);
	}
	read_secret(out->secret_file, out->secret);
}

static bool parse_address(const char *text, struct target *target)
{
	bool is_v6 = strchr(text, ':') != NULL;
	target->family = is_v6 ? 6 : 4;
	return inet_pton(is_v6 ? AF_INET6 : AF_INET, text, target->address) == 1;
}

size_t targets_read(struct sweep *sweep, const char *interface)
{
	char *line = NULL, address[INET6_ADDRSTRLEN + 1], kind[16], rest;
	size_t room = 0, lines = 0, no_route = 0;
	unsigned port;
	while (getline(&line, &room, stdin) > 0) {
		struct target target = {0};
		lines++;
		bool is_line = sscanf(line, "%46s %5u %15s %c", address, &port, kind, &rest) == 3 && parse_address(address, &target) && sweep_kind_of(kind, &target.kind);
		if (!is_line || port > UINT16_MAX || (port == 0) != (target.kind == SWEEP_ECHO)) {
			sweep_die("line %zu is no \"ADDRESS PORT PROBE\": %.80s", lines, line);
		}
		target.port = (uint16_t)port;
		if (lines > TARGETS_MAX) {
			sweep_die("more than %d targets", TARGETS_MAX);
		}
		if (!link_source(interface, &target)) {
			no_route++;
		} else if (!sweep_add(sweep, &target)) {
			sweep_die("out of memory");
		}
	}
	free(line);
	return no_route;
}
