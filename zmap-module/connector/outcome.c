#include "outcome.h"

#include <errno.h>

enum outcome outcome_of(int error)
{
	switch (error) {
	case 0:
		return CONNECTED;
	case ECONNREFUSED:
	case ECONNRESET:
	case EPIPE:
		return REFUSED;
	case ETIMEDOUT:
		return TIMED_OUT;
	case EHOSTUNREACH:
	case ENETUNREACH:
	case EHOSTDOWN:
	case ENETDOWN:
	case EACCES:
	case EPERM:
	case EPROTO:
	case ENOPROTOOPT:
		return UNREACHABLE;
	default:
		return HERE;
	}
}

enum by by_error(int error)
{
	return error == ECONNRESET || error == EPIPE || error == ECONNREFUSED ? BY_RESET : BY_LIMIT;
}
