// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The modem is pulled out while calls block and transfers are under way. Each call
 * returns within a second with the right error; each request completes once.
 * With the argument "up", all of it while wwan0 is up.
 */
#include <fcntl.h>
#include <liburing.h>
#include <linux/aio_abi.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "dss.h"

static bool up;

static void prepare(void)
{
	calm();
	netdev_up(up);
}

static void unplug(void)
{
	sim("unplug");
}

/* Each call has been released within a second of the unplugging. */
static void ends_with(struct blocked *b, int error, const char *what)
{
	blocked_end(b, SOON);
	if (b->ret != -1 || b->error != error)
		fail("%s gave %ld, errno %d, not errno %d", what, b->ret, b->error, error);
}

/* The modem takes no more data, and the session's bound is reached. */
static void fill_up(struct session *s)
{
	static char bytes[MAX_DATAGRAM];

	sim("nak out on");
	set_mode(s->fd, MBIM_DSS_MODE_MESSAGE);
	set_nonblock(s->fd, true);
	while (write(s->fd, bytes, sizeof(bytes)) > 0)
		;
	check_eq(errno, EAGAIN);
	check(!poll_now(s->fd, POLLOUT));
	set_nonblock(s->fd, false);
}

/* -------- calls that block -------- */

static long call_read(void *arg)
{
	static char bytes[MAX_DATAGRAM];

	return read(*(int *)arg, bytes, sizeof(bytes));
}

static long call_write(void *arg)
{
	static char bytes[MAX_DATAGRAM];

	return write(*(int *)arg, bytes, sizeof(bytes));
}

static long call_poll_in(void *arg)
{
	struct pollfd p = { .fd = *(int *)arg, .events = POLLIN };

	return poll(&p, 1, -1) == 1 ? p.revents : -1;
}

static long call_poll_out(void *arg)
{
	struct pollfd p = { .fd = *(int *)arg, .events = POLLOUT };

	return poll(&p, 1, -1) == 1 ? p.revents : -1;
}

static long call_poll_pri(void *arg)
{
	struct pollfd p = { .fd = *(int *)arg, .events = POLLPRI };

	return poll(&p, 1, -1) == 1 ? p.revents : -1;
}

static long call_fsync(void *arg)
{
	return fsync(*(int *)arg);
}

static long call_send(void *arg)
{
	static char bytes[MAX_DATAGRAM];
	struct mbim_dss_datagram d[3];
	struct mbim_dss_batch b;

	for (int i = 0; i < 3; i++)
		d[i] = (struct mbim_dss_datagram){
			.buf = (uintptr_t)bytes, .len = sizeof(bytes),
		};
	return batch(*(int *)arg, MBIM_DSS_IOC_SEND, d, 3, 0, &b) ? -1 : (long)b.done;
}

static long call_recv(void *arg)
{
	static char bytes[MAX_DATAGRAM];
	struct mbim_dss_datagram d = { .buf = (uintptr_t)bytes, .len = sizeof(bytes) };
	struct mbim_dss_batch b;

	return batch(*(int *)arg, MBIM_DSS_IOC_RECV, &d, 1, 0, &b) ? -1 : (long)b.done;
}

static struct mbim_dss_completion reaped;

static long call_reap(void *arg)
{
	struct mbim_dss_batch b;

	return batch(*(int *)arg, MBIM_DSS_IOC_REAP, &reaped, 1, 0, &b) ? -1 : (long)b.done;
}

/* -------- cases -------- */

static void blocked_readers(void)
{
	struct blocked reader, receiver, poller;
	struct session s, t;

	session_open(&s, SERVICE_ECHO);
	session_open_on(&t, s.handle, 0, SERVICE_NMEA, MBIM_DSS_SESSION_ANY, 0);
	blocked_start(&reader, call_read, &s.fd);
	blocked_start(&receiver, call_recv, &s.fd);
	blocked_start(&poller, call_poll_in, &s.fd);
	unplug();
	ends_with(&reader, ENODEV, "read");
	ends_with(&receiver, ENODEV, "RECV");
	blocked_end(&poller, SOON);
	check_eq(poller.ret, POLLIN | POLLHUP | POLLERR);
	wait_until(SOON, !node_exists(0, s.id));
	wait_until(SOON, !node_exists(0, t.id));
}

