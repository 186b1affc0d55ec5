#include "packet.h"

enum { IP_TOTAL = 2, IP_FRAGMENT = 6, IP_PROTOCOL = 9, IP_CHECKSUM = 10, IP_SOURCE = 12 };
enum { TCP_OFFSET = 12, TCP_FLAGS = 13, TCP_CHECKSUM = 16, PROTOCOL_TCP = 6 };

uint16_t get_be16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

uint32_t get_be32(const uint8_t *at)
{
	return (uint32_t)get_be16(at) << 16 | get_be16(at + 2);
}

void put_be16(uint8_t *at, uint16_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

void put_be32(uint8_t *at, uint32_t value)
{
	put_be16(at, (uint16_t)(value >> 16));
	put_be16(at + 2, (uint16_t)value);
}

void put_be64(uint8_t *at, uint64_t value)
{
	put_be32(at, (uint32_t)(value >> 32));
	put_be32(at + 4, (uint32_t)value);
}

bool tcp_parse(const uint8_t *packet, size_t length, struct tcp_packet *out)
{
	if (length < IP_HEADER + TCP_HEADER || packet[0] >> 4 != 4 || packet[IP_PROTOCOL] != PROTOCOL_TCP)
		return false;
	if (get_be16(packet + IP_FRAGMENT) & 0x3fff)
		return false;
	out->tcp = (size_t)(packet[0] & 15) * 4;
	out->end = get_be16(packet + IP_TOTAL);
	if (out->tcp < IP_HEADER || out->end > length || out->tcp + TCP_HEADER > out->end)
		return false;
	out->options = out->tcp + TCP_HEADER;
	out->payload = out->tcp + (size_t)(packet[out->tcp + TCP_OFFSET] >> 4) * 4;
	out->flags = packet[out->tcp + TCP_FLAGS];
	return out->payload >= out->options && out->payload <= out->end;
}

const uint8_t *tcp_option(const uint8_t *packet, const struct tcp_packet *view, uint8_t kind, size_t *length)
{
	for (size_t at = view->options; at < view->payload && packet[at] != OPT_EOL;) {
		if (packet[at] == OPT_NOP) {
			at++;
			continue;
		}
		if (at + 2 > view->payload || packet[at + 1] < 2 || at + packet[at + 1] > view->payload)
			return NULL;
		if (packet[at] == kind) {
			*length = packet[at + 1];
			return packet + at;
		}
		at += packet[at + 1];
	}
	return NULL;
}

uint16_t checksum(const uint8_t *bytes, size_t length, uint32_t sum)
{
	for (size_t i = 0; i + 1 < length; i += 2)
		sum += get_be16(bytes + i);
	if (length & 1)
		sum += (uint32_t)bytes[length - 1] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

void tcp_seal(uint8_t *packet, size_t tcp, size_t end)
{
	put_be16(packet + IP_TOTAL, (uint16_t)end);
	put_be16(packet + IP_CHECKSUM, 0);
	put_be16(packet + IP_CHECKSUM, checksum(packet, tcp, 0));
	/* Pseudo header (RFC 9293, section 3.1): both addresses, protocol, TCP length. */
	uint32_t pseudo = PROTOCOL_TCP + (uint32_t)(end - tcp);
	for (size_t i = 0; i < 8; i += 2)
		pseudo += get_be16(packet + IP_SOURCE + i);
	put_be16(packet + tcp + TCP_CHECKSUM, 0);
	put_be16(packet + tcp + TCP_CHECKSUM, checksum(packet + tcp, end - tcp, pseudo));
}
