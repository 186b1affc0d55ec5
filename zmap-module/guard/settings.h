/* The settings that a measurement needs, all SETTINGS of them. */
#ifndef GUARD_SETTINGS_H
#define GUARD_SETTINGS_H

#include "setting.h"

/* false when the kernel cannot measure at all; says why. */
bool settings_read(struct setting *settings);

/* false when one that must be set cannot be; says which. Sets nothing when `dry`. */
bool settings_apply(const struct setting *settings, bool dry);

/* Settings that somebody else changed meanwhile are left as they are. */
void settings_restore(const struct setting *settings);

/* Whether one that its leader could not set, or that somebody changed, hinders no other guard. */
bool setting_may_differ(int which);

/* One as it is now; false where it is nothing to us. */
bool settings_now(const struct setting *settings, int which, char value[VALUE_MAX]);

/* Names of those that somebody changed meanwhile, to stdout as a JSON array. */
void settings_print_moved(const struct setting *settings);

#endif
