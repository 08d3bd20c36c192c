// SPDX-License-Identifier: GPL-2.0-or-later
/* The bounds of a session: set by ioctl and sysfs, and what they do. */
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dss.h"

/* What a queue holds that has no room to spare. */
#define CHUNK		4096

static struct mbim_dss_limits limits_of(int fd)
{
	struct mbim_dss_limits limits = { .size = sizeof(limits) };

	check(!ioctl(fd, MBIM_DSS_IOC_LIMITS, &limits));
	check_eq(limits.size, sizeof(limits));
	return limits;
}

static void limit_path(char path[120], const struct session *s, const char *name)
{
	snprintf(path, 120, "/sys/class/mbim_dss/dss%us%u/limits/%s", s->modem, s->id, name);
}

static long long limit_in_sysfs(const struct session *s, const char *name)
{
	char path[120];

	limit_path(path, s, name);
	return read_number(path);
}

static int write_limit(const struct session *s, const char *name, const char *text)
{
	char path[120];
	ssize_t ret;
	int fd;

	limit_path(path, s, name);
	fd = open(path, O_WRONLY);
	check(fd >= 0);
	errno = 0;
	ret = write(fd, text, strlen(text));
	close(fd);
	return ret == (ssize_t)strlen(text) ? 0 : errno;
}

static void by_ioctl(void)
{
	struct mbim_dss_limits l;
	struct session s;
	int other;

	session_open(&s, SERVICE_ECHO);
	l = limits_of(s.fd);
	check_eq(l.rx_limit, 1 << 20);
	check_eq(l.tx_limit, 1 << 20);
	check_eq(l.tx_timeout_ms, 30000);
	set_limits(s.fd, MBIM_DSS_LIMITS_SET_RX, MBIM_DSS_LIMIT_MIN, 1, 1);
	set_limits(s.fd, MBIM_DSS_LIMITS_SET_TX, 1, MBIM_DSS_LIMIT_MAX, 1);
	set_limits(s.fd, MBIM_DSS_LIMITS_SET_TIMEOUT, 1, 1, MBIM_DSS_TIMEOUT_MAX);
	/* they are the session's: another file sees them */
	other = node_open(0, s.id, O_RDONLY);
	l = limits_of(other);
	check_eq(l.rx_limit, MBIM_DSS_LIMIT_MIN);
	check_eq(l.tx_limit, MBIM_DSS_LIMIT_MAX);
	check_eq(l.tx_timeout_ms, MBIM_DSS_TIMEOUT_MAX);
	l.flags = MBIM_DSS_LIMITS_SET_RX | MBIM_DSS_LIMITS_SET_TX | MBIM_DSS_LIMITS_SET_TIMEOUT;
	l.rx_limit = MBIM_DSS_LIMIT_MAX;
	l.tx_limit = MBIM_DSS_LIMIT_MIN;
	l.tx_timeout_ms = MBIM_DSS_TIMEOUT_MIN;
	check(!ioctl(other, MBIM_DSS_IOC_LIMITS, &l));
	check_eq(limit_in_sysfs(&s, "rx_limit"), MBIM_DSS_LIMIT_MAX);
	check_eq(limit_in_sysfs(&s, "tx_limit"), MBIM_DSS_LIMIT_MIN);
	check_eq(limit_in_sysfs(&s, "tx_timeout_ms"), MBIM_DSS_TIMEOUT_MIN);
	echo_once(s.fd, 2000, 1);
}

