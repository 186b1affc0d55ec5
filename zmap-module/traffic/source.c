#include "source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define GZIP_0 0x1f /* RFC 1952, 2.3.1 */
#define GZIP_1 0x8b
#define WINDOW_BITS_GZIP (15 + 16)

bool source_open(struct source *source, int fd)
{
	*source = (struct source){.fd = fd, .raw = malloc(SOURCE_RAW_BYTES)};
	return source->raw != NULL;
}

void source_close(struct source *source)
{
	if (source->packed) {
		inflateEnd(&source->stream);
	}
	free(source->raw);
	source->raw = NULL;
	if (source->fd > STDIN_FILENO) {
		close(source->fd);
	}
}

static size_t read_some(struct source *source, uint8_t *out, size_t room)
{
	ssize_t got;
	do {
		got = read(source->fd, out, room);
	} while (got < 0 && errno == EINTR);
	if (got < 0) {
		source->fault = SOURCE_UNREADABLE;
		source->error = errno;
	}
	source->ended = got <= 0;
	return got > 0 ? (size_t)got : 0;
}

/* New data goes behind the unread rest. */
static bool refill(struct source *source)
{
	if (source->ended) {
		return false;
	}
	memmove(source->raw, source->raw + source->at, source->filled - source->at);
	source->filled -= source->at;
	source->at = 0;
	size_t got = read_some(source, source->raw + source->filled, SOURCE_RAW_BYTES - source->filled);
	source->filled += got;
	return got > 0;
}

static bool at_gzip(const struct source *source)
{
	return source->filled - source->at >= 2 && source->raw[source->at] == GZIP_0 && source->raw[source->at + 1] == GZIP_1;
}

static void look(struct source *source)
{
	while (source->filled < 2 && refill(source)) {
	}
	source->looked = true;
	source->packed = at_gzip(source) && inflateInit2(&source->stream, WINDOW_BITS_GZIP) == Z_OK;
}

/* Several members stand one behind the other in files that were packed in pieces; zeros fill the last block of a tape. */
static bool next_member(struct source *source)
{
	for (;;) {
		while (source->at < source->filled && source->raw[source->at] == 0) {
			source->at++;
		}
		if (source->filled - source->at >= 2) {
			break;
		}
		if (!refill(source)) {
			if (source->at < source->filled) {
				source->fault = SOURCE_PACKED_TAIL;
			}
			return false;
		}
	}
	if (!at_gzip(source)) {
		source->fault = SOURCE_PACKED_TAIL;
		return false;
	}
	source->member_done = false;
	return inflateReset(&source->stream) == Z_OK;
}

static size_t unpack(struct source *source, uint8_t *out, size_t room)
{
	z_stream *stream = &source->stream;
	stream->next_out = out;
	stream->avail_out = (uInt)room;
	while (stream->avail_out == room && source->fault == SOURCE_FINE) {
		if (source->member_done && !next_member(source)) {
			break;
		}
		if (source->at == source->filled && !refill(source)) {
			source->fault = source->fault == SOURCE_FINE ? SOURCE_PACKED_CUT : source->fault;
			break;
		}
		stream->next_in = source->raw + source->at;
		stream->avail_in = (uInt)(source->filled - source->at);
		int status = inflate(stream, Z_NO_FLUSH);
		source->at = source->filled - stream->avail_in;
		if (status == Z_STREAM_END) {
			source->member_done = true;
		} else if (status != Z_OK && status != Z_BUF_ERROR) {
			source->fault = SOURCE_PACKED_BAD;
		}
	}
	return room - stream->avail_out;
}

size_t source_read(struct source *source, uint8_t *out, size_t room)
{
	if (!source->looked && source->fault == SOURCE_FINE) {
		look(source);
	}
	if (room == 0 || source->fault != SOURCE_FINE) {
		return 0;
	}
	if (source->packed) {
		return unpack(source, out, room);
	}
	if (source->at == source->filled) {
		return source->ended ? 0 : read_some(source, out, room);
	}
	size_t bytes = source->filled - source->at < room ? source->filled - source->at : room;
	memcpy(out, source->raw + source->at, bytes);
	source->at += bytes;
	return bytes;
}
