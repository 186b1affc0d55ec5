/* Capture files of every kind: formats, byte orders, clocks, files joined with cat, and files that are cut. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../bytes.h"
#include "../traffic/capture.h"
#include "check.h"

/* A SYN of 198.18.0.1 port 4096 to 198.18.1.1 port 80 with an MP_CAPABLE of version 1. */
#define IPV4_SYN "4500002c000000004006000"                  \
		 "0c6120001c6120101"                        \
		 "1000005000000001000000006002ffff00000000" \
		 "1e040101"

#define ROOM (1200 * 1024)

struct file {
	uint8_t bytes[ROOM];
	size_t size;
};

static void add(struct file *file, const void *bytes, size_t count)
{
	memcpy(file->bytes + file->size, bytes, count);
	file->size += count;
}

static void add_hex(struct file *file, const char *hex)
{
	file->size += from_hex(hex, file->bytes + file->size, ROOM - file->size);
}

/* Reads a file to its end: the times of its frames and their link types, and how it ended. */
static enum capture_state read_file(const struct file *file, size_t size, char *said)
{
	struct capture capture;
	struct frame frame = {0};
	int fd = memfd_create("capture", 0);
	if (fd < 0 || write(fd, file->bytes, size) != (ssize_t)size || lseek(fd, 0, SEEK_SET) != 0 || !capture_open(&capture, fd)) {
		printf("FAIL no file in memory\n");
		exit(EXIT_FAILURE);
	}
	said[0] = '\0';
	while (capture_next(&capture, &frame)) {
		sprintf(said + strlen(said), "%lld/%u/%u ", (long long)frame.at_us, frame.link, frame.captured);
	}
	sprintf(said + strlen(said), "skipped %llu", (unsigned long long)capture.skipped);
	capture_close(&capture);
	return capture.state;
}

