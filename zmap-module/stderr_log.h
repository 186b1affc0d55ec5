#ifndef STDERR_LOG_H
#define STDERR_LOG_H

/* What a program outside of zmap ends with where zmap would call log_fatal. Each such program says it. */
extern const int fatal_exit;

#endif
