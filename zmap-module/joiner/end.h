/* One end of a connection: address and port. */
#ifndef JOINER_END_H
#define JOINER_END_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

/* 4 bytes of the address count for IPv4, the others are zero. */
struct end {
	uint16_t family, port;
	uint8_t address[16];
};

/* An address without a port; false for anything else. */
bool end_parse(const char *text, struct end *out);

/* The same for the kernel, and how many bytes of it count. */
socklen_t end_socket_address(const struct end *from, struct sockaddr_storage *out);

/* The address, until it is called again. */
const char *end_text(const struct end *end);

#endif
