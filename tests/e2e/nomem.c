// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * No memory where there is more to it than a call of its own, which failnth.c looks at:
 * NTBs while others wait, the transfers of a first session, a modem that comes, the module
 * that is loaded. Each place fails in turn, by /proc/self/fail-nth. What cannot go on says so,
 * with a clean error; nothing hangs, what was accepted before is not lost, and afterwards
 * everything works. The harness looks for leaks.
 *
 * Some allocations must not fail: those of vhci_hcd, the host controller of the virtual
 * modem, which would pull the plug. So the bulk OUT pipe is busy when writes are tried, and
 * where transfers have to be submitted, only caches fail that it does not use; they are
 * named on the kernel's command line (nomem.t, nomem-rx.t, nomem-load.t).
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <net/if.h>

#include "dss.h"

/* More places than any call has; loading a module has the most. */
#define PLACES_MAX	5000

/* -------- fail-nth -------- */

static int nth_fd = -1;

static void nth_open(void)
{
	nth_fd = open("/proc/self/fail-nth", O_RDWR | O_CLOEXEC);
	if (nth_fd < 0)
		skip_unless_debug("no /proc/self/fail-nth");
	/* page faults are not what is meant */
	check(!mlockall(MCL_CURRENT | MCL_FUTURE));
}

static void arm(unsigned int n)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", n);

	check(pwrite(nth_fd, text, len, 0) == len);
}

/* Has the fault happened? Reading may have been hit itself: then it had not. */
static bool disarm(void)
{
	char text[16] = "1";
	bool happened;

	happened = pread(nth_fd, text, sizeof(text) - 1, 0) > 0 && !atoi(text);
	while (pwrite(nth_fd, "0", 1, 0) != 1)
		;
	return happened;
}

static bool clean(int error)
{
	return error == ENOMEM || error == ENOBUFS || error == EFAULT || error == ENFILE;
}

/* A call to be tried; the rest of its life is between the tries. */
struct row {
	const char *name;
	void (*before)(void);
	long (*call)(void);		/* as a system call */
	void (*after)(long ret);
	bool others;			/* what other code makes of it may be any errno */
};

/* Until the call gets through without meeting the fault. */
static void exhaust(const struct row *row)
{
	unsigned int n, failed = 0;

	for (n = 1; n <= PLACES_MAX; n++) {
		uint64_t begun;
		bool happened;
		long ret;
		int error;

		if (row->before)
			row->before();
		begun = now_ms();
		arm(n);
		errno = 0;
		ret = row->call();
		error = errno;
		happened = disarm();
		if (now_ms() - begun > SOON)
			fail("%s: place %u: took %d ms", row->name, n, (int)(now_ms() - begun));
		if (ret < 0 && !(happened && (clean(error) || row->others)))
			fail("%s: place %u: errno %d", row->name, n, error);
		failed += ret < 0;
		if (row->after)
			row->after(ret);
		if (!happened) {
			diag("%s: %u places, %u of them failed the call", row->name, n - 1, failed);
			/* a call that has no place was not tested */
			check(n > 1);
			return;
		}
	}
	fail("%s: no end after %u places", row->name, n);
}

static void exhaust_all(const struct row *rows, unsigned int count)
{
	nth_open();
	for (unsigned int i = 0; i < count; i++)
		exhaust(&rows[i]);
}

static struct session s;		/* of the case */

/* -------- sessions -------- */

#define ATTACHED	100

static struct mbim_dss_open open_request;

static long call_attach(void)
{
	return request_open(s.handle, 0, SERVICE_ECHO, ATTACHED, MBIM_DSS_OPEN_ATTACH,
			    &open_request);
}

/* Nothing of it is left, so that the id can be had again. */
static void detached(void)
{
	struct mbim_dss_completion done;

	check(!request_close(s.handle, 0, ATTACHED, NULL));
	completion_read(s.handle, &done);
	check_eq(done.error, 0);
	wait_until(SOON, !node_exists(0, ATTACHED));
}

