#ifndef LAB_TUN_H
#define LAB_TUN_H

/* Attaches to the TUN device of that name (no packet information header) and says "ready" on stdout. Returns the file descriptor, or -1
 * after a message on stderr. */
int tun_open(const char *name);

#endif
