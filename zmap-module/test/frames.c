#include "frames.h"

#include <string.h>

#include "../bytes.h"
#include "../packet.h"
#include "check.h"

static const uint8_t MAC_US[MAC_BYTES] = {2, 0, 0, 0, 0, 2}, MAC_THEM[MAC_BYTES] = {2, 0, 0, 0, 0, 1};

struct scan scan_of(const char *arguments, unsigned streams)
{
	struct scan scan;
	struct probe_plan plan;
	char error[PLAN_ERROR_SIZE] = "";
	check(plan_parse(arguments, &plan, error), "\"%s\" is understood: %s", arguments, error);
	check(plan_fits(&plan, streams, 28233, error), "\"%s\" fits -P %u: %s", arguments, streams, error);
	for (uint8_t i = 0; i < SECRET_BYTES; i++) {
		plan.secret[i] = i;
	}
	scan_begin(&scan, &plan, streams, 32768, 28233);
	return scan;
}

struct flow flow_v4(uint8_t last)
{
	struct flow flow = {.family = 4, .target_port = 80};
	memcpy(flow.source, (const uint8_t[]){240, 0, 0, 2}, 4);
	memcpy(flow.target, (const uint8_t[]){198, 18, 0, last}, 4);
	return flow;
}

struct flow flow_v6(uint8_t last)
{
	struct flow flow = {.family = 6, .target_port = 443};
	memcpy(flow.source, (const uint8_t[]){0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2}, 16);
	memcpy(flow.target, (const uint8_t[]){0x20, 1, 0xd, 0xb8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 16);
	flow.target[15] = last;
	return flow;
}

void use_list(struct scan *scan)
{
	static uint8_t targets[256][16];
	for (unsigned i = 0; i < 256; i++) {
		memcpy(targets[i], flow_v6((uint8_t)i).target, 16);
	}
	scan->targets = targets[0];
	scan->target_count = 256;
}

size_t build_syn(const struct scan *scan, const struct flow *flow, unsigned number, uint32_t index, uint32_t clock,
		 struct probe *probe, uint8_t *frame)
{
	struct packet_template template;
	struct flow_hash hash = flow_hash(scan, flow);
	probe_number(scan, &hash, index, number, probe);
	probe_options(scan, flow, probe);
	packet_template_build(&template, scan, flow->family, probe->kind, MAC_US, MAC_THEM);
	packet_write(&template, flow, probe, clock, frame);
	return template.length;
}

size_t build_answer(const uint8_t *frame, uint8_t flags, const uint8_t *options, size_t bytes, uint8_t *ip)
{
	const uint8_t *ours = frame + ETHERNET_BYTES;
	bool v4 = ours[0] >> 4 == 4;
	size_t header = v4 ? 20 : 40;
	uint8_t *tcp = ip + header;
	memset(ip, 0, header + TCP_HEADER_BYTES);
	ip[0] = v4 ? 0x45 : 0x60;
	put_be16(ip + (v4 ? 2 : 4), (uint16_t)((v4 ? 20 : 0) + TCP_HEADER_BYTES + bytes));
	ip[v4 ? 9 : 6] = 6;
	size_t address = v4 ? 4 : 16, at = v4 ? 12 : 8;
	memcpy(ip + at, ours + at + address, address);
	memcpy(ip + at + address, ours + at, address);
	memcpy(tcp, ours + header + 2, 2);
	memcpy(tcp + 2, ours + header, 2);
	put_be32(tcp + 8, get_be32(ours + header + 4) + 1);
	tcp[12] = (uint8_t)((TCP_HEADER_BYTES + bytes) / 4 << 4);
	tcp[13] = flags;
	if (bytes > 0) {
		memcpy(tcp + TCP_HEADER_BYTES, options, bytes);
	}
	return header + TCP_HEADER_BYTES + bytes;
}

size_t build_error(const uint8_t *frame, size_t quoted, uint8_t type, const uint8_t *hop, uint8_t *ip)
{
	const uint8_t *ours = frame + ETHERNET_BYTES;
	bool v4 = ours[0] >> 4 == 4;
	size_t header = v4 ? 20 : 40;
	memset(ip, 0, header + 8);
	ip[0] = v4 ? 0x45 : 0x60;
	put_be16(ip + (v4 ? 2 : 4), (uint16_t)((v4 ? 20 : 0) + 8 + quoted));
	ip[v4 ? 9 : 6] = v4 ? 1 : 58;
	memcpy(ip + (v4 ? 12 : 8), hop, v4 ? 4 : 16);
	memcpy(ip + (v4 ? 16 : 24), ours + (v4 ? 12 : 8), v4 ? 4 : 16);
	ip[header] = type;
	memcpy(ip + header + 8, ours, quoted);
	return header + 8 + quoted;
}

const struct field_value *field_named(const struct field_value *values, const char *name)
{
	for (size_t i = 0; i < field_count; i++) {
		if (strcmp(field_definition(i)->name, name) == 0) {
			return &values[i];
		}
	}
	check(false, "there is a field %s", name);
	return values;
}

bool text_is(const struct field_value *values, const char *name, const char *expected)
{
	const struct field_value *value = field_named(values, name);
	if (expected == NULL) {
		return value->type == FIELD_NULL;
	}
	return value->type == FIELD_STRING && strcmp(value->text, expected) == 0;
}