/* The answer may not reach the caller, though the request is under way. */
static bool next_completion(struct mbim_dss_completion *done)
{
	if (completion_none(s.handle))
		return false;
	completion_read(s.handle, done);
	return true;
}

static void after_attach(long ret)
{
	struct mbim_dss_completion done;

	if (!next_completion(&done)) {
		check(ret < 0);
		check(!node_exists(0, ATTACHED));
		return;
	}
	if (done.error) {
		check(clean(done.error));
		check(!node_exists(0, ATTACHED));
		return;
	}
	close(node_open(0, ATTACHED, O_RDWR));
	detached();
}

static void before_close(void)
{
	struct mbim_dss_completion done;

	if (node_exists(0, ATTACHED))
		return;
	check(!call_attach());
	completion_read(s.handle, &done);
	check_eq(done.error, 0);
}

static long call_close_ioctl(void)
{
	return request_close(s.handle, 0, ATTACHED, NULL);
}

static void after_close(long ret)
{
	struct mbim_dss_completion done;

	if (!next_completion(&done)) {
		check(ret < 0);
		close(node_open(0, ATTACHED, O_RDWR));
		return;
	}
	check_eq(done.error, 0);
	check(!node_exists(0, ATTACHED));
}

/* With a session beside it, so that no transfers begin or end. */
static void nodes(void)
{
	static const struct row rows[] = {
		{ "OPEN with ATTACH", NULL, call_attach, after_attach, false },
		{ "CLOSE", before_close, call_close_ioctl, after_close, false },
	};

	session_open(&s, SERVICE_ECHO);
	exhaust_all(rows, ARRAY_SIZE(rows));
	echo_once(s.fd, 100, 1);
}

/* -------- writes -------- */

#define BIG	40000			/* several NTBs */
#define SENT	24			/* datagrams a SEND */
#define SENT_LEN	1500

static char big[BIG];
static uint64_t accepted;		/* bytes */
static uint64_t requests;
static struct session busy;

/* The modem takes nothing, something is in flight, and no NTB is left in the pool. */
static void begin_writes(void)
{
	session_open(&s, SERVICE_SINK);
	session_open_on(&busy, s.handle, 0, SERVICE_SINK, MBIM_DSS_SESSION_ANY, 0);
	sim("nak out on");
	set_limits(busy.fd, MBIM_DSS_LIMITS_SET_TX, 0, 80 * 16384, 0);
	set_limits(s.fd, MBIM_DSS_LIMITS_SET_TX, 0, MBIM_DSS_LIMIT_MAX, 0);
	write_until_full(busy.fd, 1500, 1);
	check_eq(session_counter(&busy, "tx_ntbs_held"), 80);
}

static void end_writes(void)
{
	struct mbim_dss_completion done[64];
	struct mbim_dss_batch b;
	uint64_t told = 0;

	sim("nak out off");
	check(!fsync(s.fd));
	set_nonblock(busy.fd, false);
	check(!fsync(busy.fd));
	check_eq(sim_session_stat(s.id, "bytes_out"), accepted);
	while (!batch(s.fd, MBIM_DSS_IOC_REAP, done, ARRAY_SIZE(done), 0, &b))
		for (uint32_t i = 0; i < b.done; i++) {
			check_eq(done[i].error, 0);
			told += done[i].count;
		}
	check_eq(errno, EAGAIN);
	check_eq(told, requests);
	write_all(s.fd, big, BIG);
	check(!fsync(s.fd));
	check_eq(sim_session_stat(s.id, "bytes_out"), accepted + BIG);
}

static long call_write(void)
{
	return write(s.fd, big, BIG);
}

static void after_write(long ret)
{
	if (ret > 0)
		accepted += ret;
}

static long call_writev(void)
{
	struct iovec parts[] = { { big, 100 }, { big + 100, 2500 }, { big + 2600, BIG - 2600 } };

	return writev(s.fd, parts, 3);
}

static struct mbim_dss_datagram sent[SENT];
static struct mbim_dss_batch sent_batch;

