#include "capture.h"

#include <stdlib.h>

#include "capture_bytes.h"
#include "pcap.h"
#include "pcapng.h"

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

/* Files that were put together (`cat`): the next one begins where a packet of this one would, and may be of the other format. The readers of both
 * formats come back here after each packet or block, and do not ask: whoever asked otherwise would be called again and again. */
static bool begins_anew(struct capture *capture)
{
	return pcap_begins(capture) || (capture->format == FORMAT_PCAP && pcapng_begins(capture));
}

/* The first bytes say what a file is. */
static bool begin(struct capture *capture)
{
	if (!capture_want(capture, 4)) {
		bool empty = capture->filled == 0 && capture->source.fault == SOURCE_FINE;
		return capture_end(capture, empty ? CAPTURE_EMPTY : CAPTURE_NO_CAPTURE);
	}
	if (capture_be32(capture->window + capture->at) == PCAPNG_SECTION) {
		capture->format = FORMAT_PCAPNG;
		return true;
	}
	return pcap_begin(capture);
}

bool capture_next(struct capture *capture, struct frame *frame)
{
	do {
		if (capture->state != CAPTURE_READING) {
			return false;
		}
		while (capture->format == FORMAT_UNKNOWN || begins_anew(capture)) {
			if (!begin(capture)) {
				return false;
			}
		}
	} while (capture->format == FORMAT_PCAP ? !pcap_next(capture, frame) : !pcapng_next(capture, frame));
	/* Times that no clock had are brought to the ends of what a JavaScript number tells apart. */
	frame->at_us = frame->at_us < 0 ? 0 : frame->at_us > FRAME_US_MAX ? FRAME_US_MAX
									  : frame->at_us;
	/* Some programs state less on the wire than they captured. */
	frame->wire = frame->wire < frame->captured ? frame->captured : frame->wire;
	capture->packets++;
	return true;
}
