#include "match.h"

#include <string.h>

#include "../bytes.h"
#include "../wire.h"

#define ICMP_ID_AT 4
#define ICMP_SEQUENCE_AT 6
#define QUOTED_TCP_MIN 8 /* ports and sequence number: RFC 792 */
#define TTL_BITS 6

static void pad_address(uint8_t family, const uint8_t *address, uint8_t out[16])
{
	memset(out, 0, 16);
	memcpy(out, address, family == 4 ? 4 : 16);
}

static bool is_address(const uint8_t padded[16], uint8_t family, const uint8_t *address)
{
	return memcmp(padded, address, family == 4 ? 4 : 16) == 0;
}

static bool is_ours(const struct sweep *sweep, uint8_t ttl, unsigned pass)
{
	return ttl >= sweep->ttl_first && ttl <= sweep->ttl_last && pass < sweep->passes;
}

static void set_probe(struct answer *out, struct numbered probe)
{
	out->target = probe.target;
	out->ttl = probe.ttl;
	out->pass = probe.pass;
}

/* Fields of a quoted SYN that are as we sent them to this target. */
static unsigned agreement(const struct target *target, uint8_t ttl, const struct ip_view *quoted, const uint8_t *quote)
{
	unsigned agrees = 0;
	if (is_address(target->address, quoted->family, quoted->target)) {
		agrees |= AGREES_ADDRESS;
	}
	if (quoted->payload_bytes >= 4 && get_be16(quoted->payload) == target->source_port && get_be16(quoted->payload + TCP_TARGET_PORT_AT) == target->port) {
		agrees |= AGREES_PORTS;
	}
	if (quoted->family == 4 && get_be16(quote + IPV4_ID_AT) == sweep_ip_id(target, ttl)) {
		agrees |= AGREES_IP_ID;
	}
	return agrees;
}

/* The sequence number names the probe: one more field must agree. */
static bool match_sequence(const struct sweep *sweep, const struct ip_view *quoted, const uint8_t *quote, struct answer *out)
{
	uint32_t number;
	if (quoted->payload_bytes < QUOTED_TCP_MIN || !sweep_find(sweep, get_be32(quoted->payload + TCP_SEQUENCE_AT), &number)) {
		return false;
	}
	struct numbered probe = sweep_numbered(sweep, number);
	const struct target *target = &sweep->targets[probe.target];
	unsigned agrees = agreement(target, probe.ttl, quoted, quote);
	if (target->kind == SWEEP_ECHO || target->family != quoted->family || agrees == 0) {
		return false;
	}
	set_probe(out, probe);
	out->agrees = agrees | AGREES_SEQUENCE;
	return true;
}

/* A box has changed the sequence number, or the quote ends before it: the address and the IP identification name the probe, and the ports
 * where they are quoted. Two targets that both fit are none. */
static bool match_ip_id(const struct sweep *sweep, const struct ip_view *quoted, const uint8_t *quote, struct answer *out)
{
	uint8_t address[16], ttl = get_be16(quote + IPV4_ID_AT) & ((1u << TTL_BITS) - 1);
	size_t first, found = 0;
	pad_address(4, quoted->target, address);
	size_t count = sweep_targets_of(sweep, 4, address, &first);
	for (size_t i = first; i < first + count; i++) {
		uint32_t number = sweep->by_address[i];
		const struct target *target = &sweep->targets[number];
		unsigned agrees = agreement(target, ttl, quoted, quote), wanted = AGREES_ADDRESS | AGREES_IP_ID;
		bool fits = (agrees & wanted) == wanted && (quoted->payload_bytes < 4 || (agrees & AGREES_PORTS));
		if (target->kind == SWEEP_ECHO || !fits || !is_ours(sweep, ttl, 0)) {
			continue;
		}
		found++;
		set_probe(out, (struct numbered){number, ttl, 0});
		out->pass = sweep->passes > 1 ? -1 : 0;
		out->agrees = agrees;
	}
	return found == 1;
}

bool match_syn(const struct sweep *sweep, const struct ip_view *quoted, const uint8_t *quote, struct answer *out)
{
	return match_sequence(sweep, quoted, quote, out) || (quoted->family == 4 && match_ip_id(sweep, quoted, quote, out));
}

bool match_echo(const struct sweep *sweep, uint8_t family, const uint8_t *target_address, const uint8_t *icmp, struct answer *out)
{
	uint8_t address[16], ttl = get_be16(icmp + ICMP_SEQUENCE_AT) & ((1u << TTL_BITS) - 1);
	unsigned pass = get_be16(icmp + ICMP_SEQUENCE_AT) >> TTL_BITS;
	size_t first;
	pad_address(family, target_address, address);
	size_t count = sweep_targets_of(sweep, family, address, &first);
	for (size_t i = first; i < first + count; i++) {
		const struct target *target = &sweep->targets[sweep->by_address[i]];
		if (target->kind == SWEEP_ECHO && target->source_port == get_be16(icmp + ICMP_ID_AT) && is_ours(sweep, ttl, pass)) {
			set_probe(out, (struct numbered){sweep->by_address[i], ttl, (uint8_t)pass});
			out->agrees = AGREES_ADDRESS | AGREES_PORTS | AGREES_SEQUENCE;
			return true;
		}
	}
	return false;
}

bool match_tcp(const struct sweep *sweep, const struct ip_view *ip, bool is_rst, struct answer *out)
{
	uint32_t number, acknowledged = get_be32(ip->payload + TCP_ACKNOWLEDGEMENT_AT);
	if (!sweep_find(sweep, acknowledged - 1, &number) && !(is_rst && sweep_find(sweep, acknowledged, &number))) {
		return false;
	}
	struct numbered probe = sweep_numbered(sweep, number);
	const struct target *target = &sweep->targets[probe.target];
	if (target->kind == SWEEP_ECHO || target->family != ip->family || !is_address(target->address, ip->family, ip->source) ||
	    get_be16(ip->payload) != target->port || get_be16(ip->payload + TCP_TARGET_PORT_AT) != target->source_port) {
		return false;
	}
	set_probe(out, probe);
	return true;
}
