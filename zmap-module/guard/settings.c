/*
 * The settings, each with its reason:
 *   blackhole_timeout 0  one host that swallows MPTCP SYNs would turn later connections into plain TCP
 *   syn_retrans_before_tcp_fallback 128  every SYN that is sent again keeps the option: whom we ask has answered such a SYN before, so
 *                        what is lost is lost to the path. With the kernel's 2, one in 64 connections asks for no MPTCP where a
 *                        quarter of the round trips is lost. Before Linux 6.12 no SYN lost it
 *   path_manager kernel  a path manager in user space echoes no announcement unless a program listens; with joins it is ours, and the
 *                        kernel makes no subflow of its own. pm_type 0 and 1 before Linux 6.16
 *   limits 0 0           the kernel connects to no announced address, whoever it belongs to
 *   checksum_enabled     as asked: with 1 our SYN asks for checksums, and MP_FAIL is seen from both sides
 *   reserved ports       no other program's connection leaves from a port of ours
 */
#define _GNU_SOURCE
#include "settings.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "limits.h"
#include "ports.h"
#include "sysctl.h"
#include "wishes.h"

enum { BLACKHOLE,
       SYN_RETRANS,
       PATH_MANAGER,
       LIMITS,
       CHECKSUM,
       RESERVED };

static const char *names[SETTINGS] = {
    [BLACKHOLE] = "net.mptcp.blackhole_timeout",
    [SYN_RETRANS] = "net.mptcp.syn_retrans_before_tcp_fallback",
    [PATH_MANAGER] = "net.mptcp.pm_type",
    [LIMITS] = "mptcp limits",
    [CHECKSUM] = "net.mptcp.checksum_enabled",
    [RESERVED] = "net.ipv4.ip_local_reserved_ports",
};

static bool value_read(int which, char value[VALUE_MAX])
{
	uint32_t limits[2];
	if (which != LIMITS)
		return sysctl_read(names[which], value);
	if (limits_get(limits) < 0)
		return false;
	snprintf(value, VALUE_MAX, "%u %u", limits[0], limits[1]);
	return true;
}

static bool value_write(int which, const char *value)
{
	uint32_t limits[2];
	if (which != LIMITS)
		return sysctl_write(names[which], value);
	return sscanf(value, "%u %u", &limits[0], &limits[1]) == 2 && limits_set(limits) == 0;
}

/* false for a list that was read cut, or has no room for our ports: what would be put back is not what was found. */
static bool want_reserved(struct setting *one)
{
	char range[VALUE_MAX];
	if (!sysctl_read("net.ipv4.ip_local_port_range", range))
		return true;
	one->right = !ports_overlap(range, one->found);
	int length = snprintf(one->wanted, VALUE_MAX, "%s%s%d-%d", one->found, one->found[0] == '\0' ? "" : ",", PORTS_FIRST, PORTS_LAST);
	if (one->right || length < VALUE_MAX)
		return true;
	fprintf(stderr, "refused E_CONFIG: %s is too long to be restored afterwards, so %d-%d cannot be added to it|add them by hand, or write the list with fewer ranges\n", one->name, PORTS_FIRST, PORTS_LAST);
	return false;
}

/* The older name is a number, and will be removed some day; where the newer name exists, only that one counts. */
static void name_path_manager(void)
{
	char value[VALUE_MAX];
	if (sysctl_read("net.mptcp.path_manager", value))
		names[PATH_MANAGER] = "net.mptcp.path_manager";
}

static const char *path_manager_wanted(void)
{
	bool by_name = strcmp(names[PATH_MANAGER], "net.mptcp.path_manager") == 0;
	if (wish_held.joins)
		return by_name ? "userspace" : "1";
	return by_name ? "kernel" : "0";
}

/* What a setting is to be; NULL: as it is. */
static const char *value_wanted(int which)
{
	switch (which) {
	case PATH_MANAGER:
		return path_manager_wanted();
	case SYN_RETRANS:
		return "128";
	case LIMITS:
		return "0 0";
	case CHECKSUM:
		return wish_held.checksum;
	default:
		return "0";
	}
}

/* From 128 on the kernel drops the option of no SYN. */
static bool is_right(int which, const struct setting *one)
{
	return which == SYN_RETRANS ? atoi(one->found) >= 128 : strcmp(one->found, one->wanted) == 0;
}

