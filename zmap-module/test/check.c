#include "check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned passed, failed;

void check(bool holds, const char *sentence, ...)
{
	va_list arguments;
	if (holds) {
		passed++;
		return;
	}
	failed++;
	va_start(arguments, sentence);
	fputs("FAIL ", stdout);
	vprintf(sentence, arguments);
	fputc('\n', stdout);
	va_end(arguments);
}

int checks_done(const char *suite)
{
	printf("%s: %u passed, %u failed\n", suite, passed, failed);
	return failed == 0 && passed > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

size_t from_hex(const char *hex, uint8_t *out, size_t room)
{
	size_t count = strlen(hex) / 2;
	for (size_t i = 0; i < count; i++) {
		unsigned byte;
		if (count > room || sscanf(hex + 2 * i, "%2x", &byte) != 1) {
			printf("FAIL not hex, or too long: %s\n", hex);
			exit(EXIT_FAILURE);
		}
		out[i] = (uint8_t)byte;
	}
	return count;
}

const char *to_hex(const uint8_t *bytes, size_t count)
{
	static char text[1024];
	text[0] = '\0';
	for (size_t i = 0; i < count && 2 * i + 3 < sizeof text; i++) {
		sprintf(text + 2 * i, "%02x", bytes[i]);
	}
	return text;
}
