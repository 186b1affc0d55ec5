#ifndef STUB_STATE_H
#define STUB_STATE_H

#include "../lib/includes.h"

struct port_conf {
	int port_count;
	uint16_t ports[4];
};

struct state_conf {
	port_h_t source_port_first;
	port_h_t source_port_last;
	int packet_streams;
	char *probe_args;
	uint8_t probe_ttl;
	uint16_t batch;
	const char **output_fields;
	int output_fields_len;
	int8_t validate_source_port_override;
};

struct state_send;
struct state_recv;

#endif
