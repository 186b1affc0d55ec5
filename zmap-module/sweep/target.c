#include "target.h"

#include <string.h>

#define ECHO_WORD "echo"

const char *sweep_kind_name(uint8_t kind)
{
	return kind == SWEEP_ECHO ? ECHO_WORD : probe_kind_name((enum probe_kind)kind);
}

bool sweep_kind_of(const char *word, uint8_t *kind)
{
	for (*kind = 0; *kind <= SWEEP_ECHO; (*kind)++) {
		if (strcmp(word, sweep_kind_name(*kind)) == 0) {
			return true;
		}
	}
	return false;
}
