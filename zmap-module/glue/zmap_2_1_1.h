/*
 * The parts of zmap 2.1.1's binary interface that a probe module meets, written down from the binary
 * that Debian and Ubuntu ship (amd64): its symbol table, and the offsets that its callbacks are called
 * through. Everything is weak, so that the shared object loads into any process and finds NULL there.
 */
#ifndef MPTCP_ZMAP_2_1_1_H
#define MPTCP_ZMAP_2_1_1_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define ZMAP_VERSION "2.1.1"
#define ZMAP_ZCONF_BYTES 7072
#define ZMAP_PROBE_SLOTS 6

struct zmap_field {
	const char *name, *type, *description;
};

struct zmap_fieldset;

struct zmap_probe_module {
	const char *name;
	size_t packet_length;
	const char *pcap_filter;
	size_t pcap_snaplen;
	uint8_t needs_ports;
	int (*global_initialize)(void *conf);
	int (*thread_initialize)(void *buffer, uint8_t *source_mac, uint8_t *gateway_mac, uint16_t port, void **argument);
	int (*make_packet)(void *buffer, uint32_t source, uint32_t target, uint32_t *validation, int probe_num,
			   void *argument);
	void (*print_packet)(FILE *out, void *packet);
	int (*validate_packet)(const void *ip, uint32_t length, uint32_t *source, uint32_t *validation);
	void (*process_packet)(const uint8_t *packet, uint32_t length, struct zmap_fieldset *fields);
	int (*close)(void *conf, void *send, void *receive);
	struct zmap_field *fields;
	int field_count;
	const char *help;
};
_Static_assert(sizeof(struct zmap_probe_module) == 120, "probe_module_t of zmap 2.1.1 has 120 bytes");

#define ZMAP_WEAK __attribute__((weak))

extern uint8_t zconf[] ZMAP_WEAK;
extern struct zmap_probe_module *probe_modules[] ZMAP_WEAK;

void fs_add_string(struct zmap_fieldset *fields, const char *name, char *value, int owned) ZMAP_WEAK;
void fs_add_uint64(struct zmap_fieldset *fields, const char *name, uint64_t value) ZMAP_WEAK;
void fs_add_null(struct zmap_fieldset *fields, const char *name) ZMAP_WEAK;
void fs_modify_string(struct zmap_fieldset *fields, const char *name, char *value, int owned) ZMAP_WEAK;
void fs_modify_uint64(struct zmap_fieldset *fields, const char *name, uint64_t value) ZMAP_WEAK;
void fs_modify_null(struct zmap_fieldset *fields, const char *name) ZMAP_WEAK;
uint64_t blacklist_count_allowed(void) ZMAP_WEAK;
_Noreturn void log_fatal(const char *who, const char *format, ...) ZMAP_WEAK;
void log_warn(const char *who, const char *format, ...) ZMAP_WEAK;
void log_info(const char *who, const char *format, ...) ZMAP_WEAK;

#endif
