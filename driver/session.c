// SPDX-License-Identifier: GPL-2.0
/*
 * Sessions: their place in the modem's table, their device node, and their end.
 */
#include <linux/module.h>
#include <linux/slab.h>

#include "compat.h"
#include "dss.h"
#include "stats.h"

struct dss_session *dss_session_lookup(struct dss_modem *m, u32 id)
{
	if (id >= MBIM_DSS_MAX_SESSIONS)
		return NULL;
	return rcu_dereference_protected(m->sessions[id], lockdep_is_held(&dss_mutex));
}

/* The module stays while there are sessions that somebody wants */
static void dss_session_unpin(struct dss_session *s)
{
	if (s->pinned)
		module_put(THIS_MODULE);
	s->pinned = false;
}

static void dss_session_drained(struct work_struct *work)
{
	struct dss_session *s = container_of(work, struct dss_session, drained);

	dss_request_drained(s);
	dss_session_put(s);
}

static void dss_session_free(struct rcu_head *rcu)
{
	struct dss_session *s = container_of(rcu, struct dss_session, rcu);

	/* not before: the receive path may have found the session, and still push */
	dss_queue_purge(&s->rx_queue);
	kfree(s);
}

static void dss_session_release(struct device *dev)
{
	struct dss_session *s = to_dss_session(dev);

	kfree(s->closer);
	mutex_destroy(&s->read.mutex);
	mutex_destroy(&s->write.mutex);
	put_device(&s->modem->dev);
	/* the receive path looks sessions up under RCU */
	call_rcu(&s->rcu, dss_session_free);
}

/*
 * /dev/mbim/dss0s5, of the user who opened the session; udev may widen it. The core does not hear
 * of a failure here: it would make a node of another name, or leave this one behind.
 */
static char *dss_session_devnode(DSS_DEVNODE_DEVICE *dev, umode_t *mode, kuid_t *uid, kgid_t *gid)
{
	const struct dss_session *s = container_of(dev, struct dss_session, dev);

	/* asked for the name alone, when the node is removed */
	if (mode)
		*mode = 0600;
	if (uid)
		*uid = s->uid;
	if (gid)
		*gid = s->gid;
	return kasprintf(GFP_KERNEL | __GFP_NOFAIL, "mbim/%s", dev_name(dev));
}

static const struct device_type dss_session_type = {
	.name = "mbim_dss_session",
	.groups = dss_session_groups,
	.devnode = dss_session_devnode,
	.release = dss_session_release,
};

/*
 * A session in the table of its modem, in state OPENING; the table has a reference. It is complete,
 * for the receive path may find it at once
 */
struct dss_session *dss_session_new(struct dss_modem *m, u32 id, const struct mbim_dss_open *open,
				    u32 directions)
{
	struct dss_session *s;
	int err;

	lockdep_assert_held(&dss_mutex);
	s = kzalloc(sizeof(*s), GFP_KERNEL_ACCOUNT);
	if (!s)
		return ERR_PTR(-ENOMEM);
	s->modem = m;
	get_device(&m->dev);
	s->id = id;
	memcpy(s->service, open->service, sizeof(s->service));
	s->directions = directions;
	s->flags = open->flags;
	s->uid = current_euid();
	s->gid = current_egid();
	s->state = MBIM_DSS_SESSION_OPENING;
	INIT_LIST_HEAD(&s->owned);
	INIT_WORK(&s->drained, dss_session_drained);
	mutex_init(&s->write.mutex);
	INIT_LIST_HEAD(&s->tx_queue);
	INIT_LIST_HEAD(&s->tx_flight);
	INIT_LIST_HEAD(&s->tx_ready);
	init_waitqueue_head(&s->tx_wait);
	init_waitqueue_head(&s->tx_sync);
	s->tx_limit = DSS_TX_LIMIT;
	s->tx_timeout_ms = DSS_TX_TIMEOUT_MS;
	mutex_init(&s->read.mutex);
	spin_lock_init(&s->rx_lock);
	dss_queue_init(&s->rx_queue, DSS_RX_LIMIT);
	init_waitqueue_head(&s->rx_wait);
	init_waitqueue_head(&s->pollers);

	device_initialize(&s->dev);
	s->dev.class = &dss_class;
	s->dev.type = &dss_session_type;
	s->dev.parent = &m->dev;
	s->dev.devt = MKDEV(MAJOR(dss_devt), m->index * MBIM_DSS_MAX_SESSIONS + id);
	err = dev_set_name(&s->dev, "dss%us%u", m->index, id);
	if (err) {
		dss_session_put(s);
		return ERR_PTR(err);
	}
	__module_get(THIS_MODULE);
	s->pinned = true;
	rcu_assign_pointer(m->sessions[id], s);
	m->nsessions++;
	WRITE_ONCE(m->id_limit, max(m->id_limit, id + 1));
	dss_agent_changed();
	return s;
}

/* The session is open on the modem: give it its node */
int dss_session_publish(struct dss_session *s)
{
	int err;

	lockdep_assert_held(&dss_mutex);
	WRITE_ONCE(s->state, MBIM_DSS_SESSION_OPEN);
	err = device_add(&s->dev);
	if (err) {
		WRITE_ONCE(s->state, MBIM_DSS_SESSION_CLOSING);
		return err;
	}
	s->published = true;
	dss_agent_event(MBIM_DSS_EVENT_SESSION_OPENED, s->modem, s, 0);
	return 0;
}

