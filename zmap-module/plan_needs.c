/* What a plan asks of zmap: how many packets for each target, and how many source ports. */
#include "plan_needs.h"

#include <stdio.h>

#include "mptcp_option.h"

uint8_t plan_flags(const struct probe_plan *plan)
{
	return plan->has_flags ? plan->flags : MPTCP_FLAG_CRYPTO;
}

unsigned plan_variants(const struct probe_plan *plan)
{
	return plan->kind_count * (plan->ttl_last - plan->ttl_first + 1);
}

static bool has_second_port(const struct probe_plan *plan)
{
	for (unsigned i = 0; i < plan->kind_count; i++) {
		if (plan->kinds[i] == PROBE_PORT2 || plan->kinds[i] == PROBE_PORT2_V0) {
			return true;
		}
	}
	return false;
}

bool plan_has_blocks(unsigned streams, unsigned port_count)
{
	return port_count >= PLAN_PORT_BLOCKS * streams;
}

bool plan_fits(const struct probe_plan *plan, unsigned streams, unsigned port_count, char error[PLAN_ERROR_SIZE])
{
	unsigned all = streams * (1 + plan->earlier);
	unsigned variants = plan_variants(plan);
	if (variants > PLAN_STREAMS_MAX) {
		snprintf(error, PLAN_ERROR_SIZE,
			 "the probe arguments name %u different packets for each target, and %d is the most: ask for fewer probes "
			 "or TTLs at a time",
			 variants, PLAN_STREAMS_MAX);
		return false;
	}
	if (streams == 0 || streams % variants != 0) {
		snprintf(error, PLAN_ERROR_SIZE,
			 "the probe arguments name %u different packets for each target, so --probes (-P) must be %u or a "
			 "multiple of it, not %u",
			 variants, variants, streams);
		return false;
	}
	if (streams > PLAN_STREAMS_MAX || all > PLAN_STREAMS_MAX) {
		snprintf(error, PLAN_ERROR_SIZE, "--probes (-P) can be %d at most, those of earlier attempts among them, not %u",
			 PLAN_STREAMS_MAX, streams > PLAN_STREAMS_MAX ? streams : all);
		return false;
	}
	/* A second port is promised to be another one, also where the first was used in another run. */
	unsigned needed = has_second_port(plan) ? PLAN_PORT_BLOCKS * all : all;
	if (port_count < needed) {
		snprintf(error, PLAN_ERROR_SIZE, "these probes need a range of at least %u source ports (-s), not %u",
			 needed, port_count);
		return false;
	}
	return true;
}
