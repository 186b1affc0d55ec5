/*
 * A file in memory, as the settings are: both are gone after a reboot. Named after the namespace by a number that the
 * kernel gives no other one until then, and after the user: nobody else's word is taken for what a value was.
 */
#define _GNU_SOURCE
#include "journal.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71
#endif

static void path_of(char path[128])
{
	uint64_t cookie = 0;
	socklen_t length = sizeof(cookie);
	struct stat status;
	int s = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (getsockopt(s, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &length) < 0 && stat("/proc/self/ns/net", &status) == 0)
		cookie = status.st_ino; /* before 5.14 */
	if (s >= 0)
		close(s);
	snprintf(path, 128, JOURNAL_FOLDER "/" JOURNAL_NAME "%llu.%u", (unsigned long long)cookie, (unsigned)geteuid());
}

/* Its number is known to processes in it and to mounts of it: without either the namespace is gone, and the journal of no use. */
static void write_namespace(FILE *file)
{
	char name[32];
	ssize_t length = readlink("/proc/self/ns/net", name, sizeof(name) - 1);
	if (length > 0)
		fprintf(file, JOURNAL_NAMESPACE "\t%.*s\n", (int)length, name);
}

bool journal_write(const struct setting *settings)
{
	char path[128];
	path_of(path);
	unlink(path);
	int f = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	FILE *file = f < 0 ? NULL : fdopen(f, "w");
	if (file == NULL)
		return false;
	write_namespace(file);
	for (int i = 0; i < SETTINGS; i++)
		if (!settings[i].right)
			fprintf(file, "%s\t%s\t%s\n", settings[i].name, settings[i].found, settings[i].wanted);
	return fclose(file) == 0;
}

/* A value that still is what a guard set was something else before. What it is to be now may be another thing than that guard wanted. */
static void take_line(struct setting *settings, char *line)
{
	char *found = strchr(line, '\t');
	char *wanted = found == NULL ? NULL : strchr(found + 1, '\t');
	char *end = wanted == NULL ? NULL : strchr(wanted + 1, '\n');
	if (end == NULL)
		return;
	*found++ = *wanted++ = *end = '\0';
	for (int i = 0; i < SETTINGS; i++) {
		struct setting *one = &settings[i];
		if (strcmp(one->name, line) != 0 || strcmp(one->found, wanted) != 0)
			continue;
		snprintf(one->found, VALUE_MAX, "%s", found);
		if (one->right)
			snprintf(one->wanted, VALUE_MAX, "%s", wanted);
		one->right = false;
	}
}

void journal_read(struct setting *settings)
{
	char path[128], line[3 * VALUE_MAX];
	struct stat status;
	path_of(path);
	int f = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	FILE *file = f < 0 ? NULL : fdopen(f, "r");
	if (file == NULL)
		return;
	bool own = fstat(f, &status) == 0 && S_ISREG(status.st_mode) && status.st_uid == geteuid();
	while (own && fgets(line, sizeof(line), file) != NULL)
		take_line(settings, line);
	fclose(file);
}

void journal_remove(void)
{
	char path[128];
	path_of(path);
	unlink(path);
}
