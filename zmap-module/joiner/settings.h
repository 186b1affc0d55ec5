/* What was asked on the command line. */
#ifndef JOINER_SETTINGS_H
#define JOINER_SETTINGS_H

#include <stdint.h>

enum { PORTS_MAX = 512 }; /* our local ports, and so the maximum number of subflows at once */

struct settings {
	int64_t wait; /* nanoseconds for an answer */
	int64_t pace; /* nanoseconds from one SYN to the next; 0: none */
	int first_port, last_port;
	int first_held, last_held;
};
extern struct settings settings;

#endif
