/* A run, its SYNs, what hosts and routers send back, and the fields made of it: what the tests of the pure parts share. */
#ifndef MPTCP_TEST_FRAMES_H
#define MPTCP_TEST_FRAMES_H

#include "../fields.h"

/* A scan with the secret 00 01 ... 0f and zmap's default source ports; arguments that do not fit are a failed check. */
struct scan scan_of(const char *arguments, unsigned streams);

/* From 240.0.0.2 to 198.18.0.LAST port 80, and from 2001:db8::2 to 2001:db8:1::LAST port 443. */
struct flow flow_v4(uint8_t last);
struct flow flow_v6(uint8_t last);

/* Gives the scan a list: flow_v6(0) to flow_v6(255), whose n-th target is flow_v6(n)'s. */
void use_list(struct scan *scan);

/* The SYN of one probe as a frame (FRAME_MAX); returns its length. */
size_t build_syn(const struct scan *scan, const struct flow *flow, unsigned number, uint32_t index, uint32_t clock,
		 struct probe *probe, uint8_t *frame);

/* The IP packet of a host that answers such a frame: SYN/ACK or RST, with the options given; returns its length. */
size_t build_answer(const uint8_t *frame, uint8_t flags, const uint8_t *options, size_t bytes, uint8_t *ip);

/* The IP packet of a router's ICMP error that quotes the first `quoted` bytes of the frame's IP packet. */
size_t build_error(const uint8_t *frame, size_t quoted, uint8_t type, const uint8_t *hop, uint8_t *ip);

/* A rendered field; a name that does not exist is a failed check. */
const struct field_value *field_named(const struct field_value *values, const char *name);

/* Whether a field holds this text; NULL asks for a null. */
bool text_is(const struct field_value *values, const char *name, const char *expected);

#endif
