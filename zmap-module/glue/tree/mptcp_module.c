#include "mptcp_module.h"

#include <string.h>

#include "../validate.h"
#include "mptcp/fields.h"
#include "mptcp/glue/session.h"

#define ZMAP_FIELD(field, ctype, zmap_type, description) {.name = #field, .type = zmap_type, .desc = description},

fielddef_t mptcp_fields[] = {MPTCP_FIELD_LIST(ZMAP_FIELD)};

static bool is_asked_for(const struct state_conf *conf, const char *field)
{
	for (int i = 0; i < conf->output_fields_len; i++) {
		if (strcmp(conf->output_fields[i], field) == 0) {
			return true;
		}
	}
	return false;
}

/* Options of zmap's own that would not mean here what they say. */
static void check_options(const char *module, const struct state_conf *conf, const struct scan *scan)
{
#ifdef VALIDATE_SRC_PORT_DISABLE_OVERRIDE
	if (conf->validate_source_port_override == VALIDATE_SRC_PORT_DISABLE_OVERRIDE) {
		log_fatal(module, "--validate-source-port=disable cannot be done: the port that was probed is in the keyed hash by "
				  "which an answer is known, so an answer from another port never is one. Leave the option out");
	}
#endif
	if (session_warning(scan) != NULL) {
		log_warn(module, "%s", session_warning(scan));
	}
	if (conf->batch > 1 && scan->plan.options == OPTIONS_LINUX && is_asked_for(conf, "rtt_us")) {
		log_warn(module, "rtt_us counts the wait in a batch too: packets leave %u at a time, after the clock was read. Give "
				 "--batch=1 for round trips",
			 (unsigned)conf->batch);
	}
}

void mptcp_begin(const char *module, struct state_conf *conf, struct scan *scan)
{
	char error[PLAN_ERROR_SIZE];
	struct session_settings settings = {
	    .probe_args = conf->probe_args,
	    .port_first = conf->source_port_first,
	    .port_last = conf->source_port_last,
	    .streams = (unsigned)conf->packet_streams,
	    .ttl = conf->probe_ttl,
	};
	if (!session_begin(&settings, scan, error)) {
		log_fatal(module, "%s", error);
	}
	check_options(module, conf, scan);
}

struct sender *mptcp_sender(void)
{
	static _Thread_local struct sender sender;
	return &sender;
}

void mptcp_print_tcp(FILE *fp, const struct tcphdr *tcph)
{
	const uint8_t *option = (const uint8_t *)&tcph[1];
	const uint8_t *end = (const uint8_t *)tcph + 4 * tcph->th_off;
	fprintf(fp, "tcp { source: %u | dest: %u | seq: %u | checksum: %#04X }\n", ntohs(tcph->th_sport),
		ntohs(tcph->th_dport), ntohl(tcph->th_seq), ntohs(tcph->th_sum));
	fprintf(fp, "tcp options { ");
	while (option < end) {
		fprintf(fp, "%02x", *option++);
	}
	fprintf(fp, " }\n");
}

static void add_field(fieldset_t *fs, const char *name, const struct field_value *value)
{
	switch (value->type) {
	case FIELD_STRING:
		fs_add_string(fs, name, (char *)value->text, 0);
		break;
	case FIELD_INT:
		fs_add_uint64(fs, name, value->number);
		break;
	case FIELD_BOOL:
		fs_add_bool(fs, name, (int)value->number);
		break;
	case FIELD_NULL:
		fs_add_null(fs, name);
		break;
	}
}

/* zmap gave the SYN the end of its own validation words, which it makes again for an answer; for an ICMP error they are the hop's. */
static int sent_ip_id(const struct evidence *evidence, const uint32_t *validation)
{
	if (evidence->reply.flow.family != 4 || evidence->reply.is_icmp) {
		return evidence->sent_ip_id;
	}
	return (uint16_t)validation[VALIDATE_BYTES / sizeof(uint32_t) - 1];
}

void mptcp_process(const struct scan *scan, const u_char *packet, uint32_t len, fieldset_t *fs, const uint32_t *validation,
		   const struct timespec ts)
{
	struct reply reply;
	struct evidence evidence;
	struct field_value values[FIELDS_MAX];
	/* zmap has written a reply's line when it asks for the next one. */
	static _Thread_local char buffer[FIELDS_BUFFER_BYTES];
	uint64_t arrival_us = (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
	if (!reply_match(scan, packet + ETHERNET_BYTES, len - ETHERNET_BYTES, &reply)) {
		log_fatal("mptcp_synscan", "a reply that was accepted is no longer one");
	}
	evidence_read(scan, &reply, arrival_us, &evidence);
	evidence.sent_ip_id = sent_ip_id(&evidence, validation);
	fields_render(&evidence, values, buffer);
	for (size_t i = 0; i < field_count; i++) {
		add_field(fs, field_definition(i)->name, &values[i]);
	}
}
