/* Connections, each in the list of its state. All of one state wait equally long, so the first of a list is due first. */
#define _GNU_SOURCE
#include "states.h"

#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "../clocks.h"
#include "connection.h"

static struct connection heads[STATES];
static struct connection *pool, *spare;
static int taken, live, most_live, given, epoll = -1;

/* The pool's memory is touched as it is taken: what is never used costs nothing. */
void states_begin(int most)
{
	for (int i = 0; i < STATES; i++)
		heads[i].before = heads[i].after = &heads[i];
	pool = calloc((size_t)most, sizeof(*pool));
	epoll = epoll_create1(EPOLL_CLOEXEC);
	if (pool == NULL || epoll < 0)
		abort();
}

int states_epoll(void)
{
	return epoll;
}

int states_live(void)
{
	return live;
}

void states_count(int *ended, int *most)
{
	*ended = given;
	*most = most_live;
}

struct connection *states_take(void)
{
	struct connection *one = spare;
	if (one == NULL)
		one = &pool[taken++];
	else
		spare = one->after;
	memset(one, 0, sizeof(*one));
	one->fd = -1;
	one->before = one->after = one;
	if (++live > most_live)
		most_live = live;
	return one;
}

static void unlink_it(struct connection *one)
{
	one->before->after = one->after;
	one->after->before = one->before;
	one->before = one->after = one;
}

void states_give(struct connection *one)
{
	unlink_it(one);
	one->state = IDLE;
	one->before = NULL;
	one->after = spare;
	spare = one;
	live--;
	given++;
}

void states_move(struct connection *one, enum state state, int64_t within)
{
	struct connection *head = &heads[state];
	unlink_it(one);
	one->state = state;
	one->due = clock_now() + within;
	one->before = head->before;
	one->after = head;
	head->before->after = one;
	head->before = one;
}

struct connection *states_first(enum state state)
{
	return heads[state].after == &heads[state] ? NULL : heads[state].after;
}

/* Begins to watch, or watches for something else. */
void states_watch(struct connection *one, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.ptr = one};
	if (epoll_ctl(epoll, EPOLL_CTL_MOD, one->fd, &event) < 0)
		epoll_ctl(epoll, EPOLL_CTL_ADD, one->fd, &event);
}
