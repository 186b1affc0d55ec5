#define _GNU_SOURCE
#include "repairs.h"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../hitlist.h"
#include "plugin.h"
#include "zconf.h"

static struct {
	const char *variable, *does;
	bool on;
} repairs[REPAIR_COUNT] = {
    [REPAIR_RECV] = {"MPTCP_SYNSCAN_NO_RECV", "no hang without -G: the kernel's whole answer in one datagram ends the wait",
		     false},
    [REPAIR_CLOCK] = {"MPTCP_SYNSCAN_NO_CLOCK", "replies are timed by the capture, not when they are processed", false},
    [REPAIR_RING] = {"MPTCP_SYNSCAN_NO_RING", "64 MB capture ring instead of 2 MB", false},
    [REPAIR_NULL] = {"MPTCP_SYNSCAN_NO_NULL", "a field without a value is null in JSON, not omitted", false},
    [REPAIR_ADDRESS] = {"MPTCP_SYNSCAN_NO_ADDRESS",
			"ipv6_mptcp_synscan runs on an interface without an IPv4 address instead of hanging", false},
    [REPAIR_OUTGOING] = {"MPTCP_SYNSCAN_NO_OUTGOING", "the capture does not look at what this machine sends", false},
    [REPAIR_ZONE] = {"MPTCP_SYNSCAN_NO_ZONE", "the time zone is looked up once, not again for every reply", false},
    [REPAIR_LINE] = {"MPTCP_SYNSCAN_NO_LINE", "a reply of this module becomes JSON at once, not field by field", false},
};

void repairs_enable(void)
{
	for (int i = 0; i < REPAIR_COUNT; i++) {
		const char *off = getenv(repairs[i].variable);
		repairs[i].on = off == NULL || strcmp(off, "1") != 0;
	}
	/* Without TZ, libc looks at this file again for each local time that zmap writes, and it writes one for each reply. */
	if (repairs[REPAIR_ZONE].on && setenv("TZ", ":/etc/localtime", 0) != 0) {
		repairs_give_up(REPAIR_ZONE);
	}
}

bool repairs_on(enum repair repair)
{
	return repairs[repair].on;
}

void repairs_give_up(enum repair repair)
{
	repairs[repair].on = false;
}

void repairs_announce(void)
{
	for (int i = 0; i < REPAIR_COUNT && log_info != NULL; i++) {
		log_info("mptcp_synscan", "repair %s: %s (%s=1 switches it off)", repairs[i].on ? "on" : "off",
			 repairs[i].does, repairs[i].variable);
	}
}

void *repairs_next(const char *name)
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
		*(void **)&real = repairs_next("recv");
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
 * ioctl: zmap asks for the interface's IPv4 address and dies, or with -S waits for ever, where there is
 * none. An IPv6 scan does not need it: it gets a number that no packet carries.
 */
static bool is_ipv6_scan(void)
{
	return zconf_pointer(ZCONF_PROBE_MODULE) == &module_ipv6_mptcp_synscan;
}

int ioctl(int file, unsigned long request, ...)
{
	static int (*real)(int, unsigned long, ...);
	va_list arguments;
	va_start(arguments, request);
	void *argument = va_arg(arguments, void *);
	va_end(arguments);
	if (real == NULL) {
		*(void **)&real = repairs_next("ioctl");
	}
	int result = real(file, request, argument);
	if (result < 0 && errno == EADDRNOTAVAIL && request == SIOCGIFADDR && repairs[REPAIR_ADDRESS].on && is_ipv6_scan()) {
		struct sockaddr_in nobody = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(HITLIST_FIRST_NUMBER)};
		memcpy(&((struct ifreq *)argument)->ifr_addr, &nobody, sizeof nobody);
		return 0;
	}
	return result;
}
