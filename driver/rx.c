// SPDX-License-Identifier: GPL-2.0
/*
 * Receive: two sources, which sessions do not tell apart.
 *
 * While the netdev is up, cdc_mbim owns the bulk IN pipe; hook.c sees its NTBs first. While it
 * is down nobody reads the pipe, so we do, with URBs of our own. The change-over is ordered by
 * RTNL: NETDEV_PRE_UP stops ours, NETDEV_DOWN starts them.
 */
#include <linux/module.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include "dss.h"
#include "trace.h"

/* after a transfer error that is not a stall, as usbnet does */
#define DSS_RX_THROTTLE		(HZ / 8)

/* the longest that passes until it is tried again to begin */
#define DSS_RX_RETRY_MAX	(8 * HZ)

/* a jump of the NTB numbers by more is the modem's doing, not a loss */
#define DSS_RX_MISSING		1000

/* -- delivery ------------------------------------------------------------ */

/* Count a datagram that has been queued or refused, and wake who waits for it. With rx_lock */
static void dss_rx_account(struct dss_session *s, u32 len, bool taken, bool first)
{
	if (taken) {
		s->rx_datagrams++;
		s->rx_bytes += len;
		trace_mbim_dss_receive(s->modem->index, s->id, len, dss_queue_bytes(&s->rx_queue));
		if (!first)
			return;
		if (wq_has_sleeper(&s->rx_wait))
			wake_up_interruptible(&s->rx_wait);
	} else {
		s->rx_lost++;
		trace_mbim_dss_drop(s->modem->index, s->id, len, dss_queue_bytes(&s->rx_queue));
	}
	/* without a key: io_uring passes over a lone EPOLLPRI */
	if (wq_has_sleeper(&s->pollers))
		wake_up_interruptible(&s->pollers);
}

/* BH context */
static void dss_rx_deliver(struct dss_session *s, const void *data, u32 len)
{
	bool first, taken;

	spin_lock(&s->rx_lock);
	first = !dss_queue_records(&s->rx_queue);
	taken = dss_queue_push(&s->rx_queue, data, len, GFP_ATOMIC | __GFP_NOWARN);
	dss_rx_account(s, len, taken, first);
	spin_unlock(&s->rx_lock);
}

/* NTBs were lost before they came here; what was in them, nobody knows */
static void dss_rx_note_backlog(struct dss_modem *m, u32 ntbs)
{
	/* without dss_mutex: a session that comes just now has lost nothing yet */
	u32 id, limit = READ_ONCE(m->id_limit);
	struct dss_session *s;

	atomic64_add(ntbs, &m->rx.backlog);
	rcu_read_lock();
	for (id = 0; id < limit; id++) {
		s = rcu_dereference(m->sessions[id]);
		if (!s)
			continue;
		spin_lock(&s->rx_lock);
		s->rx_backlog += ntbs;
		dss_queue_note_backlog(&s->rx_queue, ntbs);
		spin_unlock(&s->rx_lock);
		wake_up_interruptible(&s->pollers);
	}
	rcu_read_unlock();
}

/*
 * NTBs are numbered, one series for both sources: cdc_ncm keeps the last number. What is
 * missing was in transfers that failed, or that the kernel took back; 0 says that there was
 * none before.
 */
static void dss_rx_sequence(struct dss_modem *m, u16 seq)
{
	u16 last = m->ctx->rx_seq;
	u16 missing = seq - last - 1;

	if (likely(!missing) || !last || missing > DSS_RX_MISSING)
		return;
	dss_rx_note_backlog(m, missing);
}

/* An NTB has come. BH. Unless it fails, go through the datagrams and call dss_rx_end() */
int dss_rx_begin(struct dss_modem *m, struct dss_ntb_iter *it, const u8 *buf, u32 len, u32 max)
{
	int err;

	atomic64_inc(&m->rx.ntbs);
	err = dss_ntb_parse(it, buf, len, max);
	if (err)
		atomic64_inc(&m->rx.malformed);
	else
		dss_rx_sequence(m, it->seq);
	return err;
}

void dss_rx_end(struct dss_modem *m, const struct dss_ntb_iter *it)
{
	if (unlikely(it->malformed))
		atomic64_inc(&m->rx.malformed);
}

