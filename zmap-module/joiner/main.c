/*
 * mptcp-join OPTION VALUE... < addresses that have had their SYN, one a line, and `.`
 *
 * Says {"ready":true} once it listens, works until stdin ends, and then says how many events were lost. Exit code 0 then, 1 when the
 * kernel does not let it, 2 for words it does not understand, 3 when a signal ended it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "../clocks.h"
#include "../guard/join_syns.h"
#include "../signals.h"
#include "attempts.h"
#include "journal.h"
#include "link.h"
#include "met.h"
#include "screen.h"
#include "settings.h"
#include "waiting.h"

enum { LOOK_MS = 20, /* opt-outs are looked at so often while anything is on the way */
       IDLE_MS = 1000,
       BROKEN = 1,
       USAGE = 2,
       STOPPED = 3 };

struct settings settings = {.wait = 3000000000};

static bool has_journal;

static bool read_ports(const char *text, int *first, int *last)
{
	int end = 0;
	int found = sscanf(text, "%d-%d%n", first, last, &end);
	return found == 2 && text[end] == '\0' && *first > 0 && *first <= *last && *last < 65536;
}

static bool read_seconds(const char *text, double *out)
{
	char *end;
	*out = strtod(text, &end);
	return end != text && *end == '\0' && *out > 0 && *out <= 1e6;
}

static bool read_option(const char *name, const char *value)
{
	double number = 0;
	if (strcmp(name, "--ports") == 0)
		return read_ports(value, &settings.first_port, &settings.last_port) && settings.last_port - settings.first_port < PORTS_MAX;
	if (strcmp(name, "--held") == 0)
		return read_ports(value, &settings.first_held, &settings.last_held);
	if (strcmp(name, "--journal") == 0)
		return has_journal = journal_open(value);
	if (strcmp(name, "--wait") != 0 && strcmp(name, "--rate") != 0)
		return screen_read(name, value);
	if (!read_seconds(value, &number))
		return false;
	if (strcmp(name, "--wait") == 0)
		settings.wait = (int64_t)(number * 1e9);
	else
		settings.pace = (int64_t)(1e9 / number);
	return true;
}

/* Addresses that have had their SYN, until `.`, with a second word where nobody kept the answer; false for anything else. */
static bool read_asked(void)
{
	static const char lost[] = " interrupted";
	char line[80];
	while (fgets(line, sizeof(line), stdin) != NULL) {
		struct end end;
		line[strcspn(line, "\n")] = '\0';
		if (strcmp(line, ".") == 0)
			return true;
		char *second = strchr(line, ' ');
		bool interrupted = second != NULL && strcmp(second, lost) == 0;
		if (interrupted)
			*second = '\0';
		if (!end_parse(line, &end))
			return false;
		struct met met = interrupted ? met_interrupted(&end) : met_address(&end);
		met_add(&met);
	}
	return false;
}

/* Begins what is due, ends what has waited too long; milliseconds until something is due again, -1 when nobody may be asked any more. */
static int turn(void)
{
	int64_t now = clock_now();
	if (!waiting_turn(now))
		return -1;
	return attempts_end_due(now) || waiting_any() ? LOOK_MS : IDLE_MS;
}

static int run(int signals)
{
	char waste[256];
	long lost = 0;
	struct pollfd watched[3] = {{.fd = STDIN_FILENO, .events = POLLIN}, {.fd = signals, .events = POLLIN}, {.fd = link_events(), .events = POLLIN}};
	for (;;) {
		int patience = turn();
		if (patience < 0)
			attempts_stop();
		if (fflush(stdout) != 0 || patience < 0)
			return BROKEN;
		if (poll(watched, 3, patience) < 0 && errno != EINTR)
			return BROKEN;
		if (watched[2].revents != 0 && !link_hear())
			lost++;
		bool over = watched[0].revents != 0 && read(STDIN_FILENO, waste, sizeof(waste)) <= 0;
		if (!over && watched[1].revents == 0)
			continue;
		attempts_stop();
		printf("{\"join_events_lost\":%ld}\n", lost);
		return fflush(stdout) != 0 ? BROKEN : over ? 0
							   : STOPPED;
	}
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "--version") == 0)
		return puts("mptcp-join 1") < 0;
	int signals = signals_open();
	bool understood = argc % 2 == 1;
	for (int i = 1; understood && i + 1 < argc; i += 2)
		understood = read_option(argv[i], argv[i + 1]);
	if (!understood || settings.first_port == 0 || settings.first_held == 0 || !has_journal || !read_asked()) {
		fprintf(stderr, "usage: mptcp-join --ports FIRST-LAST --held FIRST-LAST --journal FILE --outside TABLE [--blocked TABLE] [--opt-outs TABLE] [--wait SECONDS] [--rate SYNS] < addresses\n");
		return USAGE;
	}
	if (!link_open()) {
		fprintf(stderr, "mptcp-join: cannot listen to path manager events here: %s\n", strerror(errno));
		return BROKEN;
	}
	int reason = join_syns_begin("joiner", settings.first_port, settings.last_port);
	if (reason != 0) {
		fprintf(stderr, "mptcp-join: nothing keeps the kernel from repeating a SYN: %s\n", strerror(reason));
		return BROKEN;
	}
	printf("{\"ready\":true}\n");
	return run(signals);
}
