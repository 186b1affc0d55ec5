/*
 * A socket with an abstract name: there is one of it in each network namespace, whatever file systems a container sees,
 * and it goes with its process. Who binds it leads; the others stay connected for as long as they need the settings.
 */
#define _GNU_SOURCE
#include "lock.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "journal.h"
#include "ports.h"
#include "settings.h"

#define NAME "mptcp-census-guard"
enum { PATIENCE_MS = 3000,
       PAUSE_MS = 20,
       FOLLOWERS = 64 };

/* What a leader tells of each setting. */
struct told {
	char found[VALUE_MAX], wanted[VALUE_MAX];
	bool right;
};

static int own = -1;	/* bound, of a leader */
static int leader = -1; /* connected, of one that follows */
static bool trusted;	/* the leader's word on what was found */
static int followers[FOLLOWERS];
static int count;

static socklen_t named(struct sockaddr_un *address)
{
	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	memcpy(address->sun_path + 1, NAME, strlen(NAME));
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(NAME));
}

static int64_t now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int try_lead(void)
{
	struct sockaddr_un address;
	socklen_t length = named(&address);
	int s = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (s >= 0 && bind(s, (struct sockaddr *)&address, length) == 0)
		return s;
	if (s >= 0)
		close(s);
	return -1;
}

/* Connected, and the leader has confirmed the settings; -1 when it is not ready, or gone. */
static int try_follow(struct told told[SETTINGS])
{
	struct sockaddr_un address;
	socklen_t length = named(&address);
	int s = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	size_t size = SETTINGS * sizeof(*told);
	if (s < 0)
		return -1;
	struct pollfd heard = {.fd = s, .events = POLLIN};
	if (connect(s, (struct sockaddr *)&address, length) == 0 && poll(&heard, 1, PATIENCE_MS) == 1 && recv(s, told, size, 0) == (ssize_t)size)
		return s;
	close(s);
	return -1;
}

/* Only root's and our own guard are believed what a value was; any may be leaned on, for what is set is looked at. */
static bool is_trusted(int s, struct ucred *peer)
{
	socklen_t length = sizeof(*peer);
	if (getsockopt(s, SOL_SOCKET, SO_PEERCRED, peer, &length) < 0)
		return false;
	return peer->uid == 0 || peer->uid == geteuid();
}

static bool believe(struct setting *settings, const struct told told[SETTINGS])
{
	struct ucred peer = {0};
	trusted = is_trusted(leader, &peer);
	if (!settings_read(settings))
		return false;
	for (int i = 0; i < SETTINGS; i++) {
		if (!settings[i].right && !setting_may_differ(i)) {
			fprintf(stderr, "refused E_PROGRAM_FAILED: %s is %s, though process %d of user %u holds the settings|wait until it has ended\n", settings[i].name, settings[i].found, (int)peer.pid, (unsigned)peer.uid);
			return false;
		}
		if (!trusted)
			continue;
		memcpy(settings[i].found, told[i].found, VALUE_MAX);
		memcpy(settings[i].wanted, told[i].wanted, VALUE_MAX);
		settings[i].right = told[i].right;
	}
	return true;
}

enum lock lock_take(struct setting *settings)
{
	struct told told[SETTINGS];
	for (int64_t end = now_ms() + PATIENCE_MS; now_ms() < end;) {
		own = try_lead();
		if (own >= 0) {
			if (!settings_read(settings))
				return LOCK_REFUSED;
			journal_read(settings);
			return LOCK_LEADS;
		}
		leader = try_follow(told);
		if (leader >= 0)
			return believe(settings, told) ? LOCK_FOLLOWS : LOCK_REFUSED;
		poll(NULL, 0, PAUSE_MS);
	}
	fprintf(stderr, "refused E_PROGRAM_FAILED: another process holds the name @" NAME " and does not answer|ss -xlp shows it\n");
	return LOCK_REFUSED;
}

bool lock_open(const struct setting *settings)
{
	(void)settings;
	return listen(own, FOLLOWERS) == 0;
}

static void let_in(const struct setting *settings)
{
	struct told told[SETTINGS];
	int s = accept4(own, NULL, NULL, SOCK_CLOEXEC);
	if (s < 0)
		return;
	for (int i = 0; i < SETTINGS; i++) {
		memcpy(told[i].found, settings[i].found, VALUE_MAX);
		memcpy(told[i].wanted, settings[i].wanted, VALUE_MAX);
		told[i].right = settings[i].right;
	}
	if (count == FOLLOWERS || send(s, told, sizeof(told), MSG_DONTWAIT) < 0)
		close(s);
	else
		followers[count++] = s;
}

/* Their leader is gone, and nothing was restored: one of them takes over with what the leader sent it. */
static void succeed(struct setting *settings)
{
	struct told told[SETTINGS];
	close(leader);
	leader = -1;
	while (own < 0 && leader < 0) {
		own = try_lead();
		if (own >= 0) {
			if (!trusted)
				journal_read(settings);
			journal_write(settings);
			settings_apply(settings, false);
			lock_open(settings);
			return;
		}
		leader = try_follow(told);
		if (leader < 0)
			poll(NULL, 0, PAUSE_MS);
	}
}

/* Serves until something comes on `input`, or, without one, until nobody leans on this one. */
static void serve(struct setting *settings, int input)
{
	char waste[256];
	while (input >= 0 || count > 0) {
		struct pollfd watched[2 + FOLLOWERS] = {{.fd = input, .events = POLLIN}, {.fd = own >= 0 ? own : leader, .events = POLLIN}};
		int n = count;
		for (int i = 0; i < n; i++)
			watched[2 + i] = (struct pollfd){.fd = followers[i], .events = POLLIN};
		if (poll(watched, (nfds_t)(2 + n), -1) < 0)
			continue;
		for (int i = n - 1; i >= 0; i--)
			if (watched[2 + i].revents != 0) {
				close(followers[i]);
				followers[i] = followers[--count];
			}
		if (watched[1].revents != 0) {
			if (own >= 0)
				let_in(settings);
			else
				succeed(settings);
		}
		if (watched[0].revents != 0 && read(input, waste, sizeof(waste)) <= 0)
			return;
	}
}

static struct setting *held;

void lock_wait(struct setting *settings)
{
	held = settings;
	serve(settings, STDIN_FILENO);
}

bool lock_linger(void)
{
	if (own < 0)
		return false;
	for (;;) {
		/* Who waits to be let in leans on us too. */
		struct pollfd waiting = {.fd = own, .events = POLLIN};
		while (poll(&waiting, 1, 0) == 1)
			let_in(held);
		if (count == 0)
			return true;
		ports_release();
		fflush(stdout);
		pid_t child = fork();
		if (child > 0)
			_exit(0);
		for (int fd = 0; fd < 3; fd++)
			close(fd);
		serve(held, -1);
	}
}
