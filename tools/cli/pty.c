// SPDX-License-Identifier: GPL-2.0-or-later
/* mbim-dss pty: a session as a terminal, for programs that want to set a baud rate. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "cli.h"

/* The session has ended, and for so long nobody has read from the terminal: there is no reader. */
#define PATIENCE_MS		1000
/* What has been read from it has to be looked at. */
#define LOOK_MS			10

/* What is on its way in one direction; it is read only when it is empty. */
struct pump {
	int from;			/* -1: nothing comes this way */
	int to;				/* -1: nothing can go this way, what comes is discarded */
	const char *session;
	bool told;			/* that it is discarded */
	size_t start;
	size_t end;
	char data[4096];
};

struct pty {
	int master;
	int slave;			/* held, so that the master sees no hang-up between users */
	char name[64];
	const char *link;		/* NULL: none */
};

static int set_raw(int fd)
{
	struct termios termios;

	if (tcgetattr(fd, &termios))
		return errno;
	cfmakeraw(&termios);
	return tcsetattr(fd, TCSANOW, &termios) ? errno : 0;
}

static int set_up_slave(struct pty *pty)
{
	if (grantpt(pty->master) || unlockpt(pty->master))
		return errno;
	if (ptsname_r(pty->master, pty->name, sizeof(pty->name)))
		return errno;
	pty->slave = open(pty->name, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (pty->slave < 0)
		return errno;
	return set_raw(pty->slave);
}

static void close_pty(struct pty *pty)
{
	if (pty->link)
		unlink(pty->link);
	if (pty->slave >= 0)
		close(pty->slave);
	close(pty->master);
}

static int open_pty(struct pty *pty, const char *link)
{
	int err;

	pty->slave = -1;
	pty->link = NULL;
	pty->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	if (pty->master < 0)
		return fail_system(errno, "cannot make a terminal");
	err = set_up_slave(pty);
	if (err) {
		close_pty(pty);
		return fail_system(err, "cannot make a terminal");
	}
	if (link && symlink(pty->name, link)) {
		err = errno;
		close_pty(pty);
		return fail_system(err, link);
	}
	pty->link = link;
	return EXIT_OK;
}

static bool is_empty(const struct pump *pump)
{
	return pump->start == pump->end;
}

/* 0; EPIPE: @from has ended; another errno */
static int pump_in(struct pump *pump)
{
	ssize_t len;

	len = read(pump->from, pump->data, sizeof(pump->data));
	if (len < 0)
		return errno == EAGAIN ? 0 : errno;
	pump->start = 0;
	pump->end = len;
	return len ? 0 : EPIPE;
}

static int pump_out(struct pump *pump)
{
	ssize_t len;

	len = write(pump->to, pump->data + pump->start, pump->end - pump->start);
	if (len < 0)
		return errno == EAGAIN ? 0 : errno;
	pump->start += len;
	return 0;
}

/* Which file to wait for, and for what: one pollfd a pump. */
static struct pollfd pump_wants(const struct pump *pump)
{
	if (is_empty(pump))
		return (struct pollfd) { .fd = pump->from, .events = POLLIN };
	return (struct pollfd) { .fd = pump->to, .events = POLLOUT };
}

/*
 * Programs such as gpsd probe what they read from. They must not wait for ever for a service
 * that takes nothing, and what they have to say to it is no fault.
 */
static void pump_discard(struct pump *pump)
{
	if (!pump->told)
		note("%s: the service takes no data: what is written to the terminal is discarded",
		     pump->session);
	pump->told = true;
	pump->start = pump->end;
}

static int pump_turn(struct pump *pump, short revents)
{
	int err;

	if (!revents)
		return 0;
	if (!is_empty(pump))
		return pump_out(pump);
	err = pump_in(pump);
	if (!err && pump->to < 0)
		pump_discard(pump);
	return err;
}

/* EPIPE: the session has been closed; ENODEV: its modem has gone */
static int why_ended(int session)
{
	struct pollfd fd = { .fd = session };

	poll(&fd, 1, 0);
	return fd.revents & POLLERR ? ENODEV : EPIPE;
}

/* The session has ended: the rest of what it has received, while the terminal takes it. */
static int pump_rest(int session, struct pump *down, int signals)
{
	int count, err = 0;

	if (down->from < 0)
		return why_ended(session);
	while (!err) {
		struct pollfd fds[] = {
			pump_wants(down),
			{ .fd = signals, .events = POLLIN },
		};

		count = poll(fds, ARRAY_SIZE(fds), PATIENCE_MS);
		if (count < 0)
			return errno;
		if (!count)
			return why_ended(session);
		if (fds[1].revents)
			return 0;
		err = pump_turn(down, fds[0].revents);
	}
	return err;
}

/* A write knows that the modem has gone when the node may not tell yet. */
static int after_last_write(int err, int end)
{
	return err == ENODEV && end == EPIPE ? ENODEV : end;
}

/* Until a signal comes (0), or the session ends: EPIPE, or why it does. */
static int pump_both(int session, struct pump *down, struct pump *up, int signals)
{
	int err = 0;

	while (!err) {
		struct pollfd fds[] = {
			pump_wants(down),
			pump_wants(up),
			{ .fd = signals, .events = POLLIN },
			/* A full terminal, or nothing to send, must not hide the session's end. */
			{ .fd = session },
		};

		if (poll(fds, ARRAY_SIZE(fds), -1) < 0)
			return errno;
		if (fds[2].revents)
			return 0;
		if (fds[3].revents)
			return pump_rest(session, down, signals);
		err = pump_turn(down, fds[0].revents);
		if (err)
			break;
		err = pump_turn(up, fds[1].revents);
		/* Nothing can be sent any more, which is told before the end is. */
		if (err == ENOTCONN || err == ENODEV)
			return after_last_write(err, pump_rest(session, down, signals));
	}
	return err;
}

/* What is in the terminal goes with it: let it be read, if there is a reader. */
static void wait_read(int slave, int signals)
{
	struct pollfd terminal = { .fd = slave, .events = POLLIN };
	struct pollfd stop = { .fd = signals, .events = POLLIN };
	int idle = 0, before = 0, unread;

	while (idle < PATIENCE_MS && poll(&terminal, 1, 0) == 1) {
		if (poll(&stop, 1, LOOK_MS) || ioctl(slave, FIONREAD, &unread))
			break;
		idle = unread == before ? idle + LOOK_MS : 0;
		before = unread;
	}
}

static int set_non_blocking(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK))
		return errno;
	return 0;
}

