#include "plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_SIZE 4096
#define NOT_UNDERSTOOD                                                                                        \
	"probe argument \"%s\" is not understood: known are the probes v1, v0, grease, join, canary, port2, " \
	"port2v0 and plain (up to %d, joined by +), and options=linux|windows|bare, ttl=N, ttl=FIRST-LAST, "  \
	"flags=HH, secret=32 hex digits, secret-file=PATH, attempt=N, list=PATH, walk=N, source=ADDRESS"

static const char *const KIND_NAMES[PROBE_KIND_COUNT] = {
    [PROBE_V1] = "v1",
    [PROBE_V0] = "v0",
    [PROBE_GREASE] = "grease",
    [PROBE_JOIN] = "join",
    [PROBE_CANARY] = "canary",
    [PROBE_PORT2] = "port2",
    [PROBE_PORT2_V0] = "port2v0",
    [PROBE_PLAIN] = "plain",
};

const char *probe_kind_name(enum probe_kind kind)
{
	return KIND_NAMES[kind];
}

static bool kind_parse(const char *name, enum probe_kind *kind)
{
	for (int i = 0; i < PROBE_KIND_COUNT; i++) {
		if (strcmp(name, KIND_NAMES[i]) == 0) {
			*kind = (enum probe_kind)i;
			return true;
		}
	}
	return false;
}

static int hex_digit(char digit)
{
	if (digit >= '0' && digit <= '9') {
		return digit - '0';
	}
	if (digit >= 'a' && digit <= 'f') {
		return digit - 'a' + 10;
	}
	return digit >= 'A' && digit <= 'F' ? digit - 'A' + 10 : -1;
}

