/* Keyed hash, option walk and arguments, without any zmap. */
#include <string.h>

#include "../plan_needs.h"
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
		unsigned variants;
	} CASES[] = {
	    {NULL, 1},
	    {"", 1},
	    {"v1", 1},
	    {"v0+v1", 2},
	    {"v1,ttl=1-8", 8},
	    {"v0+v1+grease,ttl=3-4", 6},
	    {"ttl=7", 1},
	    {"options=windows,v0", 1},
	    {"port2+port2v0+join+canary+plain", 5},
	    {"flags=a1", 1},
	    {"secret=000102030405060708090a0b0c0d0e0f", 1},
	    {"secret-file=/run/s", 1},
	    {"list=/run/l", 1},
	    {"v1,list=/run/l,walk=17", 1},
	    {"v1,attempt=2", 1},
	    {"v0+v1,attempt=9", 2},
	    {"v1+v1", 2},
	    {"v1+v1+v1+v1+v1+v1+v1+v1+v1+v1+v1+v1+v1+v1+v1+v1", 16},
	};
	for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
		struct probe_plan plan;
		char error[PLAN_ERROR_SIZE] = "";
		check(plan_parse(CASES[i].text, &plan, error), "\"%s\" is understood: %s", CASES[i].text, error);
		check(plan_variants(&plan) == CASES[i].variants, "\"%s\" names its packets", CASES[i].text);
	}
}

#define PORT2V0_SIXTEEN                                                                                            \
	"port2v0+port2v0+port2v0+port2v0+port2v0+port2v0+port2v0+port2v0+port2v0+port2v0+port2v0+port2v0+port2v0+" \
	"port2v0+port2v0+port2v0"

/* What is refused, and what the user is told to do. */
static void test_refusals(void)
{
	static const struct {
		const char *text, *sentence;
	} CASES[] = {
	    {"v2", "\"v2\" is not understood: known are the probes v1, v0, grease, join"},
	    {"v1+", "\"v1+\" is not understood"},
	    {"+v1", "\"+v1\" is not understood"},
	    {"v1,", "\"\" is not understood"},
	    {"V1", "\"V1\" is not understood"},
	    {"v1 ", "\"v1 \" is not understood"},
	    {"color=red", "\"color=\" is not understood"},
	    {"sekret=00ff", "\"sekret=\" is not understood"},
	    {"v1+secret=00ff", "\"v1+secret=\" is not understood"},
	    {"v1,v0", "probes are joined by +, not by commas: v1+v0"},
	    {"v1+join,ttl=3,v0", "not by commas: v1+join+v0"},
	    {"v1,v2", "\"v2\" is not understood"},
	    {PORT2V0_SIXTEEN "+v1", "up to 16, joined by +"},
	    {PORT2V0_SIXTEEN ",v1", "up to 16, joined by +"},
	    {"v1+v1+v1+v1+v1+v1+v1+v1+v1+v1+v1+v1+v1+v1+v1,port2v0", "+v1+port2v0"},
	    {"ttl=0", "ttl= takes one TTL or FIRST-LAST, from 1 to 255"},
	    {"ttl=256", "from 1 to 255"},
	    {"ttl=300", "from 1 to 255"},
	    {"ttl=1-300", "from 1 to 255"},
	    {"ttl=8-1", "FIRST-LAST"},
	    {"ttl=", "ttl= takes"},
	    {"ttl=1-", "ttl= takes"},
	    {"ttl=-3", "ttl= takes"},
	    {"ttl=99999999999999999999", "from 1 to 255"},
	    {"options=macos", "options= takes linux, windows or bare"},
	    {"flags=1", "flags= takes two hex digits"},
	    {"flags=zz", "flags= takes two hex digits"},
	    {"secret=00", "secret= takes 32 hex digits"},
	    {"secret=00010203040506070809 a0b0c0d0e0f", "secret= takes 32 hex digits"},
	    {"secret=000102030405060708090a0b0c0d0e0f,secret-file=/run/s", "two secrets: give one"},
	    {"secret-file=", "secret-file= takes a path"},
	    {"list=", "list= takes a path"},
	    {"attempt=0", "attempt= takes a number from 1 to 9"},
	    {"attempt=10", "attempt= takes a number from 1 to 9"},
	    {"attempt=", "attempt= takes a number from 1 to 9"},
	    {"walk=", "walk= takes a number of targets"},
	    {"walk=0", "walk= takes a number of targets"},
	    {"walk=1x", "walk= takes a number of targets"},
	    {"walk=9999999999", "walk= takes a number of targets"},
	    {"source=", "source= takes an IPv6 address"},
	    {"ttl=3,v1,ttl=3", "ttl= is given twice"},
	    {"options=bare,options=linux", "options= is given twice"},
	    {"flags=01,flags=01", "flags= is given twice"},
	    {"list=a,list=b", "list= is given twice"},
	    {"secret=000102030405060708090a0b0c0d0e0f,secret=000102030405060708090a0b0c0d0e0f", "secret= is given twice"},
	};
	for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
		struct probe_plan plan;
		char error[PLAN_ERROR_SIZE] = "";
		check(!plan_parse(CASES[i].text, &plan, error), "\"%s\" is refused", CASES[i].text);
		check(strstr(error, CASES[i].sentence) != NULL, "\"%s\" is told: %s", CASES[i].text, error);
		check(strlen(error) < PLAN_ERROR_SIZE - 1, "\"%s\" is told all", CASES[i].text);
		check(strstr(error, "00ff") == NULL && strstr(error, "0304") == NULL, "no secret is printed back");
	}
}

