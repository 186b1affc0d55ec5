/* What was found and set, for the case that no guard outlives its kill. */
#ifndef GUARD_JOURNAL_H
#define GUARD_JOURNAL_H

#include "setting.h"

#define JOURNAL_FOLDER "/dev/shm"
#define JOURNAL_NAME "mptcp-census-guard."
#define JOURNAL_NAMESPACE "namespace"

/* false when it cannot be kept. */
bool journal_write(const struct setting *settings);

/* Without a journal of ours the settings stay as they are. */
void journal_read(struct setting *settings);
void journal_remove(void);

#endif
