/* Tunnels over IP, down to the EtherType of what they carry. */
#ifndef MPTCP_TRAFFIC_TUNNEL_H
#define MPTCP_TRAFFIC_TUNNEL_H

#include "captured.h"
#include "reading.h"

/* As link_read, behind an IP header: of GRE, and of the tunnels that UDP ports name. READ_NOT_TCP for any other. */
enum reading gre_read(struct captured *packet, uint16_t *ethertype);
enum reading udp_read(struct captured *packet, uint16_t *ethertype);

#endif
