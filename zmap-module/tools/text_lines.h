/* Text files line by line, and the way out when one cannot be read. */
#ifndef MPTCP_TEXT_LINES_H
#define MPTCP_TEXT_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Prints "mptcp-hitlist: " and the sentence to stderr; exit code 2. */
_Noreturn void die(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A text file line by line. */
struct lines {
	FILE *in;
	const char *path;
	char *line;
	size_t room, number;
};

/* The next line without comment and blanks; NULL at the end of the file. A NUL byte would hide what follows it, and all
 * of a file in UTF-16: `is_text` says whether there is none. */
char *next_line(struct lines *from, bool *is_text);

#endif
