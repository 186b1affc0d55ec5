/*
 * Blocks of pcapng: type[4] length[4] body length[4]. A section header sets the byte order of what
 * follows and forgets the interfaces before it.
 */
#include "pcapng.h"

#include "capture_bytes.h"

#define BLOCK_SECTION PCAPNG_SECTION
#define BLOCK_INTERFACE 1u
#define BLOCK_PACKET 2u /* of old: replaced by the enhanced one */
#define BLOCK_SIMPLE 3u
#define BLOCK_ENHANCED 6u

#define BYTE_ORDER_MAGIC 0x1a2b3c4du
#define BLOCK_HEAD_BYTES 8
#define BLOCK_BYTES_MIN 12
#define SECTION_BYTES_MIN 28
#define INTERFACE_BYTES_MIN 20
#define PACKET_BYTES_MIN 32
#define SIMPLE_BYTES_MIN 16

#define OPTION_END 0
#define OPTION_RESOLUTION 9
#define OPTION_OFFSET 14
#define DEFAULT_UNITS 1000000u
#define US_PER_SECOND 1000000
#define LINK_NONE UINT32_MAX /* no type of 16 bits */

/* 10^-n, or 2^-n where the first bit is set; what no 64 bits hold is the default. */
static uint64_t units_of(uint8_t resolution)
{
	unsigned power = resolution & 0x7f;
	uint64_t units = 1;
	if (resolution & 0x80) {
		return power < 63 ? (uint64_t)1 << power : DEFAULT_UNITS;
	}
	if (power > 18) {
		return DEFAULT_UNITS;
	}
	while (power-- > 0) {
		units *= 10;
	}
	return units;
}

static void read_interface_options(const struct capture *capture, const uint8_t *at, size_t bytes, struct capture_interface *interface)
{
	while (bytes >= 4) {
		uint16_t code = capture_u16(capture, at), length = capture_u16(capture, at + 2);
		size_t padded = 4 + (((size_t)length + 3) & ~(size_t)3);
		if (code == OPTION_END || padded > bytes) {
			return;
		}
		if (code == OPTION_RESOLUTION && length >= 1) {
			interface->units_per_second = units_of(at[4]);
		} else if (code == OPTION_OFFSET && length >= 8) {
			uint32_t first = capture_u32(capture, at + 4), second = capture_u32(capture, at + 8);
			uint64_t seconds = capture->swapped ? (uint64_t)second << 32 | first : (uint64_t)first << 32 | second;
			interface->offset_us = (int64_t)(seconds * US_PER_SECOND);
		}
		at += padded;
		bytes -= padded;
	}
}

/* One that cannot be read has its number all the same: packets of the next ones are not those of another. */
static void add_interface(struct capture *capture, const uint8_t *block, size_t bytes)
{
	struct capture_interface interface = {.link = LINK_NONE, .units_per_second = DEFAULT_UNITS};
	if (bytes >= INTERFACE_BYTES_MIN) {
		interface.link = capture_u16(capture, block + 8);
		interface.snap_length = capture_u32(capture, block + 12);
		read_interface_options(capture, block + 16, bytes - INTERFACE_BYTES_MIN, &interface);
	}
	if (capture->interface_count < CAPTURE_INTERFACES_MAX) {
		capture->interfaces[capture->interface_count++] = interface;
	}
}

bool pcapng_begins(struct capture *capture)
{
	if (!capture_want(capture, BLOCK_BYTES_MIN)) {
		return false;
	}
	const uint8_t *at = capture->window + capture->at;
	uint32_t magic = capture_be32(at + 8);
	return capture_be32(at) == PCAPNG_SECTION && (magic == BYTE_ORDER_MAGIC || magic == capture_swap32(BYTE_ORDER_MAGIC));
}

/* The byte order comes after the length that it is needed for. */
static bool begin_section(struct capture *capture)
{
	if (!capture_want(capture, SECTION_BYTES_MIN)) {
		return false;
	}
	const uint8_t *magic = capture->window + capture->at + 8;
	capture->swapped = false;
	capture->swapped = capture_u32(capture, magic) != BYTE_ORDER_MAGIC;
	capture->interface_count = 0;
	return capture_u32(capture, magic) == BYTE_ORDER_MAGIC || capture_end(capture, CAPTURE_DAMAGED);
}

