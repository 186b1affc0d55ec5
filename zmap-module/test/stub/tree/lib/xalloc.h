#ifndef STUB_XALLOC_H
#define STUB_XALLOC_H

#include <stddef.h>

void *xmalloc(size_t count);

#endif
