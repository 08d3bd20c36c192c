// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Bulk OUT: each transfer is checked as one NTB and handed to the sessions.
 * Bulk IN: queued NTBs first, then floods, into whatever URBs wait.
 *
 * A transfer can be taken only if there is room for what it may bring back;
 * else it stays pending, as a device with full buffers would NAK it.
 */
#include <errno.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "bytes.h"
#include "flood.h"
#include "icmp.h"
#include "modem.h"

int pipes_init(struct modem *m)
{
	struct pipes *p = &m->pipes;

	p->in.timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (p->in.timer >= 0)
		p->out.timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	return p->in.timer < 0 || p->out.timer < 0 ? -errno : 0;
}

void pipes_free(struct modem *m)
{
	if (m->pipes.in.timer >= 0)
		close(m->pipes.in.timer);
	if (m->pipes.out.timer >= 0)
		close(m->pipes.out.timer);
	m->pipes.in.timer = MODEM_NO_TIMER;
	m->pipes.out.timer = MODEM_NO_TIMER;
}

void pipes_update_rules(struct modem *m)
{
	const struct modem_config *c = &m->config;
	struct ntb_rules rules = {
		.max_size = c->ntb_max,
		.max_datagram = m->device.max_datagram,
		.max_packet = c->super ? 1024 : 512,
		.max_datagrams = c->ntb_datagrams,
		.ndp_modulus = c->ndp_modulus,
		.modulus = c->modulus,
		.remainder = c->remainder,
		.ndp_end = c->ndp_end,
	};

	m->pipes.out_rules = rules;
	/* The host has set no limit of datagrams, and takes NDPs anywhere. */
	rules.max_size = m->device.ntb_in_size;
	rules.max_datagrams = 0;
	rules.ndp_end = false;
	m->queue.rules = rules;
}

void pipes_reset(struct modem *m)
{
	struct pipes *p = &m->pipes;

	p->in.halted = false;
	p->out.halted = false;
	p->in_sequence = 0;
	p->out_sequence = 0;
	p->out_synced = false;
	p->in.wait = DELAY_NONE;
	p->out.wait = DELAY_NONE;
	p->part_len = 0;
	queue_clear(&m->queue);
	for (int i = 0; i < MAX_SESSIONS; i++)
		m->sessions.session[i].queued = 0;
}

/* The status with which a fault ends the next transfer, or 0. */
static int take_fault(struct modem *m, struct pipe_faults *f)
{
	if (!f->halted && f->stalls) {
		f->stalls--;
		f->halted = true;
	}
	if (f->halted) {
		m->stats.transfers_failed++;
		return -EPIPE;
	}
	if (f->statuses) {
		f->statuses--;
		m->stats.transfers_failed++;
		return f->status;
	}
	return 0;
}

static bool ends_badly(const struct pipe_faults *f)
{
	return f->halted || f->stalls || f->statuses;
}

/* Whether the next transfer has taken its time; it begins to if it has not. */
static bool delay_over(struct pipe_faults *f)
{
	struct itimerspec timer = {
		.it_value = { f->delay / 1000, f->delay % 1000 * 1000000L },
	};

	if (!f->delay || f->wait == DELAY_OVER) {
		f->wait = DELAY_NONE;
		return true;
	}
	if (f->wait == DELAY_NONE) {
		timerfd_settime(f->timer, 0, &timer, NULL);
		f->wait = DELAY_RUNNING;
	}
	return false;
}

void pipe_timeout(struct pipe_faults *f)
{
	uint64_t ticks;

	if (read(f->timer, &ticks, sizeof(ticks)) == sizeof(ticks) && f->wait == DELAY_RUNNING)
		f->wait = DELAY_OVER;
}

/* -------- bulk OUT -------- */

/*
 * Room for the echo of a whole NTB, however badly it splits: into NTBs of another
 * size, each half full, and by sessions.
 */
