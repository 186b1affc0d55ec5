#define _GNU_SOURCE
#include "hitlist.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Another file, or a list sorted by someone else, would send packets to addresses that nobody meant. */
static bool is_sorted(const struct hitlist *list)
{
	for (size_t i = 1; i < list->count; i++) {
		if (memcmp(hitlist_at(list, i - 1), hitlist_at(list, i), 16) >= 0) {
			return false;
		}
	}
	return true;
}

static bool map_file(struct hitlist *list, int file)
{
	struct stat facts;
	if (fstat(file, &facts) != 0 || facts.st_size == 0 || facts.st_size % 16 != 0) {
		return false;
	}
	list->count = (size_t)facts.st_size / 16;
	void *mapped = mmap(NULL, (size_t)facts.st_size, PROT_READ, MAP_SHARED, file, 0);
	list->addresses = mapped;
	return mapped != MAP_FAILED && list->count <= HITLIST_MAX && is_sorted(list);
}

bool hitlist_open(struct hitlist *list, const char *path, char error[HITLIST_ERROR_SIZE])
{
	int file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0) {
		snprintf(error, HITLIST_ERROR_SIZE, "cannot open the list %.300s: %s", path, strerror(errno));
		return false;
	}
	bool mapped = map_file(list, file);
	close(file);
	if (!mapped) {
		snprintf(error, HITLIST_ERROR_SIZE, "%.300s is not a list that mptcp-hitlist wrote", path);
	}
	return mapped;
}
