// SPDX-License-Identifier: GPL-2.0-or-later
/* io_uring: a write ends when its transfer does, a read when something comes. */
#include <fcntl.h>
#include <liburing.h>
#include <string.h>
#include <unistd.h>

#include "dss.h"

#define DEEP	64
#define LEN	200

static void ring_begin(struct io_uring *ring)
{
	int ret = io_uring_queue_init(DEEP, ring, 0);

	if (ret == -ENOSYS)
		skip("no io_uring");
	check_eq(ret, 0);
}

static struct io_uring_sqe *ring_entry(struct io_uring *ring, uint64_t user_data)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(ring);

	check(sqe);
	sqe->user_data = user_data;
	return sqe;
}

/* After io_uring_prep_*(), which clears it. */
static void ring_write(struct io_uring *ring, int fd, const void *bytes, size_t len,
		       uint64_t user_data)
{
	struct io_uring_sqe *sqe = ring_entry(ring, 0);

	io_uring_prep_write(sqe, fd, bytes, len, -1);
	sqe->user_data = user_data;
}

static void ring_read(struct io_uring *ring, int fd, void *bytes, size_t len,
		      uint64_t user_data)
{
	struct io_uring_sqe *sqe = ring_entry(ring, 0);

	io_uring_prep_read(sqe, fd, bytes, len, -1);
	sqe->user_data = user_data;
}

static void ring_submit(struct io_uring *ring, int count)
{
	check_eq(io_uring_submit(ring), count);
}

static bool ring_quiet(struct io_uring *ring)
{
	struct io_uring_cqe *cqe;

	return io_uring_peek_cqe(ring, &cqe) == -EAGAIN;
}

/* The next completion, in time: its result, and whose it is. */
static int ring_next(struct io_uring *ring, uint64_t *user_data)
{
	struct __kernel_timespec time = { .tv_sec = LONG / 1000 };
	struct io_uring_cqe *cqe;
	int ret;

	ret = io_uring_wait_cqe_timeout(ring, &cqe, &time);
	if (ret)
		fail("no completion within %d ms: %d", LONG, ret);
	if (user_data)
		*user_data = cqe->user_data;
	ret = cqe->res;
	io_uring_cqe_seen(ring, cqe);
	return ret;
}

static void uring_write_ends_with_its_transfer(void)
{
	struct io_uring ring;
	struct session s;
	uint64_t who;

	ring_begin(&ring);
	session_open(&s, SERVICE_SINK);
	sim("nak out on");
	ring_write(&ring, s.fd, "hello", 5, 42);
	ring_submit(&ring, 1);
	check_eq(session_counter(&s, "tx_datagrams"), 1);
	check(ring_quiet(&ring));
	sim("nak out off");
	check_eq(ring_next(&ring, &who), 5);
	check_eq(who, 42);
	check_eq(sim_session_stat(s.id, "bytes_out"), 5);

	sim("status out EPROTO 1");
	ring_write(&ring, s.fd, "hello", 5, 43);
	ring_submit(&ring, 1);
	check_eq(ring_next(&ring, &who), -EPROTO);
	check_eq(who, 43);
	/* told there, and not again */
	check(!fsync(s.fd));
}

/* Stream mode: a large write is one completion, after the last of its transfers. */
static void uring_large_write(void)
{
	static char large[100 * 1024];
	struct io_uring ring;
	struct session s;

	ring_begin(&ring);
	session_open(&s, SERVICE_SINK);
	ring_write(&ring, s.fd, large, sizeof(large), 0);
	ring_submit(&ring, 1);
	check_eq(ring_next(&ring, NULL), sizeof(large));
	check_eq(sim_session_stat(s.id, "bytes_out"), sizeof(large));
	check(ring_quiet(&ring));
}

