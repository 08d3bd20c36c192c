// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/mbim/dss<M>s<S>: the files of a session, and the completions they reap.
 */
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/uio.h>

#include <asm/ioctls.h>

#include "compat.h"
#include "dss.h"
#include "tx.h"
#include "uapi.h"

static void dss_node_free(struct work_struct *work)
{
	struct dss_node *f = container_of(work, struct dss_node, free);
	struct dss_op *op, *tmp;

	llist_for_each_entry_safe(op, tmp, f->taken, link)
		kfree(op);
	llist_for_each_entry_safe(op, tmp, llist_del_all(&f->spares), link)
		kfree(op);
	dss_session_put(f->session);
	kfree(f);
}

static void dss_node_unused(struct kref *ref)
{
	struct dss_node *f = container_of(ref, struct dss_node, ref);

	queue_work(dss_wq, &f->free);
}

void dss_node_put(struct dss_node *f)
{
	kref_put(&f->ref, dss_node_unused);
}

static struct dss_session *dss_node_session(dev_t devt)
{
	u32 minor = MINOR(devt);
	struct dss_session *s = NULL;
	struct dss_modem *m;

	mutex_lock(&dss_mutex);
	m = dss_modem_find(minor / MBIM_DSS_MAX_SESSIONS);
	if (m)
		s = dss_session_lookup(m, minor % MBIM_DSS_MAX_SESSIONS);
	if (s && READ_ONCE(s->state) == MBIM_DSS_SESSION_OPEN)
		dss_session_get(s);
	else
		s = NULL;
	mutex_unlock(&dss_mutex);
	return s;
}

/* Can the service do what the file is opened for? */
static int dss_node_allowed(const struct dss_session *s, struct file *file)
{
	bool in = s->directions & MBIM_DSS_DIR_IN;
	bool out = s->directions & MBIM_DSS_DIR_OUT;

	/* read-write is fine when one of them works: the other says EOPNOTSUPP when tried */
	if ((file->f_mode & FMODE_READ && in) || (file->f_mode & FMODE_WRITE && out))
		return 0;
	return -EOPNOTSUPP;
}

static int dss_node_open(struct inode *inode, struct file *file)
{
	struct dss_session *s;
	struct dss_node *f;
	int err;

	s = dss_node_session(inode->i_rdev);
	if (!s)
		return -ENODEV;
	err = dss_node_allowed(s, file);
	if (err)
		goto put;
	err = -ENOMEM;
	f = kzalloc(sizeof(*f), GFP_KERNEL_ACCOUNT);
	if (!f)
		goto put;
	kref_init(&f->ref);
	INIT_WORK(&f->free, dss_node_free);
	INIT_WORK(&f->cancel, dss_iocb_cancelled);
	dss_aio_init(f);
	f->session = s;
	f->mode = MBIM_DSS_MODE_STREAM;
	/* what was before is not for this file, whether somebody was told or not */
	errseq_check_and_advance(&s->tx_errseq, &f->seen);
	f->next_id = 1;
	spin_lock_init(&f->lock);
	INIT_LIST_HEAD(&f->reap);
	init_waitqueue_head(&f->wait);
	spin_lock_bh(&s->rx_lock);
	f->lost_seen = s->rx_lost + s->rx_backlog;
	spin_unlock_bh(&s->rx_lock);
	file->private_data = f;
	file->f_mode |= FMODE_NOWAIT;
	return stream_open(inode, file);

put:
	dss_session_put(s);
	return err;
}

/* What was written is on its way and belongs to the session; nobody reaps its completions */
static int dss_node_release(struct inode *inode, struct file *file)
{
	struct dss_node *f = file->private_data;
	struct dss_op *op, *tmp;
	LIST_HEAD(reap);

	spin_lock_bh(&f->lock);
	f->released = true;
	list_splice_init(&f->reap, &reap);
	spin_unlock_bh(&f->lock);
	list_for_each_entry_safe(op, tmp, &reap, node) {
		kfree(op);
		dss_node_put(f);
	}
	dss_node_put(f);
	return 0;
}

