// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What people do to wwan0 while sessions are open: up, down, MTU, rename, move, IP. Two
 * sessions are under load meanwhile: an echo, and a sink for what must not be lost.
 */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dss.h"

#define BATCH		32
/* Datagrams of the echo session that may be on their way at a time. */
#define WINDOW		200
/* Requests whose completions have not been fetched. */
#define REQUESTS	256

/* One session under load: each datagram begins with its number. */
struct load {
	struct session s;
	pthread_t sender, receiver, reaper;
	volatile bool stop, sent_all;
	volatile uint64_t sent;		/* datagrams accepted */
	volatile uint64_t completed;	/* ended well */
	volatile uint64_t received;
	volatile uint64_t next;		/* number of the next to be received */
	volatile uint64_t given_up;	/* those before this do not fill the window any more */
	volatile uint64_t gaps;		/* numbers skipped */
	uint64_t flagged;		/* losses told at their place */
};

static size_t length_of(uint64_t number)
{
	return 16 + number * 37 % 1400;
}

static bool may_send(const struct load *l, bool echo)
{
	uint64_t first = l->next > l->given_up ? l->next : l->given_up;

	return l->sent - l->completed < REQUESTS && (!echo || l->sent - first < WINDOW);
}

static void send_batch(struct load *l)
{
	static __thread uint8_t bytes[BATCH][1500];
	struct mbim_dss_datagram d[BATCH];
	struct mbim_dss_batch b;

	for (int i = 0; i < BATCH; i++) {
		uint64_t number = l->sent + i;

		fill(bytes[i], length_of(number), number);
		memcpy(bytes[i], &number, sizeof(number));
		d[i] = (struct mbim_dss_datagram){
			.buf = (uintptr_t)bytes[i], .len = length_of(number),
		};
	}
	if (batch(l->s.fd, MBIM_DSS_IOC_SEND, d, BATCH, 0, &b))
		fail("SEND: errno %d", errno);
	l->sent += b.done;
}

static void *sender_thread(void *arg)
{
	struct load *l = arg;
	bool echo = l->receiver;

	while (!l->stop) {
		if (may_send(l, echo))
			send_batch(l);
		/* there is one processor for all of this */
		pause_ms(1);
	}
	l->sent_all = true;
	return NULL;
}

static void *reaper_thread(void *arg)
{
	struct load *l = arg;
	struct mbim_dss_completion done[BATCH];
	struct mbim_dss_batch b;

	while (!l->sent_all || l->completed < l->sent) {
		struct pollfd p = { .fd = l->s.fd, .events = POLLPRI };

		if (poll(&p, 1, 100) != 1 ||
		    batch(l->s.fd, MBIM_DSS_IOC_REAP, done, BATCH, MBIM_DSS_BATCH_NOWAIT, &b)) {
			/* POLLPRI is for losses, too: whoever tells them reads INFO */
			pause_ms(1);
			continue;
		}
		for (uint32_t i = 0; i < b.done; i++) {
			check_eq(done[i].request_id, l->completed + 1);
			check_eq(done[i].error, 0);
			l->completed += done[i].count;
		}
	}
	return NULL;
}

static void take(struct load *l, const struct mbim_dss_datagram *d)
{
	uint8_t *bytes = (uint8_t *)(uintptr_t)d->buf;
	uint64_t number, want;

	memcpy(&number, bytes, sizeof(number));
	if (number < l->next)
		fail("datagram %llu came after %llu", (unsigned long long)number,
		     (unsigned long long)l->next);
	check(number < l->sent + BATCH);
	check_eq(d->len, length_of(number));
	/* but for the number, as it was filled */
	fill(&want, sizeof(want), number);
	memcpy(bytes, &want, sizeof(want));
	check(filled(bytes, d->len, number));
	l->gaps += number - l->next;
	l->flagged += d->lost;
	l->next = number + 1;
	l->received++;
}

static void *receiver_thread(void *arg)
{
	static uint8_t bytes[BATCH][MAX_DATAGRAM];
	struct mbim_dss_datagram d[BATCH];
	struct mbim_dss_batch b;
	struct instant since, now;
	struct load *l = arg;
	int silent = 0;

	for (;;) {
		struct pollfd p = { .fd = l->s.fd, .events = POLLIN };

		if (poll(&p, 1, 200) != 1) {
			instant_now(&now);
			if (!silent)
				since = now;
			/* nobody has had anything to do: nothing is on its way any more */
			if (l->sent_all && waited_ms(&since, &now) >= 200)
				return NULL;
			if (++silent * 200 > LONG)
				fail("nothing comes back: %llu sent, %llu received",
				     (unsigned long long)l->sent, (unsigned long long)l->received);
			/* a cancelled URB may have had all of a window: what follows shows the gap */
			l->given_up = l->sent;
			continue;
		}
		silent = 0;
		for (int i = 0; i < BATCH; i++)
			d[i] = (struct mbim_dss_datagram){
				.buf = (uintptr_t)bytes[i], .len = MAX_DATAGRAM,
			};
		check(!batch(l->s.fd, MBIM_DSS_IOC_RECV, d, BATCH, 0, &b));
		for (uint32_t i = 0; i < b.done; i++)
			take(l, &d[i]);
	}
}

