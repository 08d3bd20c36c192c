// SPDX-License-Identifier: GPL-2.0-or-later
/* libaio, without the library: a write ends when its transfer does, a read when something comes. */
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dss.h"

#define DEEP	64
#define LEN	200

static aio_context_t aio_begin(void)
{
	aio_context_t context = 0;

	if (syscall(SYS_io_setup, DEEP, &context)) {
		if (errno == ENOSYS)
			skip("no libaio");
		fail("io_setup: errno %d", errno);
	}
	return context;
}

static void aio_submit(aio_context_t context, struct iocb *iocb)
{
	if (syscall(SYS_io_submit, context, 1, &iocb) != 1)
		fail("io_submit: errno %d", errno);
}

static void aio_write(aio_context_t context, struct iocb *iocb, int fd, const void *bytes,
		      size_t len)
{
	*iocb = (struct iocb){
		.aio_lio_opcode = IOCB_CMD_PWRITE, .aio_fildes = fd, .aio_nbytes = len,
		.aio_buf = (uintptr_t)bytes, .aio_data = (uintptr_t)iocb,
	};
	aio_submit(context, iocb);
}

static void aio_read(aio_context_t context, struct iocb *iocb, int fd, void *bytes, size_t len)
{
	*iocb = (struct iocb){
		.aio_lio_opcode = IOCB_CMD_PREAD, .aio_fildes = fd, .aio_nbytes = len,
		.aio_buf = (uintptr_t)bytes, .aio_data = (uintptr_t)iocb,
	};
	aio_submit(context, iocb);
}

/* Events there are within @ms. */
static int aio_events(aio_context_t context, struct io_event *events, int count, int ms)
{
	struct timespec time = { ms / 1000, ms % 1000 * 1000000L };

	return syscall(SYS_io_getevents, context, count, count, events, &time);
}

static void libaio_write_ends_with_its_transfer(void)
{
	aio_context_t context = aio_begin();
	struct io_event event;
	struct session s;
	struct iocb iocb;

	session_open(&s, SERVICE_SINK);
	sim("nak out on");
	aio_write(context, &iocb, s.fd, "hello", 5);
	check_eq(aio_events(context, &event, 1, 0), 0);
	sim("nak out off");
	check_eq(aio_events(context, &event, 1, LONG), 1);
	check_eq(event.data, (uintptr_t)&iocb);
	check_eq(event.res, 5);
	check_eq(sim_session_stat(s.id, "bytes_out"), 5);
	sim("status out EPROTO 1");
	aio_write(context, &iocb, s.fd, "hello", 5);
	check_eq(aio_events(context, &event, 1, LONG), 1);
	check_eq((int64_t)event.res, -EPROTO);
}

static long call_fsync(void *arg)
{
	return fsync(*(int *)arg);
}

static void aio_cancel(aio_context_t context, struct iocb *iocb)
{
	struct io_event event;

	check_err(syscall(SYS_io_cancel, context, iocb, &event), EINPROGRESS);
}

static void aio_cancelled(aio_context_t context, const struct iocb *iocb)
{
	struct io_event event;

	check_eq(aio_events(context, &event, 1, SOON), 1);
	check_eq(event.data, (uintptr_t)iocb);
	check_eq((int64_t)event.res, -ECANCELED);
}

