/* An announced address, and the subflow to it that is attempted. */
#ifndef JOINER_ATTEMPT_H
#define JOINER_ATTEMPT_H

#include "end.h"

/* Who ended an attempt to join, or a subflow that was made. */
enum by { BY_NOBODY,
	  BY_US,
	  BY_LIMIT, /* no answer in time */
	  BY_THERE, /* refused or reset, the packets say by whom */
	  BY_CLOSE, /* its connection ended first */
	  BY_OPT_OUT,
	  BY_STOP };

struct announcement {
	uint32_t token;
	uint8_t id;
	struct end to;
};

struct attempt {
	bool live, made;
	struct announcement of;
	struct end asked; /* whom the connection was opened to */
	uint16_t held_port;
	struct end local;
	uint8_t local_id;
	int64_t began, due; /* of the real-time clock, and of the monotonic one */
	int error;
	int reset_reason; /* -1: none was given */
	enum by ended_by;
};

#endif
