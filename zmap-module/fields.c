#include "fields.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "bytes.h"
#include "field_list.h"
#include "packet.h"
#include "tcp_options.h"
#include "wire.h"

/* Strings are laid one after another into the caller's buffer. */
struct writer {
	char *at, *end;
};

static const struct field_value ABSENT = {FIELD_NULL, 0, NULL};

static struct field_value integer(uint32_t number)
{
	return (struct field_value){FIELD_INT, number, NULL};
}

static struct field_value integer_or_null(int number)
{
	return number < 0 ? ABSENT : integer((uint32_t)number);
}

static struct field_value boolean(bool value)
{
	return (struct field_value){FIELD_BOOL, value, NULL};
}

static struct field_value fixed(const char *text)
{
	return text == NULL ? ABSENT : (struct field_value){FIELD_STRING, 0, text};
}

/* Closes a string that began at `start`; FIELDS_BUFFER_BYTES has room for all, so null is never seen. */
static struct field_value written(const char *start, struct writer *out)
{
	if (out->at == out->end) {
		return ABSENT;
	}
	*out->at++ = '\0';
	return fixed(start);
}

static void put_text(struct writer *out, const char *text)
{
	while (*text != '\0' && out->at + 1 < out->end) {
		*out->at++ = *text++;
	}
}

static void put_hex(struct writer *out, const uint8_t *bytes, size_t count)
{
	static const char DIGITS[] = "0123456789abcdef";
	for (size_t i = 0; i < count && out->at + 2 < out->end; i++) {
		*out->at++ = DIGITS[bytes[i] >> 4];
		*out->at++ = DIGITS[bytes[i] & 0x0f];
	}
}

static struct field_value hex(struct writer *out, const uint8_t *bytes, size_t count)
{
	const char *start = out->at;
	put_hex(out, bytes, count);
	return written(start, out);
}

static struct field_value hex_u32(struct writer *out, const uint8_t *at)
{
	return hex(out, at, 4);
}

static struct field_value hex_byte_or_null(struct writer *out, int value)
{
	uint8_t byte = (uint8_t)value;
	return value < 0 ? ABSENT : hex(out, &byte, 1);
}

static struct field_value address(struct writer *out, uint8_t family, const uint8_t *bytes)
{
	char text[INET6_ADDRSTRLEN];
	const char *start = out->at;
	if (inet_ntop(family == 4 ? AF_INET : AF_INET6, bytes, text, sizeof text) == NULL) {
		return ABSENT;
	}
	put_text(out, text);
	return written(start, out);
}

#define RENDER(name) static struct field_value name(const struct evidence *e, struct writer *out)
#define UNUSED_WRITER (void)out

RENDER(render_target)
{
	return address(out, e->reply.flow.family, e->reply.flow.target);
}

RENDER(render_classification)
{
	UNUSED_WRITER;
	return fixed(classification_name(e->mptcp.classification));
}

static bool is_synack(const struct evidence *e)
{
	enum classification c = e->mptcp.classification;
	return !e->reply.is_icmp && c != CLASS_RST && c != CLASS_MP_TCPRST;
}

RENDER(render_success)
{
	UNUSED_WRITER;
	return boolean(is_synack(e));
}

RENDER(render_app_success)
{
	UNUSED_WRITER;
	return boolean(e->mptcp.app_success);
}

RENDER(render_probe)
{
	UNUSED_WRITER;
	return fixed(probe_kind_name(e->sent.kind));
}

RENDER(render_probe_num)
{
	UNUSED_WRITER;
	return integer(e->sent.number);
}

RENDER(render_sport)
{
	UNUSED_WRITER;
	return integer(e->reply.flow.target_port);
}

RENDER(render_dport)
{
	UNUSED_WRITER;
	return integer(e->sent.source_port);
}

RENDER(render_seq)
{
	return e->reply.is_icmp ? ABSENT : hex_u32(out, e->reply.tcp + TCP_SEQUENCE_AT);
}

RENDER(render_ack)
{
	return e->reply.is_icmp ? ABSENT : hex_u32(out, e->reply.tcp + TCP_ACKNOWLEDGEMENT_AT);
}

