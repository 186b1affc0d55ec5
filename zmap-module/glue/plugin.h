/* The modules that the loader puts into zmap 2.1.1's table, and what the two share. */
#ifndef MPTCP_PLUGIN_H
#define MPTCP_PLUGIN_H

#include "../evidence.h"
#include "zmap_2_1_1.h"

extern struct zmap_probe_module module_mptcp_synscan;
extern struct zmap_probe_module module_ipv6_mptcp_synscan;

/* thread_initialize, print_packet and process_packet for either family. */
int zmap_2_1_1_prepare(const struct scan *of, uint8_t family, void *buffer, const uint8_t *source_mac,
		       const uint8_t *gateway_mac, void **argument);
void zmap_2_1_1_print_packet(FILE *out, void *packet);
void zmap_2_1_1_process(const struct scan *of, const uint8_t *packet, uint32_t length, struct zmap_fieldset *fields);

#endif