static void test_fits(void)
{
	static const struct {
		const char *text;
		unsigned streams, ports;
		const char *sentence; /* NULL: it fits */
	} CASES[] = {
	    {"v1", 1, 1, NULL},
	    {"v1", 3, 3, NULL},
	    {"v1", 3, 2, "at least 3 source ports"},
	    {"v0+v1", 1, 100, "must be 2 or a multiple of it, not 1"},
	    {"v0+v1", 2, 100, NULL},
	    {"v0+v1", 4, 100, NULL},
	    {"v0+v1", 3, 100, "must be 2 or a multiple of it, not 3"},
	    {"v1", 0, 100, "must be 1 or a multiple"},
	    {"port2", 1, 23, "at least 24 source ports"},
	    {"port2", 1, 24, NULL},
	    {"v1+port2", 2, 47, "at least 48 source ports"},
	    {"v1+port2v0", 2, 48, NULL},
	    {"v1,ttl=1-8", 8, 100, NULL},
	    {"v1", 256, 256, NULL},
	    {"v1,attempt=2", 1, 1, "at least 2 source ports"},
	    {"v1,attempt=2", 128, 256, NULL},
	    {"v1,attempt=2", 129, 1000, "256 at most, those of earlier attempts among them, not 258"},
	    {"v1", 257, 1000, "256 at most, those of earlier attempts among them, not 257"},
	    {"v1,ttl=1-255", 255, 1000, NULL},
	    {"v0+v1", 258, 1000, "256 at most, those of earlier attempts among them, not 258"},
	    {"v0+v1,ttl=1-255", 1, 1000, "name 510 different packets for each target, and 256 is the most"},
	    {"v0+v1,ttl=1-255", 510, 1000, "256 is the most"},
	    {"v0+v1,ttl=1-128", 256, 1000, NULL},
	};
	for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
		struct probe_plan plan;
		char error[PLAN_ERROR_SIZE] = "";
		plan_parse(CASES[i].text, &plan, error);
		bool fits = plan_fits(&plan, CASES[i].streams, CASES[i].ports, error);
		bool told = CASES[i].sentence == NULL ? fits : !fits && strstr(error, CASES[i].sentence) != NULL;
		check(told, "%s with -P %u and %u ports: %s", CASES[i].text, CASES[i].streams, CASES[i].ports, error);
	}
}

int main(void)
{
	test_siphash();
	test_fingerprints();
	test_arguments();
	test_refusals();
	test_fits();
	return checks_done("core");
}
