/* One line of stdin: `ADDRESS PORT NAME WAY`, between tabs; the name is - where there is none. */
#define _GNU_SOURCE
#include "endpoint.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const ways[] = {
    [WAY_HOLD] = "hold",
    [WAY_NUDGE] = "nudge",
    [WAY_TLS] = "tls",
    [WAY_HTTP] = "http",
    [WAY_HTTPS] = "https",
};

static bool parse_way(const char *word, enum way *out)
{
	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		if (strcmp(word, ways[i]) == 0) {
			*out = (enum way)i;
			return true;
		}
	}
	return false;
}

static bool parse_address(const char *text, struct endpoint *out)
{
	out->family = strchr(text, ':') == NULL ? AF_INET : AF_INET6;
	return inet_pton(out->family, text, out->address) == 1;
}

static bool parse_port(const char *text, uint16_t *out)
{
	char *end;
	long port = strtol(text, &end, 10);
	*out = (uint16_t)port;
	return end != text && *end == '\0' && port > 0 && port < 65536;
}

/* Letters, digits and what else a name may hold: nothing that ends a line of a request. */
static bool parse_name(const char *text, char out[NAME_MAX_])
{
	size_t length = strlen(text);
	if (length == 0 || length >= NAME_MAX_)
		return false;
	for (const char *at = text; *at != '\0'; at++)
		if (*at <= ' ' || *at >= 127)
			return false;
	strcpy(out, strcmp(text, "-") == 0 ? "" : text);
	return true;
}

bool endpoint_parse(const char *line, struct endpoint *out)
{
	char address[INET6_ADDRSTRLEN], port[8], name[NAME_MAX_], way[8];
	int end = 0;
	memset(out, 0, sizeof(*out));
	int found = sscanf(line, "%45[^\t]\t%7[^\t]\t%255[^\t]\t%7s%n", address, port, name, way, &end);
	return found == 4 && line[end] == '\0' && parse_address(address, out) && parse_port(port, &out->port) && parse_name(name, out->name) && parse_way(way, &out->way);
}

socklen_t endpoint_socket_address(const struct endpoint *from, struct sockaddr_storage *out)
{
	memset(out, 0, sizeof(*out));
	out->ss_family = from->family;
	if (from->family == AF_INET) {
		struct sockaddr_in *v4 = (struct sockaddr_in *)out;
		v4->sin_port = htons(from->port);
		memcpy(&v4->sin_addr, from->address, sizeof(v4->sin_addr));
		return sizeof(*v4);
	}
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)out;
	v6->sin6_port = htons(from->port);
	memcpy(&v6->sin6_addr, from->address, sizeof(v6->sin6_addr));
	return sizeof(*v6);
}
