// SPDX-License-Identifier: GPL-2.0
/*
 * Reading from a session: read(2), RECV and poll.
 */
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>
#include <linux/uio.h>

#include "dss.h"

/* entries of a RECV that are fetched at a time; on the stack */
#define DSS_RECV_ENTRIES	16

/* dss_read_lock(): the session was closed and everything has been read */
#define DSS_READ_END		1

/*
 * Data that comes to data wakes nobody, so what we leave to who has been sent away has to; or he
 * is owed the end, of which he has been told before he was
 */
static void dss_read_unlock(struct dss_session *s)
{
	if (dss_turn_give(&s->read) && (dss_queue_records(&s->rx_queue) || dss_session_ended(s)))
		wake_up_interruptible(&s->pollers);
}

static int dss_read_end(const struct dss_session *s)
{
	return READ_ONCE(s->state) == MBIM_DSS_SESSION_GONE ? -ENODEV : DSS_READ_END;
}

/* Wait for data. 0: there is some, and session.read is held */
static int dss_read_lock(struct dss_session *s, enum dss_wait wait)
{
	bool ended;
	int err;

	if (!(s->directions & MBIM_DSS_DIR_IN))
		return -EOPNOTSUPP;
	for (;;) {
		/* looked at before the queue: what came before the end is read first */
		ended = dss_session_ended(s);
		if (dss_queue_records(&s->rx_queue)) {
			err = dss_turn_take(&s->read, wait == DSS_WAIT_NOT);
			if (err || dss_queue_records(&s->rx_queue))
				return err;
			dss_read_unlock(s);
			continue;
		}
		if (ended)
			return dss_read_end(s);
		if (wait != DSS_WAIT_DATA)
			return -EAGAIN;
		err = wait_event_interruptible(s->rx_wait,
					       dss_queue_records(&s->rx_queue) ||
					       dss_session_ended(s));
		if (err)
			return err;
	}
}

static bool dss_read_peek(struct dss_session *s, struct dss_queue_head *head)
{
	bool some;

	spin_lock_bh(&s->rx_lock);
	some = dss_queue_peek(&s->rx_queue, head);
	spin_unlock_bh(&s->rx_lock);
	return some;
}

static void dss_read_consume(struct dss_session *s, const struct dss_queue_head *last, u32 keep)
{
	struct dss_chunk *chunks;

	spin_lock_bh(&s->rx_lock);
	chunks = dss_queue_consume(&s->rx_queue, last, keep);
	spin_unlock_bh(&s->rx_lock);
	dss_queue_free(chunks);
}

/* One datagram, whole */
static ssize_t dss_read_message(struct dss_session *s, struct iov_iter *to)
{
	struct dss_queue_head head;
	int err;

	if (!dss_read_peek(s, &head))
		return -EAGAIN;
	if (iov_iter_count(to) < head.len)
		return -EMSGSIZE;
	err = dss_queue_copy(&head, 0, head.len, to);
	if (err)
		return err;
	dss_read_consume(s, &head, 0);
	return head.len;
}

/* What the queue has just now, or as much as fits */
static ssize_t dss_read_some(struct dss_session *s, struct iov_iter *to)
{
	struct dss_queue_head head, last;
	size_t done = 0;
	u32 n, keep = 0;
	int err = 0;

	if (!dss_read_peek(s, &head))
		return -EAGAIN;
	do {
		n = min_t(size_t, head.len, iov_iter_count(to));
		err = n ? dss_queue_copy(&head, 0, n, to) : 0;
		if (err || !n)
			break;
		last = head;
		keep = head.len - n;
		done += n;
	} while (!keep && dss_queue_peek_next(&head));
	if (done)
		dss_read_consume(s, &last, keep);
	return done ?: err;
}

/*
 * Datagrams as they come, the last one as far as it fits. Less than was asked for says that there
 * is no more, and that a wakeup comes with what is next.
 */
