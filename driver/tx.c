// SPDX-License-Identifier: GPL-2.0
/*
 * Transmit: from user memory into an NTB, onto the bulk OUT pipe, and back to those who
 * want to know the end.
 *
 * An NTB carries datagrams of one session. Its way:
 *
 *	open	session.tx_open; datagrams gather in it. A writer that copies into it has
 *		set tx_filling, and the bottom half leaves it alone
 *	queued	session.tx_queue; it is full
 *	flight	session.tx_flight and modem.tx.flight; its URB has been submitted
 *	ended	its URB has come back. Ends are told in the order of the NTBs of a session, so one
 *		that ends early waits in tx_flight
 *
 * What goes next, dss_decide_send(): what comes alone to an idle pipe goes at once. A stream of
 * writes gathers: while NTBs are in flight until they have ended, or DSS_TX_BURST NTBs are full
 * and the pipe has room for them; on an idle pipe, which a fast modem leaves behind after every
 * write, for DSS_TX_GATHER_NS, and once more for every NTB that it fills meanwhile. Full ones do
 * not take along what is still being filled. What somebody waits for (fsync, O_DSYNC, REAP, close)
 * goes as soon as the pipe has room, and no pipe is idle while a writer waits for room. Sessions
 * take turns.
 *
 * A session that has something to send is on modem.tx.ready. It stays there while a writer fills
 * its NTB, which is sooner done than taking it off and putting it back.
 */
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "dss.h"
#include "trace.h"
#include "tx.h"

/* for how long a stream of small writes gathers on an idle pipe */
#define DSS_TX_GATHER_NS	(150 * NSEC_PER_USEC)

/* writes that follow each other, or the end of a transfer, faster than that are a stream */
#define DSS_TX_STREAM_NS	(10 * NSEC_PER_USEC)

/* Why a session does not take any more */
int dss_tx_why(const struct dss_session *s)
{
	bool gone = READ_ONCE(s->state) == MBIM_DSS_SESSION_GONE || READ_ONCE(s->modem->gone);

	return gone ? -ENODEV : -ENOTCONN;
}

/* -- NTBs ---------------------------------------------------------------- */

static void dss_xfer_free(struct dss_xfer *x)
{
	usb_free_urb(x->urb);
	kfree(x->buf);
	kfree(x);
}

/* Nobody uses those of @list any more, but the completion of the last transfer may still run */
void dss_xfers_free(struct dss_tx *tx, struct llist_node *list)
{
	struct dss_xfer *x, *tmp;

	if (!list)
		return;
	mutex_lock(&tx->all_lock);
	llist_for_each_entry_safe(x, tmp, list, link) {
		list_del(&x->all);
		usb_kill_urb(x->urb);
		dss_xfer_free(x);
	}
	mutex_unlock(&tx->all_lock);
}

struct dss_xfer *dss_xfer_alloc(struct dss_modem *m)
{
	struct dss_tx *tx = &m->tx;
	struct dss_xfer *x;

	x = kzalloc(struct_size(x, parts, m->ntb_params.max_datagrams), GFP_KERNEL);
	if (!x)
		return NULL;
	x->buf = kmalloc(m->ntb_params.tx_max, GFP_KERNEL | __GFP_NOWARN);
	x->urb = usb_alloc_urb(0, GFP_KERNEL);
	if (!x->buf || !x->urb) {
		dss_xfer_free(x);
		return NULL;
	}
	dss_ntb_begin(&x->empty, &m->ntb_params, x->buf, 0);
	mutex_lock(&tx->all_lock);
	list_add(&x->all, &tx->all);
	mutex_unlock(&tx->all_lock);
	return x;
}

void dss_xfer_to_pool(struct dss_tx *tx, struct dss_xfer *x)
{
	x->link.next = tx->pool;
	tx->pool = &x->link;
	tx->pooled++;
}

