/*
 * What to send: the text of --probe-args read into a plan. Pure: no zmap, no I/O.
 */
#ifndef MPTCP_PLAN_H
#define MPTCP_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kinds.h"

#define SECRET_BYTES 16
#define PLAN_KINDS_MAX 16
#define PLAN_STREAMS_MAX 256
#define PLAN_ATTEMPTS_MAX 9
#define PLAN_PATH_SIZE 1024
#define PLAN_ADDRESS_SIZE 48
#define PLAN_ERROR_SIZE 512
#define PLAN_TTL_DEFAULT 255 /* what zmap's own modules send */

struct probe_plan {
	enum probe_kind kinds[PLAN_KINDS_MAX];
	unsigned kind_count;
	bool has_ttl; /* otherwise what zmap itself says, PLAN_TTL_DEFAULT where it says nothing */
	unsigned ttl_first, ttl_last;
	enum option_set options;
	bool has_flags;
	uint8_t flags; /* where has_flags; otherwise plan_flags is H alone */
	bool has_secret;
	uint8_t secret[SECRET_BYTES];
	char secret_file[PLAN_PATH_SIZE]; /* "" when not given */
	unsigned earlier;		  /* how often the targets were probed under this secret before */
	char list[PLAN_PATH_SIZE];	  /* the IPv6 list, "" when not given */
	unsigned long walk;		  /* how many targets of the list are due, 0: all */
	char source[PLAN_ADDRESS_SIZE];	  /* the IPv6 source address, "" when not given */
};

/* Reads `text` (NULL or "" means v1). False, and a sentence in `error`, for anything not known. */
bool plan_parse(const char *text, struct probe_plan *plan, char error[PLAN_ERROR_SIZE]);

/* 32 hex digits into a secret. */
bool secret_parse(const char *hex, uint8_t secret[SECRET_BYTES]);

#endif