static void data_first(void)
{
	char bytes[8];
	struct session s;

	session_open(&s, SERVICE_ECHO);
	write_all(s.fd, "1234", 4);
	poll_for(s.fd, POLLIN, LONG);
	unplug();
	poll_for(s.fd, POLLERR, SOON);
	check_eq(read(s.fd, bytes, 3), 3);
	check_eq(read(s.fd, bytes + 3, 4), 1);
	check(!memcmp(bytes, "1234", 4));
	check_err(read(s.fd, bytes, 4), ENODEV);
	check_err(read(s.fd, bytes, 4), ENODEV);
}

static void blocked_writers(void)
{
	struct blocked writer, sender, poller;
	struct session s;

	session_open(&s, SERVICE_ECHO);
	fill_up(&s);
	blocked_start(&writer, call_write, &s.fd);
	blocked_start(&sender, call_send, &s.fd);
	blocked_start(&poller, call_poll_out, &s.fd);
	unplug();
	ends_with(&writer, ENODEV, "write");
	ends_with(&sender, ENODEV, "SEND");
	/* room may come first, when transfers end, then the end itself */
	blocked_end(&poller, SOON);
	check(poller.ret & (POLLOUT | POLLHUP | POLLERR));
	poll_for(s.fd, POLLHUP, SOON);
	check_err(batch(s.fd, MBIM_DSS_IOC_REAP, &reaped, 1, 0, NULL), EAGAIN);
}

/* Those that wait for the end of what was written. */
static void blocked_on_completion(void)
{
	struct blocked writer, syncer, poller, reaper;
	struct session s;
	int sync_fd;

	session_open(&s, SERVICE_ECHO);
	sync_fd = node_open(0, s.id, O_RDWR | O_DSYNC);
	sim("nak out on");
	check(send_one(s.fd, "x", 1, 77));
	blocked_start(&writer, call_write, &sync_fd);
	blocked_start(&syncer, call_fsync, &s.fd);
	blocked_start(&poller, call_poll_pri, &s.fd);
	blocked_start(&reaper, call_reap, &s.fd);
	unplug();
	ends_with(&writer, ENODEV, "write with O_DSYNC");
	blocked_end(&reaper, SOON);
	check_eq(reaper.ret, 1);
	check_eq(reaped.request_id, 1);
	check_eq(reaped.user_data, 77);
	check_eq(reaped.count, 1);
	check_eq(reaped.error, ENODEV);
	check_eq(reaped.bytes, 0);
	blocked_end(&poller, SOON);
	check(poller.ret & (POLLPRI | POLLHUP));
	blocked_end(&syncer, SOON);
}

/* fsync tells that what was written by write(2) did not get there. */
static void fsync_tells(void)
{
	struct blocked syncer;
	struct session s;

	session_open(&s, SERVICE_ECHO);
	sim("nak out on");
	write_all(s.fd, "x", 1);
	blocked_start(&syncer, call_fsync, &s.fd);
	unplug();
	ends_with(&syncer, ENODEV, "fsync");
}

