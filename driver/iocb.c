// SPDX-License-Identifier: GPL-2.0
/*
 * Writes by io_uring and libaio. They complete with the end of what they wrote; those of
 * one submission go together; io_cancel() takes back what nobody else's data depend on.
 */
#include <linux/aio.h>
#include <linux/blkdev.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <linux/uio.h>

#include "compat.h"
#include "dss.h"
#include "tx.h"

/* -- plug ---------------------------------------------------------------- */

/*
 * Whoever submits several at a time does so within a plug: what they write gathers, and
 * goes when the last has been submitted, or the submitter sleeps before.
 */
#ifdef CONFIG_BLOCK
struct dss_plug {
	struct blk_plug_cb cb;
	struct file *file;		/* reference, so that there is still a module to call */
};

/* May be on its way to sleep: nothing here may block */
static void dss_unplug(struct blk_plug_cb *cb, bool from_schedule)
{
	struct dss_plug *plug = container_of(cb, struct dss_plug, cb);
	struct dss_node *f = cb->data;

	dss_tx_unplug(f->session);
	fput(plug->file);
	kfree(plug);
}

static void dss_plug(struct dss_node *f, struct file *file)
{
	struct blk_plug_cb *cb = blk_check_plugged(dss_unplug, f, sizeof(struct dss_plug));
	struct dss_plug *plug = container_of(cb, struct dss_plug, cb);

	if (!cb)
		return;
	if (!plug->file)
		plug->file = get_file(file);
	WRITE_ONCE(f->session->tx_plugger, current);
}
#else
static void dss_plug(struct dss_node *f, struct file *file)
{
}
#endif

/* -- cancel -------------------------------------------------------------- */

/* Take what @op has out of an NTB that is not in flight. With tx.lock; nobody fills it */
static u32 dss_iocb_remove(struct dss_xfer *x, struct dss_op *op)
{
	u32 first = 0, datagrams = 0, i, n;
	struct dss_part *part;

	for (i = 0; i < x->nparts;) {
		part = &x->parts[i];
		if (part->op != op) {
			first += part->count;
			i++;
			continue;
		}
		for (n = part->count; n; n--)
			dss_ntb_remove(&x->ntb, first);
		datagrams += part->count;
		x->nparts--;
		memmove(part, part + 1, (x->nparts - i) * sizeof(*part));
	}
	return datagrams;
}

/* All that the NTB carries is of @op */
static bool dss_iocb_has_all(const struct dss_xfer *x, const struct dss_op *op)
{
	return x->nparts == 1 && x->parts[0].op == op;
}

/*
 * What has not been sent is taken out. A transfer that carries something else goes on; others
 * come back, the last first, so that none goes in place of one before it.
 */
static void dss_iocb_withdraw(struct dss_op *op)
{
	struct dss_session *s = op->file->session;
	struct dss_tx *tx = &s->modem->tx;
	struct dss_xfer *x, *tmp;
	u32 n, datagrams = 0;

	mutex_lock(&s->write.mutex);
	spin_lock_bh(&tx->lock);
	list_for_each_entry_safe(x, tmp, &s->tx_queue, node) {
		n = dss_iocb_remove(x, op);
		datagrams += n;
		if (n)
			dss_tx_emptied(x);
	}
	/* a writer who waits for room has let session.write go, but holds no NTB then */
	x = s->tx_open;
	if (x) {
		n = dss_iocb_remove(x, op);
		datagrams += n;
		if (n)
			dss_tx_emptied(x);
	}
	list_for_each_entry_reverse(x, &s->tx_flight, node)
		if (!x->ended && dss_iocb_has_all(x, op))
			dss_tx_unlink(x, -ECANCELED);
	s->tx_errors += datagrams;
	tx->errors += datagrams;
	if (datagrams && !op->error)
		op->error = -ECANCELED;
	spin_unlock_bh(&tx->lock);
	dss_tx_unlock(s);
	if (atomic_sub_and_test(datagrams + 1, &op->left))
		dss_op_end(op);
}

void dss_iocb_cancelled(struct work_struct *work)
{
	struct dss_node *f = container_of(work, struct dss_node, cancel);
	struct dss_op *op, *tmp;

	llist_for_each_entry_safe(op, tmp, llist_del_all(&f->cancelled), cancelled)
		dss_iocb_withdraw(op);
	dss_node_put(f);
}

/*
 * io_cancel(), or the end of the context. Called with the context locked and interrupts off, so
 * the work does it. The iocb is not completed before that, for @op has one more to wait for.
 */
static int dss_iocb_cancel(struct kiocb *iocb)
{
	struct dss_op *op = iocb->private;
	struct dss_node *f = op->file;

	if (!atomic_inc_not_zero(&op->left))
		return 0;
	llist_add(&op->cancelled, &f->cancelled);
	kref_get(&f->ref);
	if (!queue_work(dss_io_wq, &f->cancel))
		dss_node_put(f);
	return 0;
}

/* -- write --------------------------------------------------------------- */

ssize_t dss_iocb_write(struct dss_node *f, struct kiocb *iocb, struct iov_iter *from, bool nowait)
{
	struct dss_session *s = f->session;
	struct dss_op *op;
	ssize_t ret;

	ret = dss_tx_lock(s, nowait);
	if (ret)
		return ret;
	op = dss_op_alloc(f, DSS_OP_IOCB);
	if (!op) {
		dss_tx_unlock(s);
		return -ENOMEM;
	}
	kref_get(&f->ref);
	op->iocb = iocb;
	if (READ_ONCE(s->tx_plugger) != current)
		dss_plug(f, iocb->ki_filp);
	ret = dss_tx_copy(s, from, op, nowait);
	if (ret <= 0) {
		dss_op_free(op);
		dss_node_put(f);
		return ret;
	}
	op->accepted = ret;
	/* only libaio's can be cancelled; set before it may complete */
	if (dss_is_libaio(iocb)) {
		iocb->private = op;
		kiocb_set_cancel_fn(iocb, dss_iocb_cancel);
	}
	dss_op_accepted(op);
	return -EIOCBQUEUED;
}
