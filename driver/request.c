// SPDX-License-Identifier: GPL-2.0
/*
 * Requests: opens and closes of sessions that are under way.
 *
 * A request is made by OPEN or CLOSE, or without a caller when a session must go that nobody
 * owns any more. What the modem has to do, the agent is asked for:
 *
 *	DRAIN	a close waits until what was written is sent, DSS_LINGER_MS at most,
 *		and the same time again for transfers that were withdrawn
 *	QUEUED	there is no agent, but one may come: the grace time after an agent's death;
 *		or a disconnect that waits for the next agent, however long
 *	SENT	the agent has been asked; its answer or the deadline ends it
 *
 * Every request ends exactly once. An open whose caller no longer waits (cancelled, timed
 * out, handle closed) turns into a disconnect, because the modem may connect it yet.
 * All of it under dss_mutex.
 */
#include <linux/cred.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "dss.h"
#include "trace.h"

static unsigned int agent_timeout_ms = 30000;
module_param(agent_timeout_ms, uint, 0644);
MODULE_PARM_DESC(agent_timeout_ms, "how long the agent may take to answer a request, ms");

static unsigned int agent_grace_ms = 5000;
module_param(agent_grace_ms, uint, 0644);
MODULE_PARM_DESC(agent_grace_ms, "how long requests wait for the successor of an agent that died, ms");

/* How long what waits for an agent's successor waits, jiffies */
unsigned long dss_request_grace(void)
{
	return msecs_to_jiffies(READ_ONCE(agent_grace_ms));
}

/* how often at most an agent is asked that does not take the question */
#define DSS_RETRY_MS		1000u

enum dss_request_state { DSS_REQUEST_DRAIN, DSS_REQUEST_QUEUED, DSS_REQUEST_SENT };

struct dss_request {
	struct list_head list;		/* dss_requests */
	struct list_head owned;		/* dss_handle.requests */
	u64 id;				/* the agent's name for it */
	enum mbim_dss_op op;
	enum dss_request_state state;
	bool withdrawn;			/* DRAIN: transfers have been */
	bool asked;			/* SENT, now or earlier: the modem may have done it */
	bool again;			/* it was tried to ask an agent a second time */
	struct dss_session *session;	/* reference */
	struct dss_handle *handle;	/* who waits; NULL: nobody */
	struct dss_outcome *outcome;	/* its completion; with handle */
	pid_t pid;
	struct delayed_work deadline;
};

static LIST_HEAD(dss_requests);
static u64 dss_request_ids;

static void dss_request_ask(struct dss_request *r);
static void dss_request_deadline(struct work_struct *work);

static struct dss_request *dss_request_alloc(void)
{
	struct dss_request *r;

	r = kzalloc(sizeof(*r), GFP_KERNEL);
	if (!r)
		return NULL;
	INIT_LIST_HEAD(&r->owned);
	INIT_DELAYED_WORK(&r->deadline, dss_request_deadline);
	return r;
}

static void dss_request_begin(struct dss_request *r, struct dss_session *s, enum mbim_dss_op op)
{
	r->id = ++dss_request_ids;
	r->op = op;
	r->session = dss_session_get(s);
	r->pid = task_tgid_nr(current);
	list_add_tail(&r->list, &dss_requests);
	s->request = r;
}

/* The session's own request for its end; an open session has it */
static struct dss_request *dss_request_begin_close(struct dss_session *s)
{
	struct dss_request *r = s->closer;

	s->closer = NULL;
	dss_request_begin(r, s, MBIM_DSS_OP_DISCONNECT);
	return r;
}

/* The deadline's work owns the memory while it is queued or runs */
static void dss_request_free(struct dss_request *r)
{
	list_del_init(&r->list);
	list_del_init(&r->owned);
	if (r->session->request == r)
		r->session->request = NULL;
	/* let the work do it: it may be waiting for dss_mutex */
	r->id = 0;
	mod_delayed_work(dss_wq, &r->deadline, 0);
}

/* Tell the caller, if one waits */
static void dss_request_complete(struct dss_request *r, u32 error, u32 mbim_status)
{
	struct dss_outcome *out = r->outcome;

	trace_mbim_dss_request(r->session->modem->index, r->session->id, r->op, error, mbim_status);
	if (!r->handle)
		return;
	out->completion.session = r->session->id;
	dss_handle_complete(r->handle, out, error, mbim_status);
	list_del_init(&r->owned);
	r->handle = NULL;
	r->outcome = NULL;
}

