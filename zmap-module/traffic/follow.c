#include "follow.h"

#include <string.h>

#include "tell.h"

#define SECOND_US ((int64_t)1000000)
/* Farther from the clock than this, a packet's time is believed when the next one agrees. */
#define ODD_US (3600 * SECOND_US)
/* A SYN is sent again for some two minutes (tcp_syn_retries 6). */
#define OPENING_US (130 * SECOND_US)
/* What comes late behind a FIN or a RST belongs to it. */
#define CLOSED_US (30 * SECOND_US)
#define CLOCK_US (10 * SECOND_US)

/* Over all streams in the table: our reader keeps them until a stream ends. */
#define KEPT_IN_ALL 524288

bool follower_begin(struct follower *follower, FILE *out, uint32_t flows, const uint8_t secret[16])
{
	*follower = (struct follower){.out = out, .silent_us = FOLLOW_SILENT_S * SECOND_US};
	return flows_begin(&follower->flows, flows, secret) && early_begin(&follower->early);
}

static const char *natural_end(const struct flow *flow)
{
	return flow->reset ? "reset" : "closed";
}

static void end_flow(struct follower *follower, struct flow *flow, const char *why)
{
	say_end(follower->out, flow, flow->stage == FLOW_CLOSED ? natural_end(flow) : why);
	follower->kept -= flow->kept + flow->kept_closing;
	follower->totals.left_out += flow->left_out;
	flows_remove(&follower->flows, flow);
}

static bool is_silent(const struct follower *follower, const struct flow *flow)
{
	const int64_t limits[FLOW_STAGES] = {
	    [FLOW_OPENING] = OPENING_US < follower->silent_us ? OPENING_US : follower->silent_us,
	    [FLOW_OPEN] = follower->silent_us,
	    [FLOW_CLOSED] = CLOSED_US,
	};
	return follower->clock_us - flow->heard_us > limits[flow->stage];
}

static void end_silent(struct follower *follower)
{
	for (int stage = 0; stage < FLOW_STAGES; stage++) {
		struct flow *flow = flows_oldest(&follower->flows, (enum flow_stage)stage);
		while (flow != NULL && is_silent(follower, flow)) {
			end_flow(follower, flow, "silent");
			flow = flows_oldest(&follower->flows, (enum flow_stage)stage);
		}
	}
}

/* What ended already goes first, then what was not answered, then what was silent longest. */
static void evict_one(struct follower *follower)
{
	static const enum flow_stage ORDER[] = {FLOW_CLOSED, FLOW_OPENING, FLOW_OPEN};
	for (size_t i = 0; i < sizeof ORDER / sizeof ORDER[0]; i++) {
		struct flow *flow = flows_oldest(&follower->flows, ORDER[i]);
		if (flow != NULL) {
			follower->totals.evicted += ORDER[i] != FLOW_CLOSED;
			end_flow(follower, flow, "evicted");
			return;
		}
	}
}

static int64_t distance(int64_t a, int64_t b)
{
	return a > b ? a - b : b - a;
}

/* Packets come a little out of order, captures one behind the other, and a damaged time far from both. */
static void follow_clock(struct follower *follower, int64_t at_us)
{
	bool first = !follower->totals.any;
	struct totals *totals = &follower->totals;
	if (first || distance(at_us, follower->clock_us) <= ODD_US) {
		follower->clock_us = first || at_us > follower->clock_us ? at_us : follower->clock_us;
	} else if (distance(at_us, follower->odd_us) <= ODD_US) {
		follower->clock_us = at_us;
	}
	follower->odd_us = at_us;
	totals->first_us = first || at_us < totals->first_us ? at_us : totals->first_us;
	totals->last_us = first || at_us > totals->last_us ? at_us : totals->last_us;
	totals->any = true;
	if (distance(follower->clock_us, follower->said_us) < (follower->live ? SECOND_US : CLOCK_US)) {
		return;
	}
	follower->said_us = follower->clock_us;
	end_silent(follower);
	say_clock(follower->out, follower->clock_us, follower->frames);
	if (follower->live) {
		say_totals(follower->out, totals); /* so far */
		fflush(follower->out);
	}
}

static struct flow *let_in(struct follower *follower, const struct segment *segment, int64_t at_us)
{
	while (follower->flows.count >= follower->flows.capacity || follower->kept >= KEPT_IN_ALL) {
		evict_one(follower);
	}
	struct flow *flow = flows_add(&follower->flows, segment);
	flow->first_us = flow->last_us = at_us;
	follower->totals.streams++;
	say_open(follower->out, flow);
	return flow;
}

