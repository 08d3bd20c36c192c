/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whose turn it is to read a session, or to write it. EAGAIN promises a wakeup, edge-triggered
 * ones above all: who does not wait for his turn leaves word, and who gives it up hears of it.
 */
#ifndef MBIM_DSS_TURN_H
#define MBIM_DSS_TURN_H

#include <linux/mutex.h>

struct dss_turn {
	struct mutex mutex;		/* who has it copies from, or to, user memory */
	bool missed;			/* no lock: somebody has been sent away */
};

/*
 * EAGAIN when somebody else has it; ERESTARTSYS, for nothing has been done yet: the call goes on
 * after a stop, a freeze or work of io_uring, and after a handler with SA_RESTART
 */
static inline int dss_turn_take(struct dss_turn *turn, bool nowait)
{
	if (!nowait)
		return mutex_lock_interruptible(&turn->mutex) ? -ERESTARTSYS : 0;
	if (mutex_trylock(&turn->mutex))
		return 0;
	WRITE_ONCE(turn->missed, true);
	/* pairs with dss_turn_give(): who has it gives it, then looks, so one of us sees it */
	smp_mb();
	return mutex_trylock(&turn->mutex) ? 0 : -EAGAIN;
}

/* True: somebody has been sent away meanwhile, and is to be woken */
static inline bool dss_turn_give(struct dss_turn *turn)
{
	mutex_unlock(&turn->mutex);
	/* pairs with dss_turn_take() */
	smp_mb();
	if (likely(!READ_ONCE(turn->missed)))
		return false;
	WRITE_ONCE(turn->missed, false);
	/* who misses after this looks for himself; what was there before, the caller sees */
	smp_mb();
	return true;
}

#endif /* MBIM_DSS_TURN_H */
