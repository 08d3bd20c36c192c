// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Every allocation, and every copy from or to user space, that a call makes fails
 * once: the call fails, or copes, and leaves nothing behind. The kernel counts for
 * this thread (its fault-injection.rst: /proc/self/task/TID/fail-nth). What makes
 * NTBs, transfers and modems is in nomem.c.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "dss.h"

/* More faults than any call here can meet. */
#define MANY	20000

static int fail_nth = -1;

static void fail_nth_open(void)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/task/%d/fail-nth", gettid());
	fail_nth = open(path, O_RDWR | O_CLOEXEC);
	if (fail_nth < 0)
		skip_unless_debug("the kernel has no fault injection");
}

/* What a call may say when it had no memory, or could not copy. */
static bool excuse(int error)
{
	return error == ENOMEM || error == EFAULT || error == EAGAIN || error == ENOBUFS ||
	       error == EIO || error == EMFILE || error == ENFILE;
}

/* Writing the number may meet the fault that is still to come. */
static void fail_nth_set(unsigned int n)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", n);

	while (pwrite(fail_nth, text, len, 0) != len)
		check(excuse(errno));
}

/* Whether the fault did not come to pass in the call. */
static bool fail_nth_left(void)
{
	char text[16] = "";

	/* reading copies, too: then it came to pass there */
	if (pread(fail_nth, text, sizeof(text) - 1, 0) <= 0)
		return true;
	return strtoul(text, NULL, 10) != 0;
}

/*
 * Makes the first, the second... fault of @call until there is none left. @after follows
 * each call with what it gave, without faults.
 */
static void exhaust(const char *name, long (*call)(void), void (*after)(long ret, int error))
{
	unsigned int n, refused = 0;
	bool left = false;

	for (n = 1; !left; n++) {
		int error;
		long ret;

		if (n == MANY)
			fail("%s: no end after %u faults", name, n);
		fail_nth_set(n);
		errno = 0;
		ret = call();
		error = errno;
		left = fail_nth_left();
		fail_nth_set(0);
		if (ret < 0) {
			refused++;
			if (!excuse(error))
				fail("%s with fault %u: errno %d", name, n, error);
			if (left)
				fail("%s without a fault: errno %d", name, error);
		}
		after(ret, error);
	}
	diag("%s: %u faults, %u refusals", name, n - 2, refused);
	if (n - 2 == 0)
		fail("%s met no fault", name);
}

/* -------- what is called -------- */

static struct session s;
static char bytes[3000], back[3000];

static long open_control(void)
{
	return open("/dev/mbim/control", O_RDWR);
}

static void close_it(long fd, int error)
{
	(void)error;
	if (fd >= 0)
		close(fd);
}

static long say_hello(void)
{
	struct mbim_dss_hello hello = { .size = sizeof(hello), .version = 1 };

	return ioctl(s.handle, MBIM_DSS_IOC_HELLO, &hello);
}

static void nothing(long ret, int error)
{
	(void)ret;
	(void)error;
}

static long list_all(void)
{
	static struct mbim_dss_session sessions[4];
	static struct mbim_dss_service services[8];
	struct mbim_dss_list list = {
		.size = sizeof(list), .entry_size = sizeof(services[0]), .capacity = 8,
		.entries = (uintptr_t)services,
	};

	if (ioctl(s.handle, MBIM_DSS_IOC_SERVICES, &list))
		return -1;
	list.entry_size = sizeof(sessions[0]);
	list.capacity = 4;
	list.entries = (uintptr_t)sessions;
	return ioctl(s.handle, MBIM_DSS_IOC_SESSIONS, &list);
}

static struct mbim_dss_open request;

/* What has become of an open: a completion comes, even if EFAULT has hidden the id. */
static void close_what_was_opened(void)
{
	struct mbim_dss_completion done;

	wait_until(LONG, !completion_none(s.handle));
	completion_read(s.handle, &done);
	check_eq(done.type, MBIM_DSS_REQUEST_OPEN);
	check_eq(done.error, 0);
	check(!request_close(s.handle, 0, done.session, NULL));
	completion_read(s.handle, &done);
	check_eq(done.type, MBIM_DSS_REQUEST_CLOSE);
	check_eq(done.error, 0);
}

