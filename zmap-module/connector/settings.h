/* What was asked on the command line. */
#ifndef CONNECTOR_SETTINGS_H
#define CONNECTOR_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

enum { AGENT_MAX = 512 };

struct settings {
	int64_t hold, timeout; /* nanoseconds */
	int64_t pace;	       /* nanoseconds from one start to the next; 0: none */
	int first_port, last_port;
	int most;    /* connections at once */
	bool joined; /* a path manager may add subflows to them, of either family */
	char agent[AGENT_MAX];
};
extern struct settings settings;

#endif
