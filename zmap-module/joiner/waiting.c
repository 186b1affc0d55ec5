/* From an announcement to its turn: who waits, and who is asked. */
#include "waiting.h"

#include <errno.h>
#include <string.h>

#include "attempts.h"
#include "journal.h"
#include "met.h"
#include "record.h"
#include "screen.h"
#include "settings.h"

enum { EACH_MAX = 8,	     /* addresses asked for one connection: what the kernel's own path manager takes at most */
       HEARD_MAX = 64,	     /* announcements heard of one connection: a server may make them up for ever */
       WAITING_MAX = 4096,   /* announcements that wait for a turn */
       LATE_NS = 20000000 }; /* SYNs that were missed for longer are not caught up with */

static struct announcement waiting[WAITING_MAX];
static size_t first_waiting, count_waiting;
static int64_t next_start;

/* Who may be asked once the journal has them. */
struct cleared {
	struct announcement of;
	uint8_t local_id;
};
static struct cleared cleared[PORTS_MAX];
static int count_cleared;

bool waiting_any(void)
{
	return count_waiting > 0;
}

/* The same announcement comes until it is echoed: it is heard once. */
void waiting_add(const struct announcement *one)
{
	struct owner *owner = owners_find(one->token);
	struct met met = met_address(&one->to);
	met.token = one->token;
	met.port = one->to.port;
	met.id = one->id;
	if (owner == NULL || owner->heard >= HEARD_MAX || !met_add(&met))
		return;
	owner->heard++;
	if (count_waiting == WAITING_MAX) {
		record_decided(one, owner, NO_ROOM, 0);
		return;
	}
	waiting[(first_waiting + count_waiting++) % WAITING_MAX] = *one;
}

void waiting_owner_gone(uint32_t token)
{
	struct owner *owner = owners_find(token);
	for (size_t i = 0; owner != NULL && i < count_waiting; i++) {
		struct announcement *one = &waiting[(first_waiting + i) % WAITING_MAX];
		if (one->token != token || one->to.family == 0)
			continue;
		record_decided(one, owner, TOO_LATE, 0);
		one->to.family = 0;
	}
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

/* For the first in the queue. It counts as asked before the kernel gets the command: even if that reports an error, the SYN may have been sent. */
static void settle(const struct announcement *one)
{
	struct owner *owner = one->to.family == 0 ? NULL : owners_find(one->token);
	if (owner == NULL)
		return;
	enum decision decision = look(one, owner);
	if (decision != ASKED) {
		record_decided(one, owner, decision, 0);
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
	int error = screened == ASKED ? attempts_begin(&one->of, owner, one->local_id) : 0;
	if (screened != ASKED)
		record_decided(&one->of, owner, screened, 0);
	else if (error != 0)
		record_decided(&one->of, owner, error == ENETUNREACH || error == EHOSTUNREACH ? NO_ROUTE : HERE, error);
}

bool waiting_turn(int64_t now)
{
	if (settings.pace > 0 && next_start < now - LATE_NS)
		next_start = now - LATE_NS;
	count_cleared = 0;
	while (count_waiting > 0 && count_cleared < attempts_room() && (settings.pace == 0 || next_start <= now)) {
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
