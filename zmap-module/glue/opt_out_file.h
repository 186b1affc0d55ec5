/*
 * The file with the table of opt-outs, watched while zmap sends. It is read into memory of our own and never mapped: a mapped file
 * that somebody cuts short ends the process that looks at it. The descriptor is opened before zmap gives up its privileges.
 */
#ifndef MPTCP_OPT_OUT_FILE_H
#define MPTCP_OPT_OUT_FILE_H

#include <stdatomic.h>
#include <stdbool.h>

#include "../opt_outs.h"

#define OPT_OUT_VARIABLE "MPTCP_SYNSCAN_OPT_OUTS"
#define OPT_OUT_ERROR_SIZE 512

/* The table that holds; NULL where no file is watched. */
extern _Atomic(const struct opt_outs *) opt_outs_now;

/* Opens the file and reads its first table. False, and a sentence, when it cannot be read: then nothing may be sent. */
bool opt_out_file_open(const char *path, char error[OPT_OUT_ERROR_SIZE]);

/* Looks every millisecond from now on whether the file has a new table, and says in zmap's log which one holds. A file that is no
 * table any more, or is gone, changes nothing. */
void opt_out_file_watch(void);

#endif
