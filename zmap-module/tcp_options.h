/*
 * TCP options (RFC 9293, section 3.1) as an iterator over captured bytes. Unknown kinds are passed on
 * by their length; a length below two or past the end stops the walk and is reported.
 */
#ifndef MPTCP_TCP_OPTIONS_H
#define MPTCP_TCP_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TCPOPT_KIND_EOL 0
#define TCPOPT_KIND_NOP 1
#define TCPOPT_KIND_MSS 2
#define TCPOPT_KIND_WINDOW_SCALE 3
#define TCPOPT_KIND_SACK_PERMITTED 4
#define TCPOPT_KIND_SACK 5
#define TCPOPT_KIND_TIMESTAMPS 8 /* RFC 7323, section 3.2 */
#define TCPOPT_KIND_MPTCP 30	 /* RFC 8684, section 3 */
#define TCPOPT_KIND_CANARY 253	 /* RFC 4727: for experiments; no stack answers it */

#define TCP_HEADER_BYTES 20
#define TCP_OPTIONS_MAX 40 /* data offset is 4 bits of 4-byte words */

enum tcp_option_status {
	TCP_OPTION_OK,
	TCP_OPTION_LENGTH_BELOW_TWO,
	TCP_OPTION_PAST_END, /* also a kind whose length byte is past the end */
};

/* One option as captured: `bytes` counts kind and length, and never reaches past the area. */
struct tcp_option {
	enum tcp_option_status status;
	uint8_t kind;
	int stated_length; /* the length byte; 1 for EOL and NOP; -1 when it was not captured */
	const uint8_t *at;
	size_t bytes;
};

struct tcp_options_walk {
	const uint8_t *at, *end;
};

struct tcp_options_walk tcp_options_begin(const uint8_t *options, size_t length);

/* The next option, EOL and NOP included; false at the end, after EOL and after a faulty option. */
bool tcp_options_next(struct tcp_options_walk *walk, struct tcp_option *option);

/* Room for any fingerprint of 40 option bytes with its final NUL. */
#define TCP_FINGERPRINT_SIZE 256

/* Writes the options in order, such as "mss,sackok,ts,nop,ws,mptcp"; unknown kinds are numbers, a
 * faulty option ends the string with "fault". `out` holds TCP_FINGERPRINT_SIZE bytes. */
void tcp_options_fingerprint(const uint8_t *options, size_t length, char *out);

/* The two values of a timestamps option; false when there is none of 10 bytes. */
bool tcp_options_timestamps(const uint8_t *options, size_t length, uint32_t *value, uint32_t *echo_reply);

#endif
