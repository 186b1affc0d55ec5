/* Who must not be sent anything. */
#ifndef JOINER_SCREEN_H
#define JOINER_SCREEN_H

#include "decision.h"
#include "end.h"

/* Reads the table that an option names; false for another option, and for an unusable table, after saying why. */
bool screen_read(const char *option, const char *path);

/* ASKED when it may be sent something; NOT_GLOBAL for everybody without a table of what is. */
enum decision screen_look(const struct end *to);

#endif
