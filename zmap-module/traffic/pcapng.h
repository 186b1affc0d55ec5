#ifndef MPTCP_TRAFFIC_PCAPNG_H
#define MPTCP_TRAFFIC_PCAPNG_H

#include "capture.h"

#define PCAPNG_SECTION 0x0a0d0d0au /* the first bytes, in either byte order */

/* Whether a section begins at the place. */
bool pcapng_begins(struct capture *capture);

/* The next frame; false at the end, as `state` says, and where a pcap file begins. A packet without a time keeps the one that `frame` has. */
bool pcapng_next(struct capture *capture, struct frame *frame);

#endif
