#ifndef STUB_PROBE_MODULES_H
#define STUB_PROBE_MODULES_H

#include "../fieldset.h"
#include "../state.h"

#define OUTPUT_TYPE_STATIC 1

#define VALIDATE_SRC_PORT_DISABLE_OVERRIDE 0

typedef int (*probe_global_init_cb)(struct state_conf *);
typedef int (*probe_thread_init_cb)(void **arg_ptr);
typedef int (*probe_prepare_packet_cb)(void *packetbuf, macaddr_t *src_mac, macaddr_t *gw_mac, void *arg);
typedef int (*probe_make_packet_cb)(void *packetbuf, size_t *buf_len, ipaddr_n_t src_ip, ipaddr_n_t dst_ip,
				    port_n_t dst_port, uint8_t ttl, uint32_t *validation, int probe_num, uint16_t ip_id,
				    void *arg);
typedef void (*probe_print_packet_cb)(FILE *, void *packetbuf);
typedef int (*probe_close_cb)(struct state_conf *, struct state_send *, struct state_recv *);
typedef int (*probe_validate_packet_cb)(const struct ip *ip_hdr, uint32_t len, uint32_t *src_ip, uint32_t *validation,
					const struct port_conf *ports);
typedef void (*probe_classify_packet_cb)(const u_char *packetbuf, uint32_t len, fieldset_t *, uint32_t *validation,
					 const struct timespec ts);

typedef struct probe_module {
	const char *name;
	size_t max_packet_length;
	const char *pcap_filter;
	size_t pcap_snaplen;
	uint8_t port_args;
	probe_global_init_cb global_initialize;
	probe_thread_init_cb thread_initialize;
	probe_prepare_packet_cb prepare_packet;
	probe_make_packet_cb make_packet;
	probe_print_packet_cb print_packet;
	probe_validate_packet_cb validate_packet;
	probe_classify_packet_cb process_packet;
	probe_close_cb close;
	int output_type;
	fielddef_t *fields;
	int numfields;
	const char *helptext;
} probe_module_t;

#endif
