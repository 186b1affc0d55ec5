/* What is made of an answer: its round trip, and whether it counts as evidence. */
#include <stdio.h>
#include <string.h>

#include "../bytes.h"
#include "../packet.h"
#include "check.h"
#include "frames.h"

/* Options with the two values of a timestamps option left open. */
#define TS_ALONE "0101080a%08x%08x"
#define LINUX_SET "020405b40402080a%08x%08x01030307"

static const struct round_trip_case {
	const char *sentence, *arguments, *options;
	uint32_t value, echo;
	const char *missing, *source;
	uint32_t rtt;
} ROUND_TRIPS[] = {
    {"an echoed clock is a round trip", "v1", TS_ALONE, 77, 1000, NULL, "tsecr", 250},
    {"across the wrap of the clock too", "v1", TS_ALONE, 77, 0xffffff00u, NULL, "tsecr", 1506},
    {"it lasts a minute at most", "v1", TS_ALONE, 77, 1250u - 60000000u, NULL, "tsecr", 60000000},
    {"and not a microsecond more", "v1", TS_ALONE, 77, 1250u - 60000001u, "rejected", NULL, 0},
    {"a clock that is not ours is rejected", "v1", TS_ALONE, 77, 900000000, "rejected", NULL, 0},
    {"without timestamps it is not returned", "v1", "", 0, 0, "not_returned", NULL, 0},
    {"nor is it sent with other options", "v1,options=windows", TS_ALONE, 77, 1000, "not_sent", NULL, 0},
    {"a mirror gives our clock back as its own", "v1", LINUX_SET "1e040101", 1000, 0, NULL, "mirrored_tsval", 250},
    {"also one that changes the flags", "v1", LINUX_SET "1e040181", 1000, 0, NULL, "mirrored_tsval", 250},
    {"also one that shuffles the options", "v1", "1e040101" TS_ALONE, 1000, 0, NULL, "mirrored_tsval", 250},
    {"also one of a plain SYN", "plain", LINUX_SET, 1000, 0, NULL, "mirrored_tsval", 250},
    {"an echo with a clock of its own does not", "v1", LINUX_SET "1e040101", 900000000, 0, "not_returned", NULL, 0},
    {"a server's clock near ours is not ours", "v1", LINUX_SET "1e0c010173bb150358a0aecb", 1000, 0, "not_returned", NULL, 0},
    {"nor is that of a server without MPTCP", "v1", LINUX_SET, 1000, 0, "not_returned", NULL, 0},
    {"nor behind no other options", "plain", TS_ALONE, 1000, 0, "not_returned", NULL, 0},
    {"nor with another window scale", "plain", "020405b40402080a%08x%08x01030308", 1000, 0, "not_returned", NULL, 0},
    {"nor with another MSS", "plain", "020405780402080a%08x%08x01030307", 1000, 0, "not_returned", NULL, 0},
    {"nor with the options in another order", "plain", "020405b4080a%08x%08x040201030307", 1000, 0, "not_returned", NULL, 0},
    {"nor with more options", "plain", LINUX_SET "01010101", 1000, 0, "not_returned", NULL, 0},
};

static void test_round_trips(void)
{
	for (size_t i = 0; i < sizeof ROUND_TRIPS / sizeof ROUND_TRIPS[0]; i++) {
		const struct round_trip_case *c = &ROUND_TRIPS[i];
		struct scan scan = scan_of(c->arguments, 1);
		struct flow flow = flow_v4(1);
		struct probe probe;
		struct reply reply;
		struct evidence evidence;
		struct field_value values[FIELDS_MAX];
		char buffer[FIELDS_BUFFER_BYTES], hex[2 * TCP_OPTIONS_MAX + 1];
		uint8_t frame[FRAME_MAX], ip[FRAME_MAX], options[TCP_OPTIONS_MAX];
		snprintf(hex, sizeof hex, c->options, c->value, c->echo);
		size_t bytes = from_hex(hex, options, sizeof options);
		build_syn(&scan, &flow, 0, 0, 1000, &probe, frame);
		bytes = build_answer(frame, 0x12, options, bytes, ip);
		check(reply_match(&scan, ip, bytes, &reply), "the answer is ours");
		evidence_read(&scan, &reply, ((uint64_t)7 << 32) + 1250, &evidence);
		fields_render(&evidence, values, buffer);
		check(text_is(values, "rtt_missing", c->missing), "%s: rtt_missing", c->sentence);
		check(text_is(values, "rtt_source", c->source), "%s: rtt_source", c->sentence);
		const struct field_value *rtt = field_named(values, "rtt_us");
		check(c->missing != NULL ? rtt->type == FIELD_NULL : rtt->number == c->rtt, "%s: rtt_us %u", c->sentence, rtt->number);
	}
}

/* What zmap's monitor counts as evidence of MPTCP. */
static void test_app_success(void)
{
	static const struct {
		const char *sentence, *arguments;
		uint8_t flags;
		const char *options;
		bool counts;
	} CASES[] = {
	    {"a fresh key of the version asked for counts", "v1", 0x12, "1e0c010173bb150358a0aecb", true},
	    {"a fresh v0 key counts", "v0", 0x12, "1e0c000173bb150358a0aecb", true},
	    {"another version does not", "v0", 0x12, "1e0c010173bb150358a0aecb", false},
	    {"version 1 in answer to grease counts", "grease", 0x12, "1e0c010173bb150358a0aecb", true},
	    {"version 0 in answer to grease does not", "grease", 0x12, "1e0c000173bb150358a0aecb", false},
	    {"an echo does not", "v1", 0x12, "1e040101", false},
	    {"a malformed option does not", "v1", 0x12, "1e0c014173bb150358a0aecb", false},
	    {"an option of another subtype does not", "v1", 0x12, "1e043001", false},
	    {"a SYN/ACK without an option does not", "v1", 0x12, "020405b4", false},
	    {"MP_TCPRST counts in answer to a join", "join", 0x14, "1e048001", true},
	    {"MP_TCPRST counts whatever was asked", "plain", 0x14, "1e048001", true},
	    {"a bare RST does not", "join", 0x14, "", false},
	    {"a RST with an MP_CAPABLE does not", "v1", 0x14, "1e0c010173bb150358a0aecb", false},
	};
	for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
		struct scan scan = scan_of(CASES[i].arguments, 1);
		struct flow flow = flow_v4(1);
		struct probe probe;
		struct reply reply;
		struct evidence evidence;
		uint8_t frame[FRAME_MAX], ip[FRAME_MAX], options[TCP_OPTIONS_MAX];
		build_syn(&scan, &flow, 0, 0, 1, &probe, frame);
		size_t bytes = from_hex(CASES[i].options, options, sizeof options);
		bytes = build_answer(frame, CASES[i].flags, options, bytes, ip);
		check(reply_match(&scan, ip, bytes, &reply), "the answer is ours");
		evidence_read(&scan, &reply, 1, &evidence);
		check(evidence.mptcp.app_success == CASES[i].counts, "%s", CASES[i].sentence);
	}
}

int main(void)
{
	test_round_trips();
	test_app_success();
	return checks_done("readings");
}
