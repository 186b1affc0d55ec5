/* The words that mptcp-guard takes. Each gives an exit code; 2 for words that it does not understand. */
#ifndef GUARD_COMMANDS_H
#define GUARD_COMMANDS_H

#include <stdbool.h>

/* hold.c: holds the settings until stdin ends; looks only whether it could when `dry`. */
int hold(int argc, char **argv, bool dry);

/* launch.c, preload.c: become a program, and come back only when they fail. */
int launch(int argc, char **argv);
int preload(int argc, char **argv);

/* rest.c: ends what bears the mark, once stdin has ended. */
int rest(const char *mark);

#endif
