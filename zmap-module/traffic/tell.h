/* Which packets of a stream are printed: those that orchestrator/connection/streams.ts would keep, within its limits. */
#ifndef MPTCP_TRAFFIC_TELL_H
#define MPTCP_TRAFFIC_TELL_H

#include "flow.h"

/* Whether this one is, which is counted in the stream. What says something and is past the bounds is counted as left out. */
bool tell_packet(struct flow *flow, unsigned by, const struct segment *segment, const struct mptcp_options *options);

#endif
