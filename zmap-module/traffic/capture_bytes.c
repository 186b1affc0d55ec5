#include "capture_bytes.h"

#include <string.h>

uint32_t capture_swap32(uint32_t value)
{
	return value >> 24 | (value >> 8 & 0xff00) | (value << 8 & 0xff0000) | value << 24;
}

uint16_t capture_u16(const struct capture *capture, const uint8_t *at)
{
	return capture->swapped ? (uint16_t)(at[1] << 8 | at[0]) : (uint16_t)(at[0] << 8 | at[1]);
}

uint32_t capture_be32(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

uint32_t capture_u32(const struct capture *capture, const uint8_t *at)
{
	uint32_t value = capture_be32(at);
	return capture->swapped ? capture_swap32(value) : value;
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

bool capture_ended(struct capture *capture)
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
