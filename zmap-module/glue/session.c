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

static bool read_secret_file(const char *path, int file, uint8_t secret[SECRET_BYTES], char error[PLAN_ERROR_SIZE])
{
	char hex[HEX_BYTES + 1] = "";
	ssize_t bytes = read(file, hex, HEX_BYTES);
	if (bytes == HEX_BYTES && secret_parse(hex, secret)) {
		return true;
	}
	snprintf(error, PLAN_ERROR_SIZE, "%.200s does not begin with the %d hex digits of a secret", path, HEX_BYTES);
	return false;
}

static bool write_secret_file(const char *path, int file, uint8_t secret[SECRET_BYTES], char error[PLAN_ERROR_SIZE])
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

/* Created by whoever comes first; the shards of one run that come after read the same. */
static bool secret_from_file(const char *path, uint8_t secret[SECRET_BYTES], char error[PLAN_ERROR_SIZE])
{
	int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	bool is_new = file >= 0;
	if (!is_new && errno == EEXIST) {
		file = open(path, O_RDONLY | O_CLOEXEC);
	}
	if (file < 0) {
		snprintf(error, PLAN_ERROR_SIZE, "cannot open the secret file %.200s: %s", path, strerror(errno));
		return false;
	}
	bool done = is_new ? write_secret_file(path, file, secret, error) : read_secret_file(path, file, secret, error);
	close(file);
	return done;
}

static bool find_secret(struct probe_plan *plan, char error[PLAN_ERROR_SIZE])
{
	const char *given = getenv(SECRET_VARIABLE), *path = plan->secret_file;
	if (plan->has_secret) {
		return true;
	}
	if (given != NULL && *given != '\0') {
		if (secret_parse(given, plan->secret)) {
			return true;
		}
		snprintf(error, PLAN_ERROR_SIZE, "%s is not %d hex digits", SECRET_VARIABLE, HEX_BYTES);
		return false;
	}
	if (*path == '\0' && getenv(SECRET_FILE_VARIABLE) != NULL) {
		path = getenv(SECRET_FILE_VARIABLE);
	}
	return *path != '\0' ? secret_from_file(path, plan->secret, error) : random_secret(plan->secret, error);
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
