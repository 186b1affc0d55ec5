#include "probe_modules.h"

// ADD YOUR MODULE HERE

probe_module_t *probe_modules[] = {
    // ADD YOUR MODULE HERE
    NULL,
};
