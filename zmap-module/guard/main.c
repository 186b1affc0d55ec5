#include "commands.h"

#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
	const char *word = argc < 2 ? "" : argv[1];
	if (strcmp(word, "--version") == 0)
		return puts("mptcp-guard 1") < 0;
	int code = 2;
	if (strcmp(word, "hold") == 0)
		code = hold(argc - 2, argv + 2, false);
	else if (strcmp(word, "look") == 0)
		code = hold(argc - 2, argv + 2, true);
	else if (strcmp(word, "run") == 0)
		code = launch(argc - 2, argv + 2);
	else if (strcmp(word, "ports") == 0)
		code = preload(argc - 2, argv + 2);
	else if (strcmp(word, "rest") == 0 && argc == 3)
		code = rest(argv[2]);
	if (code == 2)
		fprintf(stderr, "usage: mptcp-guard hold|look [bare-syns] [checksum=0|1] [joins], run [OPTION VALUE]... PROGRAM..., ports FIRST-LAST FROM PROGRAM..., rest NAME=BEGINNING\n");
	return code;
}
