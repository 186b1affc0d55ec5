/*
 * Journals of namespaces that are gone, settings and all: whoever killed the last guard there took the namespace away too.
 * One goes only when it is certain: no process is in its namespace, and no mount of any process keeps that.
 */
#define _GNU_SOURCE
#include "old_journals.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "journal.h"

enum { MOST = 256,
       NAMESPACE_MAX = 32 };

struct journal {
	char name[NAME_MAX + 1];
	char namespace[NAMESPACE_MAX];
	bool kept;
};

/* The line that journal_write begins with; false for a file of somebody else, or of a guard that wrote none. */
static bool read_namespace(int folder, struct journal *one)
{
	char line[NAMESPACE_MAX + sizeof(JOURNAL_NAMESPACE)] = "";
	struct stat status;
	int f = openat(folder, one->name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	FILE *file = f < 0 ? NULL : fdopen(f, "r");
	if (file == NULL)
		return false;
	bool own = fstat(f, &status) == 0 && S_ISREG(status.st_mode) && status.st_uid == geteuid();
	bool told = own && fgets(line, sizeof(line), file) != NULL && sscanf(line, JOURNAL_NAMESPACE "\t%31[^\t\n]", one->namespace) == 1;
	fclose(file);
	return told;
}

static int find_journals(DIR *folder, struct journal *found)
{
	int count = 0;
	for (struct dirent *entry; count < MOST && (entry = readdir(folder)) != NULL;) {
		struct journal one = {.kept = false};
		if (strncmp(entry->d_name, JOURNAL_NAME, strlen(JOURNAL_NAME)) != 0)
			continue;
		snprintf(one.name, sizeof(one.name), "%s", entry->d_name);
		if (read_namespace(dirfd(folder), &one))
			found[count++] = one;
	}
	return count;
}

static void keep(struct journal *found, int count, const char *text)
{
	for (int i = 0; i < count; i++)
		found[i].kept |= strstr(text, found[i].namespace) != NULL;
}

/* false when it cannot be told where a process is that has not ended. Of the first one that may be a secret: it is where others are. */
static bool keep_of_process(struct journal *found, int count, const char *pid)
{
	char path[64], text[4096];
	snprintf(path, sizeof(path), "/proc/%.20s/ns/net", pid);
	ssize_t length = readlink(path, text, sizeof(text) - 1);
	if (length < 0) /* ENOENT: one that has ended and is not waited for yet is in none */
		return errno == ENOENT || errno == ESRCH || strcmp(pid, "1") == 0;
	text[length] = '\0';
	keep(found, count, text);
	snprintf(path, sizeof(path), "/proc/%.20s/mountinfo", pid);
	FILE *mounts = fopen(path, "re");
	if (mounts == NULL)
		return errno == ENOENT || errno == ESRCH || errno == EINVAL;
	while (fgets(text, sizeof(text), mounts) != NULL)
		keep(found, count, text);
	fclose(mounts);
	return true;
}

static bool keep_used(struct journal *found, int count)
{
	DIR *processes = opendir("/proc");
	bool known = processes != NULL;
	for (struct dirent *entry; known && (entry = readdir(processes)) != NULL;)
		if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9')
			known = keep_of_process(found, count, entry->d_name);
	if (processes != NULL)
		closedir(processes);
	return known;
}

void journals_clear(void)
{
	DIR *folder = opendir(JOURNAL_FOLDER);
	struct journal *found = calloc(MOST, sizeof(*found));
	int count = folder == NULL || found == NULL ? 0 : find_journals(folder, found);
	if (count > 0 && keep_used(found, count))
		for (int i = 0; i < count; i++)
			if (!found[i].kept)
				unlinkat(dirfd(folder), found[i].name, 0);
	free(found);
	if (folder != NULL)
		closedir(folder);
}