static ssize_t dss_read_stream(struct dss_session *s, struct iov_iter *to)
{
	size_t done = 0;
	ssize_t n;

	do {
		n = dss_read_some(s, to);
		if (n < 0)
			return done ?: n;
		done += n;
	} while (iov_iter_count(to) && dss_queue_records(&s->rx_queue));
	return done;
}

ssize_t dss_rx_read(struct dss_node *f, struct iov_iter *to, enum dss_wait wait)
{
	struct dss_session *s = f->session;
	ssize_t ret;

	if (!iov_iter_count(to))
		return 0;
	ret = dss_read_lock(s, wait);
	if (ret)
		return ret == DSS_READ_END ? 0 : ret;
	if (READ_ONCE(f->mode) == MBIM_DSS_MODE_MESSAGE)
		ret = dss_read_message(s, to);
	else
		ret = dss_read_stream(s, to);
	dss_read_unlock(s);
	return ret;
}

/*
 * Copy records from @head on to the buffers of up to @n entries. Returns how many; @last is the
 * last of them, and @err says what stopped it
 */
static u32 dss_recv_copy(struct dss_queue_head *head, struct dss_queue_head *last,
			 struct mbim_dss_datagram *d, u32 n, int *err)
{
	u32 i = 0;

	do {
		if (d[i].reserved) {
			*err = -EINVAL;
			break;
		}
		if (d[i].len < head->len) {
			*err = -EMSGSIZE;
			break;
		}
		if (dss_queue_copy_to_user(head, u64_to_user_ptr(d[i].buf), head->len)) {
			*err = -EFAULT;
			break;
		}
		d[i].len = head->len;
		d[i].flags = head->flags;
		d[i].lost = head->lost;
		*last = *head;
		i++;
	} while (i < n && dss_queue_peek_next(head));
	return i;
}

static int dss_recv_all(struct dss_session *s, struct mbim_dss_batch *b)
{
	struct mbim_dss_datagram __user *to = u64_to_user_ptr(b->entries);
	struct mbim_dss_datagram d[DSS_RECV_ENTRIES];
	struct dss_queue_head head, last;
	u32 n, got;
	int err = 0;

	while (!err && b->done < b->count && dss_read_peek(s, &head)) {
		n = min_t(u32, b->count - b->done, DSS_RECV_ENTRIES);
		if (copy_from_user(d, &to[b->done], n * sizeof(d[0])))
			return -EFAULT;
		got = dss_recv_copy(&head, &last, d, n, &err);
		if (!got)
			break;
		if (copy_to_user(&to[b->done], d, got * sizeof(d[0])))
			return -EFAULT;
		dss_read_consume(s, &last, 0);
		b->done += got;
	}
	return err;
}

int dss_rx_recv(struct dss_node *f, struct mbim_dss_batch *b, bool nowait)
{
	struct dss_session *s = f->session;
	int err;

	err = dss_read_lock(s, nowait ? DSS_WAIT_NOT : DSS_WAIT_DATA);
	if (err)
		return err == DSS_READ_END ? 0 : err;
	err = dss_recv_all(s, b);
	dss_read_unlock(s);
	return err;
}

/* Bytes that one read would give */
u32 dss_rx_readable(struct dss_node *f)
{
	struct dss_session *s = f->session;
	struct dss_queue_head head;

	if (READ_ONCE(f->mode) == MBIM_DSS_MODE_STREAM)
		return dss_queue_bytes(&s->rx_queue);
	return dss_read_peek(s, &head) ? head.len : 0;
}

__poll_t dss_rx_poll(struct dss_node *f)
{
	struct dss_session *s = f->session;
	bool ended = dss_session_ended(s);
	__poll_t mask = 0;

	if (ended || dss_queue_records(&s->rx_queue))
		mask |= EPOLLIN | EPOLLRDNORM;
	if (ended)
		mask |= EPOLLRDHUP;
	spin_lock_bh(&s->rx_lock);
	if (s->rx_lost + s->rx_backlog != READ_ONCE(f->lost_seen))
		mask |= EPOLLPRI;
	spin_unlock_bh(&s->rx_lock);
	return mask;
}
