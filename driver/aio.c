// SPDX-License-Identifier: GPL-2.0
/*
 * Reads of libaio. What is there is read at once; otherwise the read waits in a list of its file,
 * for data, the end of the session, or io_cancel(), and io_submit() returns. A work then does
 * for each, in their order, what the caller would have done.
 */
#include <linux/aio.h>
#include <linux/fs.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/uio.h>

#include "dss.h"

struct dss_aio_read {
	struct list_head node;		/* dss_node.reads */
	struct kiocb *iocb;
	struct iov_iter to;
	const void *iov;		/* what @to refers to, if it does; ours */
	struct mm_struct *mm;		/* where that is. exit_aio() waits for us before it goes */
	bool cancelled;
};

/* Any context: something that reads wait for has happened */
static void dss_aio_kick(struct dss_node *f)
{
	kref_get(&f->ref);
	if (!queue_work(dss_io_wq, &f->reader))
		dss_node_put(f);
}

static int dss_aio_wake(struct wait_queue_entry *wait, unsigned int mode, int flags, void *key)
{
	dss_aio_kick(container_of(wait, struct dss_node, arrival));
	return 0;
}

/*
 * io_cancel(), or the end of the context. Called with the context locked and interrupts off, so
 * the work does it. It has the read until it has completed the iocb, which takes that lock.
 */
static int dss_aio_cancel(struct kiocb *iocb)
{
	struct dss_aio_read *r = iocb->private;

	/* queueing the work orders it before what that reads */
	WRITE_ONCE(r->cancelled, true);
	dss_aio_kick(iocb->ki_filp->private_data);
	return 0;
}

static void dss_aio_end(struct dss_node *f, struct dss_aio_read *r, ssize_t ret)
{
	spin_lock_bh(&f->lock);
	list_del(&r->node);
	if (list_empty(&f->reads))
		remove_wait_queue(&f->session->rx_wait, &f->arrival);
	spin_unlock_bh(&f->lock);
	r->iocb->ki_complete(r->iocb, ret);
	kfree(r->iov);
	kfree(r);
}

/* Only the work takes reads from the list, so what it has seen there stays */
static struct dss_aio_read *dss_aio_first(struct dss_node *f)
{
	struct dss_aio_read *r;

	spin_lock_bh(&f->lock);
	r = list_first_entry_or_null(&f->reads, struct dss_aio_read, node);
	spin_unlock_bh(&f->lock);
	return r;
}

static struct dss_aio_read *dss_aio_first_cancelled(struct dss_node *f)
{
	struct dss_aio_read *r, *found = NULL;

	spin_lock_bh(&f->lock);
	list_for_each_entry(r, &f->reads, node) {
		if (READ_ONCE(r->cancelled)) {
			found = r;
			break;
		}
	}
	spin_unlock_bh(&f->lock);
	return found;
}

static ssize_t dss_aio_try(struct dss_node *f, struct dss_aio_read *r)
{
	ssize_t ret;

	kthread_use_mm(r->mm);
	ret = dss_rx_read(f, &r->to, DSS_WAIT_TURN);
	kthread_unuse_mm(r->mm);
	return ret;
}

static void dss_aio_work(struct work_struct *work)
{
	struct dss_node *f = container_of(work, struct dss_node, reader);
	struct dss_aio_read *r;
	ssize_t ret;

	while ((r = dss_aio_first_cancelled(f)))
		dss_aio_end(f, r, -ECANCELED);
	while ((r = dss_aio_first(f))) {
		ret = dss_aio_try(f, r);
		if (ret == -EAGAIN)
			break;
		dss_aio_end(f, r, ret);
	}
	dss_node_put(f);
}

static struct dss_aio_read *dss_aio_new(struct kiocb *iocb, struct iov_iter *to)
{
	struct dss_aio_read *r;

	r = kzalloc(sizeof(*r), GFP_KERNEL_ACCOUNT);
	if (!r)
		return NULL;
	r->iov = dup_iter(&r->to, to, GFP_KERNEL_ACCOUNT);
	if (!r->iov && !iter_is_ubuf(&r->to)) {
		kfree(r);
		return NULL;
	}
	r->iocb = iocb;
	r->mm = current->mm;
	return r;
}

ssize_t dss_aio_read(struct dss_node *f, struct kiocb *iocb, struct iov_iter *to)
{
	struct dss_aio_read *r;
	ssize_t ret;

	/* those that wait were first */
	if (list_empty_careful(&f->reads)) {
		ret = dss_rx_read(f, to, DSS_WAIT_NOT);
		if (ret != -EAGAIN)
			return ret;
	}
	r = dss_aio_new(iocb, to);
	if (!r)
		return -ENOMEM;
	iocb->private = r;
	kiocb_set_cancel_fn(iocb, dss_aio_cancel);
	spin_lock_bh(&f->lock);
	if (list_empty(&f->reads))
		add_wait_queue(&f->session->rx_wait, &f->arrival);
	list_add_tail(&r->node, &f->reads);
	spin_unlock_bh(&f->lock);
	/* for what has come, or was cancelled, before it was in the list */
	dss_aio_kick(f);
	return -EIOCBQUEUED;
}

void dss_aio_init(struct dss_node *f)
{
	INIT_LIST_HEAD(&f->reads);
	init_waitqueue_func_entry(&f->arrival, dss_aio_wake);
	INIT_WORK(&f->reader, dss_aio_work);
}
