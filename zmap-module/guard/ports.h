/* Local ports of ours: SLOTS runs at once may measure in one namespace. */
#ifndef GUARD_PORTS_H
#define GUARD_PORTS_H

#include <stdbool.h>

#define PORTS_FIRST 61001
#define PORTS_PER_SLOT 512
#define JOINS_PER_SLOT 128 /* the last of them, where there are joins */
#define SLOTS 8
#define PORTS_LAST (PORTS_FIRST + SLOTS * PORTS_PER_SLOT - 1)

/* Takes a slot until it is released; its first port, or 0 when all are taken. */
int ports_take(void);
void ports_release(void);

/* Whether ports of ours are among those that the kernel gives to anybody; true where the range cannot be read. */
bool ports_overlap(const char *range, const char *reserved);

#endif
