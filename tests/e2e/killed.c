// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A client is killed while it is in a call, and the modem takes nothing. It ends at once; its
 * session is closed on the modem in time, or goes on if it is somebody else's; nothing is held.
 */
#include <fcntl.h>
#include <liburing.h>
#include <linux/aio_abi.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dss.h"

#define LEN		700
#define SENDS		8

static char bytes[MAX_DATAGRAM];

/* -------- in the client: calls that do not return -------- */

static void fill_up(int fd)
{
	check(write_until_full(fd, LEN, 1) > 0);
	set_nonblock(fd, false);
}

static void in_write(int fd)
{
	if (write(fd, bytes, sizeof(bytes)) > 0)
		fail("there was room");
}

static void in_send(int fd)
{
	send_many(fd, 4, sizeof(bytes), 1, 0, 1);
}

static void in_dsync(int fd)
{
	struct iovec part = { bytes, LEN };

	pwritev2(fd, &part, 1, -1, RWF_DSYNC);
}

static void in_fsync(int fd)
{
	write_all(fd, bytes, LEN);
	fsync(fd);
}

static void in_reap(int fd)
{
	struct mbim_dss_completion done;
	struct mbim_dss_batch b;

	batch(fd, MBIM_DSS_IOC_REAP, &done, 1, 0, &b);
}

static void in_read(int fd)
{
	if (read(fd, bytes, sizeof(bytes)) >= 0)
		fail("there was something to read");
}

static void in_poll(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };

	poll(&p, 1, -1);
}

static void in_uring(int fd)
{
	struct io_uring_cqe *cqe;
	struct io_uring ring;

	/* without io_uring there is nothing to be seen: it sleeps all the same */
	if (!io_uring_queue_init(8, &ring, 0)) {
		for (int i = 0; i < 4; i++)
			io_uring_prep_write(io_uring_get_sqe(&ring), fd, bytes, LEN, -1);
		check_eq(io_uring_submit(&ring), 4);
		io_uring_wait_cqe(&ring, &cqe);
	}
	pause();
}

static void in_libaio(int fd)
{
	struct iocb iocb = {
		.aio_lio_opcode = IOCB_CMD_PWRITE, .aio_fildes = fd,
		.aio_buf = (uintptr_t)bytes, .aio_nbytes = LEN,
	};
	struct iocb *list[] = { &iocb };
	aio_context_t context = 0;
	struct io_event event;

	check(!syscall(SYS_io_setup, 8, &context));
	check_eq(syscall(SYS_io_submit, context, 1, list), 1);
	syscall(SYS_io_getevents, context, 1, 1, &event, NULL);
}

struct way {
	const char *name;
	void (*call)(int fd);
	bool full;			/* there is no room */
};

static const struct way ways[] = {
	{ "write", in_write, true },
	{ "SEND", in_send, true },
	{ "poll", in_poll, true },
	{ "write with RWF_DSYNC", in_dsync, false },
	{ "fsync", in_fsync, false },
	{ "REAP", in_reap, false },
	{ "read", in_read, false },
	{ "a write of io_uring", in_uring, false },
	{ "a write of libaio", in_libaio, false },
};

/* -------- the client -------- */

/* Of a session of its own, unless it is told one. Its id goes to @pipe, then a byte. */
static void client(const struct way *way, int pipe, uint32_t id)
{
	struct session s;

	if (id == MBIM_DSS_SESSION_ANY)
		session_open(&s, SERVICE_ECHO);
	else
		s = (struct session){ .id = id, .fd = node_open(0, id, O_RDWR) };
	check_eq(write(pipe, &s.id, sizeof(s.id)), sizeof(s.id));
	sim("nak out on");
	limit_tx(s.fd);
	send_many(s.fd, SENDS, LEN, 1, 0, 1);
	wait_in_flight(0);
	if (way->full)
		fill_up(s.fd);
	check_eq(write(pipe, "", 1), 1);
	way->call(s.fd);
	fail("the call returned");
}

static void receive(int fd, void *to, size_t len)
{
	poll_for(fd, POLLIN, LONG);
	check_eq(read(fd, to, len), len);
}

static bool sleeps(pid_t pid)
{
	char path[64], text[256], *state;
	FILE *file;
	size_t n;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	file = fopen(path, "re");
	check(file);
	n = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[n] = '\0';
	state = strrchr(text, ')');
	return state && state[1] && state[2] == 'S';
}

/* Starts one, and returns when it sleeps in its call; @watch is one more file of its session. */
static pid_t client_start(const struct way *way, uint32_t id, int *watch)
{
	int fds[2];
	pid_t pid;
	char byte;

	check(!pipe2(fds, O_CLOEXEC));
	pid = fork();
	check(pid >= 0);
	if (!pid)
		client(way, fds[1], id);
	close(fds[1]);
	receive(fds[0], &id, sizeof(id));
	*watch = node_open(0, id, O_RDWR);
	receive(fds[0], &byte, 1);
	close(fds[0]);
	wait_until(LONG, sleeps(pid));
	return pid;
}