/* No more writes; what has been written is still sent */
void dss_session_shut(struct dss_session *s)
{
	lockdep_assert_held(&dss_mutex);
	WRITE_ONCE(s->state, MBIM_DSS_SESSION_CLOSING);
	dss_session_unpin(s);
	dss_tx_shut(s);
}

/* Everybody who waits is woken, and what has not been sent is not */
static void dss_session_tell_end(struct dss_session *s, enum mbim_dss_session_state state)
{
	WRITE_ONCE(s->state, state);
	dss_tx_shut(s);
	dss_tx_withdraw(s, state == MBIM_DSS_SESSION_GONE ? -ENODEV : -ECANCELED);
	wake_up_all(&s->tx_wait);
	wake_up_all(&s->rx_wait);
	wake_up_all(&s->pollers);
}

/*
 * The modem is: who waits is told at once, not after the nodes of all the other sessions have been
 * removed. dss_session_end() is to follow, under the same hold of dss_mutex.
 */
void dss_session_gone(struct dss_session *s)
{
	lockdep_assert_held(&dss_mutex);
	if (!dss_session_ended(s))
		dss_session_tell_end(s, MBIM_DSS_SESSION_GONE);
}

/*
 * The end: the id is free, the node is gone, everybody who waits is woken. Files that are
 * still open keep the rest of it, and what has been received stays readable.
 */
void dss_session_end(struct dss_session *s, enum mbim_dss_session_state state, int error)
{
	struct dss_modem *m = s->modem;

	lockdep_assert_held(&dss_mutex);
	if (dss_session_lookup(m, s->id) != s)
		return;
	RCU_INIT_POINTER(m->sessions[s->id], NULL);
	m->nsessions--;
	dss_agent_changed();
	while (m->id_limit && !dss_session_lookup(m, m->id_limit - 1))
		WRITE_ONCE(m->id_limit, m->id_limit - 1);
	list_del_init(&s->owned);
	s->owner = NULL;
	dss_session_unpin(s);

	if (!dss_session_ended(s))
		dss_session_tell_end(s, state);
	if (s->published) {
		device_del(&s->dev);
		dss_agent_event(MBIM_DSS_EVENT_SESSION_CLOSED, m, s, error);
	}

	/* the hook goes with the last session; that needs RTNL */
	if (!m->nsessions && !READ_ONCE(m->gone))
		dss_modem_queue_rx(m, 0);
	dss_session_put(s);
}

void dss_session_fill(struct dss_session *s, struct mbim_dss_session *info)
{
	struct dss_modem *m = s->modem;

	memset(info, 0, sizeof(*info));
	info->size = sizeof(*info);
	info->flags = s->flags;
	info->modem = m->index;
	info->session = s->id;
	memcpy(info->service, s->service, sizeof(info->service));
	info->state = READ_ONCE(s->state);
	info->directions = s->directions;
	info->uid = from_kuid_munged(current_user_ns(), s->uid);
	info->gid = from_kgid_munged(current_user_ns(), s->gid);
	info->max_datagram = m->ntb_params.max_datagram;

	spin_lock_bh(&s->rx_lock);
	info->rx_queued = dss_queue_bytes(&s->rx_queue);
	info->rx_limit = s->rx_queue.limit;
	info->rx_datagrams = s->rx_datagrams;
	info->rx_bytes = s->rx_bytes;
	info->rx_lost = s->rx_lost;
	info->rx_backlog = s->rx_backlog;
	spin_unlock_bh(&s->rx_lock);

	spin_lock_bh(&m->tx.lock);
	info->tx_queued = s->tx_held * m->ntb_params.tx_max;
	info->tx_limit = s->tx_limit;
	info->tx_datagrams = s->tx_datagrams;
	info->tx_bytes = s->tx_bytes;
	info->tx_errors = s->tx_errors;
	spin_unlock_bh(&m->tx.lock);
}

static bool dss_limit_valid(u32 limit)
{
	return limit >= MBIM_DSS_LIMIT_MIN && limit <= MBIM_DSS_LIMIT_MAX;
}

static int dss_session_check_limits(const struct mbim_dss_limits *l)
{
	if (l->reserved)
		return -EINVAL;
	if (l->flags & MBIM_DSS_LIMITS_SET_RX && !dss_limit_valid(l->rx_limit))
		return -EINVAL;
	if (l->flags & MBIM_DSS_LIMITS_SET_TX && !dss_limit_valid(l->tx_limit))
		return -EINVAL;
	if (l->flags & MBIM_DSS_LIMITS_SET_TIMEOUT &&
	    (l->tx_timeout_ms < MBIM_DSS_TIMEOUT_MIN || l->tx_timeout_ms > MBIM_DSS_TIMEOUT_MAX))
		return -EINVAL;
	return 0;
}

/* Set what l->flags say, all or nothing, and tell what is in force */
int dss_session_limits(struct dss_session *s, struct mbim_dss_limits *l)
{
	struct dss_chunk *chunks = NULL;
	int err;

	err = dss_session_check_limits(l);
	if (err)
		return err;
	spin_lock_bh(&s->rx_lock);
	if (l->flags & MBIM_DSS_LIMITS_SET_RX)
		chunks = dss_queue_set_limit(&s->rx_queue, l->rx_limit);
	l->rx_limit = s->rx_queue.limit;
	spin_unlock_bh(&s->rx_lock);
	dss_queue_free(chunks);
	dss_tx_limits(s, l);
	return 0;
}
