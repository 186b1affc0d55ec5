/*
 * Three tables (opt_outs.h) stand between an announcement and a SYN: what is not global, or outside the lab; the opt-outs that the run
 * was started with; and those that are added while it runs, in a file that is watched.
 */
#define _GNU_SOURCE
#include "screen.h"
#include "../glue/opt_out_file.h"
#include "../stderr_log.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct opt_outs outside, blocked;
static bool has_outside, has_blocked;

const int fatal_exit = 1;

/* The bytes stay for as long as this runs. */
static const char *read_table(const char *path, struct opt_outs *table)
{
	struct stat status;
	int f = open(path, O_RDONLY | O_CLOEXEC);
	uint8_t *bytes = f < 0 || fstat(f, &status) < 0 ? NULL : malloc((size_t)status.st_size + 1);
	if (bytes == NULL)
		return strerror(errno);
	size_t got = 0;
	for (ssize_t some; got < (size_t)status.st_size && (some = read(f, bytes + got, (size_t)status.st_size - got)) > 0;)
		got += (size_t)some;
	close(f);
	const char *fault = opt_outs_read(bytes, got, table);
	if (fault != NULL)
		free(bytes);
	return fault;
}

static bool read_fixed(const char *path, struct opt_outs *table, bool *has)
{
	const char *fault = read_table(path, table);
	if (fault != NULL)
		fprintf(stderr, "mptcp-join: %s: %s\n", path, fault);
	*has = fault == NULL;
	return *has;
}

bool screen_read(const char *option, const char *path)
{
	char error[OPT_OUT_ERROR_SIZE];
	if (strcmp(option, "--outside") == 0)
		return read_fixed(path, &outside, &has_outside);
	if (strcmp(option, "--blocked") == 0)
		return read_fixed(path, &blocked, &has_blocked);
	if (strcmp(option, "--opt-outs") != 0)
		return false;
	if (!opt_out_file_open(path, error)) {
		fprintf(stderr, "mptcp-join: %s\n", error);
		return false;
	}
	opt_out_file_watch();
	return true;
}

/* Without a table of what is global nobody is. */
enum decision screen_look(const struct end *to)
{
	uint8_t family = to->family == AF_INET ? 4 : 6;
	const struct opt_outs *late = atomic_load_explicit(&opt_outs_now, memory_order_acquire);
	if (!has_outside || opt_outs_has(&outside, family, to->address))
		return NOT_GLOBAL;
	if (has_blocked && opt_outs_has(&blocked, family, to->address))
		return BLOCKED;
	return late != NULL && opt_outs_has(late, family, to->address) ? OPTED_OUT : ASKED;
}
