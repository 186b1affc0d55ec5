/* A reader for the test vectors: JSON without escapes in strings and with whole numbers only. */
#ifndef MPTCP_TEST_JSON_H
#define MPTCP_TEST_JSON_H

#include <stdbool.h>
#include <stddef.h>

enum json_type { JSON_NULL,
		 JSON_NUMBER,
		 JSON_STRING,
		 JSON_ARRAY,
		 JSON_OBJECT };

struct json {
	enum json_type type;
	long number;
	const char *text;	   /* JSON_STRING */
	const char *name;	   /* of an object's member */
	struct json *first, *next; /* children, siblings */
};

/* Reads a whole file; ends the test program when it is not there or not such JSON. Lives as long as the program. */
const struct json *json_read(const char *path);

/* A member by name; ends the test program when it is missing: vectors have every member. */
const struct json *json_get(const struct json *object, const char *name);

/* A member's text, or NULL for null. */
const char *json_text(const struct json *object, const char *name);

/* A member's number, or -1 for null. */
long json_number(const struct json *object, const char *name);

#endif
