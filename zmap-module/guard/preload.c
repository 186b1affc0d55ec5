/* mptcp-guard ports FIRST-LAST FROM PROGRAM...: becomes the program, which connects from these ports. */
#define _GNU_SOURCE
#include "commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The library is in the same folder as this program. */
static bool library_path(char path[4096])
{
	ssize_t length = readlink("/proc/self/exe", path, 4096 - 32);
	if (length <= 0)
		return false;
	path[length] = '\0';
	strcpy(strrchr(path, '/') + 1, "own_ports.so");
	return access(path, R_OK) == 0;
}

int preload(int argc, char **argv)
{
	char library[4096], both[16384];
	const char *before = getenv("LD_PRELOAD");
	if (argc < 3)
		return 2;
	if (!library_path(library)) {
		fprintf(stderr, "mptcp-guard: own_ports.so is not beside it: make -C zmap-module\n");
		return 127;
	}
	if (before == NULL || before[0] == '\0')
		before = NULL;
	snprintf(both, sizeof(both), "%s%s%s", before == NULL ? "" : before, before == NULL ? "" : ":", library);
	setenv("LD_PRELOAD", both, 1);
	setenv("MPTCP_CENSUS_PORTS", argv[0], 1);
	setenv("MPTCP_CENSUS_FROM", argv[1], 1);
	execvp(argv[2], argv + 2);
	perror(argv[2]);
	return 127;
}
