/* The module's judgement of every shared vector, and of the live capture of Linux 6.18. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../bytes.h"
#include "../tcp_options.h"
#include "check.h"
#include "vector.h"

#define VECTORS "../test/vectors/"
#define CAPTURE "../test/fixtures/linux618.pcap"
#define PCAP_HEADER_BYTES 24
#define PCAP_RECORD_BYTES 16
#define PCAP_MAGIC 0xa1b2c3d4u
#define TCP_AT (14 + 20) /* Ethernet and IPv4 without options: all that the capture holds */
#define FRAMES_MAX 256

/* A heap copy of exactly the bytes there are, so that a read past them is a sanitizer's error. */
static uint8_t *exact_copy(const uint8_t *bytes, size_t count)
{
	uint8_t *copy = malloc(count > 0 ? count : 1);
	memcpy(copy, bytes, count);
	return copy;
}

static void judge(const struct json *vector, uint8_t flags, const uint8_t *options, size_t bytes, bool truncated)
{
	struct probe sent;
	struct mptcp_evidence got;
	uint8_t *copy = exact_copy(options, bytes);
	vector_sent(vector, &sent);
	classify_tcp(&sent, &(struct tcp_reply){flags, copy, bytes, truncated}, &got);
	vector_check(vector, &got);
	free(copy);
}

static void judge_file(const char *path)
{
	const struct json *list = json_read(path);
	for (const struct json *vector = list->first; vector != NULL; vector = vector->next) {
		uint8_t options[TCP_OPTIONS_MAX], flags;
		size_t bytes = from_hex(json_text(vector, "options"), options, sizeof options);
		check(from_hex(json_text(vector, "tcp_flags"), &flags, 1) == 1, "tcp_flags is one byte");
		judge(vector, flags, options, bytes, json_number(vector, "missing_bytes") > 0);
	}
}

static size_t read_capture(uint8_t *file, size_t bytes, const uint8_t **frames)
{
	size_t count = 1, at = PCAP_HEADER_BYTES; /* frames are numbered from 1, as tshark does */
	uint32_t magic, captured;
	memcpy(&magic, file, sizeof magic);
	check(magic == PCAP_MAGIC, "the capture is a pcap of this host's byte order");
	while (at + PCAP_RECORD_BYTES < bytes && count < FRAMES_MAX) {
		memcpy(&captured, file + at + 8, sizeof captured);
		frames[count++] = file + at + PCAP_RECORD_BYTES;
		at += PCAP_RECORD_BYTES + captured;
	}
	return count;
}

static void judge_capture(void)
{
	static uint8_t file[1 << 16];
	const uint8_t *frames[FRAMES_MAX];
	FILE *in = fopen(CAPTURE, "rb");
	size_t bytes = in != NULL ? fread(file, 1, sizeof file, in) : 0;
	check(bytes > PCAP_HEADER_BYTES && bytes < sizeof file, "%s can be read", CAPTURE);
	size_t count = read_capture(file, bytes, frames);
	const struct json *list = json_read(VECTORS "linux618.json");
	for (const struct json *vector = list->first; vector != NULL; vector = vector->next) {
		long syn = json_number(vector, "syn_frame"), answer = json_number(vector, "answer_frame");
		const char *name = json_text(vector, "name"), *option = json_text(json_get(vector, "sent"), "option");
		check(syn > 0 && answer > syn && (size_t)answer < count, "%s: the capture has both frames", name);
		const uint8_t *sent = frames[syn] + TCP_AT, *tcp = frames[answer] + TCP_AT;
		size_t sent_bytes = (size_t)(sent[12] >> 4) * 4, answer_bytes = (size_t)(tcp[12] >> 4) * 4;
		const char *sent_hex = to_hex(sent + TCP_HEADER_BYTES, sent_bytes - TCP_HEADER_BYTES);
		check(option == NULL || strstr(sent_hex, option) != NULL, "%s: the SYN carries what the vector says", name);
		check(get_be32(tcp + 8) == get_be32(sent + 4) + 1, "%s: the answer belongs to the SYN", name);
		judge(vector, tcp[13], tcp + TCP_HEADER_BYTES, answer_bytes - TCP_HEADER_BYTES, false);
	}
	fclose(in);
}

int main(void)
{
	judge_file(VECTORS "lengths.json");
	judge_file(VECTORS "servers.json");
	judge_file(VECTORS "mirrors.json");
	judge_file(VECTORS "faults.json");
	judge_capture();
	return checks_done("vectors");
}
