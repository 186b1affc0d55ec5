#include "tell.h"

/*
 * Packets that only carry data or acknowledge it, told each way, and again after an MP_FAIL; beyond that the first of each kind
 * (orchestrator/connection/streams.ts).
 */
#define PLAIN_KEPT 3
/* Of one stream, so that one that repeats itself fills no memory. */
#define KEPT 1024
#define KEPT_CLOSING 16

bool tell_packet(struct flow *flow, unsigned by, const struct segment *segment, const struct mptcp_options *options)
{
	bool ends = (segment->flags & (TCP_FIN | TCP_RST)) != 0;
	if (options->has_fail) {
		for (unsigned end = 0; end < 2; end++) {
			flow->sides[end].plain_kept = flow->sides[end].plain_kinds = 0;
		}
	}
	if (ends && flow->kept_closing < KEPT_CLOSING) {
		flow->kept_closing++;
		return true;
	}
	if (flow->kept >= KEPT || ends) {
		flow->left_out += ends || options->speaks || (segment->flags & TCP_SYN) != 0;
		return false;
	}
	if (!options->speaks && (segment->flags & TCP_SYN) == 0) {
		struct flow_side *side = &flow->sides[by];
		unsigned kind = 1U << ((segment->payload > 0 ? 1 : 0) | (options->has_dss ? 2 : 0));
		if (side->plain_kept >= PLAIN_KEPT && (side->plain_kinds & kind) != 0) {
			return false;
		}
		side->plain_kept++;
		side->plain_kinds |= kind;
	}
	flow->kept++;
	return true;
}
