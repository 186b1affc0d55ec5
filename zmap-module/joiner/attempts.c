/* From the SYN to the end of the subflow that it led to. */
#define _GNU_SOURCE
#include "attempts.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../clocks.h"
#include "link.h"
#include "record.h"
#include "screen.h"
#include "settings.h"

/* That a subflow stays once it is made: its last ACK is on the way. */
static const int64_t linger = (int64_t)250 * 1000000;

static struct attempt attempts[PORTS_MAX]; /* by local port */
static int next_port, live;

static int ports(void)
{
	return settings.last_port - settings.first_port + 1;
}

int attempts_room(void)
{
	return ports() - live;
}

static struct attempt *find(const struct news *news)
{
	int index = news->local.port - settings.first_port;
	if (index < 0 || index >= ports() || index >= PORTS_MAX)
		return NULL;
	struct attempt *one = &attempts[index];
	return one->live && one->of.token == news->token ? one : NULL;
}

static void end(struct attempt *one, enum by by)
{
	if (one->ended_by == BY_NOBODY)
		one->ended_by = by;
	one->live = false;
	live--;
	record_attempt(one);
}

static void give_up(struct attempt *one, enum by by)
{
	link_destroy(one);
	end(one, by);
}

void attempts_made(const struct news *news)
{
	struct attempt *one = find(news);
	if (one == NULL)
		return;
	one->made = true;
	one->due = clock_now() + linger;
}

void attempts_closed(const struct news *news)
{
	struct attempt *one = find(news);
	if (one == NULL)
		return;
	one->error = news->error;
	one->reset_reason = news->reset_reason;
	end(one, BY_THERE);
}

void attempts_owner_gone(uint32_t token)
{
	for (int i = 0; live > 0 && i < ports(); i++)
		if (attempts[i].live && attempts[i].of.token == token)
			end(&attempts[i], BY_CLOSE);
}

/* The address of ours that a packet to there would have; no packet is sent. */
static bool choose_source(const struct end *to, struct end *out)
{
	struct sockaddr_storage there, here;
	socklen_t length = end_socket_address(to, &there), size = sizeof(here);
	int s = socket(to->family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool found = s >= 0 && connect(s, (struct sockaddr *)&there, length) == 0 && getsockname(s, (struct sockaddr *)&here, &size) == 0;
	if (s >= 0)
		close(s);
	memset(out, 0, sizeof(*out));
	out->family = to->family;
	if (found && to->family == AF_INET)
		memcpy(out->address, &((struct sockaddr_in *)&here)->sin_addr, 4);
	else if (found)
		memcpy(out->address, &((struct sockaddr_in6 *)&here)->sin6_addr, 16);
	return found;
}

/* A port that no attempt has; -1 when all are taken. */
static int take_port(void)
{
	for (int tries = 0; tries < ports(); tries++) {
		int index = next_port++ % ports();
		if (!attempts[index].live)
			return index;
	}
	return -1;
}

/* Skips a port that is in use, or whose last subflow is still being removed. */
int attempts_begin(const struct announcement *to, const struct owner *owner, uint8_t local_id)
{
	struct end source;
	int error = EADDRINUSE;
	if (!choose_source(&to->to, &source))
		return ENETUNREACH;
	for (int tries = 0; tries < ports() && (error == EADDRINUSE || error == EADDRNOTAVAIL); tries++) {
		int index = take_port();
		if (index < 0)
			return error;
		struct attempt *one = &attempts[index];
		memset(one, 0, sizeof(*one));
		one->of = *to;
		one->asked = owner->remote;
		one->held_port = owner->local.port;
		one->local = source;
		one->local.port = (uint16_t)(settings.first_port + index);
		one->local_id = local_id;
		one->reset_reason = -1;
		one->began = clock_real();
		one->due = clock_now() + settings.wait;
		error = link_create(one);
		if (error == 0) {
			one->live = true;
			live++;
		}
	}
	return error;
}

bool attempts_end_due(int64_t now)
{
	for (int i = 0; live > 0 && i < ports(); i++) {
		struct attempt *one = &attempts[i];
		if (!one->live)
			continue;
		if (screen_look(&one->of.to) != ASKED)
			give_up(one, BY_OPT_OUT);
		else if (one->due <= now)
			give_up(one, one->made ? BY_US : BY_LIMIT);
	}
	return live > 0;
}

void attempts_stop(void)
{
	for (int i = 0; i < ports(); i++)
		if (attempts[i].live)
			give_up(&attempts[i], BY_STOP);
}