/* Nobody has waited for longer than @ms since @from. The caller must not have been busy. */
static void in_time(const struct instant *from, unsigned int ms, const char *what)
{
	struct instant now;
	unsigned int waited;

	instant_now(&now);
	waited = waited_ms(from, &now);
	if (waited > ms)
		fail("%s took %u ms", what, waited);
}

static void client_kill(pid_t pid, struct instant *killed)
{
	int status, pidfd = pidfd_open(pid, 0);

	check(pidfd >= 0);
	instant_now(killed);
	check(!kill(pid, SIGKILL));
	poll_for(pidfd, POLLIN, LONG);
	in_time(killed, SOON, "the end of the process");
	close(pidfd);
	check_eq(waitpid(pid, &status, 0), pid);
	check(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static long long module_users(void)
{
	return read_number("/sys/module/mbim_dss/refcnt");
}

/* -------- cases -------- */

static void owner_killed(const struct way *way)
{
	long long users = module_users();
	struct mbim_dss_session info;
	struct instant killed;
	struct session s;
	int watch;

	client_kill(client_start(way, MBIM_DSS_SESSION_ANY, &watch), &killed);
	/* when the modem has disconnected it */
	poll_for(watch, POLLHUP, LONG);
	in_time(&killed, CLOSED_WITHIN, "the end of the session");
	check_eq(sim_open_sessions(), 0);
	check(modem_idle(0));
	/* all of it while the modem takes nothing */
	session_info(watch, &info);
	check_eq(info.state, MBIM_DSS_SESSION_CLOSED);
	check_eq(info.tx_queued, 0);
	check_eq(info.tx_errors, info.tx_datagrams);
	check_eq(modem_counter("tx_ntbs_in_flight"), 0);
	close(watch);
	wait_until(LONG, module_users() == users);
	sim("nak out off");
	session_open(&s, SERVICE_ECHO);
	echo_once(s.fd, LEN, 1);
	session_close(&s);
	close(s.fd);
	close(s.handle);
}

static void visitor_killed(const struct way *way)
{
	struct mbim_dss_session info;
	struct instant killed;
	struct session s;
	long long users;
	int watch;

	session_open(&s, SERVICE_ECHO);
	users = module_users();
	client_kill(client_start(way, s.id, &watch), &killed);
	close(watch);
	check_eq(sim_open_sessions(), 1);
	sim("nak out off");
	wait_until(LONG, !session_counter(&s, "tx_ntbs_held"));
	wait_until(LONG, module_users() == users);
	/* what was accepted has been sent, but for what the end of the process took back */
	session_info(s.fd, &info);
	check(info.tx_datagrams >= SENDS);
	check(info.tx_errors <= 1);
	check_eq(sim_session_stat(s.id, "datagrams_out"), info.tx_datagrams - info.tx_errors);
	session_close(&s);
	close(s.fd);
	close(s.handle);
}

static void each_way(void (*killed)(const struct way *way))
{
	for (size_t i = 0; i < ARRAY_SIZE(ways); i++) {
		diag("in %s", ways[i].name);
		killed(&ways[i]);
		calm();
	}
	sim_no_errors();
}

static void owners(void)
{
	each_way(owner_killed);
}

static void visitors(void)
{
	each_way(visitor_killed);
}

/* -------- behind somebody whose memory does not come -------- */

static struct {
	int fd;
	struct trap trap;
} other;

static long call_write(void *arg)
{
	(void)arg;
	return write(other.fd, other.trap.page, LEN);
}

/*
 * Who waits for room has let his turn go, and needs it again: it may be another's then, for as
 * long as his memory takes. There is room for him when the limit is raised, but not half of it.
 */
static void behind_another(void)
{
	struct blocked writer;
	struct instant killed;
	struct session s;
	pid_t pid;

	trap_set(&other.trap);
	session_open(&s, SERVICE_SINK);
	other.fd = s.fd;
	sim("nak out on");
	set_limits(s.fd, MBIM_DSS_LIMITS_SET_TX, 0, 4 * NTB_SIZE, 0);
	fill_up(s.fd);
	pid = fork();
	check(pid >= 0);
	if (!pid) {
		in_write(s.fd);
		_exit(0);
	}
	wait_until(LONG, sleeps(pid));
	set_limits(s.fd, MBIM_DSS_LIMITS_SET_TX, 0, 5 * NTB_SIZE, 0);
	blocked_begin(&writer, call_write, NULL);
	trap_wait(&other.trap);
	client_kill(pid, &killed);
	trap_fill(&other.trap);
	blocked_end(&writer, SOON);
	check_eq(writer.ret, LEN);
	sim("nak out off");
}

static const struct test_case cases[] = {
	{ "the owner of a session is killed in a call", owners, 120 },
	{ "another user of a session is killed in a call", visitors, 120 },
	{ "who waits for room is killed while another's memory does not come", behind_another, 0 },
};

int main(int argc, char **argv)
{
	return run_cases(argc, argv, cases, ARRAY_SIZE(cases), calm);
}