/* Of the directions that the service has, which does the node's mode keep from us? */
static bool is_denied(int fd, uint32_t directions)
{
	switch (fcntl(fd, F_GETFL) & O_ACCMODE) {
	case O_RDONLY:
		return directions & WWAN_DIRECTION_OUT;
	case O_WRONLY:
		return directions & WWAN_DIRECTION_IN;
	default:
		return false;
	}
}

static int connect_session(struct wwan_session *session, const struct pty *pty, const char *name)
{
	struct pump down = { .to = pty->master }, up = { .from = pty->master, .session = name };
	int fd = wwan_session_get_fd(session);
	struct wwan_session_info info;
	int signals, err;

	err = wwan_session_get_info(session, &info);
	if (!err && is_denied(fd, info.directions))
		err = EACCES;
	if (err)
		return fail(err, "%s", name);
	down.from = info.directions & WWAN_DIRECTION_IN ? fd : -1;
	up.to = info.directions & WWAN_DIRECTION_OUT ? fd : -1;
	signals = open_signals();
	if (signals < 0)
		return fail_system(errno, "cannot wait for signals");
	err = wwan_session_set_mode(session, WWAN_MODE_STREAM);
	if (!err)
		err = set_non_blocking(fd);
	if (err)
		goto out;
	puts(pty->link ? pty->link : pty->name);
	fflush(stdout);
	err = pump_both(fd, &down, &up, signals);
	if (err)
		wait_read(pty->slave, signals);
	if (err == EPIPE) {
		note("%s: the session was closed", name);
		err = 0;
	}
out:
	close(signals);
	return err ? fail(err, "%s", name) : EXIT_OK;
}

static int run_pty(struct wwan_handle *handle, const char *name, const char *modem,
		   const char *link)
{
	struct wwan_session *session;
	struct target target;
	struct pty pty;
	int err, code;

	code = find_session(handle, name, modem, &target);
	if (code)
		return code;
	err = wwan_join_data_session(handle, target.modem, target.session, &session);
	if (err)
		return fail(err, "%s", name);
	code = open_pty(&pty, link);
	if (code)
		return code;
	code = connect_session(session, &pty, name);
	close_pty(&pty);
	return code;
}

static int pty_run(int argc, char **argv)
{
	static const struct option options[] = {
		{ "modem", required_argument, NULL, 'm' },
		{ "link", required_argument, NULL, 'l' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 }
	};
	const char *modem = NULL, *link = NULL;
	struct wwan_handle *handle;
	int c, code;

	while ((c = next_option(argc, argv, options)) != -1) {
		switch (c) {
		case 'm':
			modem = optarg;
			break;
		case 'l':
			link = optarg;
			break;
		case 'h':
			return print_help(&pty_command);
		default:
			return EXIT_USAGE;
		}
	}
	if (argc - optind != 1)
		return fail_usage("name one session");

	code = connect_driver(&handle);
	if (code)
		return code;
	code = run_pty(handle, argv[optind], modem, link);
	wwan_close_handle(handle, NULL);
	return code;
}

const struct command pty_command = {
	.name = "pty",
	.arguments = "SESSION [--modem M] [--link PATH]",
	.summary = "show a session as a terminal",
	.help =
	"Makes a pseudo-terminal, prints its name, and moves bytes between it and SESSION\n"
	"(/dev/mbim/dss0s5, dss0s5, or 5), until a signal (Ctrl-C) or the end of the session.\n"
	"Most programs can use the session's node as it is; this is for those that insist on a\n"
	"terminal. The terminal is raw: no echo, no line ends changed. What is written to it\n"
	"is discarded if the service takes no data.\n"
	"\n"
	"  --modem M    which modem, when SESSION is a number: dss0, 0, wwan0\n"
	"  --link PATH  make a symbolic link PATH to the terminal, and print that instead;\n"
	"               it goes with the command\n",
	.run = pty_run,
};
