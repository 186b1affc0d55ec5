#define _GNU_SOURCE
#include "repairs.h"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "../hitlist.h"
#include "plugin.h"

#define RING_BYTES (64 * 1024 * 1024)

enum repair { REPAIR_RECV,
	      REPAIR_CLOCK,
	      REPAIR_RING,
	      REPAIR_NULL,
	      REPAIR_ADDRESS,
	      REPAIR_OUTGOING,
	      REPAIR_COUNT };

static struct {
	const char *variable, *does;
	bool on;
} repairs[REPAIR_COUNT] = {
    [REPAIR_RECV] = {"MPTCP_SYNSCAN_NO_RECV", "no hang without -G: the kernel's whole answer in one datagram ends the wait",
		     false},
    [REPAIR_CLOCK] = {"MPTCP_SYNSCAN_NO_CLOCK", "replies are timed by the capture, not when they are processed", false},
    [REPAIR_RING] = {"MPTCP_SYNSCAN_NO_RING", "64 MB capture ring instead of 2 MB", false},
    [REPAIR_NULL] = {"MPTCP_SYNSCAN_NO_NULL", "a field without a value is null in JSON, not left out", false},
    [REPAIR_ADDRESS] = {"MPTCP_SYNSCAN_NO_ADDRESS",
			"ipv6_mptcp_synscan runs on an interface without an IPv4 address instead of hanging", false},
    [REPAIR_OUTGOING] = {"MPTCP_SYNSCAN_NO_OUTGOING", "the capture does not look at what this machine sends", false},
};

void repairs_enable(void)
{
	for (int i = 0; i < REPAIR_COUNT; i++) {
		const char *off = getenv(repairs[i].variable);
		repairs[i].on = off == NULL || strcmp(off, "1") != 0;
	}
}

static void announce(void)
{
	for (int i = 0; i < REPAIR_COUNT && log_info != NULL; i++) {
		log_info("mptcp_synscan", "repair %s: %s (%s=1 switches it off)", repairs[i].on ? "on" : "off",
			 repairs[i].does, repairs[i].variable);
	}
}

static void *next(const char *name)
{
	return dlsym(RTLD_NEXT, name);
}

/*
 * recv: zmap asks the kernel for routes and neighbours and reads datagrams until one begins with
 * NLMSG_DONE. Kernels put it into the same datagram as the last entry, and zmap waits for ever. After
 * such a datagram the next read gets an NLMSG_DONE of its own.
 */
static struct nlmsghdr done;
static int done_for = -1;

static void remember_done(int socket, char *buffer, ssize_t bytes)
{
	int left = (int)bytes;
	for (struct nlmsghdr *head = (struct nlmsghdr *)buffer; NLMSG_OK(head, (unsigned)left);
	     head = NLMSG_NEXT(head, left)) {
		if (head->nlmsg_type == NLMSG_DONE && (char *)head != buffer) {
			done = *head;
			done.nlmsg_len = NLMSG_HDRLEN;
			done_for = socket;
		}
	}
}

static bool is_netlink(int socket)
{
	struct sockaddr_nl address;
	socklen_t length = sizeof address;
	return getsockname(socket, (struct sockaddr *)&address, &length) == 0 && address.nl_family == AF_NETLINK;
}

ssize_t recv(int socket, void *buffer, size_t length, int flags)
{
	static ssize_t (*real)(int, void *, size_t, int);
	if (real == NULL) {
		*(void **)&real = next("recv");
	}
	if (!repairs[REPAIR_RECV].on || !is_netlink(socket)) {
		return real(socket, buffer, length, flags);
	}
	if (done_for == socket && length >= sizeof done) {
		done_for = -1;
		memcpy(buffer, &done, sizeof done);
		return sizeof done;
	}
	ssize_t bytes = real(socket, buffer, length, flags);
	if (bytes > 0) {
		remember_done(socket, buffer, bytes);
	}
	return bytes;
}

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
		*(void **)&real = next("pcap_dispatch");
	}
	if (!repairs[REPAIR_CLOCK].on) {
		return real(capture, count, callback, user);
	}
	zmap_callback = callback;
	return real(capture, count, hand_over, user);
}

int gettimeofday(struct timeval *restrict out, void *restrict zone)
{
	(void)zone; /* obsolete: glibc ignores it too */
	if (in_hand != NULL) {
		*out = in_hand->arrival;
		return 0;
	}
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	out->tv_sec = now.tv_sec;
	out->tv_usec = now.tv_nsec / 1000;
	return 0;
}

uint64_t repairs_arrival_us(void)
{
	struct timeval arrival;
	gettimeofday(&arrival, NULL);
	return (uint64_t)arrival.tv_sec * 1000000 + (uint64_t)arrival.tv_usec;
}

