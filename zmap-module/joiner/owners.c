/* A chained hash table that grows with no server's wish. */
#include "owners.h"

#include <stdlib.h>

enum { SLOTS = 1 << 16 };

static struct owner *owners[SLOTS];

/* A token is a hash already. */
static struct owner **owner_slot(uint32_t token)
{
	return &owners[(token ^ token >> 16) % SLOTS];
}

void owners_add(uint32_t token, const struct end *local, const struct end *remote, bool denies)
{
	struct owner *one = owners_find(token);
	if (one == NULL) {
		one = calloc(1, sizeof(*one));
		if (one == NULL)
			return;
		one->next = *owner_slot(token);
		*owner_slot(token) = one;
	}
	one->token = token;
	one->local = *local;
	one->remote = *remote;
	one->denies = denies;
}

struct owner *owners_find(uint32_t token)
{
	struct owner *one = *owner_slot(token);
	while (one != NULL && one->token != token)
		one = one->next;
	return one;
}

void owners_remove(uint32_t token)
{
	struct owner **at = owner_slot(token);
	while (*at != NULL && (*at)->token != token)
		at = &(*at)->next;
	if (*at == NULL)
		return;
	struct owner *gone = *at;
	*at = gone->next;
	free(gone);
}
