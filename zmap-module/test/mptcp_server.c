/*
 * A kernel MPTCP server that accepts and closes: what answers SYNs here is Linux itself.
 *
 *   mptcp_server PORT [tcp]    "tcp" listens without MPTCP. Prints READY when it listens, on IPv6 and IPv4.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

#define BACKLOG (1 << 20) /* half-open connections of several scans of 65,536 hosts: cut to somaxconn */

int main(int argc, char **argv)
{
	if (argc < 2) {
		fprintf(stderr, "usage: mptcp_server PORT [tcp]\n");
		return 2;
	}
	int off = 0, on = 1;
	int protocol = argc > 2 && strcmp(argv[2], "tcp") == 0 ? IPPROTO_TCP : IPPROTO_MPTCP;
	int server = socket(AF_INET6, SOCK_STREAM, protocol);
	struct sockaddr_in6 any = {.sin6_family = AF_INET6, .sin6_port = htons((unsigned short)atoi(argv[1]))};
	if (server < 0 || setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
	    setsockopt(server, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off) != 0 ||
	    bind(server, (struct sockaddr *)&any, sizeof any) != 0 || listen(server, BACKLOG) != 0) {
		perror("mptcp_server");
		return 1;
	}
	printf("READY\n");
	fflush(stdout);
	for (;;) {
		int client = accept(server, NULL, NULL);
		if (client >= 0) {
			close(client);
		}
	}
}
