#define _GNU_SOURCE
#include "sending.h"

#include <linux/if_packet.h>
#include <string.h>
#include <sys/socket.h>

#include "../packet.h"
#include "../wire.h"
#include "kept_back.h"
#include "opt_out_file.h"
#include "repairs.h"
#include "zconf.h"

static _Atomic uint64_t kept_frames, kept_targets;

/* The target that a thread sent to last, and what the table says of it: all frames to one leave in a row (-P). */
struct target {
	const struct opt_outs *table;
	uint8_t family, address[16];
	bool opted_out;
	bool reached; /* a frame to it went */
	bool kept;    /* a frame to it stayed, and it is counted */
};
static _Thread_local struct target last __attribute__((tls_model("initial-exec")));

/* Where a frame goes: its address, and 4 or 6; NULL for anything but IP. */
static const uint8_t *target_of(const uint8_t *frame, size_t length, uint8_t *family)
{
	size_t head = zconf_int(ZCONF_SEND_IP) ? 0 : ETHERNET_BYTES;
	const uint8_t *ip = frame + head;
	*family = length > head ? ip[0] >> 4 : 0;
	if (*family == 4 && length >= head + IPV4_BYTES) {
		return ip + IPV4_TARGET_AT;
	}
	return *family == 6 && length >= head + IPV6_BYTES ? ip + IPV6_TARGET_AT : NULL;
}

/* Compared as bytes of a size that the compiler knows: this runs for every packet. */
static inline bool is_last(uint8_t family, const uint8_t *address)
{
	return last.family == family && (family == 4 ? memcmp(last.address, address, 4) : memcmp(last.address, address, 16)) == 0;
}

static void count_kept(void)
{
	atomic_fetch_add_explicit(&kept_frames, 1, memory_order_relaxed);
	if (!last.reached && !last.kept) {
		atomic_fetch_add_explicit(&kept_targets, 1, memory_order_relaxed);
		kept_back_add(last.family, last.address);
	}
	last.kept = true;
}

static bool must_stay(const struct opt_outs *table, const uint8_t *frame, size_t length)
{
	uint8_t family;
	const uint8_t *address = target_of(frame, length, &family);
	if (address == NULL) {
		return false;
	}
	bool again = is_last(family, address);
	if (!again) {
		last.family = family;
		memcpy(last.address, address, family == 4 ? 4 : 16);
		last.reached = last.kept = false;
	}
	if (!again || last.table != table) {
		last.table = table;
		last.opted_out = opt_outs_has(table, family, address);
	}
	if (last.opted_out) {
		count_kept();
		return true;
	}
	last.reached = true;
	return false;
}

bool sending_is_watched(void)
{
	return atomic_load_explicit(&opt_outs_now, memory_order_relaxed) != NULL;
}

struct opted_out sending_opted_out(void)
{
	return (struct opted_out){atomic_load(&kept_targets), atomic_load(&kept_frames)};
}

/* zmap leaves the family of its address for a raw socket open, so that address is known by its size. There is a table in zmap alone:
 * what other programs send is none of ours. */
ssize_t sendto(int socket, const void *buffer, size_t length, int flags, const struct sockaddr *to, socklen_t to_length)
{
	static ssize_t (*real)(int, const void *, size_t, int, const struct sockaddr *, socklen_t);
	if (real == NULL) {
		*(void **)&real = repairs_next("sendto");
	}
	const struct opt_outs *table = atomic_load_explicit(&opt_outs_now, memory_order_acquire);
	if (table != NULL && to != NULL && to_length == sizeof(struct sockaddr_ll) && must_stay(table, buffer, length)) {
		return (ssize_t)length;
	}
	return real(socket, buffer, length, flags, to, to_length);
}
