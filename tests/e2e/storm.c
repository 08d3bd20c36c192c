// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Storms: unplugs at random moments with calls under way in every way, and the netdev going
 * down and up under load in both directions. STORM_UNPLUGS and STORM_UPDOWNS set how often,
 * STORM_SEED another series of moments.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "dss.h"

#define SEED	20260101u

/* -------- unplugs -------- */

/* What a round has under way. @accepted and @reaped count requests of the SEND file. */
struct round {
	struct session s;
	int sender;			/* a file of its own for SEND and REAP */
	struct instant unplugged;	/* just before */
	volatile bool pulled;
	unsigned int accepted, reaped;
	char big[256 * 1024];
};

static struct round round;
/* The longest that a call has waited after an unplug, of all rounds. */
static unsigned int longest_ms;
/* How often all calls slept when the plug was pulled out. */
static unsigned int all_slept;

/*
 * Who still gets through when the plug is out must not keep the processor busy, or nobody sees
 * that the others wait.
 */
static void again(void)
{
	if (round.pulled)
		pause_ms(1);
}

/* from the unplugging until the node is gone, by the clock */
static struct {
	uint64_t sum, longest;
	unsigned int waited;		/* at the longest, as waited_ms() counts */
} gone_ms;
/* May wait for grace periods of RCU, but not for a transfer's time to be over, which takes 5 s. */
#define GONE	3000

static long call_read(void *arg)
{
	char buf[4096];
	ssize_t n;

	/* until nothing more comes: what has been received is read first */
	while ((n = read(*(int *)arg, buf, sizeof(buf))) > 0)
		again();
	return n;
}

static long call_write(void *arg)
{
	ssize_t n;

	while ((n = write(*(int *)arg, round.big, sizeof(round.big))) > 0)
		again();
	return n;
}

static long call_poll(void *arg)
{
	struct pollfd p = { .fd = *(int *)arg, .events = POLLRDHUP };

	return poll(&p, 1, LONG) == 1 ? p.revents : -1;
}

static void reap_all(int fd)
{
	struct mbim_dss_completion c[64];
	struct mbim_dss_batch b;
	unsigned int i;

	while (!batch(fd, MBIM_DSS_IOC_REAP, c, ARRAY_SIZE(c), MBIM_DSS_BATCH_NOWAIT, &b))
		for (i = 0; i < b.done; i++) {
			/* in order, none twice */
			check_eq(c[i].request_id, round.reaped + 1);
			round.reaped += c[i].count;
		}
	check_eq(errno, EAGAIN);
}

static long call_send(void *arg)
{
	struct mbim_dss_datagram d[16];
	struct mbim_dss_batch b;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(d); i++)
		d[i] = (struct mbim_dss_datagram){ .buf = (uintptr_t)round.big, .len = 700 };
	for (;; again()) {
		if (!batch(*(int *)arg, MBIM_DSS_IOC_SEND, d, ARRAY_SIZE(d), 0, &b))
			round.accepted += b.done;
		else if (errno == ENOBUFS)
			reap_all(*(int *)arg);
		else
			return -1;
	}
}

static long call_fsync(void *arg)
{
	while (!fsync(*(int *)arg))
		usleep(100);
	return -1;
}

static unsigned int waited_since_unplug(void)
{
	struct instant now;

	instant_now(&now);
	return waited_ms(&round.unplugged, &now);
}

static void await_gone(void)
{
	uint64_t since = now_ms(), took;
	unsigned int waited = 0;

	wait_until(6 * LONG, !node_exists(0, round.s.id) || (waited = waited_since_unplug()) > GONE);
	if (waited > GONE)
		tell_system("the node is gone");
	check(waited <= GONE);
	took = now_ms() - since;
	gone_ms.sum += took;
	if (took > gone_ms.longest)
		gone_ms.longest = took;
	if (waited > gone_ms.waited)
		gone_ms.waited = waited;
}

