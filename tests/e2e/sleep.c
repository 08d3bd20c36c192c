// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A modem that is put to sleep with sessions open: what is written waits, what was received
 * is there, and nothing is lost. The argument says whether wwan0 is up or down meanwhile.
 */
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "dss.h"

static bool up;

static void set_asleep(bool asleep)
{
	write_text("/sys/module/mbim_dss_sleep/parameters/asleep", asleep ? "1" : "0");
}

static void prepare(void)
{
	set_asleep(false);
	calm();
	netdev_up(up);
}

static void idle_sleep(void)
{
	struct session s;

	session_open(&s, SERVICE_ECHO);
	for (int i = 0; i < 5; i++) {
		echo_once(s.fd, 1000, i);
		set_asleep(true);
		set_asleep(false);
	}
	echo_once(s.fd, 1000, 5);
}

#define COUNT	100
#define LEN	1400

static void writes_wait(void)
{
	struct mbim_dss_session info;
	struct ended ended[COUNT];
	struct session s;
	uint64_t first;

	session_open(&s, SERVICE_ECHO);
	set_asleep(true);
	first = send_many(s.fd, COUNT, LEN, 1, 0, 1);
	poll_for(s.fd, POLLOUT, SOON);
	/* nothing is under way to a modem that sleeps */
	check_eq(read_number("/sys/class/mbim_dss/dss0/statistics/tx_ntbs_in_flight"), 0);
	check_eq(sim_session_stat(s.id, "datagrams_out"), 0);
	check(!poll_now(s.fd, POLLPRI));

	set_asleep(false);
	reap_ids(s.fd, first, ended, COUNT);
	for (unsigned int i = 0; i < COUNT; i++)
		check_eq(ended[i].error, 0);
	for (unsigned int i = 0; i < COUNT; i++)
		recv_filled(s.fd, LEN, 1 + i);
	session_info(s.fd, &info);
	check_eq(info.tx_errors, 0);
	check_eq(info.rx_lost, 0);
}

/* What the modem has to say meanwhile stays with it; what was queued can be read. */
static void data_waits(void)
{
	struct session s;
	char back[8];

	session_open(&s, SERVICE_ECHO);
	sim("send %u 31323334", s.id);
	poll_for(s.fd, POLLIN, LONG);
	set_asleep(true);
	sim("send %u 35363738", s.id);
	read_all(s.fd, back, 4);
	check(!memcmp(back, "1234", 4));
	check(!poll_now(s.fd, POLLIN));
	set_asleep(false);
	read_all(s.fd, back, 4);
	check(!memcmp(back, "5678", 4));
}

/* A session that begins while the modem sleeps, and ends so. */
static void session_asleep(void)
{
	struct mbim_dss_completion done;
	struct mbim_dss_open request;
	int fd, handle = handle_open();
	struct session s;
	char byte;

	session_open(&s, SERVICE_ECHO);
	set_asleep(true);
	check(!request_open(handle, 0, SERVICE_ECHO, 100, MBIM_DSS_OPEN_ATTACH, &request));
	completion_read(handle, &done);
	check_eq(done.error, 0);
	fd = node_open(0, 100, O_RDWR);
	check_eq(send_one(fd, "a", 1, 0), 1);
	/* what has been written and cannot be sent is given up in bounded time */
	check(!request_close(handle, 0, 100, NULL));
	completion_read(handle, &done);
	check_eq(done.error, 0);
	check_eq(read(fd, &byte, 1), 0);
	reap_one(fd, &done);
	check_eq(done.error, ECANCELED);
	set_asleep(false);
	echo_once(s.fd, 1000, 1);
}

/* Unplugged while it sleeps: everybody is told, and there is nothing to wake. */
static void unplug_asleep(void)
{
	struct mbim_dss_completion done;
	struct session s;
	char byte;

	session_open(&s, SERVICE_ECHO);
	set_asleep(true);
	check_eq(send_one(s.fd, "a", 1, 0), 1);
	sim("unplug");
	wait_until(LONG, !node_exists(0, s.id));
	check_err(read(s.fd, &byte, 1), ENODEV);
	reap_one(s.fd, &done);
	check_eq(done.error, ENODEV);
	set_asleep(false);
}

/* -------- under load -------- */

#define WINDOW	200

static struct load {
	struct session s;
	volatile bool stop;
	volatile uint64_t sent, completed, received;
	uint64_t next;			/* number of the next to be received, from 1 */
	uint64_t gaps;
} load;

static void reap_all(void)
{
	struct mbim_dss_completion done[64];
	struct mbim_dss_batch b;

	while (!batch(load.s.fd, MBIM_DSS_IOC_REAP, done, ARRAY_SIZE(done), MBIM_DSS_BATCH_NOWAIT,
		      &b)) {
		for (uint32_t i = 0; i < b.done; i++) {
			/* in order, each once, and all well */
			check_eq(done[i].request_id, load.completed + 1);
			check_eq(done[i].error, 0);
			load.completed += done[i].count;
		}
	}
}

