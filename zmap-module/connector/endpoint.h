/* Whom a connection is opened to, and what is done there: one line of stdin. */
#ifndef CONNECTOR_ENDPOINT_H
#define CONNECTOR_ENDPOINT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

enum { NAME_MAX_ = 256 }; /* a domain name with its NUL */

/* What is done once the hold is over. */
enum way { WAY_HOLD,	/* nothing */
	   WAY_NUDGE,	/* an empty line, and hold again */
	   WAY_HTTP,	/* the same, and ask for the page */
	   WAY_TLS,	/* shake hands, and hold again */
	   WAY_HTTPS }; /* the same, and ask for the page */

struct endpoint {
	uint16_t family, port;
	uint8_t address[16];
	enum way way;
	char name[NAME_MAX_]; /* empty: none */
};

/* false for a line that is not understood; `out` is not to be used then. */
bool endpoint_parse(const char *line, struct endpoint *out);

/* The same for the kernel, and how many bytes of it count. */
socklen_t endpoint_socket_address(const struct endpoint *from, struct sockaddr_storage *out);

#endif
