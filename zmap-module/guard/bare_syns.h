#ifndef GUARD_BARE_SYNS_H
#define GUARD_BARE_SYNS_H

/* SYNs from these ports leave without TCP timestamps until the end; 0, or why they do not. */
int bare_syns_begin(int first, int last);
void bare_syns_end(void);

#endif
