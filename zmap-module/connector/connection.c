/* One connection from its SYN to its record: connect and stay silent; question.c has what follows. */
#define _GNU_SOURCE
#include "connection.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>

#include "../clocks.h"
#include "question.h"
#include "record.h"
#include "settings.h"
#include "socket.h"

static int error_of(int fd)
{
	int error = 0;
	socklen_t length = sizeof(error);
	return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) < 0 ? errno : error;
}

static void read_words(struct connection *one, enum by by)
{
	if (one->hold_ended != 0)
		return;
	one->hold_ended = clock_real();
	one->hold_ended_by = by;
	words_read(one->fd, &one->words);
	/* A socket that was reset is plain to the kernel, whatever it was. */
	if (one->words.mptcp == NO && by != BY_US && by != BY_SERVER)
		one->words.mptcp = UNKNOWN;
}

/* Says its record and forgets it. A server that closed first lets us close in order; others are not waited for. */
void connection_end(struct connection *one, enum by by)
{
	if (one->state == HOLDING)
		read_words(one, by);
	if (one->state == AGAIN)
		question_note(one, by);
	if (one->state == SHAKING && by == BY_LIMIT)
		one->tls = TLS_TIMEOUT;
	if (one->ended_by == BY_NOBODY)
		one->ended_by = by;
	tls_end(one);
	record_say(one);
	if (one->fd >= 0 && by == BY_SERVER)
		socket_close(one->fd);
	else if (one->fd >= 0)
		socket_abort(one->fd);
	states_give(one);
}

static void failed(struct connection *one, int error)
{
	one->error = error;
	one->outcome = outcome_of(error);
	connection_end(one, one->outcome == REFUSED ? BY_RESET : BY_LIMIT);
}

void connection_open(struct connection *one)
{
	one->outcome = UNDONE;
	one->asked = one->at_start = UNKNOWN;
	one->words = (struct words){.mptcp = UNKNOWN, .checksum = UNKNOWN, .timestamps = UNKNOWN};
	one->began = clock_real();
	if (socket_open(one) < 0) {
		failed(one, errno);
		return;
	}
	one->asked = words_asked(one->fd);
	states_move(one, CONNECTING, settings.timeout);
	states_watch(one, EPOLLOUT);
}

static void connected(struct connection *one)
{
	one->outcome = CONNECTED;
	one->connected = clock_real();
	one->at_start = words_is_mptcp(one->fd);
	if (settings.hold == 0) {
		read_words(one, BY_US);
		question_begin(one);
		return;
	}
	states_move(one, HOLDING, settings.hold);
	states_watch(one, EPOLLIN | EPOLLRDHUP);
}

static void keep_first(struct connection *one, const uint8_t *bytes, size_t length)
{
	size_t room = FIRST_MAX - one->first_length;
	size_t kept = length < room ? length : room;
	if (one->first_at == 0)
		one->first_at = clock_real();
	memcpy(one->first + one->first_length, bytes, kept);
	one->first_length = (uint16_t)(one->first_length + kept);
	one->received += (uint32_t)length;
}

/* What a server says unasked; one that says too much is read no further, and waits for the end of the hold like all others. */
static void listen_on(struct connection *one)
{
	static uint8_t bytes[16384];
	ssize_t length = recv(one->fd, bytes, sizeof(bytes), 0);
	if (length > 0) {
		keep_first(one, bytes, (size_t)length);
		if (one->received > READ_MAX)
			states_watch(one, 0);
	} else if (length == 0) {
		connection_end(one, BY_SERVER);
	} else if (errno != EAGAIN) {
		one->error = errno;
		connection_end(one, by_error(errno));
	}
}

void connection_event(struct connection *one, uint32_t events)
{
	int error = 0;
	switch (one->state) {
	case CONNECTING:
		error = error_of(one->fd);
		if (error != 0)
			failed(one, error);
		else if ((events & EPOLLOUT) != 0)
			connected(one);
		return;
	case HOLDING:
		listen_on(one);
		return;
	default:
		question_event(one);
		return;
	}
}

void connection_due(struct connection *one)
{
	if (one->state == CONNECTING) {
		failed(one, ETIMEDOUT);
	} else if (one->state == HOLDING) {
		read_words(one, BY_US);
		question_begin(one);
	} else {
		question_due(one);
	}
}