/* What waits does not go, and a transfer comes back that carries nothing else. */
static void libaio_cancel(void)
{
	static char large[12 * NTB_SIZE];
	aio_context_t context = aio_begin();
	struct iocb first, second, third;
	struct io_event event;
	struct session s;

	session_open(&s, SERVICE_SINK);
	sim("nak out on");
	aio_write(context, &first, s.fd, "first", 5);
	wait_in_flight(0);
	aio_write(context, &second, s.fd, "second", 6);
	aio_write(context, &third, s.fd, "third", 5);
	aio_cancel(context, &second);
	aio_cancelled(context, &second);
	aio_cancel(context, &first);
	aio_cancelled(context, &first);
	check_eq(session_counter(&s, "tx_errors"), 2);
	/* the third is in flight now, in a transfer of its own; some of a large one follows */
	wait_in_flight(0);
	aio_write(context, &first, s.fd, large, sizeof(large));
	wait_until(SOON, modem_counter("tx_ntbs_in_flight") > 1);
	aio_cancel(context, &first);
	wait_until(SOON, modem_counter("tx_ntbs_in_flight") == 1);
	sim("nak out off");
	check_eq(aio_events(context, &event, 1, LONG), 1);
	check_eq(event.data, (uintptr_t)&third);
	check_eq(event.res, 5);
	/* ends are told in order */
	aio_cancelled(context, &first);
	check_eq(sim_session_stat(s.id, "bytes_out"), 5);
	/* it has ended: there is nothing to cancel */
	check_err(syscall(SYS_io_cancel, context, &third, &event), EINVAL);
	check(!fsync(s.fd));
}

/* A transfer goes on that carries somebody else's data. What a write has written is its result. */
static void libaio_cancel_shared(void)
{
	static char large[12 * NTB_SIZE];
	aio_context_t context = aio_begin();
	struct iocb first, second, third;
	struct io_event events[2];
	struct blocked sync;
	struct session s;

	session_open(&s, SERVICE_SINK);
	sim("nak out on");
	write_all(s.fd, "x", 1);
	wait_in_flight(0);
	aio_write(context, &first, s.fd, "first", 5);
	aio_write(context, &second, s.fd, "second", 6);
	aio_write(context, &third, s.fd, large, sizeof(large));
	blocked_start(&sync, call_fsync, &s.fd);
	aio_cancel(context, &first);
	aio_cancel(context, &third);
	/* that of the single byte, and the one with the beginning of the third */
	wait_until(SOON, modem_counter("tx_ntbs_in_flight") == 2);
	check_eq(aio_events(context, events, 1, 0), 0);
	check(blocked_still(&sync));
	sim("nak out off");
	check_eq(aio_events(context, events, 2, LONG), 2);
	check_eq(events[0].res, 5);
	check_eq(events[1].res, 6);
	check_eq(aio_events(context, events, 1, LONG), 1);
	check_eq(events[0].data, (uintptr_t)&third);
	check(events[0].res > 0 && events[0].res < (int64_t)sizeof(large));
	check_eq(sim_session_stat(s.id, "bytes_out"), 1 + 5 + 6 + events[0].res);
	blocked_end(&sync, LONG);
}

/* The end of the context cancels: it does not wait for a modem that takes nothing. */
static void libaio_destroy(void)
{
	aio_context_t context = aio_begin();
	struct session s;
	struct iocb iocb;

	session_open(&s, SERVICE_SINK);
	sim("nak out on");
	write_all(s.fd, "first", 5);
	wait_in_flight(0);
	for (int i = 0; i < 3; i++)
		aio_write(context, &iocb, s.fd, "second", 6);
	check_within(SOON, check(!syscall(SYS_io_destroy, context)));
	sim("nak out off");
	check(!fsync(s.fd));
	check_eq(sim_session_stat(s.id, "bytes_out"), 5);
}

static void libaio_deep(void)
{
	static struct iocb iocbs[DEEP];
	static char bytes[DEEP][LEN];
	aio_context_t context = aio_begin();
	struct io_event events[DEEP];
	struct session s;

	session_open(&s, SERVICE_ECHO);
	for (int i = 0; i < DEEP; i++) {
		fill(bytes[i], LEN, i);
		aio_write(context, &iocbs[i], s.fd, bytes[i], LEN);
	}
	check_eq(aio_events(context, events, DEEP, LONG), DEEP);
	for (int i = 0; i < DEEP; i++) {
		check_eq(events[i].res, LEN);
		/* in order */
		check_eq(events[i].data, (uintptr_t)&iocbs[i]);
		recv_filled(s.fd, LEN, i);
	}
	check(!syscall(SYS_io_destroy, context));
}

