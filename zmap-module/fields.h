/*
 * Evidence as named fields: one table holds each field's name, type and meaning and the function that
 * renders it. zmap's glue walks the table, so that names, order and count cannot drift apart.
 */
#ifndef MPTCP_FIELDS_H
#define MPTCP_FIELDS_H

#include "evidence.h"

enum field_type { FIELD_NULL,
		  FIELD_INT,
		  FIELD_BOOL,
		  FIELD_STRING };

struct field_value {
	enum field_type type;
	uint32_t number;  /* FIELD_INT, FIELD_BOOL */
	const char *text; /* FIELD_STRING: static, or inside the caller's buffer */
};

struct field_definition {
	const char *name;
	enum field_type type;
	const char *description;
};

#define FIELDS_MAX 48
#define FIELDS_BUFFER_BYTES 1536 /* all strings of one reply */

extern const size_t field_count;

const struct field_definition *field_definition(size_t index);

/* Renders all fields in table order into `values` (field_count of them) and `buffer`
 * (FIELDS_BUFFER_BYTES). */
void fields_render(const struct evidence *evidence, struct field_value *values, char *buffer);

#endif
