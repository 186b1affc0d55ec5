/* One JSON line per endpoint, on stdout. */
#ifndef CONNECTOR_RECORD_H
#define CONNECTOR_RECORD_H

#include "connection.h"

void record_say(const struct connection *one);

/* Of an endpoint that opted out before it was asked. */
void record_left_out(const struct endpoint *one);

/* false when not all was taken, now or before: nobody reads, or a disk is full. */
bool record_flush(void);

#endif
