/* Who was asked, on disk before the SYN leaves. */
#ifndef JOINER_JOURNAL_H
#define JOINER_JOURNAL_H

#include "end.h"

/* false when it cannot be written: says why. */
bool journal_open(const char *path);
void journal_add(const struct end *to);

/* false when what was added may not be on disk: then nobody of it may be asked. Says why. */
bool journal_sync(void);

#endif
