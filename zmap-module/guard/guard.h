/*
 * mptcp-guard: holds the settings of a network namespace that a measurement
 * needs for as long as its input stays open, and starts programs with no more
 * privilege than they need. README.md says what it is asked and what it says.
 */
#ifndef GUARD_H
#define GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Local ports of ours: SLOTS runs at once may measure in one namespace. */
#define PORTS_FIRST 61001
#define PORTS_PER_SLOT 512
#define JOINS_PER_SLOT 128 /* the last of them, where there are joins */
#define SLOTS 8
#define PORTS_LAST (PORTS_FIRST + SLOTS * PORTS_PER_SLOT - 1)

enum { VALUE_MAX = 4096 };

/* One thing that must be so while we measure. `found` and `wanted` are empty
 * where this kernel does not have it. */
struct setting {
	const char *name;
	char found[VALUE_MAX];
	char wanted[VALUE_MAX];
	/* Right already, or left as it is because nothing wrong can come of it. */
	bool right;
};

enum { SETTINGS = 6 };

/* What the caller asks beyond what every measurement needs. */
struct wish_held {
	bool bare_syns;	      /* our SYNs leave without TCP timestamps */
	const char *checksum; /* net.mptcp.checksum_enabled; NULL: as it is */
	bool joins;	      /* a program of ours is the path manager, and sends no MP_JOIN SYN twice */
};
extern struct wish_held wish_held;

/* settings.c: false when the kernel cannot measure at all; says why. */
bool settings_read(struct setting *settings);
/* false when one that must be set cannot be; says which. Sets nothing when `dry`. */
bool settings_apply(const struct setting *settings, bool dry);
/* Those that are no longer as they were set stay as somebody else wanted them. */
void settings_restore(const struct setting *settings);
/* Whether one that its leader could not set, or that somebody changed, hinders no other guard. */
bool setting_may_differ(int which);
/* One as it is now; false where it is nothing to us. */
bool settings_now(const struct setting *settings, int which, char value[VALUE_MAX]);
/* Names of those that somebody changed meanwhile, to stdout as a JSON array. */
void settings_print_moved(const struct setting *settings);

/* limits.c: add_addr_accepted and subflows of the kernel's path manager; 0, or -1 with errno. */
int limits_get(uint32_t limits[2]);
int limits_set(const uint32_t limits[2]);

/* journal.c: what was found and set, for the case that no guard outlives its kill. false when it cannot be kept. */
#define JOURNAL_FOLDER "/dev/shm"
#define JOURNAL_NAME "mptcp-census-guard."
#define JOURNAL_NAMESPACE "namespace"
bool journal_write(const struct setting *settings);
void journal_read(struct setting *settings);
void journal_remove(void);
/* old_journals.c: removes those of namespaces that are gone. */
void journals_clear(void);

/* bare_syns.c: SYNs from these ports leave without TCP timestamps until the end; 0, or why they do not. */
int bare_syns_begin(int first, int last);
void bare_syns_end(void);

/* ports.c: takes a slot of local ports until it is released; its first port, or 0 when all are taken. */
int ports_take(void);
void ports_release(void);
/* Whether ports of ours are among those that the kernel gives to anybody. */
bool ports_overlap(const char *range, const char *reserved);

/* lock.c: one guard of a namespace sets and restores, the others lean on it. Says why when it is refused. */
enum lock { LOCK_LEADS,
	    LOCK_FOLLOWS,
	    LOCK_REFUSED };
enum lock lock_take(struct setting *settings);
/* Of a leader: the settings are made. false when nobody can be let in. */
bool lock_open(const struct setting *settings);
/* Until stdin ends. Whoever leans on a leader that dies becomes one. */
void lock_wait(struct setting *settings);
/* Until nobody leans on this one, in the background; true for the process that is to restore. */
bool lock_linger(void);

/* rest.c: ends what bears the mark, once stdin has ended. */
int rest(const char *mark);
/* hold.c, launch.c, preload.c: exit codes; the last two come back only when they fail. */
int hold(int argc, char **argv, bool dry);
int launch(int argc, char **argv);
int preload(int argc, char **argv);

#endif
