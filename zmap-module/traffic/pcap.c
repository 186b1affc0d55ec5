/* A header of 24 bytes, and one of 16 or 24 in front of each packet. */
#include "pcap.h"

#include "capture_bytes.h"

#define PCAP_MAGIC_US 0xa1b2c3d4u
#define PCAP_MAGIC_NS 0xa1b23c4du
#define PCAP_MAGIC_MODIFIED 0xa1b2cd34u /* Kuznetzov's patch: eight more bytes to a record */

#define PCAP_HEADER_BYTES 24
#define PCAP_RECORD_BYTES 16
#define PCAP_RECORD_BYTES_MODIFIED 24
#define PCAP_LINK_MASK 0x03ffffffu /* above: length of the frame check sequence */

/* No capture program keeps more of a packet; a larger number is not a length. */
#define FRAME_BYTES_MAX (512u * 1024u)

#define PCAP_VERSION_MAJOR 2
#define PCAP_VERSION_MINOR 4

static bool is_magic(uint32_t word)
{
	return word == PCAP_MAGIC_US || word == PCAP_MAGIC_NS || word == PCAP_MAGIC_MODIFIED;
}

/* magic[4] major[2] minor[2] reserved[8] snap_length[4] link[4]. As a packet it would be one of no byte, in the year 2055. */
bool pcap_begins(struct capture *capture)
{
	if (!capture_want(capture, PCAP_HEADER_BYTES)) {
		return false;
	}
	const uint8_t *at = capture->window + capture->at;
	struct capture other = {.swapped = is_magic(capture_swap32(capture_be32(at)))};
	return is_magic(capture_u32(&other, at)) && capture_u16(&other, at + 4) == PCAP_VERSION_MAJOR &&
	       capture_u16(&other, at + 6) == PCAP_VERSION_MINOR && capture_be32(at + 8) == 0 && capture_be32(at + 12) == 0;
}

/* The magic number says in which byte order all numbers are. */
bool pcap_begin(struct capture *capture)
{
	const uint8_t *at = capture->window + capture->at;
	capture->swapped = is_magic(capture_swap32(capture_be32(at)));
	uint32_t magic = capture_u32(capture, at);
	if (!is_magic(magic)) {
		return capture_end(capture, CAPTURE_NO_CAPTURE);
	}
	capture->format = FORMAT_PCAP;
	if (!capture_want(capture, PCAP_HEADER_BYTES)) {
		return capture_end(capture, CAPTURE_CUT);
	}
	capture->record_bytes = magic == PCAP_MAGIC_MODIFIED ? PCAP_RECORD_BYTES_MODIFIED : PCAP_RECORD_BYTES;
	capture->interfaces[0] = (struct capture_interface){
	    .link = capture_u32(capture, capture->window + capture->at + 20) & PCAP_LINK_MASK,
	    .units_per_second = magic == PCAP_MAGIC_NS ? 1000000000 : 1000000,
	};
	capture->interface_count = 1;
	capture->at += PCAP_HEADER_BYTES;
	return true;
}

/* ts_sec[4] ts_frac[4] captured[4] wire[4], the bytes. */
bool pcap_next(struct capture *capture, struct frame *frame)
{
	if (!capture_want(capture, capture->record_bytes)) {
		return capture_ended(capture);
	}
	const struct capture_interface *interface = &capture->interfaces[0];
	const uint8_t *record = capture->window + capture->at;
	uint32_t fraction = capture_u32(capture, record + 4), captured = capture_u32(capture, record + 8);
	if (captured > FRAME_BYTES_MAX) {
		return capture_end(capture, CAPTURE_DAMAGED);
	}
	if (!capture_want(capture, capture->record_bytes + captured)) {
		return capture_ended(capture);
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
