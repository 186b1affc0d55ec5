/* The table of fields, and the value of every field for replies of each sort. */
#include <stdio.h>
#include <string.h>

#include "../bytes.h"
#include "../packet.h"
#include "check.h"
#include "frames.h"

/* One reply of each sort; the tables below give the value of every field for it. */
enum sort { SYNACK,
	    MIRROR,
	    CUT,
	    RESET,
	    REFUSED,
	    EXCEEDED,
	    UNREACHABLE,
	    SORT_COUNT };

#define SYN_CLOCK 1000
#define ARRIVAL (((uint64_t)7 << 32) + SYN_CLOCK + 250)

static const struct sort_case {
	const char *arguments;
	unsigned streams, number, family;
	uint8_t flags;	     /* of a TCP reply; 0 for ICMP */
	const char *options; /* of a TCP reply, hex; NULL: what our SYN had */
	uint8_t type, code;  /* of an ICMP error */
	size_t unquoted;     /* bytes of our SYN that it leaves out */
} SORTS[SORT_COUNT] = {
    [SYNACK] = {"v1", 1, 0, 4, 0x12, "020405b40402080a00000007000003e8010303071e0c010173bb150358a0aecb1e043001", 0, 0, 0},
    [MIRROR] = {"v0,flags=81,ttl=9", 1, 0, 6, 0x52, NULL, 0, 0, 0},
    [CUT] = {"port2v0+plain", 2, 0, 4, 0x12, "020405b41e0c000173bb1503", 0, 0, 0},
    [RESET] = {"join,options=windows", 1, 0, 4, 0x14, "1e048001", 0, 0, 0},
    [REFUSED] = {"plain,ttl=64", 1, 0, 6, 0x04, "", 0, 0, 0},
    [EXCEEDED] = {"v0+canary+v1,ttl=3-4", 6, 4, 4, 0, NULL, 11, 1, 0},
    [UNREACHABLE] = {"v1,flags=a1", 1, 0, 6, 0, NULL, 1, 4, 4},
};

