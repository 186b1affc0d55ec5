/* What follows the hold. Each but the last may end the connection, which is not to be touched afterwards. */
#ifndef CONNECTOR_QUESTION_H
#define CONNECTOR_QUESTION_H

#include "connection.h"

void question_begin(struct connection *one);
void question_event(struct connection *one);
void question_due(struct connection *one);

/* The second hold is over. */
void question_note(struct connection *one, enum by by);

#endif
