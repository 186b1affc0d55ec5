/* IPv4 and TCP headers as bytes in a buffer. Integers are read byte by byte; nothing is laid over the packet. */
#ifndef LAB_PACKET_H
#define LAB_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TCP_FIN = 0x01, TCP_SYN = 0x02, TCP_RST = 0x04, TCP_PSH = 0x08, TCP_ACK = 0x10 };
enum { OPT_EOL = 0, OPT_NOP = 1, OPT_MSS = 2, OPT_SCALE = 3, OPT_TIMESTAMPS = 8, OPT_MPTCP = 30, OPT_UNKNOWN = 253 };
enum { IP_HEADER = 20, TCP_HEADER = 20, TCP_HEADER_MAX = 60, PACKET_MAX = 65536 };

/* Where things lie in an IPv4 TCP packet, in bytes from its start. */
struct tcp_packet {
	size_t tcp;     /* TCP header */
	size_t options; /* first option byte */
	size_t payload;
	size_t end;
	uint8_t flags;
};

uint16_t get_be16(const uint8_t *at);
uint32_t get_be32(const uint8_t *at);
void put_be16(uint8_t *at, uint16_t value);
void put_be32(uint8_t *at, uint32_t value);
void put_be64(uint8_t *at, uint64_t value);

/* False when the bytes are no whole IPv4 TCP packet, or a fragment. */
bool tcp_parse(const uint8_t *packet, size_t length, struct tcp_packet *out);

/* The first option of that kind, or NULL; *length receives its whole length. Stops at EOL and at a length that cannot be. */
const uint8_t *tcp_option(const uint8_t *packet, const struct tcp_packet *view, uint8_t kind, size_t *length);

/* Internet checksum (RFC 1071) over the bytes, starting from a partial sum. */
uint16_t checksum(const uint8_t *bytes, size_t length, uint32_t sum);

/* Writes total length and both checksums of a packet whose TCP header starts at tcp and which ends at end. */
void tcp_seal(uint8_t *packet, size_t tcp, size_t end);

#endif
