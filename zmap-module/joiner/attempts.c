/* From an announcement to the end of the subflow that it led to: who waits, who is asked, and what became of it. */
#define _GNU_SOURCE
#include "joiner.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LOOK_MS = 20, /* opt-outs are looked at so often while anything is on the way */
       IDLE_MS = 1000,
       LATE_NS = 20000000 }; /* SYNs that were missed for longer are not caught up with */

static struct announcement waiting[WAITING_MAX];
static size_t first_waiting, count_waiting;
static struct attempt attempts[PORTS_MAX]; /* by local port */
static int next_port, live;

/* Who may be asked once the journal has them. */
struct cleared {
	struct announcement of;
	uint8_t local_id;
};
static struct cleared cleared[PORTS_MAX];
static int count_cleared;
static int64_t next_start;

static int ports(void)
{
	return settings.last_port - settings.first_port + 1;
}

static void decide(const struct announcement *one, struct owner *owner, enum decision decision, int error)
{
	owner->decided++;
	record_decided(one, owner, decision, error);
}

/* The same announcement comes until it is echoed: it is heard once. */
void attempts_announced(const struct announcement *one)
{
	struct owner *owner = owners_find(one->token);
	struct met met = met_address(&one->to);
	met.token = one->token;
	met.port = one->to.port;
	met.id = one->id;
	if (owner == NULL || owner->decided + owner->asked >= DECIDED_MAX || !met_add(&met))
		return;
	if (count_waiting == WAITING_MAX) {
		decide(one, owner, NO_ROOM, 0);
		return;
	}
	waiting[(first_waiting + count_waiting++) % WAITING_MAX] = *one;
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
	one->due = clock_now() + (int64_t)LINGER_MS * 1000000;
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
	struct owner *owner = owners_find(token);
	for (size_t i = 0; owner != NULL && i < count_waiting; i++) {
		struct announcement *one = &waiting[(first_waiting + i) % WAITING_MAX];
		if (one->token != token || one->to.family == 0)
			continue;
		decide(one, owner, TOO_LATE, 0);
		one->to.family = 0;
	}
	owners_remove(token);
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

/* 0 when its SYN has left. A port that somebody sits on, or of which a subflow is being forgotten, is passed over. */
static int begin(const struct announcement *to, const struct owner *owner, uint8_t local_id)
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

static enum decision look(const struct announcement *one, const struct owner *owner)
{
	struct met address = met_address(&one->to), interrupted = met_interrupted(&one->to);
	enum decision screened = screen_look(&one->to);
	if (screened != ASKED)
		return screened;
	if (owner->denies && memcmp(&one->to, &owner->remote, sizeof(one->to)) == 0)
		return DENIED;
	if (met_has(&interrupted))
		return INTERRUPTED;
	if (met_has(&address))
		return ASKED_BEFORE;
	return owner->asked >= EACH_MAX ? TOO_MANY : ASKED;
}

/* Of the first that waits. It counts as asked before the kernel is told: what it answers may be wrong, the SYN was sent all the same. */
static void settle(const struct announcement *one)
{
	struct owner *owner = one->to.family == 0 ? NULL : owners_find(one->token);
	if (owner == NULL)
		return;
	enum decision decision = look(one, owner);
	if (decision != ASKED) {
		decide(one, owner, decision, 0);
		return;
	}
	struct met address = met_address(&one->to);
	met_add(&address);
	journal_add(&one->to);
	next_start += settings.pace;
	owner->asked++;
	cleared[count_cleared++] = (struct cleared){.of = *one, .local_id = (uint8_t)owner->asked};
}

/* Writing them down takes time, in which they may have opted out. */
static void ask(const struct cleared *one)
{
	struct owner *owner = owners_find(one->of.token);
	enum decision screened = screen_look(&one->of.to);
	int error = screened == ASKED ? begin(&one->of, owner, one->local_id) : 0;
	if (screened != ASKED)
		decide(&one->of, owner, screened, 0);
	else if (error != 0)
		decide(&one->of, owner, error == ENETUNREACH || error == EHOSTUNREACH ? NO_ROUTE : HERE, error);
}

static bool settle_waiting(int64_t now)
{
	if (settings.pace > 0 && next_start < now - LATE_NS)
		next_start = now - LATE_NS;
	count_cleared = 0;
	while (count_waiting > 0 && live + count_cleared < ports() && (settings.pace == 0 || next_start <= now)) {
		struct announcement one = waiting[first_waiting];
		first_waiting = (first_waiting + 1) % WAITING_MAX;
		count_waiting--;
		settle(&one);
	}
	if (count_cleared > 0 && !journal_sync())
		return false;
	for (int i = 0; i < count_cleared; i++)
		ask(&cleared[i]);
	return true;
}

int attempts_turn(void)
{
	int64_t now = clock_now();
	if (!settle_waiting(now))
		return -1;
	for (int i = 0; live > 0 && i < ports(); i++) {
		struct attempt *one = &attempts[i];
		if (!one->live)
			continue;
		if (screen_look(&one->of.to) != ASKED)
			give_up(one, BY_OPT_OUT);
		else if (one->due <= now)
			give_up(one, one->made ? BY_US : BY_LIMIT);
	}
	return live > 0 || count_waiting > 0 ? LOOK_MS : IDLE_MS;
}

void attempts_stop(void)
{
	for (int i = 0; i < ports(); i++)
		if (attempts[i].live)
			give_up(&attempts[i], BY_STOP);
}
