/* The TCP segment in a captured frame, through whatever link layer, tags, tunnels and extension headers. */
#ifndef MPTCP_TRAFFIC_SEGMENT_H
#define MPTCP_TRAFFIC_SEGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture.h"

#define TCP_FIN 0x01
#define TCP_SYN 0x02
#define TCP_RST 0x04
#define TCP_ACK 0x10

#define ADDRESS_BYTES 16

/* What a frame is to a reader of TCP; each is counted by its word (reading_name). */
enum reading {
	READ_TCP,
	READ_LINK_UNKNOWN, /* a link type that is not read */
	READ_NOT_IP,
	READ_NOT_TCP,
	READ_FRAGMENT,	/* a later fragment: what it holds is not known */
	READ_CUT,	/* the capture ends before ports, sequence numbers and flags */
	READ_MALFORMED, /* lengths that contradict each other */
	READING_COUNT,
};

struct end {
	uint8_t address[ADDRESS_BYTES]; /* IPv4 in the first four bytes, zeros behind them */
	uint16_t port;
};

struct segment {
	uint8_t family; /* 4 or 6 */
	struct end source, destination;
	uint8_t flags;
	uint32_t sequence, acknowledgement;
	uint32_t payload;	/* bytes, captured or not */
	const uint8_t *options; /* as far as captured */
	size_t options_bytes;
	bool options_cut; /* the header states more of them */
	bool fragmented;  /* a first fragment: there is more payload than `payload` */
};

enum reading segment_read(const struct frame *frame, struct segment *segment);

const char *reading_name(enum reading reading);

/* For segment.c: bytes and how many of them are captured. */
struct bytes {
	const uint8_t *at;
	size_t captured;
	size_t wire; /* at least `captured` */
};

#define ETHERTYPE_IPV4 0x0800
#define ETHERTYPE_IPV6 0x86dd
#define LINK_ETHERNET 1

/* Leaves `bytes` at the network layer; READ_TCP when `ethertype` says which one it is. */
enum reading link_read(uint32_t link, struct bytes *bytes, uint16_t *ethertype);

/* The same behind an IP header, of GRE and of the tunnels that UDP ports name (tunnel.c). READ_NOT_TCP for any other. */
enum reading gre_read(struct bytes *bytes, uint16_t *ethertype);
enum reading udp_read(struct bytes *bytes, uint16_t *ethertype);

#endif
