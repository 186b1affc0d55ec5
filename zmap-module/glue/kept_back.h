/*
 * A text file of the targets to which nothing was sent because they had opted out, one address a line. A count tells how many they
 * were; whoever takes a party out of a stored scan must know whether it was one of them. The file is opened before zmap gives up its
 * privileges.
 */
#ifndef MPTCP_KEPT_BACK_H
#define MPTCP_KEPT_BACK_H

#include <stdbool.h>
#include <stdint.h>

#define KEPT_BACK_VARIABLE "MPTCP_SYNSCAN_KEPT_BACK"
#define KEPT_BACK_ERROR_SIZE 512

/* Makes the file empty. False, and a sentence, when it cannot be written: then nothing may be sent. */
bool kept_back_open(const char *path, char error[KEPT_BACK_ERROR_SIZE]);

/* Adds a target of family 4 or 6; nothing happens where no file is open. Any sending thread may call it. */
void kept_back_add(uint8_t family, const uint8_t *address);

/* Everything added so far is with the kernel afterwards; a file that could not take it ends zmap. */
void kept_back_finish(void);

#endif
