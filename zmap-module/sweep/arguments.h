/* The input of a sweep: its arguments, and the targets on stdin. */
#ifndef MPTCP_SWEEP_ARGUMENTS_H
#define MPTCP_SWEEP_ARGUMENTS_H

#include "sweep.h"

struct arguments {
	unsigned ttl_first, ttl_last, passes;
	bool is_rounds;
	unsigned long rate;	 /* packets per second, all targets together */
	unsigned long each;	 /* packets per second and target at most, on the average */
	unsigned long wait_ms;	 /* for late answers, after each pass */
	const char *interface;	 /* NULL: by the kernel's routes */
	const char *opt_outs;	 /* NULL: nobody can opt out meanwhile */
	const char *counts;	 /* file of the last line; NULL: stdout */
	const char *secret_file; /* 16 bytes as hex */
	uint8_t secret[SECRET_BYTES];
};

/* Prints "mptcp-sweep: " and the sentence to stderr; exit code 2. */
_Noreturn void sweep_die(const char *format, ...) __attribute__((format(printf, 1, 2)));

void arguments_read(int count, char **words, struct arguments *out);

/* Reads "ADDRESS PORT PROBE" lines; ends the program at any other. How many have no route. */
size_t targets_read(struct sweep *sweep, const char *interface);

#endif
