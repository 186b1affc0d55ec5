#define _GNU_SOURCE
#include "kept_back.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "zmap_2_1_1.h"

#define WHO "mptcp_synscan"

static struct {
	const char *path;
	FILE *file;
} kept;

bool kept_back_open(const char *path, char error[KEPT_BACK_ERROR_SIZE])
{
	kept.path = path;
	kept.file = fopen(path, "we");
	if (kept.file == NULL) {
		snprintf(error, KEPT_BACK_ERROR_SIZE, "cannot write the targets kept back to %.300s: %s", path, strerror(errno));
	}
	return kept.file != NULL;
}

void kept_back_add(uint8_t family, const uint8_t *address)
{
	char line[INET6_ADDRSTRLEN + 1];
	if (kept.file == NULL || inet_ntop(family == 4 ? AF_INET : AF_INET6, address, line, INET6_ADDRSTRLEN) == NULL) {
		return;
	}
	/* One call: lines of several threads stay whole. */
	strcat(line, "\n");
	fputs(line, kept.file);
}

void kept_back_finish(void)
{
	if (kept.file != NULL && (fflush(kept.file) != 0 || ferror(kept.file))) {
		log_fatal(WHO, "cannot write the targets kept back to %s: %s", kept.path, strerror(errno));
	}
}
