/* Keyed hash, option walk and arguments, without any zmap. */
#include <string.h>

#include "../plan.h"
#include "../siphash.h"
#include "../tcp_options.h"
#include "check.h"

/* Appendix A of the SipHash paper, and its reference's outputs for 0, 8 and 16 bytes 00 01 02 ... */
static void test_siphash(void)
{
	uint8_t secret[SECRET_BYTES];
	for (uint8_t i = 0; i < SECRET_BYTES; i++) {
		secret[i] = i;
	}
	struct siphash_key key = siphash_key_from(secret);
	const uint64_t words[] = {0x0706050403020100u, 0x0f0e0d0c0b0a0908u};
	check(siphash_words(&key, words, 0) == 0x726fdb47dd0e0e31u, "SipHash of nothing");
	check(siphash_words(&key, words, 1) == 0x93f5f5799a932462u, "SipHash of 8 bytes");
	check(siphash_words(&key, words, 2) == 0x3f2acc7f57c29bdbu, "SipHash of 16 bytes");
}

static void test_fingerprints(void)
{
	static const struct {
		const char *options, *order;
	} CASES[] = {
	    {"", ""},
	    {"020405b40402080a112233445566778801030307", "mss,sackok,ts,nop,ws"},
	    {"020405b40402080a1122334455667788010303071e040101", "mss,sackok,ts,nop,ws,mptcp"},
	    {"020405b40103030801010402", "mss,nop,ws,nop,nop,sackok"},
	    {"fd06000000004c0201", "253,76,nop"},
	    {"00020405b4", "eol"},
	    {"01010800", "nop,nop,fault"},
	    {"0204", "fault"},
	    {"1e", "fault"},
	    {"050a0000000000000000", "sack"},
	};
	for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
		uint8_t options[TCP_OPTIONS_MAX];
		char order[TCP_FINGERPRINT_SIZE];
		size_t bytes = from_hex(CASES[i].options, options, sizeof options);
		tcp_options_fingerprint(options, bytes, order);
		check(strcmp(order, CASES[i].order) == 0, "%s reads as %s", CASES[i].options, order);
	}
	uint8_t most[TCP_OPTIONS_MAX];
	char order[TCP_FINGERPRINT_SIZE];
	for (size_t i = 0; i < sizeof most; i += 2) {
		most[i] = 253;
		most[i + 1] = 2;
	}
	tcp_options_fingerprint(most, sizeof most, order);
	check(strlen(order) == 20 * 4 - 1, "the longest run of unknown kinds has %zu characters", strlen(order));
}

static void test_arguments(void)
{
	static const struct {
		const char *text;
		bool ok;
		unsigned variants;
	} CASES[] = {
	    {NULL, true, 1},
	    {"", true, 1},
	    {"v1", true, 1},
	    {"v0+v1", true, 2},
	    {"v1,ttl=1-8", true, 8},
	    {"v0+v1+grease,ttl=3-4", true, 6},
	    {"ttl=7", true, 1},
	    {"options=windows,v0", true, 1},
	    {"port2+port2v0+join+canary+plain", true, 5},
	    {"flags=a1", true, 1},
	    {"secret=000102030405060708090a0b0c0d0e0f", true, 1},
	    {"secret-file=/run/s", true, 1},
	    {"list=/run/l", true, 1},
	    {"v2", false, 0},
	    {"v1+", false, 0},
	    {"+v1", false, 0},
	    {"v1,", false, 0},
	    {"v1,v0", false, 0},
	    {"ttl=0", false, 0},
	    {"ttl=256", false, 0},
	    {"ttl=8-1", false, 0},
	    {"ttl=", false, 0},
	    {"ttl=1-", false, 0},
	    {"ttl=-3", false, 0},
	    {"options=macos", false, 0},
	    {"flags=1", false, 0},
	    {"flags=zz", false, 0},
	    {"secret=00", false, 0},
	    {"secret=00010203040506070809 a0b0c0d0e0f", false, 0},
	    {"secret-file=", false, 0},
	    {"V1", false, 0},
	    {"v1 ", false, 0},
	    {"v1+v1+v1+v1+v1+v1+v1+v1+v1+v1+v1+v1+v1+v1+v1+v1+v1", false, 0},
	};
	for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
		struct probe_plan plan;
		char error[PLAN_ERROR_SIZE] = "";
		bool ok = plan_parse(CASES[i].text, &plan, error);
		check(ok == CASES[i].ok, "\"%s\" is %s", CASES[i].text, ok ? "understood" : "refused");
		check(!ok || plan_variants(&plan) == CASES[i].variants, "\"%s\" names its packets", CASES[i].text);
		check(ok || strstr(error, "known are") != NULL, "\"%s\" is refused with what is known: %s", CASES[i].text, error);
	}
}

static void test_fits(void)
{
	static const struct {
		const char *text;
		unsigned streams, ports;
		bool ok;
	} CASES[] = {
	    {"v1", 1, 1, true},
	    {"v1", 3, 3, true},
	    {"v1", 3, 2, false},
	    {"v0+v1", 1, 100, false},
	    {"v0+v1", 2, 100, true},
	    {"v0+v1", 4, 100, true},
	    {"v0+v1", 3, 100, false},
	    {"v1", 0, 100, false},
	    {"port2", 1, 2, false},
	    {"port2", 1, 3, true},
	    {"v1+port2", 2, 4, false},
	    {"v1+port2", 2, 5, true},
	    {"v1,ttl=1-8", 8, 100, true},
	    {"v1", 256, 256, true},
	    {"v1", 257, 1000, false},
	    {"v1,ttl=1-255", 255, 1000, true},
	    {"v0+v1", 258, 1000, false},
	};
	for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
		struct probe_plan plan;
		char error[PLAN_ERROR_SIZE] = "";
		plan_parse(CASES[i].text, &plan, error);
		check(plan_fits(&plan, CASES[i].streams, CASES[i].ports, error) == CASES[i].ok, "%s with -P %u and %u ports: %s",
		      CASES[i].text, CASES[i].streams, CASES[i].ports, error);
	}
}

int main(void)
{
	test_siphash();
	test_fingerprints();
	test_arguments();
	test_fits();
	return checks_done("core");
}
