#include "json.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NODES_MAX 16384
#define TEXT_MAX (1 << 20) /* all files of one test program together */

static struct json nodes[NODES_MAX];
static char texts[TEXT_MAX];
static size_t node_count, text_used;
static char *at; /* one file is read at a time */

static void die(const char *why)
{
	printf("FAIL JSON: %s at %.40s\n", why, at != NULL ? at : "");
	exit(EXIT_FAILURE);
}

static void skip_space(void)
{
	while (isspace((unsigned char)*at)) {
		at++;
	}
}

static bool take(char wanted)
{
	skip_space();
	if (*at != wanted) {
		return false;
	}
	at++;
	return true;
}

static const char *read_string(void)
{
	char *start = at;
	while (*at != '"' && *at != '\\' && *at != '\0') {
		at++;
	}
	if (*at != '"') {
		die("a string that does not end plainly");
	}
	*at++ = '\0';
	return start;
}

static struct json *read_value(void);

static void read_children(struct json *parent, char end)
{
	struct json **last = &parent->first;
	if (take(end)) {
		return;
	}
	do {
		const char *name = NULL;
		if (parent->type == JSON_OBJECT) {
			if (!take('"')) {
				die("a member without a name");
			}
			name = read_string();
			if (!take(':')) {
				die("a member without a colon");
			}
		}
		*last = read_value();
		(*last)->name = name;
		last = &(*last)->next;
	} while (take(','));
	if (!take(end)) {
		die("a list that does not end");
	}
}

static struct json *read_value(void)
{
	if (node_count == NODES_MAX) {
		die("more values than fit");
	}
	struct json *value = &nodes[node_count++];
	skip_space();
	if (take('{')) {
		value->type = JSON_OBJECT;
		read_children(value, '}');
	} else if (take('[')) {
		value->type = JSON_ARRAY;
		read_children(value, ']');
	} else if (take('"')) {
		value->type = JSON_STRING;
		value->text = read_string();
	} else if (strncmp(at, "null", 4) == 0) {
		at += 4;
	} else if (isdigit((unsigned char)*at)) {
		value->type = JSON_NUMBER;
		value->number = strtol(at, &at, 10);
	} else {
		die("an unknown value");
	}
	return value;
}

const struct json *json_read(const char *path)
{
	FILE *file = fopen(path, "r");
	size_t room = TEXT_MAX - text_used - 1;
	at = texts + text_used;
	size_t bytes = file != NULL ? fread(at, 1, room, file) : 0;
	if (bytes == 0 || bytes == room) {
		die(path);
	}
	fclose(file);
	text_used += bytes + 1; /* the array is zero: the text ends there */
	return read_value();
}

const struct json *json_get(const struct json *object, const char *name)
{
	for (const struct json *child = object->first; child != NULL; child = child->next) {
		if (child->name != NULL && strcmp(child->name, name) == 0) {
			return child;
		}
	}
	at = (char *)name;
	die("a missing member");
	return NULL;
}

const char *json_text(const struct json *object, const char *name)
{
	const struct json *member = json_get(object, name);
	return member->type == JSON_STRING ? member->text : NULL;
}

long json_number(const struct json *object, const char *name)
{
	const struct json *member = json_get(object, name);
	return member->type == JSON_NUMBER ? member->number : -1;
}