/* What is too much, or nobody has needed since the last time, but for some, goes to @list */
void dss_tx_trim(struct dss_tx *tx, struct llist_head *list)
{
	unsigned int n = max_t(int, tx->unused, tx->pooled - DSS_TX_POOL);

	for (; n && tx->pooled > DSS_TX_POOL_IDLE; n--)
		__llist_add(&dss_xfer_from_pool(tx)->link, list);
	tx->unused = tx->pooled;
}

/* The caller has woken the interface: keep its reference, if there is none yet. With tx.lock */
void dss_tx_awake(struct dss_modem *m)
{
	struct dss_tx *tx = &m->tx;

	if (tx->awake) {
		usb_autopm_put_interface_async(m->intf);
		return;
	}
	tx->awake = true;
	tx->used = true;
	queue_delayed_work(dss_wq, &tx->watchdog, DSS_TX_WATCH);
}

void dss_tx_asleep(struct dss_modem *m)
{
	if (m->tx.awake)
		usb_autopm_put_interface_async(m->intf);
	m->tx.awake = false;
}

/* -- ends ---------------------------------------------------------------- */

/* What a write says that was cancelled after some of it had gone: how much */
static long dss_op_result(const struct dss_op *op)
{
	if (op->error == -ECANCELED && op->bytes)
		return op->bytes;
	return op->error ?: (long)op->accepted;
}

/* Without tx.lock; not more than once, when all datagrams of @op have ended */
void dss_op_end(struct dss_op *op)
{
	struct dss_node *f = op->file;

	switch (op->kind) {
	case DSS_OP_SEND:
		local_bh_disable();
		dss_node_complete(op);
		local_bh_enable();
		break;
	case DSS_OP_IOCB:
		op->iocb->ki_complete(op->iocb, dss_op_result(op));
		dss_op_free(op);
		dss_node_put(f);
		break;
	case DSS_OP_WAIT:
		complete(&op->ended);
		dss_op_wait_put(op);
		break;
	}
}

void dss_ops_end(struct llist_head *ops)
{
	struct llist_node *first = llist_reverse_order(__llist_del_all(ops));
	struct dss_op *op, *tmp;

	llist_for_each_entry_safe(op, tmp, first, link)
		dss_op_end(op);
}

static void dss_part_end(struct dss_session *s, struct dss_part *part, int status, u64 time_ns,
			 struct llist_head *ops)
{
	struct dss_op *op = part->op;

	if (status) {
		s->tx_errors += part->count;
		s->modem->tx.errors += part->count;
	}
	if (!op) {
		if (status)
			errseq_set(&s->tx_errseq, status);
		return;
	}
	op->time_ns = time_ns;
	if (!status)
		op->bytes += part->bytes;
	else if (!op->error)
		op->error = status;
	/* here, so that completions are reaped in the order of the ends; ki_complete may not */
	if (op->kind == DSS_OP_SEND)
		dss_node_complete(op);
	else if (atomic_sub_and_test(part->count, &op->left))
		__llist_add(&op->link, ops);
}

/* The session holds one NTB less: room for writers, or the end of the last write */
static void dss_tx_unhold(struct dss_session *s)
{
	if (--s->tx_held)
		s->modem->tx.more--;
	if (s->tx_full && dss_tx_may_hold(s, true)) {
		s->tx_full = false;
		dss_tx_wake(s);
	}
	if (!s->tx_held && s->tx_draining) {
		s->tx_draining = false;
		queue_work(dss_wq, &s->drained);
	}
	if (wq_has_sleeper(&s->tx_sync))
		wake_up_interruptible(&s->tx_sync);
}

/* The end of an NTB: not on any list. Ops that have ended are added to @ops */
static void dss_xfer_end(struct dss_xfer *x, struct llist_head *ops)
{
	struct dss_session *s = x->session;
	struct dss_modem *m = s->modem;
	unsigned int i;

	trace_mbim_dss_ntb_complete(m->index, s->id, x->ntb.count, x->length, x->status);
	for (i = 0; i < x->nparts; i++)
		dss_part_end(s, &x->parts[i], x->status, x->time_ns, ops);
	m->tx.held--;
	dss_xfer_to_pool(&m->tx, x);
	dss_tx_unhold(s);
}

