/* mptcp-connect OPTION VALUE... < endpoints: reads the options, and makes room for as many connections as this machine can hold. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>

#include "../clocks.h"
#include "loop.h"
#include "settings.h"
#include "states.h"

enum { USAGE = 2,
       FILES_OTHER = 32,
       SLOTS_MAX = 1 << 16,
       KERNEL_BYTES = 16384 };

/* So many of us measure side by side: memory is shared, open files are not. */
static int share = 1;

struct settings settings = {.hold = 5000000000, .timeout = 10000000000, .agent = "mptcp-connect"};

/* A number of at most `most`; false for anything else. */
static bool read_number(const char *text, double most, double *out)
{
	char *end;
	*out = strtod(text, &end);
	return end != text && *end == '\0' && *out >= 0 && *out <= most;
}

static bool read_ports(const char *text)
{
	int end = 0;
	int found = sscanf(text, "%d-%d%n", &settings.first_port, &settings.last_port, &end);
	return found == 2 && text[end] == '\0' && settings.first_port > 0 && settings.first_port <= settings.last_port && settings.last_port < 65536;
}

static bool read_agent(const char *text)
{
	for (const char *at = text; *at != '\0'; at++)
		if (*at < ' ' || *at > '~')
			return false;
	return snprintf(settings.agent, AGENT_MAX, "%s", text) < AGENT_MAX;
}

static bool read_option(const char *name, const char *value)
{
	double number = 0;
	if (strcmp(name, "--ports") == 0)
		return read_ports(value);
	if (strcmp(name, "--agent") == 0)
		return read_agent(value);
	if (!read_number(value, 1e6, &number))
		return false;
	if (strcmp(name, "--hold") == 0)
		settings.hold = (int64_t)(number * 1e9);
	else if (strcmp(name, "--timeout") == 0)
		settings.timeout = (int64_t)(number * 1e9);
	else if (strcmp(name, "--rate") == 0)
		settings.pace = number == 0 ? 0 : (int64_t)(1e9 / number);
	else if (strcmp(name, "--most") == 0)
		settings.most = (int)number;
	else if (strcmp(name, "--joined") == 0)
		settings.joined = number != 0;
	else if (strcmp(name, "--share") == 0)
		share = number < 1 ? 1 : (int)number;
	else
		return false;
	return true;
}

static int files_most(void)
{
	struct rlimit limit;
	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	getrlimit(RLIMIT_NOFILE, &limit);
	return limit.rlim_cur > (1 << 20) ? 1 << 20 : (int)limit.rlim_cur - FILES_OTHER;
}

/*
 * The kernel keeps the tokens of all MPTCP connections of the machine in a table with a slot per MB of memory, rounded up to
 * a power of two, and few in a slot: with more connections than slots, SYNs begin to leave without the option. It also keeps
 * some 12 kB for each: a quarter of what is free is ours.
 */
static int memory_most(void)
{
	struct sysinfo info;
	if (sysinfo(&info) < 0)
		return SLOTS_MAX;
	uint64_t unit = info.mem_unit, total = info.totalram * unit >> 20, slots = 1;
	while (slots < total && slots < SLOTS_MAX)
		slots *= 2;
	uint64_t spare = (info.freeram + info.bufferram) * unit / 4 / KERNEL_BYTES;
	return (int)(spare < 64 ? 64 : spare < slots ? spare
						     : slots);
}

static void bound_most(void)
{
	int files = files_most(), memory = memory_most() / share, bound = files < memory ? files : memory;
	if (settings.most <= 0 || settings.most > bound)
		settings.most = bound;
}

/* Kilobytes; ru_maxrss would count what this process was before it became this program. */
static long memory_peak(void)
{
	char line[128];
	long peak = 0;
	FILE *status = fopen("/proc/self/status", "re");
	if (status == NULL)
		return 0;
	while (fgets(line, sizeof(line), status) != NULL && sscanf(line, "VmHWM: %ld", &peak) != 1)
		;
	fclose(status);
	return peak;
}

/* Cost of the run, on stderr. */
static void print_usage(int64_t begun)
{
	struct rusage usage;
	int ended, most;
	getrusage(RUSAGE_SELF, &usage);
	states_count(&ended, &most);
	double cpu = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
	fprintf(stderr, "%d connections in %.2f s, %d at once, %.2f s of processor, %ld kB\n", ended, (double)(clock_now() - begun) / 1e9, most, cpu, memory_peak());
}

int main(int argc, char **argv)
{
	int64_t begun = clock_now();
	if (argc == 2 && strcmp(argv[1], "--version") == 0)
		return puts("mptcp-connect 1") < 0;
	for (int i = 1; i < argc; i += 2) {
		if (i + 1 == argc || !read_option(argv[i], argv[i + 1])) {
			fprintf(stderr, "usage: mptcp-connect [--ports FIRST-LAST] [--hold SECONDS] [--timeout SECONDS] [--rate STARTS] [--most CONNECTIONS] [--share PROCESSES] [--joined 0|1] [--agent TEXT] < endpoints\n");
			return USAGE;
		}
	}
	bound_most();
	if (settings.most < 1)
		return USAGE;
	states_begin(settings.most);
	int code = loop_run();
	print_usage(begun);
	return code;
}
