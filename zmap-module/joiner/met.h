/* What was met before. Nothing is forgotten. */
#ifndef JOINER_MET_H
#define JOINER_MET_H

#include "end.h"

/* Compared byte by byte: there is no padding. */
struct met {
	uint32_t token, id;
	uint16_t family, port;
	uint8_t address[16];
};

/* true when it is new. Aborts without memory: who cannot remember does not ask. */
bool met_add(const struct met *one);
bool met_has(const struct met *one);

/* The address alone, as one that has had its SYN. */
struct met met_address(const struct end *to);

/* The same, of one whose answer nobody kept. */
struct met met_interrupted(const struct end *to);

#endif