RENDER(render_window)
{
	UNUSED_WRITER;
	return e->reply.is_icmp ? ABSENT : integer(get_be16(e->reply.tcp + TCP_WINDOW_AT));
}

RENDER(render_tcp_flags)
{
	return hex_byte_or_null(out, e->reply.is_icmp ? -1 : e->tcp.flags);
}

static bool is_ipv4_reply(const struct evidence *e)
{
	return !e->reply.is_icmp && e->reply.flow.family == 4;
}

RENDER(render_ip_id)
{
	UNUSED_WRITER;
	return is_ipv4_reply(e) ? integer(get_be16(e->reply.ip + IPV4_ID_AT)) : ABSENT;
}

RENDER(render_ip_df)
{
	UNUSED_WRITER;
	return is_ipv4_reply(e) ? boolean((get_be16(e->reply.ip + IPV4_FRAGMENT_AT) & IPV4_DONT_FRAGMENT) != 0) : ABSENT;
}

/* For IPv6 the traffic class, which spans the first two bytes. */
RENDER(render_ip_tos)
{
	UNUSED_WRITER;
	if (e->reply.is_icmp) {
		return ABSENT;
	}
	return integer(e->reply.flow.family == 4 ? e->reply.ip[IPV4_TOS_AT] : get_be16(e->reply.ip) >> 4 & 0xff);
}

RENDER(render_sent_version)
{
	UNUSED_WRITER;
	return integer_or_null(e->sent.version);
}

RENDER(render_sent_flags)
{
	return hex_byte_or_null(out, e->sent.flags);
}

RENDER(render_sent_key)
{
	return e->sent.has_key ? hex(out, e->sent.key, MPTCP_KEY_BYTES) : ABSENT;
}

RENDER(render_sent_option)
{
	return e->sent.option_bytes > 0 ? hex(out, e->sent.option, e->sent.option_bytes) : ABSENT;
}

RENDER(render_sent_ttl)
{
	UNUSED_WRITER;
	return integer(e->sent.ttl);
}

RENDER(render_sent_window)
{
	(void)e;
	UNUSED_WRITER;
	return integer(SYN_WINDOW);
}

RENDER(render_sent_ip_id)
{
	UNUSED_WRITER;
	return integer_or_null(e->sent_ip_id);
}

RENDER(render_sent_options_order)
{
	UNUSED_WRITER;
	return fixed(e->sent_order);
}

static struct field_value hex_number(struct writer *out, uint32_t number)
{
	uint8_t bytes[4];
	put_be32(bytes, number);
	return hex_u32(out, bytes);
}

RENDER(render_sent_seq)
{
	return hex_number(out, e->sent.sequence);
}

RENDER(render_sent_tsval)
{
	return e->rtt_missing == RTT_PRESENT ? hex_number(out, e->sent_tsval) : ABSENT;
}

RENDER(render_mptcp_option)
{
	return e->mptcp.option != NULL ? hex(out, e->mptcp.option, e->mptcp.option_bytes) : ABSENT;
}

RENDER(render_mptcp_options)
{
	struct tcp_options_walk walk = tcp_options_begin(e->tcp.options, e->tcp.options_bytes);
	struct tcp_option option;
	const char *start = out->at;
	if (e->mptcp.option == NULL) {
		return ABSENT;
	}
	while (tcp_options_next(&walk, &option)) {
		if (option.kind == TCPOPT_KIND_MPTCP) {
			put_text(out, out->at == start ? "" : ",");
			put_hex(out, option.at, option.bytes);
		}
	}
	return written(start, out);
}

RENDER(render_mptcp_length)
{
	UNUSED_WRITER;
	return integer_or_null(e->mptcp.stated_length);
}

RENDER(render_mptcp_subtype)
{
	UNUSED_WRITER;
	return integer_or_null(e->mptcp.read.subtype);
}

RENDER(render_mptcp_version)
{
	UNUSED_WRITER;
	return integer_or_null(e->mptcp.read.version);
}

RENDER(render_mptcp_flags)
{
	return hex_byte_or_null(out, e->mptcp.read.flags);
}

RENDER(render_mptcp_key)
{
	return e->mptcp.read.has_key ? hex(out, e->mptcp.read.key, MPTCP_KEY_BYTES) : ABSENT;
}

