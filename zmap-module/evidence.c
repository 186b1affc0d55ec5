#include "evidence.h"

#include <string.h>

#include "bytes.h"
#include "packet.h"
#include "tcp_options.h"
#include "wire.h"

/* A clock difference beyond this is not a round trip: zmap stops listening long before. */
#define RTT_MAX_US 60000000u

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

static void read_tcp(const struct reply *reply, struct tcp_reply *out)
{
	*out = (struct tcp_reply){0, NULL, 0, false};
	if (reply->tcp_bytes < TCP_HEADER_BYTES) {
		out->truncated = true;
		return;
	}
	size_t header = (size_t)(reply->tcp[TCP_DATA_OFFSET_AT] >> 4) * 4;
	out->flags = reply->tcp[TCP_FLAGS_AT];
	out->options = reply->tcp + TCP_HEADER_BYTES;
	out->truncated = header < TCP_HEADER_BYTES || header > reply->tcp_bytes;
	if (header >= TCP_HEADER_BYTES) {
		out->options_bytes = smaller(header, reply->tcp_bytes) - TCP_HEADER_BYTES;
	}
}

static void set_rtt(struct evidence *out, uint64_t arrival_us, uint32_t sent_us, enum rtt_source source)
{
	uint32_t rtt = (uint32_t)arrival_us - sent_us;
	if (rtt > RTT_MAX_US) {
		out->rtt_missing = RTT_REJECTED;
		return;
	}
	out->rtt_us = rtt;
	out->sent_tsval = sent_us;
	out->rtt_source = source;
	out->rtt_missing = RTT_PRESENT;
}

/* True when the options are those of our SYN, byte for byte but for the clock. A SYN's own option that comes back makes
 * the reply `echoed` already; this is for the plain SYN, and keyed bytes, which the template leaves out, are never equal. */
static bool is_whole_mirror(const struct scan *scan, const struct evidence *evidence)
{
	static const uint8_t nobody[MAC_BYTES];
	struct packet_template syn;
	packet_template_build(&syn, scan, (uint8_t)evidence->reply.flow.family, evidence->sent.kind, nobody, nobody);
	const uint8_t *ours = syn.frame + syn.tcp_at + TCP_HEADER_BYTES, *theirs = evidence->tcp.options;
	size_t bytes = syn.length - syn.tcp_at - TCP_HEADER_BYTES, clock = syn.ts_at - syn.tcp_at - TCP_HEADER_BYTES;
	size_t behind = clock + sizeof(uint32_t);
	return evidence->tcp.options_bytes == bytes && memcmp(ours, theirs, clock) == 0 &&
	       memcmp(ours + behind, theirs + behind, bytes - behind) == 0;
}

/* RFC 7323, 3.2: TSecr of a SYN/ACK is our TSval. A mirror of everything sends our TSval as its own, and only of a
 * mirror is it read: of the clocks of others one in 70 happens to lie within RTT_MAX_US of ours. */
static void read_tcp_rtt(const struct scan *scan, uint64_t arrival_us, uint32_t value, uint32_t echo_reply,
			 struct evidence *out)
{
	if (echo_reply != 0) {
		set_rtt(out, arrival_us, echo_reply, RTT_TSECR);
	} else if (out->mptcp.classification == CLASS_ECHOED || is_whole_mirror(scan, out)) {
		set_rtt(out, arrival_us, value, RTT_MIRRORED_TSVAL);
		if (out->rtt_missing == RTT_REJECTED) {
			out->rtt_missing = RTT_NOT_RETURNED; /* a clock of the server's own, and ours not echoed */
		}
	}
}

static void read_rtt(const struct scan *scan, uint64_t arrival_us, struct evidence *out)
{
	uint32_t value, echo_reply;
	out->rtt_source = RTT_NONE;
	if (scan->plan.options != OPTIONS_LINUX) {
		out->rtt_missing = RTT_NOT_SENT;
		return;
	}
	out->rtt_missing = RTT_NOT_RETURNED;
	if (!tcp_options_timestamps(out->tcp.options, out->tcp.options_bytes, &value, &echo_reply)) {
		return;
	}
	if (out->reply.is_icmp) {
		set_rtt(out, arrival_us, value, RTT_QUOTED_TSVAL);
	} else {
		read_tcp_rtt(scan, arrival_us, value, echo_reply, out);
	}
}

static void classify_icmp(const struct evidence *evidence, struct mptcp_evidence *out)
{
	*out = (struct mptcp_evidence){.stated_length = -1, .read = {.subtype = -1, .version = -1, .flags = -1}};
	out->classification = evidence->reply.is_unreachable ? CLASS_ICMP_UNREACHABLE : CLASS_ICMP_TTL_EXCEEDED;
}

/* IP identification of our SYN: as quoted by an ICMP error, otherwise the one that packet.c gives every SYN. */
static int sent_ip_id(const struct reply *reply)
{
	if (reply->flow.family != 4) {
		return -1;
	}
	return reply->is_icmp ? get_be16(reply->ip + IPV4_ID_AT) : ZMAP_IP_ID;
}

void evidence_read(const struct scan *scan, const struct reply *reply, uint64_t arrival_us, struct evidence *out)
{
	struct flow_hash hash = flow_hash(scan, &reply->flow);
	out->reply = *reply;
	probe_number(scan, &hash, reply->index, reply->number, &out->sent);
	probe_options(scan, &reply->flow, &out->sent);
	out->sent_order = packet_options_order(scan, &out->sent);
	out->sent_ip_id = sent_ip_id(reply);
	read_tcp(reply, &out->tcp);
	if (reply->is_icmp) {
		classify_icmp(out, &out->mptcp);
	} else {
		classify_tcp(&out->sent, &out->tcp, &out->mptcp);
	}
	out->rtt_us = out->sent_tsval = 0;
	read_rtt(scan, arrival_us, out);
}
