#include "plan.h"

#include <stdio.h>
#include <string.h>

#include "hex.h"
#include "plan_settings.h"

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
		if (setting != SETTING_NONE ? !setting_parse(argument, setting, &seen, plan, error)
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
