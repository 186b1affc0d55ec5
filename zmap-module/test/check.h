/* The tests' only tool: a condition with a sentence. Failures are counted and told, never fatal. */
#ifndef MPTCP_TEST_CHECK_H
#define MPTCP_TEST_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Counts one check; prints the formatted sentence when `holds` is false. */
void check(bool holds, const char *sentence, ...) __attribute__((format(printf, 2, 3)));

/* Prints "N passed, M failed" and returns the exit code. */
int checks_done(const char *suite);

/* Hex digits into at most `room` bytes; the count. Anything but hex ends the test program. */
size_t from_hex(const char *hex, uint8_t *out, size_t room);

/* The bytes as hex in a static buffer that the next call overwrites. */
const char *to_hex(const uint8_t *bytes, size_t count);

#endif