static void by_sysfs(void)
{
	static const char *const bad[] = { "4095", "16777217", "0", "-1", "many", "", "4096 8192",
					   "4294971392" };
	struct session s;

	session_open(&s, SERVICE_ECHO);
	check_eq(write_limit(&s, "rx_limit", "4096\n"), 0);
	check_eq(write_limit(&s, "tx_limit", "16777216"), 0);
	check_eq(write_limit(&s, "tx_timeout_ms", "100"), 0);
	check_eq(limits_of(s.fd).rx_limit, 4096);
	check_eq(limits_of(s.fd).tx_limit, 16777216);
	check_eq(limits_of(s.fd).tx_timeout_ms, 100);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		int rx = write_limit(&s, "rx_limit", bad[i]);
		int tx = write_limit(&s, "tx_limit", bad[i]);

		if (!*bad[i])
			continue;
		if ((rx != EINVAL && rx != ERANGE) || (tx != EINVAL && tx != ERANGE))
			fail("'%s' gave %d and %d", bad[i], rx, tx);
	}
	check_eq(write_limit(&s, "tx_timeout_ms", "99"), EINVAL);
	check_eq(write_limit(&s, "tx_timeout_ms", "3600001"), EINVAL);
	check_eq(limits_of(s.fd).rx_limit, 4096);
	check_eq(limits_of(s.fd).tx_limit, 16777216);
	check_eq(limits_of(s.fd).tx_timeout_ms, 100);
}

static void sysfs_is_for_root(void)
{
	struct session s;
	struct stat st;
	char path[120];

	session_open(&s, SERVICE_ECHO);
	limit_path(path, &s, "rx_limit");
	check(!stat(path, &st));
	check_eq(st.st_mode & 07777, 0644);
	check(!seteuid(1000));
	check_err(open(path, O_WRONLY), EACCES);
	check(open(path, O_RDONLY) >= 0);
}

/* -------- transmit -------- */

/* With a modem that takes nothing, so many NTBs are accepted. */
static void accepts_ntbs(const struct session *s, uint32_t tx_limit, uint32_t ntbs)
{
	struct mbim_dss_session info;
	unsigned int n;

	set_limits(s->fd, MBIM_DSS_LIMITS_SET_TX, 0, tx_limit, 0);
	sim("nak out on");
	write_all(s->fd, "x", 1);
	wait_in_flight(0);
	n = write_until_full(s->fd, 1500, 1);
	session_info(s->fd, &info);
	check_eq(info.tx_queued, ntbs * NTB_SIZE);
	check_eq(session_counter(s, "tx_ntbs_held"), ntbs);
	/* the first went with what there was; the others are full */
	check_eq(n, (ntbs - 1) * (NTB_SIZE / 1500));
	sim("nak out off");
	set_nonblock(s->fd, false);
	check(!fsync(s->fd));
	session_info(s->fd, &info);
	check_eq(info.tx_queued, 0);
}

static void tx_limit_counts_ntbs(void)
{
	struct session s;

	session_open(&s, SERVICE_SINK);
	accepts_ntbs(&s, 4 * NTB_SIZE, 4);
	accepts_ntbs(&s, 5 * NTB_SIZE - 1, 4);
	accepts_ntbs(&s, 20 * NTB_SIZE, 20);
	/* two are always allowed */
	accepts_ntbs(&s, MBIM_DSS_LIMIT_MIN, 2);
	check_eq(session_counter(&s, "tx_ntbs_held_max"), 20);
}

/* No POLLOUT before half of the NTBs are free, however slowly the modem takes them. */
static void pollout_has_hysteresis(void)
{
	struct mbim_dss_session info;
	struct session s;

	session_open(&s, SERVICE_SINK);
	set_limits(s.fd, MBIM_DSS_LIMITS_SET_TX, 0, 8 * NTB_SIZE, 0);
	sim("nak out on");
	write_until_full(s.fd, 1500, 1);
	session_info(s.fd, &info);
	check_eq(info.tx_queued, 8 * NTB_SIZE);
	check(!poll_now(s.fd, POLLOUT));
	sim("delay out 500");
	sim("nak out off");
	poll_for(s.fd, POLLOUT, LONG);
	session_info(s.fd, &info);
	check(info.tx_queued <= 4 * NTB_SIZE);
	check(info.tx_queued >= 3 * NTB_SIZE);
	/* from there on there is room up to the bound */
	sim("nak out on");
	check(write_until_full(s.fd, 1500, 1) > NTB_SIZE / 1500);
	sim("nak out off");
	sim("delay out 0");
	set_nonblock(s.fd, false);
	check(!fsync(s.fd));
	check_eq(poll_now(s.fd, POLLOUT), POLLOUT);
}

