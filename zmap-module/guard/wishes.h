/* What the caller of `hold` asks beyond what every measurement needs. */
#ifndef GUARD_WISHES_H
#define GUARD_WISHES_H

#include <stdbool.h>

struct wish_held {
	bool bare_syns;	      /* our SYNs leave without TCP timestamps */
	const char *checksum; /* net.mptcp.checksum_enabled; NULL: as it is */
	bool joins;	      /* a program of ours is the path manager, and sends no MP_JOIN SYN twice */
};
extern struct wish_held wish_held;

#endif
