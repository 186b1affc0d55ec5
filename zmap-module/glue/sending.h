/*
 * In front of the call by which zmap 2.1.1 hands over each frame: those to an address that has opted out stay here. zmap, which is
 * told that they went, counts them as sent; how many stayed is counted beside that.
 */
#ifndef MPTCP_SENDING_H
#define MPTCP_SENDING_H

#include <stdbool.h>
#include <stdint.h>

struct opted_out {
	uint64_t targets; /* to which no frame went */
	uint64_t frames;
};

/* Whether there is a table to look into. */
bool sending_is_watched(void);

/* What was kept back so far. */
struct opted_out sending_opted_out(void);

#endif
