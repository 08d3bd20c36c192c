// SPDX-License-Identifier: GPL-2.0-or-later
/* What sysfs says after traffic that is known, and what the tracepoints tell of it. */
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "dss.h"

#define CHUNK		4096
#define TRACING		"/sys/kernel/tracing/"

static void read_text(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	ssize_t n;

	if (fd < 0)
		fail("%s: %s", path, strerror(errno));
	while ((n = read(fd, text + len, size - 1 - len)) > 0)
		len += n;
	text[len] = '\0';
	close(fd);
}

static void attribute_is(const struct session *s, const char *name, const char *want)
{
	char path[80], text[80];

	snprintf(path, sizeof(path), "/sys/class/mbim_dss/dss0s%u/%s", s->id, name);
	read_text(path, text, sizeof(text));
	if (strcmp(text, want))
		fail("%s is %s, not %s", path, text, want);
}

static void identity(void)
{
	struct session s;

	session_open_on(&s, handle_open(), 0, SERVICE_NMEA, 42, 0);
	attribute_is(&s, "service", "6d62696d-2d73-696d-0001-000000000002\n");
	attribute_is(&s, "session", "42\n");
	attribute_is(&s, "modem", "0\n");
	session_close(&s);
	check(access("/sys/class/mbim_dss/dss0s42", F_OK));
}

/* Nothing has happened yet; the id had a session before, whose counters are gone. */
static void from_zero(void)
{
	static const char *const names[] = {
		"rx_datagrams", "rx_bytes", "rx_lost", "rx_backlog", "rx_queued", "rx_memory",
		"rx_memory_max", "tx_datagrams", "tx_bytes", "tx_errors", "tx_ntbs_held",
		"tx_ntbs_held_max",
	};
	struct session s;

	session_open(&s, SERVICE_ECHO);
	echo_once(s.fd, 100, 1);
	session_close(&s);
	session_open_on(&s, s.handle, 0, SERVICE_ECHO, s.id, 0);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (session_counter(&s, names[i]))
			fail("%s is not 0", names[i]);
}

/* The same by ioctl: of the node, and in the list of sessions. */
static void ioctls_agree(const struct session *s)
{
	struct mbim_dss_session listed, info;
	struct mbim_dss_list list = {
		.size = sizeof(list), .entry_size = sizeof(listed), .capacity = 1,
		.entries = (uintptr_t)&listed,
	};

	check(!ioctl(s->handle, MBIM_DSS_IOC_SESSIONS, &list));
	check_eq(list.count, 1);
	session_info(s->fd, &info);
	listed.mode = info.mode;
	check(!memcmp(&listed, &info, sizeof(info)));
	check_eq(info.rx_datagrams, session_counter(s, "rx_datagrams"));
	check_eq(info.rx_bytes, session_counter(s, "rx_bytes"));
	check_eq(info.rx_lost, session_counter(s, "rx_lost"));
	check_eq(info.rx_backlog, session_counter(s, "rx_backlog"));
	check_eq(info.rx_queued, session_counter(s, "rx_queued"));
	check_eq(info.tx_datagrams, session_counter(s, "tx_datagrams"));
	check_eq(info.tx_bytes, session_counter(s, "tx_bytes"));
	check_eq(info.tx_errors, session_counter(s, "tx_errors"));
}

static void known_traffic(void)
{
	long long ntbs = modem_counter("tx_ntbs"), received = modem_counter("rx_ntbs");
	long long datagrams = modem_counter("tx_datagrams"), bytes = modem_counter("tx_bytes");
	struct session s;

	session_open(&s, SERVICE_ECHO);
	sim("reset-stats");
	for (int i = 0; i < 10; i++)
		send_many(s.fd, 4, 100, i, 0, 0);
	write_all(s.fd, "one more", 8);
	check(!fsync(s.fd));
	wait_until(LONG, session_counter(&s, "rx_datagrams") == 41);
	check_eq(session_counter(&s, "tx_datagrams"), 41);
	check_eq(session_counter(&s, "tx_bytes"), 4008);
	check_eq(session_counter(&s, "tx_errors"), 0);
	check_eq(session_counter(&s, "tx_ntbs_held"), 0);
	check(session_counter(&s, "tx_ntbs_held_max") >= 1);
	check_eq(session_counter(&s, "rx_bytes"), 4008);
	check_eq(session_counter(&s, "rx_queued"), 4008);
	/* 41 headers of 8 bytes */
	check_eq(session_counter(&s, "rx_memory"), 2 * CHUNK);
	check_eq(session_counter(&s, "rx_memory_max"), 2 * CHUNK);
	check_eq(modem_counter("tx_datagrams") - datagrams, 41);
	check_eq(modem_counter("tx_bytes") - bytes, 4008);
	check_eq(modem_counter("tx_ntbs") - ntbs, sim_stat("ntbs_out"));
	wait_until(LONG, modem_counter("rx_ntbs") - received == sim_stat("ntbs_in"));
	ioctls_agree(&s);

	for (int i = 0; i < 40; i++)
		recv_filled(s.fd, 100, i / 4 + i % 4);
	check_eq(session_counter(&s, "rx_queued"), 8);
	check_eq(session_counter(&s, "rx_datagrams"), 41);
	check_eq(session_counter(&s, "rx_memory_max"), 2 * CHUNK);
	ioctls_agree(&s);
}

