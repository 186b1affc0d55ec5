#ifndef CLOCKS_H
#define CLOCKS_H

#include <stdint.h>

/* Nanoseconds. */
int64_t clock_now(void);  /* monotonic */
int64_t clock_real(void); /* since 1970 */

#endif
