/*
 * json-c: what zmap makes of a reply with it. zmap 2.1.1 builds an object of its fields, one allocated value and one entry of a
 * hash table for each, has it turned into text, and takes it apart again: a third of all that it does for a reply of forty
 * fields. A reply of our modules is written as text at once instead, byte for byte the same.
 *
 * A module that has added its fields says so (json_line_due). The thread's next object is then no object but the line below, until
 * zmap gives it back. Anything else that is asked of json-c, in another thread or before and after, goes to json-c.
 */
#define _GNU_SOURCE
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kept_back.h"
#include "repairs.h"
#include "sending.h"
#include "zmap_2_1_1.h"

#define LINE_BYTES 4096 /* at first; no reply of ours is longer */
#define NUMBER_BYTES 12

/* What zmap has made and not added yet: a string, or a number where that is NULL. */
struct value {
	const char *string;
	int number;
};

struct line {
	bool due, open;
	char *text, *end;
	size_t room;
	struct value pending;
};

/* In the block of memory that a thread has from its start, where no call is needed to find it. */
static _Thread_local struct line line __attribute__((tls_model("initial-exec")));

/* One string, known by its address, becomes JSON's null; in CSV it is empty. Otherwise zmap leaves a field without a value out. */
static char null_string[] = "";

char *repairs_null_string(void)
{
	return repairs_on(REPAIR_NULL) ? null_string : NULL;
}

void json_line_due(void)
{
	line.due = repairs_on(REPAIR_LINE);
}

static void make_room(struct line *to, size_t bytes)
{
	size_t used = (size_t)(to->end - to->text);
	if (used + bytes <= to->room) {
		return;
	}
	to->room = 2 * (used + bytes) + LINE_BYTES;
	to->text = realloc(to->text, to->room);
	if (to->text == NULL) {
		log_fatal("mptcp_synscan", "out of memory");
	}
	to->end = to->text + used;
}

static char *put(char *at, const char *text)
{
	while (*text != '\0') {
		*at++ = *text++;
	}
	return at;
}

/* No field of a reply has a character that JSON wants escaped, but if one had: six bytes for one. */
static char *put_escaped(char *at, unsigned char character)
{
	static const char DIGITS[] = "0123456789abcdef";
	const char escaped[] = {'\\', 'u', '0', '0', DIGITS[character >> 4], DIGITS[character & 0x0f], '\0'};
	return put(at, escaped);
}

static char *put_string(char *at, const char *text)
{
	*at++ = '"';
	for (; *text != '\0'; text++) {
		if ((unsigned char)*text < ' ' || *text == '"' || *text == '\\') {
			at = put_escaped(at, (unsigned char)*text);
		} else {
			*at++ = *text;
		}
	}
	*at++ = '"';
	return at;
}

static char *put_number(char *at, int number)
{
	char digits[NUMBER_BYTES], *first = digits + sizeof digits - 1;
	unsigned rest = number < 0 ? 0u - (unsigned)number : (unsigned)number;
	*first = '\0';
	do {
		*--first = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest != 0);
	if (number < 0) {
		*--first = '-';
	}
	return put(at, first);
}

static void add(struct line *to, const char *name, const struct value *value)
{
	size_t longest = strlen(name) + (value != NULL && value->string != NULL ? strlen(value->string) : 0);
	make_room(to, 6 * longest + 32);
	char *at = put(to->end, to->end == to->text + 1 ? " " : ", ");
	at = put(put_string(at, name), ": ");
	if (value == NULL) {
		to->end = put(at, "null");
	} else if (value->string != NULL) {
		to->end = put_string(at, value->string);
	} else {
		to->end = put_number(at, value->number);
	}
}

#define JSON_C(name)                                          \
	do {                                                  \
		if (real == NULL) {                           \
			*(void **)&real = repairs_next(name); \
		}                                             \
	} while (0)

void *json_object_new_object(void)
{
	static void *(*real)(void);
	if (line.due) {
		line.due = false;
		line.open = true;
		line.end = line.text;
		make_room(&line, LINE_BYTES);
		*line.end++ = '{';
		return &line;
	}
	JSON_C("json_object_new_object");
	return real();
}

void *json_object_new_string(const char *text)
{
	static void *(*real)(const char *);
	if (text == null_string) {
		return NULL; /* json-c's own way to say null */
	}
	if (line.open) {
		line.pending.string = text;
		return &line.pending;
	}
	JSON_C("json_object_new_string");
	return real(text);
}

void *json_object_new_int(int32_t number)
{
	static void *(*real)(int32_t);
	if (line.open) {
		line.pending = (struct value){NULL, number};
		return &line.pending;
	}
	JSON_C("json_object_new_int");
	return real(number);
}

/* zmap's metadata says how many targets were sent to, and counts those among them whose frames we kept back: beside it stands how
 * many these are. */
static void add_opted_out(int (*add_to)(void *, const char *, void *), void *object)
{
	void *(*number)(int64_t);
	struct opted_out kept = sending_opted_out();
	kept_back_finish();
	*(void **)&number = repairs_next("json_object_new_int64");
	add_to(object, "opted_out", number((int64_t)kept.targets));
	add_to(object, "opted_out_packets", number((int64_t)kept.frames));
}

int json_object_object_add(void *object, const char *name, void *value)
{
	static int (*real)(void *, const char *, void *);
	if (object == &line) {
		add(&line, name, value);
		return 0;
	}
	JSON_C("json_object_object_add");
	if (strcmp(name, "total_sent") == 0 && sending_is_watched()) {
		add_opted_out(real, object);
	}
	return real(object, name, value);
}

const char *json_object_to_json_string(void *object)
{
	static const char *(*real)(void *);
	if (object == &line) {
		make_room(&line, sizeof " }");
		*put(line.end, " }") = '\0';
		return line.text;
	}
	JSON_C("json_object_to_json_string");
	return real(object);
}

int json_object_put(void *object)
{
	static int (*real)(void *);
	if (object == &line) {
		line.open = false;
		return 1;
	}
	JSON_C("json_object_put");
	return real(object);
}
