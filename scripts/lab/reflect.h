#ifndef LAB_REFLECT_H
#define LAB_REFLECT_H

#include "packet.h"

/* How much longer reflect() may make a packet. */
enum { REFLECT_ROOM = 40 };

/* How a box turns the SYN into its answer. */
enum reflection {
	REFLECT_NOT,
	REFLECT_KNOWN,	/* options that it knows get values of its own (LVS as published by Alibaba) */
	REFLECT_ZERO,	/* timestamps and window scale become NOPs, and the window is 0 (DPVS without window advertising) */
	REFLECT_WINDOW, /* as REFLECT_KNOWN, with a window of its own */
	REFLECT_WHOLE,	/* every option comes back as it was sent, our clock too, in a packet with an identification and window of its own */
};

/*
 * Turns a SYN into its SYN/ACK in place, as the SYN proxies of two public load balancers do: addresses, ports, flags, sequence numbers,
 * TTL and TOS are new, MSS, window scale and timestamps get values of the proxy's own. IP ID, DF, window, the order of the options and
 * every option that the proxy does not know stay as the client sent them. The MPTCP option, which is one of the unknown, becomes `option`
 * where it stood. Returns the new length of the packet.
 */
size_t reflect(enum reflection how, uint8_t *packet, const struct tcp_packet *view, uint32_t sequence, uint32_t clock,
	       const uint8_t *option, size_t length);

#endif
