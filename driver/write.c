// SPDX-License-Identifier: GPL-2.0
/*
 * Writing to a session: write(2), fsync and cancel; send.c has SEND, iocb.c io_uring and libaio.
 * Each puts datagrams into NTBs that fill.c gives it, and differs in who is told how they end.
 */
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <linux/uaccess.h>
#include <linux/uio.h>

#include "dss.h"
#include "tx.h"

/* a write of up to so many bytes is copied with a spinlock held */
#define DSS_TX_SMALL		512

/* ops that a file keeps for reuse */
#define DSS_OP_SPARES		128

/* -- ops ----------------------------------------------------------------- */

static struct dss_op *dss_op_new(struct dss_node *f, enum dss_op_kind kind)
{
	struct dss_op *op;

	op = kzalloc(sizeof(*op), GFP_KERNEL_ACCOUNT);
	if (!op)
		return NULL;
	op->kind = kind;
	op->file = f;
	atomic_set(&op->left, 1);
	return op;
}

/* With session.write: one at a time takes, anybody gives */
struct dss_op *dss_op_alloc(struct dss_node *f, enum dss_op_kind kind)
{
	struct dss_op *op;

	if (!f->taken)
		f->taken = llist_del_all(&f->spares);
	if (!f->taken)
		return dss_op_new(f, kind);
	op = llist_entry(f->taken, struct dss_op, link);
	f->taken = op->link.next;
	atomic_dec(&f->nspares);
	op->kind = kind;
	op->error = 0;
	op->bytes = 0;
	op->user_step = 0;
	atomic_set(&op->left, 1);
	return op;
}

/* The reference to the file that it had is the caller's now */
void dss_op_free(struct dss_op *op)
{
	struct dss_node *f = op->file;

	if (atomic_inc_return(&f->nspares) <= DSS_OP_SPARES) {
		llist_add(&op->link, &f->spares);
		return;
	}
	atomic_dec(&f->nspares);
	kfree(op);
}

/* No more datagrams are added to @op */
void dss_op_accepted(struct dss_op *op)
{
	if (atomic_dec_and_test(&op->left))
		dss_op_end(op);
}

/* -- write(2) ------------------------------------------------------------ */

static void dss_op_wait_free(struct kref *ref)
{
	kfree(container_of(ref, struct dss_op, waiters));
}

void dss_op_wait_put(struct dss_op *op)
{
	kref_put(&op->waiters, dss_op_wait_free);
}

/*
 * The room has been checked: copy_from_iter() would look the object up. @wait: for memory that is
 * not there
 */
static bool dss_tx_fetch(void *to, u32 len, struct iov_iter *from, bool wait)
{
	size_t n;

	if (!wait)
		pagefault_disable();
	n = _copy_from_iter(to, len, from);
	if (!wait)
		pagefault_enable();
	if (n == len)
		return true;
	iov_iter_revert(from, n);
	return false;
}

/* What is swapped out, or on a file system, may take its time, so no NTB is held meanwhile */
static bool dss_tx_fault_in(struct dss_session *s, struct iov_iter *from, u32 len)
{
	dss_tx_pause(s);
	return !fault_in_iov_iter_readable(from, len);
}

/* With session.write, which it lets go. @op: told of each datagram's end */
ssize_t dss_tx_copy(struct dss_session *s, struct iov_iter *from, struct dss_op *op, bool nowait)
{
	u32 max = s->modem->ntb_params.max_datagram;
	bool waited = false;
	u32 datagrams = 0;
	struct dss_xfer *x;
	size_t done = 0;
	int err = 0;
	u32 len;
	u8 *p;

	len = dss_decide_cut(iov_iter_count(from), max);
	if (len == iov_iter_count(from) && len <= DSS_TX_SMALL && dss_tx_add(s, from, len, op)) {
		dss_tx_unlock(s);
		return len;
	}
	while (iov_iter_count(from)) {
		len = dss_decide_cut(iov_iter_count(from), max);
		p = dss_tx_room(s, len, nowait, &x);
		if (IS_ERR(p)) {
			err = PTR_ERR(p);
			break;
		}
		if (!dss_tx_fetch(p, len, from, waited)) {
			if (waited || !dss_tx_fault_in(s, from, len)) {
				err = -EFAULT;
				break;
			}
			waited = true;
			continue;
		}
		waited = false;
		if (op)
			atomic_inc(&op->left);
		dss_tx_commit(x, len, op);
		datagrams++;
		done += len;
	}
	dss_tx_finish(s, datagrams, done, err);
	return done ?: err;
}

