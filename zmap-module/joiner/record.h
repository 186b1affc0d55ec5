/* One JSON line on stdout for each announcement that was decided on. What stdout does not take is seen when it is flushed. */
#ifndef JOINER_RECORD_H
#define JOINER_RECORD_H

#include "attempt.h"
#include "decision.h"
#include "owners.h"

void record_decided(const struct announcement *of, const struct owner *owner, enum decision decision, int error);
void record_attempt(const struct attempt *one);

#endif
