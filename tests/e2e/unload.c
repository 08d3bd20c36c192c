// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The module is unloaded while closes drain or wait for the agent, and under load: at once, in
 * bounded time, and what it leaves behind is a netdev as cdc_mbim made it.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "dss.h"

#define LEN	700
#define HERE	"10.1.0.1"
#define THERE	"10.1.0.2"

static pid_t agent;

static bool loaded(void)
{
	return !access("/dev/mbim/control", F_OK);
}

static void load(void)
{
	check(!shell("modprobe mbim_dss"));
	wait_until(LONG, loaded());
	wait_until(LONG, modem_idle(0));
}

static void prepare(void)
{
	if (!loaded())
		check(!shell("modprobe mbim_dss"));
	wait_until(LONG, loaded());
	agent = agent_start();
	calm();
	netdev_up(false);
}

/* As rmmod does. It does not wait for users: a dump of the agent's is one for a moment. */
static void unload(void)
{
	uint64_t until = now_ms() + LONG;
	struct instant begun, done;

	instant_now(&begun);
	while (syscall(SYS_delete_module, "mbim_dss", O_NONBLOCK)) {
		check_eq(errno, EWOULDBLOCK);
		if (now_ms() > until)
			fail("the module is in use");
		pause_ms(10);
	}
	instant_now(&done);
	if (waited_ms(&begun, &done) > SOON)
		fail("unloading took %u ms", waited_ms(&begun, &done));
	check(!loaded());
}

/* The module does all that it did. */
static void works(void)
{
	struct session s;

	session_open(&s, SERVICE_ECHO);
	echo_once(s.fd, LEN, 1);
	session_close(&s);
	close(s.fd);
	close(s.handle);
	sim_no_errors();
}

/* More than can be in flight, of all kinds; then nobody has it any more. */
static void abandon(struct session *s)
{
	session_open(s, SERVICE_ECHO);
	sim("nak out on");
	send_many(s->fd, 200, LEN, 1, 0, 1);
	write_until_full(s->fd, LEN, 1);
	wait_in_flight(0);
	close(s->fd);
	close(s->handle);
}

/* -------- closes that drain -------- */

static void draining(void)
{
	/* ms: at once, and around the withdrawal after a second */
	static const unsigned int moments[] = { 0, 1, 20, 500, 990, 1000, 1010 };
	struct session s;

	for (size_t i = 0; i < ARRAY_SIZE(moments); i++) {
		abandon(&s);
		pause_ms(moments[i]);
		unload();
		sim("nak out off");
		/* the agent lives and disconnects it */
		wait_until(LONG, !sim_open_sessions());
		load();
		works();
	}
}

/* An owner that asks for the close and does not wait, and one that is killed. */
static void draining_requests(void)
{
	struct session s[3];
	uint64_t id;

	for (int i = 0; i < 3; i++)
		session_open(&s[i], i ? SERVICE_ECHO : SERVICE_SINK);
	sim("nak out on");
	for (int i = 0; i < 3; i++) {
		send_many(s[i].fd, 200, LEN, 1, 0, 1);
		check(!request_close(s[i].handle, 0, s[i].id, &id));
	}
	for (int i = 0; i < 3; i++) {
		close(s[i].handle);
		close(s[i].fd);
	}
	unload();
	sim("nak out off");
	wait_until(LONG, !sim_open_sessions());
	load();
	works();
}

/* -------- closes that wait for the agent -------- */

static void modem_silent(void)
{
	long long unanswered = sim_stat("dss_unanswered");
	struct session s;

	session_open(&s, SERVICE_ECHO);
	sim("dss-silent on");
	close(s.fd);
	close(s.handle);
	wait_until(LONG, sim_stat("dss_unanswered") == unanswered + 1);
	/* the answer to that never comes */
	sim("dss-silent off");
	unload();
	wait_until(LONG, !sim_open_sessions());
	load();
	works();
}

static void answer_under_way(void)
{
	struct session s;

	session_open(&s, SERVICE_ECHO);
	sim("dss-delay 200");
	close(s.fd);
	close(s.handle);
	wait_until(LONG, sim_stat("dss_pending") == 1);
	unload();
	sim("dss-delay 0");
	wait_until(LONG, !sim_open_sessions());
	load();
	works();
}

static void agent_stopped(void)
{
	struct session s;

	session_open(&s, SERVICE_ECHO);
	check(!kill(agent, SIGSTOP));
	close(s.fd);
	close(s.handle);
	unload();
	check(!kill(agent, SIGCONT));
	wait_until(LONG, !sim_open_sessions());
	load();
	works();
}

/* Nobody is left who would disconnect it: the modem keeps it until it is told otherwise. */
static void no_agent(void)
{
	struct session s;

	session_open(&s, SERVICE_ECHO);
	agent_kill(agent);
	close(s.fd);
	close(s.handle);
	unload();
	sim("forget-sessions");
	check(!shell("modprobe mbim_dss"));
	wait_until(LONG, loaded());
	agent = agent_start();
	wait_until(LONG, modem_idle(0));
	works();
}

/* -------- wwan0 up, with traffic -------- */

static volatile bool stop_udp;

static long call_udp(void *arg)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET, .sin_port = htons(4000), .sin_addr.s_addr = inet_addr(THERE),
	};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	char text[1000] = "";

	check(fd >= 0);
	while (!stop_udp) {
		if (sendto(fd, text, sizeof(text), 0, (struct sockaddr *)&to, sizeof(to)) < 0)
			check_eq(errno, ENOBUFS);
		usleep(500);
	}
	*(bool *)arg = true;
	return close(fd);
}

static bool ping(void)
{
	return !shell("ping -c 1 -W 5 " THERE " > /dev/null");
}

static void up_with_traffic(void)
{
	struct session source, echo;
	struct blocked udp;
	bool done;

	netdev_up(true);
	check(!shell("ip addr add " HERE "/24 dev wwan0"));
	check(ping());
	blocked_begin(&udp, call_udp, &done);
	for (unsigned long i = setting("MBIM_DSS_ROUNDS", 5); i; i--) {
		long long before;

		session_open(&source, SERVICE_SOURCE);
		session_open_on(&echo, source.handle, 0, SERVICE_ECHO, MBIM_DSS_SESSION_ANY, 0);
		sim("flood %u 1000 0", source.id);
		wait_until(LONG, session_counter(&source, "rx_datagrams") > 100);
		send_many(echo.fd, 200, LEN, 1, 0, 1);
		close(source.fd);
		close(echo.fd);
		close(echo.handle);
		unload();
		wait_until(LONG, !sim_open_sessions());
		/* IP goes on, now by cdc_mbim alone */
		before = sim_stat("ip_datagrams_out");
		wait_until(LONG, sim_stat("ip_datagrams_out") > before + 10);
		check(ping());
		load();
		works();
	}
	stop_udp = true;
	blocked_end(&udp, LONG);
	check(!shell("ip addr del " HERE "/24 dev wwan0"));
	netdev_up(false);
}

static const struct test_case cases[] = {
	{ "a session that nobody owns drains", draining, 120 },
	{ "closes that have been asked for drain", draining_requests, 60 },
	{ "the modem does not answer to a disconnect", modem_silent, 60 },
	{ "the answer is under way", answer_under_way, 60 },
	{ "the agent does not read", agent_stopped, 60 },
	{ "there is no agent", no_agent, 60 },
	{ "wwan0 is up, with traffic both ways", up_with_traffic, 120 },
};

int main(int argc, char **argv)
{
	return run_cases(argc, argv, cases, ARRAY_SIZE(cases), prepare);
}