static bool hex_parse(const char *hex, uint8_t *out, size_t bytes)
{
	if (strlen(hex) != bytes * 2) {
		return false;
	}
	for (size_t i = 0; i < bytes; i++) {
		int high = hex_digit(hex[2 * i]), low = hex_digit(hex[2 * i + 1]);
		if (high < 0 || low < 0) {
			return false;
		}
		out[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

bool secret_parse(const char *hex, uint8_t secret[SECRET_BYTES])
{
	return hex_parse(hex, secret, SECRET_BYTES);
}

/* Adds the kinds of "v0+v1" to the plan; false when a word is none, or when they are too many. */
static bool kinds_parse(char *text, struct probe_plan *plan)
{
	char *rest = text;
	while (rest != NULL) {
		char *name = rest;
		rest = strchr(name, '+');
		if (rest != NULL) {
			*rest++ = '\0';
		}
		if (plan->kind_count == PLAN_KINDS_MAX || !kind_parse(name, &plan->kinds[plan->kind_count])) {
			return false;
		}
		plan->kind_count++;
	}
	return true;
}

static bool options_parse(const char *value, struct probe_plan *plan)
{
	static const char *const NAMES[] = {
	    [OPTIONS_LINUX] = "linux", [OPTIONS_WINDOWS] = "windows", [OPTIONS_BARE] = "bare"};
	for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
		if (strcmp(value, NAMES[i]) == 0) {
			plan->options = (enum option_set)i;
			return true;
		}
	}
	return false;
}

static bool ttl_parse(const char *value, struct probe_plan *plan)
{
	char *end;
	if (value[0] < '0' || value[0] > '9') {
		return false;
	}
	unsigned long first = strtoul(value, &end, 10), last = first;
	if (*end == '-' && end[1] >= '0' && end[1] <= '9') {
		last = strtoul(end + 1, &end, 10);
	}
	if (*end != '\0' || first < 1 || last < first || last > 255) {
		return false;
	}
	plan->has_ttl = true;
	plan->ttl_first = (unsigned)first;
	plan->ttl_last = (unsigned)last;
	return true;
}

static bool flags_parse(const char *value, struct probe_plan *plan)
{
	plan->has_flags = hex_parse(value, &plan->flags, 1);
	return plan->has_flags;
}

static bool secret_arg_parse(const char *value, struct probe_plan *plan)
{
	plan->has_secret = secret_parse(value, plan->secret);
	return plan->has_secret;
}

static bool copy_parse(const char *value, char *out, size_t room)
{
	if (value[0] == '\0' || strlen(value) >= room) {
		return false;
	}
	strcpy(out, value);
	return true;
}

static bool secret_file_parse(const char *value, struct probe_plan *plan)
{
	return copy_parse(value, plan->secret_file, PLAN_PATH_SIZE);
}

static bool list_parse(const char *value, struct probe_plan *plan)
{
	return copy_parse(value, plan->list, PLAN_PATH_SIZE);
}

/* The list is never as long as ten digits say. */
static bool walk_parse(const char *value, struct probe_plan *plan)
{
	size_t digits = strspn(value, "0123456789");
	if (digits == 0 || digits > 9 || value[digits] != '\0') {
		return false;
	}
	plan->walk = strtoul(value, NULL, 10);
	return plan->walk > 0;
}

static bool attempt_parse(const char *value, struct probe_plan *plan)
{
	if (value[0] < '1' || value[0] > '0' + PLAN_ATTEMPTS_MAX || value[1] != '\0') {
		return false;
	}
	plan->earlier = (unsigned)(value[0] - '1');
	return true;
}

static bool source_parse(const char *value, struct probe_plan *plan)
{
	return copy_parse(value, plan->source, PLAN_ADDRESS_SIZE);
}

static const struct {
	const char *name;
	bool (*parse)(const char *value, struct probe_plan *plan);
	const char *takes;
} SETTINGS[] = {
    {"options=", options_parse, "linux, windows or bare"},
    {"ttl=", ttl_parse, "one TTL or FIRST-LAST, from 1 to 255"},
    {"flags=", flags_parse, "two hex digits"},
    {"secret=", secret_arg_parse, "32 hex digits"},
    {"secret-file=", secret_file_parse, "a path"},
    {"attempt=", attempt_parse, "a number from 1 to 9"},
    {"list=", list_parse, "a path"},
    {"walk=", walk_parse, "a number of targets"},
    {"source=", source_parse, "an IPv6 address"},
};
#define SETTING_COUNT (sizeof SETTINGS / sizeof SETTINGS[0])

/* The place of a setting in the table; SETTING_COUNT for a text that is none. */
static size_t setting_named(const char *text)
{
	for (size_t i = 0; i < SETTING_COUNT; i++) {
		if (strncmp(text, SETTINGS[i].name, strlen(SETTINGS[i].name)) == 0) {
			return i;
		}
	}
	return SETTING_COUNT;
}

/* What is given is not printed back: it may be a secret. */
static bool setting_parse(const char *text, size_t setting, unsigned *seen, struct probe_plan *plan, char *error)
{
	const char *name = SETTINGS[setting].name;
	if (*seen >> setting & 1) {
		snprintf(error, PLAN_ERROR_SIZE, "%s is given twice", name);
		return false;
	}
	*seen |= 1u << setting;
	if (!SETTINGS[setting].parse(text + strlen(name), plan)) {
		snprintf(error, PLAN_ERROR_SIZE, "%s takes %s", name, SETTINGS[setting].takes);
		return false;
	}
	return true;
}

static void join_kinds(const struct probe_plan *plan, char *out, size_t room)
{
	size_t used = 0;
	for (unsigned i = 0; i < plan->kind_count; i++) {
		int wrote = snprintf(out + used, room - used, "%s%s", i > 0 ? "+" : "", KIND_NAMES[plan->kinds[i]]);
		used += (size_t)wrote;
	}
}

/* Of a word with = only the name is printed back: it may be a secret under a name that is misspelt. */
static bool probes_parse(char *text, struct probe_plan *plan, char *error)
{
	bool again = plan->kind_count > 0;
	char shown[64], joined[PLAN_KINDS_MAX * 8];
	const char *end = strchr(text, '=');
	snprintf(shown, sizeof shown, "%.*s", end != NULL ? (int)(end - text) + 1 : 63, text);
	if (!kinds_parse(text, plan)) {
		snprintf(error, PLAN_ERROR_SIZE, NOT_UNDERSTOOD, shown, PLAN_KINDS_MAX);
		return false;
	}
	if (again) {
		join_kinds(plan, joined, sizeof joined);
		snprintf(error, PLAN_ERROR_SIZE, "probes are joined by +, not by commas: %s", joined);
	}
	return !again;
}

bool plan_parse(const char *text, struct probe_plan *plan, char error[PLAN_ERROR_SIZE])
{
	char copy[TEXT_SIZE];
	unsigned seen = 0;
	*plan = (struct probe_plan){.ttl_first = PLAN_TTL_DEFAULT, .ttl_last = PLAN_TTL_DEFAULT};
	if (text != NULL && strlen(text) >= sizeof copy) {
		snprintf(error, PLAN_ERROR_SIZE, "the probe arguments are longer than %d bytes", TEXT_SIZE - 1);
		return false;
	}
	strcpy(copy, text == NULL ? "" : text);
	char *rest = copy[0] == '\0' ? NULL : copy;
	while (rest != NULL) {
		char *argument = rest;
		rest = strchr(argument, ',');
		if (rest != NULL) {
			*rest++ = '\0';
		}
		size_t setting = setting_named(argument);
		if (setting < SETTING_COUNT ? !setting_parse(argument, setting, &seen, plan, error)
					    : !probes_parse(argument, plan, error)) {
			return false;
		}
	}
	if (plan->has_secret && plan->secret_file[0] != '\0') {
		snprintf(error, PLAN_ERROR_SIZE, "secret= and secret-file= are two secrets: give one of them");
		return false;
	}
	if (plan->kind_count == 0) {
		plan->kinds[plan->kind_count++] = PROBE_V1;
	}
	return true;
}
