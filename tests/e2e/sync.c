// SPDX-License-Identifier: GPL-2.0-or-later
/* Writes whose end is waited for, and errors of those whose end is not. */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dss.h"

static char bytes[MAX_DATAGRAM];

static long write_one(void *arg)
{
	return write(*(int *)arg, bytes, 100);
}

static long write_dsync(void *arg)
{
	struct iovec part = { bytes, 100 };

	return pwritev2(*(int *)arg, &part, 1, -1, RWF_DSYNC);
}

static long call_fsync(void *arg)
{
	return fsync(*(int *)arg);
}

static long call_fdatasync(void *arg)
{
	return fdatasync(*(int *)arg);
}

static long call_close(void *arg)
{
	return close(*(int *)arg);
}

/* The transfers that will carry the next @count NTBs end with @error. */
static void break_transfers(const char *error, unsigned int count)
{
	sim("status out %s %u", error, count);
}

/* A call that sleeps as long as the modem takes nothing. */
static void waits_for_the_modem(const struct session *s, long (*call)(void *arg), int *fd,
				long want)
{
	long long before = sim_session_stat(s->id, "datagrams_out");
	struct blocked b;

	sim("nak out on");
	write_all(s->fd, bytes, 10);
	blocked_start(&b, call, fd);
	check_eq(sim_session_stat(s->id, "datagrams_out"), before);
	check(blocked_still(&b));
	sim("nak out off");
	blocked_end(&b, LONG);
	check_eq(b.ret, want);
	/* when it returned, the modem had it all */
	check_eq(sim_session_stat(s->id, "datagrams_out"), before + 1 + (want > 0));
}

static void o_dsync_waits(void)
{
	struct session s;
	int fd;

	session_open(&s, SERVICE_SINK);
	fd = node_open(0, s.id, O_WRONLY | O_DSYNC);
	waits_for_the_modem(&s, write_one, &fd, 100);
	fd = node_open(0, s.id, O_WRONLY | O_SYNC);
	waits_for_the_modem(&s, write_one, &fd, 100);
}

static void rwf_dsync_waits(void)
{
	struct session s;

	session_open(&s, SERVICE_SINK);
	waits_for_the_modem(&s, write_dsync, &s.fd, 100);
}

static void fsync_waits(void)
{
	struct session s;
	int other;

	session_open(&s, SERVICE_SINK);
	other = node_open(0, s.id, O_WRONLY);
	/* nothing has been written */
	check_within(SOON, check(!fsync(s.fd)));
	waits_for_the_modem(&s, call_fsync, &s.fd, 0);
	waits_for_the_modem(&s, call_fdatasync, &s.fd, 0);
	/* for what another file has written */
	waits_for_the_modem(&s, call_fsync, &other, 0);
	check_within(SOON, check(!fsync(s.fd)));
}

/* What is written after it has begun does not hold it up. */
static void fsync_does_not_wait_for_more(void)
{
	struct blocked b;
	struct session s;

	session_open(&s, SERVICE_SINK);
	sim("nak out on");
	write_all(s.fd, bytes, 10);
	wait_in_flight(0);
	blocked_start(&b, call_fsync, &s.fd);
	write_all(s.fd, bytes, 20);
	/* the second is in an NTB of its own, and takes a second */
	sim("delay out 1000");
	sim("nak out off");
	blocked_end(&b, LONG);
	check_eq(b.ret, 0);
	check_eq(sim_session_stat(s.id, "datagrams_out"), 1);
}

/* The modem takes nothing: what is written to @s gathers behind the transfer of @stuck. */
static void open_beside_stuck(struct session *s, struct session *stuck)
{
	session_open(stuck, SERVICE_SINK);
	session_open_on(s, stuck->handle, 0, SERVICE_SINK, MBIM_DSS_SESSION_ANY, 0);
	sim("nak out on");
	write_all(stuck->fd, bytes, 10);
	wait_in_flight(0);
}

/*
 * Behind NTBs that wait, one with nothing in it: all of it was cancelled, or could not be copied.
 * It ends before them, and fsync does not take that for their end.
 */
static void an_empty_ntb(bool cancelled)
{
	struct session stuck, s;
	void *nowhere = memory(4096, PROT_NONE);
	uint64_t written = 0, id;
	struct blocked b;

	open_beside_stuck(&s, &stuck);
	/* to where the next needs an NTB of its own */
	do {
		id = send_one(s.fd, bytes, MAX_DATAGRAM, 0);
		written++;
	} while (session_counter(&s, "tx_ntbs_held") < 2);
	check(!request_cancel(s.fd, id));
	written--;
	if (!cancelled)
		check_err(write(s.fd, nowhere, MAX_DATAGRAM), EFAULT);
	check_eq(session_counter(&s, "tx_ntbs_held"), 1);

	blocked_start(&b, call_fsync, &s.fd);
	sim("nak out off");
	blocked_end(&b, LONG);
	check_eq(b.ret, 0);
	check_eq(sim_session_stat(s.id, "datagrams_out"), written);
}

