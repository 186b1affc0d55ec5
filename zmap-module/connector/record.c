/* One JSON line per endpoint. Times are seconds since 1970 with nine digits, as text: a JSON number would lose the last ones. */
#define _GNU_SOURCE
#include "record.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../clocks.h"

enum { LINE_MAX_ = 6144,
       BUFFER = 1 << 17 };

static const char *const outcomes[] = {"connected", "refused", "timeout", "unreachable", "here", "undone"};
static const char *const bys[] = {NULL, "us", "server", "reset", "limit", "opt_out", "stop"};
static const char *const tls_ends[] = {"not_asked", "done", "alert", "closed", "reset", "timeout", "none"};

static char buffer[BUFFER];
static size_t used;
static bool failed; /* for good: what was lost is not to be taken for said */

bool record_flush(void)
{
	size_t at = 0;
	while (at < used && !failed) {
		ssize_t wrote = write(STDOUT_FILENO, buffer + at, used - at);
		failed = wrote < 0 && errno != EINTR;
		at += wrote < 0 ? 0 : (size_t)wrote;
	}
	used = 0;
	return !failed;
}

static void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void say(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	used += (size_t)vsnprintf(buffer + used, BUFFER - used, format, arguments);
	va_end(arguments);
}

static void say_time(const char *name, int64_t at)
{
	if (at == 0)
		say(",\"%s\":null", name);
	else
		say(",\"%s\":\"%" PRId64 ".%09" PRId64 "\"", name, at / 1000000000, at % 1000000000);
}

static void say_word(const char *name, const char *word)
{
	if (word == NULL || word[0] == '\0')
		say(",\"%s\":null", name);
	else
		say(",\"%s\":\"%s\"", name, word);
}

static void say_yes_no(const char *name, enum yes_no value)
{
	say(",\"%s\":%s", name, value == UNKNOWN ? "null" : value == YES ? "true"
									 : "false");
}

static uint16_t text_of(const struct sockaddr_storage *from, char out[INET6_ADDRSTRLEN])
{
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)from;
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)from;
	bool is_v4 = from->ss_family == AF_INET;
	out[0] = '\0';
	inet_ntop(from->ss_family, is_v4 ? (const void *)&v4->sin_addr : &v6->sin6_addr, out, INET6_ADDRSTRLEN);
	return ntohs(is_v4 ? v4->sin_port : v6->sin6_port);
}

static void say_end(const struct endpoint *to)
{
	char text[INET6_ADDRSTRLEN];
	inet_ntop(to->family, to->address, text, sizeof(text));
	say("{\"address\":\"%s\",\"port\":%u", text, to->port);
}

static void say_local(const struct connection *one)
{
	char text[INET6_ADDRSTRLEN];
	uint16_t port = one->local.ss_family == 0 ? 0 : text_of(&one->local, text);
	say_word("local_address", port == 0 ? NULL : text);
	say(port == 0 ? ",\"local_port\":null" : ",\"local_port\":%u", port);
}

static void say_course(const struct connection *one)
{
	say(",\"outcome\":\"%s\",\"errno\":%d", outcomes[one->outcome], one->error);
	say_time("began", one->began);
	say_time("connected_at", one->connected);
	say_time("hold_ended_at", one->hold_ended);
	say_time("spoke_at", one->spoke);
	say_time("again_ended_at", one->again_ended);
	say_time("ended_at", clock_real());
	say_word("hold_ended_by", bys[one->hold_ended_by]);
	say_word("again_ended_by", bys[one->again_ended_by]);
	say_word("ended_by", bys[one->ended_by]);
}

static void say_subflows(const struct words *words)
{
	char local[INET6_ADDRSTRLEN], remote[INET6_ADDRSTRLEN];
	say(",\"subflow_ends\":[");
	for (int i = 0; i < words->count; i++) {
		uint16_t from = text_of(&words->subflows[i].local, local), to = text_of(&words->subflows[i].remote, remote);
		say("%s\"%s %u %s %u\"", i == 0 ? "" : ",", local, from, remote, to);
	}
	say("]");
}

static void say_kernel(const struct connection *one)
{
	const struct words *words = &one->words;
	say_yes_no("asked", one->asked);
	say_yes_no("mptcp_at_start", one->at_start);
	say_yes_no("mptcp_at_end", words->mptcp);
	say_yes_no("checksum", words->checksum);
	say_yes_no("timestamps", words->timestamps);
	say(",\"rtt_us\":%u,\"flags\":%u,\"token\":\"%08x\"", words->rtt_us, words->flags, words->token);
	say(",\"add_addr_signal\":%u,\"add_addr_accepted\":%u,\"subflows\":%u", words->signalled, words->accepted, words->extra_subflows);
	say_subflows(words);
}

static void say_heard(const struct connection *one)
{
	say_time("first_at", one->first_at);
	say(",\"received\":%u,\"first\":\"", one->received);
	for (int i = 0; i < one->first_length; i++)
		say("%02x", one->first[i]);
	say("\"");
	say_word("tls", tls_ends[one->tls]);
	say_word("tls_version", one->tls_version);
	say_word("tls_error", one->tls_error);
	say(",\"page_bytes\":%u", one->page_bytes);
	say(one->status == 0 ? ",\"status\":null}\n" : ",\"status\":%d}\n", one->status);
}

/* A line always fits: the buffer is emptied, of what nobody takes too, before the last of its room is needed. */
void record_say(const struct connection *one)
{
	if (BUFFER - used < LINE_MAX_)
		record_flush();
	say_end(&one->to);
	say_local(one);
	say_course(one);
	say_kernel(one);
	say_heard(one);
}

void record_left_out(const struct endpoint *one)
{
	struct connection never = {.to = *one, .outcome = UNDONE, .ended_by = BY_OPT_OUT, .asked = UNKNOWN, .at_start = UNKNOWN, .words = {.mptcp = UNKNOWN, .checksum = UNKNOWN, .timestamps = UNKNOWN}};
	record_say(&never);
}