static const struct {
	const char *field, *values[SORT_COUNT]; /* NULL for null */
} VALUES[] = {
    {"target", {"198.18.0.7", "2001:db8:1::7", "198.18.0.7", "198.18.0.7", "2001:db8:1::7", "198.18.0.7", "2001:db8:1::7"}},
    {"classification", {"mp_capable", "echoed", "malformed", "mp_tcprst", "rst", "icmp_ttl_exceeded", "icmp_unreachable"}},
    {"success", {"1", "1", "1", "0", "0", "0", "0"}},
    {"app_success", {"1", "0", "0", "1", "0", "0", "0"}},
    {"probe", {"v1", "v0", "port2v0", "join", "plain", "canary", "v1"}},
    {"probe_num", {"0", "0", "0", "0", "0", "4", "0"}},
    {"sport", {"80", "443", "80", "80", "443", "80", "443"}},
    {"dport", {"55239", "57723", "48174", "38766", "47006", "34939", "44161"}},
    {"seq", {"0a0b0c0d", "0a0b0c0d", "0a0b0c0d", "0a0b0c0d", "0a0b0c0d", NULL, NULL}},
    {"ack", {"cb8e98cd", "6de7a5f7", "fb8e98cd", "c58e98cd", "c331b3f7", NULL, NULL}},
    {"window", {"65160", "65160", "65160", "65160", "65160", NULL, NULL}},
    {"tcp_flags", {"12", "52", "12", "14", "04", NULL, NULL}},
    {"ip_id", {"48879", NULL, "48879", "48879", NULL, NULL, NULL}},
    {"ip_df", {"1", NULL, "1", "0", NULL, NULL, NULL}},
    {"ip_tos", {"41", "184", "41", "41", "184", NULL, NULL}},
    {"sent_version", {"1", "0", "0", NULL, NULL, "1", "1"}},
    {"sent_flags", {"01", "81", "01", NULL, NULL, "01", "a1"}},
    {"sent_key", {NULL, "3b1100be80495b3a", "dfbde1ac091e95b4", NULL, NULL, NULL, NULL}},
    {"sent_option", {"1e040101", "1e0c00813b1100be80495b3a", "1e0c0001dfbde1ac091e95b4", "1e0c1001808d397396fc427e", NULL, "1e040101", "1e0401a1"}},
    {"sent_ttl", {"255", "9", "255", "255", "64", "4", "255"}},
    {"sent_window", {"64240", "64240", "64240", "64240", "64240", "64240", "64240"}},
    {"sent_ip_id", {"54321", NULL, "54321", "54321", NULL, "54321", NULL}},
    {"sent_options_order", {"mss,sackok,ts,nop,ws,mptcp", "mss,sackok,ts,nop,ws,mptcp", "mss,sackok,ts,nop,ws,mptcp", "mss,nop,ws,nop,nop,sackok,mptcp", "mss,sackok,ts,nop,ws", "mss,sackok,ts,nop,ws,mptcp,253", "mss,sackok,ts,nop,ws,mptcp"}},
    {"sent_seq", {"cb8e98cc", "6de7a5f6", "fb8e98cc", "c58e98cc", "c331b3f6", "14a95054", "f007d1f6"}},
    {"sent_tsval", {"000003e8", "000003e8", NULL, NULL, NULL, "000003e8", "000003e8"}},
    {"mptcp_option", {"1e0c010173bb150358a0aecb", "1e0c00813b1100be80495b3a", "1e0c000173bb1503", "1e048001", NULL, NULL, NULL}},
    {"mptcp_options", {"1e0c010173bb150358a0aecb,1e043001", "1e0c00813b1100be80495b3a", "1e0c000173bb1503", "1e048001", NULL, NULL, NULL}},
    {"mptcp_length", {"12", "12", "12", "4", NULL, NULL, NULL}},
    {"mptcp_subtype", {"0", "0", "0", "8", NULL, NULL, NULL}},
    {"mptcp_version", {"1", "0", "0", NULL, NULL, NULL, NULL}},
    {"mptcp_flags", {"01", "81", "01", NULL, NULL, NULL, NULL}},
    {"mptcp_key", {"73bb150358a0aecb", "3b1100be80495b3a", NULL, NULL, NULL, NULL, NULL}},
    {"faults", {"", "option_echoed,key_echoed", "past_end", "", "", "", ""}},
    {"tcp_options", {"020405b40402080a00000007000003e8010303071e0c010173bb150358a0aecb1e043001", "020405a00402080a000003e800000000010303071e0c00813b1100be80495b3a", "020405b41e0c000173bb1503", "1e048001", "", NULL, NULL}},
    {"options_order", {"mss,sackok,ts,nop,ws,mptcp,mptcp", "mss,sackok,ts,nop,ws,mptcp", "mss,fault", "mptcp", "", NULL, NULL}},
    {"rtt_us", {"250", "250", NULL, NULL, NULL, "250", "250"}},
    {"rtt_missing", {NULL, NULL, "not_returned", "not_sent", "not_returned", NULL, NULL}},
    {"rtt_source", {"tsecr", "mirrored_tsval", NULL, NULL, NULL, "quoted_tsval", "quoted_tsval"}},
    {"icmp_type", {NULL, NULL, NULL, NULL, NULL, "11", "1"}},
    {"icmp_code", {NULL, NULL, NULL, NULL, NULL, "1", "4"}},
    {"icmp_hop", {NULL, NULL, NULL, NULL, NULL, "198.19.0.1", "2001:db8:9::1"}},
    {"icmp_quoted_option", {NULL, NULL, NULL, NULL, NULL, "1e040101", NULL}},
    {"icmp_quoted_options", {NULL, NULL, NULL, NULL, NULL, "020405b40402080a000003e800000000010303071e040101fd08e83e1048f94c", NULL}},
    {"icmp_quoted_order", {NULL, NULL, NULL, NULL, NULL, "mss,sackok,ts,nop,ws,mptcp,253", NULL}},
};

