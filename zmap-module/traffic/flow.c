#include "flow.h"

/* A RST that says which packet it answers. */
static bool is_refusal(const struct segment *segment)
{
	return (segment->flags & (TCP_RST | TCP_ACK)) == (TCP_RST | TCP_ACK);
}

unsigned flow_side_of(const struct flow *flow, const struct segment *segment)
{
	return end_equal(&flow->ends[0], &segment->source) ? 0 : 1;
}

bool flow_begins_anew(const struct flow *flow, const struct segment *syn)
{
	unsigned by = flow_side_of(flow, syn);
	const struct flow_side *side = &flow->sides[by], *other = &flow->sides[1 - by];
	if (side->has_isn) {
		return side->isn != syn->sequence;
	}
	/* Several queues of a card hand over packets in another order: what followed the SYN may stand before it. */
	if ((side->has_sequence && is_behind_syn(side->lowest_sequence, syn->sequence, syn->payload)) ||
	    (flow->has_answered && is_behind_syn(flow->answered, syn->sequence, syn->payload))) {
		return false;
	}
	return flow->stage != FLOW_OPENING || !other->has_isn;
}

bool flow_is_stray(const struct flow *flow, const struct segment *synack)
{
	const struct flow_side *asked = &flow->sides[1 - flow_side_of(flow, synack)];
	return flow->stage == FLOW_OPENING && asked->has_isn &&
	       !is_behind_syn(synack->acknowledgement, asked->isn, asked->syn_data);
}

void flow_take(struct flow *flow, const struct segment *segment, const struct mptcp_options *options)
{
	struct flow_side *side = &flow->sides[flow_side_of(flow, segment)];
	side->packets++;
	side->bytes += segment->payload;
	side->malformed += options->malformed;
	side_sequence(side, segment);
	if (!options->has_dss && options->capable == 0 && !segment->options_cut && (segment->flags & (TCP_SYN | TCP_RST)) == 0) {
		side->plain_bytes += segment->payload;
	}
	side_capable_data(side, options->capable_data, segment);
	if (options->has_dss) {
		side->dss++;
		if (options->dss.has_mapping) {
			side_mapping(side, &options->dss, segment);
		}
		side_acknowledgement(side, &options->dss, segment);
		side_look_for_acknowledged(&flow->sides[0], &flow->sides[1]);
		side_look_for_acknowledged(&flow->sides[1], &flow->sides[0]);
	}
	side->fin |= (segment->flags & TCP_FIN) != 0;
	flow->reset |= (segment->flags & TCP_RST) != 0;
	if (is_synack(segment) || (is_refusal(segment) && !flow->has_answered)) {
		flow->has_answered = true;
		flow->answered = segment->acknowledgement;
	}
}

enum flow_stage flow_stage_after(const struct flow *flow, const struct segment *segment)
{
	if (flow->reset || (flow->sides[0].fin && flow->sides[1].fin)) {
		return FLOW_CLOSED;
	}
	return flow->stage == FLOW_OPENING && is_syn(segment) ? FLOW_OPENING : FLOW_OPEN;
}
