/*
 * mptcp_synscan for zmap 2.1.1: the callbacks of its module table around the pure parts.
 */
#include "zmap_2_1_1.h"

#include <stdlib.h>
#include <string.h>

#include "../bytes.h"
#include "../field_list.h"
#include "../fields.h"
#include "../wire.h"
#include "help.h"
#include "plugin.h"
#include "repairs.h"
#include "sender.h"
#include "zconf.h"

#define NAME "mptcp_synscan"
#define SNAPLEN 256 /* an ICMP error quoting the longest SYN: 14 + 60 + 8 + 60 + 60 */

static struct scan scan;

static int global_initialize(void *conf)
{
	char error[PLAN_ERROR_SIZE];
	(void)conf;
	if (zconf_pointer(ZCONF_PROBE_MODULE) != &module_mptcp_synscan) {
		log_fatal(NAME, "this zmap keeps its configuration elsewhere than %s does: refused", ZMAP_VERSION);
	}
	struct session_settings settings = zconf_settings();
	if (!session_begin(&settings, &scan, error)) {
		log_fatal(NAME, "%s", error);
	}
	if (session_warning(&scan) != NULL) {
		log_warn(NAME, "%s", session_warning(&scan));
	}
	if (scan.plan.list[0] != '\0' || scan.plan.walk > 0 || scan.plan.source[0] != '\0') {
		log_fatal(NAME, "list=, walk= and source= belong to ipv6_mptcp_synscan");
	}
	/* zmap reads packet_length for every packet: shorter kinds ride with zeros behind them, which IP's
	 * own length cuts off. */
	module_mptcp_synscan.packet_length = sender_longest(&scan, 4);
	return EXIT_SUCCESS;
}

/* Templates are a thread's own: another one may be sending already. They live until the process ends. */
int zmap_2_1_1_prepare(const struct scan *of, uint8_t family, void *buffer, const uint8_t *source_mac,
		       const uint8_t *gateway_mac, void **argument)
{
	struct sender *sender = calloc(1, sizeof *sender);
	if (sender == NULL) {
		log_fatal(NAME, "out of memory");
	}
	memset(buffer, 0, FRAME_MAX);
	sender_prepare(sender, of, family, source_mac, gateway_mac);
	*argument = sender;
	return EXIT_SUCCESS;
}

static int thread_initialize(void *buffer, uint8_t *source_mac, uint8_t *gateway_mac, uint16_t port, void **argument)
{
	(void)port;
	return zmap_2_1_1_prepare(&scan, 4, buffer, source_mac, gateway_mac, argument);
}

static int make_packet(void *buffer, uint32_t source, uint32_t target, uint32_t *validation, int probe_num,
		       void *argument)
{
	struct flow flow = {.family = 4, .target_port = zconf_u16(ZCONF_TARGET_PORT)};
	(void)validation;
	memcpy(flow.source, &source, sizeof source);
	memcpy(flow.target, &target, sizeof target);
	sender_write(argument, &scan, &flow, 0, (unsigned)probe_num, buffer);
	return EXIT_SUCCESS;
}

void zmap_2_1_1_print_packet(FILE *out, void *packet)
{
	const uint8_t *frame = packet, *ip = frame + ETHERNET_BYTES;
	size_t bytes = ETHERNET_BYTES + (ip[0] >> 4 == 4 ? get_be16(ip + IPV4_TOTAL_LENGTH_AT) : IPV6_BYTES + (size_t)get_be16(ip + IPV6_PAYLOAD_LENGTH_AT));
	fprintf(out, "mptcp_synscan { frame: ");
	for (size_t i = 0; i < bytes && i < FRAME_MAX; i++) {
		fprintf(out, "%02x", frame[i]);
	}
	fprintf(out, " }\n------------------------------------------------------\n");
}

static int validate_packet(const void *ip, uint32_t length, uint32_t *source, uint32_t *validation)
{
	struct reply reply;
	(void)validation;
	if (!reply_match(&scan, ip, length, &reply) || reply.flow.family != 4 ||
	    reply.flow.target_port != zconf_u16(ZCONF_TARGET_PORT)) {
		return 0;
	}
	memcpy(source, reply.flow.target, sizeof *source);
	return 1;
}

/* zmap has written a reply's line when it asks for the next one: one buffer serves all. */
static void add_fields(struct zmap_fieldset *fields, const struct evidence *evidence)
{
	struct field_value values[FIELDS_MAX];
	static _Thread_local char buffer[FIELDS_BUFFER_BYTES];
	char *nothing = repairs_null_string();
	fields_render(evidence, values, buffer);
	for (size_t i = 0; i < field_count; i++) {
		const char *name = field_definition(i)->name;
		if (values[i].type == FIELD_STRING) {
			fs_add_string(fields, name, (char *)values[i].text, 0);
		} else if (values[i].type != FIELD_NULL) {
			fs_add_uint64(fields, name, values[i].number);
		} else if (nothing != NULL) {
			fs_add_string(fields, name, nothing, 0);
		} else {
			fs_add_null(fields, name);
		}
	}
}

void zmap_2_1_1_process(const struct scan *of, const uint8_t *packet, uint32_t length, struct zmap_fieldset *fields)
{
	struct reply reply;
	struct evidence evidence;
	/* With --vpn zmap counts the IP bytes alone, though it puts room for a frame's head before them. */
	size_t bytes = zconf_int(ZCONF_SEND_IP) ? length : length - ETHERNET_BYTES;
	if (!reply_match(of, packet + ETHERNET_BYTES, bytes, &reply)) {
		log_fatal(NAME, "a reply that was accepted is no longer one");
	}
	evidence_read(of, &reply, repairs_arrival_us(), &evidence);
	add_fields(fields, &evidence);
	json_line_due();
}

static void process_packet(const uint8_t *packet, uint32_t length, struct zmap_fieldset *fields)
{
	zmap_2_1_1_process(&scan, packet, length, fields);
}

#define ZMAP_FIELD(name, type, zmap_type, description) {#name, zmap_type, description},

static struct zmap_field fields_table[] = {MPTCP_FIELD_LIST(ZMAP_FIELD)};

struct zmap_probe_module module_mptcp_synscan = {
    .name = NAME,
    .packet_length = FRAME_MAX,
    .pcap_filter = "(tcp && tcp[13] & 4 != 0) || (tcp && tcp[13] & 18 == 18) || icmp[0] == 3 || icmp[0] == 11",
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
