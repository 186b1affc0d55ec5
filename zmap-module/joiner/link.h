/* Netlink to the kernel's path manager. */
#ifndef JOINER_LINK_H
#define JOINER_LINK_H

#include "attempt.h"

/* false when the kernel does not let us: errno says why. */
bool link_open(void);
int link_events(void);

/* Reads what there is, and tells owners, waiting and attempts of each. false when events were lost. */
bool link_hear(void);

/* 0, or why the kernel did not: then nothing was sent. */
int link_create(const struct attempt *one);
int link_destroy(const struct attempt *one);

#endif
