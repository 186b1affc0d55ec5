#ifndef SIGNALS_H
#define SIGNALS_H

/*
 * A descriptor that can be read once SIGTERM, SIGINT or SIGHUP came: none of them ends the program by itself any more, nor does a reader
 * that went away. -1: the kernel gives none.
 */
int signals_open(void);

#endif
