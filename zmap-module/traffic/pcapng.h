#ifndef MPTCP_TRAFFIC_PCAPNG_H
#define MPTCP_TRAFFIC_PCAPNG_H

#include "capture.h"

#define PCAPNG_SECTION 0x0a0d0d0au /* the first bytes, in either byte order */

/* Whether a section begins at the place. */
bool pcapng_begins(struct capture *capture);

/* Reads one block: true when it was a packet; false behind any other, and at the end, as `state` says. A packet without a time keeps the one that
 * `frame` has. */
bool pcapng_next(struct capture *capture, struct frame *frame);

#endif
