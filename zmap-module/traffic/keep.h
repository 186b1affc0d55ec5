/* Writes frames as they were into a pcapng file, one interface to each link type. */
#ifndef MPTCP_TRAFFIC_KEEP_H
#define MPTCP_TRAFFIC_KEEP_H

#include <stdbool.h>
#include <stdio.h>

#include "frame.h"

#define KEEP_LINKS_MAX 64

struct keep {
	FILE *file;
	uint32_t links[KEEP_LINKS_MAX];
	size_t link_count;
	bool failed;
};

/* false where the file cannot be made, or is there already: `errno` says why. */
bool keep_open(struct keep *keep, const char *path);

void keep_frame(struct keep *keep, const struct frame *frame);

/* false when not everything could be written. */
bool keep_close(struct keep *keep);

#endif