static void uring_deep_at(const struct session *s, struct io_uring *ring, int flags)
{
	static char bytes[DEEP][LEN];
	uint64_t seen = 0, who;
	int fd = node_open(0, s->id, O_RDWR | flags);

	for (int round = 0; round < 5; round++) {
		for (int i = 0; i < DEEP; i++) {
			fill(bytes[i], LEN, round * DEEP + i);
			ring_write(ring, fd, bytes[i], LEN, i);
		}
		ring_submit(ring, DEEP);
		seen = 0;
		for (int i = 0; i < DEEP; i++) {
			check_eq(ring_next(ring, &who), LEN);
			check(who < DEEP && !(seen & 1ULL << who));
			seen |= 1ULL << who;
		}
		for (int i = 0; i < DEEP; i++)
			recv_filled(s->fd, LEN, round * DEEP + i);
	}
	check(ring_quiet(ring));
	check(!close(fd));
}

static void uring_deep(void)
{
	struct io_uring ring;
	struct session s;

	ring_begin(&ring);
	session_open(&s, SERVICE_ECHO);
	uring_deep_at(&s, &ring, 0);
	uring_deep_at(&s, &ring, O_NONBLOCK);
	/* a write to a modem that sleeps in between must not spin or be refused */
	netdev_up(true);
	uring_deep_at(&s, &ring, O_NONBLOCK);
	netdev_up(false);
}

/* More than there is room for: it waits in the ring, and all goes in the end. */
static void uring_more_than_fits(void)
{
	static char bytes[MAX_DATAGRAM];
	unsigned int sent = 0;
	struct io_uring ring;
	struct session s;

	ring_begin(&ring);
	session_open(&s, SERVICE_SINK);
	set_limits(s.fd, MBIM_DSS_LIMITS_SET_TX, 0, MBIM_DSS_LIMIT_MIN, 0);
	sim("nak out on");
	for (int i = 0; i < DEEP; i++)
		ring_write(&ring, s.fd, bytes, sizeof(bytes), i);
	ring_submit(&ring, DEEP);
	check(session_counter(&s, "tx_datagrams") < DEEP);
	check(ring_quiet(&ring));
	sim("nak out off");
	for (int i = 0; i < DEEP; i++)
		sent += ring_next(&ring, NULL) == sizeof(bytes);
	check_eq(sent, DEEP);
	check_eq(sim_session_stat(s.id, "datagrams_out"), DEEP);
}

#define HUGE	(2 << 20)		/* of which tx_limit lets in half */

/* Short, by whole datagrams, and the modem has no more than it says. */
static int huge_write(struct io_uring *ring, const struct session *s, const char *bytes)
{
	long long before = sim_session_stat(s->id, "bytes_out");
	long long queued = session_counter(s, "tx_bytes") - before;
	int done;

	ring_write(ring, s->fd, bytes, HUGE, 0);
	ring_submit(ring, 1);
	wait_until(LONG, !poll_now(s->fd, POLLOUT));
	check(ring_quiet(ring));
	sim("nak out off");
	done = ring_next(ring, NULL);
	check(done > 0 && done < HUGE);
	check_eq(done % MAX_DATAGRAM, 0);
	check_eq(sim_session_stat(s->id, "bytes_out"), before + queued + done);
	return done;
}

/*
 * More than there is room for at all, without O_NONBLOCK: io_uring tries without waiting, and
 * what there is room for is accepted, and is the write. Without any it waits for room first.
 */
static void uring_larger_than_the_limit(void)
{
	static char bytes[HUGE];
	struct io_uring ring;
	struct session s;
	int done, ret;

	ring_begin(&ring);
	session_open(&s, SERVICE_SINK);
	sim("nak out on");
	done = huge_write(&ring, &s, bytes);
	/* the rest, as of every short write */
	for (; done < HUGE; done += ret) {
		ring_write(&ring, s.fd, bytes + done, HUGE - done, 0);
		ring_submit(&ring, 1);
		ret = ring_next(&ring, NULL);
		check(ret > 0);
	}
	check_eq(sim_session_stat(s.id, "bytes_out"), HUGE);

	sim("nak out on");
	write_until_full(s.fd, MAX_DATAGRAM, 1);
	set_nonblock(s.fd, false);
	huge_write(&ring, &s, bytes);
	check(ring_quiet(&ring));
}

