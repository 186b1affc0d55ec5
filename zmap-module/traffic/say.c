#include "say.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <string.h>
#include <sys/socket.h>

static void put_end(FILE *out, const struct flow *flow, int index)
{
	char text[INET6_ADDRSTRLEN];
	inet_ntop(flow->family == 4 ? AF_INET : AF_INET6, flow->ends[index].address, text, sizeof text);
	fprintf(out, "{\"address\":\"%s\",\"port\":%u}", text, flow->ends[index].port);
}

void say_open(FILE *out, const struct flow *flow)
{
	fprintf(out, "{\"type\":\"open\",\"stream\":%" PRIu64 ",\"at_us\":%" PRId64 ",\"ends\":[", flow->number, flow->first_us);
	put_end(out, flow, 0);
	putc(',', out);
	put_end(out, flow, 1);
	fputs("]}\n", out);
}

static const char *truth(bool value)
{
	return value ? "true" : "false";
}

void say_packet(FILE *out, const struct flow *flow, int64_t at_us, int from, const struct segment *segment)
{
	static const char DIGITS[] = "0123456789abcdef";
	char hex[2 * 40 + 1];
	for (size_t i = 0; i < segment->options_bytes; i++) {
		hex[2 * i] = DIGITS[segment->options[i] >> 4];
		hex[2 * i + 1] = DIGITS[segment->options[i] & 0x0f];
	}
	hex[2 * segment->options_bytes] = '\0';
	fprintf(out,
		"{\"type\":\"packet\",\"stream\":%" PRIu64 ",\"at_us\":%" PRId64 ",\"from\":%s,\"flags\":%u,\"sequence\":%" PRIu32
		",\"acknowledgement\":%" PRIu32 ",\"length\":%" PRIu32 ",\"options\":\"%s\",\"cut\":%s}\n",
		flow->number, at_us, from < 0 ? "null" : from == 0 ? "0"
								   : "1",
		segment->flags, segment->sequence, segment->acknowledgement, segment->payload, hex, truth(segment->options_cut));
}

/* Data sequence numbers do not fit a JavaScript number: hex, or null where no mapping was seen. */
static void put_data(FILE *out, const char *name, bool seen, uint64_t value)
{
	if (seen) {
		fprintf(out, ",\"%s\":\"%016" PRIx64 "\"", name, value);
	} else {
		fprintf(out, ",\"%s\":null", name);
	}
}

static void put_side(FILE *out, const struct flow_side *side)
{
	fprintf(out,
		"{\"packets\":%" PRIu64 ",\"bytes\":%" PRIu64 ",\"sequence_bytes\":%" PRIu64 ",\"dss\":%" PRIu64 ",\"plain_bytes\":%" PRIu64
		",\"malformed\":%" PRIu64 ",\"mapped\":%" PRIu64,
		side->packets, side->bytes, side->sequence_bytes, side->dss, side->plain_bytes, side->malformed, side->mapped);
	put_data(out, "data_first", side->has_data, side->data_first);
	put_data(out, "data_next", side->has_data, side->data_next);
	fprintf(out, ",\"data_wide\":%s,\"acknowledged\":%s,\"fin\":%s}", truth(side->data_wide), truth(side->acknowledged),
		truth(side->fin));
}

void say_end(FILE *out, const struct flow *flow, const char *why)
{
	fprintf(out,
		"{\"type\":\"end\",\"stream\":%" PRIu64 ",\"why\":\"%s\",\"first_us\":%" PRId64 ",\"last_us\":%" PRId64 ",\"left_out\":%" PRIu64
		",\"sides\":[",
		flow->number, why, flow->first_us, flow->last_us, flow->left_out);
	put_side(out, &flow->sides[0]);
	putc(',', out);
	put_side(out, &flow->sides[1]);
	fputs("]}\n", out);
}

void say_clock(FILE *out, int64_t at_us, uint64_t packets)
{
	fprintf(out, "{\"type\":\"clock\",\"at_us\":%" PRId64 ",\"packets\":%" PRIu64 "}\n", at_us, packets);
}

static const char *state_name(enum capture_state state)
{
	switch (state) {
	case CAPTURE_READING:
	case CAPTURE_WHOLE:
		return "whole";
	case CAPTURE_CUT:
		return "cut";
	case CAPTURE_DAMAGED:
		return "damaged";
	case CAPTURE_EMPTY:
		return "empty";
	case CAPTURE_NO_CAPTURE:
		return "no_capture";
	case CAPTURE_UNREADABLE:
		return "unreadable";
	}
	return "damaged";
}

void say_file(FILE *out, size_t index, const struct capture *capture)
{
	static const char *const FORMATS[] = {[FORMAT_UNKNOWN] = "null", [FORMAT_PCAP] = "\"pcap\"", [FORMAT_PCAPNG] = "\"pcapng\""};
	const struct source *source = &capture->source;
	fprintf(out,
		"{\"type\":\"file\",\"index\":%zu,\"state\":\"%s\",\"format\":%s,\"packed\":%s,\"tail\":%s,\"packets\":%" PRIu64
		",\"skipped\":%" PRIu64 ",\"timeless\":%" PRIu64 ",\"bytes\":%" PRIu64 ",\"error\":",
		index, state_name(capture->state), FORMATS[capture->format], truth(source->packed),
		truth(source->fault == SOURCE_PACKED_TAIL), capture->packets, capture->skipped, capture->timeless, capture_offset(capture));
	if (source->fault == SOURCE_UNREADABLE) {
		fprintf(out, "\"%s\"}\n", strerror(source->error));
	} else {
		fputs("null}\n", out);
	}
}

void say_totals(FILE *out, const struct totals *totals)
{
	fputs("{\"type\":\"totals\",\"frames\":{", out);
	for (int i = 0; i < READING_COUNT; i++) {
		fprintf(out, "%s\"%s\":%" PRIu64, i > 0 ? "," : "", reading_name((enum reading)i), totals->readings[i]);
	}
	fprintf(out,
		"},\"tcp_bytes\":%" PRIu64 ",\"syns\":%" PRIu64 ",\"capable_syns\":%" PRIu64 ",\"capable_synacks\":%" PRIu64
		",\"mptcp_packets\":%" PRIu64 ",\"malformed_options\":%" PRIu64 ",\"first_fragments\":%" PRIu64 ",\"cut_options\":%" PRIu64
		",\"cut_syn_options\":%" PRIu64 ",\"stray_synacks\":%" PRIu64 ",\"streams\":%" PRIu64 ",\"evicted\":%" PRIu64
		",\"left_out\":%" PRIu64,
		totals->tcp_bytes, totals->syns, totals->capable_syns, totals->capable_synacks, totals->mptcp_packets,
		totals->malformed_options, totals->first_fragments, totals->cut_options, totals->cut_syn_options, totals->stray_synacks,
		totals->streams, totals->evicted, totals->left_out);
	if (totals->any) {
		fprintf(out, ",\"first_us\":%" PRId64 ",\"last_us\":%" PRId64 "}\n", totals->first_us, totals->last_us);
	} else {
		fputs(",\"first_us\":null,\"last_us\":null}\n", out);
	}
}