static void test_files(void)
{
	static const struct {
		const char *hex, *said;
		enum capture_state state;
		const char *what;
	} CASES[] = {
	    {"a1b2c3d4000200040000000000000000000400000000"
	     "0001"
	     "00000001000000020000000200000002"
	     "aabb",
	     "1000002/1/2 skipped 0", CAPTURE_WHOLE, "pcap, big-endian"},
	    {"d4c3b2a1020004000000000000000000000004000100"
	     "0000"
	     "01000000020000000200000002000000"
	     "aabb",
	     "1000002/1/2 skipped 0", CAPTURE_WHOLE, "pcap, little-endian"},
	    {"a1b23c4d0002000400000000000000000004000000000065"
	     "00000001000007d10000000200000002"
	     "aabb",
	     "1000002/101/2 skipped 0", CAPTURE_WHOLE, "pcap in nanoseconds"},
	    {"4d3cb2a1020004000000000000000000000004006500"
	     "0000"
	     "01000080d10700000200000002000000"
	     "aabb",
	     "2147483649000002/101/2 skipped 0", CAPTURE_WHOLE, "pcap in nanoseconds, little-endian, after 2038"},
	    {"a1b2cd34000200040000000000000000000400000000"
	     "0071"
	     "000000010000000200000002000000020000000100000000"
	     "aabb",
	     "1000002/113/2 skipped 0", CAPTURE_WHOLE, "pcap with longer records"},
	    {"a1b2c3d400020004000000000000000000040000f4000001"
	     "00000001000000020000000200000002"
	     "aabb",
	     "1000002/1/2 skipped 0", CAPTURE_WHOLE, "pcap that states a frame check sequence"},
	    {"a1b2c3d4000200040000000000000000000400000000"
	     "0001"
	     "0000000100000002ffffff0000000002"
	     "aabb",
	     "skipped 0", CAPTURE_DAMAGED, "a length that none is"},
	    {"a1b2c3d4", "skipped 0", CAPTURE_CUT, "a magic number alone"},
	    {"a1b2c3", "skipped 0", CAPTURE_NO_CAPTURE, "less than that"},
	    {"", "skipped 0", CAPTURE_EMPTY, "nothing"},
	    {"504b030414000000", "skipped 0", CAPTURE_NO_CAPTURE, "an archive"},
	    /* two interfaces of different links, nanoseconds with an offset on the second */
	    {"0a0d0d0a0000001c1a2b3c4d00010000ffffffffffffffff0000001c"
	     "0000000100000014000100000000000000000014"
	     "000000010000002800650000000000000009000109000000"
	     "000e00080000000000000002"
	     "00000028"
	     "0000000600000024000000000000000000000001000000020000000200000000aabb0000"
	     "00000024",
	     "skipped 0", CAPTURE_DAMAGED, "a block with a length that is not repeated"},
	    {"0a0d0d0a0000001c1a2b3c4d00010000ffffffffffffffff0000001c"
	     "0000000100000014000100000000000000000014"
	     "000000010000002800650000000000000009000109000000"
	     "000e00080000000000000002"
	     "00000028"
	     "0000000600000024000000000000000000000001000000020000000"
	     "2"
	     "aabb000000000024"
	     "00000006000000240000000100000000000003e8000000020000000"
	     "2"
	     "aabb000000000024",
	     "1/1/2 2000001/101/2 skipped 0", CAPTURE_WHOLE, "pcapng with two interfaces, one with an offset and nanoseconds"},
	    {"0a0d0d0a1c0000004d3c2b1a01000000ffffffffffffffff1c000000"
	     "01000000140000006500000000000000"
	     "14000000"
	     "0300000014000000"
	     "02000000"
	     "aabb0000"
	     "14000000"
	     "0a0d0d0a0000001c1a2b3c4d00010000ffffffffffffffff0000001c"
	     "0000000100000014000100000000000000000014"
	     "000000020000002400000000"
	     "0000000000000005"
	     "0000000200000002"
	     "aabb0000"
	     "00000024"
	     "0000000600000024000000090000000000000001000000020000000"
	     "2"
	     "aabb000000000024",
	     "0/101/2 5/1/2 skipped 1", CAPTURE_WHOLE, "pcapng of two sections and byte orders, a simple packet, one of old, one of no interface"},
	    {"0a0d0d0a0000001c1a2b3c4d00010000ffffffffffffffff0000001c"
	     "000000010000001000650000"
	     "00000010"
	     "0000000100000014000100000000000000000014"
	     "0000000600000024000000010000000000000001000000020000000"
	     "2"
	     "aabb000000000024",
	     "1/1/2 skipped 0", CAPTURE_WHOLE, "pcapng with an interface that is cut short: the next one keeps its number"},
	    {"0a0d0d0a0000001c1a2b3c4d00010000ffffffffffffffff0000001c"
	     "000000010000002000010000000000000009000100000000"
	     "00000000"
	     "00000020"
	     "000000060000002400000000000010c6f7a0b5ee000000020000000"
	     "2"
	     "aabb000000000024",
	     "9007199254740991/1/2 skipped 0", CAPTURE_WHOLE, "pcapng in seconds that no 64 bits of microseconds hold"},
	    {"0a0d0d0a0000001c1a2b3c4d00010000ffffffffffffffff0000001c"
	     "000000010000002400010000000000000"
	     "00e0008ffffffffffffffff"
	     "00000000"
	     "00000024"
	     "0000000600000024000000000000000000"
	     "1e84810000000200000002"
	     "aabb000000000024",
	     "1000001/1/2 skipped 0", CAPTURE_WHOLE, "pcapng with an offset of a second back"},
	    {"a1b2c3d4000200040000000000000000000400000000"
	     "0001"
	     "00000001000000020000000200000002"
	     "aabb"
	     "4d3cb2a1020004000000000000000000000004006500"
	     "0000"
	     "01000080d10700000200000002000000"
	     "aabb",
	     "1000002/1/2 2147483649000002/101/2 skipped 0", CAPTURE_WHOLE, "a pcap behind one of another byte order, clock and link type"},
	    {"a1b2c3d4000200040000000000000000000400000000"
	     "0001"
	     "a1b2c3d4000200040000000000000000000400000000"
	     "0001"
	     "00000001000000020000000200000002"
	     "aabb",
	     "1000002/1/2 skipped 0", CAPTURE_WHOLE, "a pcap behind one without packets"},
	    {"a1b2c3d4000200040000000000000000000400000000"
	     "0001"
	     "00000001000000020000000200000002"
	     "aabb"
	     "0a0d0d0a0000001c1a2b3c4d00010000ffffffffffffffff0000001c"
	     "0000000100000014006500000000000000000014"
	     "0000000600000024000000000000000000"
	     "1e84810000000200000002"
	     "aabb000000000024"
	     "00000005000000100000000000000010"
	     "a1b2c3d4000200040000000000000000000400000000"
	     "0001"
	     "00000001000000020000000200000002"
	     "aabb",
	     "1000002/1/2 2000001/101/2 1000002/1/2 skipped 0", CAPTURE_WHOLE, "a pcapng behind a pcap, and a pcap behind that"},
	    {"a1b2c3d4000200040000000000000000000400000000"
	     "0001"
	     "a1b2c3d4000200040000000200000002"
	     "aabb",
	     "2712847316131076/1/2 skipped 0", CAPTURE_WHOLE, "a packet of the second that a header's first word says"},
	    {"0a0d0d0a0000001c1a2b3c4e00010000ffffffffffffffff0000001c", "skipped 0", CAPTURE_DAMAGED, "a section without byte order"},
	    {"0a0d0d0a0000001c1a2b3c4d00010000ffffffffffffffff0000001c"
	     "0000000600000009",
	     "skipped 0", CAPTURE_DAMAGED, "a block shorter than its head"},
	};
	static struct file file;
	char said[1024];
	for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
		file.size = 0;
		add_hex(&file, CASES[i].hex);
		enum capture_state state = read_file(&file, file.size, said);
		check(state == CASES[i].state && strcmp(said, CASES[i].said) == 0, "%s: %d, %s", CASES[i].what, state, said);
	}
}

