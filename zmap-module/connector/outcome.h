/* How things end: closed lists, whose words are in record.c. */
#ifndef CONNECTOR_OUTCOME_H
#define CONNECTOR_OUTCOME_H

/* Why an attempt ended. */
enum outcome { CONNECTED,
	       REFUSED,
	       TIMED_OUT,
	       UNREACHABLE,
	       HERE, /* this machine could not: no word on the host */
	       UNDONE };

/* Who ended the hold, and who the connection. */
enum by { BY_NOBODY,
	  BY_US,
	  BY_SERVER,
	  BY_RESET, /* of the server, or of something that claims to be it */
	  BY_LIMIT, /* too slow: ours too, but not as planned */
	  BY_OPT_OUT,
	  BY_STOP };

/* What an errno says of an attempt: CONNECTED for 0, HERE for one that no host or path causes. */
enum outcome outcome_of(int error);

/* The same for an established connection: BY_LIMIT for an error that is not a reset. */
enum by by_error(int error);

#endif
