/* Where a run's secret comes from, and that the shards of one run agree on it. */
#define _GNU_SOURCE
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../glue/session.h"
#include "check.h"

#define GIVEN "000102030405060708090a0b0c0d0e0f"
#define OTHER "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"
#define SHARDS 8
#define ROUNDS 40

static char folder[] = "/tmp/mptcp-session-XXXXXX";

/* The linker puts this in front of write(2): does the file have its name before it has its bytes? */
static const char *watched;
static bool seen_too_early;

ssize_t __real_write(int file, const void *bytes, size_t count);
ssize_t __wrap_write(int file, const void *bytes, size_t count);

ssize_t __wrap_write(int file, const void *bytes, size_t count)
{
	seen_too_early = seen_too_early || (watched != NULL && access(watched, F_OK) == 0);
	return __real_write(file, bytes, count);
}

static const char *path_of(const char *name)
{
	static char path[PLAN_PATH_SIZE];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	return path;
}

static void write_file(const char *name, const char *text)
{
	FILE *out = fopen(path_of(name), "w");
	check(out != NULL && fputs(text, out) >= 0 && fclose(out) == 0, "%s is written", name);
}

/* Writes a text in which @ stands for the folder. */
static void expand(const char *from, char *out, size_t room)
{
	const char *at = strchr(from, '@');
	int before = at != NULL ? (int)(at - from) : (int)strlen(from);
	snprintf(out, room, "%.*s%s%s", before, from, at != NULL ? folder : "", at != NULL ? at + 1 : "");
}

static bool begin(const char *arguments, struct scan *scan, char *error)
{
	char text[PLAN_PATH_SIZE];
	expand(arguments, text, sizeof text);
	struct session_settings settings = {.probe_args = text, .port_first = 32768, .port_last = 61000, .streams = 1, .ttl = 255};
	return session_begin(&settings, scan, error);
}

static void set_variable(const char *name, const char *value)
{
	char text[PLAN_PATH_SIZE];
	if (value == NULL) {
		unsetenv(name);
		return;
	}
	expand(value, text, sizeof text);
	setenv(name, text, 1);
}

/* `secret` or `sentence` is what comes of it; neither: a secret that was not given. */
static void test_sources(void)
{
	static const struct {
		const char *what, *arguments, *variable, *file_variable, *secret, *sentence;
	} CASES[] = {
	    {"secret= is the secret", "secret=" GIVEN, NULL, NULL, GIVEN, NULL},
	    {"secret= comes before the variables", "secret=" GIVEN, OTHER, "@/other", GIVEN, NULL},
	    {"secret-file= is read", "secret-file=@/given", NULL, NULL, GIVEN, NULL},
	    {"secret-file= comes before the variables", "secret-file=@/given", OTHER, "@/other", GIVEN, NULL},
	    {"the variable is the secret", "", GIVEN, NULL, GIVEN, NULL},
	    {"the variable comes before the file's", "", GIVEN, "@/other", GIVEN, NULL},
	    {"the file's variable is read", "", NULL, "@/given", GIVEN, NULL},
	    {"an empty variable is none", "", "", "@/given", GIVEN, NULL},
	    {"both empty are none", "", "", "", NULL, NULL},
	    {"nothing given is random", "", NULL, NULL, NULL, NULL},
	    {"a file that is not there is made", "secret-file=@/new", NULL, NULL, NULL, NULL},
	    {"a bad variable", "", "00ff", NULL, NULL, "MPTCP_SYNSCAN_SECRET is not 32 hex digits"},
	    {"an empty file", "secret-file=@/empty", NULL, NULL, NULL, "write them into it, or delete it and a new one is made"},
	    {"a file of something else", "secret-file=@/text", NULL, NULL, NULL, "does not begin with the 32 hex digits"},
	    {"a file in no folder", "secret-file=@/none/new", NULL, NULL, NULL, "cannot make the secret file"},
	    {"a folder", "secret-file=@", NULL, NULL, NULL, "cannot read the secret file"},
	};
	for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
		struct scan scan;
		char error[PLAN_ERROR_SIZE] = "";
		set_variable("MPTCP_SYNSCAN_SECRET", CASES[i].variable);
		set_variable("MPTCP_SYNSCAN_SECRET_FILE", CASES[i].file_variable);
		bool begun = begin(CASES[i].arguments, &scan, error);
		check(begun == (CASES[i].sentence == NULL), "%s: %s", CASES[i].what, error);
		check(begun || CASES[i].sentence == NULL || strstr(error, CASES[i].sentence) != NULL, "%s is told: %s", CASES[i].what, error);
		const char *got = begun ? to_hex(scan.plan.secret, SECRET_BYTES) : "";
		check(CASES[i].secret == NULL || strcmp(got, CASES[i].secret) == 0, "%s: %s", CASES[i].what, got);
		check(CASES[i].secret != NULL || (strcmp(got, GIVEN) != 0 && strcmp(got, OTHER) != 0), "%s: of its own", CASES[i].what);
	}
	set_variable("MPTCP_SYNSCAN_SECRET", NULL);
	set_variable("MPTCP_SYNSCAN_SECRET_FILE", NULL);
}

