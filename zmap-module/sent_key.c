#include "sent_key.h"

#include <string.h>

#include "mptcp_option.h"

/* Fewer leading bytes than this may agree by chance. */
#define TRUNCATION_MIN 2
/* So many bytes in a row stand at one of 5 places of our key and at one of 5 of theirs, as they are or as their
 * complement: 50 of 2^32 keys of a genuine server do so by chance. */
#define RUN_MIN 4

static bool is_zero(const uint8_t *bytes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (bytes[i] != 0) {
			return false;
		}
	}
	return true;
}

/* True when `theirs` is `ours` turned around: bytes, words or halves exchanged, in each way that machines of different byte
 * orders do it, which puts byte i where byte i ^ `turn` was; as they are or as their complement. */
static bool is_turned(const uint8_t *ours, const uint8_t *theirs)
{
	for (size_t turn = 1; turn < MPTCP_KEY_BYTES; turn++) {
		size_t same = 0, inverse = 0;
		for (size_t i = 0; i < MPTCP_KEY_BYTES; i++) {
			uint8_t there = ours[i ^ turn], other = (uint8_t)~there;
			same += theirs[i] == there;
			inverse += theirs[i] == other;
		}
		if (same == MPTCP_KEY_BYTES || inverse == MPTCP_KEY_BYTES) {
			return true;
		}
	}
	return false;
}

/* True when a run of our key, XORed with `mask`, is anywhere in `theirs`. */
static bool has_run(const uint8_t *ours, uint8_t mask, const uint8_t *theirs, size_t bytes)
{
	uint8_t changed[MPTCP_KEY_BYTES];
	for (size_t i = 0; i < MPTCP_KEY_BYTES; i++) {
		changed[i] = ours[i] ^ mask;
	}
	for (size_t from = 0; from + RUN_MIN <= MPTCP_KEY_BYTES; from++) {
		for (size_t at = 0; at + RUN_MIN <= bytes; at++) {
			if (memcmp(changed + from, theirs + at, RUN_MIN) == 0) {
				return true;
			}
		}
	}
	return false;
}

bool key_is_zero(const uint8_t *key)
{
	return is_zero(key, MPTCP_KEY_BYTES);
}

bool sent_key_fault(const uint8_t *ours, const uint8_t *theirs, size_t bytes, enum fault *fault)
{
	size_t shown = bytes < MPTCP_KEY_BYTES ? bytes : MPTCP_KEY_BYTES;
	size_t agreed = 0;
	while (agreed < shown && theirs[agreed] == ours[agreed]) {
		agreed++;
	}
	if (agreed == MPTCP_KEY_BYTES) {
		*fault = FAULT_KEY_ECHOED;
	} else if (agreed >= TRUNCATION_MIN && is_zero(theirs + agreed, shown - agreed)) {
		*fault = FAULT_KEY_TRUNCATED;
	} else if (shown == MPTCP_KEY_BYTES && is_turned(ours, theirs)) {
		*fault = FAULT_KEY_BYTE_SWAPPED;
	} else if (has_run(ours, 0x00, theirs, shown) || has_run(ours, 0xff, theirs, shown)) {
		*fault = FAULT_KEY_DERIVED;
	} else {
		return false;
	}
	return true;
}