/* The next event is of @iocb. */
static int64_t aio_ended(aio_context_t context, const struct iocb *iocb)
{
	struct io_event event;

	check_eq(aio_events(context, &event, 1, LONG), 1);
	check_eq(event.data, (uintptr_t)iocb);
	return event.res;
}

static void libaio_read(void)
{
	aio_context_t context = aio_begin();
	struct session s;
	struct iocb iocb;
	char bytes[20];

	session_open(&s, SERVICE_ECHO);
	write_all(s.fd, "hello", 5);
	poll_for(s.fd, POLLIN, LONG);
	aio_read(context, &iocb, s.fd, bytes, sizeof(bytes));
	check_eq(aio_ended(context, &iocb), 5);
	check(!memcmp(bytes, "hello", 5));
	iocb.aio_rw_flags = RWF_NOWAIT;
	aio_submit(context, &iocb);
	check_eq(aio_ended(context, &iocb), -EAGAIN);
}

/* io_submit does not wait, and what comes goes to the reads in their order. */
static void libaio_read_waits(void)
{
	aio_context_t context = aio_begin();
	struct iocb first, second, third;
	char bytes[3][LEN], head[4];
	struct iovec parts[2] = { { head, 4 }, { bytes[1], LEN } };
	struct io_event event;
	struct session s;

	session_open(&s, SERVICE_ECHO);
	set_mode(s.fd, MBIM_DSS_MODE_MESSAGE);
	aio_read(context, &first, s.fd, bytes[0], LEN);
	second = (struct iocb){
		.aio_lio_opcode = IOCB_CMD_PREADV, .aio_fildes = s.fd, .aio_nbytes = 2,
		.aio_buf = (uintptr_t)parts, .aio_data = (uintptr_t)&second,
	};
	aio_submit(context, &second);
	/* the kernel has its own copy of it */
	memset(parts, 0, sizeof(parts));
	aio_read(context, &third, s.fd, bytes[2], LEN);
	check_eq(aio_events(context, &event, 1, 0), 0);

	write_all(s.fd, "first", 5);
	check_eq(aio_ended(context, &first), 5);
	check(!memcmp(bytes[0], "first", 5));
	write_all(s.fd, "second", 6);
	check_eq(aio_ended(context, &second), 6);
	check(!memcmp(head, "seco", 4) && !memcmp(bytes[1], "nd", 2));
	/* too large for it, and it stays */
	write_all(s.fd, bytes, LEN + 1);
	check_eq(aio_ended(context, &third), -EMSGSIZE);
	check_eq(aio_events(context, &event, 1, 0), 0);
	set_mode(s.fd, MBIM_DSS_MODE_STREAM);
	aio_read(context, &first, s.fd, bytes[0], LEN);
	check_eq(aio_ended(context, &first), LEN);
	aio_read(context, &first, s.fd, bytes[0], LEN);
	check_eq(aio_ended(context, &first), 1);
}

/* Many at a time, of two files: each datagram goes to one. */
static void libaio_read_deep(void)
{
	static struct iocb iocbs[DEEP];
	static char bytes[DEEP][LEN];
	aio_context_t context = aio_begin();
	struct io_event events[DEEP];
	uint64_t seen = 0;
	struct session s;
	int fds[2];

	session_open(&s, SERVICE_ECHO);
	fds[0] = s.fd;
	fds[1] = node_open(0, s.id, O_RDONLY);
	set_mode(fds[0], MBIM_DSS_MODE_MESSAGE);
	set_mode(fds[1], MBIM_DSS_MODE_MESSAGE);
	for (int i = 0; i < DEEP; i++)
		aio_read(context, &iocbs[i], fds[i % 2], bytes[i], LEN);
	send_many(s.fd, DEEP, LEN, 0, 0, 0);
	check_eq(aio_events(context, events, DEEP, LONG), DEEP);
	for (int i = 0; i < DEEP; i++) {
		check_eq(events[i].res, LEN);
		for (int seed = 0; seed < DEEP; seed++)
			if (filled(bytes[i], LEN, seed))
				seen |= 1ULL << seed;
	}
	check(seen == ~0ULL);
	check(!poll_now(fds[1], POLLIN));
}