static void load_start(struct load *l, int handle, unsigned int service)
{
	*l = (struct load){ 0 };
	session_open_on(&l->s, handle, 0, service, MBIM_DSS_SESSION_ANY, 0);
	if (service == SERVICE_ECHO)
		check(!pthread_create(&l->receiver, NULL, receiver_thread, l));
	check(!pthread_create(&l->reaper, NULL, reaper_thread, l));
	check(!pthread_create(&l->sender, NULL, sender_thread, l));
}

static void load_stop(struct load *l)
{
	struct mbim_dss_session info;

	l->stop = true;
	pthread_join(l->sender, NULL);
	pthread_join(l->reaper, NULL);
	if (l->receiver)
		pthread_join(l->receiver, NULL);
	check(l->sent > 0);
	check_eq(l->completed, l->sent);
	check_eq(sim_session_stat(l->s.id, "datagrams_out"), l->sent);
	session_info(l->s.fd, &info);
	check_eq(info.tx_errors, 0);
	check_eq(info.tx_datagrams, l->sent);
	diag("session %u: %llu datagrams sent", l->s.id, (unsigned long long)l->sent);
}

/* Goes on until more has made its way. */
static void load_flows(struct load *l)
{
	uint64_t completed = l->completed, received = l->received;

	wait_until(LONG, l->completed > completed + 100);
	if (l->receiver)
		wait_until(LONG, l->received > received + 100);
}

static struct load echo, sink;
static long long cancelled_before;

static void loads_start(void)
{
	int handle = handle_open();

	cancelled_before = modem_counter("rx_cancelled");
	load_start(&echo, handle, SERVICE_ECHO);
	load_start(&sink, handle, SERVICE_SINK);
	load_flows(&echo);
	load_flows(&sink);
}

/* No datagram that came from the modem is missing without a word. */
static void loads_stop(void)
{
	struct mbim_dss_session info;
	uint64_t lost;

	load_stop(&sink);
	load_stop(&echo);
	session_info(echo.s.fd, &info);
	lost = echo.sent - echo.received;
	diag("echo: %llu lost; told: %llu datagrams by the session, %llu NTBs by their numbers",
	     (unsigned long long)lost, (unsigned long long)info.rx_lost,
	     (unsigned long long)info.rx_backlog);
	check_eq(echo.flagged, info.rx_lost);
	check(!lost || info.rx_lost + info.rx_backlog > 0);
	/* of our own transfers nothing is: vhci_hcd brings all of one, or nothing */
	check_eq(modem_counter("rx_cancelled"), cancelled_before);
	sim_no_errors();
}

/* -------- cases -------- */

static unsigned int rounds(void)
{
	return setting("MBIM_DSS_ROUNDS", 20);
}

static void up_and_down(void)
{
	loads_start();
	for (unsigned int i = 0; i < rounds(); i++) {
		netdev_up(!(i & 1));
		check_eq(netdev_is_up(), !(i & 1));
		load_flows(&sink);
		load_flows(&echo);
	}
	netdev_up(false);
	loads_stop();
}

/* Faster than anything settles. */
static void up_and_down_at_once(void)
{
	loads_start();
	for (unsigned int i = 0; i < rounds(); i++) {
		netdev_up(true);
		netdev_up(false);
	}
	load_flows(&sink);
	load_flows(&echo);
	loads_stop();
}

static void set_mtu(unsigned int mtu)
{
	check(!shell("ip link set wwan0 mtu %u", mtu));
}

/* The size limit is the modem's, not the netdev's. */
static void mtu(void)
{
	struct session s;

	session_open(&s, SERVICE_ECHO);
	for (int up = 0; up < 2; up++) {
		netdev_up(up);
		set_mtu(1280);
		echo_once(s.fd, MAX_DATAGRAM, 1);
		set_mtu(576);
		echo_once(s.fd, MAX_DATAGRAM, 2);
		set_mtu(1500);
		echo_once(s.fd, MAX_DATAGRAM, 3);
	}
	netdev_up(false);
}

