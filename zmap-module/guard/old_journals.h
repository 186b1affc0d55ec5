#ifndef GUARD_OLD_JOURNALS_H
#define GUARD_OLD_JOURNALS_H

/* Removes journals of namespaces that are certainly gone. */
void journals_clear(void);

#endif