static ssize_t dss_tx_write_sync(struct dss_session *s, struct iov_iter *from, struct dss_op *op,
				 bool nowait)
{
	ssize_t ret;

	ret = dss_tx_lock(s, nowait);
	return ret ?: dss_tx_copy(s, from, op, nowait);
}

/* Interrupted, it leaves the end of what was accepted to the bottom half */
static ssize_t dss_tx_write_wait(struct dss_node *f, struct iov_iter *from, bool nowait)
{
	struct dss_op *op;
	ssize_t ret;
	int err;

	op = dss_op_new(f, DSS_OP_WAIT);
	if (!op)
		return -ENOMEM;
	kref_init(&op->waiters);
	kref_get(&op->waiters);
	init_completion(&op->ended);
	ret = dss_tx_write_sync(f->session, from, op, nowait);
	dss_op_accepted(op);
	if (ret > 0) {
		dss_tx_await(f->session);
		err = wait_for_completion_interruptible(&op->ended);
		ret = err ? -EINTR : op->error ?: ret;
	}
	dss_op_wait_put(op);
	return ret;
}

ssize_t dss_tx_write(struct dss_node *f, struct kiocb *iocb, struct iov_iter *from)
{
	bool nowait = iocb->ki_flags & IOCB_NOWAIT || iocb->ki_filp->f_flags & O_NONBLOCK;
	size_t len = iov_iter_count(from);

	if (READ_ONCE(f->mode) == MBIM_DSS_MODE_MESSAGE) {
		if (!len)
			return -EINVAL;
		if (len > f->session->modem->ntb_params.max_datagram)
			return -EMSGSIZE;
	}
	if (!is_sync_kiocb(iocb))
		return dss_iocb_write(f, iocb, from, nowait);
	if (iocb->ki_flags & IOCB_DSYNC)
		return dss_tx_write_wait(f, from, nowait);
	return dss_tx_write_sync(f->session, from, NULL, nowait);
}

/* Is any of the NTBs up to @target held? With tx.lock; one with nothing in it ends out of turn */
static bool dss_tx_holds(struct dss_session *s, u64 target)
{
	struct dss_xfer *x;

	list_for_each_entry(x, &s->tx_flight, node)
		if (x->serial <= target)
			return true;
	x = list_first_entry_or_null(&s->tx_queue, struct dss_xfer, node) ?: s->tx_open;
	return x && x->serial <= target;
}

static bool dss_tx_has_ended(struct dss_session *s, u64 target)
{
	bool ended;

	spin_lock_bh(&s->modem->tx.lock);
	ended = !dss_tx_holds(s, target);
	spin_unlock_bh(&s->modem->tx.lock);
	return ended;
}

/* All that the session has accepted so far, whoever wrote it */
int dss_tx_fsync(struct dss_node *f)
{
	struct dss_session *s = f->session;
	u64 target;
	int err;

	spin_lock_bh(&s->modem->tx.lock);
	target = s->tx_begun;
	spin_unlock_bh(&s->modem->tx.lock);
	dss_tx_await(s);
	if (wait_event_interruptible(s->tx_sync, dss_tx_has_ended(s, target)))
		return -EINTR;
	err = dss_node_error(f);
	if (!err && READ_ONCE(s->state) == MBIM_DSS_SESSION_GONE)
		err = -ENODEV;
	return err;
}

/* -- cancel -------------------------------------------------------------- */

static bool dss_op_has(const struct dss_op *op, const struct dss_node *f, u64 id)
{
	return op && op->kind == DSS_OP_SEND && op->file == f &&
	       id - op->request_id < op->count;
}

/* Where a request is among the datagrams of an NTB */
struct dss_place {
	struct dss_xfer *xfer;
	unsigned int part;		/* index of its part */
	unsigned int first;		/* datagrams before that part */
};

static bool dss_cancel_find_in(struct dss_xfer *x, const struct dss_node *f, u64 id,
			       struct dss_place *at)
{
	at->xfer = x;
	at->first = 0;
	for (at->part = 0; at->part < x->nparts; at->part++) {
		if (dss_op_has(x->parts[at->part].op, f, id))
			return true;
		at->first += x->parts[at->part].count;
	}
	return false;
}

