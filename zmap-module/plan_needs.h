#ifndef MPTCP_PLAN_NEEDS_H
#define MPTCP_PLAN_NEEDS_H

#include "plan.h"

/* The flags byte of every MP_CAPABLE. */
uint8_t plan_flags(const struct probe_plan *plan);

/* How many different packets the plan names: `streams` (-P) must be a multiple of it. */
unsigned plan_variants(const struct probe_plan *plan);

/* Whether the blocks have room for the probes of one target. Only then do two kinds never share a source port, in one run or in two. */
bool plan_has_blocks(unsigned streams, unsigned port_count);

/* False, and a sentence, when -P or the source ports do not fit the plan. */
bool plan_fits(const struct probe_plan *plan, unsigned streams, unsigned port_count, char error[PLAN_ERROR_SIZE]);

#endif
