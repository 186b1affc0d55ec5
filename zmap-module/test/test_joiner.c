/* Who waits for a turn of the joiner, and what is decided: against stubs of the kernel's side, the screen, the journal and the records. */
#include <string.h>
#include <sys/socket.h>

#include "../joiner/attempts.h"
#include "../joiner/journal.h"
#include "../joiner/record.h"
#include "../joiner/screen.h"
#include "../joiner/settings.h"
#include "../joiner/waiting.h"
#include "check.h"

struct settings settings = {.first_port = 61386, .last_port = 61513};

static unsigned begun, decided[HERE + 1];

int attempts_room(void)
{
	return 128;
}

int attempts_begin(const struct announcement *to, const struct owner *owner, uint8_t local_id)
{
	(void)to, (void)owner, (void)local_id;
	begun++;
	return 0;
}

enum decision screen_look(const struct end *to)
{
	(void)to;
	return ASKED;
}

void journal_add(const struct end *to)
{
	(void)to;
}

bool journal_sync(void)
{
	return true;
}

void record_decided(const struct announcement *of, const struct owner *owner, enum decision decision, int error)
{
	(void)of, (void)owner, (void)error;
	decided[decision]++;
}

static void announce(uint32_t token, uint8_t id, uint32_t address)
{
	struct announcement one = {.token = token, .id = id, .to = {.family = AF_INET, .port = 80}};
	memcpy(one.to.address, &address, sizeof address);
	waiting_add(&one);
}

static void turn(void)
{
	begun = 0;
	memset(decided, 0, sizeof decided);
	check(waiting_turn(0) && !waiting_any(), "a turn in which all is decided");
}

static void add_owner(uint32_t token)
{
	struct end local = {.family = AF_INET, .port = 61002}, remote = {.family = AF_INET, .port = 80};
	owners_add(token, &local, &remote, false);
}

static void test_flood(void)
{
	add_owner(1);
	add_owner(2);
	for (uint32_t i = 0; i < 100000; i++)
		announce(1, (uint8_t)i, 0x01000000u + i);
	announce(2, 1, 0x02000000u);
	check(decided[NO_ROOM] == 0, "%u find no room behind a server that announces for ever", decided[NO_ROOM]);
	turn();
	check(begun == 9, "%u are asked: eight of one connection, and the one of the other", begun);
	check(decided[TOO_MANY] == 56, "%u more of 64 are told of", decided[TOO_MANY]);
}

static void test_once(void)
{
	add_owner(3);
	add_owner(4);
	announce(3, 1, 0x03000000u);
	announce(3, 1, 0x03000000u);
	announce(4, 9, 0x03000000u);
	announce(5, 1, 0x05000000u);
	turn();
	check(begun == 1 && decided[ASKED_BEFORE] == 1, "%u asked and %u not again: an address has one SYN, whoever announces it", begun, decided[ASKED_BEFORE]);
	announce(4, 2, 0x04000000u);
	waiting_owner_gone(4);
	owners_remove(4);
	check(decided[TOO_LATE] == 1, "what waits is told of when its connection ends");
	turn();
	check(begun == 0, "nobody is asked for a connection that has ended");
}

int main(void)
{
	test_flood();
	test_once();
	return checks_done("joiner");
}