static void ntbs_that_wait(void)
{
	struct session s;

	session_open(&s, SERVICE_SINK);
	set_limits(s.fd, MBIM_DSS_LIMITS_SET_TX, 0, 20 * NTB_SIZE, 0);
	sim("nak out on");
	write_until_full(s.fd, 1500, 1);
	check_eq(session_counter(&s, "tx_ntbs_held"), 20);
	/* a few, however many wait */
	wait_in_flight(0);
	check(modem_counter("tx_ntbs_in_flight") <= 16);
	ioctls_agree(&s);
	sim("nak out off");
	set_nonblock(s.fd, false);
	check(!fsync(s.fd));
	check_eq(session_counter(&s, "tx_ntbs_held"), 0);
	check_eq(session_counter(&s, "tx_ntbs_held_max"), 20);
	check_eq(modem_counter("tx_ntbs_in_flight"), 0);
	check(modem_counter("tx_ntbs_pooled") >= 1);
	wait_until(SOON, modem_counter("tx_ntbs_pooled") <= 8);
}

static void errors_on_transmit(void)
{
	long long before = modem_counter("tx_errors");
	struct session s;
	uint64_t id;

	session_open(&s, SERVICE_SINK);
	sim("status out EPROTO 1");
	send_many(s.fd, 3, 10, 1, 0, 0);
	check(!fsync(s.fd));
	check_eq(session_counter(&s, "tx_errors"), 3);
	sim("nak out on");
	write_all(s.fd, "x", 1);
	wait_in_flight(0);
	id = send_one(s.fd, "y", 1, 0);
	check(!request_cancel(s.fd, id));
	sim("nak out off");
	check(!fsync(s.fd));
	check_eq(session_counter(&s, "tx_errors"), 4);
	check_eq(session_counter(&s, "tx_datagrams"), 5);
	check_eq(modem_counter("tx_errors") - before, 4);
	ioctls_agree(&s);
}

static void losses(void)
{
	struct session s;

	session_open(&s, SERVICE_ECHO);
	set_limits(s.fd, MBIM_DSS_LIMITS_SET_RX, CHUNK, 0, 0);
	send_many(s.fd, 10, 1000, 1, 0, 0);
	wait_until(LONG, session_counter(&s, "rx_datagrams") +
			 session_counter(&s, "rx_lost") == 10);
	check_eq(session_counter(&s, "rx_datagrams"), 4);
	check_eq(session_counter(&s, "rx_lost"), 6);
	check_eq(session_counter(&s, "rx_bytes"), 4000);
	check_eq(session_counter(&s, "rx_memory"), CHUNK);
	ioctls_agree(&s);
}

/* A counter of the modem after one command of the simulator. */
static void counts(const char *name, long long by, const char *command)
{
	long long before = modem_counter(name);

	uint64_t until = now_ms() + LONG;

	sim("%s", command);
	while (modem_counter(name) == before && now_ms() < until)
		pause_ms(2);
	if (modem_counter(name) - before != by)
		fail("%s: %s has grown by %lld, not %lld", command, name,
		     modem_counter(name) - before, by);
}

static void receive_faults(void)
{
	struct session s;

	session_open(&s, SERVICE_ECHO);
	counts("rx_malformed", 1, "malformed short 0");
	counts("rx_ip", 1, "malformed ips 0");
	counts("rx_stray", 1, "send 200 aabbcc");
	/* of a transfer that waits for data */
	counts("rx_errors", 1, "status in EPROTO 1");
	/* what a transfer held when it was taken back: vhci_hcd brings it all, or nothing */
	check_eq(modem_counter("rx_cancelled"), 0);
	check_eq(session_counter(&s, "rx_datagrams"), 0);
	echo_once(s.fd, 100, 1);
}

/* -------- tracepoints -------- */

static char trace[256 * 1024];

static void trace_begin(void)
{
	if (access(TRACING "events/mbim_dss", F_OK))
		skip("no tracefs");
	write_text(TRACING "events/mbim_dss/enable", "1");
	write_text(TRACING "tracing_on", "1");
	/* this is how a trace is emptied */
	close(open(TRACING "trace", O_WRONLY | O_TRUNC | O_CLOEXEC));
}

