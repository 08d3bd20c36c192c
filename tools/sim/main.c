// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mbim-sim: a virtual MBIM modem on the kernel's vhci_hcd.
 *
 * One thread: epoll over the USB/IP connection, four timers, the control
 * socket and a signalfd. Options are in options.c.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "control.h"
#include "daemon.h"
#include "loop.h"
#include "modem.h"
#include "options.h"

struct simulator {
	struct modem modem;
	struct control control;
	int epoll;
	struct watch usb, nmea, in, out, mbim, signals;
	unsigned int attachment;	/* the one that usb watches */
};

/* Too large for the stack. */
static struct simulator sim;

static void on_usb(void *context, uint32_t events)
{
	struct simulator *s = context;

	(void)events;
	modem_receive(&s->modem);
	modem_run(&s->modem);
}

static void on_nmea(void *context, uint32_t events)
{
	struct simulator *s = context;

	(void)events;
	session_nmea_tick(&s->modem);
	modem_run(&s->modem);
}

static void on_in(void *context, uint32_t events)
{
	struct simulator *s = context;

	(void)events;
	pipe_timeout(&s->modem.pipes.in);
	modem_run(&s->modem);
}

static void on_out(void *context, uint32_t events)
{
	struct simulator *s = context;

	(void)events;
	pipe_timeout(&s->modem.pipes.out);
	modem_run(&s->modem);
}

static void on_mbim(void *context, uint32_t events)
{
	struct simulator *s = context;

	(void)events;
	mbim_timeout(&s->modem);
	modem_run(&s->modem);
}

static void on_signal(void *context, uint32_t events)
{
	struct simulator *s = context;

	(void)events;
	s->modem.quit = true;
}

static int open_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	if (sigprocmask(SIG_BLOCK, &set, NULL))
		return -1;
	return signalfd(-1, &set, SFD_CLOEXEC);
}

static int watch_fd(struct simulator *s, struct watch *watch, int fd,
		    void (*ready)(void *context, uint32_t events))
{
	*watch = (struct watch){ .fd = fd, .ready = ready, .context = s };
	return fd < 0 ? -EBADF : loop_add(s->epoll, watch, EPOLLIN);
}

static int watch_all(struct simulator *s)
{
	struct modem *m = &s->modem;
	int ret;

	s->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (s->epoll < 0)
		return -errno;
	ret = watch_fd(s, &s->signals, open_signals(), on_signal);
	if (!ret)
		ret = watch_fd(s, &s->nmea, m->sessions.nmea_timer, on_nmea);
	if (!ret)
		ret = watch_fd(s, &s->in, m->pipes.in.timer, on_in);
	if (!ret)
		ret = watch_fd(s, &s->out, m->pipes.out.timer, on_out);
	if (!ret)
		ret = watch_fd(s, &s->mbim, m->mbim.timer, on_mbim);
	return ret;
}

/* Each attachment has a socket of its own, perhaps with the number of the last. */
static int follow_usb(struct simulator *s)
{
	const struct usbip *usbip = &s->modem.usbip;

	if (s->attachment == usbip->attachments || usbip->fd < 0)
		return 0;
	s->attachment = usbip->attachments;
	return watch_fd(s, &s->usb, usbip->fd, on_usb);
}

static int run(struct simulator *s)
{
	int ret = follow_usb(s);

	while (!ret && !s->modem.quit) {
		ret = loop_once(s->epoll);
		if (!ret)
			ret = follow_usb(s);
	}
	return ret;
}

static int start(struct simulator *s, const struct modem_config *config)
{
	char error[200];
	int ret = modem_init(&s->modem, config);

	if (!ret)
		ret = watch_all(s);
	if (ret) {
		fprintf(stderr, "mbim-sim: %s\n", strerror(-ret));
		return ret;
	}
	ret = control_open(&s->control, &s->modem, s->epoll, config->socket_path);
	if (ret)
		return ret;
	ret = modem_plug(&s->modem, error, sizeof(error));
	if (ret) {
		fprintf(stderr, "mbim-sim: %s\n", error);
		return ret;
	}
	printf("mbim-sim: ready, port %u, control socket %s\n", s->modem.usbip.port,
	       config->socket_path);
	fflush(stdout);
	return 0;
}

int main(int argc, char **argv)
{
	struct modem_config config;
	int ready = -1, ret;

	/* From --help to client mode: options.c ends the process itself. */
	options_parse(argc, argv, &config);
	if (config.daemon)
		ready = daemon_start();
	ret = start(&sim, &config);
	if (!ret && config.pid_file)
		daemon_write_pid(config.pid_file);
	if (!ret && ready >= 0)
		daemon_ready(ready);
	if (!ret)
		ret = run(&sim);
	if (sim.control.path)
		control_close(&sim.control);
	modem_free(&sim.modem);
	return ret ? 1 : 0;
}