static bool out_has_room(const struct modem *m)
{
	return queue_has_room(&m->queue, 2 * (m->config.ntb_max / m->queue.rules.max_size) + 2 +
			      NTB_MAX_NDPS / NTB_MAX_RUNS);
}

static void check_sequence(struct modem *m, uint16_t sequence)
{
	struct pipes *p = &m->pipes;

	/* No error: two senders on the host number their NTBs before they submit. */
	if (p->out_synced && sequence != p->out_sequence)
		m->stats.sequence_gaps++;
	p->out_synced = true;
	p->out_sequence = sequence + 1;
}

/*
 * A transfer ends with a short packet, or at dwNtbOutMaxSize (NCM 1.0, 3.2.2).
 * Without either a device waits for more, and the NTB runs into the next one.
 */
static const char *check_transfer_end(const struct modem *m, uint32_t len, uint32_t flags)
{
	const struct ntb_rules *rules = &m->pipes.out_rules;

	if (len % rules->max_packet)
		return NULL;
	if (len < rules->max_size)
		return flags & USBIP_FLAG_ZERO_PACKET ? NULL :
		       "transfer of whole packets without a short one at its end";
	if (m->config.no_zlp && flags & USBIP_FLAG_ZERO_PACKET)
		return "zero-length packet after an NTB of dwNtbOutMaxSize";
	return NULL;
}

static void deliver(struct modem *m, const uint8_t *data, const struct ntb_view *view)
{
	m->stats.ntbs_out++;
	m->stats.datagrams_out += view->n_datagrams;
	m->stats.bytes_out += view->payload;
	for (unsigned int i = 0; i < view->n_ndps; i++) {
		const struct ntb_ndp *ndp = &view->ndp[i];

		if (ndp->signature == NDP16_DSS)
			session_receive(m, data, ndp);
		else
			icmp_receive(m, data, ndp);
	}
}

static void take_transfer(struct modem *m, const uint8_t *data, uint32_t len, uint32_t flags)
{
	struct ntb_view *view = &m->pipes.view;
	const char *wrong = check_transfer_end(m, len, flags);

	if (!wrong)
		wrong = ntb_check(&m->pipes.out_rules, data, len, view);
	if (wrong) {
		modem_violation(m, "bulk OUT of %u bytes: %s", len, wrong);
		return;
	}
	check_sequence(m, view->sequence);
	deliver(m, data, view);
}

void pipe_out_submit(struct modem *m, const struct usbip_submit *submit)
{
	const struct pipes *p = &m->pipes;

	if (!m->device.data_alt) {
		modem_violation(m, "bulk OUT while the data interface is in alternate setting 0");
		usbip_give_back(&m->usbip, submit->seqnum, -EPROTO, 0, NULL);
		return;
	}
	if (!m->usbip.queue[USBIP_PIPE_OUT].count && !p->out.nak && !p->out.delay &&
	    !ends_badly(&p->out) && out_has_room(m)) {
		take_transfer(m, submit->data, submit->length, submit->flags);
		usbip_give_back(&m->usbip, submit->seqnum, 0, submit->length, NULL);
		return;
	}
	if (usbip_hold(&m->usbip, USBIP_PIPE_OUT, submit))
		usbip_give_back(&m->usbip, submit->seqnum, -EPROTO, 0, NULL);
}

bool pipe_out_run(struct modem *m)
{
	struct usbip_queue *queue = &m->usbip.queue[USBIP_PIPE_OUT];
	struct pipes *p = &m->pipes;
	bool moved = false;

	while (queue->head && !p->out.nak && m->device.data_alt && out_has_room(m) &&
	       delay_over(&p->out)) {
		struct usbip_urb *urb = queue->head;
		int status = take_fault(m, &p->out);

		if (!status)
			take_transfer(m, urb->data, urb->length, urb->flags);
		usbip_give_back(&m->usbip, urb->seqnum, status, status ? 0 : urb->length, NULL);
		usbip_release_head(&m->usbip, USBIP_PIPE_OUT);
		moved = true;
	}
	return moved;
}

