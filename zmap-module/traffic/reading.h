/* What a frame is to a reader of TCP; each is counted by its word. */
#ifndef MPTCP_TRAFFIC_READING_H
#define MPTCP_TRAFFIC_READING_H

enum reading {
	READ_TCP,
	READ_LINK_UNKNOWN, /* a link type that is not read */
	READ_NOT_IP,
	READ_NOT_TCP,
	READ_FRAGMENT,	/* a later fragment: what it holds is not known */
	READ_CUT,	/* the capture ends before ports, sequence numbers and flags */
	READ_MALFORMED, /* lengths that contradict each other */
	READING_COUNT,
};

const char *reading_name(enum reading reading);

#endif