/* Tell the ends of a session's NTBs, as far as their order allows */
void dss_tx_tell(struct dss_session *s, struct llist_head *ops)
{
	struct dss_xfer *x;

	while ((x = list_first_entry_or_null(&s->tx_flight, struct dss_xfer, node)) && x->ended) {
		list_del(&x->node);
		dss_xfer_end(x, ops);
	}
}

/* -- submission ---------------------------------------------------------- */

static void dss_tx_done(struct dss_xfer *x, int status)
{
	struct dss_modem *m = x->session->modem;

	x->status = status;
	x->time_ns = ktime_get_ns();
	llist_add(&x->link, &m->tx.done);
	dss_modem_schedule(m);
}

/* Any context */
static void dss_tx_complete(struct urb *urb)
{
	bool whole = urb->actual_length == urb->transfer_buffer_length;
	int status = urb->status;

	if (!status && !whole)
		status = -EIO;
	/* the USB core says of an URB that it was unlinked, even if all of it had been sent */
	if (whole && (status == -ENOENT || status == -ECONNRESET))
		status = 0;
	dss_tx_done(urb->context, status);
}

static void dss_tx_submit(struct dss_modem *m, struct dss_xfer *x)
{
	struct dss_tx *tx = &m->tx;
	u16 seq;
	u32 len;
	int err;

	spin_lock(&m->ctx->mtx);
	seq = m->ctx->tx_seq++;
	spin_unlock(&m->ctx->mtx);
	len = dss_ntb_finish(&x->ntb, seq);
	x->length = len;
	x->urb->actual_length = 0;
	usb_fill_bulk_urb(x->urb, m->udev, m->usbnet->out, x->buf + x->ntb.start, len,
			  dss_tx_complete, x);
	if (dss_ntb_zero_packet(&m->ntb_params, len))
		x->urb->transfer_flags |= URB_ZERO_PACKET;

	list_add_tail(&x->node, &x->session->tx_flight);
	hlist_add_head(&x->flight, &tx->flight);
	tx->inflight++;
	tx->inflight_max = max(tx->inflight_max, tx->inflight);
	tx->ntbs++;
	err = usb_submit_urb(x->urb, GFP_ATOMIC);
	trace_mbim_dss_ntb_submit(m->index, x->session->id, x->ntb.count, len, err);
	if (err) {
		tx->stopped |= DSS_STOP_PAUSE;
		dss_tx_done(x, err);
	}
}

/* Has the session something that can be sent now? */
static bool dss_tx_has(const struct dss_session *s)
{
	return !list_empty(&s->tx_queue) ||
	       (s->tx_open && !s->tx_filling && s->tx_open->ntb.count);
}

/* It is full, or has to be sent once more: counted only */
void dss_tx_queued(struct dss_xfer *x)
{
	x->full = true;
	x->session->modem->tx.full++;
}

/* It is sent or given up: counted only */
static void dss_tx_taken(struct dss_xfer *x)
{
	struct dss_session *s = x->session;
	struct dss_tx *tx = &s->modem->tx;

	if (x->full)
		tx->full--;
	x->full = false;
	if (s->tx_awaited && x->serial >= s->tx_awaited) {
		s->tx_awaited = 0;
		tx->awaited--;
	}
}

static struct dss_xfer *dss_tx_pick(struct dss_session *s)
{
	struct dss_xfer *x;

	x = list_first_entry_or_null(&s->tx_queue, struct dss_xfer, node);
	if (x) {
		list_del(&x->node);
	} else {
		x = s->tx_open;
		s->tx_open = NULL;
	}
	dss_tx_taken(x);
	return x;
}

void dss_tx_mark_ready(struct dss_session *s)
{
	if (!dss_tx_has(s))
		list_del_init(&s->tx_ready);
	else if (list_empty(&s->tx_ready))
		list_add_tail(&s->tx_ready, &s->modem->tx.ready);
}

