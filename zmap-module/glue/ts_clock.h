/*
 * The clock behind TSval. It is read for every packet, and the kernel's takes longer than all else that is done for
 * one, so the processor's time-stamp counter carries it on for a tenth of a millisecond at a time.
 */
#ifndef MPTCP_TS_CLOCK_H
#define MPTCP_TS_CLOCK_H

#include <stdint.h>

/* One thread's clock; all zeros before the first reading. Time is in units of 2^-32 us, so that it wraps as TSval does. */
struct ts_clock {
	uint64_t time, tick;	       /* of the last reading of CLOCK_REALTIME: what it said, where the counter stood */
	uint64_t rate;		       /* time per tick */
	uint64_t window;	       /* ticks for which the reading is carried on; 0 while the rate is not known */
	uint64_t since_ns, since_tick; /* the reading from which the next rate is measured */
};

/* CLOCK_REALTIME in microseconds modulo 2^32. A counter that changes its speed makes it wrong by TS_CLOCK_CARRIED_US
 * at most; a machine without one reads the real clock each time. */
#define TS_CLOCK_CARRIED_US 100
uint32_t ts_clock_us(struct ts_clock *clock);

#endif
