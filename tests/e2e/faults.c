// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A modem that does not take data, stalls, breaks transfers, or sends rubbish. With the
 * argument "up", all of it while wwan0 is up.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "dss.h"

static bool up;

static void prepare(void)
{
	calm();
	netdev_up(up);
}

/* -------- bulk OUT takes nothing -------- */

#define LOAD	(600 * 1024)

static uint8_t load[LOAD], back[LOAD];

static long write_load(void *arg)
{
	size_t done = 0;

	while (done < LOAD) {
		ssize_t n = write(*(int *)arg, load + done, LOAD - done);

		if (n < 0)
			return -1;
		done += n;
	}
	return done;
}

static void nak_for_a_while(void)
{
	struct blocked writer;
	struct session s;

	fill(load, sizeof(load), 1);
	session_open(&s, SERVICE_ECHO);
	limit_tx(s.fd);
	sim("nak out on");
	blocked_start(&writer, write_load, &s.fd);
	check(!poll_now(s.fd, POLLIN | POLLOUT));
	check_eq(sim_session_stat(s.id, "datagrams_out"), 0);
	check(blocked_still(&writer));
	sim("nak out off");
	read_all(s.fd, back, sizeof(back));
	blocked_end(&writer, LONG);
	check_eq(writer.ret, LOAD);
	check(!memcmp(load, back, LOAD));
	check_eq(sim_session_stat(s.id, "bytes_out"), LOAD);
	check(!fsync(s.fd));
}

/* What a transfer carried that the modem does not take in time ends with ETIMEDOUT. */
static void nak_for_ever(void)
{
	struct mbim_dss_completion done;
	struct session s;
	uint64_t begun;
	int sync_fd;

	session_open(&s, SERVICE_ECHO);
	sync_fd = node_open(0, s.id, O_WRONLY | O_DSYNC);
	set_limits(s.fd, MBIM_DSS_LIMITS_SET_TIMEOUT, 0, 0, 1000);
	sim("nak out on");
	begun = now_ms();
	check_eq(send_one(s.fd, "abc", 3, 5), 1);
	poll_for(s.fd, POLLPRI, 3000);
	check(now_ms() - begun >= 900);
	reap_one(s.fd, &done);
	check_eq(done.request_id, 1);
	check_eq(done.error, ETIMEDOUT);
	check_eq(done.bytes, 0);

	/* one that waits for its end */
	check_within(3000, check_err(write(sync_fd, "abc", 3), ETIMEDOUT));

	/* one that does not: fsync tells, once */
	check_eq(write(s.fd, "abc", 3), 3);
	check_within(3000, check_err(fsync(s.fd), ETIMEDOUT));
	check(!fsync(s.fd));

	sim("nak out off");
	echo_once(s.fd, 100, 1);
	check_eq(sim_session_stat(s.id, "datagrams_out"), 1);
}

/* A blocked writer goes on when its time is up for what was before it. */
static void blocked_writer_times_out(void)
{
	struct blocked writer;
	struct session s;

	session_open(&s, SERVICE_SINK);
	limit_tx(s.fd);
	set_limits(s.fd, MBIM_DSS_LIMITS_SET_TIMEOUT, 0, 0, 300);
	sim("nak out on");
	blocked_start(&writer, write_load, &s.fd);
	blocked_end(&writer, 20000);
	check_eq(writer.ret, LOAD);
	check_err(fsync(s.fd), ETIMEDOUT);
}

/* Requests that wait or are in flight when their session is closed. */
static void close_under_nak(void)
{
	struct mbim_dss_datagram d[100];
	struct mbim_dss_completion done;
	static char bytes[1000];
	struct mbim_dss_batch b;
	uint64_t next = 1;
	struct session s;
	uint32_t sent;

	session_open(&s, SERVICE_SINK);
	sim("nak out on");
	for (size_t i = 0; i < ARRAY_SIZE(d); i++)
		d[i] = (struct mbim_dss_datagram){ .buf = (uintptr_t)bytes, .len = 1000 };
	check(!batch(s.fd, MBIM_DSS_IOC_SEND, d, ARRAY_SIZE(d), MBIM_DSS_BATCH_NOWAIT, &b));
	sent = b.done;
	check_within(4000, session_close(&s));
	check(!node_exists(0, s.id));
	while (next <= sent) {
		reap_one(s.fd, &done);
		check_eq(done.request_id, next);
		check_eq(done.error, ECANCELED);
		check_eq(done.bytes, 0);
		next += done.count;
	}
	check_err(batch(s.fd, MBIM_DSS_IOC_REAP, &done, 1, 0, NULL), EAGAIN);
	sim("nak out off");
	session_open_on(&s, s.handle, 0, SERVICE_ECHO, s.id, 0);
	echo_once(s.fd, 100, 1);
}

