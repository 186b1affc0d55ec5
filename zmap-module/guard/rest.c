/*
 * mptcp-guard rest MARK: waits until its input ends, as it does when whoever started it is killed, then ends every process
 * whose environment has an entry that begins with MARK: what programs of theirs left behind, in whatever session that is.
 */
#define _GNU_SOURCE
#include "commands.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 20, /* one that forks faster than it is ended is left to its fate */
       PAUSE_NS = 20000000,
       MOST = 1 << 22 }; /* an environment is no longer than the arguments of a program may be */

static bool bears(const char *pid, const char *mark, char *text)
{
	char path[64];
	snprintf(path, sizeof(path), "/proc/%.20s/environ", pid);
	int f = open(path, O_RDONLY | O_CLOEXEC);
	if (f < 0)
		return false;
	size_t length = 0, wanted = strlen(mark);
	for (ssize_t more; length < MOST && (more = read(f, text + length, MOST - length)) > 0;)
		length += (size_t)more;
	close(f);
	text[length] = '\0';
	for (size_t at = 0; at < length; at += strlen(text + at) + 1)
		if (strncmp(text + at, mark, wanted) == 0)
			return true;
	return false;
}

/* The descriptor holds the process: a later one of the same number is not ended in its place. */
static bool end_if_marked(const char *pid, const char *mark, char *text)
{
	int process = (int)syscall(SYS_pidfd_open, atoi(pid), 0);
	if (process < 0)
		return false;
	bool marked = bears(pid, mark, text) && syscall(SYS_pidfd_send_signal, process, SIGKILL, NULL, 0) == 0;
	close(process);
	return marked;
}

static bool end_round(const char *mark, char *text)
{
	DIR *processes = opendir("/proc");
	bool any = false;
	for (struct dirent *entry; processes != NULL && (entry = readdir(processes)) != NULL;)
		if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9' && atoi(entry->d_name) != getpid())
			any |= end_if_marked(entry->d_name, mark, text);
	if (processes != NULL)
		closedir(processes);
	return any;
}

int rest(const char *mark)
{
	char *text = malloc(MOST + 1), ignored[256];
	if (text == NULL || strchr(mark, '=') == NULL)
		return 2;
	/* Whatever ends the others at once, a closed terminal or ctrl-c, leaves this one. */
	setsid();
	for (const int *one = (const int[]){SIGHUP, SIGINT, SIGTERM, 0}; *one != 0; one++)
		signal(*one, SIG_IGN);
	while (true) {
		ssize_t got = read(STDIN_FILENO, ignored, sizeof(ignored));
		if (got == 0 || (got < 0 && errno != EINTR))
			break;
	}
	const struct timespec pause = {.tv_nsec = PAUSE_NS};
	for (int round = 0; round < ROUNDS && end_round(mark, text); round++)
		nanosleep(&pause, NULL);
	free(text);
	return 0;
}
