/* One JSON line per decision on an announcement, and a last one that says that the list is complete. */
#define _GNU_SOURCE
#include "record.h"

#include <inttypes.h>
#include <stdio.h>

static const char *const decisions[] = {"asked", "not_global", "blocked", "opted_out", "budget", "interrupted", "denied", "too_many", "too_late", "no_room", "no_route", "here"};
static const char *const bys[] = {NULL, "us", "limit", "there", "close", "opt_out", "stop"};

/* Whose announcement it is: the endpoint, and the port of ours that the connection has. */
static void say_announced(const struct announcement *of, const struct end *asked, uint16_t held_port, enum decision decision)
{
	printf("{\"address\":\"%s\",\"port\":%u,\"held_port\":%u,\"token\":\"%08x\"", end_text(asked), asked->port, held_port, of->token);
	printf(",\"id\":%u,\"announced\":\"%s\",\"announced_port\":%u,\"decision\":\"%s\"", of->id, end_text(&of->to), of->to.port, decisions[decision]);
}

void record_decided(const struct announcement *of, const struct owner *owner, enum decision decision, int error)
{
	say_announced(of, &owner->remote, owner->local.port, decision);
	printf(",\"errno\":%d,\"from_address\":null,\"from_port\":null,\"began\":null,\"made\":null,\"reset_reason\":null,\"ended_by\":null}\n", error);
}

void record_attempt(const struct attempt *one)
{
	say_announced(&one->of, &one->asked, one->held_port, ASKED);
	printf(",\"errno\":%d,\"from_address\":\"%s\",\"from_port\":%u", one->error, end_text(&one->local), one->local.port);
	printf(",\"began\":\"%" PRId64 ".%09" PRId64 "\",\"made\":%s", one->began / 1000000000, one->began % 1000000000, one->made ? "true" : "false");
	if (one->reset_reason < 0)
		printf(",\"reset_reason\":null");
	else
		printf(",\"reset_reason\":%d", one->reset_reason);
	printf(",\"ended_by\":\"%s\"}\n", bys[one->ended_by]);
}
