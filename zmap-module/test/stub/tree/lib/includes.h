/* Stub: what the in-tree glue expects of zmap's headers, by interface only. */
#ifndef STUB_INCLUDES_H
#define STUB_INCLUDES_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#define __FAVOR_BSD 1
#include <net/ethernet.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define UNUSED __attribute__((unused))

typedef uint32_t ipaddr_n_t;
typedef uint16_t port_n_t;
typedef uint16_t port_h_t;
typedef unsigned char macaddr_t;

#endif
