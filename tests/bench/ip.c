// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * IP on session 0, through the stock cdc_mbim: the simulator answers pings. What
 * mbim_dss costs it shows when it is not loaded, loaded, and has sessions open.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/icmp.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

#define ADDRESS		"10.0.0.1"
/* Requests under way at a time: keeps the pipe busy, overflows no queue. */
#define WINDOW		128
#define SILENCE_MS	1000
#define IP_HEADER	20

struct pinger {
	int fd;
	size_t len;
	uint8_t request[sizeof(struct icmphdr) + MAX_DATAGRAM];
};

static uint16_t checksum(const uint8_t *bytes, size_t len)
{
	uint32_t sum = 0;

	for (size_t i = 0; i + 1 < len; i += 2)
		sum += bytes[i] << 8 | bytes[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons(~sum);
}

static void pinger_open(struct pinger *p, unsigned int size)
{
	struct timeval silence = { .tv_sec = SILENCE_MS / 1000 };
	struct sockaddr_in address = { .sin_family = AF_INET };
	struct icmp_filter filter = { ~(1u << ICMP_ECHOREPLY) };
	int buffer = 8 * 1024 * 1024;

	inet_pton(AF_INET, ADDRESS, &address.sin_addr);
	memset(p, 0, sizeof(*p));
	p->len = sizeof(struct icmphdr) + size;
	p->fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP);
	if (p->fd < 0 || connect(p->fd, (struct sockaddr *)&address, sizeof(address)) ||
	    setsockopt(p->fd, SOL_RAW, ICMP_FILTER, &filter, sizeof(filter)) ||
	    setsockopt(p->fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof(buffer)) ||
	    setsockopt(p->fd, SOL_SOCKET, SO_RCVTIMEO, &silence, sizeof(silence)))
		die("socket for pings: %s", strerror(errno));
}

static void ping_send(struct pinger *p, uint16_t number)
{
	struct icmphdr *header = (struct icmphdr *)p->request;

	header->type = ICMP_ECHO;
	header->un.echo.id = htons(1);
	header->un.echo.sequence = htons(number);
	header->checksum = 0;
	header->checksum = checksum(p->request, p->len);
	if (send(p->fd, p->request, p->len, 0) != (ssize_t)p->len)
		die("ping: %s", strerror(errno));
}

/* False: nothing came for a while. */
static bool ping_receive(struct pinger *p)
{
	uint8_t reply[IP_HEADER + sizeof(struct icmphdr) + MAX_DATAGRAM];
	ssize_t n;

	do {
		n = recv(p->fd, reply, sizeof(reply), 0);
	} while (n < 0 && errno == EINTR);
	if (n >= 0 && n != IP_HEADER + (ssize_t)p->len)
		die("ping: an answer of %zd bytes", n);
	return n >= 0;
}

/* A window of requests, answered before the next. Returns the answers. */
static uint64_t ping_windows(struct pinger *p, uint64_t count)
{
	uint64_t sent = 0, got = 0;

	while (sent < count) {
		for (int i = 0; i < WINDOW; i++)
			ping_send(p, sent++);
		while (got < sent && ping_receive(p))
			got++;
	}
	return got;
}

void ip_echo(const struct measure *m, struct result *r)
{
	struct pinger p;

	pinger_open(&p, m->size);
	ping_windows(&p, WINDOW);
	usage_begin(&r->usage);
	r->delivered = ping_windows(&p, m->count);
	usage_end(&r->usage);
	r->sent = m->count;
	result_rate(r);
	r->unit = "pings/s";
	close(p.fd);
}

static void ping_each(const struct measure *m, struct result *r)
{
	uint64_t *samples = calloc(m->count, sizeof(*samples));
	struct pinger p;
	size_t n = 0;

	if (!samples)
		die("no memory");
	pinger_open(&p, m->size);
	usage_begin(&r->usage);
	for (uint64_t i = 0; i < m->count; i++) {
		uint64_t begin = now_ns();

		ping_send(&p, i);
		if (ping_receive(&p))
			samples[n++] = now_ns() - begin;
	}
	usage_end(&r->usage);
	r->sent = m->count;
	r->delivered = n;
	r->unit = "us";
	r->value = percentile(samples, n, 99) / 1e3;
	close(p.fd);
	free(samples);
}

void ip_ping(const struct measure *m, struct result *r)
{
	ping_each(m, r);
}

/* -------- while a session floods -------- */

/* Writes as fast as it can until told to stop; exits with 0 if nothing was lost. */
static void flood(unsigned int size, const volatile int *stop)
{
	struct sender *s = sender_new(ours_open(SESSION_SINK), size);
	uint64_t before = sim_session(SESSION_SINK, "datagrams_out"), sent = 0;

	for (; !*stop; sent += BATCH)
		sender_batch(s);
	if (sender_drain(s) != sent)
		die("the flood lost completions");
	if (sim_session(SESSION_SINK, "datagrams_out") - before != sent)
		die("the flood lost datagrams");
	exit(0);
}

void ip_ping_busy(const struct measure *m, struct result *r)
{
	volatile int *stop = mmap(NULL, sizeof(*stop), PROT_READ | PROT_WRITE,
				  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t child;
	int status;

	if (stop == MAP_FAILED)
		die("no memory");
	child = fork();
	if (child < 0)
		die("fork: %s", strerror(errno));
	if (!child)
		flood(1500, stop);
	/* until it is under way */
	usleep(20000);
	ping_each(m, r);
	*stop = 1;
	if (waitpid(child, &status, 0) != child || status)
		die("the flood failed");
	munmap((void *)stop, sizeof(*stop));
}
