/* Connections of ours, by token. */
#ifndef JOINER_OWNERS_H
#define JOINER_OWNERS_H

#include "end.h"

struct owner {
	struct owner *next;
	uint32_t token;
	struct end local, remote;
	bool denies; /* the server wants no joins to the address and port that we came to (the C flag) */
	int asked, heard;
};

/* Nothing without memory: what such a connection hears of is asked by nobody. */
void owners_add(uint32_t token, const struct end *local, const struct end *remote, bool denies);

/* NULL for a token that is none of ours. */
struct owner *owners_find(uint32_t token);
void owners_remove(uint32_t token);

#endif