static void trace_end(void)
{
	write_text(TRACING "events/mbim_dss/enable", "0");
	read_text(TRACING "trace", trace, sizeof(trace));
}

/* How many lines have this in them. */
static unsigned int traced(const char *format, ...) __attribute__((format(printf, 1, 2)));

static unsigned int traced(const char *format, ...)
{
	const char *at = trace;
	unsigned int n = 0;
	char want[120];
	va_list args;

	va_start(args, format);
	vsnprintf(want, sizeof(want), format, args);
	va_end(args);
	while ((at = strstr(at, want))) {
		n++;
		at++;
	}
	return n;
}

static void tracepoints(void)
{
	struct session s;
	char back[8];
	uint32_t id;

	trace_begin();
	session_open(&s, SERVICE_ECHO);
	id = s.id;
	write_all(s.fd, "hello", 5);
	read_all(s.fd, back, 5);
	session_close(&s);
	trace_end();
	check_eq(traced("mbim_dss_request: dss0s%u open error=0 mbim_status=0\n", id), 1);
	check_eq(traced("mbim_dss_write: dss0s%u datagrams=1 bytes=5 error=0\n", id), 1);
	check_eq(traced("mbim_dss_ntb_submit: dss0s%u datagrams=1 bytes=", id), 1);
	check_eq(traced("mbim_dss_ntb_complete: dss0s%u datagrams=1 bytes=", id), 1);
	check_eq(traced(" status=0\n"), 2);
	check_eq(traced("mbim_dss_receive: dss0s%u bytes=5 queued=5\n", id), 1);
	check_eq(traced("mbim_dss_request: dss0s%u close error=0 mbim_status=0\n", id), 1);
	check_eq(traced("mbim_dss_drop"), 0);
}

static void tracepoints_of_faults(void)
{
	struct mbim_dss_completion done;
	struct session s;

	session_open(&s, SERVICE_ECHO);
	set_limits(s.fd, MBIM_DSS_LIMITS_SET_RX, CHUNK, 0, 0);
	trace_begin();
	sim("status out EPROTO 1");
	check(send_one(s.fd, "x", 1, 0));
	check(!fsync(s.fd));
	send_many(s.fd, 6, 1000, 1, 0, 0);
	wait_until(LONG, session_counter(&s, "rx_lost") == 2);
	sim("dss-status 33 1");
	check(!request_open(s.handle, 0, SERVICE_SINK, 9, 0, NULL));
	completion_read(s.handle, &done);
	check_eq(done.mbim_status, 33);
	trace_end();
	check_eq(traced(" status=-71\n"), 1);
	check_eq(traced("mbim_dss_receive: dss0s%u bytes=1000 ", s.id), 4);
	check_eq(traced("mbim_dss_drop: dss0s%u bytes=1000 queued=4000\n", s.id), 2);
	check_eq(traced("mbim_dss_request: dss0s9 open error=%u mbim_status=33\n", EUSERS), 1);
}

static void filtered(void)
{
	struct session a, b;

	session_open(&a, SERVICE_ECHO);
	session_open_on(&b, a.handle, 0, SERVICE_ECHO, MBIM_DSS_SESSION_ANY, 0);
	trace_begin();
	write_text(TRACING "events/mbim_dss/filter", "modem == 0 && session == 1");
	echo_once(a.fd, 10, 1);
	echo_once(b.fd, 10, 1);
	write_text(TRACING "events/mbim_dss/filter", "0");
	trace_end();
	check_eq(b.id, 1);
	check_eq(traced("dss0s%u ", a.id), 0);
	check_eq(traced("mbim_dss_write: dss0s1 "), 1);
}

static const struct test_case cases[] = {
	{ "sysfs: which session it is", identity, 0 },
	{ "sysfs: counters begin at 0", from_zero, 0 },
	{ "sysfs and ioctls: traffic both ways", known_traffic, 0 },
	{ "sysfs: NTBs that wait, are in flight, are kept", ntbs_that_wait, 0 },
	{ "sysfs: errors on transmit, of session and modem", errors_on_transmit, 0 },
	{ "sysfs: losses", losses, 0 },
	{ "sysfs: malformed, stray, IP and broken transfers", receive_faults, 0 },
	{ "tracepoints: a session from its opening to its close", tracepoints, 0 },
	{ "tracepoints: errors and drops", tracepoints_of_faults, 0 },
	{ "tracepoints: one session by a filter", filtered, 0 },
};

int main(int argc, char **argv)
{
	return run_cases(argc, argv, cases, ARRAY_SIZE(cases), calm);
}