static void dss_request_arm(struct dss_request *r, unsigned int ms)
{
	mod_delayed_work(dss_wq, &r->deadline, msecs_to_jiffies(ms));
}

/* A connect that nobody waits for becomes a disconnect, when it may have reached the modem */
static void dss_request_undo(struct dss_request *r)
{
	struct dss_session *s = r->session;

	if (!r->asked) {
		dss_session_end(s, MBIM_DSS_SESSION_CLOSED, ECANCELED);
		dss_request_free(r);
		return;
	}
	dss_session_shut(s);
	r->id = ++dss_request_ids;
	r->op = MBIM_DSS_OP_DISCONNECT;
	r->asked = false;
	dss_request_ask(r);
}

/* Hand it to the agent; without one, it waits for the next or ends */
static void dss_request_ask(struct dss_request *r)
{
	unsigned int grace_ms = READ_ONCE(agent_grace_ms);

	if (dss_agent_bound() && !dss_agent_ask(r->id, r->op, r->session, r->pid)) {
		r->state = DSS_REQUEST_SENT;
		r->asked = true;
		dss_request_arm(r, READ_ONCE(agent_timeout_ms));
		return;
	}
	r->state = DSS_REQUEST_QUEUED;
	/* if nobody waits it is tried for long, and 0 must not make that a loop */
	dss_request_arm(r, r->handle ? grace_ms : max(grace_ms, DSS_RETRY_MS));
}

static void dss_request_connected(struct dss_request *r, u32 error, u32 mbim_status)
{
	struct dss_session *s = r->session;
	int err;

	if (error) {
		dss_request_complete(r, error, mbim_status);
		dss_session_end(s, MBIM_DSS_SESSION_CLOSED, error);
		dss_request_free(r);
		return;
	}
	if (!r->handle) {
		dss_request_undo(r);
		return;
	}
	err = dss_session_publish(s);
	if (err) {
		dss_request_complete(r, -err, 0);
		dss_request_undo(r);
		return;
	}
	if (!(s->flags & MBIM_DSS_OPEN_PERSIST)) {
		s->owner = r->handle;
		list_add_tail(&s->owned, &r->handle->sessions);
	}
	dss_request_complete(r, 0, mbim_status);
	dss_request_free(r);
}

static void dss_request_disconnected(struct dss_request *r, u32 error, u32 mbim_status)
{
	dss_session_end(r->session, MBIM_DSS_SESSION_CLOSED, error);
	dss_request_complete(r, error, mbim_status);
	dss_request_free(r);
}

/* The agent's answer. -ENOENT: nobody waits for it any more */
int dss_request_reply(u64 id, u32 error, u32 mbim_status)
{
	struct dss_request *r;

	lockdep_assert_held(&dss_mutex);
	list_for_each_entry(r, &dss_requests, list) {
		if (r->id != id || r->state != DSS_REQUEST_SENT)
			continue;
		if (r->op == MBIM_DSS_OP_CONNECT)
			dss_request_connected(r, error, mbim_status);
		else
			dss_request_disconnected(r, error, mbim_status);
		return 0;
	}
	return -ENOENT;
}

/* Written data has been sent, or has been waited for: now the modem, or nobody, is asked */
static void dss_request_disconnect(struct dss_request *r)
{
	if (r->session->flags & MBIM_DSS_OPEN_ATTACH)
		dss_request_disconnected(r, 0, 0);
	else
		dss_request_ask(r);
}

/* Called when the last NTB of a session that is being closed has ended */
void dss_request_drained(struct dss_session *s)
{
	struct dss_request *r;

	mutex_lock(&dss_mutex);
	r = s->request;
	if (r && r->state == DSS_REQUEST_DRAIN && dss_tx_drained(s))
		dss_request_disconnect(r);
	mutex_unlock(&dss_mutex);
}

static void dss_request_drain(struct dss_request *r)
{
	struct dss_session *s = r->session;

	dss_session_shut(s);
	r->state = DSS_REQUEST_DRAIN;
	if (dss_tx_drained(s))
		dss_request_disconnect(r);
	else
		dss_request_arm(r, DSS_LINGER_MS);
}

