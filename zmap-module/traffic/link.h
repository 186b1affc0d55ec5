/* Link layers, down to the EtherType of what they carry. */
#ifndef MPTCP_TRAFFIC_LINK_H
#define MPTCP_TRAFFIC_LINK_H

#include "captured.h"
#include "reading.h"

#define LINK_ETHERNET 1

/* Leaves `packet` at the network layer; READ_TCP when `ethertype` says which one it is: ETHERTYPE_V4 or ETHERTYPE_V6 (wire.h). */
enum reading link_read(uint32_t link, struct captured *packet, uint16_t *ethertype);

#endif
