/* Who is to be left alone from now on. */
#ifndef CONNECTOR_OPT_OUTS_H
#define CONNECTOR_OPT_OUTS_H

#include "endpoint.h"

/* false for a prefix that is not understood, and without memory: then nobody may be asked any more. */
bool opt_outs_add(const char *prefix);
bool opt_outs_have(const struct endpoint *one);

#endif
