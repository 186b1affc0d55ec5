#include "schedule.h"

#include <stdlib.h>
#include <string.h>

#define NO_END 255
/* After this many silent hops in a row, the rest of the path is taken for silent too. */
#define SEARCH_AHEAD 4
#define DESCENT_TRIES 2

bool schedule_begin(struct schedule *schedule, const struct sweep *sweep, bool is_rounds, unsigned asked_passes)
{
	uint32_t probes = sweep_probe_count(sweep);
	size_t targets = sweep->target_count;
	uint64_t word = 0;
	*schedule = (struct schedule){.sweep = sweep, .is_rounds = is_rounds, .asked_passes = asked_passes};
	schedule->random = siphash_words(&sweep->scan.key, &word, 1) | 1;
	schedule->order = calloc(probes / sweep->passes, sizeof *schedule->order);
	schedule->sent_us = calloc(probes, sizeof *schedule->sent_us);
	schedule->replies = calloc(probes, sizeof *schedule->replies);
	schedule->answered = calloc(targets, sizeof *schedule->answered);
	schedule->end = malloc(targets);
	schedule->farthest = calloc(targets, 1);
	schedule->below = calloc(targets, 1);
	schedule->tries = calloc(targets, 1);
	if (!schedule->order || !schedule->sent_us || !schedule->replies || !schedule->answered || !schedule->end || !schedule->farthest || !schedule->below ||
	    !schedule->tries) {
		return false;
	}
	memset(schedule->end, NO_END, targets);
	return true;
}

void schedule_free(struct schedule *schedule)
{
	free(schedule->order);
	free(schedule->sent_us);
	free(schedule->replies);
	free(schedule->answered);
	free(schedule->end);
	free(schedule->farthest);
	free(schedule->below);
	free(schedule->tries);
}

/* xorshift64*: an order need not be unpredictable. */
static uint32_t draw(struct schedule *schedule, uint32_t below)
{
	uint64_t *state = &schedule->random;
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return (uint32_t)((*state * 0x2545f4914f6cdd1dull >> 32) * below >> 32);
}

/* An echo leaves nothing half open. */
static bool is_next_below(const struct schedule *schedule, struct numbered probe)
{
	uint32_t target = probe.target;
	bool is_silent = (schedule->answered[target] >> probe.ttl & 1) == 0;
	bool is_tired = schedule->below[target] == probe.ttl && schedule->tries[target] > DESCENT_TRIES;
	return schedule->sweep->targets[target].kind != SWEEP_ECHO && schedule->end[target] != NO_END && probe.ttl + 1 == schedule->end[target] && is_silent && !is_tired;
}

static bool is_wanted(const struct schedule *schedule, struct numbered probe)
{
	uint32_t target = probe.target;
	if (schedule->is_rounds) {
		return true;
	}
	if (probe.ttl > schedule->end[target]) {
		return false;
	}
	if (probe.pass == 0) {
		return true;
	}
	if (probe.pass >= schedule->asked_passes) {
		return is_next_below(schedule, probe);
	}
	bool is_near = schedule->end[target] != NO_END || probe.ttl <= schedule->farthest[target] + SEARCH_AHEAD;
	return is_near && (schedule->answered[target] >> probe.ttl & 1) == 0;
}

/* Each descent is one more try at the TTL below the end, which may have moved. */
static void begin_descent(struct schedule *schedule)
{
	for (size_t target = 0; target < schedule->sweep->target_count; target++) {
		uint8_t ttl = (uint8_t)(schedule->end[target] - 1);
		schedule->tries[target] = schedule->below[target] == ttl ? schedule->tries[target] + 1 : 1;
		schedule->below[target] = ttl;
	}
}

uint32_t schedule_pass(struct schedule *schedule, unsigned pass)
{
	const struct sweep *sweep = schedule->sweep;
	if (!schedule->is_rounds && pass >= schedule->asked_passes) {
		begin_descent(schedule);
	}
	uint32_t each = sweep_probe_count(sweep) / sweep->passes;
	schedule->count = schedule->next = 0;
	for (uint32_t number = pass * each; number < (pass + 1) * each; number++) {
		if (is_wanted(schedule, sweep_numbered(sweep, number))) {
			schedule->order[schedule->count++] = number;
		}
	}
	for (uint32_t left = schedule->count; left > 1; left--) {
		uint32_t other = draw(schedule, left), last = schedule->order[left - 1];
		schedule->order[left - 1] = schedule->order[other];
		schedule->order[other] = last;
	}
	return schedule->count;
}

bool schedule_next(struct schedule *schedule, uint32_t *number)
{
	while (schedule->next < schedule->count) {
		*number = schedule->order[schedule->next++];
		if (is_wanted(schedule, sweep_numbered(schedule->sweep, *number))) {
			return true;
		}
	}
	return false;
}

void schedule_sent(struct schedule *schedule, uint32_t number, uint64_t now_us)
{
	schedule->sent_us[number] = (uint32_t)now_us == 0 ? 1 : (uint32_t)now_us;
}

/* The probe of an answer; of one whose pass is not known the first. */
static uint32_t number_of(const struct schedule *schedule, const struct answer *answer)
{
	uint8_t pass = answer->pass < 0 ? 0 : (uint8_t)answer->pass;
	return sweep_number(schedule->sweep, (struct numbered){answer->target, answer->ttl, pass});
}

bool schedule_answered(struct schedule *schedule, const struct answer *answer)
{
	uint32_t target = answer->target, number = number_of(schedule, answer);
	if (schedule->replies[number] >= SCHEDULE_REPLIES_MAX) {
		return false;
	}
	schedule->replies[number]++;
	schedule->answered[target] |= (uint64_t)1 << answer->ttl;
	if (answer->ttl > schedule->farthest[target]) {
		schedule->farthest[target] = answer->ttl;
	}
	if (answer_is_final(answer) && answer->ttl < schedule->end[target]) {
		schedule->end[target] = answer->ttl;
	}
	return true;
}

uint64_t schedule_sent_at(const struct schedule *schedule, const struct answer *answer, uint64_t at_us)
{
	uint32_t sent = answer->pass < 0 ? 0 : schedule->sent_us[number_of(schedule, answer)];
	uint32_t age = (uint32_t)at_us - sent;
	return sent == 0 || age > INT32_MAX ? 0 : at_us - age;
}
