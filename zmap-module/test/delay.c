/*
 * A slow path: what is routed into the TUN device comes out of it again, MILLISECONDS later.
 *
 *   delay DEVICE MILLISECONDS      prints READY when it forwards
 *
 * Made for kernels without netem. Packets keep their order; beyond QUEUE_MAX under way they are dropped.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define QUEUE_MAX 16384
#define PACKET_MAX 2048

struct packet {
	uint64_t due_ns;
	ssize_t bytes;
	uint8_t data[PACKET_MAX];
};

static uint64_t now_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static int open_tun(const char *name)
{
	struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI};
	int tun = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	snprintf(request.ifr_name, IFNAMSIZ, "%s", name);
	if (tun < 0 || ioctl(tun, TUNSETIFF, &request) != 0) {
		perror("delay: cannot open the TUN device");
		exit(1);
	}
	return tun;
}

static void wait_for(int tun, uint64_t due_ns)
{
	struct pollfd readable = {.fd = tun, .events = POLLIN};
	uint64_t now = now_ns(), left = due_ns > now ? due_ns - now : 0;
	struct timespec timeout = {(time_t)(left / 1000000000u), (long)(left % 1000000000u)};
	ppoll(&readable, 1, due_ns != 0 ? &timeout : NULL, NULL);
}

int main(int argc, char **argv)
{
	if (argc != 3) {
		fprintf(stderr, "usage: delay DEVICE MILLISECONDS\n");
		return 2;
	}
	uint64_t delay_ns = (uint64_t)(atof(argv[2]) * 1e6);
	struct packet *queue = calloc(QUEUE_MAX, sizeof *queue);
	size_t head = 0, count = 0;
	int tun = open_tun(argv[1]);
	if (queue == NULL) {
		return 1;
	}
	printf("READY\n");
	fflush(stdout);
	for (;;) {
		wait_for(tun, count > 0 ? queue[head].due_ns : 0);
		while (count < QUEUE_MAX) {
			struct packet *last = &queue[(head + count) % QUEUE_MAX];
			last->bytes = read(tun, last->data, sizeof last->data);
			if (last->bytes <= 0) {
				break;
			}
			last->due_ns = now_ns() + delay_ns;
			count++;
		}
		while (count > 0 && queue[head].due_ns <= now_ns()) {
			if (write(tun, queue[head].data, (size_t)queue[head].bytes) < 0) {
				perror("delay: cannot write");
			}
			head = (head + 1) % QUEUE_MAX;
			count--;
		}
	}
}
