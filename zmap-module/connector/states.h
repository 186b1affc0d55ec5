/* Connections by state, and the clock. */
#ifndef CONNECTOR_STATES_H
#define CONNECTOR_STATES_H

#include <stdint.h>

enum state { IDLE,
	     CONNECTING,
	     HOLDING,
	     SHAKING,
	     AGAIN,
	     READING,
	     CLOSING,
	     STATES };

struct connection;

/* Makes room for this many at once; aborts without memory or epoll. */
void states_begin(int most);
int states_epoll(void);

/* One without a state, all zero. There must be room: states_live() below `most`. */
struct connection *states_take(void);
void states_give(struct connection *one);

/* Appends it to the list of a state, due after this many nanoseconds. */
void states_move(struct connection *one, enum state state, int64_t within);

/* The one of a state that is due first; NULL when it has none. */
struct connection *states_first(enum state state);

/* Begins to watch, or watches for something else. What epoll refuses is due in time all the same. */
void states_watch(struct connection *one, uint32_t events);

int states_live(void);
void states_count(int *ended, int *most); /* connections in all, and at once */

#endif
