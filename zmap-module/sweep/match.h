/* Which probe a packet names. Each sets target, TTL, pass and agreement of the answer; false when it names none. */
#ifndef MPTCP_SWEEP_MATCH_H
#define MPTCP_SWEEP_MATCH_H

#include "answer.h"
#include "ip_view.h"

/* The SYN that an ICMP error quotes. `quoted` is the view of `quote`. */
bool match_syn(const struct sweep *sweep, const struct ip_view *quoted, const uint8_t *quote, struct answer *out);

/* The echo request to that address with the identifier and sequence number of an ICMP header of 8 bytes. */
bool match_echo(const struct sweep *sweep, uint8_t family, const uint8_t *target_address, const uint8_t *icmp, struct answer *out);

/* The SYN that a TCP header of 20 bytes acknowledges, from where it went. Some hosts' RSTs acknowledge the byte before it. */
bool match_tcp(const struct sweep *sweep, const struct ip_view *ip, bool is_rst, struct answer *out);

#endif
