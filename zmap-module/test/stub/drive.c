/*
 * Drives every registered module of the stub tree through the callbacks of zmap 4.3, as zmap does: the
 * IPv6 one with its two addresses in the argument, as ZMapv6 does. Prints one line for each module.
 */
#include <netinet/ip.h>
#include <stdarg.h>
#include <string.h>

#include "lib/includes.h"
#include "lib/logger.h"
#include "lib/xalloc.h"
#include "src/probe_modules/packet.h"
#include "src/probe_modules/module_tcp_synscan.h"

#define IP_ID 4711

extern probe_module_t *probe_modules[];

struct fieldset {
	const probe_module_t *module;
	int count;
	char class[32], key[32];
	int nulls;
	void *owned;
};

void log_fatal(const char *name, const char *message, ...)
{
	va_list arguments;
	va_start(arguments, message);
	fprintf(stderr, "%s: ", name);
	vfprintf(stderr, message, arguments);
	fputc('\n', stderr);
	exit(1);
}

void log_warn(const char *name, const char *message, ...)
{
	va_list arguments;
	va_start(arguments, message);
	printf("%s warns: ", name);
	vprintf(message, arguments);
	putchar('\n');
	va_end(arguments);
}

void *xmalloc(size_t count)
{
	return malloc(count);
}

static void next_field(fieldset_t *fs, const char *name, const char *type)
{
	const fielddef_t *declared = &fs->module->fields[fs->count++];
	if (fs->count > fs->module->numfields || strcmp(declared->name, name) != 0 ||
	    (type != NULL && strcmp(declared->type, type) != 0)) {
		log_fatal("stub", "field %s is added where %s is declared", name, declared->name);
	}
}

void fs_add_null(fieldset_t *fs, const char *name)
{
	next_field(fs, name, NULL);
	fs->nulls++;
}

void fs_add_uint64(fieldset_t *fs, const char *name, uint64_t value)
{
	next_field(fs, name, "int");
	if (strcmp(name, "sent_ip_id") == 0 && value != IP_ID) {
		log_fatal("stub", "%s is %u", name, (unsigned)value);
	}
}

void fs_add_bool(fieldset_t *fs, const char *name, int value)
{
	next_field(fs, name, "bool");
	if (value != 1) {
		log_fatal("stub", "%s is false", name);
	}
}

void fs_add_string(fieldset_t *fs, const char *name, char *value, int free_)
{
	next_field(fs, name, "string");
	if (strcmp(name, "classification") == 0) {
		snprintf(fs->class, sizeof fs->class, "%s", value);
	} else if (strcmp(name, "mptcp_key") == 0) {
		snprintf(fs->key, sizeof fs->key, "%s", value);
	}
	fs->owned = free_ ? value : fs->owned;
}

int check_src_port(uint16_t port, const struct port_conf *ports)
{
	return ports->port_count == 1 && ports->ports[0] == port;
}

void synscan_print_packet(FILE *fp, void *packet)
{
	(void)fp;
	(void)packet;
}

void fprintf_ipv6_header(FILE *fp, struct ip6_hdr *iph)
{
	(void)fp;
	(void)iph;
}

void fprintf_eth_header(FILE *fp, struct ether_header *ethh)
{
	(void)fp;
	(void)ethh;
}

static uint32_t answer(uint8_t *frame)
{
	uint8_t *ip = frame + 14, kept[16];
	int v6 = ip[0] >> 4 == 6;
	uint8_t *tcp = ip + (v6 ? 40 : 20), *source = ip + (v6 ? 8 : 12);
	size_t address = v6 ? 16 : 4;
	uint32_t sequence;
	memcpy(kept, source, address);
	memmove(source, source + address, address);
	memcpy(source + address, kept, address);
	memcpy(kept, tcp, 2);
	memcpy(tcp, tcp + 2, 2);
	memcpy(tcp + 2, kept, 2);
	memcpy(&sequence, tcp + 4, 4);
	sequence = htonl(ntohl(sequence) + 1);
	memcpy(tcp + 8, &sequence, 4);
	tcp[12] = 0x80;
	tcp[13] = 0x12;
	memcpy(tcp + 20, "\x1e\x0c\x01\x01\x73\xbb\x15\x03\x58\xa0\xae\xcb", 12);
	uint16_t length = htons((uint16_t)(v6 ? 32 : 52));
	memcpy(ip + (v6 ? 4 : 2), &length, 2);
	return (v6 ? 40 : 20) + 32;
}

static void drive(probe_module_t *module, uint16_t batch, int8_t validate_source_port)
{
	static uint8_t frame[4096];
	struct in6_addr addresses[2] = {{{{0x20, 1, 0xd, 0xb8, 1}}}, {{{0x20, 1, 0xd, 0xb8, 2}}}};
	const char *asked[] = {"saddr", "rtt_us"};
	struct state_conf conf = {32768, 61000, 1, (char *)"v1", 64, batch, asked, 2, validate_source_port};
	const struct port_conf ports = {1, {80}}, others = {1, {81}};
	macaddr_t mac[6] = {2, 0, 0, 0, 0, 1};
	uint32_t validation[4] = {0, 0, 0, 0xabcd0000 | IP_ID}, source = 0;
	struct fieldset fields = {.module = module};
	size_t length = 0;
	void *argument = strncmp(module->name, "ipv6", 4) == 0 ? addresses : NULL;
	module->global_initialize(&conf);
	module->prepare_packet(frame, mac, mac, NULL);
	module->make_packet(frame, &length, htonl(0xf0000002u), htonl(0xc6120001u), htons(80), 64, validation, 0, IP_ID,
			    argument);
	if (length != module->max_packet_length || (argument == NULL && (frame[18] != IP_ID >> 8 || frame[22] != 64))) {
		log_fatal(module->name, "length %zu, identification or TTL are wrong", length);
	}
	uint32_t bytes = answer(frame);
	const struct ip *ip = (const struct ip *)(frame + 14);
	if (!module->validate_packet(ip, bytes, &source, validation, &ports) ||
	    module->validate_packet(ip, bytes, &source, validation, &others) ||
	    module->validate_packet(ip, bytes - 33, &source, validation, &ports)) {
		log_fatal(module->name, "a wrong answer is accepted, or a right one refused");
	}
	module->process_packet(frame, bytes + 14, &fields, validation, (struct timespec){1, 2000});
	printf("%s %s %s %d of %d fields\n", module->name, fields.class, fields.key, fields.count, module->numfields);
	free(fields.owned);
}

int main(int argc, char **argv)
{
	uint16_t batch = argc > 1 ? (uint16_t)atoi(argv[1]) : 1;
	int8_t validate_source_port = argc > 2 ? (int8_t)atoi(argv[2]) : -1;
	for (int i = 0; probe_modules[i] != NULL; i++) {
		drive(probe_modules[i], batch, validate_source_port);
	}
	return 0;
}