static void before_send(void)
{
	for (uint32_t i = 0; i < SENT; i++)
		sent[i] = (struct mbim_dss_datagram){
			.buf = (uintptr_t)big, .len = SENT_LEN, .user_data = i & 4,
		};
	/* so that what was not told can be told from what was */
	accepted = session_counter(&s, "tx_bytes");
}

static long call_send(void)
{
	return batch(s.fd, MBIM_DSS_IOC_SEND, sent, SENT, 0, &sent_batch);
}

/* When the last thing that fails is the answer, the driver's counter knows. */
static void after_send(long ret)
{
	uint64_t now = session_counter(&s, "tx_bytes");

	if (!ret)
		check_eq(now - accepted, sent_batch.done * SENT_LEN);
	requests += (now - accepted) / SENT_LEN;
	accepted = now;
}

static uint64_t cancelled;

static void before_cancel(void)
{
	cancelled = send_many(s.fd, 5, 100, 1, 0, 1) + 2;
	accepted += 500;
	requests += 5;
}

static long call_cancel(void)
{
	return request_cancel(s.fd, cancelled);
}

static void after_cancel(long ret)
{
	struct mbim_dss_completion done;

	/* when the last thing that fails is the answer, it may have been done */
	if (batch(s.fd, MBIM_DSS_IOC_REAP, &done, 1, MBIM_DSS_BATCH_NOWAIT, NULL)) {
		check_eq(errno, EAGAIN);
		check(ret);
		return;
	}
	check_eq(done.request_id, cancelled);
	check_eq(done.count, 1);
	check_eq(done.error, ECANCELED);
	check_err(request_cancel(s.fd, cancelled), ENOENT);
	accepted -= 100;
	requests--;
}

static void writes(void)
{
	static const struct row rows[] = {
		{ "write", NULL, call_write, after_write, false },
		{ "writev", NULL, call_writev, after_write, false },
		{ "SEND", before_send, call_send, after_send, false },
		{ "CANCEL", before_cancel, call_cancel, after_cancel, false },
	};

	begin_writes();
	exhaust_all(rows, ARRAY_SIZE(rows));
	end_writes();
}

/* -------- with transfers: only the caches named on the command line fail -------- */

static void only_named_caches(void)
{
	char line[1024];
	int fd = open("/proc/cmdline", O_RDONLY | O_CLOEXEC);
	ssize_t n = read(fd, line, sizeof(line) - 1);

	check(n > 0);
	line[n] = '\0';
	close(fd);
	if (!strstr(line, "slub_debug=A,"))
		skip_unless_debug("no slub_debug=A,... on the kernel's command line");
	write_text("/sys/kernel/debug/failslab/cache-filter", "Y");
	/* pages for buffers may still fail, not those for more objects of a cache */
	write_text("/sys/kernel/debug/fail_page_alloc/min-order", "2");
}

static void all_caches(void)
{
	write_text("/sys/kernel/debug/failslab/cache-filter", "N");
	write_text("/sys/kernel/debug/fail_page_alloc/min-order", "0");
}

/* The first session of a modem whose netdev is down: the driver's own receive transfers. */
static void before_first(void)
{
	wait_until(LONG, modem_idle(0));
}

static long call_first(void)
{
	return request_open(s.handle, 0, SERVICE_ECHO, 3, MBIM_DSS_OPEN_ATTACH, &open_request);
}

static void after_first(long ret)
{
	struct mbim_dss_completion done;

	if (!next_completion(&done)) {
		check(ret < 0);
		return;
	}
	if (done.error) {
		check(clean(done.error));
		return;
	}
	check(!request_close(s.handle, 0, 3, NULL));
	completion_read(s.handle, &done);
	check_eq(done.error, 0);
}

static long call_write_dsync(void)
{
	struct iovec part = { big, 3000 };

	return pwritev2(s.fd, &part, 1, -1, RWF_DSYNC);
}