static void dss_request_expired(struct dss_request *r)
{
	switch (r->state) {
	case DSS_REQUEST_DRAIN:
		if (!r->withdrawn) {
			r->withdrawn = true;
			dss_tx_withdraw(r->session, -ECANCELED);
			if (!dss_tx_drained(r->session)) {
				dss_request_arm(r, DSS_LINGER_MS);
				break;
			}
		}
		dss_request_disconnect(r);
		break;
	case DSS_REQUEST_QUEUED:
		/* it did not take the question: its socket was full, or memory short */
		if (dss_agent_bound() && !r->again) {
			r->again = true;
			dss_request_ask(r);
			break;
		}
		if (r->handle)
			dss_request_complete(r, ECONNRESET, 0);
		if (r->op == MBIM_DSS_OP_CONNECT)
			dss_request_undo(r);
		else if (dss_agent_bound())
			/* the id is free when it has been told: tried for as long as it is there */
			dss_request_ask(r);
		/* otherwise it stays for the next agent, without a deadline */
		break;
	case DSS_REQUEST_SENT:
		if (r->op == MBIM_DSS_OP_DISCONNECT) {
			dss_request_disconnected(r, ETIMEDOUT, 0);
			break;
		}
		dss_request_complete(r, ETIMEDOUT, 0);
		dss_request_undo(r);
		break;
	}
}

static void dss_request_deadline(struct work_struct *work)
{
	struct dss_request *r = container_of(to_delayed_work(work), struct dss_request, deadline);
	struct dss_session *s = r->session;

	mutex_lock(&dss_mutex);
	if (!r->id) {
		/* unless it was queued once more while this ran */
		if (!delayed_work_pending(&r->deadline)) {
			mutex_unlock(&dss_mutex);
			kfree(r);
			dss_session_put(s);
			return;
		}
	} else if (!delayed_work_pending(&r->deadline)) {
		dss_request_expired(r);
	}
	mutex_unlock(&dss_mutex);
}

/* A new agent: what waited for one is asked now */
void dss_request_agent_bound(void)
{
	struct dss_request *r, *tmp;

	list_for_each_entry_safe(r, tmp, &dss_requests, list)
		if (r->state == DSS_REQUEST_QUEUED)
			dss_request_ask(r);
}

/* What the agent had been asked waits for its successor */
void dss_request_agent_lost(void)
{
	struct dss_request *r, *tmp;

	list_for_each_entry_safe(r, tmp, &dss_requests, list)
		if (r->state == DSS_REQUEST_SENT)
			dss_request_ask(r);
}

static struct dss_outcome *dss_request_outcome(struct dss_handle *h, u32 type, u32 modem,
					       u32 session, u64 user_data)
{
	struct dss_outcome *out;

	out = kzalloc(sizeof(*out), GFP_KERNEL_ACCOUNT);
	if (!out)
		return ERR_PTR(-ENOMEM);
	spin_lock(&h->lock);
	if (h->outstanding >= MBIM_DSS_REQUESTS_MAX) {
		spin_unlock(&h->lock);
		kfree(out);
		return ERR_PTR(-ENOBUFS);
	}
	h->outstanding++;
	spin_unlock(&h->lock);
	out->completion.size = sizeof(out->completion);
	out->completion.type = type;
	out->completion.request_id = ++h->next_id;
	out->completion.user_data = user_data;
	out->completion.count = 1;
	out->completion.modem = modem;
	out->completion.session = session;
	return out;
}

static void dss_request_forget(struct dss_handle *h, struct dss_outcome *out)
{
	spin_lock(&h->lock);
	h->outstanding--;
	spin_unlock(&h->lock);
	kfree(out);
}

static void dss_request_own(struct dss_request *r, struct dss_handle *h, struct dss_outcome *out)
{
	r->handle = h;
	r->outcome = out;
	list_add_tail(&r->owned, &h->requests);
}

/*
 * The services that MBIM itself is made of are not for sessions, nor does the agent list them.
 * MBIM 1.0, 10.1; the last is Microsoft's Basic Connect Extensions.
 */
