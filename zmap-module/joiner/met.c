/* A chained hash table. */
#include "met.h"

#include <stdlib.h>
#include <string.h>

enum { SLOTS = 1 << 16 };

struct seen {
	struct seen *next;
	struct met one;
};
static struct seen *seen[SLOTS];

_Static_assert(sizeof(struct met) == 2 * sizeof(uint32_t) + 2 * sizeof(uint16_t) + 16, "padding would be compared");

/* FNV-1a. */
static struct seen **seen_slot(const struct met *one)
{
	const uint8_t *bytes = (const uint8_t *)one;
	uint32_t hash = 2166136261u;
	for (size_t i = 0; i < sizeof(*one); i++)
		hash = (hash ^ bytes[i]) * 16777619u;
	return &seen[(hash ^ hash >> 16) % SLOTS];
}

bool met_has(const struct met *one)
{
	const struct seen *at = *seen_slot(one);
	while (at != NULL && memcmp(&at->one, one, sizeof(*one)) != 0)
		at = at->next;
	return at != NULL;
}

bool met_add(const struct met *one)
{
	if (met_has(one))
		return false;
	struct seen *more = calloc(1, sizeof(*more));
	/* Who cannot remember does not ask. */
	if (more == NULL)
		abort();
	more->one = *one;
	more->next = *seen_slot(one);
	*seen_slot(one) = more;
	return true;
}

struct met met_address(const struct end *to)
{
	struct met one;
	memset(&one, 0, sizeof(one));
	one.family = to->family;
	memcpy(one.address, to->address, sizeof(one.address));
	return one;
}

struct met met_interrupted(const struct end *to)
{
	struct met one = met_address(to);
	one.id = 1;
	return one;
}
