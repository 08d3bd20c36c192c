// SPDX-License-Identifier: GPL-2.0-or-later
/* 256 sessions at a time, and two modems. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "dss.h"

#define ALL	MBIM_DSS_MAX_SESSIONS
#define FEW	4
/* What so many idle sessions may take of the kernel's memory, KiB. */
#define MEMORY	4096
#define MEMORY_NOISE	32

/* How long the modem may take to disconnect all of them, one after the other, ms. */
#define ALL_TIME	60000

static int fds[ALL];

/* Opens all sessions, so many under way at a time; each completes once. */
static void open_all(int handle, unsigned int service, uint32_t flags, int at_a_time)
{
	struct mbim_dss_completion done;
	bool seen[ALL] = { false };
	int asked = 0;

	for (int i = 0; i < ALL; i++) {
		for (; asked < ALL && asked - i < at_a_time; asked++)
			if (request_open(handle, 0, service, MBIM_DSS_SESSION_ANY, flags, NULL))
				fail("open %d: errno %d", asked, errno);
		completion_read(handle, &done);
		if (done.error)
			fail("session %u: errno %u, MBIM status %u", done.session, done.error,
			     done.mbim_status);
		check(done.session < ALL && !seen[done.session]);
		seen[done.session] = true;
	}
	check_err(request_open(handle, 0, service, MBIM_DSS_SESSION_ANY, flags, NULL), EUSERS);
	check_eq(sim_open_sessions(), ALL);
}

static void close_all(int handle, int at_a_time)
{
	struct mbim_dss_completion done;
	int asked = 0;

	for (int i = 0; i < ALL; i++) {
		for (; asked < ALL && asked - i < at_a_time; asked++)
			check(!request_close(handle, 0, asked, NULL));
		completion_read(handle, &done);
		check_eq(done.error, 0);
	}
	check_eq(sim_open_sessions(), 0);
}

static void all_at_once(void)
{
	int handle = handle_open();

	open_all(handle, SERVICE_ECHO, 0, ALL);
	close_all(handle, ALL);
}

/* Each gets what was sent on it. */
static void data_on_all(void)
{
	int handle = handle_open();
	char back[100];

	open_all(handle, SERVICE_ECHO, 0, FEW);
	for (int i = 0; i < ALL; i++)
		fds[i] = node_open(0, i, O_RDWR);
	for (int round = 0; round < 3; round++) {
		netdev_up(round == 1);
		for (int i = 0; i < ALL; i++) {
			fill(back, sizeof(back), round * 1000 + i);
			write_all(fds[i], back, sizeof(back));
		}
		for (int i = ALL - 1; i >= 0; i--) {
			read_all(fds[i], back, sizeof(back));
			check(filled(back, sizeof(back), round * 1000 + i));
		}
	}
	for (int i = 0; i < ALL; i++)
		check(!poll_now(fds[i], POLLIN));
	/* all of them go with their handle */
	close(handle);
	wait_until(ALL_TIME, !sim_open_sessions());
	/* the kernel hears of it a moment after the modem has done it */
	for (int i = 0; i < ALL; i++)
		wait_until(LONG, poll_now(fds[i], 0) & POLLHUP);
	wait_until(LONG, shell("ls /dev/mbim | grep -q dss") == 1);
}

static void unplug_all(void)
{
	int handle = handle_open();
	char byte;

	open_all(handle, SERVICE_ECHO, 0, FEW);
	for (int i = 0; i < ALL; i++)
		fds[i] = node_open(0, i, O_RDWR);
	sim("unplug");
	poll_for(fds[ALL - 1], POLLERR, SOON);
	for (int i = 0; i < ALL; i++)
		check_err(read(fds[i], &byte, 1), ENODEV);
}

/*
 * What the kernel has for itself, KiB. Not what is neither free nor a process's nor a file's: free
 * pages that lie in a processor's list count as neither, 20 MiB of them where processes have huge
 * pages. The driver takes no pages but through kmalloc(), all of which is in Slab.
 */
static long long meminfo_kernel(void)
{
	static const char * const parts[] = { "Slab", "KernelStack", "Percpu", "VmallocUsed" };
	long long kb = 0, value;
	char line[128], name[32];
	unsigned int found = 0;
	FILE *file = fopen("/proc/meminfo", "re");

	check(file);
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%31[^:]: %lld kB", name, &value) != 2)
			continue;
		for (unsigned int i = 0; i < ARRAY_SIZE(parts); i++) {
			if (!strcmp(name, parts[i])) {
				kb += value;
				found++;
			}
		}
	}
	fclose(file);
	check_eq(found, ARRAY_SIZE(parts));
	return kb;
}

/* Without what is only cached, or waits for RCU: till it settles */
static long long kernel_memory(void)
{
	long long last, now = meminfo_kernel();

	for (int i = 0; i < 50; i++) {
		write_text("/proc/sys/vm/drop_caches", "3");
		pause_ms(100);
		last = now;
		now = meminfo_kernel();
		if (llabs(now - last) <= MEMORY_NOISE)
			return now;
	}
	fail("the kernel's memory does not settle: %lld, %lld KiB", last, now);
}

