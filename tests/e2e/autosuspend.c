// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * USB autosuspend: a modem that sleeps wakes for what is written to it, and sleeps again.
 *
 * While wwan0 is up, usbnet lets it sleep when nothing comes. While it is down, the driver's
 * own receive transfers keep it awake as long as there is a session. vhci_hcd has no remote
 * wakeup: what the modem has to say while it sleeps waits for the next write, also its answers
 * to the agent. So it may sleep only while the agent has nothing to ask.
 */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "dss.h"

#define POWER	"/sys/class/mbim_dss/dss0/device/../power/"
#define DELAY	"100"			/* ms without use until it sleeps */

static bool is(const char *status)
{
	char path[] = POWER "runtime_status", text[20] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	check(fd >= 0);
	check(read(fd, text, sizeof(text) - 1) > 0);
	close(fd);
	return !strncmp(text, status, strlen(status));
}

static void may_sleep(bool may)
{
	write_text(POWER "autosuspend_delay_ms", DELAY);
	write_text(POWER "control", may ? "auto" : "on");
	check(may || is("active"));
}

static void prepare(void)
{
	if (!access(POWER "control", F_OK))
		may_sleep(false);
	calm();
	netdev_up(true);
}

/* A session whose modem sleeps. */
static void open_asleep(struct session *s, unsigned int service)
{
	session_open(s, service);
	may_sleep(true);
	wait_until(LONG, is("suspended"));
}

static void close_awake(struct session *s)
{
	may_sleep(false);
	session_close(s);
}

/* -------- ways to write -------- */

static void by_write(const struct session *s)
{
	write_all(s->fd, "write", 5);
	check(!fsync(s->fd));
}

static void by_nonblocking_write(const struct session *s)
{
	set_nonblock(s->fd, true);
	check_eq(poll_now(s->fd, POLLOUT), POLLOUT);
	check_eq(write(s->fd, "write", 5), 5);
	set_nonblock(s->fd, false);
	check(!fsync(s->fd));
}

static void by_dsync_write(const struct session *s)
{
	int fd = node_open(0, s->id, O_WRONLY | O_DSYNC);

	check_eq(write(fd, "write", 5), 5);
	check(!close(fd));
}

static void by_send(const struct session *s)
{
	struct mbim_dss_completion done;

	check(send_one(s->fd, "write", 5, 0));
	reap_one(s->fd, &done);
	check_eq(done.error, 0);
	check_eq(done.bytes, 5);
}

static void (*const ways[])(const struct session *) = {
	by_write, by_nonblocking_write, by_dsync_write, by_send,
};

static void writes_wake(void)
{
	unsigned int sent = 0;
	struct session s;

	open_asleep(&s, SERVICE_SINK);
	for (unsigned int round = 0; round < 3; round++) {
		for (unsigned int i = 0; i < ARRAY_SIZE(ways); i++) {
			ways[i](&s);
			check_eq(sim_session_stat(s.id, "datagrams_out"), ++sent);
			wait_until(LONG, is("suspended"));
		}
	}
	/* nothing has woken it but what was written */
	check_eq(sim_session_stat(s.id, "bytes_out"), 5 * sent);
	close_awake(&s);
}

/* What answers, does so while the modem is awake for what was written. */
static void echo_comes_back(void)
{
	struct session s;

	open_asleep(&s, SERVICE_ECHO);
	for (int i = 0; i < 5; i++) {
		echo_once(s.fd, 1000, i);
		wait_until(LONG, is("suspended"));
	}
	close_awake(&s);
}

#define LARGE	(64 * 1024)

/* As long as it takes the modem to take it, it stays awake. */
static void awake_while_held(void)
{
	static char large[LARGE];
	struct session s;

	session_open(&s, SERVICE_SINK);
	sim("nak out on");
	write_all(s.fd, large, LARGE);
	may_sleep(true);
	/* several times its delay and the driver's own */
	for (int i = 0; i < 20; i++) {
		pause_ms(50);
		check(is("active"));
	}
	sim("nak out off");
	check(!fsync(s.fd));
	check_eq(sim_session_stat(s.id, "bytes_out"), LARGE);
	wait_until(LONG, is("suspended"));
	close_awake(&s);
}

/* wwan0 down: a session keeps it awake, whichever direction, and hears what comes. */
static void awake_while_down(void)
{
	struct session sink, s;
	char back[4];

	session_open(&sink, SERVICE_SINK);
	session_open_on(&s, sink.handle, 0, SERVICE_ECHO, MBIM_DSS_SESSION_ANY, 0);
	wait_until(LONG, is("active"));
	may_sleep(true);
	netdev_up(false);
	for (int i = 0; i < 20; i++) {
		pause_ms(50);
		check(is("active"));
	}
	sim("send %u 61776b65", s.id);
	read_all(s.fd, back, 4);
	check(!memcmp(back, "awke", 4));
	/* up again, it may sleep; down, it is woken */
	for (int i = 0; i < 3; i++) {
		netdev_up(true);
		wait_until(LONG, is("suspended"));
		netdev_up(false);
		check(is("active"));
		echo_once(s.fd, 100, i);
	}
	may_sleep(false);
	session_close(&s);
	session_close(&sink);
	may_sleep(true);
	wait_until(LONG, is("suspended"));
	may_sleep(false);
}

static void unplugged_asleep(void)
{
	struct mbim_dss_completion done;
	struct session s;
	char byte;

	open_asleep(&s, SERVICE_ECHO);
	sim("unplug");
	check_within(SOON, check_err(read(s.fd, &byte, 1), ENODEV));
	check_err(write(s.fd, "x", 1), ENODEV);
	check_err(batch(s.fd, MBIM_DSS_IOC_REAP, &done, 1, MBIM_DSS_BATCH_NOWAIT, NULL), EAGAIN);
}

static const struct test_case cases[] = {
	{ "what is written wakes a modem that sleeps, and it sleeps again", writes_wake, 60 },
	{ "an echo comes back from one that slept", echo_comes_back, 60 },
	{ "it does not sleep while it has something to take", awake_while_held, 60 },
	{ "wwan0 down: it does not sleep while there is a session", awake_while_down, 60 },
	{ "unplugged while it sleeps", unplugged_asleep, 60 },
};

int main(int argc, char **argv)
{
	return run_cases(argc, argv, cases, ARRAY_SIZE(cases), prepare);
}
