/*
 * Frames of a capture file, one after the other: pcap in every byte order and resolution
 * (draft-ietf-opsawg-pcap), pcapng with any number of sections and interfaces
 * (draft-ietf-opsawg-pcapng). What libpcap refuses (interfaces of several link types in one file)
 * and what it does not open (gzip) is read here, in one pass, from a pipe as from a file.
 */
#ifndef MPTCP_TRAFFIC_CAPTURE_H
#define MPTCP_TRAFFIC_CAPTURE_H

#include "frame.h"
#include "source.h"

enum capture_state {
	CAPTURE_READING,
	CAPTURE_WHOLE,	    /* ends behind a packet */
	CAPTURE_CUT,	    /* ends within one: everything before it was read */
	CAPTURE_DAMAGED,    /* what follows the last packet is none */
	CAPTURE_EMPTY,	    /* not one byte */
	CAPTURE_NO_CAPTURE, /* neither pcap nor pcapng */
	CAPTURE_UNREADABLE, /* the file, not what is in it */
};

enum capture_format { FORMAT_UNKNOWN,
		      FORMAT_PCAP,
		      FORMAT_PCAPNG };

struct capture_interface;

struct capture {
	struct source source;
	uint8_t *window;
	size_t at, filled;
	uint64_t read; /* bytes in front of the window, unpacked */
	enum capture_format format;
	bool swapped;			      /* numbers are little-endian */
	size_t record_bytes;		      /* of a record's header in pcap */
	struct capture_interface *interfaces; /* of the current section */
	size_t interface_count;
	enum capture_state state;
	uint64_t packets, skipped; /* frames handed over; blocks that hold a packet that is not readable */
	uint64_t timeless;	   /* of the frames, those that bear no time */
};

/* Takes over the descriptor. false when there is no memory; capture_close must follow all the same. */
bool capture_open(struct capture *capture, int fd);

/* The next frame; false at the end: `state` says which. */
bool capture_next(struct capture *capture, struct frame *frame);

/* Bytes in front of what is read next, as they are unpacked. */
uint64_t capture_offset(const struct capture *capture);

void capture_close(struct capture *capture);

#endif