bool settings_read(struct setting *settings)
{
	char enabled[VALUE_MAX];
	if (!sysctl_read("net.mptcp.enabled", enabled)) {
		fprintf(stderr, "refused E_CONFIG: this kernel has no MPTCP|use a kernel of 5.6 or later with CONFIG_MPTCP\n");
		return false;
	}
	if (strcmp(enabled, "1") != 0) {
		fprintf(stderr, "refused E_CONFIG: net.mptcp.enabled is not 1, so this kernel opens no MPTCP connection|sysctl -w net.mptcp.enabled=1\n");
		return false;
	}
	name_path_manager();
	for (int i = 0; i < SETTINGS; i++) {
		struct setting *one = &settings[i];
		memset(one, 0, sizeof(*one));
		one->name = names[i];
		one->right = true;
		if (!value_read(i, one->found))
			continue;
		if (i == RESERVED) {
			if (!want_reserved(one))
				return false;
			continue;
		}
		if (value_wanted(i) == NULL)
			continue;
		strcpy(one->wanted, value_wanted(i));
		one->right = is_right(i, one);
	}
	if (wish_held.joins && settings[PATH_MANAGER].wanted[0] == '\0') {
		fprintf(stderr, "refused E_CONFIG: no program can be the path manager of this kernel, so no announced address can be joined|use a kernel of 5.19 or later, or set handshake.join: false\n");
		return false;
	}
	return true;
}

/* How an administrator sets it by hand. */
static void print_advice(int which, const char *wanted)
{
	if (which == LIMITS)
		fprintf(stderr, "ip mptcp limits set add_addr_accepted 0 subflows 0\n");
	else
		fprintf(stderr, "sysctl -w %s=%s\n", names[which], wanted);
}

/*
 * The kernel makes no subflow to an announced address: to the address asked it may, as it always does. Checksums that
 * were not asked for cost nobody an observation. A SYN that left without the option is never taken for the server's fallback.
 */
static bool is_harmless(int which, const char *found)
{
	return which == SYN_RETRANS || (which == LIMITS && strncmp(found, "0 ", 2) == 0) || (which == CHECKSUM && strcmp(found, "1") == 0);
}

bool setting_may_differ(int which)
{
	return which == LIMITS || which == SYN_RETRANS;
}

static bool can_write(int which)
{
	uint32_t limits[2];
	if (which == LIMITS) /* as they are: whether it may is all that is asked */
		return limits_get(limits) == 0 && limits_set(limits) == 0;
	return sysctl_is_writable(names[which]);
}

bool settings_apply(const struct setting *settings, bool dry)
{
	for (int i = 0; i < SETTINGS; i++) {
		const struct setting *one = &settings[i];
		if (one->right)
			continue;
		if ((dry ? can_write(i) : value_write(i, one->wanted)) || is_harmless(i, one->found))
			continue;
		fprintf(stderr, "refused E_PRIVILEGES: %s is %s, the handshake needs %s, and it cannot be set here (%s)|", one->name, one->found[0] == '\0' ? "empty" : one->found, one->wanted, strerror(errno));
		print_advice(i, one->wanted);
		return false;
	}
	return true;
}

void settings_restore(const struct setting *settings)
{
	char now[VALUE_MAX];
	for (int i = 0; i < SETTINGS; i++) {
		const struct setting *one = &settings[i];
		if (!one->right && value_read(i, now) && strcmp(now, one->wanted) == 0)
			value_write(i, one->found);
	}
}

bool settings_now(const struct setting *settings, int which, char value[VALUE_MAX])
{
	return settings[which].wanted[0] != '\0' && value_read(which, value);
}

void settings_print_moved(const struct setting *settings)
{
	char now[VALUE_MAX];
	const char *between = "";
	printf("[");
	for (int i = 0; i < SETTINGS; i++) {
		const struct setting *one = &settings[i];
		if (one->wanted[0] == '\0' || !value_read(i, now))
			continue;
		bool kept = i == RESERVED ? strcmp(now, one->right ? one->found : one->wanted) == 0 : strcmp(now, one->wanted) == 0 || is_harmless(i, now);
		if (kept)
			continue;
		printf("%s\"%s\"", between, one->name);
		between = ",";
	}
	printf("]");
}
