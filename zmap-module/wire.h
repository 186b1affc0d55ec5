/* Where the fields of Ethernet, IPv4 (RFC 791), IPv6 (RFC 8200) and TCP (RFC 9293) headers lie, in bytes from the header's start. */
#ifndef MPTCP_WIRE_H
#define MPTCP_WIRE_H

#define ETHERTYPE_AT 12
#define ETHERTYPE_V4 0x0800
#define ETHERTYPE_V6 0x86dd

#define IPV4_BYTES 20
#define IPV4_TOS_AT 1
#define IPV4_TOTAL_LENGTH_AT 2
#define IPV4_ID_AT 4
#define IPV4_FRAGMENT_AT 6 /* flags, then the offset */
#define IPV4_DONT_FRAGMENT 0x4000
#define IPV4_OFFSET_BITS 0x1fff
#define IPV4_TTL_AT 8
#define IPV4_PROTOCOL_AT 9
#define IPV4_CHECKSUM_AT 10
#define IPV4_SOURCE_AT 12
#define IPV4_TARGET_AT 16

#define IPV6_BYTES 40
#define IPV6_PAYLOAD_LENGTH_AT 4
#define IPV6_NEXT_HEADER_AT 6
#define IPV6_HOP_LIMIT_AT 7
#define IPV6_SOURCE_AT 8
#define IPV6_TARGET_AT 24

#define IP_PROTOCOL_ICMP 1
#define IP_PROTOCOL_TCP 6
#define IP_PROTOCOL_ICMPV6 58

#define TCP_TARGET_PORT_AT 2
#define TCP_SEQUENCE_AT 4
#define TCP_ACKNOWLEDGEMENT_AT 8
#define TCP_DATA_OFFSET_AT 12 /* the upper four bits, in words of 4 bytes */
#define TCP_FLAGS_AT 13
#define TCP_WINDOW_AT 14
#define TCP_CHECKSUM_AT 16
#define TCP_FLAG_SYN 0x02
#define TCP_FLAG_RST 0x04
#define TCP_FLAG_ACK 0x10

#endif