/* Send of session @s, and let the next have its turn */
static void dss_tx_send_one(struct dss_session *s)
{
	struct dss_xfer *x = dss_tx_pick(s);

	if (!dss_tx_has(s))
		list_del_init(&s->tx_ready);
	else if (!list_is_last(&s->tx_ready, &s->modem->tx.ready))
		list_move_tail(&s->tx_ready, &s->modem->tx.ready);
	dss_tx_submit(s->modem, x);
}

/* The session whose turn it is. One whose only NTB is being filled comes back when it is done */
static struct dss_session *dss_tx_turn(struct dss_tx *tx)
{
	struct dss_session *s;

	while ((s = list_first_entry_or_null(&tx->ready, struct dss_session, tx_ready))) {
		if (dss_tx_has(s))
			break;
		list_del_init(&s->tx_ready);
	}
	return s;
}

/*
 * As much as the pipe has room for, each of the session whose turn it is. Full ones do not take
 * along what is still being filled, if nobody waits for it.
 */
void dss_tx_kick(struct dss_modem *m)
{
	struct dss_tx *tx = &m->tx;
	bool full = tx->full;
	struct dss_session *s;

	while (!tx->stopped && tx->inflight < DSS_TX_DEPTH &&
	       (!full || tx->full || tx->awaited)) {
		s = dss_tx_turn(tx);
		if (!s)
			break;
		dss_tx_send_one(s);
	}
}

/* The pipe is idle, and sends what has gathered */
static void dss_tx_burst(struct dss_modem *m, u64 now)
{
	m->tx.due = m->tx.full ? U64_MAX : now + DSS_TX_GATHER_NS;
	m->tx.gathered = 0;
	dss_tx_kick(m);
}

static void dss_tx_gather(struct dss_tx *tx)
{
	if (!hrtimer_is_queued(&tx->gather))
		hrtimer_start(&tx->gather, ns_to_ktime(DSS_TX_GATHER_NS), HRTIMER_MODE_REL_SOFT);
}

enum hrtimer_restart dss_tx_gathered(struct hrtimer *timer)
{
	struct dss_modem *m = container_of(timer, struct dss_modem, tx.gather);
	struct dss_tx *tx = &m->tx;

	spin_lock(&tx->lock);
	if (!tx->inflight && !tx->stopped && tx->full > tx->gathered) {
		/* a stream that fills NTBs that fast soon has enough of them to go together */
		tx->gathered = tx->full;
		dss_tx_gather(tx);
	} else if (!tx->inflight) {
		dss_tx_burst(m, ktime_get_ns());
	}
	spin_unlock(&tx->lock);
	return HRTIMER_NORESTART;
}

/*
 * There may be something to send. @due: if the pipe is idle, it does not gather any more.
 * @now: 0 if the caller does not know
 */
static void dss_tx_next(struct dss_modem *m, bool due, u64 now)
{
	struct dss_tx *tx = &m->tx;

	if (tx->stopped || list_empty(&tx->ready))
		return;
	switch (dss_decide_send(tx->inflight, tx->full, tx->awaited, due)) {
	case DSS_LATER:
		break;
	case DSS_GATHER:
		dss_tx_gather(tx);
		break;
	case DSS_NOW:
		if (tx->inflight)
			dss_tx_kick(m);
		else
			dss_tx_burst(m, now ?: ktime_get_ns());
		break;
	}
}

/* Nothing is under way, nor gathers: what comes now may come alone */
bool dss_tx_quiet(struct dss_tx *tx)
{
	return !READ_ONCE(tx->inflight) && !hrtimer_is_queued(&tx->gather);
}

/*
 * A writer has added to session @s. What comes alone goes at once; a stream of small writes to
 * a modem that takes each before the next is written would make a transfer of every one.
 */
