/* add_addr_accepted and subflows of the kernel's path manager. */
#ifndef GUARD_LIMITS_H
#define GUARD_LIMITS_H

#include <stdint.h>

/* 0, or -1 with errno. */
int limits_get(uint32_t limits[2]);
int limits_set(const uint32_t limits[2]);

#endif
