/* One guard of a namespace sets and restores, the others lean on it. */
#ifndef GUARD_LOCK_H
#define GUARD_LOCK_H

#include "setting.h"

enum lock { LOCK_LEADS,
	    LOCK_FOLLOWS,
	    LOCK_REFUSED };

/* Says why when it is refused. */
enum lock lock_take(struct setting *settings);

/* Of a leader: the settings are made. false when nobody can be let in. */
bool lock_open(const struct setting *settings);

/* Until stdin ends. A follower whose leader dies becomes the leader. */
void lock_wait(struct setting *settings);

/* Until nobody leans on this one, in the background; true for the process that is to restore. */
bool lock_linger(void);

#endif
