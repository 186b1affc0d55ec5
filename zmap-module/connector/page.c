/* The page `/`, over TCP or TLS: one request, whose status line is kept. What follows is read and thrown away while we close. */
#define _GNU_SOURCE
#include "page.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <string.h>

#include "settings.h"

static void host_of(const struct endpoint *to, char out[NAME_MAX_ + 16])
{
	char text[INET6_ADDRSTRLEN], port[8] = "";
	inet_ntop(to->family, to->address, text, sizeof(text));
	bool literal = to->name[0] == '\0' && to->family == AF_INET6;
	if (to->port != (to->way == WAY_HTTPS ? 443 : 80))
		snprintf(port, sizeof(port), ":%u", to->port);
	snprintf(out, NAME_MAX_ + 16, "%s%s%s%s", literal ? "[" : "", to->name[0] == '\0' ? text : to->name, literal ? "]" : "", port);
}

bool page_ask(struct connection *one)
{
	char host[NAME_MAX_ + 16], request[sizeof(host) + AGENT_MAX + 128];
	host_of(&one->to, host);
	int length = snprintf(request, sizeof(request), "GET / HTTP/1.1\r\nHost: %s\r\nUser-Agent: %s\r\nAccept: */*\r\nConnection: close\r\n\r\n", host, settings.agent);
	if (one->ssl == NULL)
		return send(one->fd, request, (size_t)length, MSG_NOSIGNAL) == length;
	ERR_clear_error();
	return SSL_write(one->ssl, request, length) == length;
}

/* `HTTP/1.1 200 OK`; the answer's first bytes come together, or its status stays unknown. */
static void read_status(struct connection *one, const char *answer, size_t length)
{
	static const char http[] = "HTTP/1.";
	if (one->status != 0 || length < 12 || memcmp(answer, http, sizeof(http) - 1) != 0 || answer[8] != ' ')
		return;
	for (int i = 9; i < 12; i++)
		if (!isdigit((unsigned char)answer[i]))
			return;
	one->status = 100 * (answer[9] - '0') + 10 * (answer[10] - '0') + answer[11] - '0';
}

static long read_some(struct connection *one, char *into, size_t room, enum by *by)
{
	errno = 0;
	ERR_clear_error();
	long length = one->ssl == NULL ? recv(one->fd, into, room, 0) : SSL_read(one->ssl, into, (int)room);
	if (length > 0)
		return length;
	bool waits = one->ssl == NULL ? length < 0 && errno == EAGAIN : SSL_get_error(one->ssl, (int)length) == SSL_ERROR_WANT_READ;
	*by = waits ? BY_NOBODY : errno == ECONNRESET ? BY_RESET
						      : BY_SERVER;
	return 0;
}

bool page_read(struct connection *one, enum by *by)
{
	static char answer[16384];
	for (;;) {
		long length = read_some(one, answer, sizeof(answer), by);
		if (length == 0)
			return *by != BY_NOBODY;
		read_status(one, answer, (size_t)length);
		one->page_bytes += (uint32_t)length;
		if (one->page_bytes > READ_MAX) {
			*by = BY_LIMIT;
			return true;
		}
	}
}
