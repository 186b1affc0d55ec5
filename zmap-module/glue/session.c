#define _GNU_SOURCE
#include "session.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#define SECRET_VARIABLE "MPTCP_SYNSCAN_SECRET"
#define SECRET_FILE_VARIABLE "MPTCP_SYNSCAN_SECRET_FILE"
#define HEX_BYTES (2 * SECRET_BYTES)

static bool random_secret(uint8_t secret[SECRET_BYTES], char error[PLAN_ERROR_SIZE])
{
	if (getrandom(secret, SECRET_BYTES, 0) == SECRET_BYTES) {
		return true;
	}
	snprintf(error, PLAN_ERROR_SIZE, "the kernel gives no random numbers: %s", strerror(errno));
	return false;
}

static bool read_secret(const char *path, int file, uint8_t secret[SECRET_BYTES], char error[PLAN_ERROR_SIZE])
{
	char hex[HEX_BYTES + 1] = "";
	ssize_t bytes = read(file, hex, HEX_BYTES);
	if (bytes == HEX_BYTES && secret_parse(hex, secret)) {
		return true;
	}
	if (bytes < 0) {
		snprintf(error, PLAN_ERROR_SIZE, "cannot read the secret file %.200s: %s", path, strerror(errno));
		return false;
	}
	snprintf(error, PLAN_ERROR_SIZE,
		 "%.200s does not begin with the %d hex digits of a secret: write them into it, or delete it and a new one is made",
		 path, HEX_BYTES);
	return false;
}

static bool write_secret(const char *path, int file, uint8_t secret[SECRET_BYTES], char error[PLAN_ERROR_SIZE])
{
	char hex[HEX_BYTES + 2];
	if (!random_secret(secret, error)) {
		return false;
	}
	for (size_t i = 0; i < SECRET_BYTES; i++) {
		snprintf(hex + 2 * i, 3, "%02x", secret[i]);
	}
	hex[HEX_BYTES] = '\n';
	if (write(file, hex, HEX_BYTES + 1) == HEX_BYTES + 1) {
		return true;
	}
	snprintf(error, PLAN_ERROR_SIZE, "cannot write the secret to %.200s: %s", path, strerror(errno));
	return false;
}

/* Leaves a whole file under the name or none: another shard that looks at the same time never reads half a secret. When
 * that one was faster, its file stays. */
static bool make_secret_file(const char *path, char error[PLAN_ERROR_SIZE])
{
	char unnamed[PLAN_PATH_SIZE + sizeof ".XXXXXX"];
	uint8_t secret[SECRET_BYTES];
	snprintf(unnamed, sizeof unnamed, "%s.XXXXXX", path);
	int file = mkostemp(unnamed, O_CLOEXEC);
	if (file < 0) {
		snprintf(error, PLAN_ERROR_SIZE, "cannot make the secret file %.200s: %s", path, strerror(errno));
		return false;
	}
	bool wrote = write_secret(path, file, secret, error);
	close(file);
	bool named = wrote && (link(unnamed, path) == 0 || errno == EEXIST);
	if (wrote && !named) {
		snprintf(error, PLAN_ERROR_SIZE, "cannot make the secret file %.200s: %s", path, strerror(errno));
	}
	unlink(unnamed);
	return named;
}

static bool secret_from_file(const char *path, uint8_t secret[SECRET_BYTES], char error[PLAN_ERROR_SIZE])
{
	int file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0 && errno == ENOENT) {
		if (!make_secret_file(path, error)) {
			return false;
		}
		file = open(path, O_RDONLY | O_CLOEXEC);
	}
	if (file < 0) {
		snprintf(error, PLAN_ERROR_SIZE, "cannot open the secret file %.200s: %s", path, strerror(errno));
		return false;
	}
	bool done = read_secret(path, file, secret, error);
	close(file);
	return done;
}

/* A variable that is set to nothing is not set. */
static const char *variable(const char *name)
{
	const char *value = getenv(name);
	return value != NULL && *value != '\0' ? value : NULL;
}

/* Arguments override the environment: they are about this run. */
static bool find_secret(struct probe_plan *plan, char error[PLAN_ERROR_SIZE])
{
	const char *given = variable(SECRET_VARIABLE), *path = variable(SECRET_FILE_VARIABLE);
	if (plan->has_secret) {
		return true;
	}
	if (plan->secret_file[0] != '\0') {
		return secret_from_file(plan->secret_file, plan->secret, error);
	}
	if (given != NULL && !secret_parse(given, plan->secret)) {
		snprintf(error, PLAN_ERROR_SIZE, "%s is not %d hex digits", SECRET_VARIABLE, HEX_BYTES);
		return false;
	}
	if (given != NULL) {
		return true;
	}
	return path != NULL ? secret_from_file(path, plan->secret, error) : random_secret(plan->secret, error);
}

bool session_begin(const struct session_settings *settings, struct scan *scan, char error[PLAN_ERROR_SIZE])
{
	struct probe_plan plan;
	uint32_t ports = (uint32_t)settings->port_last - settings->port_first + 1;
	if (settings->port_last < settings->port_first) {
		snprintf(error, PLAN_ERROR_SIZE, "the source ports %u to %u are no range", settings->port_first,
			 settings->port_last);
		return false;
	}
	if (!plan_parse(settings->probe_args, &plan, error) || !plan_fits(&plan, settings->streams, ports, error) ||
	    !find_secret(&plan, error)) {
		return false;
	}
	if (!plan.has_ttl) {
		plan.ttl_first = plan.ttl_last = settings->ttl;
	}
	scan_begin(scan, &plan, settings->streams, settings->port_first, ports);
	return true;
}

const char *session_warning(const struct scan *scan)
{
	if (plan_has_blocks(scan->stream_count, scan->port_count)) {
		return NULL;
	}
	return "so few source ports (-s) that other probes under this secret may use the same ones: a server that still holds one "
	       "of those half open does not answer. Give 24 ports for each probe of a target, or a new secret";
}
