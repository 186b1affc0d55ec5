/* The connector's records when nobody takes them, and what it takes for a prefix. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../connector/opt_outs.h"
#include "../connector/record.h"
#include "check.h"

#define RECORDS 400 /* more than the buffer holds: so many end at once when a run is stopped */
#define LINE_BYTES 6144

/* One with all that a record can hold, as long as it can be. */
static struct connection longest(void)
{
	struct connection one = {.first_length = FIRST_MAX, .status = 200, .error = 111, .received = UINT32_MAX, .page_bytes = UINT32_MAX, .tls = TLS_NOT_ASKED};
	struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_port = 0xffff};
	memset(&address.sin6_addr, 0xfd, sizeof address.sin6_addr);
	one.to.family = AF_INET6;
	memset(one.to.address, 0xfd, sizeof one.to.address);
	memcpy(&one.local, &address, sizeof address);
	memset(one.tls_version, 'v', sizeof one.tls_version - 1);
	memset(one.tls_error, 'e', sizeof one.tls_error - 1);
	one.began = one.connected = one.hold_ended = one.spoke = one.again_ended = one.first_at = INT64_MAX;
	one.words = (struct words){.flags = UINT32_MAX, .token = UINT32_MAX, .rtt_us = UINT32_MAX, .signalled = 255, .accepted = 255, .extra_subflows = 255, .count = SUBFLOWS_MAX};
	for (int i = 0; i < SUBFLOWS_MAX; i++) {
		memcpy(&one.words.subflows[i].local, &address, sizeof address);
		memcpy(&one.words.subflows[i].remote, &address, sizeof address);
	}
	return one;
}

/* Has stdout for itself; gives whether all was taken. */
static bool say_to(int output, const struct connection *one, int count)
{
	fflush(stdout);
	int own = dup(STDOUT_FILENO);
	dup2(output, STDOUT_FILENO);
	for (int i = 0; i < count; i++)
		record_say(one);
	bool taken = record_flush();
	dup2(own, STDOUT_FILENO);
	close(own);
	return taken;
}

static void test_records(void)
{
	struct connection one = longest();
	struct stat said;
	int output = memfd_create("records", 0), full = open("/dev/full", O_WRONLY);
	check(say_to(output, &one, RECORDS), "records that are taken");
	check(fstat(output, &said) == 0 && said.st_size % RECORDS == 0 && said.st_size / RECORDS < LINE_BYTES, "%lld bytes of %d records", (long long)said.st_size, RECORDS);
	check(!say_to(full, &one, RECORDS), "records that a full disk does not take");
	check(!say_to(output, &one, 1), "what is lost stays lost, though there is room again");
	close(output);
	close(full);
}

static void test_prefixes(void)
{
	static const struct {
		const char *prefix, *inside, *outside; /* NULL: no prefix */
	} CASES[] = {
	    {"198.18.4.0/24", "198.18.4.255", "198.18.5.0"},
	    {"198.19.0.7", "198.19.0.7", "198.19.0.6"},
	    {"198.19.8.9/21", "198.19.15.255", "198.19.16.0"},
	    {"2001:db8:1::/47", "2001:db8:0:ffff::1", "2001:db8:2::"},
	    {"2001:db8:8::1/128", "2001:db8:8::1", "2001:db8:8::2"},
	    {"198.18.4.0/", NULL, NULL},
	    {"198.18.4.0/x", NULL, NULL},
	    {"198.18.4.0/+24", NULL, NULL},
	    {"198.18.4.0/ 24", NULL, NULL},
	    {"198.18.4.0/-1", NULL, NULL},
	    {"198.18.4.0/33", NULL, NULL},
	    {"198.18.4.0/65560", NULL, NULL},
	    {"198.18.4.0/4294967320", NULL, NULL},
	    {"198.18.4.0/24x", NULL, NULL},
	    {"2001:db8::/129", NULL, NULL},
	    {"2001:0db8:0000:0000:0000:0000:0000:00000000000000/32", NULL, NULL},
	    {"/24", NULL, NULL},
	    {"", NULL, NULL},
	};
	for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
		struct endpoint in = {0}, out = {0};
		bool is_prefix = CASES[i].inside != NULL;
		check(opt_outs_add(CASES[i].prefix) == is_prefix, "\"%s\" is %staken for a prefix", CASES[i].prefix, is_prefix ? "not " : "");
		if (!is_prefix)
			continue;
		in.family = out.family = strchr(CASES[i].inside, ':') == NULL ? AF_INET : AF_INET6;
		inet_pton(in.family, CASES[i].inside, in.address);
		inet_pton(out.family, CASES[i].outside, out.address);
		check(opt_outs_have(&in) && !opt_outs_have(&out), "%s: %s, and not %s", CASES[i].prefix, CASES[i].inside, CASES[i].outside);
	}
}

int main(void)
{
	test_prefixes();
	test_records();
	return checks_done("connector");
}