/* The same when nobody asks, but the handle is closed. */
static void handle_end_under_nak(void)
{
	struct session s;

	session_open(&s, SERVICE_SINK);
	sim("nak out on");
	check(send_one(s.fd, "x", 1, 0));
	close(s.handle);
	wait_until(4000, !node_exists(0, s.id));
	poll_for(s.fd, POLLPRI, SOON);
	wait_until(SOON, !sim_open_sessions());
}

/* What is written when a session is closed is still sent, if the modem takes it. */
static void close_sends_the_rest(void)
{
	struct session s;

	fill(load, sizeof(load), 1);
	session_open(&s, SERVICE_SINK);
	sim("delay out 20");
	write_all(s.fd, load, 60000);
	session_close(&s);
	check_eq(sim_session_stat(s.id, "bytes_out"), 60000);
}

/* 10 ms a transfer: nothing is lost, and NTBs fill. */
static void slow_modem(void)
{
	struct blocked writer;
	struct session s;

	fill(load, sizeof(load), 2);
	session_open(&s, SERVICE_ECHO);
	limit_tx(s.fd);
	sim("delay out 10");
	blocked_start(&writer, write_load, &s.fd);
	read_all(s.fd, back, sizeof(back));
	blocked_end(&writer, LONG);
	check_eq(writer.ret, LOAD);
	check(!memcmp(load, back, LOAD));
	/* 600 KB in NTBs of 16 KB at most */
	check(sim_stat("ntbs_out") < 60);
}

/* Nor when all of it takes longer than the modem has for a transfer. */
static void slower_than_the_timeout(void)
{
	struct session s;

	fill(load, sizeof(load), 3);
	session_open(&s, SERVICE_SINK);
	set_limits(s.fd, MBIM_DSS_LIMITS_SET_TIMEOUT, 0, 0, 300);
	sim("delay out 50");
	check_eq(write(s.fd, load, LOAD), LOAD);
	check(!fsync(s.fd));
	check_eq(sim_session_stat(s.id, "bytes_out"), LOAD);
}

/* What waits behind transfers of a session with more patience has its own time. */
static void timeout_behind_another(void)
{
	struct session patient, hasty;
	struct mbim_dss_completion done;

	session_open(&patient, SERVICE_SINK);
	session_open_on(&hasty, patient.handle, 0, SERVICE_SINK, MBIM_DSS_SESSION_ANY, 0);
	set_limits(hasty.fd, MBIM_DSS_LIMITS_SET_TIMEOUT, 0, 0, 500);
	sim("nak out on");
	write_all(patient.fd, load, LOAD);
	check(send_one(hasty.fd, "x", 1, 7));
	poll_for(hasty.fd, POLLPRI, 3000);
	reap_one(hasty.fd, &done);
	check_eq(done.user_data, 7);
	check_eq(done.error, ETIMEDOUT);
	sim("nak out off");
	check(!fsync(patient.fd));
	check_eq(sim_session_stat(patient.id, "bytes_out"), LOAD);
}

/* One session that floods a slow modem does not keep another waiting for its turn. */
static void round_robin(void)
{
	struct mbim_dss_completion done;
	struct session greedy, modest;
	struct blocked writer;
	uint64_t begun;

	session_open(&greedy, SERVICE_SINK);
	session_open_on(&modest, greedy.handle, 0, SERVICE_SINK, MBIM_DSS_SESSION_ANY, 0);
	set_limits(greedy.fd, MBIM_DSS_LIMITS_SET_TX, 0, 36 * NTB_SIZE, 0);
	sim("delay out 50");
	blocked_start(&writer, write_load, &greedy.fd);
	begun = now_ms();
	check(send_one(modest.fd, "x", 1, 0));
	reap_one(modest.fd, &done);
	check_eq(done.error, 0);
	/* what is in flight is before it, not what the other has queued: 0.8 s, not 1.8 */
	if (now_ms() - begun > 1200)
		fail("it waited %llu ms", (unsigned long long)(now_ms() - begun));
	sim("delay out 0");
	blocked_end(&writer, LONG);
}

