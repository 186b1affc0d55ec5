#define _GNU_SOURCE
#include "ts_clock.h"

#include <stdbool.h>
#include <time.h>

/* A rate comes from readings at least so far apart: its error of a thousandth is 0.1 us in TS_CLOCK_CARRIED_US. */
#define MEASURED_US_MIN 1000
/* And at most so far: a difference above it is the clock being set, not time passing. */
#define MEASURED_US_MAX 1000000
/* The kernel's clock is read in some 50 ticks. When it took more than this, about a microsecond, something else had the
 * processor meanwhile, and the counter before and the clock after do not belong together. */
#define READING_TICKS_MAX 4096

static inline uint64_t count_ticks(void)
{
#ifdef __x86_64__
	return __builtin_ia32_rdtsc();
#else
	return 0;
#endif
}

/* The window is worth TS_CLOCK_CARRIED_US at this rate, right or wrong: no rate can make a larger error. */
static void measure_rate(struct ts_clock *clock, uint64_t us, uint64_t ticks)
{
	clock->rate = clock->window = 0;
	if (us <= MEASURED_US_MAX && ticks > us) {
		clock->rate = (us << 32) / ticks;
		clock->window = ticks / us * TS_CLOCK_CARRIED_US;
	}
}

static uint32_t read_real(struct ts_clock *clock, uint64_t tick)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	uint64_t ns = (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
	if (count_ticks() - tick > READING_TICKS_MAX) {
		clock->tick = tick - clock->window; /* not carried on: the next packet reads again */
		return (uint32_t)(ns / 1000);
	}
	uint64_t us = (ns - clock->since_ns) / 1000;
	if (us >= MEASURED_US_MIN) {
		measure_rate(clock, us, tick - clock->since_tick);
		clock->since_ns = ns;
		clock->since_tick = tick;
	}
	clock->time = ns / 1000 << 32 | (ns % 1000 << 32) / 1000;
	clock->tick = tick;
	return (uint32_t)(ns / 1000);
}

uint32_t ts_clock_us(struct ts_clock *clock)
{
	uint64_t tick = count_ticks(), passed = tick - clock->tick;
	if (passed >= clock->window) { /* also when the counter went back: the difference is huge then */
		return read_real(clock, tick);
	}
	return (uint32_t)((clock->time + passed * clock->rate) >> 32);
}