/* No call waits for longer than a second from the unplug on. */
static void returns(struct blocked *b, const char *what)
{
	unsigned int waited;

	blocked_end(b, LONG);
	waited = waited_ms(&round.unplugged, &b->ended);
	if (waited > SOON)
		fail("%s waited for %u ms after the unplug", what, waited);
	if (waited > longest_ms)
		longest_ms = waited;
}

static void one_unplug(void)
{
	struct blocked reader, writer, poller, sender, syncer;
	bool nak = rand() % 2;

	wait_until(LONG, modem_idle(0));
	memset(&round, 0, sizeof(round));
	session_open(&round.s, SERVICE_ECHO);
	round.sender = node_open(0, round.s.id, O_RDWR);
	if (nak)
		sim("nak out on");
	if (rand() % 2)
		netdev_up(rand() % 2);

	blocked_begin(&reader, call_read, &round.s.fd);
	blocked_begin(&writer, call_write, &round.s.fd);
	blocked_begin(&poller, call_poll, &round.s.fd);
	blocked_begin(&sender, call_send, &round.sender);
	blocked_begin(&syncer, call_fsync, &round.s.fd);
	/* what the modem does not take blocks everybody; otherwise some are on their way */
	if (nak) {
		wait_until(LONG, blocked_still(&reader) && blocked_still(&writer) &&
			   blocked_still(&poller) && blocked_still(&sender) &&
			   blocked_still(&syncer));
		all_slept++;
	}
	usleep(rand() % 5000);
	instant_now(&round.unplugged);
	round.pulled = true;
	sim("unplug");

	await_gone();
	returns(&reader, "read");
	returns(&writer, "write");
	returns(&poller, "poll");
	returns(&sender, "SEND");
	returns(&syncer, "fsync");
	check_eq(reader.error, ENODEV);
	check_eq(writer.error, ENODEV);
	check(poller.ret & POLLHUP);
	check(poller.ret & POLLERR);
	check_eq(sender.error, ENODEV);
	check_eq(syncer.error, ENODEV);
	reap_all(round.sender);
	check_eq(round.reaped, round.accepted);
	wait_until(LONG, !node_exists(0, round.s.id));
	close(round.s.fd);
	close(round.sender);
	close(round.s.handle);
	sim("nak out off");
	sim("plug");
}

static void unplugs(void)
{
	unsigned int i, n = setting("STORM_UNPLUGS", 500);

	srand(setting("STORM_SEED", SEED));
	for (i = 0; i < n; i++) {
		one_unplug();
		if (i % 50 == 49)
			diag("%u of %u unplugs", i + 1, n);
	}
	diag("%u unplugs, until the node is gone %llu ms, at the longest %llu ms, waited for %u ms", n,
	     (unsigned long long)(gone_ms.sum / (n ? n : 1)),
	     (unsigned long long)gone_ms.longest, gone_ms.waited);
	diag("%u unplugs, %u with all calls asleep; no call waited for longer than %u ms", n, all_slept,
	     longest_ms);
	wait_until(LONG, modem_idle(0));
	check_eq(list_modems(handle_open(), NULL, 0), 1);
	check(!node_exists(0, 0));
}

/* -------- down and up under load -------- */

#define LOAD_LEN	900
#define LOAD_BATCH	16
/* datagrams on their way at most, so that the receive queue holds them all */
#define LOAD_WINDOW	512

struct load {
	struct session s;
	volatile bool stop;
	volatile uint64_t sent;
	uint64_t completed, failed;
	volatile uint64_t last;		/* the newest that came back, counted from 1 */
	uint64_t received;
};

static struct load load;

static void load_reap(void)
{
	struct mbim_dss_completion c[64];
	struct mbim_dss_batch b;
	unsigned int i;

	while (!batch(load.s.fd, MBIM_DSS_IOC_REAP, c, ARRAY_SIZE(c), MBIM_DSS_BATCH_NOWAIT, &b))
		for (i = 0; i < b.done; i++) {
			/* in order, none twice */
			check_eq(c[i].request_id, load.completed + 1);
			load.completed += c[i].count;
			load.failed += c[i].error ? c[i].count : 0;
		}
}