static void idle_memory(void)
{
	const char *debug = getenv("VM_DEBUG");
	int handle = handle_open();
	long long before, taken;
	struct session s;

	if (debug && !strcmp(debug, "1"))
		skip("a debug kernel's own memory comes on top");
	/* udevd's processes and its files about the nodes take memory too, not the kernel's doing */
	check_eq(shell("udevadm control --exit"), 0);
	wait_until(LONG, shell("pidof udevd udevadm > /dev/null") != 0);
	/* what only the first takes does not count */
	session_open_on(&s, handle, 0, SERVICE_SINK, MBIM_DSS_SESSION_ANY, 0);
	session_close(&s);
	close(s.fd);
	before = kernel_memory();
	open_all(handle, SERVICE_SINK, MBIM_DSS_OPEN_PERSIST, FEW);
	taken = kernel_memory() - before;
	check_eq(shell("udevd --daemon"), 0);
	close_all(handle, FEW);
	diag("%d idle sessions: %lld KiB", ALL, taken);
	check(taken > 0 && taken < MEMORY);
}

/* -------- two modems -------- */

static void use_modem(unsigned int number)
{
	check(!setenv("SIM_SOCKET", number ? "/run/mbim-sim2.sock" : "/run/mbim-sim.sock", 1));
}

static void two_modems(void)
{
	struct mbim_dss_modem modems[4];
	struct session a, b;
	int handle = handle_open();
	char back[50];

	wait_until(LONG, modem_idle(1));
	check_eq(list_modems(handle, modems, ARRAY_SIZE(modems)), 2);
	check(strcmp((char *)modems[0].device, (char *)modems[1].device));
	check(modems[0].ifindex != modems[1].ifindex);
	session_open_on(&a, handle, 0, SERVICE_ECHO, 3, 0);
	session_open_on(&b, handle, 1, SERVICE_ECHO, 3, 0);
	for (int i = 0; i < 20; i++) {
		fill(back, sizeof(back), 2 * i);
		write_all(a.fd, back, sizeof(back));
		fill(back, sizeof(back), 2 * i + 1);
		write_all(b.fd, back, sizeof(back));
		read_all(b.fd, back, sizeof(back));
		check(filled(back, sizeof(back), 2 * i + 1));
		read_all(a.fd, back, sizeof(back));
		check(filled(back, sizeof(back), 2 * i));
	}
	use_modem(1);
	check_eq(sim_session_stat(3, "datagrams_out"), 20);

	/* one goes, the other stays */
	sim("unplug");
	poll_for(b.fd, POLLERR, SOON);
	check_err(write(b.fd, "x", 1), ENODEV);
	echo_once(a.fd, 100, 1);
	check_eq(list_modems(handle, modems, ARRAY_SIZE(modems)), 1);
	check_eq(modems[0].modem, 0);
	check_err(request_open(handle, 1, SERVICE_ECHO, 3, 0, NULL), ENODEV);

	/* and comes again, under the same number */
	sim("plug");
	wait_until(LONG, modem_idle(1));
	session_open_on(&b, handle, 1, SERVICE_ECHO, 3, 0);
	echo_once(b.fd, 100, 2);
	echo_once(a.fd, 100, 3);
	use_modem(0);
	check_eq(sim_open_sessions(), 1);
}

/* The limits are each modem's own. */
static void limits_of_two_modems(void)
{
	struct session n[4];
	int handle = handle_open();

	wait_until(LONG, modem_idle(1));
	for (int i = 0; i < 4; i++)
		session_open_on(&n[i], handle, i / 2, SERVICE_NMEA, MBIM_DSS_SESSION_ANY, 0);
	check_err(request_open(handle, 0, SERVICE_NMEA, MBIM_DSS_SESSION_ANY, 0, NULL), EUSERS);
	check_err(request_open(handle, 1, SERVICE_NMEA, MBIM_DSS_SESSION_ANY, 0, NULL), EUSERS);
	check_eq(n[2].id, 0);
}

static const struct test_case many_cases[] = {
	/* first, while the kernel's caches hold nothing from before */
	{ "256 idle sessions take less than 4 MiB", idle_memory, 120 },
	{ "256 sessions open at a time, up and down", data_on_all, 120 },
	{ "256 sessions unplugged", unplug_all, 120 },
	{ "256 opens, then 256 closes, all asked for at once", all_at_once, 120 },
};

static const struct test_case two_cases[] = {
	{ "two modems have nothing to do with each other", two_modems, 60 },
	{ "the limits are each modem's own", limits_of_two_modems, 60 },
};

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "two"))
		return run_cases(argc - 1, argv + 1, two_cases, ARRAY_SIZE(two_cases), calm);
	return run_cases(argc, argv, many_cases, ARRAY_SIZE(many_cases), calm);
}