/* 0: not sent yet, and @at says where. With tx.lock, and session.write: nobody fills */
static int dss_cancel_find(struct dss_node *f, u64 id, struct dss_place *at)
{
	struct dss_session *s = f->session;
	struct dss_xfer *x;

	if (s->tx_open && dss_cancel_find_in(s->tx_open, f, id, at))
		return 0;
	list_for_each_entry(x, &s->tx_queue, node)
		if (dss_cancel_find_in(x, f, id, at))
			return 0;
	list_for_each_entry(x, &s->tx_flight, node)
		if (dss_cancel_find_in(x, f, id, at))
			return -EALREADY;
	return -ENOENT;
}

/* The requests of @op from @k on become @tail, an op of its own with a part of its own */
static void dss_cancel_split(struct dss_place *at, struct dss_op *tail, u32 k)
{
	struct dss_xfer *x = at->xfer;
	struct dss_part *part = &x->parts[at->part];
	struct dss_op *op = part->op;
	u32 i;

	tail->request_id = op->request_id + k;
	tail->user_data = op->user_data + (u64)k * op->user_step;
	tail->user_step = op->user_step;
	tail->count = op->count - k;
	op->count = k;
	memmove(part + 2, part + 1, (x->nparts - at->part - 1) * sizeof(*part));
	x->nparts++;
	part[1].op = tail;
	part[1].count = tail->count;
	part[1].bytes = 0;
	for (i = 0; i < tail->count; i++)
		part[1].bytes += dss_ntb_length(&x->ntb, at->first + k + i);
	part->count = k;
	part->bytes -= part[1].bytes;
}

/* Take a part of one request out of its NTB */
static struct dss_op *dss_cancel_remove(struct dss_place *at)
{
	struct dss_xfer *x = at->xfer;
	struct dss_part *part = &x->parts[at->part];
	struct dss_op *op = part->op;

	dss_ntb_remove(&x->ntb, at->first);
	x->nparts--;
	memmove(part, part + 1, (x->nparts - at->part) * sizeof(*part));
	op->error = -ECANCELED;
	op->time_ns = ktime_get_ns();
	return op;
}

/* Divide the run that @id is in: what is before, the request itself, what is behind */
static struct dss_op *dss_cancel_take(struct dss_place *at, u64 id, struct dss_op *spare[2])
{
	struct dss_op *op = at->xfer->parts[at->part].op;
	u32 k = id - op->request_id;

	if (k + 1 < op->count) {
		dss_cancel_split(at, spare[0], k + 1);
		spare[0] = NULL;
	}
	if (k) {
		dss_cancel_split(at, spare[1], k);
		spare[1] = NULL;
		at->part++;
		at->first += k;
	}
	return dss_cancel_remove(at);
}

static int dss_cancel_spare(struct dss_node *f, struct dss_op *spare[2])
{
	int i;

	for (i = 0; i < 2; i++) {
		spare[i] = dss_op_new(f, DSS_OP_SEND);
		if (!spare[i]) {
			kfree(spare[0]);
			return -ENOMEM;
		}
	}
	return 0;
}

int dss_tx_cancel(struct dss_node *f, u64 request_id)
{
	struct dss_session *s = f->session;
	struct dss_tx *tx = &s->modem->tx;
	struct dss_op *spare[2] = {};
	struct dss_place at;
	struct dss_op *op;
	LLIST_HEAD(ops);
	int err, i;

	err = dss_cancel_spare(f, spare);
	if (err)
		return err;
	err = dss_turn_take(&s->write, false);
	if (err)
		goto free;
	spin_lock_bh(&tx->lock);
	err = dss_cancel_find(f, request_id, &at);
	if (!err) {
		op = dss_cancel_take(&at, request_id, spare);
		s->tx_errors++;
		tx->errors++;
		/* what has become of its run holds the file, too */
		for (i = 0; i < 2; i++)
			if (!spare[i])
				kref_get(&f->ref);
		__llist_add(&op->link, &ops);
		dss_tx_emptied(at.xfer);
	}
	spin_unlock_bh(&tx->lock);
	dss_tx_unlock(s);
	dss_ops_end(&ops);
free:
	kfree(spare[0]);
	kfree(spare[1]);
	return err;
}
