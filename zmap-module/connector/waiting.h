/* Requests from stdin that are still to be done. */
#ifndef CONNECTOR_WAITING_H
#define CONNECTOR_WAITING_H

#include "endpoint.h"

enum heard { HEARD,
	     HEARD_ALL,	    /* `.`: no more endpoints will come */
	     HEARD_ENDED,   /* stdin ended after it */
	     HEARD_GONE,    /* stdin ended without it: the caller is gone */
	     HEARD_WRONG }; /* a line that is not understood, or no memory for it */

/* Reads once; each prefix that opts out goes to `leave_out` before anything else is begun. */
enum heard waiting_hear(void (*leave_out)(const char *prefix));

/* The next endpoint; false when none waits. `wrong`: its line is not understood. */
bool waiting_next(struct endpoint *out, bool *wrong);
bool waiting_any(void);

#endif
