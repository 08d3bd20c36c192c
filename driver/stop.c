// SPDX-License-Identifier: GPL-2.0
/*
 * Transmit stops, and goes on: for a session that closes or has reached a bound, for a modem that
 * takes nothing, stalls, sleeps or goes. What becomes of NTBs then is tx.c's.
 */
#include <linux/module.h>
#include <linux/poll.h>

#include "compat.h"
#include "tx.h"

/* -- the session's side -------------------------------------------------- */

/* No more writes. When the last NTB has ended, session.drained is queued */
void dss_tx_shut(struct dss_session *s)
{
	struct dss_tx *tx = &s->modem->tx;

	spin_lock_bh(&tx->lock);
	if (!s->tx_shut && s->tx_held) {
		s->tx_draining = true;
		dss_session_get(s);
		dss_tx_await_locked(s);
	}
	WRITE_ONCE(s->tx_shut, true);
	spin_unlock_bh(&tx->lock);
	wake_up_all(&s->tx_wait);
	wake_up_all(&s->pollers);
}

bool dss_tx_drained(struct dss_session *s)
{
	struct dss_tx *tx = &s->modem->tx;
	bool drained;

	spin_lock_bh(&tx->lock);
	drained = !s->tx_held;
	spin_unlock_bh(&tx->lock);
	return drained;
}

/* Take a transfer back from the host controller; its end comes as any other's */
void dss_tx_unlink(struct dss_xfer *x, int error)
{
	if (x->withdrawn)
		return;
	x->withdrawn = error;
	usb_unlink_urb(x->urb);
}

/* What has not been sent yet ends with @error, behind what is in flight */
static void dss_tx_discard_unsent(struct dss_session *s, int error)
{
	struct dss_xfer *x, *tmp;

	list_for_each_entry_safe(x, tmp, &s->tx_queue, node)
		dss_tx_discard(x, error);
	if (s->tx_filling)
		/* the writer ends it; it may be waiting for its memory */
		s->tx_error = error;
	else if (s->tx_open)
		dss_tx_discard_open(s, error);
}

/* After dss_tx_shut(): everything written ends with @error, unless the modem took it */
void dss_tx_withdraw(struct dss_session *s, int error)
{
	struct dss_tx *tx = &s->modem->tx;
	struct dss_xfer *x;
	LLIST_HEAD(ops);

	spin_lock_bh(&tx->lock);
	list_for_each_entry(x, &s->tx_flight, node)
		if (!x->ended)
			dss_tx_unlink(x, error);
	dss_tx_discard_unsent(s, error);
	dss_tx_mark_ready(s);
	dss_tx_tell(s, &ops);
	spin_unlock_bh(&tx->lock);
	dss_ops_end(&ops);
}

/* Would a write of one datagram have to wait? Then it is said to; the bottom half says when not */
static bool dss_tx_crowded(struct dss_session *s)
{
	if (!s->tx_full && !dss_tx_may_hold(s, false) &&
	    (!s->tx_open || !dss_ntb_reserve(&s->tx_open->ntb, s->modem->ntb_params.max_datagram)))
		s->tx_full = true;
	return s->tx_full;
}

__poll_t dss_tx_poll(struct dss_session *s)
{
	struct dss_tx *tx = &s->modem->tx;
	bool wait;

	if (!(s->directions & MBIM_DSS_DIR_OUT))
		return 0;
	spin_lock_bh(&tx->lock);
	wait = !s->tx_shut && dss_tx_crowded(s);
	if (wait)
		dss_tx_hurry(s->modem);
	spin_unlock_bh(&tx->lock);
	return wait ? 0 : EPOLLOUT | EPOLLWRNORM;
}

void dss_tx_limits(struct dss_session *s, struct mbim_dss_limits *l)
{
	struct dss_tx *tx = &s->modem->tx;

	spin_lock_bh(&tx->lock);
	if (l->flags & MBIM_DSS_LIMITS_SET_TX)
		s->tx_limit = l->tx_limit;
	if (l->flags & MBIM_DSS_LIMITS_SET_TIMEOUT)
		s->tx_timeout_ms = l->tx_timeout_ms;
	if (s->tx_full && dss_tx_may_hold(s, true))
		s->tx_full = false;
	l->tx_limit = s->tx_limit;
	l->tx_timeout_ms = s->tx_timeout_ms;
	dss_tx_wake(s);
	spin_unlock_bh(&tx->lock);
}

/* -- the modem's side ---------------------------------------------------- */

/* For as long as its session wants to wait, it has been there and the modem has taken nothing */
static bool dss_tx_overdue(const struct dss_tx *tx, const struct dss_xfer *x)
{
	unsigned long since = time_after(tx->progress, x->opened) ? tx->progress : x->opened;

	return time_after(jiffies, since + msecs_to_jiffies(x->session->tx_timeout_ms));
}

/* What waits in session @s */
static void dss_tx_expire_unsent(struct dss_tx *tx, struct dss_session *s, struct llist_head *ops)
{
	struct dss_xfer *x, *tmp;

	list_for_each_entry_safe(x, tmp, &s->tx_queue, node)
		if (dss_tx_overdue(tx, x))
			dss_tx_discard(x, -ETIMEDOUT);
	x = s->tx_open;
	if (x && !s->tx_filling && dss_tx_overdue(tx, x))
		dss_tx_discard_open(s, -ETIMEDOUT);
	dss_tx_mark_ready(s);
	dss_tx_tell(s, ops);
}

