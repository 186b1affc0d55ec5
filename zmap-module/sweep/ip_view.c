#include "ip_view.h"

#include "../bytes.h"
#include "../wire.h"

bool ip_view(const uint8_t *ip, size_t bytes, struct ip_view *out)
{
	if (bytes >= IPV4_BYTES && ip[0] >> 4 == 4) {
		size_t header = (size_t)(ip[0] & 15) * 4, total = get_be16(ip + IPV4_TOTAL_LENGTH_AT);
		if (header < IPV4_BYTES || header > bytes) {
			return false;
		}
		*out = (struct ip_view){4, ip[IPV4_PROTOCOL_AT], ip[IPV4_TTL_AT], ip + IPV4_SOURCE_AT, ip + IPV4_TARGET_AT, ip + header, bytes - header, total};
		return true;
	}
	if (bytes >= IPV6_BYTES && ip[0] >> 4 == 6) {
		size_t total = IPV6_BYTES + (size_t)get_be16(ip + IPV6_PAYLOAD_LENGTH_AT);
		*out = (struct ip_view){6, ip[IPV6_NEXT_HEADER_AT], ip[IPV6_HOP_LIMIT_AT], ip + IPV6_SOURCE_AT, ip + IPV6_TARGET_AT, ip + IPV6_BYTES, bytes - IPV6_BYTES, total};
		return true;
	}
	return false;
}
