/* The table of fields. */
#include <string.h>

#include "check.h"
#include "frames.h"

static void test_field_table(void)
{
	for (size_t i = 0; i < field_count; i++) {
		for (size_t j = 0; j < i; j++) {
			check(strcmp(field_definition(i)->name, field_definition(j)->name) != 0, "field names are distinct");
			check(strcmp(field_definition(i)->description, field_definition(j)->description) != 0,
			      "descriptions are distinct");
		}
	}
	check(strcmp(field_definition(0)->name, FIELD_BUFFER_OWNER) == 0, "the first string begins the buffer");
}

int main(void)
{
	test_field_table();
	return checks_done("fields");
}
