#include "resets.h"

#include <string.h>

#include "../bytes.h"
#include "../wire.h"
#include "frames.h"

static struct half_open *at(struct resets *resets, size_t index)
{
	return &resets->waiting[(resets->first + index) % RESETS_ROOM];
}

static void end_first(struct resets *resets, const struct sweep *sweep, const struct link *link)
{
	struct half_open *oldest = at(resets, 0);
	uint8_t packet[FRAME_MAX];
	if (!oldest->is_done) {
		size_t length = sweep_reset(&sweep->targets[oldest->target], oldest->acknowledged, packet);
		if (link_send_back(link, &oldest->from, packet, length) == 0) {
			resets->ours++;
		}
	}
	resets->first = (resets->first + 1) % RESETS_ROOM;
	resets->count--;
}

void resets_add(struct resets *resets, const struct sweep *sweep, const struct link *link, uint32_t target, uint32_t acknowledged, const struct captured *from)
{
	if (resets->count == RESETS_ROOM) {
		end_first(resets, sweep, link);
	}
	*at(resets, resets->count++) = (struct half_open){target, acknowledged, *from, false};
}

void resets_seen(struct resets *resets, const struct sweep *sweep, const struct captured *sent)
{
	const uint8_t *ip = sent->bytes;
	size_t header = ip[0] >> 4 == 4 ? (size_t)(ip[0] & 15) * 4 : IPV6_BYTES;
	if (sent->length < header + TCP_HEADER_BYTES) {
		return;
	}
	const uint8_t *tcp = ip + header;
	for (size_t i = 0; i < resets->count; i++) {
		struct half_open *one = at(resets, i);
		const struct target *target = &sweep->targets[one->target];
		if (!one->is_done && one->acknowledged == get_be32(tcp + TCP_SEQUENCE_AT) && target->source_port == get_be16(tcp) && target->port == get_be16(tcp + TCP_TARGET_PORT_AT)) {
			one->is_done = true;
			resets->by_kernel++;
			return;
		}
	}
}

void resets_due(struct resets *resets, const struct sweep *sweep, const struct link *link, uint64_t now_us)
{
	while (resets->count > 0 && at(resets, 0)->from.at_us + RESET_AFTER_US <= now_us) {
		end_first(resets, sweep, link);
	}
}