/* An error of an earlier write is told once by fsync, as for a file on disk */
int dss_node_error(struct dss_node *f)
{
	int err;

	spin_lock_bh(&f->lock);
	err = errseq_check_and_advance(&f->session->tx_errseq, &f->seen);
	spin_unlock_bh(&f->lock);
	return err;
}

/* Called for each descriptor, of a child that exits as well: told here, it stays to be told */
static int dss_node_flush(struct file *file, fl_owner_t id)
{
	struct dss_node *f = file->private_data;
	int err;

	if (!(file->f_mode & FMODE_WRITE))
		return 0;
	spin_lock_bh(&f->lock);
	err = errseq_check(&f->session->tx_errseq, f->seen);
	spin_unlock_bh(&f->lock);
	return err;
}

/* There is something to reap. With node.lock: once it is reaped, its reference may be the last */
static void dss_node_wake(struct dss_node *f)
{
	if (wq_has_sleeper(&f->wait))
		wake_up_interruptible(&f->wait);
	/* without a key: io_uring passes over a lone EPOLLPRI */
	if (wq_has_sleeper(&f->session->pollers))
		wake_up_interruptible(&f->session->pollers);
}

/* The end of a run of SEND requests. BHs are disabled */
void dss_node_complete(struct dss_op *op)
{
	struct dss_node *f = op->file;

	spin_lock(&f->lock);
	if (f->released) {
		f->pending -= op->count;
		spin_unlock(&f->lock);
		kfree(op);
		dss_node_put(f);
		return;
	}
	list_add_tail(&op->node, &f->reap);
	/* after it: who sees that nothing is pending sees all that has ended */
	smp_store_release(&f->pending, f->pending - op->count);
	dss_node_wake(f);
	spin_unlock(&f->lock);
}

static ssize_t dss_node_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	struct dss_node *f = iocb->ki_filp->private_data;

	return dss_tx_write(f, iocb, from);
}

static bool dss_node_nowait(struct kiocb *iocb)
{
	return iocb->ki_flags & IOCB_NOWAIT || iocb->ki_filp->f_flags & O_NONBLOCK;
}

static ssize_t dss_node_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	struct dss_node *f = iocb->ki_filp->private_data;

	if (dss_node_nowait(iocb))
		return dss_rx_read(f, to, DSS_WAIT_NOT);
	if (dss_is_libaio(iocb))
		return dss_aio_read(f, iocb, to);
	return dss_rx_read(f, to, DSS_WAIT_DATA);
}

static __poll_t dss_node_poll(struct file *file, poll_table *wait)
{
	struct dss_node *f = file->private_data;
	struct dss_session *s = f->session;
	__poll_t mask = 0;

	poll_wait(file, &s->pollers, wait);
	/* first to be seen, then to look; poll_wait() of older kernels leaves that to us */
	smp_mb();
	if (file->f_mode & FMODE_READ)
		mask |= dss_rx_poll(f);
	if (file->f_mode & FMODE_WRITE)
		mask |= dss_tx_poll(s);
	if (!list_empty_careful(&f->reap))
		mask |= EPOLLPRI;
	if (dss_session_ended(s))
		mask |= EPOLLHUP;
	if (READ_ONCE(s->state) == MBIM_DSS_SESSION_GONE)
		mask |= EPOLLERR;
	return mask;
}

static int dss_node_fsync(struct file *file, loff_t start, loff_t end, int datasync)
{
	return dss_tx_fsync(file->private_data);
}

static long dss_node_info(struct file *file, void *arg)
{
	struct dss_node *f = file->private_data;
	struct mbim_dss_session *info = arg;

	dss_session_fill(f->session, info);
	info->mode = READ_ONCE(f->mode);
	WRITE_ONCE(f->lost_seen, info->rx_lost + info->rx_backlog);
	return 0;
}