static void fsync_and_a_cancel(void)
{
	an_empty_ntb(true);
}

static void fsync_and_a_fault(void)
{
	an_empty_ntb(false);
}

static long call_reap(void *arg)
{
	struct mbim_dss_completion completion;
	struct mbim_dss_batch b;

	return batch(*(int *)arg, MBIM_DSS_IOC_REAP, &completion, 1, 0, &b);
}

/*
 * While somebody else's transfer is stuck, what is written gathers; but not once its end is
 * waited for. Then it has its own time to live, not the other's.
 */
static void what_is_awaited_goes(void)
{
	struct session stuck, s;
	struct blocked b;

	open_beside_stuck(&s, &stuck);

	set_limits(s.fd, MBIM_DSS_LIMITS_SET_TIMEOUT, 0, 0, 100);
	write_all(s.fd, bytes, 10);
	check_eq(modem_counter("tx_ntbs_in_flight"), 1);
	check_within(SOON, check_err(fsync(s.fd), ETIMEDOUT));
	check_within(SOON, check_err(write_dsync(&s.fd), ETIMEDOUT));
	check_eq(modem_counter("tx_ntbs_in_flight"), 1);
	check(send_one(s.fd, bytes, 10, 0));
	check_eq(modem_counter("tx_ntbs_in_flight"), 1);
	check_within(SOON, check(!call_reap(&s.fd)));

	/* nor does it end the gathering of what comes after it */
	set_limits(s.fd, MBIM_DSS_LIMITS_SET_TIMEOUT, 0, 0, 30000);
	write_all(s.fd, bytes, 10);
	blocked_start(&b, call_fsync, &s.fd);
	check_eq(modem_counter("tx_ntbs_in_flight"), 2);
	write_all(s.fd, bytes, 10);
	write_all(stuck.fd, bytes, 10);
	check_eq(modem_counter("tx_ntbs_in_flight"), 2);
	sim("nak out off");
	blocked_end(&b, LONG);
	check_eq(b.ret, 0);
	check(!fsync(s.fd));
	check(!fsync(stuck.fd));
	check_eq(sim_session_stat(s.id, "datagrams_out"), 2);
	check_eq(sim_session_stat(stuck.id, "datagrams_out"), 2);
}

static void dsync_tells_its_error(void)
{
	struct session s;
	int fd;

	session_open(&s, SERVICE_SINK);
	fd = node_open(0, s.id, O_WRONLY | O_DSYNC);
	break_transfers("EPROTO", 1);
	check_err(write(fd, bytes, 100), EPROTO);
	check_eq(write(fd, bytes, 100), 100);
	break_transfers("EILSEQ", 1);
	check_err(write_dsync(&s.fd), EILSEQ);
	/* it has been told: neither fsync nor close tell it again */
	check(!fsync(fd));
	check(!fsync(s.fd));
	check(!close(fd));
	check(!close(s.fd));
	check_eq(sim_session_stat(s.id, "datagrams_out"), 1);
}

/* A write of several NTBs, of which one goes wrong; of two writes, the one that it is of. */
static void dsync_tells_its_own_end(void)
{
	static char large[64 * 1024];
	struct blocked first, second;
	struct session s;
	int fd;

	session_open(&s, SERVICE_SINK);
	fd = node_open(0, s.id, O_WRONLY | O_DSYNC);
	check_eq(write(fd, large, sizeof(large)), sizeof(large));
	check(sim_stat("ntbs_out") > 2);
	break_transfers("EPROTO", 1);
	check_err(write(fd, large, sizeof(large)), EPROTO);

	sim("nak out on");
	blocked_start(&first, write_one, &fd);
	wait_in_flight(0);
	blocked_start(&second, write_dsync, &s.fd);
	break_transfers("EPROTO", 1);
	sim("nak out off");
	blocked_end(&first, LONG);
	blocked_end(&second, LONG);
	check_eq(first.ret, -1);
	check_eq(first.error, EPROTO);
	check_eq(second.ret, 100);
}

