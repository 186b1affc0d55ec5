#include "output.h"

#include <arpa/inet.h>
#include <inttypes.h>

static const char *const WORDS[] = {
    [ANSWER_TTL_EXCEEDED] = "ttl_exceeded",
    [ANSWER_UNREACHABLE] = "unreachable",
    [ANSWER_SYNACK] = "synack",
    [ANSWER_RST] = "rst",
    [ANSWER_ECHO_REPLY] = "echo_reply",
};

const char *address_text(uint8_t family, const uint8_t *address)
{
	static char text[INET6_ADDRSTRLEN];
	return inet_ntop(family == 4 ? AF_INET : AF_INET6, address, text, sizeof text);
}

static void put_hex(FILE *out, const char *name, const uint8_t *bytes, size_t count)
{
	fprintf(out, ",\"%s\":", name);
	if (bytes == NULL) {
		fputs("null", out);
		return;
	}
	fputc('"', out);
	for (size_t i = 0; i < count; i++) {
		fprintf(out, "%02x", bytes[i]);
	}
	fputc('"', out);
}

static void put_error(FILE *out, const struct answer *answer)
{
	if (answer->quote == NULL) {
		fputs(",\"icmp_type\":null,\"icmp_code\":null,\"agrees\":null", out);
		return;
	}
	unsigned agrees = answer->agrees;
	fprintf(out, ",\"icmp_type\":%u,\"icmp_code\":%u,\"agrees\":{\"sequence\":%s,\"address\":%s,\"ports\":%s,\"ip_id\":%s}", answer->icmp_type, answer->icmp_code,
		agrees & AGREES_SEQUENCE ? "true" : "false", agrees & AGREES_ADDRESS ? "true" : "false", agrees & AGREES_PORTS ? "true" : "false",
		agrees & AGREES_IP_ID ? "true" : "false");
}

static void put_number(FILE *out, const char *name, bool known, uint64_t number)
{
	if (known) {
		fprintf(out, ",\"%s\":%" PRIu64, name, number);
	} else {
		fprintf(out, ",\"%s\":null", name);
	}
}

void output_answer(FILE *out, const struct sweep *sweep, const struct answer *answer, const uint8_t *sent, size_t sent_bytes, uint64_t sent_us, uint64_t at_us)
{
	const struct target *target = &sweep->targets[answer->target];
	fprintf(out, "{\"answer\":\"%s\",\"address\":\"%s\",\"port\":%u,\"probe\":\"%s\",\"ttl\":%u", WORDS[answer->kind], address_text(target->family, target->address), target->port,
		sweep_kind_name(target->kind), answer->ttl);
	put_number(out, "pass", answer->pass >= 0, (uint64_t)answer->pass);
	fprintf(out, ",\"from\":\"%s\",\"reply_ttl\":%u", address_text(answer->family, answer->from), answer->hop_limit);
	put_number(out, "rtt_us", sent_us > 0 && at_us >= sent_us, at_us - sent_us);
	put_error(out, answer);
	put_hex(out, "sent", sent, sent_bytes);
	put_hex(out, "quote", answer->quote, answer->quote_bytes);
	put_hex(out, "extensions", answer->extensions, answer->extension_bytes);
	put_hex(out, "packet", answer->packet, answer->packet_bytes);
	fprintf(out, ",\"at_us\":%" PRIu64 "}\n", at_us);
}

void output_counts(FILE *out, const struct sweep_counts *counts)
{
	const struct {
		const char *name;
		uint64_t value;
	} all[] = {
	    {"targets", counts->targets},
	    {"no_route", counts->no_route},
	    {"sent", counts->sent},
	    {"opted_out", counts->opted_out},
	    {"send_failures", counts->send_failures},
	    {"answers", counts->answers},
	    {"repeats", counts->repeats},
	    {"strangers", counts->strangers},
	    {"received", counts->received},
	    {"kernel_dropped", counts->kernel_dropped},
	    {"resets", counts->resets},
	    {"kernel_resets", counts->kernel_resets},
	    {"milliseconds", counts->milliseconds},
	};
	fputs("{\"answer\":\"end\"", out);
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
		put_number(out, all[i].name, true, all[i].value);
	}
	fputs("}\n", out);
}
