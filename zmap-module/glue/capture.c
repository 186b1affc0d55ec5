/*
 * Repairs around the capture: its clock, its ring, and what it looks at. libpcap is known by its symbols
 * alone: the plug-in is built without its headers.
 */
#define _GNU_SOURCE
#include <linux/if_packet.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>

#include "opt_out_file.h"
#include "repairs.h"
#include "zmap_2_1_1.h"

#define RING_BYTES (64 * 1024 * 1024)
#define ERROR_BYTES 256 /* PCAP_ERRBUF_SIZE */

/*
 * pcap_dispatch and gettimeofday: while a packet is handed to zmap, its clock says when that packet was
 * captured. One thread receives; the others keep their clock.
 */
struct capture_header { /* struct pcap_pkthdr of libpcap */
	struct timeval arrival;
	uint32_t captured, length;
};
typedef void (*capture_callback)(uint8_t *user, const struct capture_header *header, const uint8_t *bytes);

static _Thread_local const struct capture_header *in_hand;
static capture_callback zmap_callback;

static void hand_over(uint8_t *user, const struct capture_header *header, const uint8_t *bytes)
{
	in_hand = header;
	zmap_callback(user, header, bytes);
	in_hand = NULL;
}

int pcap_dispatch(void *capture, int count, capture_callback callback, uint8_t *user)
{
	static int (*real)(void *, int, capture_callback, uint8_t *);
	if (real == NULL) {
		*(void **)&real = repairs_next("pcap_dispatch");
	}
	if (!repairs_on(REPAIR_CLOCK)) {
		return real(capture, count, callback, user);
	}
	zmap_callback = callback;
	return real(capture, count, hand_over, user);
}

/* Under a name of its own: glibc's declaration promises a compiler that `out` is never NULL, and programs that want
 * the zone alone give NULL all the same. They get what glibc gives them: a zone of zeros. */
int tell_time(struct timeval *out, struct timezone *zone) __asm__("gettimeofday");

int tell_time(struct timeval *out, struct timezone *zone)
{
	struct timespec now;
	if (zone != NULL) {
		*zone = (struct timezone){0};
	}
	if (out == NULL) {
		return 0;
	}
	if (in_hand != NULL) {
		*out = in_hand->arrival;
		return 0;
	}
	clock_gettime(CLOCK_REALTIME, &now);
	out->tv_sec = now.tv_sec;
	out->tv_usec = now.tv_nsec / 1000;
	return 0;
}

uint64_t repairs_arrival_us(void)
{
	struct timeval arrival;
	tell_time(&arrival, NULL);
	return (uint64_t)arrival.tv_sec * 1000000 + (uint64_t)arrival.tv_usec;
}

/*
 * pcap_open_live: the same capture with a larger ring. It is also the first call after zmap's log is
 * open, whatever the probe module: what is repaired is said here, and the opt-outs are watched from here on.
 */
static int set_up(void *capture, int snaplen, int promiscuous, int timeout_ms)
{
	static const char *const SETTERS[] = {"pcap_set_snaplen", "pcap_set_promisc", "pcap_set_timeout",
					      "pcap_set_buffer_size"};
	const int values[] = {snaplen, promiscuous, timeout_ms, RING_BYTES};
	int status = 0;
	for (size_t i = 0; i < sizeof SETTERS / sizeof SETTERS[0] && status == 0; i++) {
		int (*set)(void *, int);
		*(void **)&set = repairs_next(SETTERS[i]);
		status = set(capture, values[i]);
	}
	int (*activate)(void *);
	*(void **)&activate = repairs_next("pcap_activate");
	return status == 0 ? activate(capture) : status;
}

/* libpcap's own sentence about a capture that failed, or at least its name for the failure. */
static void tell_why(void *capture, int status, char *error)
{
	const char *(*sentence)(void *), *(*name)(int);
	*(void **)&sentence = repairs_next("pcap_geterr");
	*(void **)&name = repairs_next("pcap_statustostr");
	const char *said = sentence(capture);
	snprintf(error, ERROR_BYTES, "%s", *said != '\0' ? said : name(status));
}

/* Every libpcap since 1.0 has these calls, and so has any zmap that calls pcap_open_live. */
static void *open_with_ring(const char *device, int snaplen, int promiscuous, int timeout_ms, char *error)
{
	void *(*create)(const char *, char *);
	void (*close)(void *);
	*(void **)&create = repairs_next("pcap_create");
	*(void **)&close = repairs_next("pcap_close");
	void *capture = create(device, error);
	int status = capture != NULL ? set_up(capture, snaplen, promiscuous, timeout_ms) : 0;
	if (status < 0) { /* above 0 is a warning */
		tell_why(capture, status, error);
		close(capture);
		return NULL;
	}
	return capture;
}

static void *open_capture(const char *device, int snaplen, int promiscuous, int timeout_ms, char *error)
{
	void *(*real)(const char *, int, int, int, char *);
	*(void **)&real = repairs_next("pcap_open_live");
	if (repairs_on(REPAIR_RING)) {
		void *capture = open_with_ring(device, snaplen, promiscuous, timeout_ms, error);
		if (capture != NULL) {
			return capture;
		}
		log_warn("mptcp_synscan", "no 64 MB capture ring (%s): the stock one is tried", error);
		repairs_give_up(REPAIR_RING);
	}
	return real(device, snaplen, promiscuous, timeout_ms, error);
}

/* Otherwise every SYN that zmap sends is also cloned for the capture, whose filter then throws it away: a tenth of
 * the time of sending it. No reply is among them. */
static bool ignore_outgoing(void *capture)
{
	int (*descriptor)(void *), yes = 1;
	*(void **)&descriptor = repairs_next("pcap_fileno");
	return descriptor != NULL &&
	       setsockopt(descriptor(capture), SOL_PACKET, PACKET_IGNORE_OUTGOING, &yes, sizeof yes) == 0;
}

void *pcap_open_live(const char *device, int snaplen, int promiscuous, int timeout_ms, char *error)
{
	void *capture = open_capture(device, snaplen, promiscuous, timeout_ms, error);
	if (capture != NULL && repairs_on(REPAIR_OUTGOING) && !ignore_outgoing(capture)) {
		repairs_give_up(REPAIR_OUTGOING);
	}
	repairs_announce();
	opt_out_file_watch();
	return capture;
}
