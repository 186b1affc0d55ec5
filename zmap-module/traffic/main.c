/*
 * mptcp-traffic FILE...: reads captures once, follows the TCP streams that carry an option of kind 30,
 * and says as JSON lines what they say. Captures that overlap in time are read side by side.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "follow.h"

/* Open at the same time: two descriptors and some memory each. */
#define ACTIVE_MAX 64
#define EXIT_USAGE 2
#define OUT_BYTES (1024 * 1024)

struct input {
	const char *path;
	size_t index;
	int64_t first_us; /* of its first packet */
	struct capture capture;
	struct frame head;
};

static bool is_stdin(const char *path)
{
	return strcmp(path, "-") == 0;
}

static void fail(const char *what, const char *which)
{
	fprintf(stderr, "mptcp-traffic: %s%s%s\n", what, which[0] != '\0' ? ": " : "", which);
	exit(EXIT_USAGE);
}

/* Whatever is wrong with a file is said of it, and the others are read. */
static void open_input(struct input *input)
{
	int fd = is_stdin(input->path) ? STDIN_FILENO : open(input->path, O_RDONLY | O_CLOEXEC);
	struct stat about;
	if (!capture_open(&input->capture, fd)) {
		fail("no memory for a capture", input->path);
	}
	int error = fd < 0 ? errno : fstat(fd, &about) == 0 && S_ISDIR(about.st_mode) ? EISDIR
										      : 0;
	if (error != 0) {
		input->capture.source.fault = SOURCE_UNREADABLE;
		input->capture.source.error = error;
	}
}

/* When a capture begins, so that those of several interfaces or hours come in order. What cannot be read twice comes first. */
static void look(struct input *input)
{
	struct stat about;
	input->first_us = INT64_MIN;
	if (is_stdin(input->path) || stat(input->path, &about) != 0 || !S_ISREG(about.st_mode)) {
		return;
	}
	open_input(input);
	if (capture_next(&input->capture, &input->head)) {
		input->first_us = input->head.at_us;
	}
	capture_close(&input->capture);
}

static int by_first(const void *a, const void *b)
{
	const struct input *one = a, *other = b;
	if (one->first_us != other->first_us) {
		return one->first_us < other->first_us ? -1 : 1;
	}
	return one->index < other->index ? -1 : 1;
}

/* Moves a capture to its next frame; false, and it is closed, at its end. */
static bool advance(struct input *input, FILE *out)
{
	if (capture_next(&input->capture, &input->head)) {
		return true;
	}
	say_file(out, input->index, &input->capture);
	capture_close(&input->capture);
	return false;
}

static size_t earliest(struct input *const active[], size_t count)
{
	size_t best = 0;
	for (size_t i = 1; i < count; i++) {
		best = active[i]->head.at_us < active[best]->head.at_us ? i : best;
	}
	return best;
}

static void read_all(struct follower *follower, struct input *inputs, size_t count)
{
	struct input *active[ACTIVE_MAX];
	size_t active_count = 0, next = 0, at = 0;
	while (active_count > 0 || next < count) {
		bool due = active_count == 0 || (active_count < ACTIVE_MAX && next < count && inputs[next].first_us <= active[at]->head.at_us);
		if (next < count && due) {
			struct input *input = &inputs[next++];
			open_input(input);
			if (advance(input, follower->out)) {
				active[active_count++] = input;
			}
			at = earliest(active, active_count);
			continue;
		}
		follower_frame(follower, &active[at]->head);
		if (!advance(active[at], follower->out)) {
			active[at] = active[--active_count];
		}
		at = active_count > 1 ? earliest(active, active_count) : 0;
	}
}

static unsigned long number(const char *text, unsigned long least, unsigned long most, const char *option)
{
	char *end;
	errno = 0;
	unsigned long value = strtoul(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || text[0] == '-' || value < least || value > most) {
		fail("not a number that it takes", option);
	}
	return value;
}

static const char USAGE[] = "usage: mptcp-traffic [--flows N] [--silent SECONDS] [--all] [--live] [--keep FILE] FILE...";

struct settings {
	uint32_t flows;
	int64_t silent_us;
	bool all, live;
	const char *keep;
};

static struct settings read_arguments(int argc, char *argv[])
{
	static const struct option OPTIONS[] = {
	    {"flows", required_argument, NULL, 'f'},
	    {"silent", required_argument, NULL, 's'},
	    {"all", no_argument, NULL, 'a'},
	    {"live", no_argument, NULL, 'l'},
	    {"keep", required_argument, NULL, 'k'},
	    {"version", no_argument, NULL, 'v'},
	    {NULL, 0, NULL, 0},
	};
	struct settings settings = {.flows = FOLLOW_FLOWS, .silent_us = (int64_t)FOLLOW_SILENT_S * 1000000};
	int letter;
	while ((letter = getopt_long(argc, argv, "", OPTIONS, NULL)) != -1) {
		switch (letter) {
		case 'f':
			settings.flows = (uint32_t)number(optarg, 1, FOLLOW_FLOWS_MAX, "--flows");
			break;
		case 's':
			settings.silent_us = (int64_t)number(optarg, 1, 10000000, "--silent") * 1000000;
			break;
		case 'a':
			settings.all = true;
			break;
		case 'l':
			settings.live = true;
			break;
		case 'k':
			settings.keep = optarg;
			break;
		case 'v':
			puts("mptcp-traffic 1");
			exit(EXIT_SUCCESS);
		default:
			fail(USAGE, "");
		}
	}
	if (optind == argc) {
		fail(USAGE, "");
	}
	return settings;
}

int main(int argc, char *argv[])
{
	static char buffer[OUT_BYTES];
	struct settings settings = read_arguments(argc, argv);
	size_t count = (size_t)(argc - optind);
	struct input *inputs = calloc(count, sizeof *inputs);
	struct follower follower;
	struct keep keep;
	uint8_t secret[16];
	if (getrandom(secret, sizeof secret, 0) != sizeof secret) {
		fail("no random bytes", strerror(errno));
	}
	setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
	if (inputs == NULL || !follower_begin(&follower, stdout, settings.flows, secret)) {
		fail("no memory for the table of streams", "");
	}
	follower.silent_us = settings.silent_us;
	follower.all = settings.all;
	follower.live = settings.live;
	if (settings.keep != NULL && !keep_open(&keep, settings.keep)) {
		fail(settings.keep, strerror(errno));
	}
	follower.keep = settings.keep != NULL ? &keep : NULL;
	for (size_t i = 0; i < count; i++) {
		inputs[i].path = argv[optind + (int)i];
		inputs[i].index = i;
		look(&inputs[i]);
	}
	qsort(inputs, count, sizeof *inputs, by_first);
	read_all(&follower, inputs, count);
	follower_end(&follower);
	free(inputs);
	if (settings.keep != NULL && !keep_close(&keep)) {
		fail("not everything could be written", settings.keep);
	}
	if (fflush(stdout) != 0 || ferror(stdout)) {
		fail("standard output", strerror(errno));
	}
	return EXIT_SUCCESS;
}