static void libaio_read_cancel(void)
{
	aio_context_t context = aio_begin();
	struct iocb first, second, third;
	char bytes[3][LEN];
	struct session s;

	session_open(&s, SERVICE_ECHO);
	set_mode(s.fd, MBIM_DSS_MODE_MESSAGE);
	aio_read(context, &first, s.fd, bytes[0], LEN);
	aio_read(context, &second, s.fd, bytes[1], LEN);
	aio_read(context, &third, s.fd, bytes[2], LEN);
	aio_cancel(context, &second);
	aio_cancelled(context, &second);
	aio_cancel(context, &first);
	aio_cancelled(context, &first);
	write_all(s.fd, "third", 5);
	check_eq(aio_ended(context, &third), 5);
	/* nothing that waited has kept anything back */
	echo_once(s.fd, 100, 1);
}

static void submit_and_exit(int fd)
{
	aio_context_t context = aio_begin();
	struct iocb iocb;
	char byte;

	for (int i = 0; i < 3; i++)
		aio_read(context, &iocb, fd, &byte, 1);
	_exit(0);
}

/* The end of the context ends them, that of their process, too; what comes later is not theirs. */
static void libaio_read_destroy(void)
{
	aio_context_t context = aio_begin();
	struct session s;
	struct iocb iocb;
	char byte;
	pid_t pid;
	int status;

	session_open(&s, SERVICE_ECHO);
	for (int i = 0; i < 3; i++)
		aio_read(context, &iocb, s.fd, &byte, 1);
	check_within(SOON, check(!syscall(SYS_io_destroy, context)));
	echo_once(s.fd, 100, 1);

	pid = fork();
	check(pid >= 0);
	if (!pid)
		submit_and_exit(s.fd);
	check_within(SOON, check_eq(waitpid(pid, &status, 0), pid));
	check_eq(status, 0);
	echo_once(s.fd, 100, 2);
}

static void libaio_read_ends(void)
{
	aio_context_t context = aio_begin();
	struct iocb first, second;
	struct session s;
	char byte;

	session_open(&s, SERVICE_ECHO);
	aio_read(context, &first, s.fd, &byte, 1);
	aio_read(context, &second, s.fd, &byte, 1);
	session_close(&s);
	check_eq(aio_ended(context, &first), 0);
	check_eq(aio_ended(context, &second), 0);

	session_open(&s, SERVICE_ECHO);
	aio_read(context, &first, s.fd, &byte, 1);
	sim("unplug");
	check_eq(aio_ended(context, &first), -ENODEV);
}

/* Memory that is not there when something comes: it stays for who reads next. */
static void libaio_read_fault(void)
{
	size_t size = sysconf(_SC_PAGESIZE);
	aio_context_t context = aio_begin();
	struct session s;
	struct iocb iocb;
	char bytes[20];
	void *page;

	page = memory(size, PROT_READ | PROT_WRITE);
	session_open(&s, SERVICE_ECHO);
	aio_read(context, &iocb, s.fd, page, size);
	check(!munmap(page, size));
	write_all(s.fd, "hello", 5);
	check_eq(aio_ended(context, &iocb), -EFAULT);
	read_all(s.fd, bytes, 5);
	check(!memcmp(bytes, "hello", 5));
}

static void libaio_poll(void)
{
	struct iocb iocb = { .aio_lio_opcode = IOCB_CMD_POLL, .aio_buf = POLLIN };
	aio_context_t context = aio_begin();
	struct io_event event;
	struct session s;

	session_open(&s, SERVICE_ECHO);
	iocb.aio_fildes = s.fd;
	aio_submit(context, &iocb);
	check_eq(aio_events(context, &event, 1, 0), 0);
	write_all(s.fd, "hello", 5);
	check_eq(aio_events(context, &event, 1, LONG), 1);
	check_eq(event.res & POLLIN, POLLIN);
}

