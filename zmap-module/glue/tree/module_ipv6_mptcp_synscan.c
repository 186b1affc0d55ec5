// mptcp_synscan over IPv6, for the ZMapv6 fork: it hands source and target to
// make_packet through its argument, and the IPv6 header to validate_packet as
// an IPv4 one.

#include <string.h>

#include "mptcp_module.h"
#include "packet.h"

#define MODULE_NAME "ipv6_mptcp_synscan"

probe_module_t module_ipv6_mptcp_synscan;

static struct scan scan;

static int ipv6_mptcp_synscan_global_initialize(struct state_conf *conf)
{
	mptcp_begin(MODULE_NAME, conf, &scan);
	if (scan.plan.list[0] != '\0' || scan.plan.walk > 0 || scan.plan.source[0] != '\0') {
		log_fatal(MODULE_NAME, "here the targets come from --ipv6-target-file and our address from --ipv6-source-ip");
	}
	module_ipv6_mptcp_synscan.max_packet_length = sender_longest(&scan, 6);
	return EXIT_SUCCESS;
}

static int ipv6_mptcp_synscan_prepare_packet(void *buf, macaddr_t *src, macaddr_t *gw, UNUSED void *arg)
{
	memset(buf, 0, FRAME_MAX);
	sender_prepare(mptcp_sender(), &scan, 6, src, gw);
	return EXIT_SUCCESS;
}

static int ipv6_mptcp_synscan_make_packet(void *buf, size_t *buf_len, UNUSED ipaddr_n_t src_ip,
					  UNUSED ipaddr_n_t dst_ip, port_n_t dport, UNUSED uint8_t ttl,
					  UNUSED uint32_t *validation, int probe_num, UNUSED uint16_t ip_id, void *arg)
{
	const struct in6_addr *addresses = arg;
	struct flow flow = {.family = 6, .target_port = ntohs(dport)};
	memcpy(flow.source, &addresses[0], sizeof(addresses[0]));
	memcpy(flow.target, &addresses[1], sizeof(addresses[1]));
	*buf_len = sender_write(mptcp_sender(), &scan, &flow, 0, (unsigned)probe_num, buf);
	return EXIT_SUCCESS;
}

static void ipv6_mptcp_synscan_print_packet(FILE *fp, void *packet)
{
	struct ether_header *ethh = packet;
	struct ip6_hdr *iph = (struct ip6_hdr *)&ethh[1];
	mptcp_print_tcp(fp, (struct tcphdr *)&iph[1]);
	fprintf_ipv6_header(fp, iph);
	fprintf_eth_header(fp, ethh);
	fprintf(fp, PRINT_PACKET_SEP);
}

static int ipv6_mptcp_synscan_validate_packet(const struct ip *ip_hdr, uint32_t len, UNUSED uint32_t *src_ip,
					      UNUSED uint32_t *validation, const struct port_conf *ports)
{
	struct reply reply;
	// without a list every index is 0
	if (!reply_match(&scan, (const uint8_t *)ip_hdr, len, &reply) || reply.flow.family != 6 || reply.index != 0 ||
	    !check_src_port(reply.flow.target_port, ports)) {
		return PACKET_INVALID;
	}
	return PACKET_VALID;
}

static void ipv6_mptcp_synscan_process_packet(const u_char *packet, uint32_t len, fieldset_t *fs,
					      uint32_t *validation, const struct timespec ts)
{
	mptcp_process(&scan, packet, len, fs, validation, ts);
}

probe_module_t module_ipv6_mptcp_synscan = {
    .name = MODULE_NAME,
    .max_packet_length = FRAME_MAX,
    .pcap_filter = "(ip6[6] == 6 && (ip6[53] & 4 != 0 || ip6[53] & 18 == 18)) || "
		   "(ip6[6] == 58 && (ip6[40] == 1 || ip6[40] == 3))",
    .pcap_snaplen = 256,
    .port_args = 1,
    .global_initialize = &ipv6_mptcp_synscan_global_initialize,
    .prepare_packet = &ipv6_mptcp_synscan_prepare_packet,
    .make_packet = &ipv6_mptcp_synscan_make_packet,
    .print_packet = &ipv6_mptcp_synscan_print_packet,
    .validate_packet = &ipv6_mptcp_synscan_validate_packet,
    .process_packet = &ipv6_mptcp_synscan_process_packet,
    .close = NULL,
    .helptext = MPTCP_HELP,
    .output_type = OUTPUT_TYPE_STATIC,
    .fields = mptcp_fields,
    .numfields = MPTCP_FIELD_COUNT,
};
