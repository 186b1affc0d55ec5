/*
 * Which probes are sent, in what order, and what came back so far. A sweep's first pass asks every TTL of every target in one random
 * order, so that no router hears many at once; where the target or a box has answered, larger TTLs are not sent any more. A later pass
 * asks again what stayed silent below that. In rounds, every pass asks everything.
 *
 * A server that holds a connection half open does not answer another SYN from that port with another number: of several that reach it
 * within a round trip the first alone is answered, and it need not be the one with the least TTL. So the last passes go down: each asks the
 * TTL just below the least one that was answered, one packet a target, until a router answers there or nobody does twice.
 */
#ifndef MPTCP_SWEEP_SCHEDULE_H
#define MPTCP_SWEEP_SCHEDULE_H

#include "answer.h"

#define SCHEDULE_DESCENTS 8
#define SCHEDULE_REPLIES_MAX 4 /* reported per probe; a middlebox may answer for ever */

struct schedule {
	const struct sweep *sweep;
	bool is_rounds;
	unsigned asked_passes; /* those before the descents */
	uint64_t random;
	uint32_t *order; /* numbers of the pass in hand, in the order of sending */
	uint32_t count, next;
	uint32_t *sent_us;  /* low words of the clock at sending, by probe; 0 for one that was not sent */
	uint8_t *replies;   /* by probe */
	uint64_t *answered; /* by target: a bit for each TTL that anything answered */
	uint8_t *end;	    /* by target: the least TTL with a final answer; 255 without one */
	uint8_t *below;	    /* by target: the TTL that a descent asked last, */
	uint8_t *tries;	    /* and how often */
	uint8_t *farthest;  /* by target: the largest TTL that anything answered */
};

/* `asked_passes` of the sweep's are not descents; all of them in rounds. False without memory. */
bool schedule_begin(struct schedule *schedule, const struct sweep *sweep, bool is_rounds, unsigned asked_passes);
void schedule_free(struct schedule *schedule);

/* Lines up a pass; how many probes may be sent in it. */
uint32_t schedule_pass(struct schedule *schedule, unsigned pass);

/* The next probe that is still wanted; false at the end of the pass. */
bool schedule_next(struct schedule *schedule, uint32_t *number);

void schedule_sent(struct schedule *schedule, uint32_t number, uint64_t now_us);

/* Notes an answer; false for one too many of its probe. */
bool schedule_answered(struct schedule *schedule, const struct answer *answer);

/* When the probe of an answer was sent; 0 where that is not known. */
uint64_t schedule_sent_at(const struct schedule *schedule, const struct answer *answer, uint64_t at_us);

#endif