static void with_transfers(void)
{
	static const struct row first[] = {
		{ "OPEN of the first session", before_first, call_first, after_first, false },
	};
	static const struct row rows[] = {
		{ "write to an idle pipe", NULL, call_write, after_write, false },
		{ "write with RWF_DSYNC", NULL, call_write_dsync, after_write, false },
		{ "SEND to an idle pipe", before_send, call_send, after_send, false },
	};

	only_named_caches();
	s.handle = handle_open();
	exhaust_all(first, ARRAY_SIZE(first));
	session_open_on(&s, s.handle, 0, SERVICE_SINK, MBIM_DSS_SESSION_ANY, 0);
	exhaust_all(rows, ARRAY_SIZE(rows));
	all_caches();
	check(!fsync(s.fd));
	sim_no_errors();
}

/* -------- the netdev goes down: the driver's own transfers again -------- */

static void netdev_flags(bool up)
{
	struct ifreq ifr = { .ifr_name = "wwan0", .ifr_flags = up ? IFF_UP : 0 };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	check(fd >= 0);
	check(!ioctl(fd, SIOCSIFFLAGS, &ifr));
	close(fd);
}

static int down_fd = -1;

static void before_down(void)
{
	netdev_up(true);
}

static long call_down(void)
{
	struct ifreq ifr = { .ifr_name = "wwan0" };

	return ioctl(down_fd, SIOCSIFFLAGS, &ifr);
}

/* If the transfers could not be had at once, they are a little later. */
static void after_down(long ret)
{
	static uint64_t seed;

	if (ret < 0)
		netdev_up(false);
	echo_once(s.fd, 200, ++seed);
}

static void netdev_down(void)
{
	static const struct row rows[] = {
		{ "wwan0 goes down", before_down, call_down, after_down, false },
	};
	long long failed = modem_counter("rx_start_errors");

	only_named_caches();
	down_fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	session_open(&s, SERVICE_ECHO);
	exhaust_all(rows, ARRAY_SIZE(rows));
	all_caches();
	check(modem_counter("rx_start_errors") > failed);
}

/*
 * The next @times their buffers cannot be had. With NTBs of 64 KiB nothing else is as large but the
 * stack of a new thread, which the kernel may need as well.
 */
static void no_transfers(unsigned int times)
{
	char text[12];

	snprintf(text, sizeof(text), "%u", times);
	write_text("/sys/kernel/debug/fail_page_alloc/min-order", "4");
	write_text("/sys/kernel/debug/fail_page_alloc/times", text);
	write_text("/sys/kernel/debug/fail_page_alloc/probability", times ? "100" : "0");
}

/* wwan0 has gone down, and it was tried three times to receive; @more will fail. */
static void deaf(unsigned int more)
{
	long long failed = modem_counter("rx_start_errors");

	netdev_up(true);
	session_open(&s, SERVICE_ECHO);
	echo_once(s.fd, 100, 1);
	no_transfers(3 + more);
	netdev_flags(false);
	wait_until(LONG, modem_counter("rx_start_errors") >= failed + 3);
}

static void deaf_for_a_while(void)
{
	char byte;

	deaf(2);
	/* an NTB of the pool carries it */
	write_all(s.fd, "x", 1);
	check(!fsync(s.fd));
	check(!poll_now(s.fd, POLLIN));
	read_all(s.fd, &byte, 1);
	echo_once(s.fd, 100, 2);
	no_transfers(0);
}

/* Up: cdc_mbim reads, and it is not tried any more. */
static void deaf_until_up(void)
{
	long long failed;

	deaf(1);
	netdev_flags(true);
	echo_once(s.fd, 100, 2);
	failed = modem_counter("rx_start_errors");
	/* longer than until the next try */
	pause_ms(2000);
	check_eq(modem_counter("rx_start_errors"), failed);
	no_transfers(0);
	netdev_up(false);
	echo_once(s.fd, 100, 3);
}

/* The modem goes while there are none, and comes. */
static void deaf_and_gone(void)
{
	char byte;

	deaf(0);
	no_transfers(0);
	sim("unplug");
	check_within(SOON, check_err(read(s.fd, &byte, 1), ENODEV));
	wait_until(LONG, !list_modems(s.handle, NULL, 0));
	sim("plug");
	wait_until(LONG, modem_idle(0));
	session_open(&s, SERVICE_ECHO);
	echo_once(s.fd, 100, 1);
}