/* Open, or on the way to it. */
static bool in_use(uint32_t id)
{
	struct mbim_dss_session sessions[4];
	struct mbim_dss_list list = {
		.size = sizeof(list), .entry_size = sizeof(sessions[0]), .capacity = 4,
		.entries = (uintptr_t)sessions,
	};

	check(!ioctl(s.handle, MBIM_DSS_IOC_SESSIONS, &list));
	for (uint32_t i = 0; i < list.count && i < 4; i++)
		if (sessions[i].session == id)
			return true;
	return false;
}

static long open_session(void)
{
	return request_open(s.handle, 0, SERVICE_SINK, 7, 0, &request);
}

static void after_open(long ret, int error)
{
	if (!ret || error == EFAULT)
		wait_until(LONG, !completion_none(s.handle) || !in_use(7));
	if (!ret || !completion_none(s.handle))
		close_what_was_opened();
	wait_until(LONG, !node_exists(0, 7));
	check(completion_none(s.handle));
}

/* A handle that ends takes its sessions along, whatever fails. */
static int spare;

static void spare_open(void)
{
	struct mbim_dss_completion done;

	spare = handle_open();
	check(!request_open(spare, 0, SERVICE_SINK, 9, 0, &request));
	completion_read(spare, &done);
	check_eq(done.error, 0);
}

static long close_spare(void)
{
	return close(spare);
}

static void after_spare(long ret, int error)
{
	(void)error;
	check_eq(ret, 0);
	wait_until(LONG, !node_exists(0, 9));
	wait_until(LONG, sim_open_sessions() == 1);
	spare_open();
}

static long open_node(void)
{
	char path[40];

	node_path(path, 0, s.id);
	return open(path, O_RDWR);
}

/* -------- data -------- */

/* One datagram waits, and one completion. */
static void offer(void)
{
	check(send_one(s.fd, bytes, 1000, 3));
	poll_for(s.fd, POLLIN, LONG);
	poll_for(s.fd, POLLPRI, LONG);
}

static long read_bytes(void)
{
	return read(s.fd, back, 1000);
}

static long recv_bytes(void)
{
	struct mbim_dss_datagram d = { .buf = (uintptr_t)back, .len = 1000 };
	struct mbim_dss_batch b;

	if (batch(s.fd, MBIM_DSS_IOC_RECV, &d, 1, 0, &b))
		return -1;
	return d.len;
}

/* A read that failed has lost nothing. RECV may fail to tell after the fact. */
static void offer_again(long ret, int error)
{
	struct mbim_dss_completion done;

	if (ret > 0) {
		check_eq(ret, 1000);
		check(!memcmp(bytes, back, 1000));
	}
	if (poll_now(s.fd, POLLIN)) {
		check(ret <= 0);
		return;
	}
	check(ret > 0 || error == EFAULT);
	reap_one(s.fd, &done);
	offer();
}

static long reap(void)
{
	static struct mbim_dss_completion done;
	struct mbim_dss_batch b;

	return batch(s.fd, MBIM_DSS_IOC_REAP, &done, 1, 0, &b);
}

static void reap_again(long ret, int error)
{
	(void)error;
	if (poll_now(s.fd, POLLPRI)) {
		check(ret < 0);
		return;
	}
	check(!ret || error == EFAULT);
	read_all(s.fd, back, 1000);
	offer();
}

/* -------- cases -------- */

static void start(void)
{
	fill(bytes, sizeof(bytes), 1);
	session_open(&s, SERVICE_ECHO);
	fail_nth_open();
}

static void control_calls(void)
{
	start();
	exhaust("open of control", open_control, close_it);
	exhaust("HELLO", say_hello, nothing);
	exhaust("SERVICES, SESSIONS", list_all, nothing);
}

static void opens(void)
{
	start();
	exhaust("OPEN", open_session, after_open);
	echo_once(s.fd, 100, 1);
}

static void handle_ends(void)
{
	start();
	spare_open();
	exhaust("close of a handle", close_spare, after_spare);
}

static void node_calls(void)
{
	start();
	exhaust("open of a node", open_node, close_it);
}

static void reads(void)
{
	start();
	offer();
	exhaust("read", read_bytes, offer_again);
	exhaust("RECV", recv_bytes, offer_again);
	exhaust("REAP", reap, reap_again);
}

static const struct test_case cases[] = {
	{ "calls on control", control_calls, 120 },
	{ "OPEN", opens, 240 },
	{ "the end of a handle", handle_ends, 240 },
	{ "calls on a node", node_calls, 120 },
	{ "read, RECV and REAP", reads, 240 },
};

int main(int argc, char **argv)
{
	return run_cases(argc, argv, cases, ARRAY_SIZE(cases), calm);
}
