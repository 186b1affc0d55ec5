/*
 * Who ends the connections that SYN/ACKs leave half open. The kernel, which knows of none, answers each with a RST; where a firewall keeps
 * that back, ours goes. So a SYN/ACK waits here until the kernel's RST was seen, or until it should have been.
 */
#ifndef MPTCP_SWEEP_RESETS_H
#define MPTCP_SWEEP_RESETS_H

#include "link.h"

#define RESETS_ROOM 4096
#define RESET_AFTER_US 30000

struct half_open {
	uint32_t target, acknowledged;
	struct captured from; /* its first bytes are not needed: who handed it over is */
	bool is_done;
};

struct resets {
	struct half_open waiting[RESETS_ROOM];
	size_t first, count;
	uint64_t by_kernel, ours;
};

/* Notes a SYN/ACK; a full house is emptied at once. */
void resets_add(struct resets *resets, const struct sweep *sweep, const struct link *link, uint32_t target, uint32_t acknowledged, const struct captured *from);

/* Notes a RST that this machine sent: its source port and sequence number name the SYN/ACK. */
void resets_seen(struct resets *resets, const struct sweep *sweep, const struct captured *sent);

/* Sends ours for what has waited long enough at `now_us`. */
void resets_due(struct resets *resets, const struct sweep *sweep, const struct link *link, uint64_t now_us);

#endif
