#include "capture.h"

#include <stdlib.h>
#include <string.h>

#define PCAP_MAGIC_US 0xa1b2c3d4u
#define PCAP_MAGIC_NS 0xa1b23c4du
#define PCAP_MAGIC_MODIFIED 0xa1b2cd34u /* Kuznetzov's patch: eight more bytes to a record */
#define PCAPNG_SECTION 0x0a0d0d0au

#define PCAP_HEADER_BYTES 24
#define PCAP_RECORD_BYTES 16
#define PCAP_RECORD_BYTES_MODIFIED 24
#define PCAP_LINK_MASK 0x03ffffffu /* above: length of the frame check sequence */

/* No capture program keeps more of a packet; a larger number is no length. */
#define FRAME_BYTES_MAX (512u * 1024u)

static uint32_t swap32(uint32_t value)
{
	return value >> 24 | (value >> 8 & 0xff00) | (value << 8 & 0xff0000) | value << 24;
}

uint16_t capture_u16(const struct capture *capture, const uint8_t *at)
{
	return capture->swapped ? (uint16_t)(at[1] << 8 | at[0]) : (uint16_t)(at[0] << 8 | at[1]);
}

uint32_t capture_u32(const struct capture *capture, const uint8_t *at)
{
	uint32_t value = (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
	return capture->swapped ? swap32(value) : value;
}

bool capture_open(struct capture *capture, int fd)
{
	*capture = (struct capture){.state = CAPTURE_READING};
	capture->window = malloc(CAPTURE_WINDOW_BYTES);
	capture->interfaces = calloc(CAPTURE_INTERFACES_MAX, sizeof *capture->interfaces);
	return source_open(&capture->source, fd) && capture->window != NULL && capture->interfaces != NULL;
}

void capture_close(struct capture *capture)
{
	source_close(&capture->source);
	free(capture->window);
	free(capture->interfaces);
	capture->window = NULL;
	capture->interfaces = NULL;
}

uint64_t capture_offset(const struct capture *capture)
{
	return capture->read + capture->at;
}

bool capture_end(struct capture *capture, enum capture_state state)
{
	bool unreadable = capture->source.fault == SOURCE_UNREADABLE;
	capture->state = unreadable ? CAPTURE_UNREADABLE : state;
	return false;
}

static bool fill(struct capture *capture, size_t bytes)
{
	if (bytes > CAPTURE_WINDOW_BYTES) {
		return false;
	}
	if (capture->at > 0) {
		memmove(capture->window, capture->window + capture->at, capture->filled - capture->at);
		capture->read += capture->at;
		capture->filled -= capture->at;
		capture->at = 0;
	}
	while (capture->filled < bytes) {
		size_t got = source_read(&capture->source, capture->window + capture->filled, CAPTURE_WINDOW_BYTES - capture->filled);
		if (got == 0) {
			return false;
		}
		capture->filled += got;
	}
	return true;
}

bool capture_want(struct capture *capture, size_t bytes)
{
	return capture->filled - capture->at >= bytes || fill(capture, bytes);
}

bool capture_skip(struct capture *capture, uint64_t bytes)
{
	for (;;) {
		size_t held = capture->filled - capture->at;
		if (bytes <= held) {
			capture->at += (size_t)bytes;
			return true;
		}
		capture->at = capture->filled;
		bytes -= held;
		if (!fill(capture, 1)) {
			return false;
		}
	}
}

int64_t capture_us(const struct capture_interface *interface, uint64_t units)
{
	uint64_t per_second = interface->units_per_second;
	uint64_t seconds = units / per_second, rest = units % per_second;
	/* rest is below per_second, which is below 2^64: by parts where the product would not fit */
	uint64_t us = per_second <= UINT64_MAX / 1000000 ? rest * 1000000 / per_second : rest / (per_second / 1000000);
	return (int64_t)(seconds * 1000000 + us + (uint64_t)interface->offset_us);
}

/* The first bytes say what a file is, and in which byte order its numbers are. */
static bool begin(struct capture *capture)
{
	if (!capture_want(capture, 4)) {
		bool empty = capture->filled == 0 && capture->source.fault == SOURCE_FINE;
		return capture_end(capture, empty ? CAPTURE_EMPTY : CAPTURE_NO_CAPTURE);
	}
	uint32_t magic = capture_u32(capture, capture->window);
	if (magic == PCAPNG_SECTION) {
		capture->format = FORMAT_PCAPNG;
		return true;
	}
	capture->swapped = magic == swap32(PCAP_MAGIC_US) || magic == swap32(PCAP_MAGIC_NS) ||
			   magic == swap32(PCAP_MAGIC_MODIFIED);
	magic = capture_u32(capture, capture->window);
	if (magic != PCAP_MAGIC_US && magic != PCAP_MAGIC_NS && magic != PCAP_MAGIC_MODIFIED) {
		return capture_end(capture, CAPTURE_NO_CAPTURE);
	}
	capture->format = FORMAT_PCAP;
	if (!capture_want(capture, PCAP_HEADER_BYTES)) {
		return capture_end(capture, CAPTURE_CUT);
	}
	capture->record_bytes = magic == PCAP_MAGIC_MODIFIED ? PCAP_RECORD_BYTES_MODIFIED : PCAP_RECORD_BYTES;
	capture->interfaces[0] = (struct capture_interface){
	    .link = capture_u32(capture, capture->window + 20) & PCAP_LINK_MASK,
	    .units_per_second = magic == PCAP_MAGIC_NS ? 1000000000 : 1000000,
	};
	capture->interface_count = 1;
	capture->at = PCAP_HEADER_BYTES;
	return true;
}

/* The file ended: behind a packet, or within one. */
static bool ended(struct capture *capture)
{
	bool whole = capture->at == capture->filled;
	switch (capture->source.fault) {
	case SOURCE_FINE:
	case SOURCE_PACKED_TAIL:
		break;
	case SOURCE_PACKED_BAD:
		return capture_end(capture, CAPTURE_DAMAGED);
	default:
		whole = false;
	}
	return capture_end(capture, whole ? CAPTURE_WHOLE : CAPTURE_CUT);
}

/* ts_sec[4] ts_frac[4] captured[4] wire[4], the bytes. */
static bool pcap_next(struct capture *capture, struct frame *frame)
{
	if (!capture_want(capture, capture->record_bytes)) {
		return ended(capture);
	}
	const struct capture_interface *interface = &capture->interfaces[0];
	const uint8_t *record = capture->window + capture->at;
	uint32_t fraction = capture_u32(capture, record + 4), captured = capture_u32(capture, record + 8);
	if (captured > FRAME_BYTES_MAX) {
		return capture_end(capture, CAPTURE_DAMAGED);
	}
	if (!capture_want(capture, capture->record_bytes + captured)) {
		return ended(capture);
	}
	record = capture->window + capture->at;
	*frame = (struct frame){
	    .at_us = (int64_t)capture_u32(capture, record) * 1000000 + (int64_t)(fraction * (uint64_t)1000000 / interface->units_per_second),
	    .link = interface->link,
	    .data = record + capture->record_bytes,
	    .captured = captured,
	    .wire = capture_u32(capture, record + 12),
	};
	capture->at += capture->record_bytes + captured;
	return true;
}

bool capture_next(struct capture *capture, struct frame *frame)
{
	if (capture->state != CAPTURE_READING || (capture->format == FORMAT_UNKNOWN && !begin(capture))) {
		return false;
	}
	if (capture->format == FORMAT_PCAP ? !pcap_next(capture, frame) : !pcapng_next(capture, frame)) {
		return false;
	}
	/* Times that no clock had are brought to the ends of what a JavaScript number tells apart. */
	frame->at_us = frame->at_us < 0 ? 0 : frame->at_us > FRAME_US_MAX ? FRAME_US_MAX
									  : frame->at_us;
	/* Some programs state less on the wire than they captured. */
	frame->wire = frame->wire < frame->captured ? frame->captured : frame->wire;
	capture->packets++;
	return true;
}
