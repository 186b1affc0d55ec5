/* What an answer to a probe of this run shows. Pure: bytes in, a struct out; every read is bounded by the captured length. */
#ifndef MPTCP_EVIDENCE_H
#define MPTCP_EVIDENCE_H

#include "classify.h"
#include "reply.h"

enum rtt_source { RTT_NONE,
		  RTT_TSECR,
		  RTT_MIRRORED_TSVAL,
		  RTT_QUOTED_TSVAL };
enum rtt_missing { RTT_PRESENT,
		   RTT_NOT_SENT,
		   RTT_NOT_RETURNED,
		   RTT_REJECTED };

struct evidence {
	struct reply reply;
	struct probe sent;
	struct mptcp_evidence mptcp;
	struct tcp_reply tcp;	/* the reply's options, or the quoted ones */
	const char *sent_order; /* names of our SYN's options */
	int sent_ip_id;		/* of our SYN over IPv4; -1 over IPv6. A zmap that draws it anew for each packet sets it itself. */
	uint32_t rtt_us;
	uint32_t sent_tsval; /* with RTT_PRESENT: the clock that our SYN carried */
	enum rtt_source rtt_source;
	enum rtt_missing rtt_missing;
};

/* Everything that a matched reply shows. `arrival_us`: microseconds of the same clock as TSval. */
void evidence_read(const struct scan *scan, const struct reply *reply, uint64_t arrival_us, struct evidence *out);

#endif
