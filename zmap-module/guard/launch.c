/*
 * mptcp-guard run [--parent PID] [--uid N --gid N] [--cap NAME]... [--env NAME=VALUE]... PROGRAM...: becomes the program,
 * as that user, with these capabilities of those that it holds and no way to more, and gone when its parent is.
 */
#define _GNU_SOURCE
#include "commands.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { KNOWN = 2,
       UNSET = -1 };

static const struct {
	const char *name;
	int number;
} capabilities[KNOWN] = {{"CAP_NET_ADMIN", CAP_NET_ADMIN}, {"CAP_NET_RAW", CAP_NET_RAW}};

struct wish {
	long parent, uid, gid;
	uint64_t caps;
};

static void fail(const char *what)
{
	fprintf(stderr, "mptcp-guard: %s: %s\n", what, strerror(errno));
	exit(126);
}

static uint64_t permitted(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2];
	if (syscall(SYS_capget, &header, data) < 0)
		fail("capget");
	return (uint64_t)data[1].permitted << 32 | data[0].permitted;
}

static void set_capabilities(uint64_t held, uint64_t inherited)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2];
	for (int i = 0; i < 2; i++) {
		data[i].permitted = data[i].effective = (uint32_t)(held >> 32 * i);
		data[i].inheritable = (uint32_t)(inherited >> 32 * i);
	}
	if (syscall(SYS_capset, &header, data) < 0)
		fail("capset");
}

/* Root's own other groups are left behind; an ordinary user keeps what it has. */
static void become(const struct wish *wish)
{
	uid_t real, effective, saved;
	getresuid(&real, &effective, &saved);
	uid_t uid = (uid_t)wish->uid;
	gid_t gid = (gid_t)wish->gid;
	if (real == uid && effective == uid && saved == uid)
		return;
	if (setgroups(1, &gid) < 0 || setresgid(gid, gid, gid) < 0 || prctl(PR_SET_KEEPCAPS, 1) < 0 || setresuid(uid, uid, uid) < 0)
		fail("cannot become the owner of the run folder");
}

/* The bounding set only where it may be made smaller: no_new_privs holds anyway. */
static void keep_only(uint64_t caps)
{
	set_capabilities(caps, caps);
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	for (int number = 0; number <= CAP_LAST_CAP; number++)
		if ((caps >> number & 1) != 0 && prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, number, 0, 0) < 0)
			fail("ambient capabilities");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		fail("no_new_privs");
}

static void drop_bounds(uint64_t caps)
{
	for (int number = 0; number <= CAP_LAST_CAP; number++)
		if ((caps >> number & 1) == 0)
			prctl(PR_CAPBSET_DROP, number);
}

static uint64_t capability(const char *name)
{
	for (int i = 0; i < KNOWN; i++)
		if (strcmp(capabilities[i].name, name) == 0)
			return (uint64_t)1 << capabilities[i].number;
	errno = EINVAL;
	fail(name);
	return 0;
}

/* Reads options; gives how many words they were. What is for the program's environment is set at once: we have loaded. */
static int read_wish(int argc, char **argv, struct wish *wish)
{
	int at = 0;
	for (; at + 1 < argc && strncmp(argv[at], "--", 2) == 0; at += 2) {
		char *value = argv[at + 1];
		if (strcmp(argv[at], "--parent") == 0)
			wish->parent = atol(value);
		else if (strcmp(argv[at], "--uid") == 0)
			wish->uid = atol(value);
		else if (strcmp(argv[at], "--gid") == 0)
			wish->gid = atol(value);
		else if (strcmp(argv[at], "--cap") == 0)
			wish->caps |= capability(value);
		else if (strcmp(argv[at], "--env") == 0)
			putenv(value);
		else
			break;
	}
	return at;
}

int launch(int argc, char **argv)
{
	struct wish wish = {.parent = UNSET, .uid = UNSET, .gid = UNSET};
	int words = read_wish(argc, argv, &wish);
	if (words >= argc)
		return 2;
	uint64_t held = permitted(), caps = wish.caps & held;
	set_capabilities(held, 0);
	drop_bounds(caps);
	if (wish.uid != UNSET && wish.gid != UNSET)
		become(&wish);
	keep_only(caps);
	/* Forgotten when the user changes, so it comes last; a parent that has gone meanwhile is not waited for. */
	if (wish.parent != UNSET && (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != wish.parent))
		return 126;
	execvp(argv[words], argv + words);
	int reason = errno;
	fprintf(stderr, "mptcp-guard: %s: %s\n", argv[words], strerror(reason));
	return reason == ENOENT ? 127 : 126;
}