static void uring_nowait(void)
{
	static char bytes[MAX_DATAGRAM];
	unsigned int done = 0, refused = 0;
	struct io_uring_sqe *sqe;
	struct io_uring ring;
	struct session s;
	int ret;

	ring_begin(&ring);
	session_open(&s, SERVICE_ECHO);
	set_limits(s.fd, MBIM_DSS_LIMITS_SET_TX, 0, MBIM_DSS_LIMIT_MIN, 0);
	sim("nak out on");
	for (int i = 0; i < DEEP; i++) {
		sqe = ring_entry(&ring, 0);
		io_uring_prep_write(sqe, s.fd, bytes, sizeof(bytes), -1);
		sqe->rw_flags = RWF_NOWAIT;
	}
	ring_submit(&ring, DEEP);
	sim("nak out off");
	for (int i = 0; i < DEEP; i++) {
		ret = ring_next(&ring, NULL);
		check(ret == sizeof(bytes) || ret == -EAGAIN);
		*(ret > 0 ? &done : &refused) += 1;
	}
	check(done && refused);
	for (unsigned int i = 0; i < done; i++)
		read_all(s.fd, bytes, sizeof(bytes));
	check_eq(sim_session_stat(s.id, "datagrams_out"), done);

	sqe = ring_entry(&ring, 0);
	io_uring_prep_read(sqe, s.fd, bytes, 1, -1);
	sqe->rw_flags = RWF_NOWAIT;
	ring_submit(&ring, 1);
	check_eq(ring_next(&ring, NULL), -EAGAIN);
}

/* They are one transfer, though the first would go at once if it came alone. */
static void uring_together(void)
{
	long long before, ntbs = DEEP;
	struct io_uring ring;
	struct session s;

	if (access("/sys/block", F_OK))
		skip("no block layer, so no plug");
	ring_begin(&ring);
	session_open(&s, SERVICE_SINK);
	/* a submitter that has to sleep meanwhile sends what there is */
	for (int attempt = 0; attempt < 5 && ntbs > 1; attempt++) {
		before = modem_counter("tx_ntbs");
		for (int i = 0; i < 10; i++)
			ring_write(&ring, s.fd, "hello", 5, i);
		ring_submit(&ring, 10);
		for (int i = 0; i < 10; i++)
			check_eq(ring_next(&ring, NULL), 5);
		ntbs = modem_counter("tx_ntbs") - before;
	}
	check_eq(ntbs, 1);
	check_eq(sim_session_stat(s.id, "bytes_out") % 50, 0);
}

static void uring_read(void)
{
	char bytes[3][LEN];
	struct io_uring ring;
	struct session s;
	uint64_t who;

	ring_begin(&ring);
	session_open(&s, SERVICE_ECHO);
	set_mode(s.fd, MBIM_DSS_MODE_MESSAGE);
	for (int i = 0; i < 3; i++)
		ring_read(&ring, s.fd, bytes[i], LEN, i);
	ring_submit(&ring, 3);
	check(ring_quiet(&ring));
	for (int i = 0; i < 3; i++) {
		write_all(s.fd, "some bytes", 10);
		check_eq(ring_next(&ring, &who), 10);
		check(who < 3 && !memcmp(bytes[who], "some bytes", 10));
	}
	ring_read(&ring, s.fd, bytes[0], LEN, 9);
	ring_submit(&ring, 1);
	check(ring_quiet(&ring));
	session_close(&s);
	check_eq(ring_next(&ring, &who), 0);
	check_eq(who, 9);
}

static void ring_poll(struct io_uring *ring, int fd, short events)
{
	struct io_uring_sqe *sqe = ring_entry(ring, 0);

	io_uring_prep_poll_add(sqe, fd, events);
	ring_submit(ring, 1);
	check(ring_quiet(ring));
}

static void uring_poll(void)
{
	struct io_uring ring;
	struct session s;

	ring_begin(&ring);
	session_open(&s, SERVICE_ECHO);
	ring_poll(&ring, s.fd, POLLIN);
	write_all(s.fd, "x", 1);
	check_eq(ring_next(&ring, NULL), POLLIN);

	sim("nak out on");
	write_until_full(s.fd, 1500, 1);
	ring_poll(&ring, s.fd, POLLOUT);
	sim("nak out off");
	check_eq(ring_next(&ring, NULL), POLLOUT);
}

