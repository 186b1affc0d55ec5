/* The settings among the probe arguments: a name, the function that reads its value, and what values it takes. */
#include "plan_settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hex.h"

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

size_t setting_named(const char *text)
{
	for (size_t i = 0; i < SETTING_COUNT; i++) {
		if (strncmp(text, SETTINGS[i].name, strlen(SETTINGS[i].name)) == 0) {
			return i;
		}
	}
	return SETTING_NONE;
}

/* What is given is not printed back: it may be a secret. */
bool setting_parse(const char *text, size_t setting, unsigned *seen, struct probe_plan *plan, char error[PLAN_ERROR_SIZE])
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
