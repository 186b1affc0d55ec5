#define _GNU_SOURCE
#include "opt_out_file.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "zmap_2_1_1.h"

#define WHO "mptcp_synscan"
#define LOOK_NS 1000000
/* An unreadable table is reported after this many looks: writing one takes less time. */
#define PATIENCE 1000

_Atomic(const struct opt_outs *) opt_outs_now;

static struct {
	const char *path;
	int file;
	uint8_t head[OPT_OUTS_HEAD_BYTES]; /* of the table that holds */
	unsigned failures;		   /* consecutive looks at something that is not a table */
	bool gone;			   /* already reported */
} watched = {.file = -1};

/* As many bytes as there are: a file may become shorter while it is read. */
static size_t read_bytes(uint8_t *into, size_t wanted)
{
	size_t got = 0;
	while (got < wanted) {
		ssize_t bytes = pread(watched.file, into + got, wanted - got, (off_t)got);
		if (bytes < 0 && errno == EINTR) {
			continue;
		}
		if (bytes <= 0) {
			break;
		}
		got += (size_t)bytes;
	}
	return got;
}

/* A table and its bytes in one block. It is never freed: a sending thread may look into it at any time, and they are few. */
static const char *load(void)
{
	uint8_t head[OPT_OUTS_HEAD_BYTES];
	struct stat facts;
	if (read_bytes(head, sizeof head) < sizeof head) {
		return "cut short";
	}
	uint64_t size = opt_outs_size(head);
	if (size == 0) {
		return "no table of opt-outs";
	}
	if (fstat(watched.file, &facts) != 0 || (uint64_t)facts.st_size < size) {
		return "cut short";
	}
	struct opt_outs *table = malloc(sizeof *table + (size_t)size);
	if (table == NULL) {
		return "too large for the memory there is";
	}
	uint8_t *bytes = (uint8_t *)(table + 1);
	const char *fault = opt_outs_read(bytes, read_bytes(bytes, (size_t)size), table);
	if (fault != NULL) {
		free(table);
		return fault;
	}
	memcpy(watched.head, bytes, sizeof watched.head);
	atomic_store_explicit(&opt_outs_now, table, memory_order_release);
	return NULL;
}

bool opt_out_file_open(const char *path, char error[OPT_OUT_ERROR_SIZE])
{
	watched.path = path;
	watched.file = open(path, O_RDONLY | O_CLOEXEC);
	if (watched.file < 0) {
		snprintf(error, OPT_OUT_ERROR_SIZE, "cannot open the opt-outs %.300s: %s", path, strerror(errno));
		return false;
	}
	const char *fault = load();
	if (fault != NULL) {
		snprintf(error, OPT_OUT_ERROR_SIZE, "the opt-outs %.300s: the file is %s", path, fault);
	}
	return fault == NULL;
}

static void tell(void)
{
	const struct opt_outs *table = atomic_load_explicit(&opt_outs_now, memory_order_acquire);
	log_info(WHO, "opt-outs: table %lu of %s, %zu ranges of IPv4 and %zu of IPv6", (unsigned long)table->generation,
		 watched.path, table->count4, table->count6);
}

/* A file that was replaced instead of written is opened anew, if zmap's remaining privileges let us. */
static void follow(void)
{
	int file = open(watched.path, O_RDONLY | O_CLOEXEC);
	if (file >= 0) {
		close(watched.file);
		watched.file = file;
		watched.gone = false;
	} else if (!watched.gone) {
		watched.gone = true;
		log_warn(WHO, "the opt-outs %s are gone (%s): the last table holds", watched.path, strerror(errno));
	}
}

/* Whether the file still begins as the table that holds, and is as long. */
static bool is_unchanged(const struct stat *facts)
{
	uint8_t head[OPT_OUTS_HEAD_BYTES];
	return read_bytes(head, sizeof head) == sizeof head && memcmp(head, watched.head, sizeof head) == 0 &&
	       (uint64_t)facts->st_size >= opt_outs_size(head);
}

static void look(void)
{
	struct stat facts;
	if (fstat(watched.file, &facts) != 0) {
		return;
	}
	if (facts.st_nlink == 0) {
		follow();
	}
	if (is_unchanged(&facts)) {
		watched.failures = 0;
		return;
	}
	const char *fault = load();
	if (fault == NULL) {
		watched.failures = 0;
		tell();
	} else if (++watched.failures == PATIENCE) {
		log_warn(WHO, "the opt-outs %s: the file is %s; the last table holds", watched.path, fault);
	}
}

static void *watch(void *nothing)
{
	const struct timespec pause = {.tv_nsec = LOOK_NS};
	for (;;) {
		nanosleep(&pause, NULL);
		look();
	}
	return nothing;
}

void opt_out_file_watch(void)
{
	pthread_t thread;
	sigset_t all, before;
	if (watched.file < 0) {
		return;
	}
	tell();
	/* zmap's signals are for zmap's threads. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int failed = pthread_create(&thread, NULL, watch, NULL);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (failed != 0) {
		log_fatal(WHO, "cannot watch the opt-outs: %s", strerror(failed));
	}
	pthread_detach(thread);
}
