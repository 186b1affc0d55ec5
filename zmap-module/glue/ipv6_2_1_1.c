/*
 * ipv6_mptcp_synscan for zmap 2.1.1, which knows no IPv6: zmap walks a range of IPv4 numbers, and the
 * n-th number stands for the n-th address of a sorted list. The place in the list travels in the sequence
 * number, under a keyed hash of both addresses, so that nothing has to be looked up when an answer comes.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../field_list.h"
#include "../hitlist.h"
#include "../wire.h"
#include "help.h"
#include "plugin.h"
#include "repairs.h"
#include "sender.h"
#include "zconf.h"

#define NAME "ipv6_mptcp_synscan"
#define SNAPLEN 256

static struct scan scan;
static struct hitlist list;
static uint8_t source[16];

/* The address that the kernel would send from; nothing is sent. */
static bool route_source(const uint8_t target[16], uint8_t out[16])
{
	struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_port = htons(9)};
	socklen_t length = sizeof address;
	int probe = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	memcpy(&address.sin6_addr, target, 16);
	bool found = probe >= 0 && connect(probe, (struct sockaddr *)&address, sizeof address) == 0 &&
		     getsockname(probe, (struct sockaddr *)&address, &length) == 0;
	if (found) {
		memcpy(out, &address.sin6_addr, 16);
	}
	if (probe >= 0) {
		close(probe);
	}
	return found;
}

static void find_source(void)
{
	if (scan.plan.source[0] != '\0') {
		if (inet_pton(AF_INET6, scan.plan.source, source) != 1) {
			log_fatal(NAME, "source=%s is no IPv6 address", scan.plan.source);
		}
	} else if (!route_source(hitlist_at(&list, 0), source)) {
		log_fatal(NAME, "this host has no IPv6 route to the first address of the list: give source=ADDRESS");
	}
}

static int global_initialize(void *conf)
{
	char error[PLAN_ERROR_SIZE];
	(void)conf;
	if (zconf_pointer(ZCONF_PROBE_MODULE) != &module_ipv6_mptcp_synscan) {
		log_fatal(NAME, "this zmap keeps its configuration elsewhere than %s does: refused", ZMAP_VERSION);
	}
	struct session_settings settings = zconf_settings();
	if (!session_begin(&settings, &scan, error)) {
		log_fatal(NAME, "%s", error);
	}
	if (session_warning(&scan) != NULL) {
		log_warn(NAME, "%s", session_warning(&scan));
	}
	if (zconf_int(ZCONF_SEND_IP)) {
		log_fatal(NAME, "-X (--vpn) sends IPv4 only");
	}
	if (scan.plan.list[0] == '\0') {
		log_fatal(NAME, "the targets come from a list: --probe-args=v1,list=FILE, as mptcp-hitlist wrote it, and its "
				"numbers with -w");
	}
	if (!hitlist_open(&list, scan.plan.list, error)) {
		log_fatal(NAME, "%s", error);
	}
	/* A blocklist or another -w would drop targets without a word. */
	uint64_t allowed = blacklist_count_allowed();
	if (scan.plan.walk > 0 && allowed != scan.plan.walk) {
		log_fatal(NAME, "zmap would walk %lu numbers, but walk= says %lu: give the -w file that holds those numbers of the list, "
				"no other targets, and a blocklist that leaves 240.0.0.0/4 alone",
			  (unsigned long)allowed, scan.plan.walk);
	}
	if (scan.plan.walk == 0 && allowed != list.count) {
		log_fatal(NAME, "zmap would walk %lu numbers, but the list has %lu addresses: give the -w file that mptcp-hitlist "
				"wrote with this list, no other targets, and a blocklist that leaves 240.0.0.0/4 alone",
			  (unsigned long)allowed, (unsigned long)list.count);
	}
	scan.targets = list.addresses;
	scan.target_count = list.count;
	find_source();
	module_ipv6_mptcp_synscan.packet_length = sender_longest(&scan, 6);
	return EXIT_SUCCESS;
}

