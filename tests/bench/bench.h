/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the parts of the bench share. It runs in a guest whose clock counts
 * instructions, as one process; the modem is mbim-sim beside it.
 *
 *	bench.c		the measures by name
 *	ours.c		session nodes of mbim_dss: write, SEND and REAP, io_uring, RECV
 *	peer.c		packet sockets on the stock cdc_mbim
 *	ip.c		IP on session 0
 *	raw.c		raw NTBs: what the pipe can take
 *	scale.c		many sessions
 *	sim.c		the modem's counters and floods
 *	clock.c		time, deadlines, who used it
 *	report.c	a line of JSON for each measure
 */
#ifndef BENCH_H
#define BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NETDEV		"wwan0"
/* Sessions that the script has connected on the modem. */
#define SESSION_ECHO	0
#define SESSION_SINK	1
#define SESSION_SOURCE	2

#define MAX_DATAGRAM	2048
/* Datagrams a call, for all who send or receive several. */
#define BATCH		64

/* What is measured once. */
struct measure {
	const char *name;		/* e.g. "tx-64-batch" */
	const char *how;		/* e.g. "sendmmsg, bypass" */
	unsigned int size;		/* bytes of a datagram */
	uint64_t count;			/* datagrams, round trips, ... */
};

/* Time, in ns of the guest's clock, by who used it. */
struct usage {
	uint64_t wall;
	uint64_t program;		/* this process and its children */
	uint64_t sim;			/* the simulator */
	uint64_t vhci;			/* threads of the emulated host controller */
	uint64_t idle;
};

struct result {
	double value;
	const char *unit;
	uint64_t sent, delivered;
	uint64_t reported;		/* losses that the kernel told of */
	struct usage usage;
};

/* -------- clock.c -------- */

uint64_t now_ns(void);
/*
 * Seeds the kernel's random numbers, always the same. A guest without devices to seed
 * them extracts anew for each, and the memory allocator asks for many.
 */
void clock_seed(void);
void usage_begin(struct usage *u);
void usage_end(struct usage *u);
/* Ends a wall time at @at instead of now. */
void usage_end_at(struct usage *u, uint64_t at);
/*
 * From here on a blocked system call gives EINTR once @ms have passed, and
 * again and again until the next call. 0: no deadline.
 */
void deadline_set(unsigned int ms);
bool deadline_passed(void);
/* The @percent-th percentile; sorts. */
uint64_t percentile(uint64_t *samples, size_t n, unsigned int percent);

/* -------- report.c -------- */

void report(const struct measure *m, const struct result *r);
void die(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));
/* Of a result with wall time and delivered datagrams. */
void result_rate(struct result *r);

/* -------- sim.c -------- */

void sim_command(char *answer, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* A counter of a session: "datagrams_out", "datagrams_in", ... */
uint64_t sim_session(unsigned int session, const char *name);
/* A counter of the modem. */
uint64_t sim_counter(const char *name);
void sim_flood(unsigned int session, unsigned int size, uint64_t count);
/*
 * Waits until the sessions have received @expected more than @before, or no more
 * comes. Returns how many more, and at which time the last was seen.
 */
uint64_t sim_settle(unsigned int session, uint64_t before, uint64_t expected, uint64_t *at);

/* -------- what is measured -------- */

typedef void measure_fn(const struct measure *m, struct result *r);

measure_fn ours_write, ours_send, ours_uring, ours_echo, ours_echo_p99, ours_recv;
measure_fn peer_sendto, peer_sendto_bypass, peer_sendmmsg, peer_sendmmsg_bypass;
measure_fn peer_echo, peer_echo_bypass, peer_echo_p99, peer_echo_p99_bypass;
measure_fn peer_recvmmsg, peer_ring;
measure_fn ip_echo, ip_ping, ip_ping_busy;
measure_fn raw_ntbs;
measure_fn scale_one, scale_all;

/* -------- ours.c, for ip.c and scale.c -------- */

int ours_control(void);
/* Attaches to a session that is connected on the modem. */
void ours_attach(int control, unsigned int session);
/* Opens a session of the simulator's sink, by the agent. */
void ours_connect(int control, unsigned int session);
/* Opens the node of a session, in message mode. */
int ours_open(unsigned int session);

struct sender;
struct sender *sender_new(int fd, unsigned int size);
void sender_free(struct sender *s);
/* One SEND of BATCH, and now and then a REAP of what has ended. */
void sender_batch(struct sender *s);
/* Until all have ended: how many ended well. */
uint64_t sender_drain(struct sender *s);

#endif /* BENCH_H */
