#include "tcp_options.h"

#include <stdio.h>
#include <string.h>

#include "bytes.h"

#define TCPOLEN_TIMESTAMPS 10

struct tcp_options_walk tcp_options_begin(const uint8_t *options, size_t length)
{
	struct tcp_options_walk walk = {options, options + length};
	return walk;
}

/* After EOL or a fault the rest cannot be told from padding. */
static bool stop_after(struct tcp_options_walk *walk)
{
	walk->at = walk->end;
	return true;
}

bool tcp_options_next(struct tcp_options_walk *walk, struct tcp_option *option)
{
	size_t left = (size_t)(walk->end - walk->at);
	if (left == 0) {
		return false;
	}
	*option = (struct tcp_option){TCP_OPTION_OK, walk->at[0], 1, walk->at, 1};
	if (option->kind == TCPOPT_KIND_EOL) {
		return stop_after(walk);
	}
	if (option->kind == TCPOPT_KIND_NOP) {
		walk->at++;
		return true;
	}
	if (left < 2) {
		option->status = TCP_OPTION_PAST_END;
		option->stated_length = -1;
		return stop_after(walk);
	}
	option->stated_length = walk->at[1];
	if (option->stated_length < 2) {
		option->status = TCP_OPTION_LENGTH_BELOW_TWO;
		option->bytes = 2;
		return stop_after(walk);
	}
	if ((size_t)option->stated_length > left) {
		option->status = TCP_OPTION_PAST_END;
		option->bytes = left;
		return stop_after(walk);
	}
	option->bytes = (size_t)option->stated_length;
	walk->at += option->bytes;
	return true;
}

static const char *option_name(uint8_t kind)
{
	switch (kind) {
	case TCPOPT_KIND_EOL:
		return "eol";
	case TCPOPT_KIND_NOP:
		return "nop";
	case TCPOPT_KIND_MSS:
		return "mss";
	case TCPOPT_KIND_WINDOW_SCALE:
		return "ws";
	case TCPOPT_KIND_SACK_PERMITTED:
		return "sackok";
	case TCPOPT_KIND_SACK:
		return "sack";
	case TCPOPT_KIND_TIMESTAMPS:
		return "ts";
	case TCPOPT_KIND_MPTCP:
		return "mptcp";
	default:
		return NULL;
	}
}

void tcp_options_fingerprint(const uint8_t *options, size_t length, char *out)
{
	struct tcp_options_walk walk = tcp_options_begin(options, length);
	struct tcp_option option;
	size_t used = 0;
	out[0] = '\0';
	while (tcp_options_next(&walk, &option)) {
		const char *name = option.status == TCP_OPTION_OK ? option_name(option.kind) : "fault";
		char number[4];
		if (name == NULL) {
			snprintf(number, sizeof number, "%u", option.kind);
			name = number;
		}
		size_t room = TCP_FINGERPRINT_SIZE - used;
		int wrote = snprintf(out + used, room, "%s%s", used > 0 ? "," : "", name);
		if (wrote < 0 || (size_t)wrote >= room) {
			return;
		}
		used += (size_t)wrote;
	}
}

bool tcp_options_timestamps(const uint8_t *options, size_t length, uint32_t *value, uint32_t *echo_reply)
{
	struct tcp_options_walk walk = tcp_options_begin(options, length);
	struct tcp_option option;
	while (tcp_options_next(&walk, &option)) {
		if (option.status == TCP_OPTION_OK && option.kind == TCPOPT_KIND_TIMESTAMPS &&
		    option.bytes == TCPOLEN_TIMESTAMPS) {
			*value = get_be32(option.at + 2);
			*echo_reply = get_be32(option.at + 6);
			return true;
		}
	}
	return false;
}
