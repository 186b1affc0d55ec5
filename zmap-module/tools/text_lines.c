/* Text files line by line: see text_lines.h. */
#define _GNU_SOURCE
#include "text_lines.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

_Noreturn void die(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	fputs("mptcp-hitlist: ", stderr);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
	va_end(arguments);
	exit(2);
}

static char *trim(char *line)
{
	char *comment = strchr(line, '#');
	if (comment != NULL) {
		*comment = '\0';
	}
	while (isspace((unsigned char)*line)) {
		line++;
	}
	char *end = line + strlen(line);
	while (end > line && isspace((unsigned char)end[-1])) {
		*--end = '\0';
	}
	return line;
}

char *next_line(struct lines *from, bool *is_text)
{
	ssize_t bytes = getline(&from->line, &from->room, from->in);
	if (bytes < 0) {
		if (!feof(from->in)) {
			die("cannot read %s: %s", from->path, strerror(errno));
		}
		free(from->line);
		return NULL;
	}
	from->number++;
	*is_text = strlen(from->line) == (size_t)bytes;
	return trim(from->line);
}