static void libaio_poll_both(void)
{
	struct iocb iocb = { .aio_lio_opcode = IOCB_CMD_POLL, .aio_buf = POLLIN | POLLOUT };
	aio_context_t context = aio_begin();
	struct io_event event;
	struct session s;

	session_open(&s, SERVICE_ECHO);
	limit_tx(s.fd);
	set_nonblock(s.fd, true);
	sim("nak out on");
	write_until_full(s.fd, 1000, 1);
	iocb.aio_fildes = s.fd;
	aio_submit(context, &iocb);
	check_eq(aio_events(context, &event, 1, 0), 0);
	sim("nak out off");
	check_eq(aio_events(context, &event, 1, LONG), 1);
	check(event.res & (POLLIN | POLLOUT));
}

/*
 * Reads that wait for one whose memory is not there keep a worker of the kernel each, as many as
 * there may be. Sessions are closed all the same.
 */
static void libaio_workers(void)
{
	static struct iocb iocbs[300];
	static char to[10];
	struct session s, other;
	aio_context_t context = 0;
	struct io_event event;
	struct trap t;
	struct iocb trapped;
	unsigned int i;

	trap_set(&t);
	check(!syscall(SYS_io_setup, ARRAY_SIZE(iocbs) + 1, &context));
	session_open(&s, SERVICE_ECHO);
	session_open(&other, SERVICE_SINK);
	set_mode(s.fd, MBIM_DSS_MODE_MESSAGE);
	aio_read(context, &trapped, s.fd, t.page, 10);
	write_all(s.fd, "1", 1);
	trap_wait(&t);
	for (i = 0; i < ARRAY_SIZE(iocbs); i++) {
		int fd = node_open(0, s.id, O_RDONLY);

		set_mode(fd, MBIM_DSS_MODE_MESSAGE);
		aio_read(context, &iocbs[i], fd, to, sizeof(to));
	}
	sim("nak out on");
	write_all(other.fd, "x", 1);
	check(!request_close(other.handle, 0, other.id, NULL));
	sim("nak out off");
	wait_until(LONG, !node_exists(0, other.id));
	trap_fill(&t);
	check_eq(aio_events(context, &event, 1, LONG), 1);
	check_eq(event.res, 1);
	/* the others go with the context */
	check(!syscall(SYS_io_destroy, context));
}

static const struct test_case cases[] = {
	{ "libaio: a write ends with its transfer, and its status",
	  libaio_write_ends_with_its_transfer, 0 },
	{ "libaio: io_cancel of a write that waits, and of one in flight", libaio_cancel, 0 },
	{ "libaio: io_cancel lets go on what shares a transfer", libaio_cancel_shared, 0 },
	{ "libaio: so does io_destroy", libaio_destroy, 0 },
	{ "libaio: 64 deep, in order", libaio_deep, 0 },
	{ "libaio: a read of what is there", libaio_read, 0 },
	{ "libaio: reads wait for what comes, in order", libaio_read_waits, 0 },
	{ "libaio: reads 64 deep, of two files", libaio_read_deep, 0 },
	{ "libaio: io_cancel of a read that waits", libaio_read_cancel, 0 },
	{ "libaio: io_destroy, and the end of the process, with reads that wait",
	  libaio_read_destroy, 0 },
	{ "libaio: reads that wait end with the session, and the modem", libaio_read_ends, 0 },
	{ "libaio: a read into memory that has gone loses nothing", libaio_read_fault, 0 },
	{ "libaio: poll", libaio_poll, 0 },
	{ "libaio: poll for data and room", libaio_poll_both, 0 },
	{ "libaio: reads that cannot go on keep nobody from closing", libaio_workers, 60 },
};

int main(int argc, char **argv)
{
	return run_cases(argc, argv, cases, ARRAY_SIZE(cases), calm);
}
