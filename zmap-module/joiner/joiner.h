/*
 * mptcp-join: a path manager for connections of ours alone. To each address that a server announces on one of them, and that the screen
 * lets through, one MP_JOIN SYN leaves; README.md says what it is asked and what it says.
 */
#ifndef JOINER_H
#define JOINER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "../clocks.h"

enum { EACH_MAX = 8,	   /* addresses asked for one connection: what the kernel's own path manager takes at most */
       DECIDED_MAX = 64,   /* announcements told of for one connection: a server may make them up for ever */
       WAITING_MAX = 4096, /* announcements that wait for a turn */
       PORTS_MAX = 512,
       LINGER_MS = 250 }; /* that a subflow stays once it is made: its last ACK is on the way */

/* What was asked on the command line. */
struct settings {
	int64_t wait; /* nanoseconds for an answer */
	int64_t pace; /* nanoseconds from one SYN to the next; 0: none */
	int first_port, last_port;
	int first_held, last_held;
};
extern struct settings settings;

/* 4 bytes of the address count for IPv4, the others are zero. */
struct end {
	uint16_t family, port;
	uint8_t address[16];
};

/* A connection of ours, by its token. */
struct owner {
	struct owner *next;
	uint32_t token;
	struct end local, remote;
	bool denies; /* the server wants no joins to the address and port that we came to (the C flag) */
	int asked, decided;
};

/* What is decided of one announcement: a closed list, record.c has its words. */
enum decision { ASKED,
		NOT_GLOBAL,
		BLOCKED,
		OPTED_OUT,
		ASKED_BEFORE, /* its one SYN was sent, whoever announced it */
		INTERRUPTED,  /* it was sent by one who was ended before the answer was kept */
		DENIED,	      /* by the server, of the address and port that we came to */
		TOO_MANY,     /* of this connection */
		TOO_LATE,     /* the connection ended before its turn */
		NO_ROOM,
		NO_ROUTE,
		HERE }; /* this machine could not */

/* Who ended an attempt to join, or a subflow that was made. */
enum by { BY_NOBODY,
	  BY_US,
	  BY_LIMIT, /* no answer in time */
	  BY_THERE, /* refused or reset, the packets say by whom */
	  BY_CLOSE, /* its connection ended first */
	  BY_OPT_OUT,
	  BY_STOP };

struct announcement {
	uint32_t token;
	uint8_t id;
	struct end to;
};

struct attempt {
	bool live, made;
	struct announcement of;
	struct end asked; /* whom the connection was opened to */
	uint16_t held_port;
	struct end local;
	uint8_t local_id;
	int64_t began, due; /* of the real-time clock, and of the monotonic one */
	int error;
	int reset_reason; /* -1: none was told */
	enum by ended_by;
};

/* What the kernel tells of a subflow. */
struct news {
	uint32_t token;
	uint8_t id;
	struct end local, remote;
	int error, reset_reason;
};

/* link.c: netlink to the path manager. */
bool link_open(void);
int link_events(void);
/* Reads what there is, and calls attempts_* for each. false when events were lost. */
bool link_hear(void);
/* 0, or why the kernel did not: then nothing was sent. */
int link_create(const struct attempt *one);
int link_destroy(const struct attempt *one);

/* owners.c */
void owners_add(uint32_t token, const struct end *local, const struct end *remote, bool denies);
struct owner *owners_find(uint32_t token);
void owners_remove(uint32_t token);

/* What was met before. */
struct met {
	uint32_t token;
	uint16_t family, port;
	uint8_t id, address[16];
};
/* true when it is new. */
bool met_add(const struct met *one);
bool met_has(const struct met *one);
/* The address alone, as one that has had its SYN. */
struct met met_address(const struct end *to);
/* The same, of one whose answer nobody kept. */
struct met met_interrupted(const struct end *to);
bool end_parse(const char *text, struct end *out);
socklen_t end_socket_address(const struct end *from, struct sockaddr_storage *out);

/* screen.c: tables of addresses that must not be sent anything, or why they cannot be read. */
bool screen_read(const char *option, const char *path);
/* ASKED when it may be sent something. */
enum decision screen_look(const struct end *to);

/* journal.c: who was asked, on disk before the SYN leaves. */
bool journal_open(const char *path);
void journal_add(const struct end *to);
/* false when what was added may not be on disk: then nobody of it may be asked. */
bool journal_sync(void);

/* attempts.c */
void attempts_announced(const struct announcement *one);
void attempts_made(const struct news *news);
void attempts_closed(const struct news *news);
void attempts_owner_gone(uint32_t token);
/* Begins what is due, ends what has waited too long; milliseconds until something is due again, -1 when nobody may be asked any more. */
int attempts_turn(void);
void attempts_stop(void);

/* record.c */
const char *end_text(const struct end *end); /* until it is called again */
void record_decided(const struct announcement *of, const struct owner *owner, enum decision decision, int error);
void record_attempt(const struct attempt *one);

#endif
