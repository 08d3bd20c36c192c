// SPDX-License-Identifier: GPL-2.0
/*
 * The open NTB of a session in the hands of a writer: taken, filled, let go. Writers take
 * turns by session.write; while tx_filling is set nobody else touches the NTB.
 */
#include <linux/module.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>
#include <linux/uio.h>
#include <linux/usb.h>

#include "trace.h"
#include "tx.h"

/*
 * The NTB becomes the open one, and the writer's. With tx.lock. Inline, as is dss_tx_let_go(): that
 * saves 30 instructions of every NTB
 */
static __always_inline void dss_xfer_begin(struct dss_xfer *x, struct dss_session *s)
{
	struct dss_tx *tx = &s->modem->tx;

	x->session = s;
	x->serial = ++s->tx_begun;
	x->ended = false;
	x->full = false;
	x->withdrawn = 0;
	x->status = 0;
	x->length = 0;
	x->nparts = 0;
	x->opened = jiffies;
	x->ntb = x->empty;
	x->ntb.session = s->id;
	s->tx_open = x;
	s->tx_filling = true;
	if (s->tx_held++)
		tx->more++;
	s->tx_high = max(s->tx_high, s->tx_held);
	if (!tx->held++)
		tx->progress = jiffies;
	tx->used = true;
}

/*
 * An NTB for the session, with the interface awake; @x from the pool, if it had one. Memory and
 * waking up may take a moment, also for a caller that does not want to wait for the modem.
 */
static struct dss_xfer *dss_tx_new(struct dss_session *s, struct dss_xfer *x)
{
	struct dss_modem *m = s->modem;
	struct dss_tx *tx = &m->tx;
	int err;

	if (!x)
		x = dss_xfer_alloc(m);
	if (!x)
		return ERR_PTR(-ENOMEM);

	down_read(&m->life);
	err = m->gone ? -ENODEV : usb_autopm_get_interface(m->intf);
	spin_lock_bh(&tx->lock);
	if (!err)
		dss_tx_awake(m);
	if (!err && s->tx_shut)
		err = dss_tx_why(s);
	if (err) {
		dss_xfer_to_pool(tx, x);
		x = ERR_PTR(err == -ENODEV || err == -ENOTCONN ? err : -EIO);
	} else {
		dss_xfer_begin(x, s);
	}
	spin_unlock_bh(&tx->lock);
	up_read(&m->life);
	return x;
}

/*
 * The writer is done with the open NTB. @full: it goes to the queue; otherwise it stays
 * open, for the next writer, until the pipe takes it. With tx.lock
 */
static __always_inline void dss_tx_let_go(struct dss_session *s, bool full, struct llist_head *ops)
{
	struct dss_xfer *x = s->tx_open;

	s->tx_filling = false;
	if (!x->ntb.count) {
		dss_tx_drop(x);
		return;
	}
	if (s->tx_error) {
		dss_tx_discard_open(s, s->tx_error);
		dss_tx_tell(s, ops);
		return;
	}
	if (full) {
		s->tx_open = NULL;
		list_add_tail(&x->node, &s->tx_queue);
		dss_tx_queued(x);
	}
	dss_tx_added(s);
}

/*
 * Take the open NTB for copying into it, or the next if the one that is held is full. With
 * session.write; EAGAIN when there is no room
 */
static struct dss_xfer *dss_tx_hold(struct dss_session *s)
{
	struct dss_tx *tx = &s->modem->tx;
	struct dss_xfer *x = NULL;
	LLIST_HEAD(ops);
	int err = 0;

	spin_lock_bh(&tx->lock);
	if (s->tx_filling)
		dss_tx_let_go(s, true, &ops);
	if (s->tx_shut) {
		err = dss_tx_why(s);
	} else if (s->tx_open) {
		s->tx_filling = true;
	} else if (!dss_tx_may_hold(s, false)) {
		s->tx_full = true;
		err = -EAGAIN;
	} else {
		x = dss_xfer_from_pool(tx);
		if (x && tx->awake)
			dss_xfer_begin(x, s);
	}
	spin_unlock_bh(&tx->lock);
	if (!llist_empty(&ops))
		dss_ops_end(&ops);
	if (err)
		return ERR_PTR(err);
	return s->tx_filling ? s->tx_open : dss_tx_new(s, x);
}

int dss_tx_lock(struct dss_session *s, bool nowait)
{
	if (!(s->directions & MBIM_DSS_DIR_OUT))
		return -EOPNOTSUPP;
	if (READ_ONCE(s->tx_shut))
		return dss_tx_why(s);
	return dss_turn_take(&s->write, nowait);
}

/* Who has been sent away for us alone, though there is room, gets his wakeup from nobody else */
void dss_tx_unlock(struct dss_session *s)
{
	if (dss_turn_give(&s->write))
		wake_up_interruptible_poll(&s->pollers, EPOLLOUT | EPOLLWRNORM);
}