static bool dss_request_native(const u8 *uuid)
{
	static const u8 native[][MBIM_DSS_UUID_SIZE] = {
		/* Basic Connect */
		{ 0xa2, 0x89, 0xcc, 0x33, 0xbc, 0xbb, 0x8b, 0x4f,
		  0xb6, 0xb0, 0x13, 0x3e, 0xc2, 0xaa, 0xe6, 0xdf },
		/* SMS */
		{ 0x53, 0x3f, 0xbe, 0xeb, 0x14, 0xfe, 0x44, 0x67,
		  0x9f, 0x90, 0x33, 0xa2, 0x23, 0xe5, 0x6c, 0x3f },
		/* USSD */
		{ 0xe5, 0x50, 0xa0, 0xc8, 0x5e, 0x82, 0x47, 0x9e,
		  0x82, 0xf7, 0x10, 0xab, 0xf4, 0xc3, 0x35, 0x1f },
		/* Phonebook */
		{ 0x4b, 0xf3, 0x84, 0x76, 0x1e, 0x6a, 0x41, 0xdb,
		  0xb1, 0xd8, 0xbe, 0xd2, 0x89, 0xc2, 0x5b, 0xdb },
		/* STK */
		{ 0xd8, 0xf2, 0x01, 0x31, 0xfc, 0xb5, 0x4e, 0x17,
		  0x86, 0x02, 0xd6, 0xed, 0x38, 0x16, 0x16, 0x4c },
		/* AUTH */
		{ 0x1d, 0x2b, 0x5f, 0xf7, 0x0a, 0xa1, 0x48, 0xb2,
		  0xaa, 0x52, 0x50, 0xf1, 0x57, 0x67, 0x17, 0x4e },
		/* DSS */
		{ 0xc0, 0x8a, 0x26, 0xdd, 0x77, 0x18, 0x43, 0x82,
		  0x84, 0x82, 0x6e, 0x0d, 0x58, 0x3c, 0x4d, 0x0e },
		/* Basic Connect Extensions */
		{ 0x3d, 0x01, 0xdc, 0xc5, 0xfe, 0xf5, 0x4d, 0x05,
		  0x0d, 0x3a, 0xbe, 0xf7, 0x05, 0x8e, 0x9a, 0xaf },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(native); i++)
		if (!memcmp(uuid, native[i], MBIM_DSS_UUID_SIZE))
			return true;
	return false;
}

/* May the caller open this? Fills @directions */
static int dss_request_check(struct dss_modem *m, const struct mbim_dss_open *arg, u32 *directions)
{
	struct dss_service *svc;

	if (arg->flags & MBIM_DSS_OPEN_ATTACH) {
		*directions = MBIM_DSS_DIR_IN | MBIM_DSS_DIR_OUT;
		if (!capable(CAP_NET_ADMIN))
			return -EACCES;
		return arg->session == MBIM_DSS_SESSION_ANY ? -EINVAL : 0;
	}
	if (dss_request_native(arg->service))
		return -EACCES;
	if (!dss_agent_expected())
		return -ECONNREFUSED;
	if (!m->probed)
		return -EAGAIN;
	svc = dss_modem_service(m, arg->service);
	if (!svc)
		return -ENOENT;
	*directions = svc->info.directions;
	return dss_decide_open(svc->info.directions, m->nsessions, m->max_sessions,
			       dss_modem_instances(m, arg->service), svc->info.max_instances);
}

/* The id asked for, or the lowest free one; negative: EBUSY, EUSERS, EINVAL */
static int dss_request_pick(struct dss_modem *m, u32 wanted)
{
	DECLARE_BITMAP(taken, MBIM_DSS_MAX_SESSIONS) = {};
	u32 id;

	for (id = 0; id < MBIM_DSS_MAX_SESSIONS; id++)
		if (dss_session_lookup(m, id) || dss_modem_vlan_busy(m, id))
			__set_bit(id, taken);
	return dss_decide_id(taken, wanted);
}

static int __dss_request_open(struct dss_handle *h, struct mbim_dss_open *arg)
{
	struct dss_request *r;
	struct dss_session *s;
	struct dss_outcome *out;
	struct dss_modem *m;
	u32 directions;
	int err, id;

	m = dss_modem_find(arg->modem);
	if (!m)
		return -ENODEV;
	err = dss_request_check(m, arg, &directions);
	if (err)
		return err;
	id = dss_request_pick(m, arg->session);
	if (id < 0)
		return id;
	out = dss_request_outcome(h, MBIM_DSS_REQUEST_OPEN, m->index, id, arg->user_data);
	if (IS_ERR(out))
		return PTR_ERR(out);
	s = dss_session_new(m, id, arg, directions);
	if (IS_ERR(s)) {
		err = PTR_ERR(s);
		goto forget;
	}
	err = -ENOMEM;
	s->closer = dss_request_alloc();
	if (!s->closer)
		goto end;
	/* ready to receive before the modem can send */
	err = dss_rx_attach(m);
	if (err)
		goto end;
	r = dss_request_alloc();
	if (!r) {
		err = -ENOMEM;
		goto end;
	}
	dss_request_begin(r, s, MBIM_DSS_OP_CONNECT);
	dss_request_own(r, h, out);
	arg->session = id;
	arg->request_id = out->completion.request_id;
	if (s->flags & MBIM_DSS_OPEN_ATTACH)
		dss_request_connected(r, 0, 0);
	else
		dss_request_ask(r);
	return 0;

end:
	dss_session_end(s, MBIM_DSS_SESSION_CLOSED, -err);
forget:
	dss_request_forget(h, out);
	return err;
}

