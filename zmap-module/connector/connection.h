/* One connection, from its SYN to its record. */
#ifndef CONNECTOR_CONNECTION_H
#define CONNECTOR_CONNECTION_H

#include <openssl/types.h>

#include "endpoint.h"
#include "outcome.h"
#include "states.h"
#include "tls.h"
#include "words.h"

enum { FIRST_MAX = 256,	     /* bytes kept of what a server volunteers */
       READ_MAX = 1 << 16 }; /* bytes read of one connection: a page without end costs nobody more */

struct connection {
	struct connection *before, *after; /* of the same state, by `due` */
	enum state state;
	int fd;
	int64_t due;
	struct endpoint to;
	struct sockaddr_storage local;
	int64_t began, connected, hold_ended, spoke, again_ended, first_at; /* of the real-time clock; 0: did not happen */
	enum outcome outcome;
	int error;
	enum by hold_ended_by, again_ended_by, ended_by;
	enum yes_no asked; /* whether the SYN left with the option */
	enum yes_no at_start;
	struct words words;
	uint16_t first_length;
	uint8_t first[FIRST_MAX];
	uint32_t received, page_bytes; /* unasked, and asked for */
	SSL *ssl;
	enum tls_end tls;
	char tls_version[12], tls_error[64];
	int status;
};

/* Each may end the connection, which says its record and is not to be touched afterwards. */
void connection_open(struct connection *one);
void connection_event(struct connection *one, uint32_t events);
void connection_due(struct connection *one);
void connection_end(struct connection *one, enum by by);

#endif
