/* Outside of zmap what glue/opt_out_file.c says goes to stderr, as zmap's log does. */
#include "stderr_log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "glue/zmap_2_1_1.h"

static void say(const char *format, va_list values)
{
	vfprintf(stderr, format, values);
	fputc('\n', stderr);
}

void log_info(const char *who, const char *format, ...)
{
	va_list values;
	(void)who;
	va_start(values, format);
	say(format, values);
	va_end(values);
}

void log_warn(const char *who, const char *format, ...)
{
	va_list values;
	(void)who;
	va_start(values, format);
	say(format, values);
	va_end(values);
}

_Noreturn void log_fatal(const char *who, const char *format, ...)
{
	va_list values;
	(void)who;
	va_start(values, format);
	say(format, values);
	va_end(values);
	exit(fatal_exit);
}
