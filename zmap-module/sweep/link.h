/* The sockets of a sweep: raw ones that send whole IP packets by the kernel's routes, and one that is handed what may be an answer. */
#ifndef MPTCP_SWEEP_LINK_H
#define MPTCP_SWEEP_LINK_H

#include "sweep.h"

#define LINK_CAPTURE_MAX 512 /* headers, and the longest quote that RFC 4884 asks for with its extensions */

struct link {
	int send4, send6, receive;
	uint64_t received, dropped; /* packets handed over by the filter; those that the kernel had no room for */
};

/* One captured packet from its IP header on. */
struct captured {
	uint8_t bytes[LINK_CAPTURE_MAX];
	size_t length;
	uint64_t at_us;	  /* arrival, microseconds since 1970 */
	bool is_outgoing; /* sent by this machine */
	int interface;	  /* it came in by, and whose neighbour handed it over: the way back */
	uint8_t neighbour[8];
	uint8_t neighbour_bytes;
};

/* `interface` may be NULL: packets leave by the kernel's routes. NULL, or what could not be done (errno says why). */
const char *link_open(struct link *link, const char *interface);

/* The address that packets to the target leave from; false when no route leads there. */
bool link_source(const char *interface, struct target *target);

/* 0, or the errno of what could not be sent. */
int link_send(const struct link *link, const struct target *target, const uint8_t *packet, size_t length);

/* Hands a packet to the neighbour that `from` came from: past the host's own firewall, which may keep RSTs back. */
int link_send_back(const struct link *link, const struct captured *from, const uint8_t *packet, size_t length);

/* The next captured packet; false when there is none now. */
bool link_receive(struct link *link, struct captured *out);

/* Waits for a packet, at most this many milliseconds. */
void link_wait(const struct link *link, int milliseconds);

/* Adds what the kernel had no room for since the last call. */
void link_count_drops(struct link *link);

#endif
