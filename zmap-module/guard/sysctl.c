#define _GNU_SOURCE
#include "sysctl.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void path_of(const char *name, char path[128])
{
	snprintf(path, 128, "/proc/sys/%s", name);
	for (char *at = path + strlen("/proc/sys/"); *at != '\0'; at++)
		if (*at == '.')
			*at = '/';
}

bool sysctl_read(const char *name, char value[VALUE_MAX])
{
	char path[128];
	path_of(name, path);
	int f = open(path, O_RDONLY | O_CLOEXEC);
	if (f < 0)
		return false;
	ssize_t length = read(f, value, VALUE_MAX - 1);
	close(f);
	if (length < 0)
		return false;
	while (length > 0 && (value[length - 1] == '\n' || value[length - 1] == ' '))
		length--;
	value[length] = '\0';
	return true;
}

static int sysctl_open(const char *name)
{
	char path[128];
	path_of(name, path);
	return open(path, O_WRONLY | O_CLOEXEC);
}

bool sysctl_write(const char *name, const char *value)
{
	int f = sysctl_open(name);
	if (f < 0)
		return false;
	/* An empty list is written as an empty line. */
	char line[VALUE_MAX + 1];
	int length = snprintf(line, sizeof(line), "%s\n", value);
	bool ok = write(f, line, (size_t)length) == length;
	close(f);
	return ok;
}

/* Opens what would be written, so that what cannot be set is known before anything is. */
bool sysctl_is_writable(const char *name)
{
	int f = sysctl_open(name);
	if (f >= 0)
		close(f);
	return f >= 0;
}
