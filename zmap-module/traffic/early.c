#include "early.h"

#include <stdlib.h>
#include <string.h>

#include "flows.h"

bool early_begin(struct early *early)
{
	early->sets = calloc(EARLY_SETS, sizeof *early->sets);
	early->syns = calloc(EARLY_SYNS, sizeof *early->syns);
	return early->sets != NULL && early->syns != NULL;
}

void early_end(struct early *early)
{
	free(early->sets);
	free(early->syns);
	*early = (struct early){0};
}

static struct early_set *set_of(const struct early *early, uint64_t hash)
{
	return &early->sets[hash % EARLY_SETS];
}

/* A SYN in one word: its stream and its number. */
static uint32_t mark_of(uint64_t hash, uint32_t isn)
{
	return (uint32_t)(hash >> 32) + isn;
}

static bool answers(const struct early_answer *answer, const struct segment *syn, int64_t at_us)
{
	int64_t apart = at_us > answer->at_us ? at_us - answer->at_us : answer->at_us - at_us;
	return answer->held && answer->family == syn->family && is_behind_syn(answer->acknowledgement, syn->sequence, syn->payload) &&
	       apart <= EARLY_US && end_equal(&answer->source, &syn->destination) && end_equal(&answer->destination, &syn->source);
}

bool early_take(struct early *early, uint64_t hash, const struct segment *syn, int64_t at_us, struct frame *frame)
{
	struct early_set *set = set_of(early, hash);
	for (unsigned i = 0; i < EARLY_WAYS; i++) {
		struct early_answer *answer = &set->answers[i];
		if (answers(answer, syn, at_us)) {
			answer->held = false;
			*frame = (struct frame){
			    .at_us = answer->at_us,
			    .link = answer->link,
			    .data = answer->data,
			    .captured = answer->captured,
			    .wire = answer->wire,
			};
			return true;
		}
	}
	return false;
}

static void hold(struct early_set *set, const struct segment *segment, const struct frame *frame)
{
	struct early_answer *answer = &set->answers[set->oldest];
	set->oldest = (set->oldest + 1) % EARLY_WAYS;
	answer->source = segment->source;
	answer->destination = segment->destination;
	answer->family = segment->family;
	answer->acknowledgement = segment->acknowledgement;
	answer->at_us = frame->at_us;
	answer->link = frame->link;
	answer->captured = frame->captured < EARLY_BYTES ? frame->captured : EARLY_BYTES;
	answer->wire = frame->wire;
	memcpy(answer->data, frame->data, answer->captured);
	answer->held = true;
}

void early_see(struct early *early, uint64_t hash, const struct segment *segment, const struct frame *frame)
{
	uint32_t *mark = &early->syns[hash % EARLY_SYNS];
	struct frame own;
	if ((segment->flags & TCP_ACK) == 0) {
		if ((segment->flags & TCP_SYN) == 0) {
			return; /* a RST that says not what it answers */
		}
		*mark = mark_of(hash, segment->sequence);
		while (early_take(early, hash, segment, frame->at_us, &own)) {
		}
		return;
	}
	bool whole = (size_t)(segment->options - frame->data) + segment->options_bytes <= EARLY_BYTES;
	if (whole && *mark != mark_of(hash, segment->acknowledgement - 1)) {
		hold(set_of(early, hash), segment, frame);
	}
}
