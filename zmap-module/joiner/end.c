#include "end.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

bool end_parse(const char *text, struct end *out)
{
	memset(out, 0, sizeof(*out));
	out->family = strchr(text, ':') == NULL ? AF_INET : AF_INET6;
	return inet_pton(out->family, text, out->address) == 1;
}

socklen_t end_socket_address(const struct end *from, struct sockaddr_storage *out)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)out;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)out;
	memset(out, 0, sizeof(*out));
	out->ss_family = from->family;
	if (from->family == AF_INET) {
		v4->sin_port = htons(from->port);
		memcpy(&v4->sin_addr, from->address, sizeof(v4->sin_addr));
		return sizeof(*v4);
	}
	v6->sin6_port = htons(from->port);
	memcpy(&v6->sin6_addr, from->address, sizeof(v6->sin6_addr));
	return sizeof(*v6);
}

const char *end_text(const struct end *end)
{
	static char text[INET6_ADDRSTRLEN];
	inet_ntop(end->family, end->address, text, sizeof(text));
	return text;
}
