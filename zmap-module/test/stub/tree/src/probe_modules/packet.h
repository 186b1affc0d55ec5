#ifndef STUB_PACKET_H
#define STUB_PACKET_H

#include "../state.h"

#define PACKET_VALID 1
#define PACKET_INVALID 0
#define PRINT_PACKET_SEP "------------------------------------------------------\n"

int check_src_port(uint16_t port, const struct port_conf *ports);
/* The test's driver prints no packets. */
static inline void fprintf_ip_header(UNUSED FILE *fp, UNUSED struct ip *iph)
{
}

void fprintf_ipv6_header(FILE *fp, struct ip6_hdr *iph);
void fprintf_eth_header(FILE *fp, struct ether_header *ethh);

#endif
