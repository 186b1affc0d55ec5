/*
 * Lines of stdin that wait for their turn. All that comes is read at once, so that an opt-out never waits behind endpoints;
 * the lines are kept as they are, one behind the other.
 */
#define _GNU_SOURCE
#include "waiting.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CHUNK = 1 << 16,
       ROOM_MAX = 1 << 26 };

static char *text;
static size_t room, from, to; /* lines that wait; `to` ends whole lines */
static size_t end;	      /* of what was read, whole lines or not */
static bool last_told;

bool waiting_any(void)
{
	return from < to;
}

/* Space for one more chunk: what is done is overwritten first. */
static bool make_room(void)
{
	if (room - end >= CHUNK)
		return true;
	if (from > 0) {
		memmove(text, text + from, end - from);
		to -= from;
		end -= from;
		from = 0;
	}
	if (room - end >= CHUNK)
		return true;
	size_t more = room == 0 ? 2 * CHUNK : 2 * room;
	if (more > ROOM_MAX)
		return false;
	char *larger = realloc(text, more);
	if (larger == NULL)
		return false;
	text = larger;
	room = more;
	return true;
}

/* Takes lines that are not endpoints: `-PREFIX` is an opt-out, `.` ends the list. */
static enum heard sort_lines(size_t begin, void (*leave_out)(const char *))
{
	for (char *line = text + begin, *stop; (stop = memchr(line, '\n', (size_t)(text + end - line))) != NULL; line = stop + 1) {
		*stop = '\0';
		if (*line == '-')
			leave_out(line + 1);
		else if (strcmp(line, ".") == 0)
			last_told = true;
		else {
			memmove(text + to, line, (size_t)(stop + 1 - line));
			to += (size_t)(stop + 1 - line);
			continue;
		}
	}
	return last_told ? HEARD_ALL : HEARD;
}

/* What follows the last newline is moved behind the lines that stay. */
static void keep_rest(size_t whole)
{
	memmove(text + to, text + whole, end - whole);
	end = to + (end - whole);
}

enum heard waiting_hear(void (*leave_out)(const char *prefix))
{
	if (!make_room())
		return HEARD_WRONG;
	ssize_t length = read(STDIN_FILENO, text + end, CHUNK);
	if (length < 0)
		return errno == EAGAIN || errno == EINTR ? HEARD : HEARD_GONE;
	if (length == 0)
		return last_told ? HEARD_ENDED : HEARD_GONE;
	if (memchr(text + end, '\0', (size_t)length) != NULL)
		return HEARD_WRONG;
	size_t begin = to;
	end += (size_t)length;
	char *newline = memrchr(text + begin, '\n', end - begin);
	if (newline == NULL)
		return end - begin > CHUNK ? HEARD_WRONG : HEARD;
	size_t whole = (size_t)(newline + 1 - text);
	enum heard heard = sort_lines(begin, leave_out);
	keep_rest(whole);
	return heard;
}

bool waiting_next(struct endpoint *out, bool *wrong)
{
	if (from == to)
		return false;
	*wrong = !endpoint_parse(text + from, out);
	from += strlen(text + from) + 1;
	return true;
}