/* -------- bulk IN -------- */

void pipe_in_submit(struct modem *m, const struct usbip_submit *submit)
{
	if (!m->device.data_alt) {
		modem_violation(m, "bulk IN while the data interface is in alternate setting 0");
		usbip_give_back(&m->usbip, submit->seqnum, -EPROTO, 0, NULL);
		return;
	}
	if (usbip_hold(&m->usbip, USBIP_PIPE_IN, submit))
		usbip_give_back(&m->usbip, submit->seqnum, -EPROTO, 0, NULL);
}

/* The next queued NTB, completed. */
static bool queue_next(struct modem *m, const uint8_t **data, uint32_t *len)
{
	struct ntb *ntb = queue_take(&m->queue);

	if (!ntb)
		return false;
	if (!ntb->raw)
		ntb_finish(ntb, &m->queue.rules, m->pipes.in_sequence++);
	for (unsigned int i = 0; i < ntb->n_runs; i++) {
		const struct ntb_run *run = &ntb->runs[i];

		m->stats.datagrams_in += run->count;
		m->stats.bytes_in += run->payload;
		session_sent(m, run);
	}
	*data = ntb->data;
	*len = ntb->len;
	return true;
}

static bool next_transfer(struct modem *m, const uint8_t **data, uint32_t *len)
{
	if (!queue_next(m, data, len) && !flood_next(m, data, len))
		return false;
	m->stats.ntbs_in++;
	return true;
}

/*
 * Fills one URB. A transfer larger than the URB goes on in the next one if the
 * URB holds whole packets; else the packet that does not fit is an overflow.
 */
static void fill_urb(struct modem *m, const struct usbip_urb *urb, const uint8_t *data,
		     uint32_t len)
{
	struct pipes *p = &m->pipes;

	p->part_len = 0;
	if (len <= urb->length) {
		usbip_give_back(&m->usbip, urb->seqnum, 0, len, data);
		return;
	}
	if (!urb->length || urb->length % m->queue.rules.max_packet) {
		m->stats.dropped_in++;
		usbip_give_back(&m->usbip, urb->seqnum, -EOVERFLOW, 0, NULL);
		return;
	}
	usbip_give_back(&m->usbip, urb->seqnum, 0, urb->length, data);
	p->part = data + urb->length;
	p->part_len = len - urb->length;
}

/* 1: the URB has been given back; 0: there is nothing for it yet. */
static bool serve_urb(struct modem *m, const struct usbip_urb *urb)
{
	struct pipes *p = &m->pipes;
	int status = take_fault(m, &p->in);
	const uint8_t *data;
	uint32_t len;

	if (status) {
		usbip_give_back(&m->usbip, urb->seqnum, status, 0, NULL);
		return true;
	}
	if (p->part_len)
		fill_urb(m, urb, p->part, p->part_len);
	else if (next_transfer(m, &data, &len))
		fill_urb(m, urb, data, len);
	else
		return false;
	return true;
}

static bool in_has_work(const struct modem *m)
{
	return m->queue.head || m->sessions.n_floods || m->pipes.part_len ||
	       ends_badly(&m->pipes.in);
}

bool pipe_in_run(struct modem *m)
{
	struct usbip_queue *queue = &m->usbip.queue[USBIP_PIPE_IN];
	unsigned int served = 0;

	while (queue->head && !m->pipes.in.nak && m->device.data_alt && in_has_work(m) &&
	       delay_over(&m->pipes.in)) {
		/* Flood buffers are used again after a while. */
		if (served && !(served % FLOOD_BUFFERS))
			usbip_flush(&m->usbip);
		if (!serve_urb(m, queue->head))
			break;
		usbip_release_head(&m->usbip, USBIP_PIPE_IN);
		served++;
	}
	return served;
}
