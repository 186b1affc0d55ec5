/* mptcp-guard hold: the settings are as a measurement needs them until stdin ends, whatever becomes of who started it. */
#define _GNU_SOURCE
#include "commands.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bare_syns.h"
#include "join_syns.h"
#include "journal.h"
#include "lock.h"
#include "old_journals.h"
#include "ports.h"
#include "settings.h"
#include "wishes.h"

enum { REFUSED = 3 };

static bool take_ports(int *first)
{
	*first = ports_take();
	if (*first == 0)
		fprintf(stderr, "refused E_PROGRAM_FAILED: %d measurements are using all local ports from %d to %d|wait until one has ended\n", SLOTS, PORTS_FIRST, PORTS_LAST);
	return *first != 0;
}

/* Addresses that our connections may come from; those of a link alone are none. */
static void print_addresses(void)
{
	struct ifaddrs *all = NULL;
	char text[INET6_ADDRSTRLEN];
	const char *between = "";
	if (getifaddrs(&all) < 0)
		all = NULL;
	for (const struct ifaddrs *one = all; one != NULL; one = one->ifa_next) {
		int family = one->ifa_addr == NULL ? AF_UNSPEC : one->ifa_addr->sa_family;
		const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)one->ifa_addr;
		const struct sockaddr_in *v4 = (const struct sockaddr_in *)one->ifa_addr;
		if (family != AF_INET && (family != AF_INET6 || IN6_IS_ADDR_LINKLOCAL(&v6->sin6_addr)))
			continue;
		inet_ntop(family, family == AF_INET ? (const void *)&v4->sin_addr : &v6->sin6_addr, text, sizeof(text));
		printf("%s\"%s\"", between, text);
		between = ",";
	}
	if (all != NULL)
		freeifaddrs(all);
}

struct wish_held wish_held;

/* false for a word that is none of ours. */
static bool read_wishes(int argc, char **argv)
{
	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "bare-syns") == 0)
			wish_held.bare_syns = true;
		else if (strcmp(argv[i], "joins") == 0)
			wish_held.joins = true;
		else if (strcmp(argv[i], "checksum=0") == 0 || strcmp(argv[i], "checksum=1") == 0)
			wish_held.checksum = strchr(argv[i], '=') + 1;
		else
			return false;
	}
	return true;
}

/* Joins without it would be repeated: there are none then. */
static bool begin_joins(int first)
{
	int reason = wish_held.joins ? join_syns_begin("join", first + 1, first + PORTS_PER_SLOT - 1) : 0;
	if (reason != 0)
		fprintf(stderr, "refused E_PRIVILEGES: nothing keeps the kernel from repeating an MP_JOIN SYN: no nft rule can be had here (%s)|run as root or with CAP_NET_ADMIN on a kernel with nf_tables, or set handshake.join: false\n", strerror(reason));
	return reason == 0;
}

/* One line that says what is held: the first port of the slot is the mark that it is taken. */
static void print_ready(const struct setting *settings, int first, bool journal)
{
	int kept = wish_held.bare_syns ? bare_syns_begin(first + 1, first + PORTS_PER_SLOT - 1) : 0;
	const char *between = "";
	char now[VALUE_MAX];
	printf("{\"addresses\":[");
	print_addresses();
	printf("],\"ports\":[%d,%d],\"journal\":%s,\"settings\":{", first + 1, first + PORTS_PER_SLOT - 1, journal ? "true" : "false");
	for (int i = 0; i < SETTINGS; i++) {
		if (!settings_now(settings, i, now))
			continue;
		printf("%s\"%s\":{\"found\":\"%s\",\"held\":\"%s\"}", between, settings[i].name, settings[i].found, now);
		between = ",";
	}
	printf("}");
	if (wish_held.bare_syns && kept == 0)
		printf(",\"bare_syns\":true");
	else if (wish_held.bare_syns)
		printf(",\"bare_syns\":false,\"timestamps_because\":\"%s\"", strerror(kept));
	if (wish_held.joins)
		printf(",\"join_ports\":[%d,%d]", first + PORTS_PER_SLOT - JOINS_PER_SLOT, first + PORTS_PER_SLOT - 1);
	printf("}\n");
	fflush(stdout);
}

/* Nothing but SIGKILL ends a guard before its time: no hang-up, no interrupt of a terminal. */
static void stay(void)
{
	setsid();
	for (int number = 1; number < NSIG; number++)
		if (number != SIGKILL && number != SIGSTOP && number != SIGCHLD)
			signal(number, SIG_IGN);
	if (chdir("/") < 0)
		perror("/");
}

static int look(void)
{
	static struct setting settings[SETTINGS];
	int first;
	if (!settings_read(settings) || !settings_apply(settings, true) || !take_ports(&first))
		return REFUSED;
	int kept = wish_held.bare_syns ? bare_syns_begin(first + 1, first + PORTS_PER_SLOT - 1) : 0;
	if (kept != 0)
		printf("timestamps stay: %s\n", strerror(kept));
	return begin_joins(first) ? 0 : REFUSED;
}

int hold(int argc, char **argv, bool dry)
{
	static struct setting settings[SETTINGS];
	bool journal = true;
	int first;
	if (!read_wishes(argc, argv))
		return 2;
	journals_clear();
	if (dry)
		return look();
	stay();
	enum lock lock = lock_take(settings);
	if (lock == LOCK_REFUSED)
		return REFUSED;
	if (lock == LOCK_LEADS) {
		journal = journal_write(settings);
		if (!settings_apply(settings, false) || !lock_open(settings)) {
			settings_restore(settings);
			journal_remove();
			return REFUSED;
		}
	}
	bool ready = take_ports(&first) && begin_joins(first);
	if (ready) {
		print_ready(settings, first, journal);
		lock_wait(settings);
		printf("{\"moved\":");
		settings_print_moved(settings);
		printf("}\n");
		fflush(stdout);
	}
	bare_syns_end();
	join_syns_end();
	if (lock_linger()) {
		settings_restore(settings);
		journal_remove();
	}
	return ready ? 0 : REFUSED;
}