void dss_tx_added(struct dss_session *s)
{
	struct dss_modem *m = s->modem;
	struct dss_tx *tx = &m->tx;
	bool alone = false;
	u64 now = 0;

	if (list_empty(&s->tx_ready))
		list_add_tail(&s->tx_ready, &tx->ready);
	if (READ_ONCE(s->tx_plugger) == current &&
	    dss_decide_send(tx->inflight, tx->full, tx->awaited, false) == DSS_GATHER)
		return;
	if (dss_tx_quiet(tx)) {
		now = ktime_get_ns();
		alone = (s64)((s->tx_since ?: now) - tx->last) >= DSS_TX_STREAM_NS;
		tx->last = now;
	}
	dss_tx_next(m, alone, now);
}

/* Transfers have ended. What has gathered meanwhile goes, if it had the time to */
static void dss_tx_freed(struct dss_modem *m)
{
	struct dss_tx *tx = &m->tx;
	bool due = false;
	u64 now = 0;

	if (!tx->inflight) {
		now = ktime_get_ns();
		due = now >= tx->due;
		tx->last = now;
	}
	dss_tx_next(m, due, now);
}

/* Nobody is about to add more: an idle pipe does not gather. With tx.lock */
void dss_tx_hurry(struct dss_modem *m)
{
	if (m->tx.inflight)
		m->tx.due = 0;
	else
		dss_tx_burst(m, ktime_get_ns());
}

/* A submitter of several writes is done, or sleeps */
void dss_tx_unplug(struct dss_session *s)
{
	struct dss_tx *tx = &s->modem->tx;

	/* for a write of his that is still under way; if it is another's by now, he plugs anew */
	if (READ_ONCE(s->tx_plugger) == current)
		WRITE_ONCE(s->tx_plugger, NULL);
	spin_lock_bh(&tx->lock);
	dss_tx_hurry(s->modem);
	spin_unlock_bh(&tx->lock);
}

static void dss_tx_mark_awaited(struct dss_session *s, const struct dss_xfer *last)
{
	if (!s->tx_awaited)
		s->modem->tx.awaited++;
	s->tx_awaited = last->serial;
}

void dss_tx_await_locked(struct dss_session *s)
{
	struct dss_xfer *last = s->tx_open;

	if (!last && !list_empty(&s->tx_queue))
		last = list_last_entry(&s->tx_queue, struct dss_xfer, node);
	if (!last)
		return;
	dss_tx_mark_awaited(s, last);
	dss_tx_next(s->modem, true, ktime_get_ns());
}

/* Somebody waits for the end of what session @s has: it goes as soon as the pipe has room */
void dss_tx_await(struct dss_session *s)
{
	struct dss_tx *tx = &s->modem->tx;

	spin_lock_bh(&tx->lock);
	dss_tx_await_locked(s);
	spin_unlock_bh(&tx->lock);
}

/* What the writes of a transfer see */
static int dss_tx_status(struct dss_modem *m, const struct dss_xfer *x)
{
	switch (x->status) {
	case 0:
		return 0;
	case -ENOENT:
	case -ECONNRESET:
		if (x->withdrawn)
			return x->withdrawn;
		return m->tx.stopped & DSS_STOP_GONE ? -ENODEV : -EIO;
	case -ESHUTDOWN:
	case -ENODEV:
		return -ENODEV;
	case -EPIPE:
	case -EPROTO:
	case -EILSEQ:
	case -ETIME:
		return x->status;
	default:
		return -EIO;
	}
}

/* A transfer that a halt or sleep has stopped before its first byte is sent later */
static bool dss_tx_again(struct dss_modem *m, const struct dss_xfer *x)
{
	if (!(m->tx.stopped & (DSS_STOP_HALT | DSS_STOP_SUSPEND)) ||
	    m->tx.stopped & DSS_STOP_GONE || x->withdrawn || x->urb->actual_length)
		return false;
	return x->status == -ENOENT || x->status == -ECONNRESET || x->status == -ESHUTDOWN ||
	       x->status == -EHOSTUNREACH;
}

