/* What is decided of one announcement: a closed list, record.c has its words. */
#ifndef JOINER_DECISION_H
#define JOINER_DECISION_H

enum decision { ASKED,
		NOT_GLOBAL,
		BLOCKED,
		OPTED_OUT,
		ASKED_BEFORE, /* its only SYN was sent, no matter who announced it */
		INTERRUPTED,  /* it was sent by one who was ended before the answer was kept */
		DENIED,	      /* by the server, of the address and port that we came to */
		TOO_MANY,     /* of this connection */
		TOO_LATE,     /* the connection ended before its turn */
		NO_ROOM,
		NO_ROUTE,
		HERE }; /* this machine could not */

#endif
