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

/* True when `theirs` are the bytes of `ours`, XORed with `mask`, in any order. */
static bool is_reordered(const uint8_t *ours, uint8_t mask, const uint8_t *theirs)
{
	bool used[MPTCP_KEY_BYTES] = {false};
	for (size_t i = 0; i < MPTCP_KEY_BYTES; i++) {
		size_t at = 0;
		while (at < MPTCP_KEY_BYTES && (used[at] || (ours[at] ^ mask) != theirs[i])) {
			at++;
		}
		if (at == MPTCP_KEY_BYTES) {
			return false;
		}
		used[at] = true;
	}
	return true;
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
	} else if (shown == MPTCP_KEY_BYTES && is_reordered(ours, 0x00, theirs)) {
		*fault = FAULT_KEY_BYTE_SWAPPED;
	} else if (has_run(ours, 0x00, theirs, shown) || has_run(ours, 0xff, theirs, shown)) {
		*fault = FAULT_KEY_DERIVED;
	} else if (shown == MPTCP_KEY_BYTES && is_reordered(ours, 0xff, theirs)) {
		*fault = FAULT_KEY_BYTE_SWAPPED;
	} else {
		return false;
	}
	return true;
}
