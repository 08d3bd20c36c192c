/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Transmit, in four parts: tx.c has the NTBs, the pipe and the ends; stop.c what stops it; fill.c
 * the NTB that a writer fills; write.c, send.c and iocb.c the callers.
 *
 * A writer locks the session (dss_tx_lock), asks for an NTB with room for a datagram, copies
 * as many into it as there is room for and commits each, and finishes, which unlocks it.
 */
#ifndef MBIM_DSS_TX_H
#define MBIM_DSS_TX_H

#include <linux/poll.h>

#include "dss.h"

/* fill.c */
int dss_tx_lock(struct dss_session *s, bool nowait);
void dss_tx_unlock(struct dss_session *s);
u8 *dss_tx_room(struct dss_session *s, u32 len, bool nowait, struct dss_xfer **xfer);
void dss_tx_pause(struct dss_session *s);
bool dss_tx_add(struct dss_session *s, struct iov_iter *from, u32 len, struct dss_op *op);
void dss_tx_finish(struct dss_session *s, u32 datagrams, size_t bytes, int error);

/* Datagrams that follow are @op's; each needs dss_ntb_commit(), and is counted in the part */
static inline struct dss_part *dss_part_begin(struct dss_xfer *x, struct dss_op *op)
{
	struct dss_part *part = &x->parts[x->nparts++];

	part->op = op;
	part->bytes = 0;
	part->count = 0;
	return part;
}

/* A datagram has been copied to where dss_ntb_reserve() said */
static __always_inline void dss_tx_commit(struct dss_xfer *x, u32 len, struct dss_op *op)
{
	struct dss_part *part = x->nparts ? &x->parts[x->nparts - 1] : NULL;

	dss_ntb_commit(&x->ntb, len);
	if (!part || part->op != op)
		part = dss_part_begin(x, op);
	part->bytes += len;
	part->count++;
}

/*
 * May the session hold one more NTB? @half: with half of all bounds, where writers go on. With
 * tx.lock
 */
static inline bool dss_tx_may_hold(const struct dss_session *s, bool half)
{
	const struct dss_modem *m = s->modem;

	return dss_decide_room(s->tx_held, m->tx.more, half, m->ntb_params.tx_max, s->tx_limit);
}

/*
 * There is room, or no need of it. With tx.lock, under which poll looks: who has not seen it is
 * in the queue
 */
static inline void dss_tx_wake(struct dss_session *s)
{
	wake_up_interruptible(&s->tx_wait);
	/* the lock orders it */
	if (waitqueue_active(&s->pollers))
		wake_up_interruptible_poll(&s->pollers, EPOLLOUT | EPOLLWRNORM);
}

/* With tx.lock */
static inline struct dss_xfer *dss_xfer_from_pool(struct dss_tx *tx)
{
	struct llist_node *first = tx->pool;

	if (!first)
		return NULL;
	tx->pool = first->next;
	tx->pooled--;
	tx->unused = min(tx->unused, tx->pooled);
	return llist_entry(first, struct dss_xfer, link);
}

/* how often transfers are looked at while there are any */
#define DSS_TX_WATCH		(HZ / 10)

/*
 * tx.c; with tx.lock, all but dss_xfer_alloc(), dss_xfers_free(), dss_tx_gathered(),
 * dss_tx_quiet(), dss_tx_unplug() and the last two
 */
struct dss_xfer *dss_xfer_alloc(struct dss_modem *m);
void dss_xfer_to_pool(struct dss_tx *tx, struct dss_xfer *x);
void dss_xfers_free(struct dss_tx *tx, struct llist_node *list);
void dss_tx_trim(struct dss_tx *tx, struct llist_head *list);
int dss_tx_why(const struct dss_session *s);
void dss_tx_awake(struct dss_modem *m);
void dss_tx_asleep(struct dss_modem *m);
void dss_tx_kick(struct dss_modem *m);
enum hrtimer_restart dss_tx_gathered(struct hrtimer *timer);
void dss_tx_await_locked(struct dss_session *s);
void dss_tx_mark_ready(struct dss_session *s);
void dss_tx_queued(struct dss_xfer *x);
void dss_tx_hurry(struct dss_modem *m);
bool dss_tx_quiet(struct dss_tx *tx);
void dss_tx_added(struct dss_session *s);
void dss_tx_unplug(struct dss_session *s);
void dss_tx_discard(struct dss_xfer *x, int error);
void dss_tx_discard_open(struct dss_session *s, int error);
void dss_tx_tell(struct dss_session *s, struct llist_head *ops);
void dss_tx_drop(struct dss_xfer *x);
void dss_tx_emptied(struct dss_xfer *x);
void dss_op_end(struct dss_op *op);
void dss_ops_end(struct llist_head *ops);

/* write.c; the first two with session.write, which the second lets go */
struct dss_op *dss_op_alloc(struct dss_node *f, enum dss_op_kind kind);
ssize_t dss_tx_copy(struct dss_session *s, struct iov_iter *from, struct dss_op *op, bool nowait);
void dss_op_free(struct dss_op *op);
void dss_op_accepted(struct dss_op *op);
void dss_op_wait_put(struct dss_op *op);

/* stop.c; with tx.lock */
void dss_tx_unlink(struct dss_xfer *x, int error);

/* iocb.c */
ssize_t dss_iocb_write(struct dss_node *f, struct kiocb *iocb, struct iov_iter *from, bool nowait);
void dss_iocb_cancelled(struct work_struct *work);

#endif /* MBIM_DSS_TX_H */
