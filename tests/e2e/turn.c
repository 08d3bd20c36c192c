// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One holds his turn to write a session, or to read it, for his memory does not come. Who waits
 * for his own turn can be interrupted; what has been accepted before does not wait.
 */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "dss.h"

#define LEN		100

static struct trap trap;
/* Files of one session: that of who holds his turn, and that of who waits for it. */
static int holder_fd, waiter_fd;

static void open_both(struct session *s, enum service service)
{
	trap_set(&trap);
	session_open(s, service);
	holder_fd = node_open(0, s->id, O_RDWR);
	waiter_fd = node_open(0, s->id, O_RDWR);
}

static long hold_write(void *arg)
{
	(void)arg;
	return write(holder_fd, trap.page, LEN);
}

static long hold_read(void *arg)
{
	(void)arg;
	return read(holder_fd, trap.page, LEN);
}

/* The first of two is there. */
static long hold_send(void *arg)
{
	struct mbim_dss_datagram d[] = {
		{ .buf = (uintptr_t)"z", .len = 1 },
		{ .buf = (uintptr_t)trap.page, .len = LEN },
	};
	struct mbim_dss_batch b;

	(void)arg;
	return batch(holder_fd, MBIM_DSS_IOC_SEND, d, ARRAY_SIZE(d), 0, &b) ? -1 : (long)b.done;
}

/* What comes is zeroes, which is no datagram. */
static long hold_entries(void *arg)
{
	struct mbim_dss_batch b;

	(void)arg;
	return batch(holder_fd, MBIM_DSS_IOC_SEND, trap.page, 1, 0, &b);
}

static long wait_write(void *arg)
{
	(void)arg;
	return write(waiter_fd, "x", 1);
}

static long wait_send(void *arg)
{
	(void)arg;
	return send_one(waiter_fd, "x", 1, 0) ? 1 : -1;
}

static long wait_read(void *arg)
{
	char byte;

	(void)arg;
	return read(waiter_fd, &byte, 1);
}

/* -------- who waits -------- */

static volatile sig_atomic_t handled;

static void on_signal(int number)
{
	(void)number;
	handled++;
}

static void interrupt(const struct blocked *b, int flags)
{
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = flags };
	int before = handled;

	check(!sigaction(SIGUSR1, &action, NULL));
	check(!tgkill(getpid(), b->tid, SIGUSR1));
	wait_until(LONG, handled == before + 1);
}

/* Nothing has been done yet, so the call begins anew; or it is EINTR, as the handler was set up. */
static void interrupted(enum service service, long (*hold)(void *arg), long (*wait)(void *arg))
{
	struct blocked holder, waiter;
	struct session s;

	open_both(&s, service);
	if (service == SERVICE_ECHO) {
		sim("send %u 6869206974", s.id);
		poll_for(holder_fd, POLLIN, LONG);
	}
	blocked_begin(&holder, hold, NULL);
	trap_wait(&trap);
	blocked_start(&waiter, wait, NULL);
	interrupt(&waiter, SA_RESTART);
	wait_until(LONG, blocked_still(&waiter));
	interrupt(&waiter, 0);
	blocked_end(&waiter, SOON);
	check_eq(waiter.ret, -1);
	check_eq(waiter.error, EINTR);
	blocked_start(&waiter, wait, NULL);
	trap_fill(&trap);
	blocked_end(&holder, SOON);
	check(holder.ret > 0);
	if (service == SERVICE_ECHO)
		sim("send %u 21", s.id);
	blocked_end(&waiter, SOON);
	check_eq(waiter.ret, 1);
}

static void interrupted_write(void)
{
	interrupted(SERVICE_SINK, hold_write, wait_write);
}

static void interrupted_send(void)
{
	interrupted(SERVICE_SINK, hold_write, wait_send);
}

static void interrupted_read(void)
{
	interrupted(SERVICE_ECHO, hold_read, wait_read);
}

/* -------- what has been accepted -------- */

/* One is in flight and one gathers with what the holder begins to add. */
static uint64_t accept_two(struct session *s, struct blocked *holder, long (*hold)(void *arg))
{
	uint64_t id;

	open_both(s, SERVICE_SINK);
	sim("nak out on");
	id = send_one(s->fd, "x", 1, 0);
	check(id);
	wait_in_flight(0);
	check_eq(send_one(s->fd, "y", 1, 0), id + 1);
	blocked_begin(holder, hold, NULL);
	trap_wait(&trap);
	return id;
}

static void goes(long (*hold)(void *arg), long ret, int error, unsigned int datagrams)
{
	struct blocked holder;
	struct ended ended[2];
	struct session s;
	uint64_t id;

	id = accept_two(&s, &holder, hold);
	sim("nak out off");
	reap_ids(s.fd, id, ended, 2);
	check_eq(ended[0].error, 0);
	check_eq(ended[1].error, 0);
	trap_fill(&trap);
	blocked_end(&holder, SOON);
	check_eq(holder.ret, ret);
	if (ret < 0)
		check_eq(holder.error, error);
	check(!fsync(holder_fd));
	check_eq(sim_session_stat(s.id, "datagrams_out"), datagrams);
	sim_no_errors();
}

static void goes_beside_write(void)
{
	goes(hold_write, LEN, 0, 3);
}

static void goes_beside_send(void)
{
	goes(hold_send, 2, 0, 4);
}

static void goes_beside_entries(void)
{
	goes(hold_entries, -1, EINVAL, 2);
}

/* With the session it ends, too. */
static void is_withdrawn(void)
{
	struct instant begun, now;
	struct blocked holder;
	struct ended ended[2];
	struct session s;
	uint64_t id;

	id = accept_two(&s, &holder, hold_write);
	instant_now(&begun);
	session_close(&s);
	reap_ids(s.fd, id, ended, 2);
	instant_now(&now);
	check(waited_ms(&begun, &now) <= CLOSED_WITHIN);
	check_eq(ended[0].error, ECANCELED);
	check_eq(ended[1].error, ECANCELED);
	trap_fill(&trap);
	blocked_end(&holder, SOON);
	check_eq(holder.ret, -1);
	check_eq(holder.error, ENOTCONN);
	sim("nak out off");
}

static const struct test_case cases[] = {
	{ "write: a signal restarts the wait for one's turn, or ends it", interrupted_write, 0 },
	{ "SEND: a signal restarts the wait for one's turn, or ends it", interrupted_send, 0 },
	{ "read: a signal restarts the wait for one's turn, or ends it", interrupted_read, 0 },
	{ "what is accepted goes, while a write waits for its memory", goes_beside_write, 0 },
	{ "what is accepted goes, while a SEND waits for its memory", goes_beside_send, 0 },
	{ "what is accepted goes, while a SEND waits for its entries", goes_beside_entries, 0 },
	{ "what is accepted ends with the session, while a write waits", is_withdrawn, 0 },
};

int main(int argc, char **argv)
{
	return run_cases(argc, argv, cases, ARRAY_SIZE(cases), calm);
}
