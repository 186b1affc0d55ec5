/*
 * Every field once: name, C type, zmap's word for the type, meaning. fields.c makes its table of it, and
 * the glue of every zmap the table that zmap wants; a field is added here and as render_NAME in fields.c.
 */
#ifndef MPTCP_FIELD_LIST_H
#define MPTCP_FIELD_LIST_H

#define MPTCP_FIELD_LIST(FIELD)                                                                                                  \
	FIELD(target, FIELD_STRING, "string", "address that was probed, also when another one answered with an ICMP error")      \
	FIELD(classification, FIELD_STRING, "string", "what this reply shows, one word of a closed list")                        \
	FIELD(success, FIELD_BOOL, "bool", "the reply is a SYN/ACK")                                                             \
	FIELD(app_success, FIELD_BOOL, "bool", "the reply is evidence of MPTCP")                                                 \
	FIELD(probe, FIELD_STRING, "string", "kind of the probe that this answers")                                              \
	FIELD(probe_num, FIELD_INT, "int", "which of the -P probes of all attempts this answers, from 0")                        \
	FIELD(sport, FIELD_INT, "int", "port that was probed")                                                                   \
	FIELD(dport, FIELD_INT, "int", "source port of the probe")                                                               \
	FIELD(seq, FIELD_STRING, "string", "sequence number of the reply, hex; null for ICMP")                                   \
	FIELD(ack, FIELD_STRING, "string", "acknowledgement number of the reply, hex; null for ICMP")                            \
	FIELD(window, FIELD_INT, "int", "window of the reply, not scaled; null for ICMP")                                        \
	FIELD(tcp_flags, FIELD_STRING, "string", "TCP flags byte of the reply, hex; null for ICMP")                              \
	FIELD(ip_id, FIELD_INT, "int", "IP identification of the reply; null for IPv6 and ICMP")                                 \
	FIELD(ip_df, FIELD_BOOL, "bool", "the reply must not be fragmented; null for IPv6 and ICMP")                             \
	FIELD(ip_tos, FIELD_INT, "int", "type of service of the reply, traffic class in IPv6; null for ICMP")                    \
	FIELD(sent_version, FIELD_INT, "int", "MPTCP version in the MP_CAPABLE sent; null without one")                          \
	FIELD(sent_flags, FIELD_STRING, "string", "flags byte of the MP_CAPABLE sent, hex; null without one")                    \
	FIELD(sent_key, FIELD_STRING, "string", "key sent (v0 only), hex; null without one")                                     \
	FIELD(sent_option, FIELD_STRING, "string", "MPTCP option sent, hex; null for a plain SYN")                               \
	FIELD(sent_ttl, FIELD_INT, "int", "TTL or hop limit of the probe")                                                       \
	FIELD(sent_window, FIELD_INT, "int", "window of the probe")                                                              \
	FIELD(sent_ip_id, FIELD_INT, "int", "IP identification of the probe; null for IPv6")                                     \
	FIELD(sent_options_order, FIELD_STRING, "string", "names of the probe's TCP options in order")                           \
	FIELD(sent_seq, FIELD_STRING, "string", "sequence number of the probe, hex")                                             \
	FIELD(sent_tsval, FIELD_STRING, "string", "TSval of the probe, hex; null when the reply does not tell it")               \
	FIELD(mptcp_option, FIELD_STRING, "string", "option of kind 30 that was judged, hex as captured; null without one")      \
	FIELD(mptcp_options, FIELD_STRING, "string", "all options of kind 30 in order, hex, comma separated; null without one")  \
	FIELD(mptcp_length, FIELD_INT, "int", "length that the judged option states; null when not captured")                    \
	FIELD(mptcp_subtype, FIELD_INT, "int", "subtype of the judged option")                                                   \
	FIELD(mptcp_version, FIELD_INT, "int", "version in the MP_CAPABLE received; null for other subtypes")                    \
	FIELD(mptcp_flags, FIELD_STRING, "string", "flags byte of the MP_CAPABLE received, hex")                                 \
	FIELD(mptcp_key, FIELD_STRING, "string", "first key of the MP_CAPABLE received, hex; null when shorter")                 \
	FIELD(faults, FIELD_STRING, "string", "words of a closed list, comma separated; empty when none")                        \
	FIELD(tcp_options, FIELD_STRING, "string", "all TCP options of the reply, hex; null for ICMP")                           \
	FIELD(options_order, FIELD_STRING, "string", "names of the TCP options in order, a fingerprint; null for ICMP")          \
	FIELD(rtt_us, FIELD_INT, "int", "round trip from the echoed timestamp, microseconds; null with rtt_missing")             \
	FIELD(rtt_missing, FIELD_STRING, "string", "why rtt_us is null: not_sent, not_returned or rejected")                     \
	FIELD(rtt_source, FIELD_STRING, "string", "where rtt_us comes from: tsecr, mirrored_tsval or quoted_tsval")              \
	FIELD(icmp_type, FIELD_INT, "int", "type of the ICMP error; null for TCP")                                               \
	FIELD(icmp_code, FIELD_INT, "int", "code of the ICMP error; null for TCP")                                               \
	FIELD(icmp_hop, FIELD_STRING, "string", "address that sent the ICMP error; null for TCP")                                \
	FIELD(icmp_quoted_option, FIELD_STRING, "string", "option of kind 30 in the quoted SYN, hex; null also where it is cut") \
	FIELD(icmp_quoted_options, FIELD_STRING, "string", "all TCP options of the quoted SYN, hex; null when not quoted whole") \
	FIELD(icmp_quoted_order, FIELD_STRING, "string", "names of the quoted SYN's options in order; null when not quoted whole")

#define MPTCP_FIELD_COUNT_ONE(name, type, zmap_type, description) +1
#define MPTCP_FIELD_COUNT (0 MPTCP_FIELD_LIST(MPTCP_FIELD_COUNT_ONE))

#endif
