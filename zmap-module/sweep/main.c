/*
 * mptcp-sweep: SYNs with MPTCP and ICMP echo requests of growing TTL, and who answers them. Where a router drops one it quotes what had
 * arrived there: its options tell what lies before it has done to them (Tracebox).
 *
 *   mptcp-sweep --secret-file FILE --rate N < lines of ADDRESS PORT PROBE     PROBE: v1, v0, plain, echo and the module's other kinds
 *
 * One line of JSON on stdout for each answer, and a last one that counts (or --counts FILE); without it the sweep was cut short. One status line a second on
 * stderr. Exit code 0 when all was sent, 1 when a signal ended it, 2 when it could not begin or send.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../glue/opt_out_file.h"
#include "../stderr_log.h"
#include "arguments.h"
#include "frames.h"
#include "link.h"
#include "output.h"
#include "resets.h"
#include "schedule.h"

#define SECOND_US 1000000ull
#define ROUND_US SECOND_US /* rounds begin so far apart at least: they are opinions of their own */
#define FULL_QUEUE_US 1000
#define DESCENT_WAIT_MS 1000

static volatile sig_atomic_t ended;

static void end(int signal)
{
	(void)signal;
	ended = 1;
}

struct run {
	struct arguments arguments;
	struct sweep sweep;
	struct sweep_templates templates;
	struct schedule schedule;
	struct link link;
	struct resets resets;
	struct sweep_counts counts;
	uint64_t began_us, told_us;
	uint32_t planned, done;
	unsigned passes;
};

static uint64_t now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_REALTIME, &time);
	return (uint64_t)time.tv_sec * SECOND_US + (uint64_t)time.tv_nsec / 1000;
}

const int fatal_exit = 2;

static void take(struct run *run, const struct captured *packet)
{
	struct answer answer;
	uint8_t sent[FRAME_MAX];
	if (packet->is_outgoing) {
		resets_seen(&run->resets, &run->sweep, packet);
		return;
	}
	run->counts.received++;
	if (!answer_read(&run->sweep, packet->bytes, packet->length, &answer)) {
		run->counts.strangers++;
		return;
	}
	if (answer.kind == ANSWER_SYNACK) {
		resets_add(&run->resets, &run->sweep, &run->link, answer.target, answer.acknowledged, packet);
	}
	if (!schedule_answered(&run->schedule, &answer)) {
		run->counts.repeats++;
		return;
	}
	run->counts.answers++;
	uint64_t sent_us = schedule_sent_at(&run->schedule, &answer, packet->at_us);
	uint8_t pass = answer.pass < 0 ? 0 : (uint8_t)answer.pass;
	uint32_t number = sweep_number(&run->sweep, (struct numbered){answer.target, answer.ttl, pass});
	size_t bytes = sweep_packet(&run->sweep, &run->templates, number, (uint32_t)sent_us, sent);
	output_answer(stdout, &run->sweep, &answer, sent, bytes, sent_us, packet->at_us);
}

static void take_all(struct run *run)
{
	struct captured packet;
	while (link_receive(&run->link, &packet)) {
		take(run, &packet);
	}
	resets_due(&run->resets, &run->sweep, &run->link, now());
}

static void tell(struct run *run, uint64_t time, bool is_waiting)
{
	if (time < run->told_us + SECOND_US) {
		return;
	}
	run->told_us = time;
	fprintf(stderr, "%s %u of %u; sent %lu, answers %lu\n", is_waiting ? "waiting" : "sending", run->done, run->planned, (unsigned long)run->counts.sent,
		(unsigned long)run->counts.answers);
}

/* Takes answers until the time has come. */
static void wait_until(struct run *run, uint64_t time_us, bool is_waiting)
{
	for (;;) {
		take_all(run);
		uint64_t time = now();
		tell(run, time, is_waiting);
		if (ended || time >= time_us) {
			return;
		}
		uint64_t left = (time_us - time) / 1000;
		/* poll() cannot wait less than a millisecond: sleep for the rest. */
		if (left == 0) {
			usleep((useconds_t)(time_us - time));
		} else {
			link_wait(&run->link, left < 20 ? (int)left : 20);
		}
	}
}

