/* What comes, what is due and what is to be begun, in turns, until nothing is left. */
#define _GNU_SOURCE
#include "loop.h"

#include <errno.h>
#include <stdio.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "../clocks.h"
#include "../signals.h"
#include "connection.h"
#include "opt_outs.h"
#include "record.h"
#include "settings.h"
#include "waiting.h"

enum { EVENTS = 1024,
       TURN = 64,	   /* starts in one turn without a pace: events are not to wait for all of them */
       LATE_NS = 20000000, /* starts that were missed for longer are not caught up with */
       BROKEN = 1,
       WRONG = 2,
       STOPPED = 3 };

static bool told_all, wrong, stopped;
static int64_t next_start;
/* What has no connection: stdin, and a signal that ends us. */
static char input, ending;

static void leave_out(const char *prefix)
{
	if (!opt_outs_add(prefix))
		wrong = true;
	for (int state = CONNECTING; state < STATES; state++) {
		struct connection *one = states_first((enum state)state), *next;
		for (; one != NULL && one->state == (enum state)state; one = next) {
			next = one->after;
			if (opt_outs_have(&one->to))
				connection_end(one, BY_OPT_OUT);
		}
	}
}

/* One endpoint that waits; false when none does. */
static bool start_one(void)
{
	struct endpoint to;
	bool is_wrong = false;
	if (!waiting_next(&to, &is_wrong))
		return false;
	if (is_wrong) {
		wrong = true;
	} else if (opt_outs_have(&to)) {
		record_left_out(&to);
	} else {
		struct connection *one = states_take();
		one->to = to;
		connection_open(one);
	}
	return true;
}

static void start_some(void)
{
	int64_t now = clock_now();
	if (settings.pace > 0 && next_start < now - LATE_NS)
		next_start = now - LATE_NS;
	for (int i = 0; !wrong && states_live() < settings.most; i++) {
		if (settings.pace > 0 ? next_start > now : i == TURN)
			return;
		if (!start_one())
			return;
		next_start += settings.pace;
	}
}

static void end_due(void)
{
	int64_t now = clock_now();
	for (int state = CONNECTING; state < STATES; state++) {
		struct connection *one;
		while ((one = states_first((enum state)state)) != NULL && one->due <= now)
			connection_due(one);
	}
}

static void end_all(void)
{
	for (int state = CONNECTING; state < STATES; state++) {
		struct connection *one;
		while ((one = states_first((enum state)state)) != NULL)
			connection_end(one, BY_STOP);
	}
}

static void forget_input(void)
{
	epoll_ctl(states_epoll(), EPOLL_CTL_DEL, STDIN_FILENO, NULL);
}

static void hear(void)
{
	switch (waiting_hear(leave_out)) {
	case HEARD_ENDED:
		forget_input();
		told_all = true;
		break;
	case HEARD_GONE:
		stopped = true;
		break;
	case HEARD_WRONG:
		wrong = true;
		break;
	case HEARD_ALL:
		told_all = true;
		break;
	case HEARD:
		break;
	}
}

static bool watch(int fd, void *what)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = what};
	return epoll_ctl(states_epoll(), EPOLL_CTL_ADD, fd, &event) == 0;
}

/* Milliseconds that nothing is to be done for. */
static int patience(void)
{
	int64_t now = clock_now(), until = now + 1000000000;
	for (int state = CONNECTING; state < STATES; state++) {
		struct connection *one = states_first((enum state)state);
		if (one != NULL && one->due < until)
			until = one->due;
	}
	if (waiting_any() && states_live() < settings.most && next_start < until)
		until = next_start;
	return until <= now ? 0 : (int)((until - now + 999999) / 1000000);
}

static void take(struct epoll_event *event)
{
	if (event->data.ptr == &ending)
		stopped = true;
	else if (event->data.ptr == &input)
		hear();
	else
		connection_event(event->data.ptr, event->events);
}

static void turn(void)
{
	static struct epoll_event events[EVENTS];
	int count = epoll_wait(states_epoll(), events, EVENTS, patience());
	for (int i = 0; i < count; i++)
		take(&events[i]);
	end_due();
	start_some();
}

/* A file is always ready, which epoll does not take: it is read to its end before anything begins. */
static void begin_input(void)
{
	if (watch(STDIN_FILENO, &input))
		return;
	while (!told_all && !stopped && !wrong)
		hear();
}

int loop_run(void)
{
	if (!watch(signals_open(), &ending))
		return BROKEN;
	begin_input();
	while (!stopped && !wrong && (!told_all || waiting_any() || states_live() > 0)) {
		turn();
		if (!record_flush())
			return BROKEN;
	}
	end_all();
	if (!record_flush())
		return BROKEN;
	if (wrong)
		fprintf(stderr, "mptcp-connect: a line of stdin is not understood, or there is no memory for it\n");
	return wrong ? WRONG : stopped ? STOPPED
				       : 0;
}