/* A datagram of DSS. false: it is no session of ours. Under RCU */
bool dss_rx_datagram(struct dss_modem *m, const struct dss_ntb_datagram *dg)
{
	struct dss_session *s = rcu_dereference(m->sessions[dg->session]);

	if (unlikely(!s)) {
		atomic64_inc(&m->rx.stray);
		return false;
	}
	/* nobody could read it: the service does not send */
	if (unlikely(!(s->directions & MBIM_DSS_DIR_IN)))
		atomic64_inc(&m->rx.stray);
	else
		dss_rx_deliver(s, dg->data, dg->len);
	return true;
}

/* -- our own URBs -------------------------------------------------------- */

/* cdc_ncm may have agreed on larger NTBs since the buffers were made */
static void dss_rx_check_size(struct dss_modem *m)
{
	if (m->rx.size != READ_ONCE(m->ctx->rx_max))
		dss_modem_queue_rx(m, 0);
}

static void dss_rx_take_apart(struct dss_modem *m, const u8 *buf, u32 len)
{
	struct dss_ntb_datagram dg;
	struct dss_ntb_iter it;

	if (dss_rx_begin(m, &it, buf, len, m->rx.size)) {
		dss_rx_check_size(m);
		return;
	}
	/* cdc_ncm goes on counting where we stop */
	m->ctx->rx_seq = it.seq;
	rcu_read_lock();
	while (dss_ntb_next(&it, &dg)) {
		if (dg.ip)
			/* the netdev that it is for is down */
			atomic64_inc(&m->rx.ip);
		else
			dss_rx_datagram(m, &dg);
	}
	rcu_read_unlock();
	dss_rx_end(m, &it);
}

/*
 * What has been taken back may have been complete by then: the host controller had all of it,
 * and the modem will not send it again.
 */
static void dss_rx_taken_back(struct dss_modem *m, const u8 *buf, u32 len)
{
	struct dss_ntb_iter it;

	if (dss_ntb_parse(&it, buf, len, m->rx.size))
		atomic64_inc(&m->rx.cancelled);
	else
		dss_rx_take_apart(m, buf, len);
}

/* Any context */
static void dss_rx_complete(struct urb *urb)
{
	struct dss_rx_urb *u = urb->context;
	struct dss_modem *m = u->modem;
	unsigned long flags;

	spin_lock_irqsave(&m->done_lock, flags);
	list_add_tail(&u->node, &m->rx.done);
	spin_unlock_irqrestore(&m->done_lock, flags);
	dss_modem_schedule(m);
}

static void dss_rx_park(struct dss_rx_urb *u, bool halted, unsigned long delay)
{
	struct dss_modem *m = u->modem;
	unsigned long flags;

	spin_lock_irqsave(&m->done_lock, flags);
	list_add_tail(&u->node, &m->rx.parked);
	m->rx.halted |= halted;
	spin_unlock_irqrestore(&m->done_lock, flags);
	if (READ_ONCE(m->rx.stopping))
		return;
	if (delay)
		queue_delayed_work(dss_wq, &m->rx.retry, delay);
	else
		mod_delayed_work(dss_wq, &m->rx.retry, 0);
}

static void dss_rx_submit(struct dss_rx_urb *u, gfp_t gfp)
{
	struct dss_modem *m = u->modem;
	int err;

	if (READ_ONCE(m->rx.stopping))
		return;
	if (READ_ONCE(m->rx.clearing)) {
		dss_rx_park(u, false, DSS_RX_THROTTLE);
		return;
	}
	usb_fill_bulk_urb(u->urb, m->udev, m->usbnet->in, u->buf, m->rx.size,
			  dss_rx_complete, u);
	usb_anchor_urb(u->urb, &m->rx.anchor);
	err = usb_submit_urb(u->urb, gfp);
	if (!err)
		return;
	usb_unanchor_urb(u->urb);
	if (err != -ENODEV && err != -ESHUTDOWN)
		dss_rx_park(u, err == -EPIPE, DSS_RX_THROTTLE);
}

