#ifndef STUB_FIELDSET_H
#define STUB_FIELDSET_H

#include <stdint.h>

typedef struct fielddef {
	const char *name;
	const char *type;
	const char *desc;
} fielddef_t;

typedef struct fieldset fieldset_t;

void fs_add_null(fieldset_t *fs, const char *name);
void fs_add_uint64(fieldset_t *fs, const char *name, uint64_t value);
void fs_add_bool(fieldset_t *fs, const char *name, int value);
void fs_add_string(fieldset_t *fs, const char *name, char *value, int free_);

#endif
