/* Who was asked, and what became of it: attempts by local port. */
#ifndef JOINER_ATTEMPTS_H
#define JOINER_ATTEMPTS_H

#include "attempt.h"
#include "owners.h"

/* What the kernel tells of a subflow. */
struct news {
	uint32_t token;
	uint8_t id;
	struct end local, remote;
	int error, reset_reason;
};

/* How many more can be begun. */
int attempts_room(void);

/* 0 when its SYN has left, or the errno of what was in the way. */
int attempts_begin(const struct announcement *to, const struct owner *owner, uint8_t local_id);

/* Both pass over news of subflows that are not ours. */
void attempts_made(const struct news *news);
void attempts_closed(const struct news *news);

void attempts_owner_gone(uint32_t token);

/* Ends what has waited too long, and what has opted out; whether any is left. */
bool attempts_end_due(int64_t now);
void attempts_stop(void);

#endif