static size_t build_reply(const struct sort_case *sort, const struct scan *scan, uint8_t *ip)
{
	static const uint8_t HOP_V4[16] = {198, 19, 0, 1}, HOP_V6[16] = {0x20, 1, 0xd, 0xb8, 0, 9, [15] = 1};
	struct flow flow = sort->family == 4 ? flow_v4(7) : flow_v6(7);
	struct probe probe;
	uint8_t frame[FRAME_MAX], options[TCP_OPTIONS_MAX];
	size_t header = sort->family == 4 ? 20 : 40;
	size_t whole = build_syn(scan, &flow, sort->number, 0, SYN_CLOCK, &probe, frame) - ETHERNET_BYTES;
	if (sort->flags == 0) {
		size_t bytes = build_error(frame, whole - sort->unquoted, sort->type, sort->family == 4 ? HOP_V4 : HOP_V6, ip);
		ip[header + 1] = sort->code;
		return bytes;
	}
	size_t bytes = whole - header - TCP_HEADER_BYTES;
	memcpy(options, frame + ETHERNET_BYTES + header + TCP_HEADER_BYTES, bytes);
	if (sort->options != NULL) {
		bytes = from_hex(sort->options, options, sizeof options);
	}
	bytes = build_answer(frame, sort->flags, options, bytes, ip);
	if (sort->family == 4) {
		ip[1] = 0x29;
		put_be32(ip + 4, sort->flags == 0x12 ? 0xbeef4000 : 0xbeef0000);
	} else {
		put_be32(ip, 0x6b8f1234); /* traffic class b8, flow label f1234 */
	}
	put_be32(ip + header + 4, 0x0a0b0c0d);
	put_be16(ip + header + 14, 65160);
	return bytes;
}

static const char *value_text(const struct field_value *value, char *number, size_t room)
{
	if (value->type == FIELD_NULL) {
		return NULL;
	}
	snprintf(number, room, "%u", value->number);
	return value->type == FIELD_STRING ? value->text : number;
}

static bool is_same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static void check_values(enum sort sort, const struct field_value *values)
{
	check(sizeof VALUES / sizeof VALUES[0] == field_count, "the table has every field");
	for (size_t i = 0; i < field_count && i < sizeof VALUES / sizeof VALUES[0]; i++) {
		char number[16];
		const char *got = value_text(&values[i], number, sizeof number), *due = VALUES[i].values[sort];
		check(strcmp(field_definition(i)->name, VALUES[i].field) == 0, "field %zu is %s", i, field_definition(i)->name);
		check(is_same(got, due), "sort %d: %s is %s", sort, VALUES[i].field, got != NULL ? got : "null");
		check(values[i].type == FIELD_NULL || values[i].type == field_definition(i)->type, "sort %d: %s has its type", sort,
		      VALUES[i].field);
	}
}

static void test_values(void)
{
	for (enum sort sort = 0; sort < SORT_COUNT; sort++) {
		struct scan scan = scan_of(SORTS[sort].arguments, SORTS[sort].streams);
		struct reply reply;
		struct evidence evidence;
		struct field_value values[FIELDS_MAX];
		char buffer[FIELDS_BUFFER_BYTES];
		uint8_t ip[2 * FRAME_MAX];
		size_t bytes = build_reply(&SORTS[sort], &scan, ip);
		check(reply_match(&scan, ip, bytes, &reply), "reply %d is ours", sort);
		evidence_read(&scan, &reply, ARRIVAL, &evidence);
		fields_render(&evidence, values, buffer);
		check_values(sort, values);
	}
}

static void test_field_table(void)
{
	for (size_t i = 0; i < field_count; i++) {
		for (size_t j = 0; j < i; j++) {
			check(strcmp(field_definition(i)->name, field_definition(j)->name) != 0, "field names are distinct");
			check(strcmp(field_definition(i)->description, field_definition(j)->description) != 0,
			      "descriptions are distinct");
		}
	}
}

int main(void)
{
	test_field_table();
	test_values();
	return checks_done("fields");
}
