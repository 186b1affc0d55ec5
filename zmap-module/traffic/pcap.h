#ifndef MPTCP_TRAFFIC_PCAP_H
#define MPTCP_TRAFFIC_PCAP_H

#include "capture.h"

/* Reads the file's header; false, and the reading is ended, where the first bytes are no such header or the file ends within. */
bool pcap_begin(struct capture *capture);

/* The next frame; false at the end: `state` says which. */
bool pcap_next(struct capture *capture, struct frame *frame);

#endif