/* Many requests, in flight and queued: each completes once, in order. */
static void each_request_once(void)
{
	static struct mbim_dss_datagram d[600];
	static struct mbim_dss_completion done[600];
	static char bytes[100];
	struct mbim_dss_batch b;
	uint64_t next = 1;
	struct session s;
	uint32_t sent;

	session_open(&s, SERVICE_SINK);
	sim("nak out on");
	for (size_t i = 0; i < ARRAY_SIZE(d); i++)
		d[i] = (struct mbim_dss_datagram){
			.buf = (uintptr_t)bytes, .len = sizeof(bytes), .user_data = 1000 + i,
		};
	check(!batch(s.fd, MBIM_DSS_IOC_SEND, d, ARRAY_SIZE(d), MBIM_DSS_BATCH_NOWAIT, &b));
	/* more than can be in flight at a time */
	sent = b.done;
	check(sent > 200);
	unplug();
	while (next <= sent) {
		poll_for(s.fd, POLLPRI, SOON);
		check(!batch(s.fd, MBIM_DSS_IOC_REAP, done, ARRAY_SIZE(done), 0, &b));
		for (uint32_t i = 0; i < b.done; i++) {
			check_eq(done[i].request_id, next);
			check_eq(done[i].user_data, 999 + next);
			check_eq(done[i].error, ENODEV);
			check_eq(done[i].bytes, 0);
			next += done[i].count;
		}
	}
	check_eq(next, sent + 1);
	check_err(batch(s.fd, MBIM_DSS_IOC_REAP, done, 1, 0, NULL), EAGAIN);
}

static void pending_requests(void)
{
	struct mbim_dss_completion done;
	struct mbim_dss_open request;
	long long unanswered;
	uint64_t close_id;
	struct session s;

	session_open(&s, SERVICE_ECHO);
	unanswered = sim_stat("dss_unanswered");
	sim("dss-silent on");
	check(!request_open(s.handle, 0, SERVICE_SINK, 9, 0, &request));
	check(!request_close(s.handle, 0, s.id, &close_id));
	wait_until(LONG, sim_stat("dss_unanswered") == unanswered + 2);
	check(completion_none(s.handle));
	unplug();
	for (int i = 0; i < 2; i++) {
		poll_for(s.handle, POLLIN, SOON);
		completion_read(s.handle, &done);
		check_eq(done.error, ENODEV);
		if (done.request_id == close_id)
			close_id = 0;
		else if (done.request_id == request.request_id)
			request.request_id = 0;
		else
			fail("completion of request %llu", (unsigned long long)done.request_id);
	}
	check(!close_id && !request.request_id);
	check(completion_none(s.handle));
}

static void afterwards(void)
{
	struct mbim_dss_limits limits = { .size = sizeof(limits) };
	struct mbim_dss_session info;
	struct session s;
	char byte;
	int n;

	session_open(&s, SERVICE_ECHO);
	echo_once(s.fd, 10, 1);
	unplug();
	poll_for(s.fd, POLLERR, SOON);
	check_eq(poll_now(s.fd, POLLIN | POLLRDHUP), POLLIN | POLLRDHUP | POLLHUP | POLLERR);
	check_err(read(s.fd, &byte, 1), ENODEV);
	check_err(write(s.fd, "x", 1), ENODEV);
	check(!send_one(s.fd, "x", 1, 0));
	check_eq(errno, ENODEV);
	session_info(s.fd, &info);
	check_eq(info.state, MBIM_DSS_SESSION_GONE);
	check_eq(info.tx_datagrams, 1);
	check(!ioctl(s.fd, FIONREAD, &n));
	check_eq(n, 0);
	check(!ioctl(s.fd, MBIM_DSS_IOC_LIMITS, &limits) || errno == ENODEV);
	check_err(request_open(s.handle, 0, SERVICE_ECHO, 0, 0, NULL), ENODEV);
	check_err(request_close(s.handle, 0, s.id, NULL), ENODEV);
	check_err(fsync(s.fd), ENODEV);
}

/* A new modem, which has nothing to do with files of the old one. */
static void replug(void)
{
	struct session old, new;

	session_open(&old, SERVICE_ECHO);
	unplug();
	poll_for(old.fd, POLLERR, SOON);
	sim("plug");
	wait_until(LONG, modem_idle(0));
	session_open_on(&new, old.handle, 0, SERVICE_ECHO, old.id, 0);
	echo_once(new.fd, 1000, 1);
	check_err(write(old.fd, "x", 1), ENODEV);
	check_eq(sim_open_sessions(), 1);
	session_close(&new);
}

/* -------- io_uring and libaio -------- */

