/* The page `/`, over TCP or TLS. */
#ifndef CONNECTOR_PAGE_H
#define CONNECTOR_PAGE_H

#include "connection.h"

/* false when the request did not leave whole: errno says why. */
bool page_ask(struct connection *one);

/* Reads what is there; true when that was the end of it, `by` says whose doing. */
bool page_read(struct connection *one, enum by *by);

#endif