static long dss_node_mode(struct file *file, void *arg)
{
	struct dss_node *f = file->private_data;
	struct mbim_dss_set_mode *set = arg;

	if (set->reserved)
		return -EINVAL;
	if (set->mode != MBIM_DSS_MODE_STREAM && set->mode != MBIM_DSS_MODE_MESSAGE)
		return -EINVAL;
	WRITE_ONCE(f->mode, set->mode);
	return 0;
}

static long dss_node_limits(struct file *file, void *arg)
{
	struct dss_node *f = file->private_data;

	return dss_session_limits(f->session, arg);
}

/* A batch call: what came of it is told even when it fails */
static long dss_node_batch(struct dss_node *f, struct file *file, struct mbim_dss_batch *b,
			   int (*fn)(struct dss_node *f, struct mbim_dss_batch *b, bool nowait))
{
	bool nowait = b->flags & MBIM_DSS_BATCH_NOWAIT || file->f_flags & O_NONBLOCK;
	int err;

	b->done = 0;
	b->error = 0;
	if (b->reserved || !b->count || b->count > MBIM_DSS_BATCH_MAX)
		err = -EINVAL;
	else
		err = fn(f, b, nowait);
	/* a signal: the call is restarted if nothing was done, and told if something was */
	b->error = err == -ERESTARTSYS ? EINTR : -err;
	return b->done ? 0 : err;
}

static long dss_node_send(struct file *file, void *arg)
{
	if (!(file->f_mode & FMODE_WRITE))
		return -EBADF;
	return dss_node_batch(file->private_data, file, arg, dss_tx_send);
}

static long dss_node_recv(struct file *file, void *arg)
{
	if (!(file->f_mode & FMODE_READ))
		return -EBADF;
	return dss_node_batch(file->private_data, file, arg, dss_rx_recv);
}

/* so many completions are taken with the lock once */
#define DSS_REAP_CHUNK		64

/* The first completions, @max at most, to @ops, which is empty. False: there are none */
static bool dss_node_take(struct dss_node *f, u32 max, struct list_head *ops)
{
	struct list_head *pos;

	max = min_t(u32, max, DSS_REAP_CHUNK);
	spin_lock_bh(&f->lock);
	list_for_each(pos, &f->reap)
		if (!max--)
			break;
	list_cut_before(ops, &f->reap, pos);
	spin_unlock_bh(&f->lock);
	return !list_empty(ops);
}

static bool dss_node_tell(const struct dss_op *op, struct mbim_dss_completion __user *to)
{
	const struct dss_session *s = op->file->session;

	if (!user_write_access_begin(to, sizeof(*to)))
		return false;
	unsafe_put_user((u32)sizeof(*to), &to->size, fault);
	unsafe_put_user(MBIM_DSS_REQUEST_WRITE, &to->type, fault);
	unsafe_put_user(op->request_id, &to->request_id, fault);
	unsafe_put_user(op->user_data, &to->user_data, fault);
	unsafe_put_user(op->count, &to->count, fault);
	unsafe_put_user(op->user_step, &to->user_step, fault);
	unsafe_put_user(-op->error, &to->error, fault);
	unsafe_put_user(0, &to->mbim_status, fault);
	unsafe_put_user(s->modem->index, &to->modem, fault);
	unsafe_put_user(s->id, &to->session, fault);
	unsafe_put_user(op->bytes, &to->bytes, fault);
	unsafe_put_user(op->time_ns, &to->time_ns, fault);
	user_write_access_end();
	return true;

fault:
	user_write_access_end();
	return false;
}

/* Wait for a completion, while there can be one; EAGAIN when not */
static int dss_node_wait_reap(struct dss_node *f, bool nowait)
{
	if (!list_empty_careful(&f->reap))
		return 0;
	/* before the list is looked at again: see dss_node_complete() */
	if (nowait || !smp_load_acquire(&f->pending))
		return list_empty_careful(&f->reap) ? -EAGAIN : 0;
	dss_tx_await(f->session);
	return wait_event_interruptible(f->wait, !list_empty_careful(&f->reap) ||
						 !READ_ONCE(f->pending));
}

