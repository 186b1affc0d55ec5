/* One captured frame. */
#ifndef MPTCP_TRAFFIC_FRAME_H
#define MPTCP_TRAFFIC_FRAME_H

#include <stdint.h>

#define FRAME_US_MAX (((int64_t)1 << 53) - 1) /* what a JavaScript number tells apart */

/* `data` is good until the next one is asked for. */
struct frame {
	int64_t at_us;
	uint32_t link; /* LINKTYPE_ value */
	const uint8_t *data;
	uint32_t captured, wire; /* `wire` is never below `captured` */
};

#endif
