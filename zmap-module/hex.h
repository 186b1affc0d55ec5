#ifndef MPTCP_HEX_H
#define MPTCP_HEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* So many bytes from twice as many hex digits, of either case; false for any other text. */
bool hex_parse(const char *hex, uint8_t *out, size_t bytes);

#endif