/* To its place in front of what was begun later: ends may be seen in any order */
static void dss_tx_requeue(struct dss_xfer *x)
{
	struct list_head *pos;

	list_for_each(pos, &x->session->tx_queue)
		if (list_entry(pos, struct dss_xfer, node)->serial > x->serial)
			break;
	list_move_tail(&x->node, pos);
	dss_tx_queued(x);
	dss_tx_mark_ready(x->session);
}

static void dss_tx_halted(struct dss_modem *m)
{
	if (m->tx.stopped & (DSS_STOP_HALT | DSS_STOP_GONE))
		return;
	m->tx.stopped |= DSS_STOP_HALT;
	queue_work(dss_wq, &m->tx.halt);
}

/* What the end of a transfer, with tx.lock, says of the pipe */
static void dss_tx_learn(struct dss_modem *m, int status)
{
	switch (status) {
	case 0:
		m->tx.progress = jiffies;
		break;
	case -EPIPE:
		dss_tx_halted(m);
		break;
	case -EPROTO:
	case -EILSEQ:
	case -ETIME:
	case -ESHUTDOWN:
	case -ENODEV:
		/* an unplug begins like this: what has not been sent must not go the same way */
		m->tx.stopped |= DSS_STOP_PAUSE;
		break;
	}
}

/* The bottom half's part: end what has ended, send the next */
void dss_tx_bh(struct dss_modem *m)
{
	struct llist_node *done = llist_del_all(&m->tx.done);
	struct dss_tx *tx = &m->tx;
	struct dss_xfer *x, *tmp;
	LLIST_HEAD(ended);
	LLIST_HEAD(ops);

	if (!done)
		return;
	spin_lock(&tx->lock);
	/* the last is the first */
	llist_for_each_entry_safe(x, tmp, done, link) {
		hlist_del(&x->flight);
		tx->inflight--;
		if (dss_tx_again(m, x))
			dss_tx_requeue(x);
		else
			__llist_add(&x->link, &ended);
	}
	llist_for_each_entry_safe(x, tmp, ended.first, link) {
		dss_tx_learn(m, x->status);
		x->status = dss_tx_status(m, x);
		x->ended = true;
		dss_tx_tell(x->session, &ops);
	}
	dss_tx_freed(m);
	spin_unlock(&tx->lock);
	dss_ops_end(&ops);
}

/* It is not to be sent, and has been taken from where it waited: what is awaited may be another */
static void dss_tx_give_up(struct dss_xfer *x)
{
	struct dss_session *s = x->session;
	bool awaited = s->tx_awaited;

	dss_tx_taken(x);
	if (awaited && !s->tx_awaited && !list_empty(&s->tx_queue))
		dss_tx_mark_awaited(s, list_last_entry(&s->tx_queue, struct dss_xfer, node));
}

/* An NTB that is not to be sent: it ends behind those in flight, maybe before others that wait */
void dss_tx_discard(struct dss_xfer *x, int error)
{
	x->status = error;
	x->time_ns = ktime_get_ns();
	x->ended = true;
	list_move_tail(&x->node, &x->session->tx_flight);
	dss_tx_give_up(x);
}

void dss_tx_discard_open(struct dss_session *s, int error)
{
	struct dss_xfer *x = s->tx_open;

	s->tx_open = NULL;
	INIT_LIST_HEAD(&x->node);
	dss_tx_discard(x, error);
}

/*
 * There is nothing in it whose end could be told out of turn: it does not wait behind those in
 * flight, among those that a bound counts
 */
void dss_tx_drop(struct dss_xfer *x)
{
	struct dss_session *s = x->session;
	LLIST_HEAD(none);

	if (s->tx_open == x)
		s->tx_open = NULL;
	else
		list_del(&x->node);
	dss_tx_give_up(x);
	dss_xfer_end(x, &none);
}

/* A cancel has taken a datagram out: an NTB with none left is not sent. With tx.lock */
void dss_tx_emptied(struct dss_xfer *x)
{
	struct dss_session *s = x->session;

	if (!x->ntb.count)
		dss_tx_drop(x);
	dss_tx_mark_ready(s);
}
