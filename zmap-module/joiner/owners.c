/* Connections of ours by token, and what was met before: chained hash tables that grow with neither the run nor a server's wish. */
#include "joiner.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

enum { SLOTS = 1 << 16 };

static struct owner *owners[SLOTS];

struct seen {
	struct seen *next;
	struct met one;
};
static struct seen *seen[SLOTS];

/* A token is a hash already. */
static struct owner **owner_slot(uint32_t token)
{
	return &owners[(token ^ token >> 16) % SLOTS];
}

void owners_add(uint32_t token, const struct end *local, const struct end *remote, bool denies)
{
	struct owner *one = owners_find(token);
	if (one == NULL) {
		one = calloc(1, sizeof(*one));
		if (one == NULL)
			return;
		one->next = *owner_slot(token);
		*owner_slot(token) = one;
	}
	one->token = token;
	one->local = *local;
	one->remote = *remote;
	one->denies = denies;
}

struct owner *owners_find(uint32_t token)
{
	struct owner *one = *owner_slot(token);
	while (one != NULL && one->token != token)
		one = one->next;
	return one;
}

void owners_remove(uint32_t token)
{
	struct owner **at = owner_slot(token);
	while (*at != NULL && (*at)->token != token)
		at = &(*at)->next;
	if (*at == NULL)
		return;
	struct owner *gone = *at;
	*at = gone->next;
	free(gone);
}

static struct seen **seen_slot(const struct met *one)
{
	const uint8_t *bytes = (const uint8_t *)one;
	uint32_t hash = 2166136261u;
	for (size_t i = 0; i < sizeof(*one); i++)
		hash = (hash ^ bytes[i]) * 16777619u;
	return &seen[(hash ^ hash >> 16) % SLOTS];
}

bool met_has(const struct met *one)
{
	const struct seen *at = *seen_slot(one);
	while (at != NULL && memcmp(&at->one, one, sizeof(*one)) != 0)
		at = at->next;
	return at != NULL;
}

bool met_add(const struct met *one)
{
	if (met_has(one))
		return false;
	struct seen *more = calloc(1, sizeof(*more));
	/* Who cannot remember does not ask. */
	if (more == NULL)
		abort();
	more->one = *one;
	more->next = *seen_slot(one);
	*seen_slot(one) = more;
	return true;
}

struct met met_address(const struct end *to)
{
	struct met one;
	memset(&one, 0, sizeof(one));
	one.family = to->family;
	memcpy(one.address, to->address, sizeof(one.address));
	return one;
}

struct met met_interrupted(const struct end *to)
{
	struct met one = met_address(to);
	one.id = 1;
	return one;
}

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