/* -------- bulk OUT breaks -------- */

static void expect_send_error(struct session *s, int error, const char *what)
{
	struct mbim_dss_completion done;
	uint64_t id = send_one(s->fd, "abc", 3, 1);

	check(id);
	reap_one(s->fd, &done);
	check_eq(done.request_id, id);
	if ((int)done.error != error)
		fail("%s: the request ended with errno %u, not %d", what, done.error, error);
	check_eq(done.bytes, error ? 0 : 3);
}

static void out_stall(void)
{
	struct session s;

	session_open(&s, SERVICE_ECHO);
	for (int i = 0; i < 3; i++) {
		sim("stall out");
		expect_send_error(&s, EPIPE, "stall");
		echo_once(s.fd, 100, i);
	}
	/* of a plain write, fsync tells */
	sim("stall out");
	check_eq(write(s.fd, "x", 1), 1);
	check_err(fsync(s.fd), EPIPE);
	echo_once(s.fd, 100, 1);
}

/* Only transfers that met the stall fail; those behind them are sent after all. */
static void out_stall_under_load(void)
{
	static struct mbim_dss_datagram d[800];
	struct mbim_dss_completion done;
	static char bytes[1000];
	unsigned int failed = 0, good = 0;
	struct mbim_dss_batch b;
	struct session s;
	uint32_t sent;

	session_open(&s, SERVICE_SINK);
	for (size_t i = 0; i < ARRAY_SIZE(d); i++)
		d[i] = (struct mbim_dss_datagram){ .buf = (uintptr_t)bytes, .len = 1000 };
	set_limits(s.fd, MBIM_DSS_LIMITS_SET_TX, 0, 1 << 20, 0);
	sim("nak out on");
	check(!batch(s.fd, MBIM_DSS_IOC_SEND, d, ARRAY_SIZE(d), MBIM_DSS_BATCH_NOWAIT, &b));
	sent = b.done;
	check_eq(sent, ARRAY_SIZE(d));
	sim("stall out");
	sim("nak out off");
	while (failed + good < sent) {
		reap_one(s.fd, &done);
		check_eq(done.request_id, failed + good + 1);
		check(!done.error || done.error == EPIPE);
		check_eq(done.bytes, done.error ? 0 : done.count * 1000);
		*(done.error ? &failed : &good) += done.count;
	}
	/* the virtual host controller goes on: all that is in flight meets it, 16 NTBs of 16 */
	check(failed);
	if (failed > 256)
		fail("%u of %u requests failed by one stall", failed, sent);
	check(good);
	check_eq(sim_session_stat(s.id, "datagrams_out"), good);
}

static void out_errors(void)
{
	static const struct {
		const char *status;
		int error;
	} kinds[] = {
		{ "EPROTO", EPROTO }, { "EILSEQ", EILSEQ }, { "ETIME", ETIME },
		{ "EOVERFLOW", EIO }, { "ECOMM", EIO }, { "ENOSR", EIO }, { "EIO", EIO },
	};
	struct session s;

	session_open(&s, SERVICE_ECHO);
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		sim("status out %s", kinds[i].status);
		expect_send_error(&s, kinds[i].error, kinds[i].status);
		expect_send_error(&s, 0, "afterwards");
		read_all(s.fd, back, 3);
	}
	check_eq(sim_session_stat(s.id, "datagrams_out"), ARRAY_SIZE(kinds));
}

/* An error is told to whoever waits or asks: not to somebody else, and not twice. */
static void error_is_told_once(void)
{
	struct session s;
	int other;

	session_open(&s, SERVICE_SINK);
	other = node_open(0, s.id, O_WRONLY);
	sim("status out EPROTO");
	check_eq(write(s.fd, "x", 1), 1);
	check_err(fsync(s.fd), EPROTO);
	check(!fsync(s.fd));
	/* as with files on disk: each open file is told once */
	check_err(fsync(other), EPROTO);
	check(!fsync(other));
	check(!close(node_open(0, s.id, O_WRONLY)));
	/* or by close(2) */
	sim("status out EPROTO");
	check_eq(write(other, "x", 1), 1);
	wait_until(LONG, session_counter(&s, "tx_ntbs_held") == 0);
	check_err(close(other), EPROTO);
}

