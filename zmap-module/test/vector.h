/* One shared vector (test/vectors/README.md) judged by the module. */
#ifndef MPTCP_TEST_VECTOR_H
#define MPTCP_TEST_VECTOR_H

#include "../classify.h"
#include "json.h"

/* The probe that a vector's `sent` describes. */
void vector_sent(const struct json *vector, struct probe *sent);

/* Compares what was judged with the vector's `expect`. */
void vector_check(const struct json *vector, const struct mptcp_evidence *got);

#endif
