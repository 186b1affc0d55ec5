#define _GNU_SOURCE
#include "signals.h"

#include <signal.h>
#include <sys/signalfd.h>

int signals_open(void)
{
	sigset_t those;
	sigemptyset(&those);
	sigaddset(&those, SIGTERM);
	sigaddset(&those, SIGINT);
	sigaddset(&those, SIGHUP);
	sigprocmask(SIG_BLOCK, &those, NULL);
	signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &those, SFD_CLOEXEC | SFD_NONBLOCK);
}