/* -------- bulk IN -------- */

static void in_nak(void)
{
	struct session s;

	session_open(&s, SERVICE_ECHO);
	sim("nak in on");
	write_all(s.fd, "late", 4);
	check(!fsync(s.fd));
	check(!poll_now(s.fd, POLLIN));
	sim("nak in off");
	read_all(s.fd, back, 4);
	check(!memcmp(back, "late", 4));
}

static void in_breaks(const char *fault)
{
	struct session s;

	session_open(&s, SERVICE_ECHO);
	for (int i = 0; i < 3; i++) {
		sim("%s", fault);
		for (int j = 0; j < 20; j++)
			echo_once(s.fd, 1000, i * 100 + j);
	}
}

static void in_stall(void)
{
	in_breaks("stall in");
}

/*
 * What else is queued is taken back before the halt is cleared: host controllers ask for it, to
 * agree with the modem on the data toggle.
 */
static void in_stall_of_one(void)
{
	long long busy = sim_stat("busy_halts");
	struct session s;

	if (up)
		skip("the transfers are usbnet's");
	session_open(&s, SERVICE_ECHO);
	/* the others meet the stall later */
	sim("delay in 50");
	sim("stall in");
	echo_once(s.fd, 1000, 1);
	sim("delay in 0");
	echo_once(s.fd, 1000, 2);
	check_eq(sim_stat("busy_halts"), busy);
}

static void in_errors(void)
{
	in_breaks("status in EPROTO 3");
	in_breaks("status in EILSEQ 2");
	in_breaks("status in ETIME");
	in_breaks("status in EOVERFLOW");
}

/* -------- malformed NTBs -------- */

/* What our parser makes of each kind; the texts are the simulator's. */
static const struct malformed {
	const char *kind;
	const char *datagrams[2];
	bool counted;
} malformed[] = {
	{ "short", { NULL }, true },
	{ "zero-length", { NULL }, true },
	{ "nth-signature", { NULL }, true },
	{ "nth-header-length", { NULL }, true },
	{ "block-length-small", { NULL }, true },
	{ "block-length-large", { NULL }, true },
	{ "ndp-signature", { NULL }, false },
	{ "ndp-zero", { NULL }, true },
	{ "ndp-in-nth", { NULL }, true },
	{ "ndp-offset-end", { NULL }, true },
	{ "ndp-offset-beyond", { NULL }, true },
	{ "ndp-loop", { "malformed ndp-loop" }, true },
	{ "ndp-length-short", { NULL }, true },
	{ "ndp-length-odd", { NULL }, true },
	{ "ndp-length-end", { NULL }, true },
	{ "zero-datagrams", { NULL }, false },
	{ "datagram-end", { NULL }, true },
	{ "datagram-beyond", { NULL }, true },
	{ "datagram-in-nth", { NULL }, true },
	{ "datagram-in-ndp", { NULL }, true },
	{ "datagram-length-zero", { NULL }, false },
	{ "no-terminator", { "malformed no-terminator" }, true },
	{ "ips", { NULL }, false },
	/* legal, if unusual */
	{ "ndp-order", { "ndp-order 1", "ndp-order 2" }, false },
	{ "early-null", { "early-null 1" }, false },
};

static void expect_datagram(struct session *s, const struct malformed *kind, const char *text)
{
	ssize_t n;

	poll_for(s->fd, POLLIN, LONG);
	n = read(s->fd, back, sizeof(back));
	if (n != (ssize_t)strlen(text) || memcmp(back, text, n))
		fail("%s: received \"%.*s\", not \"%s\"", kind->kind, (int)n, back, text);
}