RENDER(render_faults)
{
	const char *start = out->at;
	for (int i = 0; i < FAULT_COUNT; i++) {
		if (e->mptcp.faults >> i & 1) {
			put_text(out, out->at == start ? "" : ",");
			put_text(out, fault_name((enum fault)i));
		}
	}
	return written(start, out);
}

RENDER(render_tcp_options)
{
	return e->reply.is_icmp ? ABSENT : hex(out, e->tcp.options, e->tcp.options_bytes);
}

static struct field_value fingerprint(const struct evidence *e, struct writer *out)
{
	char text[TCP_FINGERPRINT_SIZE];
	const char *start = out->at;
	tcp_options_fingerprint(e->tcp.options, e->tcp.options_bytes, text);
	put_text(out, text);
	return written(start, out);
}

RENDER(render_options_order)
{
	return e->reply.is_icmp ? ABSENT : fingerprint(e, out);
}

RENDER(render_rtt_us)
{
	UNUSED_WRITER;
	return e->rtt_missing == RTT_PRESENT ? integer(e->rtt_us) : ABSENT;
}

RENDER(render_rtt_missing)
{
	static const char *const NAMES[] = {[RTT_PRESENT] = NULL,
					    [RTT_NOT_SENT] = "not_sent",
					    [RTT_NOT_RETURNED] = "not_returned",
					    [RTT_REJECTED] = "rejected"};
	UNUSED_WRITER;
	return fixed(NAMES[e->rtt_missing]);
}

RENDER(render_rtt_source)
{
	static const char *const NAMES[] = {[RTT_NONE] = NULL,
					    [RTT_TSECR] = "tsecr",
					    [RTT_MIRRORED_TSVAL] = "mirrored_tsval",
					    [RTT_QUOTED_TSVAL] = "quoted_tsval"};
	UNUSED_WRITER;
	return fixed(NAMES[e->rtt_source]);
}

RENDER(render_icmp_type)
{
	UNUSED_WRITER;
	return e->reply.is_icmp ? integer(e->reply.icmp_type) : ABSENT;
}

RENDER(render_icmp_code)
{
	UNUSED_WRITER;
	return e->reply.is_icmp ? integer(e->reply.icmp_code) : ABSENT;
}

RENDER(render_icmp_hop)
{
	return e->reply.is_icmp ? address(out, e->reply.flow.family, e->reply.hop) : ABSENT;
}

RENDER(render_icmp_quoted_option)
{
	struct tcp_options_walk walk = tcp_options_begin(e->tcp.options, e->tcp.options_bytes);
	struct tcp_option option;
	while (e->reply.is_icmp && tcp_options_next(&walk, &option)) {
		if (option.kind == TCPOPT_KIND_MPTCP) {
			return hex(out, option.at, option.bytes);
		}
	}
	return ABSENT;
}

RENDER(render_icmp_quoted_options)
{
	bool quoted = e->reply.is_icmp && e->tcp.options != NULL && !e->tcp.truncated;
	return quoted ? hex(out, e->tcp.options, e->tcp.options_bytes) : ABSENT;
}

RENDER(render_icmp_quoted_order)
{
	bool quoted = e->reply.is_icmp && e->tcp.options != NULL && !e->tcp.truncated;
	return quoted ? fingerprint(e, out) : ABSENT;
}

#define TABLE_ROW(name, type, zmap_type, description) {{#name, type, description}, render_##name},

static const struct {
	struct field_definition definition;
	struct field_value (*render)(const struct evidence *e, struct writer *out);
} FIELDS[] = {MPTCP_FIELD_LIST(TABLE_ROW)};

const size_t field_count = sizeof FIELDS / sizeof FIELDS[0];
_Static_assert(sizeof FIELDS / sizeof FIELDS[0] <= FIELDS_MAX, "FIELDS_MAX holds every field");

const struct field_definition *field_definition(size_t index)
{
	return &FIELDS[index].definition;
}

void fields_render(const struct evidence *evidence, struct field_value *values, char *buffer)
{
	struct writer out = {buffer, buffer + FIELDS_BUFFER_BYTES};
	for (size_t i = 0; i < field_count; i++) {
		values[i] = FIELDS[i].render(evidence, &out);
	}
}
