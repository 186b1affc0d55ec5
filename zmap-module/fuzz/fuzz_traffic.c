/*
 * libFuzzer: random bytes as a capture file, and as one frame of any link type. Beyond the sanitizers it holds that
 * every stream that is opened is ended once, that the table keeps its bound, and that what is told of it is bounded.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../traffic/follow.h"

#define FLOWS 4

static const uint8_t SECRET[16] = "0123456789abcde";

static void promise(bool holds)
{
	if (!holds) {
		abort();
	}
}

static size_t count_of(const char *text, const char *what)
{
	size_t count = 0;
	while ((text = strstr(text, what)) != NULL) {
		count++;
		text++;
	}
	return count;
}

static void promise_said(const char *said, const struct follower *follower)
{
	size_t opened = count_of(said, "{\"type\":\"open\"");
	promise(opened == count_of(said, "{\"type\":\"end\"") && opened == follower->totals.streams);
	promise(follower->kept == 0 && follower->flows.count == 0);
	for (const char *at = said; *at != '\0'; at++) {
		promise(*at == '\n' || (*at >= ' ' && *at < 0x7f));
	}
}

/* A frame's bytes are copied to their exact size: a read beyond them is seen. */
static void follow(struct follower *follower, struct frame frame)
{
	uint8_t *copy = malloc(frame.captured > 0 ? frame.captured : 1);
	memcpy(copy, frame.data, frame.captured);
	frame.data = copy;
	follower_frame(follower, &frame);
	promise(follower->flows.count <= FLOWS);
	free(copy);
}

static void read_file(struct follower *follower, const uint8_t *data, size_t size)
{
	struct capture capture;
	struct frame frame = {0};
	int fd = memfd_create("capture", 0);
	promise(fd >= 0 && write(fd, data, size) == (ssize_t)size && lseek(fd, 0, SEEK_SET) == 0);
	promise(capture_open(&capture, fd));
	while (capture_next(&capture, &frame)) {
		promise(frame.at_us >= 0 && frame.at_us <= FRAME_US_MAX && frame.wire >= frame.captured);
		follow(follower, frame);
	}
	promise(capture.state != CAPTURE_READING && capture.state != CAPTURE_UNREADABLE);
	promise(capture.source.packed || capture_offset(&capture) <= size);
	capture_close(&capture);
}

/* Frames of one link type, each behind a byte that says how long it is and one of time. */
static void read_frames(struct follower *follower, const uint8_t *data, size_t size)
{
	static const uint32_t LINKS[] = {0, 1, 9, 12, 14, 50, 51, 101, 104, 108, 113, 228, 229, 276, 105};
	uint32_t link = LINKS[data[0] % (sizeof LINKS / sizeof LINKS[0])];
	int64_t at_us = 0;
	for (size_t at = 1; at + 2 <= size;) {
		size_t bytes = data[at] < size - at - 2 ? data[at] : size - at - 2;
		at_us += (int64_t)data[at + 1] * 1000000;
		follow(follower, (struct frame){at_us, link, data + at + 2, (uint32_t)bytes, (uint32_t)bytes + data[at + 1] % 3});
		at += 2 + bytes;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct follower follower;
	char *said = NULL;
	size_t said_bytes = 0;
	if (size < 2) {
		return 0;
	}
	FILE *out = open_memstream(&said, &said_bytes);
	promise(out != NULL && follower_begin(&follower, out, FLOWS, SECRET));
	follower.all = (data[0] & 1) != 0;
	if ((data[0] & 2) != 0) {
		read_file(&follower, data + 1, size - 1);
	} else {
		read_frames(&follower, data + 1, size - 1);
	}
	follower_end(&follower);
	fclose(out);
	promise_said(said, &follower);
	free(said);
	return 0;
}
