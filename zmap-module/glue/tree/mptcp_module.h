/* What the IPv4 and the IPv6 module of a zmap 4.3 tree share. */
#ifndef MPTCP_MODULE_H
#define MPTCP_MODULE_H

#include "../../lib/includes.h"
#include "../../lib/logger.h"
#include "../../lib/xalloc.h"
#include "../fieldset.h"
#include "../state.h"
#include "probe_modules.h"

#include "mptcp/evidence.h"
#include "mptcp/field_list.h"
#include "mptcp/glue/help.h"
#include "mptcp/glue/sender.h"

#define MPTCP_HELP                                                                           \
	HELP_TEXT                                                                            \
	"With --probes above 1 give --dedup-method=none, or only the first answer of a\n"    \
	"target is no repeat. rtt_us is the round trip with --batch=1 only: packets leave\n" \
	"in batches, after the clock was read.\n"

/* zmap's field table, out of the module's own list. */
extern fielddef_t mptcp_fields[];

/* Checks the settings and draws the secret; ends zmap with a sentence when they cannot work. */
void mptcp_begin(const char *module, struct state_conf *conf, struct scan *scan);

/* The templates of the thread that calls; zmap's argument is not ours to keep them in. */
struct sender *mptcp_sender(void);

/* Prints the TCP header as tcp_synscan does, and its options in hex, for --dryrun. */
void mptcp_print_tcp(FILE *fp, const struct tcphdr *tcph);

/* Adds every field of a reply that reply_match accepted, in table order. */
void mptcp_process(const struct scan *scan, const u_char *packet, uint32_t len, fieldset_t *fs, const uint32_t *validation,
		   const struct timespec ts);

#endif
