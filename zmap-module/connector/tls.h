/* TLS once the hold is over. */
#ifndef CONNECTOR_TLS_H
#define CONNECTOR_TLS_H

#include <stdbool.h>
#include <stdint.h>

enum tls_end { TLS_NOT_ASKED,
	       TLS_DONE,
	       TLS_ALERT,
	       TLS_CLOSED,
	       TLS_RESET,
	       TLS_TIMEOUT,
	       TLS_NONE }; /* what arrived is not TLS, or a version that we do not speak */

struct connection;

/* Where the library cannot, the first step is the last: TLS_NONE. */
void tls_begin(struct connection *one);

/* true when it is over, `one->tls` says how; until then `wants` is what to wait for. */
bool tls_step(struct connection *one, uint32_t *wants);

/* Sends close_notify, once; nothing without TLS. */
void tls_end(struct connection *one);

#endif
