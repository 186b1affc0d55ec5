#ifndef STUB_RANDOM_H
#define STUB_RANDOM_H

#include <sys/random.h>

static inline int random_bytes(void *dst, size_t n)
{
	return getrandom(dst, n, 0) == (ssize_t)n;
}

#endif