static void *load_send(void *arg)
{
	static char bytes[16][LEN];
	struct mbim_dss_datagram d[16];
	struct mbim_dss_batch b;

	(void)arg;
	while (!load.stop || load.completed < load.sent) {
		reap_all();
		for (uint64_t i = 0; i < 16; i++) {
			uint64_t number = load.sent + 1 + i;

			fill(bytes[i], LEN, number);
			memcpy(bytes[i], &number, sizeof(number));
			d[i] = (struct mbim_dss_datagram){
				.buf = (uintptr_t)bytes[i], .len = LEN,
			};
		}
		if (!load.stop && load.sent - load.completed < WINDOW) {
			check(!batch(load.s.fd, MBIM_DSS_IOC_SEND, d, 16, 0, &b));
			load.sent += b.done;
		}
		/* there may be one processor for all of this */
		pause_ms(1);
	}
	return NULL;
}

static void take(const char *bytes, size_t len)
{
	static char want[LEN];
	uint64_t number;

	check_eq(len, LEN);
	memcpy(&number, bytes, sizeof(number));
	check(number >= load.next && number <= load.sent + 16);
	fill(want, LEN, number);
	check(!memcmp(bytes + sizeof(number), want + sizeof(number), LEN - sizeof(number)));
	load.gaps += number - load.next;
	load.next = number + 1;
	load.received++;
}

static void *load_receive(void *arg)
{
	char bytes[MAX_DATAGRAM];
	struct pollfd p = { .fd = load.s.fd, .events = POLLIN };

	(void)arg;
	/* until nothing is on its way any more */
	while (poll(&p, 1, 500) == 1 || !load.stop) {
		if (!(p.revents & POLLIN))
			continue;
		take(bytes, read(load.s.fd, bytes, sizeof(bytes)));
	}
	return NULL;
}

static void load_flows(void)
{
	uint64_t completed = load.completed, received = load.received;

	wait_until(LONG, load.completed > completed + 50 && load.received > received + 50);
}

static long long cancelled(void)
{
	return read_number("/sys/class/mbim_dss/dss0/statistics/rx_cancelled");
}

/*
 * What is written arrives and is told, in order. Of what comes, only what a transfer held that
 * was taken back can be missing: the driver counts its own; cdc_mbim's are not ours to count.
 */
static void sleep_under_load(void)
{
	pthread_t sender, receiver;
	struct mbim_dss_session info;
	long long before = cancelled();

	load.next = 1;
	session_open(&load.s, SERVICE_ECHO);
	set_mode(load.s.fd, MBIM_DSS_MODE_MESSAGE);
	set_limits(load.s.fd, MBIM_DSS_LIMITS_SET_RX, MBIM_DSS_LIMIT_MAX, 0, 0);
	check(!pthread_create(&sender, NULL, load_send, NULL));
	check(!pthread_create(&receiver, NULL, load_receive, NULL));
	for (int i = 0; i < 20; i++) {
		load_flows();
		set_asleep(true);
		pause_ms(i);
		set_asleep(false);
	}
	load_flows();
	load.stop = true;
	pthread_join(sender, NULL);
	pthread_join(receiver, NULL);
	session_info(load.s.fd, &info);
	check_eq(sim_session_stat(load.s.id, "datagrams_out"), load.sent);
	check_eq(info.tx_datagrams, load.sent);
	check_eq(info.tx_errors, 0);
	check_eq(info.rx_datagrams, load.received);
	check(up || !load.gaps || cancelled() > before);
	diag("%llu datagrams sent, %llu came back", (unsigned long long)load.sent,
	     (unsigned long long)load.received);
}

static const struct test_case cases[] = {
	{ "a modem sleeps and wakes: data flows as before", idle_sleep, 0 },
	{ "what is written while it sleeps waits, and is sent", writes_wait, 0 },
	{ "what it has to say while it sleeps comes when it wakes", data_waits, 0 },
	{ "it sleeps under load in both directions: nothing written is lost", sleep_under_load, 60 },
	{ "a session that begins and ends while it sleeps", session_asleep, 0 },
	{ "it is unplugged while it sleeps", unplug_asleep, 0 },
};

int main(int argc, char **argv)
{
	if (argc < 2 || (strcmp(argv[1], "up") && strcmp(argv[1], "down"))) {
		fprintf(stderr, "usage: %s up|down [CASE ...]\n", argv[0]);
		return 2;
	}
	up = !strcmp(argv[1], "up");
	return run_cases(argc - 1, argv + 1, cases, ARRAY_SIZE(cases), prepare);
}