int dss_request_open(struct dss_handle *h, struct mbim_dss_open *arg)
{
	int err;

	rtnl_lock();
	mutex_lock(&dss_mutex);
	err = __dss_request_open(h, arg);
	mutex_unlock(&dss_mutex);
	rtnl_unlock();
	return err;
}

static int __dss_request_close(struct dss_handle *h, struct mbim_dss_close *arg)
{
	struct dss_request *r;
	struct dss_outcome *out;
	struct dss_session *s;
	struct dss_modem *m;

	m = dss_modem_find(arg->modem);
	if (!m)
		return -ENODEV;
	if (arg->session >= MBIM_DSS_MAX_SESSIONS)
		return -EINVAL;
	s = dss_session_lookup(m, arg->session);
	if (!s || s->state != MBIM_DSS_SESSION_OPEN)
		return -ENOTCONN;
	if (s->owner != h && !uid_eq(s->uid, current_euid()) && !capable(CAP_NET_ADMIN))
		return -EACCES;
	if (!(s->flags & MBIM_DSS_OPEN_ATTACH) && !dss_agent_expected())
		return -ECONNREFUSED;
	out = dss_request_outcome(h, MBIM_DSS_REQUEST_CLOSE, m->index, s->id, arg->user_data);
	if (IS_ERR(out))
		return PTR_ERR(out);
	r = dss_request_begin_close(s);
	dss_request_own(r, h, out);
	arg->request_id = out->completion.request_id;
	dss_request_drain(r);
	return 0;
}

int dss_request_close(struct dss_handle *h, struct mbim_dss_close *arg)
{
	int err;

	mutex_lock(&dss_mutex);
	err = __dss_request_close(h, arg);
	mutex_unlock(&dss_mutex);
	return err;
}

int dss_request_cancel(struct dss_handle *h, u64 request_id)
{
	struct dss_request *r;
	int err = -ENOENT;

	mutex_lock(&dss_mutex);
	list_for_each_entry(r, &h->requests, owned) {
		if (r->outcome->completion.request_id != request_id)
			continue;
		if (r->op == MBIM_DSS_OP_DISCONNECT) {
			err = -EALREADY;
			break;
		}
		dss_request_complete(r, ECANCELED, 0);
		/* asked already: the answer, or the deadline, undoes it */
		if (r->state != DSS_REQUEST_SENT)
			dss_request_undo(r);
		err = 0;
		break;
	}
	mutex_unlock(&dss_mutex);
	return err;
}

/* Close a session that nobody owns any more */
static void dss_request_orphan(struct dss_session *s)
{
	list_del_init(&s->owned);
	s->owner = NULL;
	if (!s->request)
		dss_request_drain(dss_request_begin_close(s));
}

/* A handle is closed: nobody waits for its requests, and its sessions end */
void dss_request_release(struct dss_handle *h)
{
	struct dss_session *s, *next;
	struct dss_request *r, *tmp;

	mutex_lock(&dss_mutex);
	list_for_each_entry_safe(r, tmp, &h->requests, owned) {
		dss_request_complete(r, ECANCELED, 0);
		if (r->op == MBIM_DSS_OP_CONNECT && r->state != DSS_REQUEST_SENT)
			dss_request_undo(r);
	}
	list_for_each_entry_safe(s, next, &h->sessions, owned)
		dss_request_orphan(s);
	mutex_unlock(&dss_mutex);
}

/* The session's modem is gone; so is what was asked of it */
void dss_request_modem_gone(struct dss_session *s)
{
	struct dss_request *r = s->request;

	lockdep_assert_held(&dss_mutex);
	if (!r)
		return;
	dss_request_complete(r, ENODEV, 0);
	dss_request_free(r);
}