static void try_malformed(struct session *s, const struct malformed *kind)
{
	long long before = modem_counter("rx_malformed"), counted;

	sim("malformed %s %u", kind->kind, s->id);
	/* what comes behind it arrives */
	sim("send %u 676f6f64", s->id);
	for (int i = 0; i < 2 && kind->datagrams[i]; i++)
		expect_datagram(s, kind, kind->datagrams[i]);
	expect_datagram(s, kind, "good");
	check(!poll_now(s->fd, POLLIN));
	counted = modem_counter("rx_malformed") - before;
	if (counted != kind->counted)
		fail("%s: %lld malformed NTBs were counted, not %d", kind->kind, counted,
		     kind->counted);
}

static void malformed_ntbs(void)
{
	char list[2000], *names;
	struct session s;

	snprintf(list, sizeof(list), "%s", sim("malformed list"));
	names = strchr(list, '[');
	check(names);
	session_open(&s, SERVICE_ECHO);
	set_mode(s.fd, MBIM_DSS_MODE_MESSAGE);
	for (size_t i = 0; i < ARRAY_SIZE(malformed); i++) {
		char name[40], *at;

		try_malformed(&s, &malformed[i]);
		/* every kind that there is has been tried */
		snprintf(name, sizeof(name), "\"%s\"", malformed[i].kind);
		at = strstr(list, name);
		check(at);
		memset(at, '.', strlen(name));
	}
	if (strchr(names, '"'))
		fail("a kind that this test does not know: %s", list);
}

/* Datagrams of sessions that are not open, and of IP, are nobody's. */
static void stray_datagrams(void)
{
	struct session s;
	long long before = modem_counter("rx_stray");

	session_open(&s, SERVICE_ECHO);
	sim("send 200 00112233");
	sim("send %u 676f6f64", s.id);
	read_all(s.fd, back, 4);
	check(!memcmp(back, "good", 4));
	check(!poll_now(s.fd, POLLIN));
	check_eq(modem_counter("rx_stray"), before + 1);
}

/* A modem that sends for a service that does not: nobody could read it. */
static void stray_to_a_sink(void)
{
	struct session s;
	long long before = modem_counter("rx_stray");

	session_open(&s, SERVICE_SINK);
	sim("send %u 676f6f64", s.id);
	wait_until(LONG, modem_counter("rx_stray") == before + 1);
	check_eq(session_counter(&s, "rx_datagrams"), 0);
	check_eq(poll_now(s.fd, POLLIN | POLLPRI | POLLOUT), POLLOUT);
}

static const struct test_case cases[] = {
	{ "OUT takes nothing for a while: writers block, nothing is lost", nak_for_a_while, 0 },
	{ "OUT takes nothing for ever: ETIMEDOUT, then it works again", nak_for_ever, 0 },
	{ "a blocked writer is released by the timeout", blocked_writer_times_out, 60 },
	{ "a close while OUT takes nothing: ECANCELED, in bounded time", close_under_nak, 0 },
	{ "the end of a handle while OUT takes nothing", handle_end_under_nak, 0 },
	{ "a close sends what has been written", close_sends_the_rest, 0 },
	{ "a slow modem: nothing is lost, and NTBs fill", slow_modem, 60 },
	{ "a slow modem: all of it may take longer than the timeout", slower_than_the_timeout, 60 },
	{ "a slow modem: sessions take turns", round_robin, 60 },
	{ "OUT takes nothing: each session has its own timeout", timeout_behind_another, 60 },
	{ "OUT stalls: EPIPE, and the halt is cleared", out_stall, 0 },
	{ "OUT stalls under load: only what was hit fails", out_stall_under_load, 0 },
	{ "OUT errors: the request ends with the transfer's status", out_errors, 0 },
	{ "an error is told once", error_is_told_once, 0 },
	{ "IN is silent for a while", in_nak, 0 },
	{ "IN stalls: nothing is lost", in_stall, 60 },
	{ "IN stalls: nothing is queued when the halt is cleared", in_stall_of_one, 60 },
	{ "IN errors: nothing is lost", in_errors, 60 },
	{ "malformed NTBs: nothing wrong is delivered, each is counted", malformed_ntbs, 60 },
	{ "datagrams that are nobody's are counted", stray_datagrams, 0 },
	{ "so are those for a session that is not read", stray_to_a_sink, 0 },
};

int main(int argc, char **argv)
{
	up = argc > 1 && !strcmp(argv[1], "up");
	return run_cases(argc - up, argv + up, cases, ARRAY_SIZE(cases), prepare);
}
