/* Which packets of a stream are told: what orchestrator/connection/streams.ts would keep of it, and no more than its bounds. */
#ifndef MPTCP_TRAFFIC_TELL_H
#define MPTCP_TRAFFIC_TELL_H

#include "flow.h"

/* Whether this one is, which is counted in the stream. What says something and is past the bounds is counted as left out. */
bool tell_packet(struct flow *flow, unsigned by, const struct segment *segment, const struct mptcp_options *options);

#endif
