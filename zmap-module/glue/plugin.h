/* The modules that the loader puts into zmap 2.1.1's table. */
#ifndef MPTCP_PLUGIN_H
#define MPTCP_PLUGIN_H

#include "../evidence.h"
#include "zmap_2_1_1.h"

extern struct zmap_probe_module module_mptcp_synscan;

/* Adds every field of the table, in order, to what zmap prints for one reply. */
void zmap_2_1_1_add_fields(struct zmap_fieldset *fields, const struct evidence *evidence);

#endif
