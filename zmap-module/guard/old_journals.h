#ifndef GUARD_OLD_JOURNALS_H
#define GUARD_OLD_JOURNALS_H

/* Removes journals of namespaces that are gone; one of which that is not certain stays. */
void journals_clear(void);

#endif