static void hear(struct follower *follower, struct flow *flow, const struct segment *segment, const struct mptcp_options *options,
		 const struct frame *frame)
{
	unsigned by = flow_side_of(flow, segment);
	bool self = end_equal(&flow->ends[0], &flow->ends[1]);
	flow_take(flow, segment, options);
	flow->heard_us = follower->clock_us;
	flow->first_us = frame->at_us < flow->first_us ? frame->at_us : flow->first_us;
	flow->last_us = frame->at_us > flow->last_us ? frame->at_us : flow->last_us;
	if (tell_packet(flow, by, segment, options)) {
		follower->kept++;
		say_packet(follower->out, flow, frame->at_us, self ? -1 : (int)by, segment);
	}
	if (follower->keep != NULL) {
		keep_frame(follower->keep, frame);
	}
	flows_touch(&follower->flows, flow, flow_stage_after(flow, segment));
}

/* What stood before a SYN and answers it. It was counted when it came. */
static void hear_early(struct follower *follower, struct flow *flow, const struct segment *syn, int64_t at_us)
{
	static const struct mptcp_options NONE = {0};
	uint64_t hash = flows_hash(&follower->flows, syn);
	struct frame frame;
	struct segment segment;
	while (early_take(&follower->early, hash, syn, at_us, &frame)) {
		if (segment_read(&frame, &segment) == READ_TCP) {
			hear(follower, flow, &segment, &NONE, &frame);
		}
	}
}

static void follow_segment(struct follower *follower, const struct segment *segment, const struct mptcp_options *options,
			   const struct frame *frame)
{
	struct flow *flow = flows_find(&follower->flows, segment);
	/* Not only when the clock is printed: where a stream ends must not depend on what else is in the capture. */
	if (flow != NULL && is_silent(follower, flow)) {
		end_flow(follower, flow, "silent");
		flow = NULL;
	}
	if (flow != NULL && is_syn(segment) && flow_begins_anew(flow, segment)) {
		end_flow(follower, flow, "reused");
		flow = NULL;
	}
	if (flow != NULL && is_synack(segment) && flow_is_stray(flow, segment)) {
		follower->totals.stray_synacks++;
		return;
	}
	if (flow == NULL && options->count == 0 && !follower->all) {
		if ((segment->flags & (TCP_SYN | TCP_RST)) != 0) {
			early_see(&follower->early, flows_hash(&follower->flows, segment), segment, frame);
		}
		return;
	}
	flow = flow != NULL ? flow : let_in(follower, segment, frame->at_us);
	hear(follower, flow, segment, options, frame);
	if (is_syn(segment)) {
		hear_early(follower, flow, segment, frame->at_us);
	}
}

/* Most segments carry timestamps and nothing else. */
static bool only_timestamps(const struct segment *segment)
{
	static const uint8_t USUAL[] = {1, 1, 8, 10};
	return segment->options_bytes == 12 && memcmp(segment->options, USUAL, sizeof USUAL) == 0;
}

static void count_segment(struct totals *totals, const struct segment *segment, const struct mptcp_options *options)
{
	totals->tcp_bytes += segment->payload;
	totals->syns += is_syn(segment);
	totals->capable_syns += is_syn(segment) && options->capable > 0;
	totals->capable_synacks += is_synack(segment) && options->capable > 0;
	totals->mptcp_packets += options->count > 0;
	totals->malformed_options += options->malformed;
	totals->first_fragments += segment->fragmented;
	totals->cut_options += segment->options_cut;
	totals->cut_syn_options += segment->options_cut && (segment->flags & TCP_SYN) != 0;
}

void follower_frame(struct follower *follower, const struct frame *frame)
{
	struct segment segment;
	struct mptcp_options options = {0};
	follower->frames++;
	follow_clock(follower, frame->at_us);
	enum reading reading = segment_read(frame, &segment);
	follower->totals.readings[reading]++;
	if (reading != READ_TCP) {
		return;
	}
	if (segment.options_bytes > 0 && !only_timestamps(&segment)) {
		mptcp_options_read(&segment, &options);
	}
	count_segment(&follower->totals, &segment, &options);
	follow_segment(follower, &segment, &options, frame);
}

void follower_end(struct follower *follower)
{
	for (int stage = 0; stage < FLOW_STAGES; stage++) {
		struct flow *flow;
		while ((flow = flows_oldest(&follower->flows, (enum flow_stage)stage)) != NULL) {
			end_flow(follower, flow, "capture_end");
		}
	}
	say_totals(follower->out, &follower->totals);
	flows_end(&follower->flows);
	early_end(&follower->early);
}
