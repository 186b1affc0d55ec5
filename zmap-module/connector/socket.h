/* Sockets: from a port of ours, with MPTCP, small, never blocking. */
#ifndef CONNECTOR_SOCKET_H
#define CONNECTOR_SOCKET_H

#include "connection.h"

/* Begins to connect, and sets `fd` and `local`; -1 when nothing was sent: errno says why. */
int socket_open(struct connection *one);

/* Ends it in order. */
void socket_close(int fd);

/* Ends it with a reset, whatever is on the way. */
void socket_abort(int fd);

/* An IPv4 address that an IPv6 socket has, as what it is; any other stays. */
void unmap(struct sockaddr_storage *address);

#endif
