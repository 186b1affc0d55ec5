#ifndef MPTCP_TRAFFIC_PCAP_H
#define MPTCP_TRAFFIC_PCAP_H

#include "capture.h"

/* Whether there is a complete file header at this position. */
bool pcap_begins(struct capture *capture);

/* Reads the header at the place; false, and the reading is ended, where there is none or the file ends within. */
bool pcap_begin(struct capture *capture);

/* The next frame; false at the end: `state` says which. */
bool pcap_next(struct capture *capture, struct frame *frame);

#endif
