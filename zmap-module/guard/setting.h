/* One thing that must be so while we measure. */
#ifndef GUARD_SETTING_H
#define GUARD_SETTING_H

#include <stdbool.h>

enum { VALUE_MAX = 4096,
       SETTINGS = 6 };

/* `found` and `wanted` are empty where this kernel does not have it. */
struct setting {
	const char *name;
	char found[VALUE_MAX];
	char wanted[VALUE_MAX];
	/* Right already, or left as it is because nothing wrong can come of it. */
	bool right;
};

#endif
