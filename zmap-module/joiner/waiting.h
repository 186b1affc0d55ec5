/* Announcements that wait for a turn, and what is decided of them. */
#ifndef JOINER_WAITING_H
#define JOINER_WAITING_H

#include "attempt.h"

/* Passes over one that was heard before, and one of a connection that is not ours. */
void waiting_add(const struct announcement *one);

/* Nothing of a connection that has ended is asked any more. */
void waiting_owner_gone(uint32_t token);

/* Decides what is due, and asks; false when nobody may be asked any more. */
bool waiting_turn(int64_t now);
bool waiting_any(void);

#endif
