/*
 * SYN frames: a template per probe kind with its checksums half summed, and the few words that differ
 * per target added to it. Ethernet, then IPv4 or IPv6, then TCP.
 *
 *   0             14                 14+20 or 14+40      +20        up to +40
 *   | Ethernet 14 | IPv4 20, IPv6 40 | TCP 20           | real-stack set | kind 30 | canary |
 */
#ifndef MPTCP_PACKET_H
#define MPTCP_PACKET_H

#include "probe.h"
#include "tcp_options.h"

#define ETHERNET_BYTES 14
#define MAC_BYTES 6
#define SYN_WINDOW 64240 /* today's Linux and Windows alike */
#define ZMAP_IP_ID 54321 /* zmap's own mark: operators know a zmap scan by it */
#define FRAME_MAX (ETHERNET_BYTES + 40 + TCP_HEADER_BYTES + TCP_OPTIONS_MAX)

struct packet_template {
	uint8_t frame[FRAME_MAX];
	size_t length;	  /* bytes to send */
	size_t tcp_at;	  /* where the TCP header starts */
	size_t ts_at;	  /* where TSval lies; 0 when the set has no timestamps */
	size_t option_at; /* where kind 30 lies, for kinds whose bytes differ per target; 0 otherwise */
	size_t option_bytes;
	size_t canary_at;	  /* 0 without a canary */
	uint64_t ip_sum, tcp_sum; /* of the constant words, in memory order */
};

/* `family` is 4 or 6; MACs are 6 bytes each. */
void packet_template_build(struct packet_template *out, const struct scan *scan, uint8_t family, enum probe_kind kind,
			   const uint8_t *source_mac, const uint8_t *gateway_mac);

/* Writes one whole frame of `from->length` bytes into a buffer of FRAME_MAX. `probe` must carry its options (probe_options) where
 * from->option_at is not 0. `ts_value` is the microsecond clock that TSval carries. */
void packet_write(const struct packet_template *from, const struct flow *flow, const struct probe *probe,
		  uint32_t ts_value, uint8_t *frame);

/* The names of the options of a SYN in order, as tcp_options_fingerprint writes them. */
const char *packet_options_order(const struct scan *scan, const struct probe *probe);

/* Gives an IPv4 frame another identification than zmap's own 54321. */
void packet_set_ip_id(uint8_t *frame, uint16_t id);

#endif
