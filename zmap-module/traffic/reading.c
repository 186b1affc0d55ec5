#include "reading.h"

const char *reading_name(enum reading reading)
{
	static const char *const NAMES[READING_COUNT] = {
	    [READ_TCP] = "tcp",
	    [READ_LINK_UNKNOWN] = "link_type_not_read",
	    [READ_NOT_IP] = "not_ip",
	    [READ_NOT_TCP] = "not_tcp",
	    [READ_FRAGMENT] = "later_fragments",
	    [READ_CUT] = "header_not_captured",
	    [READ_MALFORMED] = "malformed",
	};
	return NAMES[reading];
}
