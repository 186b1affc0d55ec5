/* Behaviours that send back what the SYN holds, whole or changed. */
#ifndef MPTCP_TEST_MIRRORS_H
#define MPTCP_TEST_MIRRORS_H

#include "answer.h"

void mirror_all(const struct syn *s, struct answer *a);
void mirror_mptcp(const struct syn *s, struct answer *a);
void mirror_byte_swapped(const struct syn *s, struct answer *a);
void mirror_halves_swapped(const struct syn *s, struct answer *a);
void mirror_truncated(const struct syn *s, struct answer *a);
void mirror_inverted(const struct syn *s, struct answer *a);
void mirror_rotated(const struct syn *s, struct answer *a);
void mirror_tail(const struct syn *s, struct answer *a);
void mirror_short(const struct syn *s, struct answer *a);

#endif
