/*
 * mptcp_synscan for zmap 2.1.1: the callbacks of its module table around the pure parts.
 */
#define _GNU_SOURCE
#include "zmap_2_1_1.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../bytes.h"
#include "../fields.h"
#include "../packet.h"
#include "help.h"
#include "plugin.h"
#include "repairs.h"
#include "session.h"

#define NAME "mptcp_synscan"
#define SNAPLEN 256 /* an ICMP error quoting the longest SYN: 14 + 60 + 8 + 60 + 60 */

static struct scan scan;
static struct packet_template templates[PROBE_KIND_COUNT];

static uint16_t conf_u16(size_t offset)
{
	uint16_t value;
	memcpy(&value, zconf + offset, sizeof value);
	return value;
}

static int conf_int(size_t offset)
{
	int value;
	memcpy(&value, zconf + offset, sizeof value);
	return value;
}

static const void *conf_pointer(size_t offset)
{
	const void *value;
	memcpy(&value, zconf + offset, sizeof value);
	return value;
}

static int global_initialize(void *conf)
{
	char error[PLAN_ERROR_SIZE];
	(void)conf;
	if (conf_pointer(ZCONF_PROBE_MODULE) != &module_mptcp_synscan) {
		log_fatal(NAME, "this zmap keeps its configuration elsewhere than %s does: refused", ZMAP_VERSION);
	}
	struct session_settings settings = {
	    .probe_args = conf_pointer(ZCONF_PROBE_ARGS),
	    .port_first = conf_u16(ZCONF_SOURCE_PORT_FIRST),
	    .port_last = conf_u16(ZCONF_SOURCE_PORT_LAST),
	    .streams = (unsigned)conf_int(ZCONF_STREAMS),
	};
	if (!session_begin(&settings, &scan, error)) {
		log_fatal(NAME, "%s", error);
	}
	/* zmap reads packet_length for every packet: shorter kinds ride with zeros behind them, which IP's
	 * own length cuts off. */
	static const uint8_t nobody[MAC_BYTES];
	module_mptcp_synscan.packet_length = 0;
	for (unsigned i = 0; i < scan.plan.kind_count; i++) {
		struct packet_template built;
		packet_template_build(&built, &scan, 4, scan.plan.kinds[i], nobody, nobody, 0);
		if (built.length > module_mptcp_synscan.packet_length) {
			module_mptcp_synscan.packet_length = built.length;
		}
	}
	return EXIT_SUCCESS;
}

static int thread_initialize(void *buffer, uint8_t *source_mac, uint8_t *gateway_mac, uint16_t port, void **argument)
{
	(void)argument;
	memset(buffer, 0, FRAME_MAX);
	for (unsigned i = 0; i < scan.plan.kind_count; i++) {
		enum probe_kind kind = scan.plan.kinds[i];
		packet_template_build(&templates[kind], &scan, 4, kind, source_mac, gateway_mac, port);
	}
	return EXIT_SUCCESS;
}

static uint32_t clock_us(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return (uint32_t)((uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000);
}

static int make_packet(void *buffer, uint32_t source, uint32_t target, uint32_t *validation, int probe_num,
		       void *argument)
{
	struct flow flow = {.family = 4, .target_port = conf_u16(ZCONF_TARGET_PORT)};
	struct probe probe;
	(void)validation;
	(void)argument;
	memcpy(flow.source, &source, sizeof source);
	memcpy(flow.target, &target, sizeof target);
	struct flow_hash hash = flow_hash(&scan, &flow);
	probe_number(&scan, &hash, 0, (unsigned)probe_num, &probe);
	const struct packet_template *template = &templates[probe.kind];
	if (template->option_at != 0 || template->canary_at != 0) {
		probe_options(&scan, &flow, &probe);
	}
	packet_write(template, &flow, &probe, clock_us(), buffer);
	return EXIT_SUCCESS;
}

static void print_packet(FILE *out, void *packet)
{
	const uint8_t *frame = packet, *ip = frame + ETHERNET_BYTES;
	size_t bytes = ETHERNET_BYTES + (size_t)get_be16(ip + 2);
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
	    reply.flow.target_port != conf_u16(ZCONF_TARGET_PORT)) {
		return 0;
	}
	memcpy(source, reply.flow.target, sizeof *source);
	return 1;
}

/* zmap frees the buffer with the one field that owns it, after the line is written. */
void zmap_2_1_1_add_fields(struct zmap_fieldset *fields, const struct evidence *evidence)
{
	struct field_value values[FIELDS_MAX];
	char *buffer = malloc(FIELDS_BUFFER_BYTES), *nothing = repairs_null_string();
	if (buffer == NULL) {
		log_fatal(NAME, "out of memory");
	}
	fields_render(evidence, values, buffer);
	for (size_t i = 0; i < field_count; i++) {
		const char *name = field_definition(i)->name;
		if (values[i].type == FIELD_STRING) {
			fs_add_string(fields, name, (char *)values[i].text, values[i].text == buffer);
		} else if (values[i].type != FIELD_NULL) {
			fs_add_uint64(fields, name, values[i].number);
		} else if (nothing != NULL) {
			fs_add_string(fields, name, nothing, 0);
		} else {
			fs_add_null(fields, name);
		}
	}
}

static void process_packet(const uint8_t *packet, uint32_t length, struct zmap_fieldset *fields)
{
	struct reply reply;
	struct evidence evidence;
	/* With --iplayer zmap counts the IP bytes alone, though it puts room for a frame's head before them. */
	size_t bytes = conf_int(ZCONF_SEND_IP) ? length : length - ETHERNET_BYTES;
	if (!reply_match(&scan, packet + ETHERNET_BYTES, bytes, &reply)) {
		log_fatal(NAME, "a reply that was accepted is no longer one");
	}
	evidence_read(&scan, &reply, repairs_arrival_us(), &evidence);
	zmap_2_1_1_add_fields(fields, &evidence);
}

struct zmap_probe_module module_mptcp_synscan = {
    .name = NAME,
    .packet_length = FRAME_MAX,
    .pcap_filter = "(tcp && tcp[13] & 4 != 0) || (tcp && tcp[13] & 18 == 18) || icmp[0] == 3 || icmp[0] == 11",
    .pcap_snaplen = SNAPLEN,
    .needs_ports = 1,
    .global_initialize = global_initialize,
    .thread_initialize = thread_initialize,
    .make_packet = make_packet,
    .print_packet = print_packet,
    .validate_packet = validate_packet,
    .process_packet = process_packet,
    .help = HELP_TEXT,
};