/*
 * Wait for room. session.write is released meanwhile: somebody else's write may come between
 * the datagrams of this one. It may be held by who waits for his own memory, for as long as that
 * takes, so ERESTARTSYS says that it is not held any more.
 */
static int dss_tx_wait(struct dss_session *s)
{
	struct dss_tx *tx = &s->modem->tx;

	s->tx_since = 0;
	dss_tx_unlock(s);
	spin_lock_bh(&tx->lock);
	dss_tx_hurry(s->modem);
	spin_unlock_bh(&tx->lock);
	if (wait_event_interruptible(s->tx_wait,
				     !READ_ONCE(s->tx_full) || READ_ONCE(s->tx_shut)) ||
	    dss_turn_take(&s->write, false))
		return -ERESTARTSYS;
	return 0;
}

/*
 * A place for a datagram of @len bytes, 1 at least, in an NTB that is now held. After ERESTARTSYS,
 * which nothing else gives, session.write is not
 */
u8 *dss_tx_room(struct dss_session *s, u32 len, bool nowait, struct dss_xfer **xfer)
{
	struct dss_xfer *x;
	int err;
	u8 *p;

	for (;;) {
		if (s->tx_filling) {
			x = s->tx_open;
			p = dss_ntb_reserve(&x->ntb, len);
			if (p) {
				*xfer = x;
				return p;
			}
		}
		x = dss_tx_hold(s);
		if (!IS_ERR(x))
			continue;
		err = PTR_ERR(x);
		if (err == -EAGAIN && !nowait)
			err = dss_tx_wait(s);
		if (err)
			return ERR_PTR(err);
	}
}

/*
 * The writer has to wait, for memory of his own, and keeps his turn. What others have had accepted
 * is not to wait with him
 */
void dss_tx_pause(struct dss_session *s)
{
	struct dss_tx *tx = &s->modem->tx;
	LLIST_HEAD(ops);

	spin_lock_bh(&tx->lock);
	if (s->tx_filling)
		dss_tx_let_go(s, false, &ops);
	spin_unlock_bh(&tx->lock);
	dss_ops_end(&ops);
}

/* With tx.lock */
static void dss_tx_count(struct dss_session *s, u32 datagrams, size_t bytes)
{
	struct dss_tx *tx = &s->modem->tx;

	s->tx_datagrams += datagrams;
	s->tx_bytes += bytes;
	tx->datagrams += datagrams;
	tx->bytes += bytes;
}

/* @from's @len bytes to the open NTB, if they fit and are there. With tx.lock */
static bool dss_tx_add_locked(struct dss_session *s, struct iov_iter *from, u32 len,
			      struct dss_op *op)
{
	struct dss_xfer *x = s->tx_open;
	size_t n;
	u8 *p;

	p = x && !s->tx_shut ? dss_ntb_reserve(&x->ntb, len) : NULL;
	if (!p)
		return false;
	pagefault_disable();
	n = _copy_from_iter(p, len, from);
	pagefault_enable();
	if (n != len) {
		iov_iter_revert(from, n);
		return false;
	}
	if (op)
		atomic_inc(&op->left);
	dss_tx_commit(x, len, op);
	dss_tx_count(s, 1, len);
	dss_tx_added(s);
	return true;
}

/*
 * A small datagram in one go, where it is that easy. False: nothing has happened. With
 * session.write
 */
bool dss_tx_add(struct dss_session *s, struct iov_iter *from, u32 len, struct dss_op *op)
{
	struct dss_tx *tx = &s->modem->tx;
	bool done;

	spin_lock_bh(&tx->lock);
	done = dss_tx_add_locked(s, from, len, op);
	spin_unlock_bh(&tx->lock);
	if (done)
		trace_mbim_dss_write(s->modem->index, s->id, 1, len, 0);
	return done;
}

/*
 * A call's end: what it has had accepted counts, the open NTB may go, and session.write is let go.
 * @error: as dss_tx_room() says whether it is held
 */
void dss_tx_finish(struct dss_session *s, u32 datagrams, size_t bytes, int error)
{
	bool locked = error != -ERESTARTSYS;
	struct dss_tx *tx = &s->modem->tx;
	LLIST_HEAD(ops);

	trace_mbim_dss_write(s->modem->index, s->id, datagrams, bytes, error);
	spin_lock_bh(&tx->lock);
	dss_tx_count(s, datagrams, bytes);
	if (locked) {
		if (s->tx_filling)
			dss_tx_let_go(s, false, &ops);
		s->tx_since = 0;
	}
	spin_unlock_bh(&tx->lock);
	dss_ops_end(&ops);
	if (locked)
		dss_tx_unlock(s);
}

