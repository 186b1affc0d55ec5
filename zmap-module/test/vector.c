#include "vector.h"

#include <string.h>

#include "check.h"

static enum probe_kind kind_named(const char *name)
{
	for (int i = 0; i < PROBE_KIND_COUNT; i++) {
		if (strcmp(name, probe_kind_name((enum probe_kind)i)) == 0) {
			return (enum probe_kind)i;
		}
	}
	check(false, "no probe is called %s", name);
	return PROBE_PLAIN;
}

static int hex_byte(const char *hex)
{
	uint8_t byte;
	return hex != NULL && from_hex(hex, &byte, 1) == 1 ? byte : -1;
}

void vector_sent(const struct json *vector, struct probe *sent)
{
	const struct json *from = json_get(vector, "sent");
	const char *key = json_text(from, "key"), *option = json_text(from, "option"), *canary = json_text(from, "canary");
	*sent = (struct probe){.kind = kind_named(json_text(from, "probe"))};
	sent->version = (int)json_number(from, "version");
	sent->flags = hex_byte(json_text(from, "flags"));
	sent->has_key = key != NULL && from_hex(key, sent->key, sizeof sent->key) == sizeof sent->key;
	sent->option_bytes = option != NULL ? from_hex(option, sent->option, sizeof sent->option) : 0;
	sent->has_canary = canary != NULL && from_hex(canary, sent->canary, sizeof sent->canary) == sizeof sent->canary;
}

static void join_faults(uint32_t faults, char *out, size_t room)
{
	out[0] = '\0';
	for (int i = 0; i < FAULT_COUNT; i++) {
		if (faults >> i & 1) {
			strncat(out, out[0] != '\0' ? "," : "", room - strlen(out) - 1);
			strncat(out, fault_name((enum fault)i), room - strlen(out) - 1);
		}
	}
}

void vector_check(const struct json *vector, const struct mptcp_evidence *got)
{
	const struct json *expect = json_get(vector, "expect");
	const char *name = json_text(vector, "name"), *key = json_text(expect, "mptcp_key");
	const char *class = classification_name(got->classification);
	const char *got_key = got->read.has_key ? to_hex(got->read.key, MPTCP_KEY_BYTES) : "null";
	char faults[512];
	join_faults(got->faults, faults, sizeof faults);
	check(strcmp(class, json_text(expect, "classification")) == 0, "%s: classification %s", name, class);
	check(strcmp(faults, json_text(expect, "faults")) == 0, "%s: faults %s", name, faults);
	check(got->stated_length == json_number(expect, "mptcp_length"), "%s: length %d", name, got->stated_length);
	check(got->read.version == json_number(expect, "mptcp_version"), "%s: version %d", name, got->read.version);
	check(got->read.flags == hex_byte(json_text(expect, "mptcp_flags")), "%s: flags %02x", name,
	      (unsigned)got->read.flags);
	check(strcmp(got_key, key != NULL ? key : "null") == 0, "%s: key %s", name, got_key);
}
