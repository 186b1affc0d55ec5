/* Values below /proc/sys, by their dotted names. */
#ifndef GUARD_SYSCTL_H
#define GUARD_SYSCTL_H

#include "setting.h"

/* false when there is none, or it cannot be read; blanks at its end are cut off. */
bool sysctl_read(const char *name, char value[VALUE_MAX]);

/* false when it cannot be set: errno says why. */
bool sysctl_write(const char *name, const char *value);

/* Whether it could be written, which it is not; errno says why not. */
bool sysctl_is_writable(const char *name);

#endif