static long load_send(void *arg)
{
	static char bytes[LOAD_BATCH][LOAD_LEN];
	struct mbim_dss_datagram d[LOAD_BATCH];
	uint64_t since = now_ms(), base = 0;	/* what is before does not count any more */
	struct mbim_dss_batch b;
	unsigned int i;

	(void)arg;
	while (!load.stop) {
		load_reap();
		if (load.last > base) {
			base = load.last;
			since = now_ms();
		}
		if (load.sent - base > LOAD_WINDOW) {
			/* what was lost on the way down never comes back */
			if (now_ms() - since > 100)
				base = load.sent;
			pause_ms(1);
			continue;
		}
		for (i = 0; i < LOAD_BATCH; i++) {
			uint64_t number = load.sent + i + 1;

			fill(bytes[i], LOAD_LEN, number);
			memcpy(bytes[i], &number, sizeof(number));
			d[i] = (struct mbim_dss_datagram){
				.buf = (uintptr_t)bytes[i], .len = LOAD_LEN,
			};
		}
		check(!batch(load.s.fd, MBIM_DSS_IOC_SEND, d, LOAD_BATCH, 0, &b));
		/* a signal for another thread may have ended it early */
		check(b.done == LOAD_BATCH || b.error == EINTR);
		load.sent += b.done;
	}
	return 0;
}

static void load_check(const char *bytes, size_t len)
{
	static char want[LOAD_LEN];
	uint64_t number;

	check_eq(len, LOAD_LEN);
	memcpy(&number, bytes, sizeof(number));
	check(number > load.last);
	fill(want, LOAD_LEN, number);
	check(!memcmp(bytes + sizeof(number), want + sizeof(number), LOAD_LEN - sizeof(number)));
	load.last = number;
	load.received++;
}

static long load_receive(void *arg)
{
	char bytes[MAX_DATAGRAM];
	int fd = *(int *)arg;
	ssize_t n;

	while ((n = read(fd, bytes, sizeof(bytes))) > 0 || (n < 0 && errno == EINTR))
		if (n > 0)
			load_check(bytes, n);
	return n;
}

static void downs_and_ups(void)
{
	unsigned int i, n = setting("STORM_UPDOWNS", 200);
	struct blocked sender, receiver;
	struct mbim_dss_session info;
	uint64_t before;

	srand(setting("STORM_SEED", SEED));
	session_open(&load.s, SERVICE_ECHO);
	set_mode(load.s.fd, MBIM_DSS_MODE_MESSAGE);
	set_limits(load.s.fd, MBIM_DSS_LIMITS_SET_RX, 8 << 20, 0, 0);
	blocked_begin(&sender, load_send, NULL);
	blocked_begin(&receiver, load_receive, &load.s.fd);
	for (i = 0; i < n; i++) {
		netdev_up(i % 2 == 0);
		/* data goes both ways in each state: what is sent from now on comes back */
		before = load.sent;
		wait_until(LONG, load.last > before);
		usleep(rand() % 2000);
	}
	netdev_up(false);
	load.stop = true;
	blocked_end(&sender, LONG);
	wait_until(LONG, (load_reap(), load.completed == load.sent));
	check_eq(load.failed, 0);
	check_eq(sim_session_stat(load.s.id, "datagrams_out"), load.sent);
	session_close(&load.s);
	blocked_end(&receiver, LONG);
	check_eq(receiver.ret, 0);
	/* nothing comes any more */
	session_info(load.s.fd, &info);
	check_eq(load.received, info.rx_datagrams);
	diag("%u times down or up: %llu sent and taken by the modem, %llu came back, %llu had no room",
	     n, (unsigned long long)load.sent, (unsigned long long)load.received,
	     (unsigned long long)info.rx_lost);
	sim_no_errors();
}

static const struct test_case cases[] = {
	{ "unplugs at random moments: every call returns in time, every request ends once", unplugs, 4800 },
	{ "wwan0 down and up under load: nothing written is lost, nothing wrong is read",
	  downs_and_ups, 1200 },
};

int main(int argc, char **argv)
{
	return run_cases(argc, argv, cases, ARRAY_SIZE(cases), calm);
}
