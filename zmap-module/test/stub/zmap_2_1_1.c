/*
 * A stand-in for zmap 2.1.1: it exports what the plug-in looks for, in the sizes of the real binary, and
 * drives one module through its callbacks as zmap does. Built as a program called zmap and run with
 * LD_PRELOAD, it tests loader and glue without root, a network or zmap.
 *
 *   zmap MODULE PROBE_ARGS STREAMS    prints every field of one answer to each probe as NAME=VALUE
 *   zmap opt-outs WORD...             sends frames while a table of opt-outs changes, see opt_outs.c
 *   zmap clock                        asks for the zone alone, and for the time alone, as old programs do
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

#include "../../glue/zconf.h"

int drive_opt_outs(char **words);

#define FIELDS_ROOM 128 /* as many as zmap's own fieldset holds */

#ifdef STUB_OF_ANOTHER_SIZE
uint8_t zconf[ZMAP_ZCONF_BYTES + 8];
#else
uint8_t zconf[ZMAP_ZCONF_BYTES];
#endif
static const char *const version = STUB_VERSION;

struct zmap_probe_module module_stub = {.name = "stub"};
struct zmap_probe_module *probe_modules[ZMAP_PROBE_SLOTS] = {&module_stub, &module_stub, &module_stub,
							     &module_stub, &module_stub, &module_stub};

struct zmap_fieldset {
	int count;
	const char *names[FIELDS_ROOM];
	char values[FIELDS_ROOM][512];
	char *owned[FIELDS_ROOM];
};

static void add(struct zmap_fieldset *fields, const char *name, const char *value, char *owned)
{
	fields->names[fields->count] = name;
	snprintf(fields->values[fields->count], sizeof fields->values[0], "%s", value);
	fields->owned[fields->count++] = owned;
}

void fs_add_string(struct zmap_fieldset *fields, const char *name, char *value, int owned)
{
	add(fields, name, value, owned ? value : NULL);
}

void fs_add_uint64(struct zmap_fieldset *fields, const char *name, uint64_t value)
{
	char text[32];
	snprintf(text, sizeof text, "%llu", (unsigned long long)value);
	add(fields, name, text, NULL);
}

void fs_add_null(struct zmap_fieldset *fields, const char *name)
{
	add(fields, name, "(null)", NULL);
}

void fs_modify_string(struct zmap_fieldset *fields, const char *name, char *value, int owned)
{
	fs_add_string(fields, name, value, owned);
}

void fs_modify_uint64(struct zmap_fieldset *fields, const char *name, uint64_t value)
{
	fs_add_uint64(fields, name, value);
}

void fs_modify_null(struct zmap_fieldset *fields, const char *name)
{
	fs_add_null(fields, name);
}

uint64_t blacklist_count_allowed(void)
{
	return 3; /* the list that the test builds */
}

/* Each line in one write: what other threads print stands on lines of its own. */
static void say(const char *level, const char *who, const char *format, va_list arguments)
{
	char text[1024], line[1200];
	vsnprintf(text, sizeof text, format, arguments);
	snprintf(line, sizeof line, "[%s] %s: %s\n", level, who, text);
	fputs(line, stderr);
}

#define LOG(name, level, end)                               \
	void name(const char *who, const char *format, ...) \
	{                                                   \
		va_list arguments;                          \
		va_start(arguments, format);                \
		say(level, who, format, arguments);         \
		va_end(arguments);                          \
		end;                                        \
	}

volatile unsigned stub_warnings, stub_tables;

LOG(log_warn, "WARN", stub_warnings++)
LOG(log_info, "INFO", stub_tables += strncmp(format, "opt-outs: table", 15) == 0)
LOG(log_fatal, "FATAL", exit(1))

static void set(size_t offset, const void *value, size_t bytes)
{
	memcpy(zconf + offset, value, bytes);
}

static struct zmap_probe_module *find(const char *name)
{
	for (int i = 0; i < ZMAP_PROBE_SLOTS; i++) {
		if (strcmp(probe_modules[i]->name, name) == 0) {
			return probe_modules[i];
		}
	}
	fprintf(stderr, "[FATAL] zmap: no module %s in version %s\n", name, version);
	exit(1);
}

/* Turns a SYN frame into the SYN/ACK of an MPTCP server; returns the length of its IP packet. */
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

static void show(const struct zmap_probe_module *module, struct zmap_fieldset *fields, int first)
{
	if (fields->count - first != module->field_count) {
		log_fatal("zmap", "%d fields were added, %d are declared", fields->count - first, module->field_count);
	}
	for (int i = first; i < fields->count; i++) {
		if (strcmp(fields->names[i], module->fields[i - first].name) != 0) {
			log_fatal("zmap", "field %s is added where %s is declared", fields->names[i],
				  module->fields[i - first].name);
		}
	}
	for (int i = 0; i < fields->count; i++) {
		printf("%s=%s\n", fields->names[i], fields->values[i]);
		free(fields->owned[i]);
	}
}