/* Before the first byte can be accepted there is no EAGAIN in spite of POLLOUT. */
static void pollout_means_it(void)
{
	struct session s;
	char bytes[1500];
	int refused = 0;

	session_open(&s, SERVICE_SINK);
	set_nonblock(s.fd, true);
	sim("delay out 5");
	for (int i = 0; i < 500; i++) {
		poll_for(s.fd, POLLOUT, LONG);
		refused += write(s.fd, bytes, sizeof(bytes)) != sizeof(bytes);
	}
	check_eq(refused, 0);
}

static long write_bytes(void *arg)
{
	static char bytes[1000];

	return write(*(int *)arg, bytes, sizeof(bytes));
}

/* A higher bound releases a writer that waits; a lower one takes nothing away. */
static void tx_limit_while_full(void)
{
	struct mbim_dss_session info;
	struct blocked writer;
	struct session s;
	unsigned int n;

	session_open(&s, SERVICE_SINK);
	set_limits(s.fd, MBIM_DSS_LIMITS_SET_TX, 0, 8 * NTB_SIZE, 0);
	sim("nak out on");
	n = write_until_full(s.fd, 1500, 1);
	set_nonblock(s.fd, false);
	set_limits(s.fd, MBIM_DSS_LIMITS_SET_TX, 0, MBIM_DSS_LIMIT_MIN, 0);
	session_info(s.fd, &info);
	check_eq(info.tx_queued, 8 * NTB_SIZE);
	blocked_start(&writer, write_bytes, &s.fd);
	set_limits(s.fd, MBIM_DSS_LIMITS_SET_TX, 0, 1 << 20, 0);
	blocked_end(&writer, SOON);
	check_eq(writer.ret, 1000);
	sim("nak out off");
	check(!fsync(s.fd));
	check_eq(sim_session_stat(s.id, "datagrams_out"), n + 1);
}

/* As much as is accepted, by large writes; bytes. */
static size_t fill_up(const struct session *s)
{
	static char bytes[1 << 18];
	size_t done = 0;
	ssize_t n;

	set_nonblock(s->fd, true);
	while ((n = write(s->fd, bytes, sizeof(bytes))) > 0)
		done += n;
	check_eq(errno, EAGAIN);
	return done;
}

/* One session takes all that those of a modem may hold together; the others still have two each. */
static void bound_of_the_modem(void)
{
	const uint32_t all = MBIM_DSS_LIMIT_MAX / NTB_SIZE;
	struct session s[8];
	size_t bytes[8];

	session_open(&s[0], SERVICE_SINK);
	set_limits(s[0].fd, MBIM_DSS_LIMITS_SET_TX, 0, MBIM_DSS_LIMIT_MAX, 0);
	for (unsigned int i = 1; i < ARRAY_SIZE(s); i++)
		session_open_on(&s[i], s[0].handle, 0, SERVICE_SINK, MBIM_DSS_SESSION_ANY, 0);
	sim("nak out on");
	for (unsigned int i = 0; i < ARRAY_SIZE(s); i++) {
		bytes[i] = fill_up(&s[i]);
		check_eq(session_counter(&s[i], "tx_ntbs_held"), i ? 2 : all);
		check(!poll_now(s[i].fd, POLLOUT));
	}
	sim("nak out off");
	for (unsigned int i = ARRAY_SIZE(s); i--;) {
		poll_for(s[i].fd, POLLOUT, LONG);
		write_all(s[i].fd, "x", 1);
		set_nonblock(s[i].fd, false);
		check(!fsync(s[i].fd));
		check_eq(sim_session_stat(s[i].id, "bytes_out"), bytes[i] + 1);
		check_eq(session_counter(&s[i], "tx_ntbs_held"), 0);
	}
	/* and then one of them has all of its own */
	sim("nak out on");
	fill_up(&s[7]);
	check_eq(session_counter(&s[7], "tx_ntbs_held"), 64);
	sim("nak out off");
	set_nonblock(s[7].fd, false);
	check(!fsync(s[7].fd));
}

