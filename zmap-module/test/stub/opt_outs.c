/*
 * Sends frames as zmap 2.1.1 does while the table of opt-outs changes:
 *
 *   zmap opt-outs WORD...    where the table is in the file that MPTCP_SYNSCAN_OPT_OUTS names
 *
 *   ADDRESS         sends it a frame and says whether the frame went or stayed
 *   until=ADDRESS   sends it frames until one stays, for two seconds at most
 *   table=RANGES    writes a table over the one in the file; FIRST-LAST, separated by commas, IPv4 first
 *   half=RANGES     writes the first half of it
 *   cut=BYTES       makes the file so short
 *   remove          removes it
 *   told=TABLES     waits until the log has told of so many tables, for five seconds at most
 *   warned          waits for a warning, for five seconds at most
 *   metadata        writes what zmap writes of targets sent to
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "../../bytes.h"
#include "../../opt_outs.h"

#define TABLE_ROOM 65536

extern volatile unsigned stub_warnings, stub_tables;
void *pcap_open_live(const char *device, int snaplen, int promiscuous, int timeout_ms, char *error);
int json_object_object_add(void *object, const char *name, void *value);

static uint64_t milliseconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* 4 or 6, and the bytes of the address. */
static int parse(const char *text, uint8_t address[16])
{
	if (inet_pton(AF_INET, text, address) == 1) {
		return 4;
	}
	if (inet_pton(AF_INET6, text, address) == 1) {
		return 6;
	}
	printf("not understood: %s\n", text);
	exit(2);
}

/* On a socket that is none: what reaches the kernel fails. */
static bool stays(const char *text)
{
	uint8_t frame[54 + 20] = {0}, address[16];
	struct sockaddr_ll to = {0};
	int family = parse(text, address);
	frame[14] = (uint8_t)(family << 4);
	memcpy(frame + (family == 4 ? 30 : 38), address, family == 4 ? 4 : 16);
	return sendto(-1, frame, sizeof frame, 0, (struct sockaddr *)&to, sizeof to) == (ssize_t)sizeof frame;
}

static size_t add_ranges(uint8_t *at, char *text, uint32_t counts[2])
{
	size_t bytes = 0;
	char *rest;
	for (char *range = strtok_r(text, ",", &rest); range != NULL; range = strtok_r(NULL, ",", &rest)) {
		char *end = strchr(range, '-');
		*end++ = '\0';
		int family = parse(range, at + bytes);
		bytes += family == 4 ? 4 : 16;
		parse(end, at + bytes);
		bytes += family == 4 ? 4 : 16;
		counts[family == 6]++;
	}
	return bytes;
}

static void write_table(const char *path, char *ranges, unsigned part)
{
	static uint8_t table[TABLE_ROOM] = "MPTCPOPT";
	static uint64_t generation = 0;
	uint32_t counts[2] = {0, 0};
	size_t size = OPT_OUTS_HEAD_BYTES + add_ranges(table + OPT_OUTS_HEAD_BYTES, ranges, counts);
	put_be64(table + 8, ++generation);
	put_be32(table + 16, counts[0]);
	put_be32(table + 20, counts[1]);
	put_be32(table + 24, opt_outs_check(table, size));
	int file = open(path, O_WRONLY | O_CREAT, 0644);
	if (file < 0 || pwrite(file, table, size / part, 0) != (ssize_t)(size / part)) {
		printf("cannot write %s\n", path);
		exit(2);
	}
	close(file);
}

static void wait_until_stays(const char *address)
{
	uint64_t end = milliseconds() + 2000;
	while (!stays(address)) {
		if (milliseconds() > end) {
			printf("%s never stays\n", address);
			exit(1);
		}
	}
	printf("%s stays at last\n", address);
}

static void wait_for(const volatile unsigned *messages, unsigned wanted)
{
	uint64_t end = milliseconds() + 5000;
	while (*messages < wanted && milliseconds() < end) {
		usleep(1000);
	}
}

static void wait_for_warning(void)
{
	wait_for(&stub_warnings, 1);
	printf("warnings: %u\n", stub_warnings);
}

int drive_opt_outs(char **words)
{
	const char *path = getenv("MPTCP_SYNSCAN_OPT_OUTS");
	pcap_open_live("", 0, 0, 0, NULL);
	for (char **word = words; *word != NULL; word++) {
		char *value = strchr(*word, '=');
		value = value == NULL ? *word : value + 1;
		if (strncmp(*word, "table=", 6) == 0) {
			write_table(path, value, 1);
		} else if (strncmp(*word, "half=", 5) == 0) {
			write_table(path, value, 2);
		} else if (strncmp(*word, "until=", 6) == 0) {
			wait_until_stays(value);
		} else if (strncmp(*word, "cut=", 4) == 0) {
			printf("cut: %d\n", truncate(path, atol(value)));
		} else if (strcmp(*word, "remove") == 0) {
			printf("removed: %d\n", unlink(path));
		} else if (strncmp(*word, "told=", 5) == 0) {
			wait_for(&stub_tables, (unsigned)atoi(value));
		} else if (strcmp(*word, "warned") == 0) {
			wait_for_warning();
		} else if (strcmp(*word, "metadata") == 0) {
			json_object_object_add(NULL, "total_sent", NULL);
		} else {
			printf("%s %s\n", *word, stays(*word) ? "stays" : "goes");
		}
	}
	return 0;
}
