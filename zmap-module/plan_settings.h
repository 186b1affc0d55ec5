/* The settings among the probe arguments, such as ttl=64. */
#ifndef MPTCP_PLAN_SETTINGS_H
#define MPTCP_PLAN_SETTINGS_H

#include "plan.h"

#define SETTING_NONE ((size_t)-1)

/* The place of a setting in the table; SETTING_NONE for a text that is none. */
size_t setting_named(const char *text);

/* Reads one; `seen` has a bit for each that was read. False, and a sentence, when it is given twice or is not understood. */
bool setting_parse(const char *text, size_t setting, unsigned *seen, struct probe_plan *plan, char error[PLAN_ERROR_SIZE]);

#endif