/*
 * pcap_open_live: the same capture with a larger ring. It is also the first call after zmap's log is
 * open, whatever the probe module: what is repaired is said here.
 */
static bool set_up(void *capture, int snaplen, int promiscuous, int timeout_ms)
{
	static const char *const SETTERS[] = {"pcap_set_snaplen", "pcap_set_promisc", "pcap_set_timeout",
					      "pcap_set_buffer_size"};
	const int values[] = {snaplen, promiscuous, timeout_ms, RING_BYTES};
	for (size_t i = 0; i < sizeof SETTERS / sizeof SETTERS[0]; i++) {
		int (*set)(void *, int);
		*(void **)&set = next(SETTERS[i]);
		if (set == NULL || set(capture, values[i]) != 0) {
			return false;
		}
	}
	int (*activate)(void *);
	*(void **)&activate = next("pcap_activate");
	return activate != NULL && activate(capture) >= 0;
}

static void *open_with_ring(const char *device, int snaplen, int promiscuous, int timeout_ms, char *error)
{
	void *(*create)(const char *, char *);
	void (*close)(void *);
	*(void **)&create = next("pcap_create");
	*(void **)&close = next("pcap_close");
	void *capture = create != NULL && close != NULL ? create(device, error) : NULL;
	if (capture != NULL && !set_up(capture, snaplen, promiscuous, timeout_ms)) {
		close(capture);
		return NULL;
	}
	return capture;
}

static void *open_capture(const char *device, int snaplen, int promiscuous, int timeout_ms, char *error)
{
	void *(*real)(const char *, int, int, int, char *);
	*(void **)&real = next("pcap_open_live");
	if (repairs[REPAIR_RING].on) {
		void *capture = open_with_ring(device, snaplen, promiscuous, timeout_ms, error);
		if (capture != NULL) {
			return capture;
		}
		log_warn("mptcp_synscan", "no memory for a 64 MB capture ring: the stock one is used");
		repairs[REPAIR_RING].on = false;
	}
	return real(device, snaplen, promiscuous, timeout_ms, error);
}

/* Otherwise every SYN that zmap sends is also cloned for the capture, whose filter then throws it away: a tenth of
 * the time of sending it. No reply is among them. */
static bool ignore_outgoing(void *capture)
{
	int (*descriptor)(void *), yes = 1;
	*(void **)&descriptor = next("pcap_fileno");
	return descriptor != NULL &&
	       setsockopt(descriptor(capture), SOL_PACKET, PACKET_IGNORE_OUTGOING, &yes, sizeof yes) == 0;
}

void *pcap_open_live(const char *device, int snaplen, int promiscuous, int timeout_ms, char *error)
{
	void *capture = open_capture(device, snaplen, promiscuous, timeout_ms, error);
	if (capture != NULL && repairs[REPAIR_OUTGOING].on) {
		repairs[REPAIR_OUTGOING].on = ignore_outgoing(capture);
	}
	announce();
	return capture;
}

/*
 * ioctl: zmap asks for the interface's IPv4 address and dies, or with -S waits for ever, where there is
 * none. An IPv6 scan does not need it: it gets a number that no packet carries.
 */
static bool is_ipv6_scan(void)
{
	const void *module;
	memcpy(&module, zconf + ZCONF_PROBE_MODULE, sizeof module);
	return module == &module_ipv6_mptcp_synscan;
}

int ioctl(int file, unsigned long request, ...)
{
	static int (*real)(int, unsigned long, ...);
	va_list arguments;
	va_start(arguments, request);
	void *argument = va_arg(arguments, void *);
	va_end(arguments);
	if (real == NULL) {
		*(void **)&real = next("ioctl");
	}
	int result = real(file, request, argument);
	if (result < 0 && errno == EADDRNOTAVAIL && request == SIOCGIFADDR && repairs[REPAIR_ADDRESS].on && is_ipv6_scan()) {
		struct sockaddr_in nobody = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(HITLIST_FIRST_NUMBER)};
		memcpy(&((struct ifreq *)argument)->ifr_addr, &nobody, sizeof nobody);
		return 0;
	}
	return result;
}

/*
 * json_object_new_string: zmap leaves a field without a value out of its JSON. One string, known by its
 * address, becomes JSON's null instead; in CSV it is empty.
 */
static char null_string[] = "";

char *repairs_null_string(void)
{
	return repairs[REPAIR_NULL].on ? null_string : NULL;
}

void *json_object_new_string(const char *text)
{
	static void *(*real)(const char *);
	if (text == null_string) {
		return NULL; /* json-c's own way to say null */
	}
	if (real == NULL) {
		*(void **)&real = next("json_object_new_string");
	}
	return real(text);
}