static void mtu_under_load(void)
{
	netdev_up(true);
	loads_start();
	for (unsigned int i = 0; i < rounds(); i++) {
		set_mtu(i & 1 ? 1500 : 1280);
		load_flows(&sink);
		load_flows(&echo);
	}
	loads_stop();
	netdev_up(false);
}

static void rename_it(void)
{
	struct mbim_dss_modem modem;

	loads_start();
	check(!shell("ip link set wwan0 name mobile"));
	check_eq(list_modems(echo.s.handle, &modem, 1), 1);
	check(!strcmp((char *)modem.ifname, "mobile"));
	check(!shell("mbim-dss list | grep -qw mobile"));
	load_flows(&echo);
	check(!shell("ip link set mobile up"));
	load_flows(&echo);
	check(!shell("ip link set mobile down"));
	check(!shell("ip link set mobile name wwan0"));
	load_flows(&echo);
	loads_stop();
}

/* A process in a network namespace of its own, until it is killed. */
static pid_t start_namespace(void)
{
	int ready[2];
	pid_t pid;
	char byte;

	check(!pipe(ready));
	pid = fork();
	check(pid >= 0);
	if (!pid) {
		if (unshare(CLONE_NEWNET) || write(ready[1], "r", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1)
		skip("no network namespaces");
	close(ready[0]);
	return pid;
}

/* Neither the sessions nor their nodes are in a network namespace. */
static void namespace_move(void)
{
	struct mbim_dss_modem modem;
	pid_t pid = start_namespace();

	netdev_up(true);
	loads_start();
	check(!shell("ip link set wwan0 netns %d", pid));
	load_flows(&sink);
	load_flows(&echo);
	check_eq(list_modems(echo.s.handle, &modem, 1), 1);
	check_eq(modem.open_sessions, 2);
	check(!(modem.flags & MBIM_DSS_MODEM_UP));
	check(!shell("nsenter -n -t %d ip link set wwan0 up", pid));
	load_flows(&sink);
	load_flows(&echo);
	check_eq(list_modems(echo.s.handle, &modem, 1), 1);
	check(modem.flags & MBIM_DSS_MODEM_UP);
	/* with its namespace gone, it comes back */
	kill(pid, SIGKILL);
	check_eq(waitpid(pid, NULL, 0), pid);
	wait_until(LONG, !shell("ip link show wwan0 >/dev/null 2>&1"));
	load_flows(&sink);
	load_flows(&echo);
	loads_stop();
	check_eq(list_modems(echo.s.handle, &modem, 1), 1);
	check_eq(modem.ifindex, read_number("/sys/class/net/wwan0/ifindex"));
}

/* IP of session 0 shares the pipes. */
static void ip_beside(void)
{
	struct load *l = &echo;
	int handle = handle_open();

	netdev_up(true);
	check(!shell("ip addr add 10.1.0.1/24 dev wwan0"));
	check(!shell("ping -c 3 -W 5 10.1.0.2 > /dev/null"));
	load_start(l, handle, SERVICE_ECHO);
	load_flows(l);
	check(!shell("ping -c 10 -i 0.2 -W 5 10.1.0.2 | grep -q '10 packets received'"));
	load_flows(l);
	load_stop(l);
	check_eq(l->received, l->sent);
	session_close(&l->s);
	check(!shell("ping -c 3 -W 5 10.1.0.2 > /dev/null"));
	check(!shell("ip addr del 10.1.0.1/24 dev wwan0"));
	check(sim_stat("pings") >= 16);
	netdev_up(false);
}

/* Sessions that come and go while the netdev does. */
static void open_and_close(void)
{
	int handle = handle_open();
	struct session s;

	for (unsigned int i = 0; i < rounds(); i++) {
		session_open_on(&s, handle, 0, SERVICE_ECHO, MBIM_DSS_SESSION_ANY, 0);
		netdev_up(!(i & 1));
		echo_once(s.fd, 500, i);
		session_close(&s);
		close(s.fd);
	}
	netdev_up(false);
}

static void prepare(void)
{
	calm();
	netdev_up(false);
}

static const struct test_case cases[] = {
	{ "down and up under load both ways", up_and_down, 120 },
	{ "down and up as fast as can be", up_and_down_at_once, 120 },
	{ "any MTU leaves the largest datagram as it is", mtu, 0 },
	{ "MTU changes under load", mtu_under_load, 120 },
	{ "renamed under load", rename_it, 60 },
	{ "moved to another network namespace and back under load", namespace_move, 60 },
	{ "sessions come and go while wwan0 goes up and down", open_and_close, 60 },
	{ "IP beside it", ip_beside, 60 },
};

int main(int argc, char **argv)
{
	return run_cases(argc, argv, cases, ARRAY_SIZE(cases), prepare);
}
