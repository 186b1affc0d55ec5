/* What a sweep prints: a line of JSON for each answer, and a last one that counts. */
#ifndef MPTCP_SWEEP_OUTPUT_H
#define MPTCP_SWEEP_OUTPUT_H

#include <stdio.h>

#include "answer.h"

struct sweep_counts {
	uint64_t targets, no_route, sent, opted_out, send_failures, answers, repeats, strangers, received, kernel_dropped, resets, kernel_resets, milliseconds;
};

/* One answer with the packet that it answers, as it was sent. `sent_us` is 0 where that is not known. */
void output_answer(FILE *out, const struct sweep *sweep, const struct answer *answer, const uint8_t *sent, size_t sent_bytes, uint64_t sent_us, uint64_t at_us);

void output_counts(FILE *out, const struct sweep_counts *counts);

/* An address as text, for messages too. */
const char *address_text(uint8_t family, const uint8_t *address);

#endif
