/*
 * What follows the hold: our first byte, silence again, what is to be asked, and the end.
 *
 * A server with TCP_DEFER_ACCEPT (Apache) makes nothing of a connection until our first byte is there, and announces
 * nothing before. So an empty line, which every HTTP server skips (RFC 9112, 2.2), or the TLS handshake comes first, and
 * the connection is held a second time.
 */
#define _GNU_SOURCE
#include "question.h"

#include <errno.h>
#include <openssl/ssl.h>
#include <sys/epoll.h>

#include "../clocks.h"
#include "page.h"
#include "settings.h"

/* That a server may take to close after us. */
static const int64_t linger = (int64_t)1000 * 1000000;

/* Our half is closed; the server may close its own, and is reset when it does not. */
static void begin_close(struct connection *one, enum by by)
{
	one->ended_by = by;
	tls_end(one);
	shutdown(one->fd, SHUT_WR);
	states_move(one, CLOSING, linger);
	states_watch(one, EPOLLIN | EPOLLRDHUP);
}

static void ask_page(struct connection *one)
{
	if (!page_ask(one)) {
		connection_end(one, by_error(errno));
		return;
	}
	states_move(one, READING, settings.timeout);
	states_watch(one, EPOLLIN | EPOLLRDHUP);
}

/* Nothing more is to be heard: the page, or the end. */
static void after_again(struct connection *one)
{
	if (one->to.way == WAY_HTTP || one->to.way == WAY_HTTPS)
		ask_page(one);
	else
		begin_close(one, BY_US);
}

static void hold_again(struct connection *one)
{
	if (settings.hold == 0) {
		after_again(one);
		return;
	}
	one->spoke = clock_real();
	states_move(one, AGAIN, settings.hold);
	states_watch(one, EPOLLIN | EPOLLRDHUP);
}

static void shake(struct connection *one)
{
	uint32_t wants;
	if (!tls_step(one, &wants)) {
		states_watch(one, wants);
		return;
	}
	if (one->tls == TLS_DONE)
		hold_again(one);
	else if (one->tls == TLS_CLOSED)
		connection_end(one, BY_SERVER);
	else if (one->tls == TLS_RESET)
		connection_end(one, BY_RESET);
	else
		begin_close(one, BY_US);
}

static void nudge(struct connection *one)
{
	if (settings.hold > 0 && send(one->fd, "\r\n", 2, MSG_NOSIGNAL) < 0)
		connection_end(one, by_error(errno));
	else
		hold_again(one);
}

void question_begin(struct connection *one)
{
	if (one->to.way == WAY_HOLD) {
		begin_close(one, BY_US);
	} else if (one->to.way == WAY_NUDGE || one->to.way == WAY_HTTP) {
		nudge(one);
	} else {
		states_move(one, SHAKING, settings.timeout);
		tls_begin(one);
		shake(one);
	}
}

/* The second hold is over. */
void question_note(struct connection *one, enum by by)
{
	one->again_ended = clock_real();
	one->again_ended_by = by;
}

/* Reads and throws away; true at the end, `by` says whose. */
static bool drain(struct connection *one, enum by *by)
{
	static uint8_t waste[16384];
	errno = 0;
	long length = one->ssl == NULL ? recv(one->fd, waste, sizeof(waste), 0) : SSL_read(one->ssl, waste, sizeof(waste));
	if (length > 0) {
		one->page_bytes += (uint32_t)length;
		*by = BY_LIMIT;
		return one->page_bytes > READ_MAX;
	}
	bool waits = one->ssl == NULL ? length < 0 && errno == EAGAIN : SSL_get_error(one->ssl, (int)length) == SSL_ERROR_WANT_READ;
	*by = errno == ECONNRESET ? BY_RESET : BY_SERVER;
	return !waits;
}

static void read_page(struct connection *one)
{
	enum by by;
	if (page_read(one, &by))
		connection_end(one, by);
	else if (one->status != 0)
		begin_close(one, BY_US);
}

void question_event(struct connection *one)
{
	enum by by;
	if (one->state == SHAKING)
		shake(one);
	else if (one->state == READING)
		read_page(one);
	else if ((one->state == AGAIN || one->state == CLOSING) && drain(one, &by))
		connection_end(one, by);
}

void question_due(struct connection *one)
{
	if (one->state != AGAIN) {
		connection_end(one, BY_LIMIT);
		return;
	}
	question_note(one, BY_US);
	after_again(one);
}