static void test_new_file(void)
{
	struct scan first, second;
	struct stat facts;
	char error[PLAN_ERROR_SIZE] = "";
	watched = path_of("made");
	check(begin("secret-file=@/made", &first, error) && begin("secret-file=@/made", &second, error), "made, then read: %s", error);
	watched = NULL;
	check(!seen_too_early, "nobody sees the file before it has its bytes");
	check(memcmp(first.plan.secret, second.plan.secret, SECRET_BYTES) == 0, "one file, one secret");
	check(stat(path_of("made"), &facts) == 0 && facts.st_size == 33 && (facts.st_mode & 07777) == 0600, "33 bytes for us alone");
}

/* One shard: waits until the gate is closed, that all begin at once; then its secret goes into a pipe, or nothing does. */
static pid_t start_shard(unsigned round, const int gate[2], int out)
{
	pid_t child = fork();
	if (child != 0) {
		return child;
	}
	struct scan scan;
	char name[64], byte, error[PLAN_ERROR_SIZE] = "";
	snprintf(name, sizeof name, "secret-file=@/round%u", round);
	close(gate[1]);
	bool opened = read(gate[0], &byte, 1) == 0;
	bool wrote = begin(name, &scan, error) && write(out, scan.plan.secret, SECRET_BYTES) == SECRET_BYTES;
	_exit(opened && wrote ? 0 : 1);
}

static void test_shards(void)
{
	for (unsigned round = 0; round < ROUNDS; round++) {
		uint8_t secrets[SHARDS][SECRET_BYTES];
		int ends[2], gate[2], status;
		check(pipe(ends) == 0 && pipe(gate) == 0, "two pipes");
		for (unsigned shard = 0; shard < SHARDS; shard++) {
			check(start_shard(round, gate, ends[1]) > 0, "a shard starts");
		}
		close(ends[1]);
		close(gate[0]);
		close(gate[1]);
		unsigned count = 0;
		while (count < SHARDS && read(ends[0], secrets[count], SECRET_BYTES) == SECRET_BYTES) {
			count++;
		}
		close(ends[0]);
		while (wait(&status) > 0) {
		}
		check(count == SHARDS, "round %u: %u of %u shards have a secret", round, count, SHARDS);
		for (unsigned shard = 1; shard < count; shard++) {
			check(memcmp(secrets[0], secrets[shard], SECRET_BYTES) == 0, "round %u: shards agree", round);
		}
	}
}

/* Removes all that the tests made, which must be what they named and nothing else. */
static void clear_folder(void)
{
	DIR *open = opendir(folder);
	struct dirent *entry;
	unsigned files = 0;
	while (open != NULL && (entry = readdir(open)) != NULL) {
		if (entry->d_name[0] != '.') {
			files++;
			unlink(path_of(entry->d_name));
		}
	}
	closedir(open);
	check(files == 6 + ROUNDS, "%u files: none is left over under another name", files);
	check(rmdir(folder) == 0, "the folder is empty");
}

/* 24 ports for each probe are enough for silence. */
static void test_warning(void)
{
	static const struct {
		uint16_t ports, streams;
		bool warned;
	} CASES[] = {{1, 1, true}, {23, 1, true}, {24, 1, false}, {47, 2, true}, {48, 2, false}, {28233, 256, false}};
	for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
		struct scan scan;
		char error[PLAN_ERROR_SIZE] = "";
		struct session_settings settings = {.probe_args = "v1,secret=" GIVEN,
						    .port_first = 32768,
						    .port_last = (uint16_t)(32768 + CASES[i].ports - 1),
						    .streams = CASES[i].streams,
						    .ttl = 255};
		check(session_begin(&settings, &scan, error), "%u ports are taken: %s", CASES[i].ports, error);
		check((session_warning(&scan) != NULL) == CASES[i].warned, "%u ports for %u probes", CASES[i].ports, CASES[i].streams);
	}
}

int main(void)
{
	check(mkdtemp(folder) != NULL, "a folder");
	write_file("given", GIVEN "\n");
	write_file("other", OTHER "\n");
	write_file("empty", "");
	write_file("text", "no secret, but longer than 32 characters\n");
	test_sources();
	test_new_file();
	test_shards();
	test_warning();
	clear_folder();
	return checks_done("session");
}
