/* What the kernel says of a connection; all unknown where it does not. */
#ifndef CONNECTOR_WORDS_H
#define CONNECTOR_WORDS_H

#include <stdint.h>
#include <sys/socket.h>

enum { SUBFLOWS_MAX = 8 }; /* subflows reported */

enum yes_no { UNKNOWN = -1,
	      NO,
	      YES };

struct subflow {
	struct sockaddr_storage local, remote;
};

struct words {
	enum yes_no mptcp, checksum, timestamps;
	uint32_t flags, token, rtt_us;
	uint8_t signalled, accepted, extra_subflows, count;
	struct subflow subflows[SUBFLOWS_MAX];
};

/* Whether the SYN left with the option; UNKNOWN once somebody has answered it without. */
enum yes_no words_asked(int fd);

/* UNKNOWN where the kernel does not say. */
enum yes_no words_is_mptcp(int fd);

/* Sets what the kernel says; what it does not say stays as it was. */
void words_read(int fd, struct words *words);

#endif