static void dss_rx_ended(struct dss_rx_urb *u)
{
	struct dss_modem *m = u->modem;
	struct urb *urb = u->urb;

	switch (urb->status) {
	case 0:
		dss_rx_take_apart(m, u->buf, urb->actual_length);
		dss_rx_submit(u, GFP_ATOMIC);
		break;
	case -ENOENT:
	case -ECONNRESET:
	case -ESHUTDOWN:
	case -ENODEV:
		if (urb->actual_length)
			dss_rx_taken_back(m, u->buf, urb->actual_length);
		/* unless it stops: by dss_rx_clear(), or there is no device any more */
		if (!READ_ONCE(m->rx.stopping))
			dss_rx_park(u, false, DSS_RX_THROTTLE);
		break;
	case -EPIPE:
		atomic64_inc(&m->rx.errors);
		dss_rx_park(u, true, 0);
		break;
	case -EOVERFLOW:
		atomic64_inc(&m->rx.errors);
		dss_rx_check_size(m);
		dss_rx_submit(u, GFP_ATOMIC);
		break;
	default:
		atomic64_inc(&m->rx.errors);
		dss_rx_park(u, false, DSS_RX_THROTTLE);
	}
}

void dss_rx_bh(struct dss_modem *m)
{
	struct dss_rx_urb *u, *tmp;
	LIST_HEAD(done);

	spin_lock_irq(&m->done_lock);
	list_splice_init(&m->rx.done, &done);
	spin_unlock_irq(&m->done_lock);
	list_for_each_entry_safe(u, tmp, &done, node)
		dss_rx_ended(u);
}

/*
 * usbnet clears the stall. Nothing may be queued then: with EHCI the data toggle would stay as it
 * was. So no more is submitted, the bottom half being past its look at that, and the rest is taken
 * back.
 */
static void dss_rx_clear(struct dss_modem *m)
{
	WRITE_ONCE(m->rx.clearing, true);
	dss_modem_settle(m);
	usb_kill_anchored_urbs(&m->rx.anchor);
	dss_modem_settle(m);
	usbnet_defer_kevent(m->usbnet, EVENT_RX_HALT);
	flush_work(&m->usbnet->kevent);
	WRITE_ONCE(m->rx.clearing, false);
}

/* Submit what an error has parked, after a stall has been cleared if it was one */
static void dss_rx_retry(struct work_struct *work)
{
	struct dss_modem *m = container_of(to_delayed_work(work), struct dss_modem, rx.retry);
	struct dss_rx_urb *u, *tmp;
	LIST_HEAD(parked);
	bool halted;

	spin_lock_irq(&m->done_lock);
	halted = m->rx.halted;
	spin_unlock_irq(&m->done_lock);
	if (halted)
		dss_rx_clear(m);
	spin_lock_irq(&m->done_lock);
	/* those that met it meanwhile are among them */
	m->rx.halted = false;
	list_splice_init(&m->rx.parked, &parked);
	spin_unlock_irq(&m->done_lock);
	list_for_each_entry_safe(u, tmp, &parked, node)
		dss_rx_submit(u, GFP_KERNEL);
}

static void dss_rx_free_urbs(struct dss_rx *rx)
{
	unsigned int i;

	for (i = 0; i < DSS_RX_URBS; i++) {
		usb_free_urb(rx->urbs[i].urb);
		kfree(rx->urbs[i].buf);
		rx->urbs[i].urb = NULL;
		rx->urbs[i].buf = NULL;
	}
}

static int dss_rx_alloc_urbs(struct dss_modem *m)
{
	struct dss_rx_urb *u;
	unsigned int i;

	m->rx.size = m->ctx->rx_max;
	for (i = 0; i < DSS_RX_URBS; i++) {
		u = &m->rx.urbs[i];
		u->modem = m;
		u->urb = usb_alloc_urb(0, GFP_KERNEL);
		u->buf = kmalloc(m->rx.size, GFP_KERNEL | __GFP_NOWARN);
		if (!u->urb || !u->buf) {
			dss_rx_free_urbs(&m->rx);
			return -ENOMEM;
		}
	}
	return 0;
}