/* -------- a modem comes -------- */

static const char *interface;

static long drivers_file(const char *name)
{
	char path[80];
	ssize_t ret;
	int fd;

	snprintf(path, sizeof(path), "/sys/bus/usb/drivers/cdc_mbim/%s", name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	ret = write(fd, interface, strlen(interface));
	close(fd);
	return ret < 0 ? -1 : 0;
}

static bool bound(void)
{
	char path[120];

	snprintf(path, sizeof(path), "/sys/bus/usb/drivers/cdc_mbim/%s", interface);
	return !access(path, F_OK);
}

static void before_bind(void)
{
	if (bound())
		check(!drivers_file("unbind"));
}

static long call_bind(void)
{
	return drivers_file("bind");
}

static void after_bind(long ret)
{
	struct mbim_dss_modem modem;
	unsigned int n = list_modems(s.handle, &modem, 1);

	/* cdc_mbim may do without us, not we without it */
	check(n <= 1);
	if (!bound())
		check_eq(n, 0);
	(void)ret;
}

static void modem_comes(void)
{
	static const struct row rows[] = {
		{ "a modem comes", before_bind, call_bind, after_bind, true },
	};
	static struct mbim_dss_modem modem;

	only_named_caches();
	s.handle = handle_open();
	check_eq(list_modems(s.handle, &modem, 1), 1);
	interface = (char *)modem.device;
	exhaust_all(rows, ARRAY_SIZE(rows));
	all_caches();
	wait_until(LONG, modem_idle(0));
	session_open(&s, SERVICE_ECHO);
	echo_once(s.fd, 100, 1);
}

/* -------- the module is loaded -------- */

static int module_fd;

static bool loaded(void)
{
	return !access("/sys/module/mbim_dss", F_OK);
}

static void before_load(void)
{
	if (loaded())
		check(!syscall(SYS_delete_module, "mbim_dss", O_NONBLOCK));
}

static long call_load(void)
{
	return syscall(SYS_finit_module, module_fd, "", 0);
}

static void after_load(long ret)
{
	struct mbim_dss_modem modem;
	int handle;

	check_eq(loaded(), !ret);
	if (!loaded() || access("/dev/mbim/control", F_OK))
		return;
	handle = handle_open();
	check(list_modems(handle, &modem, 1) <= 1);
	close(handle);
}

static void module_is_loaded(void)
{
	static const struct row rows[] = {
		{ "load of the module", before_load, call_load, after_load, false },
	};
	struct utsname name;
	char path[300];

	check(!uname(&name));
	snprintf(path, sizeof(path), "/lib/modules/%s/extra/mbim_dss.ko", name.release);
	module_fd = open(path, O_RDONLY | O_CLOEXEC);
	check(module_fd >= 0);
	only_named_caches();
	exhaust_all(rows, ARRAY_SIZE(rows));
	all_caches();
	check(loaded());
}

static const struct test_case load_cases[] = {
	{ "the module is loaded, with a modem there", module_is_loaded, 600 },
};

static const struct test_case cases[] = {
	{ "a node comes with its session, and goes with it", nodes, 300 },
	{ "write, writev, SEND and CANCEL, NTBs allocated", writes, 300 },
	{ "OPEN of the first session, writes that go at once", with_transfers, 300 },
	{ "a modem comes", modem_comes, 300 },
};

/* nomem-rx.t */
static const struct test_case rx_cases[] = {
	{ "wwan0 goes down: sessions receive, at once or a little later", netdev_down, 300 },
	{ "no memory to receive for a while", deaf_for_a_while, 60 },
	{ "no memory to receive until wwan0 is up", deaf_until_up, 60 },
	{ "no memory to receive, and the modem goes", deaf_and_gone, 60 },
};

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "load"))
		return run_cases(1, argv, load_cases, ARRAY_SIZE(load_cases), NULL);
	if (argc > 1 && !strcmp(argv[1], "rx"))
		return run_cases(1, argv, rx_cases, ARRAY_SIZE(rx_cases), calm);
	return run_cases(argc, argv, cases, ARRAY_SIZE(cases), calm);
}