/* Each file that was open when it happened is told, once. */
static void fsync_tells_once(void)
{
	struct session s;
	int other, later;

	session_open(&s, SERVICE_SINK);
	other = node_open(0, s.id, O_WRONLY);
	break_transfers("EPROTO", 1);
	write_all(s.fd, bytes, 10);
	check_err(fsync(s.fd), EPROTO);
	check(!fsync(s.fd));
	check_err(fsync(other), EPROTO);
	check(!fsync(other));
	later = node_open(0, s.id, O_WRONLY);
	check(!fsync(later));
	check_eq(session_counter(&s, "tx_errors"), 1);

	break_transfers("ETIME", 1);
	write_all(s.fd, bytes, 10);
	check_err(fsync(later), ETIME);
	write_all(s.fd, bytes, 10);
	check_err(fsync(other), ETIME);
	check_err(fsync(s.fd), ETIME);
	check(!fsync(s.fd));
}

/* Nobody asks by fsync: what has failed is nevertheless none of the next who comes. */
static void not_of_those_after(void)
{
	struct session s;
	int later, reader;

	session_open(&s, SERVICE_ECHO);
	break_transfers("EPROTO", 1);
	write_all(s.fd, bytes, 10);
	wait_until(LONG, session_counter(&s, "tx_errors") == 1);
	reader = node_open(0, s.id, O_RDONLY);
	check(!close(reader));
	later = node_open(0, s.id, O_WRONLY);
	write_all(later, bytes, 10);
	check(!fsync(later));
	check(!close(later));
	/* the same again is another */
	later = node_open(0, s.id, O_WRONLY);
	break_transfers("EPROTO", 1);
	write_all(later, bytes, 10);
	check_err(fsync(later), EPROTO);
	check_err(fsync(s.fd), EPROTO);
}

/* Who cannot write has nothing to be told. */
static void not_of_readers(void)
{
	struct session s;
	int reader;

	session_open(&s, SERVICE_ECHO);
	reader = node_open(0, s.id, O_RDONLY);
	break_transfers("EPROTO", 1);
	write_all(s.fd, bytes, 10);
	wait_until(LONG, session_counter(&s, "tx_errors") == 1);
	check(!close(reader));
	check_err(close(s.fd), EPROTO);
}

static void close_tells(void)
{
	struct session s;
	int fd, copy;

	session_open(&s, SERVICE_SINK);
	fd = node_open(0, s.id, O_WRONLY);
	copy = dup(fd);
	break_transfers("EPROTO", 1);
	write_all(fd, bytes, 10);
	wait_until(LONG, session_counter(&s, "tx_errors") == 1);
	check_err(close(fd), EPROTO);
	/* that was not the last descriptor of the file */
	check_err(close(copy), EPROTO);
	check_err(fsync(s.fd), EPROTO);
	check(!close(s.fd));
}

/* The end of a child closes what it shares with its parent, and nobody looks at what that gave. */
static void close_leaves_it_to_fsync(void)
{
	struct session s;
	int status;
	pid_t pid;

	session_open(&s, SERVICE_SINK);
	break_transfers("EPROTO", 1);
	write_all(s.fd, bytes, 10);
	wait_until(LONG, session_counter(&s, "tx_errors") == 1);
	pid = fork();
	check(pid >= 0);
	if (!pid)
		_exit(0);
	check_eq(waitpid(pid, &status, 0), pid);
	check_err(fsync(s.fd), EPROTO);
	check(!fsync(s.fd));
}

/* close() does not wait for the modem. */
static void close_does_not_wait(void)
{
	struct session s;
	int fd;

	session_open(&s, SERVICE_SINK);
	fd = node_open(0, s.id, O_WRONLY);
	sim("nak out on");
	write_all(fd, bytes, 10);
	check_within(SOON, check(!call_close(&fd)));
	sim("nak out off");
	wait_until(LONG, sim_session_stat(s.id, "datagrams_out") == 1);
}

/* What a CLOSE of the session withdraws is an error of who wrote it. */
static void withdrawn_by_close(void)
{
	struct mbim_dss_completion done;
	struct session s;
	struct blocked b;

	session_open(&s, SERVICE_SINK);
	sim("nak out on");
	write_all(s.fd, bytes, 10);
	blocked_start(&b, write_dsync, &s.fd);
	check(!request_close(s.handle, 0, s.id, NULL));
	blocked_end(&b, 2 * SOON);
	check_eq(b.ret, -1);
	check_eq(b.error, ECANCELED);
	check_err(fsync(s.fd), ECANCELED);
	completion_read(s.handle, &done);
	check_eq(done.error, 0);
	check_eq(sim_session_stat(s.id, "datagrams_out"), 0);
}

static void on_signal(int number)
{
	(void)number;
}