static int thread_initialize(void *buffer, uint8_t *source_mac, uint8_t *gateway_mac, uint16_t port, void **argument)
{
	(void)port;
	return zmap_2_1_1_prepare(&scan, 6, buffer, source_mac, gateway_mac, argument);
}

static int make_packet(void *buffer, uint32_t zmap_source, uint32_t target, uint32_t *validation, int probe_num,
		       void *argument)
{
	struct flow flow = {.family = 6, .target_port = zconf_u16(ZCONF_TARGET_PORT)};
	uint32_t index = ntohl(target) - HITLIST_FIRST_NUMBER;
	(void)zmap_source;
	(void)validation;
	if (index >= list.count) {
		log_fatal(NAME, "zmap walks to a number that the list does not reach: give the -w file that mptcp-hitlist wrote with it");
	}
	memcpy(flow.source, source, sizeof source);
	memcpy(flow.target, hitlist_at(&list, index), sizeof flow.target);
	sender_write(argument, &scan, &flow, index, (unsigned)probe_num, buffer);
	return EXIT_SUCCESS;
}

static int validate_packet(const void *ip, uint32_t length, uint32_t *zmap_source, uint32_t *validation)
{
	struct reply reply;
	(void)validation;
	if (!reply_match(&scan, ip, length, &reply) || reply.flow.family != 6 ||
	    reply.flow.target_port != zconf_u16(ZCONF_TARGET_PORT) ||
	    memcmp(source, reply.flow.source, sizeof source) != 0) {
		return 0;
	}
	*zmap_source = htonl(HITLIST_FIRST_NUMBER + reply.index); /* for zmap's own search for duplicates */
	return 1;
}

static void set_address(struct zmap_fieldset *fields, const char *name, const uint8_t *address)
{
	char *text = malloc(INET6_ADDRSTRLEN);
	if (text == NULL || inet_ntop(AF_INET6, address, text, INET6_ADDRSTRLEN) == NULL) {
		log_fatal(NAME, "out of memory");
	}
	fs_modify_string(fields, name, text, 1);
}

static void set_null(struct zmap_fieldset *fields, const char *name)
{
	if (repairs_null_string() != NULL) {
		fs_modify_string(fields, name, repairs_null_string(), 0);
	} else {
		fs_modify_null(fields, name);
	}
}

/* zmap has read the packet as IPv4: its own fields are written anew. */
static void process_packet(const uint8_t *packet, uint32_t length, struct zmap_fieldset *fields)
{
	const uint8_t *ip = packet + ETHERNET_BYTES;
	set_address(fields, "saddr", ip + IPV6_SOURCE_AT);
	set_null(fields, "saddr-raw");
	set_address(fields, "daddr", ip + IPV6_TARGET_AT);
	set_null(fields, "daddr-raw");
	set_null(fields, "ipid");
	fs_modify_uint64(fields, "ttl", ip[IPV6_HOP_LIMIT_AT]);
	zmap_2_1_1_process(&scan, packet, length, fields);
}

#define ZMAP_FIELD(name, type, zmap_type, description) {#name, zmap_type, description},

static struct zmap_field fields_table[] = {MPTCP_FIELD_LIST(ZMAP_FIELD)};

struct zmap_probe_module module_ipv6_mptcp_synscan = {
    .name = NAME,
    .packet_length = FRAME_MAX,
    .pcap_filter = "(ip6[6] == 6 && (ip6[53] & 4 != 0 || ip6[53] & 18 == 18)) || "
		   "(ip6[6] == 58 && (ip6[40] == 1 || ip6[40] == 3))",
    .pcap_snaplen = SNAPLEN,
    .needs_ports = 1,
    .global_initialize = global_initialize,
    .thread_initialize = thread_initialize,
    .make_packet = make_packet,
    .print_packet = zmap_2_1_1_print_packet,
    .validate_packet = validate_packet,
    .process_packet = process_packet,
    .fields = fields_table,
    .field_count = sizeof fields_table / sizeof fields_table[0],
    .help = HELP_TEXT,
};
