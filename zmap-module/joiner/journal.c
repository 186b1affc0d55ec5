/*
 * One line for each address that is asked, on disk before its SYN leaves: what a kill or a power cut ends is begun again with this list,
 * and nobody on it is asked a second time.
 */
#define _GNU_SOURCE
#include "journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static FILE *journal;

bool journal_open(const char *path)
{
	int f = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	journal = f < 0 ? NULL : fdopen(f, "a");
	if (journal == NULL)
		fprintf(stderr, "mptcp-join: %s: %s\n", path, strerror(errno));
	return journal != NULL;
}

void journal_add(const struct end *to)
{
	fprintf(journal, "%s\n", end_text(to));
}

bool journal_sync(void)
{
	if (fflush(journal) == 0 && fdatasync(fileno(journal)) == 0)
		return true;
	fprintf(stderr, "mptcp-join: cannot write the journal: %s\n", strerror(errno));
	return false;
}