static void begin_pcap(struct file *file)
{
	file->size = 0;
	add_hex(file, "a1b2c3d4000200040000000000000000000400000000"
		      "0065");
}

static void add_packet(struct file *file, uint32_t seconds, const char *hex)
{
	uint8_t packet[256], record[16] = {0};
	size_t bytes = from_hex(hex, packet, sizeof packet);
	put_be32(record, seconds);
	put_be32(record + 8, (uint32_t)bytes);
	put_be32(record + 12, (uint32_t)bytes);
	add(file, record, sizeof record);
	add(file, packet, bytes);
}

/* A capture cut at any byte gives every packet that is whole, and says that it was cut. */
static void test_cut(bool packed)
{
	static struct file plain, file;
	char said[1024];
	begin_pcap(&plain);
	for (uint32_t i = 0; i < 3; i++) {
		add_packet(&plain, i, IPV4_SYN);
	}
	file = plain;
	if (packed) {
		z_stream stream = {0};
		deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
		stream.next_in = plain.bytes;
		stream.avail_in = (uInt)plain.size;
		stream.next_out = file.bytes;
		stream.avail_out = ROOM;
		check(deflate(&stream, Z_FINISH) == Z_STREAM_END, "zlib packs");
		file.size = stream.total_out;
		deflateEnd(&stream);
	}
	size_t record = (plain.size - 24) / 3;
	for (size_t size = packed ? 2 : 24; size < file.size; size++) {
		enum capture_state state = read_file(&file, size, said);
		size_t whole = 0;
		for (const char *at = said; (at = strchr(at, '/')) != NULL; at++) {
			whole++;
		}
		bool border = !packed && (size - 24) % record == 0;
		bool none = packed && whole == 0 && state == CAPTURE_NO_CAPTURE;
		check(none || state == (border ? CAPTURE_WHOLE : CAPTURE_CUT), "%zu bytes of it: state %d", size, state);
		check(packed || whole / 2 == (size - 24) / record, "%zu bytes of it: %s", size, said);
	}
	check(read_file(&file, file.size, said) == CAPTURE_WHOLE && strcmp(said, "0/101/44 1000000/101/44 2000000/101/44 skipped 0") == 0,
	      "all of it: %s", said);
	if (packed) {
		add(&file, "\0\0\0", 3);
		check(read_file(&file, file.size, said) == CAPTURE_WHOLE, "zeros behind gzip");
		file.bytes[file.size / 2] ^= 0x55;
		check(read_file(&file, file.size, said) == CAPTURE_DAMAGED, "gzip with a damaged byte");
	}
}

/* Somebody's options of a megabyte: what the interface is is not read, and the next one keeps its number. */
static void test_long_interface(void)
{
	static struct file file;
	char said[1024];
	file.size = 0;
	add_hex(&file, "0a0d0d0a0000001c1a2b3c4d00010000ffffffffffffffff0000001c"
		       "0000000100110000");
	memset(file.bytes + file.size, 0, 0x110000 - 12);
	file.size += 0x110000 - 12;
	add_hex(&file, "00110000"
		       "0000000100000014000100000000000000000014"
		       "0000000600000024000000010000000000000001000000020000000"
		       "2"
		       "aabb000000000024");
	check(read_file(&file, file.size, said) == CAPTURE_WHOLE && strcmp(said, "1/1/2 skipped 0") == 0, "an interface of more than the window: %s", said);
}

int main(void)
{
	test_files();
	test_long_interface();
	test_cut(false);
	test_cut(true);
	return checks_done("captures");
}
