#include "reflect.h"

#include <string.h>

enum { IP_TOS = 1, IP_ID = 4, IP_TTL = 8, IP_ADDRESSES = 12, TTL = 63, MSS = 1400, SCALE = 5, WINDOW = 29200 };

static void swap(uint8_t *one, uint8_t *other, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		uint8_t byte = one[i];
		one[i] = other[i];
		other[i] = byte;
	}
}

/* The values of the options that the proxy knows. */
static void set_known(uint8_t *packet, const struct tcp_packet *view, uint32_t clock)
{
	size_t length = 0;
	const uint8_t *found = tcp_option(packet, view, OPT_MSS, &length);
	if (found && length == 4)
		put_be16(packet + (found - packet) + 2, MSS);
	found = tcp_option(packet, view, OPT_SCALE, &length);
	if (found && length == 3)
		packet[found - packet + 2] = SCALE;
	found = tcp_option(packet, view, OPT_TIMESTAMPS, &length);
	if (found && length == 10) {
		memcpy(packet + (found - packet) + 6, found + 2, 4);
		put_be32(packet + (found - packet) + 2, clock);
	}
}

static void overwrite(uint8_t *packet, const struct tcp_packet *view, uint8_t kind)
{
	size_t length = 0;
	const uint8_t *found = tcp_option(packet, view, kind, &length);
	if (found)
		memset(packet + (found - packet), OPT_NOP, length);
}

/* What a box makes of the options that it knows, of the window and of the identification. */
static void set_own(enum reflection how, uint8_t *packet, const struct tcp_packet *view, uint32_t clock)
{
	uint8_t *window = packet + view->tcp + 14;
	if (how == REFLECT_KNOWN || how == REFLECT_WINDOW)
		set_known(packet, view, clock);
	if (how == REFLECT_ZERO) {
		overwrite(packet, view, OPT_TIMESTAMPS);
		overwrite(packet, view, OPT_SCALE);
		put_be16(window, 0);
	}
	if (how == REFLECT_WINDOW || how == REFLECT_WHOLE)
		put_be16(window, WINDOW);
	if (how == REFLECT_WHOLE)
		put_be16(packet + IP_ID, 0);
}

/* Puts `option` where the MPTCP option stands; returns the new end of the packet, which is the old one where it does not fit. */
static size_t replace_mptcp(uint8_t *packet, const struct tcp_packet *view, const uint8_t *option, size_t length)
{
	size_t old = 0;
	const uint8_t *found = tcp_option(packet, view, OPT_MPTCP, &old);
	if (!found || length < old)
		return view->end;
	size_t at = (size_t)(found - packet), more = (length - old + 3) / 4 * 4;
	size_t header = view->payload - view->tcp + more;
	if (header > TCP_HEADER_MAX)
		return view->end;
	memmove(packet + at + old + more, packet + at + old, view->end - at - old);
	memset(packet + at + old, OPT_NOP, more);
	memcpy(packet + at, option, length);
	packet[view->tcp + 12] = (uint8_t)(header / 4 << 4);
	return view->end + more;
}

size_t reflect(enum reflection how, uint8_t *packet, const struct tcp_packet *view, uint32_t sequence, uint32_t clock,
	       const uint8_t *option, size_t length)
{
	uint8_t *tcp = packet + view->tcp;
	uint32_t next = get_be32(tcp + 4) + 1;
	set_own(how, packet, view, clock);
	size_t end = replace_mptcp(packet, view, option, length);
	packet[IP_TOS] = 0;
	packet[IP_TTL] = TTL;
	swap(packet + IP_ADDRESSES, packet + IP_ADDRESSES + 4, 4);
	swap(tcp, tcp + 2, 2);
	put_be32(tcp + 4, sequence);
	put_be32(tcp + 8, next);
	tcp[13] = TCP_SYN | TCP_ACK;
	tcp_seal(packet, view->tcp, end);
	return end;
}
