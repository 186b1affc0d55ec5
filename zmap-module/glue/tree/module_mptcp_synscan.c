// Probe module that sends TCP SYNs with an MPTCP option (RFC 6824, RFC 8684) and
// reports the option bytes that come back as evidence.

#include <string.h>

#include "mptcp_module.h"
#include "packet.h"

#define MODULE_NAME "mptcp_synscan"

probe_module_t module_mptcp_synscan;

static struct scan scan;

static int mptcp_synscan_global_initialize(struct state_conf *conf)
{
	mptcp_begin(MODULE_NAME, conf, &scan);
	if (scan.plan.list[0] != '\0' || scan.plan.walk > 0 || scan.plan.source[0] != '\0') {
		log_fatal(MODULE_NAME, "list=, walk= and source= belong to ipv6_mptcp_synscan of the plug-in for zmap 2.1.1");
	}
	// the rate in bits is computed from this
	module_mptcp_synscan.max_packet_length = sender_longest(&scan, 4);
	return EXIT_SUCCESS;
}

static int mptcp_synscan_prepare_packet(void *buf, macaddr_t *src, macaddr_t *gw, UNUSED void *arg)
{
	memset(buf, 0, FRAME_MAX);
	sender_prepare(mptcp_sender(), &scan, 4, src, gw);
	return EXIT_SUCCESS;
}

static int mptcp_synscan_make_packet(void *buf, size_t *buf_len, ipaddr_n_t src_ip, ipaddr_n_t dst_ip, port_n_t dport,
				     UNUSED uint8_t ttl, UNUSED uint32_t *validation, int probe_num, uint16_t ip_id,
				     UNUSED void *arg)
{
	struct flow flow = {.family = 4, .target_port = ntohs(dport)};
	memcpy(flow.source, &src_ip, sizeof(src_ip));
	memcpy(flow.target, &dst_ip, sizeof(dst_ip));
	*buf_len = sender_write(mptcp_sender(), &scan, &flow, 0, (unsigned)probe_num, buf);
	packet_set_ip_id(buf, ip_id);
	return EXIT_SUCCESS;
}

static void mptcp_synscan_print_packet(FILE *fp, void *packet)
{
	struct ether_header *ethh = packet;
	struct ip *iph = (struct ip *)&ethh[1];
	mptcp_print_tcp(fp, (struct tcphdr *)&iph[1]);
	fprintf_ip_header(fp, iph);
	fprintf_eth_header(fp, ethh);
	fprintf(fp, PRINT_PACKET_SEP);
}

static int mptcp_synscan_validate_packet(const struct ip *ip_hdr, uint32_t len, uint32_t *src_ip,
					 UNUSED uint32_t *validation, const struct port_conf *ports)
{
	struct reply reply;
	if (!reply_match(&scan, (const uint8_t *)ip_hdr, len, &reply) || reply.flow.family != 4 ||
	    !check_src_port(reply.flow.target_port, ports)) {
		return PACKET_INVALID;
	}
	memcpy(src_ip, reply.flow.target, sizeof(*src_ip));
	return PACKET_VALID;
}

static void mptcp_synscan_process_packet(const u_char *packet, uint32_t len, fieldset_t *fs,
					 uint32_t *validation, const struct timespec ts)
{
	mptcp_process(&scan, packet, len, fs, validation, ts);
}

probe_module_t module_mptcp_synscan = {
    .name = MODULE_NAME,
    .max_packet_length = FRAME_MAX,
    .pcap_filter = "(tcp && tcp[13] & 4 != 0) || (tcp && tcp[13] & 18 == 18) || icmp[0] == 3 || icmp[0] == 11",
    .pcap_snaplen = 256, // an ICMP error that quotes the longest SYN
    .port_args = 1,
    .global_initialize = &mptcp_synscan_global_initialize,
    .prepare_packet = &mptcp_synscan_prepare_packet,
    .make_packet = &mptcp_synscan_make_packet,
    .print_packet = &mptcp_synscan_print_packet,
    .validate_packet = &mptcp_synscan_validate_packet,
    .process_packet = &mptcp_synscan_process_packet,
    .close = NULL,
    .helptext = MPTCP_HELP,
    .output_type = OUTPUT_TYPE_STATIC,
    .fields = mptcp_fields,
    .numfields = MPTCP_FIELD_COUNT,
};