static void send_one(struct run *run, uint32_t number)
{
	const struct target *target = &run->sweep.targets[sweep_numbered(&run->sweep, number).target];
	const struct opt_outs *table = atomic_load_explicit(&opt_outs_now, memory_order_acquire);
	uint8_t packet[FRAME_MAX];
	if (table != NULL && opt_outs_has(table, target->family, target->address)) {
		run->counts.opted_out++;
		return;
	}
	uint64_t time = now();
	size_t bytes = sweep_packet(&run->sweep, &run->templates, number, (uint32_t)time, packet);
	int fault = link_send(&run->link, target, packet, bytes);
	if (fault == ENOBUFS || fault == EAGAIN || fault == EINTR) {
		usleep(FULL_QUEUE_US);
		time = now();
		bytes = sweep_packet(&run->sweep, &run->templates, number, (uint32_t)time, packet);
		fault = link_send(&run->link, target, packet, bytes);
	}
	if (fault != 0) {
		if (run->counts.send_failures++ == 0) {
			fprintf(stderr, "cannot send to %s: %s\n", address_text(target->family, target->address), strerror(fault));
		}
		return;
	}
	run->counts.sent++;
	schedule_sent(&run->schedule, number, time);
}

/* Packets leave evenly, at the rate or at what the targets together are due, whichever is less. */
static void send_pass(struct run *run, unsigned pass)
{
	uint64_t all = (uint64_t)run->arguments.each * run->sweep.target_count, rate = all < run->arguments.rate ? all : run->arguments.rate;
	uint64_t began = now(), sent = 0;
	uint32_t number;
	uint32_t wanted = schedule_pass(&run->schedule, pass);
	run->planned += wanted;
	bool is_descent = pass >= run->arguments.passes;
	if (is_descent && wanted == 0) {
		return;
	}
	while (!ended && schedule_next(&run->schedule, &number)) {
		wait_until(run, began + sent * SECOND_US / rate, false);
		if (!ended) {
			send_one(run, number);
			sent++;
			run->done++;
		}
	}
	unsigned long wait_ms = is_descent && run->arguments.wait_ms > DESCENT_WAIT_MS ? DESCENT_WAIT_MS : run->arguments.wait_ms;
	uint64_t until = now() + wait_ms * 1000;
	if (run->arguments.is_rounds && pass + 1 < run->arguments.passes) {
		until = began + ROUND_US;
	}
	wait_until(run, until, true);
}

static void begin(struct run *run)
{
	struct arguments *arguments = &run->arguments;
	char error[OPT_OUT_ERROR_SIZE];
	if (arguments->opt_outs != NULL) {
		if (!opt_out_file_open(arguments->opt_outs, error)) {
			sweep_die("%s", error);
		}
		opt_out_file_watch();
	}
	run->passes = arguments->passes + (arguments->is_rounds ? 0 : SCHEDULE_DESCENTS);
	sweep_begin(&run->sweep, arguments->secret, arguments->ttl_first, arguments->ttl_last, run->passes);
	run->counts.no_route = targets_read(&run->sweep, arguments->interface);
	run->counts.targets = run->sweep.target_count;
	if (run->sweep.target_count == 0) {
		return;
	}
	if (sweep_probe_count(&run->sweep) > SWEEP_PROBES_MAX) {
		sweep_die("more than %u packets: give it fewer targets", SWEEP_PROBES_MAX);
	}
	if (!sweep_settle(&run->sweep) || !schedule_begin(&run->schedule, &run->sweep, arguments->is_rounds, arguments->passes)) {
		sweep_die("out of memory");
	}
	sweep_templates_build(&run->sweep, &run->templates);
	const char *fault = link_open(&run->link, arguments->interface);
	if (fault != NULL) {
		sweep_die("cannot %s: %s", fault, strerror(errno));
	}
}

static void listen_for_end(void)
{
	struct sigaction action = {.sa_handler = end};
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
}

int main(int argc, char **argv)
{
	static struct run run;
	listen_for_end();
	arguments_read(argc, argv, &run.arguments);
	begin(&run);
	run.began_us = run.told_us = now();
	for (unsigned pass = 0; run.sweep.target_count > 0 && pass < run.passes && !ended; pass++) {
		send_pass(&run, pass);
	}
	resets_due(&run.resets, &run.sweep, &run.link, UINT64_MAX);
	if (ended) {
		fputs("mptcp-sweep: ended by a signal\n", stderr);
		return 1;
	}
	if (run.sweep.target_count > 0) {
		link_count_drops(&run.link);
	}
	run.counts.kernel_dropped = run.link.dropped;
	run.counts.resets = run.resets.ours;
	run.counts.kernel_resets = run.resets.by_kernel;
	run.counts.milliseconds = (now() - run.began_us) / 1000;
	FILE *counts = run.arguments.counts == NULL ? stdout : fopen(run.arguments.counts, "w");
	if (counts == NULL || fflush(stdout) != 0) {
		sweep_die("cannot write: %s", strerror(errno));
	}
	output_counts(counts, &run.counts);
	schedule_free(&run.schedule);
	sweep_free(&run.sweep);
	return fflush(counts) != 0 || ferror(counts) || ferror(stdout) ? 2 : EXIT_SUCCESS;
}
