/*
 * libFuzzer: random bytes as an option area, as an answer to a real probe, as a raw packet, as arguments.
 * Beyond the sanitizers it holds what the classification promises.
 *
 *   byte 0: how the rest is read; byte 1: the probe kind; the rest: bytes
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "../bytes.h"
#include "../fields.h"
#include "../packet.h"
#include "../tcp_options.h"

enum reading { READ_OPTIONS,
	       READ_ANSWER,
	       READ_PACKET,
	       READ_ARGUMENTS,
	       READING_COUNT };

static const uint8_t SECRET[] = "0123456789abcdef";

static void promise(bool holds)
{
	if (!holds) {
		abort();
	}
}

static void promise_capable(const struct probe *sent, const struct mptcp_evidence *got)
{
	promise(got->classification < CLASS_COUNT);
	if (got->classification != CLASS_MP_CAPABLE) {
		return;
	}
	promise(sent->version >= 0 && sent->version == got->read.version && sent->kind != PROBE_GREASE);
	promise(got->stated_length == TCPOLEN_MPTCP_MPC_SYNACK && got->read.has_key && got->faults == 0);
	for (size_t from = 0; sent->has_key && from + 4 <= MPTCP_KEY_BYTES; from++) {
		promise(memmem(got->read.key, MPTCP_KEY_BYTES, sent->key + from, 4) == NULL);
	}
}

static struct scan scan_for(uint8_t kind)
{
	struct scan scan;
	struct probe_plan plan = {.kind_count = 1, .ttl_first = PLAN_TTL_DEFAULT, .ttl_last = PLAN_TTL_DEFAULT};
	plan.kinds[0] = (enum probe_kind)(kind % PROBE_KIND_COUNT);
	memcpy(plan.secret, SECRET, sizeof plan.secret);
	scan_begin(&scan, &plan, 1, 1024, 1000);
	return scan;
}

static struct flow flow_for(uint8_t family)
{
	struct flow flow = {.family = family, .target_port = 80};
	memset(flow.source, 1, family == 4 ? 4 : 16);
	memset(flow.target, 2, family == 4 ? 4 : 16);
	return flow;
}

static struct probe probe_for(const struct scan *scan, const struct flow *flow)
{
	struct probe probe;
	struct flow_hash hash = flow_hash(scan, flow);
	probe_number(scan, &hash, 0, 0, &probe);
	probe_options(scan, flow, &probe);
	return probe;
}

static void read_options(const struct scan *scan, const uint8_t *data, size_t size)
{
	struct flow flow = flow_for(4);
	struct probe sent = probe_for(scan, &flow);
	struct mptcp_evidence got;
	for (uint8_t flags = 0x10; flags <= 0x16; flags += 2) {
		classify_tcp(&sent, &(struct tcp_reply){flags, data, size, false}, &got);
		promise_capable(&sent, &got);
	}
}

static void read_packet(const struct scan *scan, const uint8_t *ip, size_t bytes)
{
	struct reply reply;
	struct evidence evidence;
	struct field_value values[FIELDS_MAX];
	char buffer[FIELDS_BUFFER_BYTES];
	if (!reply_match(scan, ip, bytes, &reply)) {
		return;
	}
	evidence_read(scan, &reply, 1000000, &evidence);
	promise(reply.is_icmp || evidence.mptcp.classification < CLASS_ICMP_UNREACHABLE);
	if (!reply.is_icmp) {
		promise_capable(&evidence.sent, &evidence.mptcp);
	}
	fields_render(&evidence, values, buffer);
	for (size_t i = 0; i < field_count; i++) {
		promise(values[i].type != FIELD_STRING || strlen(values[i].text) < FIELDS_BUFFER_BYTES);
	}
	promise(values[0].text == buffer);
}

/* A header that matches, with the fuzzer's bytes over everything that a host is free to choose. */
static void read_answer(const struct scan *scan, const uint8_t *data, size_t size)
{
	struct flow flow = flow_for(4);
	struct probe sent = probe_for(scan, &flow);
	size_t tcp_bytes = TCP_HEADER_BYTES + size, bytes = 20 + tcp_bytes;
	uint8_t *ip = calloc(1, bytes), *tcp = ip + 20;
	ip[0] = 0x45;
	put_be16(ip + 2, (uint16_t)bytes);
	ip[9] = 6;
	memcpy(ip + 12, flow.target, 4);
	memcpy(ip + 16, flow.source, 4);
	put_be16(tcp, flow.target_port);
	put_be16(tcp + 2, sent.source_port);
	put_be32(tcp + 8, sent.sequence + 1);
	tcp[12] = size > 0 ? data[0] : 0x50;
	tcp[13] = size > 1 && data[1] & 1 ? 0x14 : 0x12;
	if (size > 0) {
		memcpy(tcp + TCP_HEADER_BYTES, data, size);
	}
	read_packet(scan, ip, bytes);
	free(ip);
}

static void read_arguments(const uint8_t *data, size_t size)
{
	struct probe_plan plan;
	char error[PLAN_ERROR_SIZE] = "", *text = calloc(1, size + 1);
	memcpy(text, data, size);
	bool ok = plan_parse(text, &plan, error);
	promise(ok ? plan_variants(&plan) > 0 && plan.kind_count <= PLAN_KINDS_MAX : error[0] != '\0');
	promise(!ok || plan_fits(&plan, plan_variants(&plan), UINT16_MAX, error) == (plan_variants(&plan) <= PLAN_STREAMS_MAX));
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2) {
		return 0;
	}
	struct scan scan = scan_for(data[1]);
	switch ((enum reading)(data[0] % READING_COUNT)) {
	case READ_OPTIONS:
		read_options(&scan, data + 2, size - 2);
		break;
	case READ_ANSWER:
		read_answer(&scan, data + 2, size - 2);
		break;
	case READ_PACKET:
		read_packet(&scan, data + 2, size - 2);
		break;
	case READ_ARGUMENTS:
		read_arguments(data + 2, size - 2);
		break;
	case READING_COUNT:
		break;
	}
	return 0;
}