/* A signal ends the wait, not the write. */
static void interrupted(void)
{
	struct sigaction action = { .sa_handler = on_signal };
	struct session s;
	struct blocked b;
	int fd;

	session_open(&s, SERVICE_SINK);
	fd = node_open(0, s.id, O_WRONLY | O_DSYNC);
	check(!sigaction(SIGUSR1, &action, NULL));
	sim("nak out on");
	blocked_start(&b, write_one, &fd);
	check(!tgkill(getpid(), b.tid, SIGUSR1));
	blocked_end(&b, SOON);
	check_eq(b.ret, -1);
	check_eq(b.error, EINTR);
	blocked_start(&b, call_fsync, &fd);
	check(!tgkill(getpid(), b.tid, SIGUSR1));
	blocked_end(&b, SOON);
	check_eq(b.ret, -1);
	check_eq(b.error, EINTR);
	sim("nak out off");
	check(!fsync(fd));
	check_eq(sim_session_stat(s.id, "datagrams_out"), 1);
}

/* -------- the end is waited for, room is not -------- */

#define MORE	(4 * NTB_SIZE)		/* than there is room for */

struct attempt {
	int fd, flags;
};

static long write_more(void *arg)
{
	static char more[MORE];
	struct attempt *a = arg;
	struct iovec part = { more, MORE };

	return pwritev2(a->fd, &part, 1, -1, a->flags);
}

/* What there is room for is accepted, and its end awaited; without room it is EAGAIN at once. */
static void waits_but_for_room(struct attempt *a, const struct session *s)
{
	long long before = sim_session_stat(s->id, "bytes_out");
	struct blocked b;

	sim("nak out on");
	blocked_start(&b, write_more, a);
	check_within(SOON, check_err(write_more(a), EAGAIN));
	check(blocked_still(&b));
	check_eq(sim_session_stat(s->id, "bytes_out"), before);
	sim("nak out off");
	blocked_end(&b, LONG);
	check(b.ret > 0 && b.ret < MORE);
	check_eq(b.ret % MAX_DATAGRAM, 0);
	check_eq(sim_session_stat(s->id, "bytes_out"), before + b.ret);
	break_transfers("EPROTO", 1);
	check_err(write_more(a), EPROTO);
	check(!fsync(a->fd));
}

static void dsync_without_waiting_for_room(void)
{
	struct session s;

	session_open(&s, SERVICE_SINK);
	set_limits(s.fd, MBIM_DSS_LIMITS_SET_TX, 0, MBIM_DSS_LIMIT_MIN, 0);
	waits_but_for_room(&(struct attempt){
		.fd = node_open(0, s.id, O_WRONLY | O_NONBLOCK | O_DSYNC),
	}, &s);
	waits_but_for_room(&(struct attempt){ .fd = s.fd, .flags = RWF_NOWAIT | RWF_DSYNC }, &s);
	waits_but_for_room(&(struct attempt){
		.fd = node_open(0, s.id, O_WRONLY | O_DSYNC), .flags = RWF_NOWAIT,
	}, &s);
}

static const struct test_case cases[] = {
	{ "O_DSYNC: write returns when the modem has it", o_dsync_waits, 0 },
	{ "RWF_DSYNC: likewise", rwf_dsync_waits, 0 },
	{ "fsync and fdatasync: when it has all that was written", fsync_waits, 0 },
	{ "fsync does not wait for what is written later", fsync_does_not_wait_for_more, 0 },
	{ "fsync waits for what stands before an NTB that a cancel has emptied", fsync_and_a_cancel,
	  0 },
	{ "fsync waits for what stands before an NTB that a fault has left empty", fsync_and_a_fault,
	  0 },
	{ "fsync, DSYNC and REAP do not wait for another session's transfer", what_is_awaited_goes,
	  0 },
	{ "O_DSYNC: the transfer's error is the write's, and told once", dsync_tells_its_error, 0 },
	{ "O_DSYNC: each write is told its own end", dsync_tells_its_own_end, 0 },
	{ "O_NONBLOCK and RWF_NOWAIT with DSYNC: room is not waited for, the end is",
	  dsync_without_waiting_for_room, 0 },
	{ "fsync tells an earlier write's error, once to each file", fsync_tells_once, 0 },
	{ "a file opened afterwards is not told", not_of_those_after, 0 },
	{ "close tells it, too", close_tells, 0 },
	{ "close of a file that only reads does not", not_of_readers, 0 },
	{ "close leaves it to fsync", close_leaves_it_to_fsync, 0 },
	{ "close does not wait", close_does_not_wait, 0 },
	{ "ECANCELED: withdrawn by a CLOSE of the session", withdrawn_by_close, 0 },
	{ "EINTR: a signal ends the wait, not the write", interrupted, 0 },
};

int main(int argc, char **argv)
{
	return run_cases(argc, argv, cases, ARRAY_SIZE(cases), calm);
}
