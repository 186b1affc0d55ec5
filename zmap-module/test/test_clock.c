/* The clock behind TSval against the kernel's, and with a counter that cannot be trusted. */
#define _GNU_SOURCE
#include <time.h>

#include "../glue/ts_clock.h"
#include "check.h"

#define READINGS 200000

static uint64_t real_us(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* How far a reading lies outside the real time before and after it: a pause between the three does not count. */
static uint32_t error_us(struct ts_clock *clock)
{
	uint32_t before = (uint32_t)real_us(), shown = ts_clock_us(clock), after = (uint32_t)real_us();
	int32_t early = (int32_t)(before - shown), late = (int32_t)(shown - after);
	return (uint32_t)(early > 0 ? early : late > 0 ? late
						       : 0);
}

static uint32_t largest_error_us(struct ts_clock *clock, unsigned readings)
{
	uint32_t largest = 0;
	for (unsigned i = 0; i < readings; i++) {
		uint32_t error = error_us(clock);
		largest = error > largest ? error : largest;
	}
	return largest;
}

static void test_agrees(void)
{
	struct ts_clock clock = {0};
	check(error_us(&clock) == 0, "the first reading is the real clock's");
	uint32_t error = largest_error_us(&clock, READINGS);
	check(error <= 2, "the clock is at most 2 us away from CLOCK_REALTIME, not %u", error);
#ifdef __x86_64__
	check(clock.window > 0, "the counter carries the clock on");
#endif
}

static void test_bounded(void)
{
	struct ts_clock clock = {0};
	largest_error_us(&clock, READINGS);
	struct ts_clock wrong = clock;
	wrong.rate = clock.rate * 1000;
	wrong.window = clock.window / 1000;
	uint32_t error = largest_error_us(&wrong, 1000);
	check(error <= TS_CLOCK_CARRIED_US + 2, "a counter that changes its speed costs 100 us at most, not %u", error);

	wrong = clock;
	wrong.tick = UINT64_MAX / 2;
	check(error_us(&wrong) == 0, "a counter that goes back makes the real clock answer");

	wrong = clock;
	wrong.since_ns -= 5000000000u; /* as if the clock had been set five seconds on */
	wrong.window = 0;
	ts_clock_us(&wrong);
	check(wrong.window == 0, "no rate is taken from a clock that was set");
	wrong.since_ns += 5000000000u; /* and back */
	ts_clock_us(&wrong);
	error = largest_error_us(&wrong, READINGS);
	check(error <= 2, "the clock agrees again after it was set, not %u us away", error);
}

int main(void)
{
	test_agrees();
	test_bounded();
	return checks_done("clock");
}