/* Writes a reply as zmap does, through the functions of json-c, which the plug-in has in its place. */
static void write_json(void)
{
	void *(*new_object)(void), *(*new_string)(const char *), *(*new_int)(int32_t);
	int (*object_add)(void *, const char *, void *), (*put)(void *);
	const char *(*to_string)(void *);
	*(void **)&new_object = dlsym(RTLD_DEFAULT, "json_object_new_object");
	*(void **)&new_string = dlsym(RTLD_DEFAULT, "json_object_new_string");
	*(void **)&new_int = dlsym(RTLD_DEFAULT, "json_object_new_int");
	*(void **)&object_add = dlsym(RTLD_DEFAULT, "json_object_object_add");
	*(void **)&put = dlsym(RTLD_DEFAULT, "json_object_put");
	*(void **)&to_string = dlsym(RTLD_DEFAULT, "json_object_to_json_string");
	char long_string[20000];
	memset(long_string, '\t', sizeof long_string - 1);
	long_string[sizeof long_string - 1] = '\0';
	void *object = new_object();
	object_add(object, "text", new_string("a\"b\\c"));
	object_add(object, "least", new_int(INT32_MIN));
	object_add(object, "none", NULL);
	object_add(object, "zero", new_int(0));
	printf("json=%s\n", to_string(object));
	object_add(object, "tabs", new_string(long_string));
	printf("long json: %zu\n", strlen(to_string(object)));
	put(object);
}

/* Through a pointer: the declaration has the compiler refuse a NULL for the time. */
static int ask_the_clock(void)
{
	int (*volatile ask)(struct timeval *restrict, void *restrict) = gettimeofday;
	struct timezone zone = {7, 7};
	struct timeval now = {0, -1};
	int failed = ask(NULL, &zone) | ask(&now, NULL);
	long late = (long)time(NULL) - now.tv_sec;
	bool holds = failed == 0 && late >= -1 && late < 10 && now.tv_usec >= 0 && now.tv_usec < 1000000;
	printf("zone %d %d, time %s\n", zone.tz_minuteswest, zone.tz_dsttime, holds ? "holds" : "is wrong");
	return 0;
}

int main(int argc, char **argv)
{
	uint8_t buffer[4096] = {0}, mac[6] = {2, 0, 0, 0, 0, 1};
	const uint16_t ports[] = {80, 32768, 61000};
	const char *arguments = argv[2];
	if (argc == 2 && strcmp(argv[1], "clock") == 0) {
		return ask_the_clock();
	}
	if (argc > 2 && strcmp(argv[1], "opt-outs") == 0) {
		return drive_opt_outs(argv + 2);
	}
	if (argc != 4) {
		return 2;
	}
	struct zmap_probe_module *module = find(argv[1]);
	int streams = atoi(argv[3]);
	void *argument = NULL;
	set(ZCONF_TARGET_PORT, ports, sizeof ports);
	set(ZCONF_STREAMS, &streams, sizeof streams);
	set(ZCONF_PROBE_MODULE, &module, sizeof module);
	set(ZCONF_PROBE_ARGS, &arguments, sizeof arguments);
	module->global_initialize(zconf);
	module->thread_initialize(buffer, mac, mac, 80, &argument);
	for (int i = 0; i < streams; i++) {
		struct zmap_fieldset fields = {0};
		uint32_t validation[4] = {0}, answered = 0;
		uint32_t target = strcmp(module->name, "mptcp_synscan") == 0 ? htonl(0xc6120001u) : htonl(0xf0000001u);
		module->make_packet(buffer, htonl(0xf0000002u), target, validation, i, argument);
		uint32_t bytes = answer(buffer);
		if (module->validate_packet(buffer + 14, bytes, &answered, validation) != 1 || answered != target) {
			log_fatal("zmap", "the answer to probe %d is not accepted", i);
		}
		buffer[14 + bytes - 32 + 11] ^= 1;
		if (module->validate_packet(buffer + 14, bytes, &answered, validation) != 0) {
			log_fatal("zmap", "an answer with another acknowledgement is accepted");
		}
		buffer[14 + bytes - 32 + 11] ^= 1;
		module->process_packet(buffer, bytes + 14, &fields);
		show(module, &fields, strcmp(module->name, "mptcp_synscan") == 0 ? 0 : 6);
		write_json();
	}
	return 0;
}
