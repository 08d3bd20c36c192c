// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The modem as a whole: putting its parts together, plugging it in, and the one
 * place from which data moves.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "descriptors.h"
#include "device.h"
#include "modem.h"

/* A port just left takes the kernel a moment. */
#define ATTACH_DEADLINE_MS	5000
/* Reads in a row, before others (the control socket) get their turn. */
#define RECEIVE_ROUNDS		32
/* Violations that are also logged: a wrong driver may make millions of them. */
#define LOGGED_VIOLATIONS	50

static void on_control(void *context, const struct usbip_submit *submit)
{
	device_control(context, submit);
}

static void on_transfer(void *context, const struct usbip_submit *submit)
{
	struct modem *m = context;

	switch (submit->endpoint) {
	case ENDPOINT_INTERRUPT:
		device_interrupt_submit(m, submit);
		break;
	case ENDPOINT_IN:
		pipe_in_submit(m, submit);
		break;
	case ENDPOINT_OUT:
		pipe_out_submit(m, submit);
		break;
	default:
		modem_violation(m, "transfer on endpoint 0x%02x", submit->endpoint);
		usbip_give_back(&m->usbip, submit->seqnum, -EPROTO, 0, NULL);
	}
}

static const struct usbip_ops usbip_ops = {
	.control = on_control,
	.transfer = on_transfer,
};

int modem_init(struct modem *m, const struct modem_config *config)
{
	int ret;

	memset(m, 0, sizeof(*m));
	m->config = *config;
	m->ping_ip = true;
	m->hash = true;
	m->mbim.timer = MODEM_NO_TIMER;
	m->sessions.nmea_timer = MODEM_NO_TIMER;
	m->pipes.in.timer = MODEM_NO_TIMER;
	m->pipes.out.timer = MODEM_NO_TIMER;
	queue_init(&m->queue, config->ntb_max);
	ret = usbip_init(&m->usbip, &usbip_ops, m);
	if (!ret)
		ret = sessions_init(m);
	if (!ret)
		ret = pipes_init(m);
	if (!ret)
		ret = mbim_init(m);
	if (ret)
		modem_free(m);
	else
		modem_reset(m);
	return ret;
}

void modem_free(struct modem *m)
{
	sessions_free(m);
	mbim_free(m);
	pipes_free(m);
	queue_free(&m->queue);
	usbip_free(&m->usbip);
}

void modem_reset(struct modem *m)
{
	mbim_reset(m);
	device_reset(m);
}

int modem_plug(struct modem *m, char *error, size_t error_size)
{
	int ret = usbip_attach(&m->usbip, m->config.port, m->config.super, ATTACH_DEADLINE_MS,
			       error, error_size);

	if (ret)
		return ret;
	/* From now on it is this port, also if it has been chosen. */
	m->config.port = m->usbip.port;
	modem_log(m, "plugged into port %u", m->usbip.port);
	return 0;
}

void modem_unplug(struct modem *m)
{
	usbip_detach(&m->usbip);
	queue_recycle(&m->queue);
	modem_reset(m);
	modem_log(m, "unplugged");
}

void modem_receive(struct modem *m)
{
	int ret = usbip_receive(&m->usbip);

	for (int i = 1; ret > 0 && i < RECEIVE_ROUNDS; i++) {
		modem_run(m);
		ret = usbip_receive(&m->usbip);
	}
	if (ret < 0) {
		fprintf(stderr, "mbim-sim: the kernel has ended the connection: %s\n",
			strerror(-ret));
		modem_unplug(m);
	}
}

void modem_run(struct modem *m)
{
	bool moved = true;

	if (m->usbip.fd < 0)
		return;
	while (moved) {
		moved = device_interrupt_run(m);
		moved |= pipe_in_run(m);
		/* What the host has read makes room for what it writes. */
		if (m->usbip.queue[USBIP_PIPE_OUT].count)
			moved |= pipe_out_run(m);
		else if (moved)
			moved = false;
	}
	usbip_flush(&m->usbip);
	if (!m->pipes.part_len)
		queue_recycle(&m->queue);
}

void modem_violation(struct modem *m, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(m->stats.last_error, sizeof(m->stats.last_error), format, args);
	va_end(args);
	if (m->stats.errors++ < LOGGED_VIOLATIONS)
		fprintf(stderr, "mbim-sim: error of the host: %s\n", m->stats.last_error);
}

void modem_log(struct modem *m, const char *format, ...)
{
	va_list args;

	if (!m->config.verbose)
		return;
	fputs("mbim-sim: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}