/* Microseconds of a count of units since the interface's offset. */
static int64_t us_of(const struct capture_interface *interface, uint64_t units)
{
	uint64_t per_second = interface->units_per_second;
	uint64_t seconds = units / per_second, rest = units % per_second;
	if (seconds > FRAME_US_MAX / US_PER_SECOND) {
		return FRAME_US_MAX; /* no clock has it, and its microseconds may be more than 64 bits hold */
	}
	/* rest is below per_second, which is below 2^64: by parts where the product would not fit */
	uint64_t us = per_second <= UINT64_MAX / US_PER_SECOND ? rest * US_PER_SECOND / per_second : rest / (per_second / US_PER_SECOND);
	return (int64_t)(seconds * US_PER_SECOND + us + (uint64_t)interface->offset_us);
}

/* interface[4 or 2 and drops[2]] time[8] captured[4] wire[4], the bytes. */
static bool read_packet(struct capture *capture, uint32_t type, const uint8_t *block, size_t bytes, struct frame *frame)
{
	uint32_t index = type == BLOCK_ENHANCED ? capture_u32(capture, block + 8) : capture_u16(capture, block + 8);
	uint32_t captured = capture_u32(capture, block + 20);
	if (index >= capture->interface_count || captured > bytes - PACKET_BYTES_MIN) {
		return false;
	}
	const struct capture_interface *interface = &capture->interfaces[index];
	uint64_t units = (uint64_t)capture_u32(capture, block + 12) << 32 | capture_u32(capture, block + 16);
	*frame = (struct frame){
	    .at_us = us_of(interface, units),
	    .link = interface->link,
	    .data = block + 28,
	    .captured = captured,
	    .wire = capture_u32(capture, block + 24),
	};
	return true;
}

/* A packet without a time: the one of the packet before it is the nearest there is. */
static bool read_simple(struct capture *capture, const uint8_t *block, size_t bytes, struct frame *frame)
{
	uint32_t wire = capture_u32(capture, block + 8);
	size_t room = bytes - SIMPLE_BYTES_MIN;
	if (capture->interface_count == 0) {
		return false;
	}
	const struct capture_interface *interface = &capture->interfaces[0];
	uint32_t captured = interface->snap_length != 0 && interface->snap_length < wire ? interface->snap_length : wire;
	if (captured > room) {
		return false;
	}
	capture->timeless++;
	*frame = (struct frame){.at_us = frame->at_us, .link = interface->link, .data = block + 12, .captured = captured, .wire = wire};
	return true;
}

/* true when the block was a packet. */
static bool read_block(struct capture *capture, uint32_t type, const uint8_t *block, size_t bytes, struct frame *frame)
{
	bool packet = false, read = false;
	if (type == BLOCK_INTERFACE) {
		add_interface(capture, block, bytes);
	} else if (type == BLOCK_ENHANCED || type == BLOCK_PACKET) {
		packet = true;
		read = bytes >= PACKET_BYTES_MIN && read_packet(capture, type, block, bytes, frame);
	} else if (type == BLOCK_SIMPLE) {
		packet = true;
		read = bytes >= SIMPLE_BYTES_MIN && read_simple(capture, block, bytes, frame);
	}
	capture->skipped += packet && !read;
	return read;
}

static bool holds_packet(uint32_t type)
{
	return type == BLOCK_ENHANCED || type == BLOCK_PACKET || type == BLOCK_SIMPLE;
}

/* Names, secrets or somebody's own block; a packet of that size is none. */
static bool pass_by(struct capture *capture, uint32_t type, uint32_t length)
{
	capture->skipped += holds_packet(type);
	if (type == BLOCK_INTERFACE) {
		add_interface(capture, NULL, 0);
	}
	return capture_skip(capture, length) ? false : capture_end(capture, CAPTURE_CUT);
}

bool pcapng_next(struct capture *capture, struct frame *frame)
{
	if (!capture_want(capture, BLOCK_HEAD_BYTES)) {
		return capture_ended(capture);
	}
	uint32_t type = capture_u32(capture, capture->window + capture->at);
	if (type == BLOCK_SECTION && !begin_section(capture)) {
		return capture->state == CAPTURE_READING ? capture_ended(capture) : false;
	}
	uint32_t length = capture_u32(capture, capture->window + capture->at + 4);
	if (length < BLOCK_BYTES_MIN || length % 4 != 0) {
		return capture_end(capture, CAPTURE_DAMAGED);
	}
	if (length > CAPTURE_WINDOW_BYTES) {
		return pass_by(capture, type, length);
	}
	if (!capture_want(capture, length)) {
		return capture_ended(capture);
	}
	const uint8_t *block = capture->window + capture->at;
	if (capture_u32(capture, block + length - 4) != length) {
		return capture_end(capture, CAPTURE_DAMAGED);
	}
	capture->at += length;
	return read_block(capture, type, block, length, frame);
}
