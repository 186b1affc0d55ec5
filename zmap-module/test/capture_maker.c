/*
 * capture_maker PACKETS [MPTCP_PER_MILLE]: a capture for benches on stdout, frames of 96 bytes: TCP streams between many
 * hosts, opened, used and closed, of which so many in a thousand packets belong to MPTCP connections of version 1.
 * The same arguments give the same bytes.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../bytes.h"

#define FRAME_BYTES 96
#define IP_AT 14
#define TCP_AT 34
#define OPTIONS_AT 54
#define AT_ONCE 2048	  /* streams that are open side by side, of either kind */
#define STREAM_PACKETS 24 /* of which the first three open it and the last two close it */
#define PER_SECOND 100000 /* packets, by the capture's clock */

struct stream {
	uint64_t number; /* fresh for each connection */
	unsigned sent;
	uint32_t sequence[2];
};

static uint64_t mixed(uint64_t value)
{
	value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9u;
	value = (value ^ value >> 27) * 0x94d049bb133111ebu;
	return value ^ value >> 31;
}

static size_t put_option(uint8_t *options, const struct stream *stream, unsigned by, bool mptcp)
{
	static const uint8_t PLAIN[] = {1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 1};
	uint64_t key[2] = {mixed(stream->number), mixed(~stream->number)};
	memcpy(options, PLAIN, sizeof PLAIN);
	uint8_t *at = options + sizeof PLAIN;
	if (!mptcp) {
		return sizeof PLAIN;
	}
	if (stream->sent == 0) {
		memcpy(at, (const uint8_t[]){30, 4, 1, 1}, 4);
		return sizeof PLAIN + 4;
	}
	if (stream->sent == 1) {
		memcpy(at, (const uint8_t[]){30, 12, 1, 1}, 4);
		put_be64(at + 4, key[1]);
		return sizeof PLAIN + 12;
	}
	if (stream->sent == 2) {
		memcpy(at, (const uint8_t[]){30, 20, 1, 1}, 4);
		put_be64(at + 4, key[0]);
		put_be64(at + 12, key[1]);
		return sizeof PLAIN + 20;
	}
	memcpy(at, (const uint8_t[]){30, 18, 0x20, 5}, 4);
	put_be32(at + 4, stream->sequence[1 - by]);
	put_be32(at + 8, stream->sequence[by]);
	put_be32(at + 12, stream->sequence[by]);
	put_be16(at + 16, 10);
	at[18] = at[19] = 1;
	return sizeof PLAIN + 20;
}

static void put_frame(uint8_t *frame, struct stream *stream, bool mptcp)
{
	unsigned by = stream->sent % 2;
	static const uint8_t FLAGS[STREAM_PACKETS] = {0x02, 0x12, 0x10};
	uint8_t flags = stream->sent + 2 >= STREAM_PACKETS ? 0x11 : FLAGS[stream->sent] != 0 ? FLAGS[stream->sent]
											     : 0x18;
	uint32_t client = 0xc6120000 | (uint32_t)(mixed(stream->number) & 0xffff), server = 0xc6130000 | (uint32_t)(mixed(stream->number + 1) & 0xfff);
	memset(frame, 0, FRAME_BYTES);
	put_be16(frame + 12, 0x0800);
	frame[IP_AT] = 0x45;
	put_be16(frame + IP_AT + 2, FRAME_BYTES - IP_AT);
	frame[IP_AT + 8] = 64;
	frame[IP_AT + 9] = 6;
	put_be32(frame + IP_AT + 12, by == 0 ? client : server);
	put_be32(frame + IP_AT + 16, by == 0 ? server : client);
	uint16_t port = (uint16_t)(1024 + stream->number % 60000);
	put_be16(frame + TCP_AT, by == 0 ? port : 443);
	put_be16(frame + TCP_AT + 2, by == 0 ? 443 : port);
	put_be32(frame + TCP_AT + 4, stream->sequence[by]);
	put_be32(frame + TCP_AT + 8, stream->sequence[1 - by]);
	size_t header = 20 + put_option(frame + OPTIONS_AT, stream, by, mptcp);
	frame[TCP_AT + 12] = (uint8_t)(header / 4 << 4);
	frame[TCP_AT + 13] = flags;
	stream->sequence[by] += stream->sent < 2 ? 1 : (uint32_t)(FRAME_BYTES - TCP_AT - header);
}

static void open_stream(struct stream *stream, uint64_t number)
{
	*stream = (struct stream){number, 0, {(uint32_t)mixed(number * 3), (uint32_t)mixed(number * 5)}};
}

int main(int argc, char *argv[])
{
	static const uint8_t HEADER[24] = {0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, [16] = 0, 0, 4, 0, [20] = 1};
	static struct stream streams[2][AT_ONCE];
	uint64_t packets = argc > 1 ? strtoull(argv[1], NULL, 10) : 0, numbers = 0;
	uint64_t per_mille = argc > 2 ? strtoull(argv[2], NULL, 10) : 10;
	uint8_t record[16 + FRAME_BYTES];
	for (size_t i = 0; i < AT_ONCE; i++) {
		open_stream(&streams[0][i], numbers++);
		open_stream(&streams[1][i], numbers++);
	}
	fwrite(HEADER, 1, sizeof HEADER, stdout);
	for (uint64_t i = 0; i < packets; i++) {
		bool mptcp = mixed(i) % 1000 < per_mille;
		struct stream *stream = &streams[mptcp][mixed(i ^ 0x5555) % (mptcp ? AT_ONCE / 16 : AT_ONCE)];
		uint64_t us = i * 1000000 / PER_SECOND;
		uint32_t words[4] = {(uint32_t)(1700000000 + us / 1000000), (uint32_t)(us % 1000000), FRAME_BYTES, FRAME_BYTES};
		for (size_t word = 0; word < 4; word++) {
			for (size_t byte = 0; byte < 4; byte++) {
				record[4 * word + byte] = (uint8_t)(words[word] >> 8 * byte);
			}
		}
		put_frame(record + 16, stream, mptcp);
		if (++stream->sent == STREAM_PACKETS) {
			open_stream(stream, numbers++);
		}
		if (fwrite(record, 1, sizeof record, stdout) != sizeof record) {
			return EXIT_FAILURE;
		}
	}
	return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
