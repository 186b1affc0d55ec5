#define _GNU_SOURCE
#include "keep.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "../bytes.h"

/* Big-endian pcapng, whatever the machine. */
#define BLOCK_SECTION 0x0a0d0d0au
#define BLOCK_INTERFACE 1u
#define BLOCK_ENHANCED 6u
#define BYTE_ORDER_MAGIC 0x1a2b3c4du

static void put(struct keep *keep, const uint8_t *bytes, size_t count)
{
	keep->failed |= count > 0 && fwrite(bytes, 1, count, keep->file) != count;
}

static void put_block(struct keep *keep, uint32_t type, const uint8_t *body, size_t bytes, const uint8_t *data, size_t data_bytes)
{
	static const uint8_t PADDING[3] = {0};
	size_t padding = (4 - data_bytes % 4) % 4;
	uint8_t head[8], tail[4];
	uint32_t length = (uint32_t)(sizeof head + bytes + data_bytes + padding + sizeof tail);
	put_be32(head, type);
	put_be32(head + 4, length);
	put_be32(tail, length);
	put(keep, head, sizeof head);
	put(keep, body, bytes);
	put(keep, data, data_bytes);
	put(keep, PADDING, padding);
	put(keep, tail, sizeof tail);
}

bool keep_open(struct keep *keep, const char *path)
{
	uint8_t body[16];
	*keep = (struct keep){0};
	/* Addresses and payload of people: theirs alone who captured them. */
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0) {
		return false;
	}
	keep->file = fdopen(fd, "wb");
	if (keep->file == NULL) {
		close(fd);
		return false;
	}
	memset(body, 0xff, sizeof body); /* length of the section: not stated */
	put_be32(body, BYTE_ORDER_MAGIC);
	put_be16(body + 4, 1);
	put_be16(body + 6, 0);
	put_block(keep, BLOCK_SECTION, body, sizeof body, NULL, 0);
	return true;
}

/* The number of the interface of a link type. */
static size_t interface_of(struct keep *keep, uint32_t link)
{
	uint8_t body[8] = {0};
	for (size_t i = 0; i < keep->link_count; i++) {
		if (keep->links[i] == link) {
			return i;
		}
	}
	if (keep->link_count == KEEP_LINKS_MAX) {
		keep->failed = true;
		return 0;
	}
	put_be16(body, (uint16_t)link);
	put_block(keep, BLOCK_INTERFACE, body, sizeof body, NULL, 0);
	keep->links[keep->link_count] = link;
	return keep->link_count++;
}

void keep_frame(struct keep *keep, const struct frame *frame)
{
	uint8_t body[20];
	put_be32(body, (uint32_t)interface_of(keep, frame->link));
	put_be64(body + 4, (uint64_t)frame->at_us);
	put_be32(body + 12, frame->captured);
	put_be32(body + 16, frame->wire);
	put_block(keep, BLOCK_ENHANCED, body, sizeof body, frame->data, frame->captured);
}

bool keep_close(struct keep *keep)
{
	bool closed = fclose(keep->file) == 0;
	return closed && !keep->failed;
}