/* -------- receive -------- */

static void rx_limit_counts_memory(void)
{
	long long held;
	struct session s;

	session_open(&s, SERVICE_ECHO);
	set_limits(s.fd, MBIM_DSS_LIMITS_SET_RX, 4 * CHUNK, 0, 0);
	for (int i = 0; i < 40; i++)
		check(send_one(s.fd, "0123456789abcdef", 16, 0));
	/* many small ones cost more than their bytes; large ones fill it */
	for (int i = 0; i < 20; i++)
		send_many(s.fd, 1, 1000, i, 0, 1);
	wait_until(LONG, session_counter(&s, "rx_datagrams") +
			 session_counter(&s, "rx_lost") == 60);
	held = session_counter(&s, "rx_memory");
	check(held > 0 && held <= 4 * CHUNK);
	check_eq(session_counter(&s, "rx_memory_max"), held);
	check_eq(session_counter(&s, "rx_queued"), session_counter(&s, "rx_bytes"));
	check(session_counter(&s, "rx_lost") > 0);
	check(session_counter(&s, "rx_lost") < 20);
}

/* A lower bound drops nothing that has been received. */
static void rx_limit_lowered(void)
{
	struct session s;

	session_open(&s, SERVICE_ECHO);
	send_many(s.fd, 40, 1000, 7, 0, 1);
	wait_until(LONG, session_counter(&s, "rx_datagrams") == 40);
	set_limits(s.fd, MBIM_DSS_LIMITS_SET_RX, MBIM_DSS_LIMIT_MIN, 0, 0);
	send_many(s.fd, 1, 1000, 99, 0, 1);
	wait_until(LONG, session_counter(&s, "rx_lost") == 1);
	for (int i = 0; i < 40; i++)
		recv_filled(s.fd, 1000, 7 + i);
	check(session_counter(&s, "rx_memory") <= MBIM_DSS_LIMIT_MIN);
	check_eq(session_counter(&s, "rx_queued"), 0);
}

/* More often than there is room for: what nothing has become of takes none. */
static void nothing_takes_nothing(void)
{
	const void *nowhere = memory(CHUNK, PROT_NONE);
	struct session s;
	uint64_t id;

	session_open(&s, SERVICE_SINK);
	limit_tx(s.fd);
	set_nonblock(s.fd, true);
	sim("nak out on");
	check(send_one(s.fd, "x", 1, 0));
	wait_in_flight(0);
	for (int i = 0; i < 100; i++)
		check_err(write(s.fd, nowhere, 1), EFAULT);
	check_eq(session_counter(&s, "tx_ntbs_held"), 1);
	for (int i = 0; i < 100; i++) {
		id = send_one(s.fd, "x", 1, 0);
		check(id);
		check_eq(request_cancel(s.fd, id), 0);
	}
	check_eq(session_counter(&s, "tx_ntbs_held"), 1);
	sim("nak out off");
}

static const struct test_case cases[] = {
	{ "limits by ioctl: of the session, at both ends of their ranges", by_ioctl, 0 },
	{ "limits by sysfs: the same, and what is out of range is refused", by_sysfs, 0 },
	{ "limits by sysfs: read by all, written by root", sysfs_is_for_root, 0 },
	{ "tx_limit counts NTBs, two at least", tx_limit_counts_ntbs, 60 },
	{ "all sessions of a modem have a bound, and each two even so", bound_of_the_modem, 60 },
	{ "POLLOUT comes back when half of the NTBs are free", pollout_has_hysteresis, 0 },
	{ "POLLOUT: a write is accepted", pollout_means_it, 60 },
	{ "tx_limit raised and lowered while it is full", tx_limit_while_full, 0 },
	{ "writes that fail and requests that are cancelled take no room", nothing_takes_nothing, 0 },
	{ "rx_limit counts memory", rx_limit_counts_memory, 0 },
	{ "rx_limit lowered: what is there stays", rx_limit_lowered, 0 },
};

int main(int argc, char **argv)
{
	return run_cases(argc, argv, cases, ARRAY_SIZE(cases), calm);
}
