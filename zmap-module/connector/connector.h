/*
 * mptcp-connect: thousands of MPTCP connections at once, each silent for a while before its first byte, so that a server
 * says which other addresses it has. README.md says what it is asked and what it says.
 */
#ifndef CONNECTOR_H
#define CONNECTOR_H

#include <netinet/in.h>
#include <openssl/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "../clocks.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

enum { FIRST_MAX = 256,	   /* bytes kept of what a server volunteers */
       NAME_MAX_ = 256,	   /* a domain name with its NUL */
       SUBFLOWS_MAX = 8,   /* subflows told of */
       READ_MAX = 1 << 16, /* bytes read of one connection: a page without end costs nobody more */
       LINGER_MS = 1000,   /* that a server may take to close after us */
       AGENT_MAX = 512 };

/* What is done once the hold is over. */
enum way { WAY_HOLD,	/* nothing */
	   WAY_NUDGE,	/* an empty line, and hold again */
	   WAY_HTTP,	/* the same, and ask for the page */
	   WAY_TLS,	/* shake hands, and hold again */
	   WAY_HTTPS }; /* the same, and ask for the page */

struct endpoint {
	uint16_t family, port;
	uint8_t address[16];
	enum way way;
	char name[NAME_MAX_]; /* empty: none */
};

/* What was asked on the command line. */
struct settings {
	int64_t hold, timeout; /* nanoseconds */
	int64_t pace;	       /* nanoseconds from one start to the next; 0: none */
	int first_port, last_port;
	int most;    /* connections at once */
	bool joined; /* a path manager may add subflows to them, of either family */
	char agent[AGENT_MAX];
};
extern struct settings settings;

/* Why an attempt ended: a closed list, record.c has its words. */
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

enum yes_no { UNKNOWN = -1,
	      NO,
	      YES };

struct subflow {
	struct sockaddr_storage local, remote;
};

/* What the kernel says of a connection; all unknown where it does not. */
struct words {
	enum yes_no mptcp, checksum, timestamps;
	uint32_t flags, token, rtt_us;
	uint8_t signalled, accepted, extra_subflows, count;
	struct subflow subflows[SUBFLOWS_MAX];
};

enum tls_end { TLS_NOT_ASKED,
	       TLS_DONE,
	       TLS_ALERT,
	       TLS_CLOSED,
	       TLS_RESET,
	       TLS_TIMEOUT,
	       TLS_NONE }; /* what came is no TLS, or none that we speak */

enum state { IDLE,
	     CONNECTING,
	     HOLDING,
	     SHAKING,
	     AGAIN,
	     READING,
	     CLOSING,
	     STATES };

struct connection {
	struct connection *before, *after; /* of the same state, by `due` */
	enum state state;
	int fd;
	int64_t due;
	struct endpoint to;
	struct sockaddr_storage local;
	int64_t began, connected, hold_ended, spoke, again_ended, first_at; /* of the real-time clock; 0: did not happen */
	enum outcome outcome;
	int error;
	enum by hold_ended_by, again_ended_by, ended_by;
	enum yes_no asked; /* whether the SYN left with the option */
	enum yes_no at_start;
	struct words words;
	uint16_t first_length;
	uint8_t first[FIRST_MAX];
	uint32_t received, page_bytes; /* unasked, and asked for */
	SSL *ssl;
	enum tls_end tls;
	char tls_version[12], tls_error[64];
	int status;
};

/* endpoint.c */
bool endpoint_parse(const char *line, struct endpoint *out);
socklen_t endpoint_socket_address(const struct endpoint *from, struct sockaddr_storage *out);

/* waiting.c: what stdin has told and is still to be done. */
enum heard { HEARD,
	     HEARD_ALL,	    /* `.`: no more endpoints will come */
	     HEARD_ENDED,   /* stdin ended after it */
	     HEARD_GONE,    /* stdin ended without it: whoever asked is gone */
	     HEARD_WRONG }; /* a line that is not understood */
enum heard waiting_hear(void (*leave_out)(const char *prefix));
bool waiting_next(struct endpoint *out, bool *wrong);
bool waiting_any(void);

/* opt_outs.c: who is to be left alone from now on. */
bool opt_outs_add(const char *prefix);
bool opt_outs_have(const struct endpoint *one);

/* socket.c: a socket that connects, from a port of ours; the outcome so far. */
int socket_open(struct connection *one);
/* Ends it in order. */
void socket_close(int fd);
/* Ends it with a reset, whatever is on the way. */
void socket_abort(int fd);
/* An IPv4 address that an IPv6 socket has, as what it is. */
void unmap(struct sockaddr_storage *address);
enum outcome outcome_of(int error);

/* words.c */
enum yes_no words_asked(int fd);
enum yes_no words_is_mptcp(int fd);
void words_read(int fd, struct words *words);

/* tls.c: `true` when it is over, `one->tls` says how. */
void tls_begin(struct connection *one);
bool tls_step(struct connection *one, uint32_t *wants);
void tls_end(struct connection *one);

/* page.c */
bool page_ask(struct connection *one);
/* Reads what is there; true when that was the end of it, `by` says whose doing. */
bool page_read(struct connection *one, enum by *by);

/* connection.c */
void connection_open(struct connection *one);
void connection_event(struct connection *one, uint32_t events);
void connection_due(struct connection *one);
void connection_end(struct connection *one, enum by by);
enum by by_error(int error);

/* question.c: what follows the hold. */
void question_begin(struct connection *one);
void question_event(struct connection *one);
void question_due(struct connection *one);
void question_note(struct connection *one, enum by by);

/* states.c: connections by state, and the clock. */
void states_begin(int most);
int states_epoll(void);
void states_watch(struct connection *one, uint32_t events);
void states_move(struct connection *one, enum state state, int64_t within);
struct connection *states_first(enum state state);
struct connection *states_take(void);
void states_give(struct connection *one);
int states_live(void);
void states_count(int *ended, int *most); /* connections in all, and at once */

/* record.c */
void record_say(const struct connection *one);
void record_left_out(const struct endpoint *one);
/* false when nobody reads. */
bool record_flush(void);

/* loop.c: until all is done; the exit code. */
int loop_run(void);
void loop_leave_out(const char *prefix);

#endif
