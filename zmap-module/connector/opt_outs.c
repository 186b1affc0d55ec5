/* Who opted out while this runs, as prefixes: few, so that a list will do. */
#define _GNU_SOURCE
#include "opt_outs.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

struct prefix {
	uint16_t family, length;
	uint8_t address[16];
};

static struct prefix *all;
static size_t count, room;

/* Up to three digits, and nothing else: a length that is misread would leave out fewer than are meant. */
static bool parse_length(const char *text, unsigned most, uint16_t *out)
{
	size_t digits = strspn(text, "0123456789");
	if (digits == 0 || digits > 3 || text[digits] != '\0')
		return false;
	*out = (uint16_t)atoi(text);
	return *out <= most;
}

static bool parse(const char *text, struct prefix *out)
{
	char address[INET6_ADDRSTRLEN];
	size_t length = strcspn(text, "/");
	if (length >= sizeof(address))
		return false;
	memcpy(address, text, length);
	address[length] = '\0';
	memset(out, 0, sizeof(*out));
	out->family = strchr(address, ':') == NULL ? AF_INET : AF_INET6;
	out->length = out->family == AF_INET ? 32 : 128;
	if (inet_pton(out->family, address, out->address) != 1)
		return false;
	return text[length] == '\0' || parse_length(text + length + 1, out->length, &out->length);
}

bool opt_outs_add(const char *prefix)
{
	if (count == room) {
		size_t more = room == 0 ? 64 : 2 * room;
		struct prefix *larger = realloc(all, more * sizeof(*all));
		if (larger == NULL)
			return false;
		all = larger;
		room = more;
	}
	if (!parse(prefix, &all[count]))
		return false;
	count++;
	return true;
}

static bool covers(const struct prefix *prefix, const struct endpoint *one)
{
	size_t whole = prefix->length / 8;
	uint8_t mask = (uint8_t)(0xff00 >> prefix->length % 8);
	if (prefix->family != one->family || memcmp(prefix->address, one->address, whole) != 0)
		return false;
	return mask == 0 || ((prefix->address[whole] ^ one->address[whole]) & mask) == 0;
}

bool opt_outs_have(const struct endpoint *one)
{
	for (size_t i = 0; i < count; i++)
		if (covers(&all[i], one))
			return true;
	return false;
}
