/*
 * No MP_JOIN SYN from these ports leaves twice until the end. The guard sees to it and the joiner does, each by a table of its own that goes
 * with it: whichever is killed, the other's stays.
 */
#ifndef JOIN_SYNS_H
#define JOIN_SYNS_H

/* 0, or why that cannot be seen to. `owner`: a word of the table's name. */
int join_syns_begin(const char *owner, int first, int last);
void join_syns_end(void);

#endif