static int dss_rx_start(struct dss_modem *m)
{
	struct dss_rx *rx = &m->rx;
	unsigned int i;
	int err;

	ASSERT_RTNL();
	if (rx->running)
		return 0;
	err = dss_rx_alloc_urbs(m);
	if (err)
		return err;
	/* a suspended interface would not tell us of its data */
	err = usb_autopm_get_interface(m->intf);
	if (err) {
		dss_rx_free_urbs(rx);
		/* what else it says, as EACCES, means something else to who opens a session */
		return err == -ENODEV ? err : -EIO;
	}
	usb_unpoison_anchored_urbs(&rx->anchor);
	rx->running = true;
	rx->failed = 0;
	WRITE_ONCE(rx->stopping, false);
	for (i = 0; i < DSS_RX_URBS; i++)
		dss_rx_submit(&rx->urbs[i], GFP_KERNEL);
	return 0;
}

/* What our URBs have brought is delivered before it returns */
void dss_rx_stop(struct dss_modem *m)
{
	struct dss_rx *rx = &m->rx;

	ASSERT_RTNL();
	if (!rx->running)
		return;
	WRITE_ONCE(rx->stopping, true);
	cancel_delayed_work_sync(&rx->retry);
	/* not just killed: the bottom half may be past its look at "stopping", about to submit */
	usb_poison_anchored_urbs(&rx->anchor);
	dss_modem_settle(m);
	/* an error may have parked one meanwhile */
	cancel_delayed_work_sync(&rx->retry);
	spin_lock_irq(&m->done_lock);
	INIT_LIST_HEAD(&rx->parked);
	rx->halted = false;
	spin_unlock_irq(&m->done_lock);
	dss_rx_free_urbs(rx);
	usb_autopm_put_interface(m->intf);
	rx->running = false;
}

/* -- which source -------------------------------------------------------- */

/* A session is about to be opened: be ready to receive. With RTNL and dss_mutex */
int dss_rx_attach(struct dss_modem *m)
{
	int err;

	err = dss_hook_set(m);
	if (err || netif_running(m->netdev) || m->rx.suspended)
		return err;
	/* what came before the first session is no loss */
	if (m->nsessions == 1 && !m->rx.running)
		m->ctx->rx_seq = 0;
	return dss_rx_start(m);
}

/*
 * Nobody reads the pipe: the modem keeps what it has, and sessions are deaf. Who opens one is told
 * the error; when it comes from the netdev's going down, there is nobody to tell.
 */
static void dss_rx_try_later(struct dss_modem *m, int err)
{
	struct dss_rx *rx = &m->rx;
	unsigned long delay = min_t(unsigned long, DSS_RX_THROTTLE << min(rx->failed, 8u),
				    DSS_RX_RETRY_MAX);

	atomic64_inc(&rx->start_errors);
	if (!rx->failed++)
		dev_err(&m->dev, "cannot receive while %s is down: error %d, trying again\n",
			m->ifname, err);
	dss_modem_queue_rx(m, delay);
}

/* Bring the source in line with the netdev and the sessions. With RTNL */
void dss_rx_update(struct dss_modem *m)
{
	/* it grows under RTNL only, and who makes it 0 has this called again */
	bool wanted = READ_ONCE(m->nsessions) && !m->gone;
	int err;

	ASSERT_RTNL();
	if (!wanted)
		dss_hook_clear(m);
	if (!wanted || m->rx.suspended || netif_running(m->netdev)) {
		dss_rx_stop(m);
		m->rx.failed = 0;
		return;
	}
	if (m->rx.running && m->rx.size != m->ctx->rx_max)
		dss_rx_stop(m);
	err = dss_rx_start(m);
	if (err)
		dss_rx_try_later(m, err);
}

void dss_rx_init(struct dss_modem *m)
{
	struct dss_rx *rx = &m->rx;

	rx->stopping = true;
	init_usb_anchor(&rx->anchor);
	INIT_LIST_HEAD(&rx->done);
	INIT_LIST_HEAD(&rx->parked);
	INIT_DELAYED_WORK(&rx->retry, dss_rx_retry);
}

void dss_rx_gone(struct dss_modem *m)
{
	dss_hook_gone(m);
	dss_rx_stop(m);
	dss_modem_cancel_rx(m);
}
