/*
 * What a box made of the key that we sent. Pure.
 */
#ifndef MPTCP_SENT_KEY_H
#define MPTCP_SENT_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "classes.h"

/* True, and which fault, when the `bytes` bytes behind the flags, at least one, come from our key: whole, cut short, turned or in part. */
bool sent_key_fault(const uint8_t *ours, const uint8_t *theirs, size_t bytes, enum fault *fault);

/* True when all 8 bytes are zero. */
bool key_is_zero(const uint8_t *key);

#endif