static void dss_tx_expire(struct dss_tx *tx, struct llist_head *ops)
{
	struct dss_session *s, *tmp;
	struct dss_xfer *x;

	hlist_for_each_entry(x, &tx->flight, flight)
		if (dss_tx_overdue(tx, x))
			dss_tx_unlink(x, -ETIMEDOUT);
	list_for_each_entry_safe(s, tmp, &tx->ready, tx_ready)
		dss_tx_expire_unsent(tx, s, ops);
}

/* Looks at the transfers as long as the interface is kept awake for them */
static void dss_tx_watchdog(struct work_struct *work)
{
	struct dss_modem *m = container_of(to_delayed_work(work), struct dss_modem, tx.watchdog);
	struct dss_tx *tx = &m->tx;
	LLIST_HEAD(unused);
	LLIST_HEAD(ops);

	spin_lock_bh(&tx->lock);
	dss_tx_expire(tx, &ops);
	if (tx->stopped & DSS_STOP_PAUSE) {
		tx->stopped &= ~DSS_STOP_PAUSE;
		dss_tx_kick(m);
	}
	if (!tx->held && !tx->used) {
		tx->unused = tx->pooled;
		dss_tx_asleep(m);
	}
	dss_tx_trim(tx, &unused);
	tx->used = false;
	if (tx->awake)
		queue_delayed_work(dss_wq, &tx->watchdog, DSS_TX_WATCH);
	spin_unlock_bh(&tx->lock);
	dss_ops_end(&ops);
	dss_xfers_free(tx, unused.first);
}

static void dss_tx_stop(struct dss_modem *m, enum dss_stop why)
{
	spin_lock_bh(&m->tx.lock);
	m->tx.stopped |= why;
	spin_unlock_bh(&m->tx.lock);
}

static void dss_tx_start(struct dss_modem *m, enum dss_stop why)
{
	spin_lock_bh(&m->tx.lock);
	m->tx.stopped &= ~why;
	dss_tx_kick(m);
	spin_unlock_bh(&m->tx.lock);
}

/*
 * Stopped: all transfers come back, the last first, so that none is sent in place of one before
 * it. All completions have returned, also of those that ended by themselves, and the bottom half
 * has seen them.
 */
static void dss_tx_quiesce(struct dss_modem *m)
{
	struct dss_tx *tx = &m->tx;
	struct dss_xfer *x;

	spin_lock_bh(&tx->lock);
	hlist_for_each_entry(x, &tx->flight, flight)
		usb_unlink_urb(x->urb);
	spin_unlock_bh(&tx->lock);
	mutex_lock(&tx->all_lock);
	list_for_each_entry(x, &tx->all, all)
		usb_kill_urb(x->urb);
	mutex_unlock(&tx->all_lock);
	dss_modem_settle(m);
	/* after the bottom half, which starts it; stopped, nobody does */
	hrtimer_cancel(&tx->gather);
}

/*
 * The endpoint has stalled. usbnet clears it, for it has URBs on the same pipe; ours
 * come back first, and go again afterwards.
 */
static void dss_tx_halt(struct work_struct *work)
{
	struct dss_modem *m = container_of(work, struct dss_modem, tx.halt);

	dss_tx_quiesce(m);
	usbnet_defer_kevent(m->usbnet, EVENT_TX_HALT);
	flush_work(&m->usbnet->kevent);
	dss_tx_start(m, DSS_STOP_HALT);
}

void dss_tx_suspend(struct dss_modem *m)
{
	dss_tx_stop(m, DSS_STOP_SUSPEND);
	dss_tx_quiesce(m);
}

void dss_tx_resume(struct dss_modem *m)
{
	dss_tx_start(m, DSS_STOP_SUSPEND);
}

void dss_tx_init(struct dss_modem *m)
{
	struct dss_tx *tx = &m->tx;

	spin_lock_init(&tx->lock);
	INIT_HLIST_HEAD(&tx->flight);
	INIT_LIST_HEAD(&tx->ready);
	init_llist_head(&tx->done);
	mutex_init(&tx->all_lock);
	INIT_LIST_HEAD(&tx->all);
	dss_hrtimer_setup(&tx->gather, dss_tx_gathered, CLOCK_MONOTONIC, HRTIMER_MODE_REL_SOFT);
	INIT_DELAYED_WORK(&tx->watchdog, dss_tx_watchdog);
	INIT_WORK(&tx->halt, dss_tx_halt);
}

/* The modem goes: nothing is in flight afterwards. Sessions end what they still hold */
void dss_tx_gone(struct dss_modem *m)
{
	dss_tx_stop(m, DSS_STOP_GONE);
	dss_tx_quiesce(m);
	cancel_work_sync(&m->tx.halt);
	/* stopped, and "gone" is set: nobody wakes it any more */
	spin_lock_bh(&m->tx.lock);
	dss_tx_asleep(m);
	spin_unlock_bh(&m->tx.lock);
	cancel_delayed_work_sync(&m->tx.watchdog);
}

/* What is in the pool. May sleep */
void dss_tx_drop_pool(struct dss_modem *m)
{
	struct dss_tx *tx = &m->tx;
	struct llist_node *pool;

	spin_lock_bh(&tx->lock);
	pool = tx->pool;
	tx->pool = NULL;
	tx->pooled = 0;
	tx->unused = 0;
	spin_unlock_bh(&tx->lock);
	dss_xfers_free(tx, pool);
}