static void uring_poll_for_completions(void)
{
	struct mbim_dss_completion done;
	struct io_uring ring;
	struct session s;

	ring_begin(&ring);
	session_open(&s, SERVICE_SINK);
	sim("nak out on");
	check(send_one(s.fd, "x", 1, 0));
	ring_poll(&ring, s.fd, POLLPRI);
	sim("nak out off");
	check_eq(ring_next(&ring, NULL), POLLPRI);
	reap_one(s.fd, &done);
}

/* A read that waits can be cancelled. A write cannot: it ends by itself. */
static void uring_cancel(void)
{
	struct io_uring ring;
	struct io_uring_sqe *sqe;
	struct session s;
	uint64_t who;
	char byte;
	int ret;

	ring_begin(&ring);
	session_open(&s, SERVICE_ECHO);
	ring_read(&ring, s.fd, &byte, 1, 7);
	ring_submit(&ring, 1);
	check(ring_quiet(&ring));
	sqe = ring_entry(&ring, 0);
	io_uring_prep_cancel64(sqe, 7, 0);
	sqe->user_data = 8;
	ring_submit(&ring, 1);
	for (int i = 0; i < 2; i++) {
		ret = ring_next(&ring, &who);
		check_eq(ret, who == 7 ? -ECANCELED : 0);
	}
	echo_once(s.fd, 10, 1);

	sim("nak out on");
	ring_write(&ring, s.fd, "x", 1, 9);
	ring_submit(&ring, 1);
	sqe = ring_entry(&ring, 0);
	io_uring_prep_cancel64(sqe, 9, 0);
	sqe->user_data = 10;
	ring_submit(&ring, 1);
	ret = ring_next(&ring, &who);
	if (who != 10 || (ret != -EALREADY && ret != -ENOENT))
		fail("the cancel of a write gave %d, of %llu", ret, (unsigned long long)who);
	check(ring_quiet(&ring));
	sim("nak out off");
	check_eq(ring_next(&ring, &who), 1);
	check_eq(who, 9);
}

/* The session ends: writes under way end with it, reads that wait as well. */
static void uring_end_of_session(void)
{
	struct mbim_dss_completion done;
	struct io_uring ring;
	struct session s;
	uint64_t who;
	char byte;

	ring_begin(&ring);
	session_open(&s, SERVICE_ECHO);
	sim("nak out on");
	ring_read(&ring, s.fd, &byte, 1, 1);
	ring_write(&ring, s.fd, "x", 1, 2);
	ring_write(&ring, s.fd, "y", 1, 3);
	ring_submit(&ring, 3);
	check(ring_quiet(&ring));
	check(!request_close(s.handle, 0, s.id, NULL));
	for (int i = 0; i < 3; i++) {
		int ret = ring_next(&ring, &who);

		check_eq(ret, who == 1 ? 0 : -ECANCELED);
	}
	completion_read(s.handle, &done);
	check_eq(done.error, 0);
}

static const struct test_case cases[] = {
	{ "io_uring: a write ends with its transfer, and its status",
	  uring_write_ends_with_its_transfer, 0 },
	{ "io_uring: a large write is one completion", uring_large_write, 0 },
	{ "io_uring: 64 deep, also with O_NONBLOCK, wwan0 down and up", uring_deep, 60 },
	{ "io_uring: more than there is room for", uring_more_than_fits, 60 },
	{ "io_uring: what is larger than tx_limit is written in part",
	  uring_larger_than_the_limit, 60 },
	{ "io_uring: RWF_NOWAIT is EAGAIN", uring_nowait, 0 },
	{ "io_uring: what is submitted together goes together", uring_together, 0 },
	{ "io_uring: reads wait for data, and for the end", uring_read, 0 },
	{ "io_uring: poll for data and for room", uring_poll, 0 },
	{ "io_uring: poll for completions", uring_poll_for_completions, 0 },
	{ "io_uring: cancel of a read, and of a write", uring_cancel, 0 },
	{ "io_uring: the end of the session", uring_end_of_session, 0 },
};

int main(int argc, char **argv)
{
	return run_cases(argc, argv, cases, ARRAY_SIZE(cases), calm);
}