/*
 * They go to the caller. What he cannot take goes back: it comes first, and who has come
 * meanwhile may have it.
 */
static bool dss_node_give(struct dss_node *f, struct list_head *ops, struct mbim_dss_batch *b)
{
	struct mbim_dss_completion __user *to = u64_to_user_ptr(b->entries);
	struct dss_op *op, *tmp;
	u32 requests = 0;
	bool all = true;

	list_for_each_entry_safe(op, tmp, ops, node) {
		all = dss_node_tell(op, &to[b->done]);
		if (!all)
			break;
		requests += op->count;
		dss_op_free(op);
		dss_node_put(f);
		b->done++;
	}
	spin_lock_bh(&f->lock);
	f->requests -= requests;
	if (!all) {
		/* those before it are none of @ops any more */
		ops->next = &op->node;
		op->node.prev = ops;
		list_splice(ops, &f->reap);
		dss_node_wake(f);
	}
	spin_unlock_bh(&f->lock);
	return all;
}

static int dss_node_do_reap(struct dss_node *f, struct mbim_dss_batch *b, bool nowait)
{
	LIST_HEAD(ops);
	int err;

	/* others may reap, too */
	do {
		err = dss_node_wait_reap(f, nowait);
		if (err)
			return err;
	} while (!dss_node_take(f, b->count, &ops));
	do {
		if (!dss_node_give(f, &ops, b))
			return -EFAULT;
	} while (b->done < b->count && dss_node_take(f, b->count - b->done, &ops));
	return 0;
}

static long dss_node_reap(struct file *file, void *arg)
{
	return dss_node_batch(file->private_data, file, arg, dss_node_do_reap);
}

static long dss_node_cancel(struct file *file, void *arg)
{
	struct mbim_dss_cancel *cancel = arg;

	return dss_tx_cancel(file->private_data, cancel->request_id);
}

static const struct dss_ioctl dss_node_ioctls[] = {
	{ MBIM_DSS_IOC_SEND, sizeof(struct mbim_dss_batch), MBIM_DSS_BATCH_NOWAIT, true,
	  dss_node_send },
	{ MBIM_DSS_IOC_RECV, sizeof(struct mbim_dss_batch), MBIM_DSS_BATCH_NOWAIT, true,
	  dss_node_recv },
	{ MBIM_DSS_IOC_REAP, sizeof(struct mbim_dss_batch), MBIM_DSS_BATCH_NOWAIT, true,
	  dss_node_reap },
	{ MBIM_DSS_IOC_INFO, sizeof(struct mbim_dss_session), 0, false, dss_node_info },
	{ MBIM_DSS_IOC_MODE, sizeof(struct mbim_dss_set_mode), 0, false, dss_node_mode },
	{ MBIM_DSS_IOC_LIMITS, sizeof(struct mbim_dss_limits),
	  MBIM_DSS_LIMITS_SET_RX | MBIM_DSS_LIMITS_SET_TX | MBIM_DSS_LIMITS_SET_TIMEOUT, false,
	  dss_node_limits },
	{ MBIM_DSS_IOC_CANCEL, sizeof(struct mbim_dss_cancel), 0, false, dss_node_cancel },
};

static long dss_node_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct dss_node *f = file->private_data;

	if (cmd == FIONREAD)
		return put_user((int)dss_rx_readable(f), (int __user *)arg);
	return dss_ioctl(dss_node_ioctls, ARRAY_SIZE(dss_node_ioctls), file, cmd,
			 (void __user *)arg);
}

const struct file_operations dss_node_fops = {
	.owner = THIS_MODULE,
	.open = dss_node_open,
	.flush = dss_node_flush,
	.release = dss_node_release,
	.read_iter = dss_node_read_iter,
	.write_iter = dss_node_write_iter,
	.poll = dss_node_poll,
	.fsync = dss_node_fsync,
	.unlocked_ioctl = dss_node_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	DSS_NO_LLSEEK
};
