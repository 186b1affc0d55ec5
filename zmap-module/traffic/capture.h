/*
 * Frames of a capture file, one after the other: pcap in every byte order and resolution
 * (draft-ietf-opsawg-pcap), pcapng with any number of sections and interfaces
 * (draft-ietf-opsawg-pcapng). What libpcap refuses (interfaces of several link types in one file)
 * and what it does not open (gzip) is read here, in one pass, from a pipe as from a file.
 */
#ifndef MPTCP_TRAFFIC_CAPTURE_H
#define MPTCP_TRAFFIC_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "source.h"

#define CAPTURE_WINDOW_BYTES (1024 * 1024)
#define CAPTURE_INTERFACES_MAX 1024
#define FRAME_US_MAX (((int64_t)1 << 53) - 1)

/* One frame. `data` is good until the next one is asked for. */
struct frame {
	int64_t at_us;
	uint32_t link; /* LINKTYPE_ value */
	const uint8_t *data;
	uint32_t captured, wire;
};

enum capture_state {
	CAPTURE_READING,
	CAPTURE_WHOLE,	    /* ends behind a packet */
	CAPTURE_CUT,	    /* ends within one: everything before it was read */
	CAPTURE_DAMAGED,    /* what follows the last packet is none */
	CAPTURE_EMPTY,	    /* not one byte */
	CAPTURE_NO_CAPTURE, /* neither pcap nor pcapng */
	CAPTURE_UNREADABLE, /* the file, not what is in it */
};

struct capture_interface {
	uint32_t link, snap_length;
	uint64_t units_per_second;
	int64_t offset_us;
};

enum capture_format { FORMAT_UNKNOWN,
		      FORMAT_PCAP,
		      FORMAT_PCAPNG };

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

/* Takes over the descriptor. false when there is no memory. */
bool capture_open(struct capture *capture, int fd);

/* The next frame; false at the end: `state` says which. */
bool capture_next(struct capture *capture, struct frame *frame);

/* Bytes in front of what is read next, as they are unpacked. */
uint64_t capture_offset(const struct capture *capture);

void capture_close(struct capture *capture);

/* For pcapng.c: at least `bytes` in the window from `at` on; false where the file ends before, and where they never fit. */
bool capture_want(struct capture *capture, size_t bytes);

/* For pcapng.c: leaves out bytes that may be more than the window; false where the file ends before. */
bool capture_skip(struct capture *capture, uint64_t bytes);

/* Numbers in the file's byte order. */
uint16_t capture_u16(const struct capture *capture, const uint8_t *at);
uint32_t capture_u32(const struct capture *capture, const uint8_t *at);

/* Ends the reading. */
bool capture_end(struct capture *capture, enum capture_state state);

bool pcapng_next(struct capture *capture, struct frame *frame);

/* Microseconds of a count of units since the interface's offset. */
int64_t capture_us(const struct capture_interface *interface, uint64_t units);

#endif