static int uring_result(struct io_uring *ring, uint64_t *user_data)
{
	struct __kernel_timespec soon = { .tv_sec = SOON / 1000 };
	struct io_uring_cqe *cqe;
	int err, res;

	err = io_uring_wait_cqe_timeout(ring, &cqe, &soon);
	if (err)
		fail("io_uring: no completion: %s", strerror(-err));
	res = cqe->res;
	*user_data = cqe->user_data;
	io_uring_cqe_seen(ring, cqe);
	return res;
}

static void uring(void)
{
	static char in[10], out[4][100];
	struct io_uring_sqe *sqe;
	struct io_uring ring;
	unsigned int seen = 0;
	uint64_t user_data;
	struct session s;

	if (io_uring_queue_init(16, &ring, 0))
		skip("no io_uring");
	session_open(&s, SERVICE_ECHO);
	set_mode(s.fd, MBIM_DSS_MODE_MESSAGE);
	sim("nak out on");
	sqe = io_uring_get_sqe(&ring);
	io_uring_prep_read(sqe, s.fd, in, sizeof(in), 0);
	sqe->user_data = 0;
	for (unsigned int i = 0; i < ARRAY_SIZE(out); i++) {
		sqe = io_uring_get_sqe(&ring);
		io_uring_prep_write(sqe, s.fd, out[i], sizeof(out[i]), 0);
		sqe->user_data = i + 1;
	}
	check_eq(io_uring_submit(&ring), 1 + ARRAY_SIZE(out));
	check_eq(io_uring_cq_ready(&ring), 0);
	unplug();
	for (unsigned int i = 0; i < 1 + ARRAY_SIZE(out); i++) {
		check_eq(uring_result(&ring, &user_data), -ENODEV);
		check(!(seen & 1 << user_data));
		seen |= 1 << user_data;
	}
	check_eq(io_uring_cq_ready(&ring), 0);
	io_uring_queue_exit(&ring);
}

static void libaio(void)
{
	struct timespec soon = { .tv_sec = SOON / 1000 };
	static char bytes[100];
	aio_context_t context = 0;
	struct io_event events[4];
	struct iocb iocb[3], *list[3];
	struct session s;

	if (syscall(SYS_io_setup, 8, &context))
		skip("no asynchronous I/O");
	session_open(&s, SERVICE_SINK);
	sim("nak out on");
	for (int i = 0; i < 3; i++) {
		iocb[i] = (struct iocb){
			.aio_data = i, .aio_lio_opcode = IOCB_CMD_PWRITE, .aio_fildes = s.fd,
			.aio_buf = (uintptr_t)bytes, .aio_nbytes = sizeof(bytes),
		};
		list[i] = &iocb[i];
	}
	check_eq(syscall(SYS_io_submit, context, 3, list), 3);
	check_eq(syscall(SYS_io_getevents, context, 0, 4, events, NULL), 0);
	unplug();
	check_eq(syscall(SYS_io_getevents, context, 3, 4, events, &soon), 3);
	for (int i = 0; i < 3; i++) {
		check_eq(events[i].data, i);
		check_eq(events[i].res, -ENODEV);
	}
	check(!syscall(SYS_io_destroy, context));
}

static const struct test_case cases[] = {
	{ "read, RECV and poll are released", blocked_readers, 0 },
	{ "what has been received is read first", data_first, 0 },
	{ "write, SEND and poll are released", blocked_writers, 0 },
	{ "O_DSYNC write, fsync, REAP and poll are released", blocked_on_completion, 0 },
	{ "fsync tells the loss", fsync_tells, 0 },
	{ "each request completes once, in order", each_request_once, 0 },
	{ "opens and closes under way complete", pending_requests, 0 },
	{ "calls afterwards", afterwards, 0 },
	{ "plugged in again, it is a new modem", replug, 0 },
	{ "io_uring reads and writes complete", uring, 0 },
	{ "libaio writes complete", libaio, 0 },
};

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "up")) {
		up = true;
		argc--;
		argv++;
	}
	return run_cases(argc, argv, cases, ARRAY_SIZE(cases), prepare);
}
