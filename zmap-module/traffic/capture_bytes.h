/* For the readers of the two formats: the bytes in front of them, and numbers in the file's byte order. */
#ifndef MPTCP_TRAFFIC_CAPTURE_BYTES_H
#define MPTCP_TRAFFIC_CAPTURE_BYTES_H

#include "capture.h"

#define CAPTURE_WINDOW_BYTES (1024 * 1024)
#define CAPTURE_INTERFACES_MAX 1024

struct capture_interface {
	uint32_t link, snap_length;
	uint64_t units_per_second;
	int64_t offset_us;
};

/* Makes at least this many bytes available in the window from `at` on; false if the file ends before, or they can never fit. */
bool capture_want(struct capture *capture, size_t bytes);

/* Leaves out bytes that may be more than the window; false where the file ends before. */
bool capture_skip(struct capture *capture, uint64_t bytes);

uint32_t capture_swap32(uint32_t value);
uint32_t capture_be32(const uint8_t *at);
/* In the byte order of the file. */
uint16_t capture_u16(const struct capture *capture, const uint8_t *at);
uint32_t capture_u32(const struct capture *capture, const uint8_t *at);

/* Ends the reading: false, whatever the state. CAPTURE_UNREADABLE where the file cannot be read. */
bool capture_end(struct capture *capture, enum capture_state state);

/* The file ended, behind a packet or within one: false too. */
bool capture_ended(struct capture *capture);

#endif
