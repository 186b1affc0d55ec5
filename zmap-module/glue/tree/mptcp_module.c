#include "mptcp_module.h"

#include <string.h>

#include "mptcp/fields.h"
#include "mptcp/glue/session.h"

#define ZMAP_FIELD(field, ctype, zmap_type, description) {.name = #field, .type = zmap_type, .desc = description},

fielddef_t mptcp_fields[] = {MPTCP_FIELD_LIST(ZMAP_FIELD)};

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

/* zmap frees the buffer with the one field that owns it, after the line is written. */
static void add_field(fieldset_t *fs, const char *name, const struct field_value *value, const char *buffer)
{
	switch (value->type) {
	case FIELD_STRING:
		fs_add_string(fs, name, (char *)value->text, value->text == buffer);
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

void mptcp_process(const struct scan *scan, const u_char *packet, uint32_t len, fieldset_t *fs, const struct timespec ts)
{
	struct reply reply;
	struct evidence evidence;
	struct field_value values[FIELDS_MAX];
	char *buffer = xmalloc(FIELDS_BUFFER_BYTES);
	uint64_t arrival_us = (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
	if (!reply_match(scan, packet + ETHERNET_BYTES, len - ETHERNET_BYTES, &reply)) {
		log_fatal("mptcp_synscan", "a reply that was accepted is no longer one");
	}
	evidence_read(scan, &reply, arrival_us, &evidence);
	fields_render(&evidence, values, buffer);
	for (size_t i = 0; i < field_count; i++) {
		add_field(fs, field_definition(i)->name, &values[i], buffer);
	}
}
