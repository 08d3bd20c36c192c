// SPDX-License-Identifier: GPL-2.0
/* What is around request.c, see fake.h; each function stands for the driver's of that name */
#include <linux/slab.h>

#include "fake.h"

const u8 fake_service[MBIM_DSS_UUID_SIZE] = { 1 };
const u8 fake_idle_service[MBIM_DSS_UUID_SIZE] = { 2 };

struct fake *fake;

/* as in modem.c */
DEFINE_MUTEX(dss_mutex);
struct workqueue_struct *dss_wq;

static __printf(1, 2) void note(const char *format, ...)
{
	size_t len = strlen(fake->log);
	va_list args;

	va_start(args, format);
	vscnprintf(fake->log + len, sizeof(fake->log) - len, format, args);
	va_end(args);
}

/* -- the modem ----------------------------------------------------------- */

struct dss_modem *dss_modem_find(u32 index)
{
	return index == fake->modem.index ? &fake->modem : NULL;
}

struct dss_service *dss_modem_service(struct dss_modem *m, const u8 *uuid)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(fake->services); i++)
		if (!memcmp(fake->services[i].info.uuid, uuid, MBIM_DSS_UUID_SIZE))
			return &fake->services[i];
	return NULL;
}

unsigned int dss_modem_instances(struct dss_modem *m, const u8 *uuid)
{
	return m->nsessions;
}

bool dss_modem_vlan_busy(struct dss_modem *m, u32 session)
{
	return fake->vlan == (int)session;
}

int dss_rx_attach(struct dss_modem *m)
{
	return fake->rx_error;
}

/* -- sessions ------------------------------------------------------------ */

static void fake_release(struct device *dev)
{
	struct dss_session *s = to_dss_session(dev);

	fake->alive--;
	kfree(s->closer);
	kfree(s);
}

struct dss_session *dss_session_lookup(struct dss_modem *m, u32 id)
{
	return rcu_dereference_protected(m->sessions[id], lockdep_is_held(&dss_mutex));
}

struct dss_session *dss_session_new(struct dss_modem *m, u32 id, const struct mbim_dss_open *open,
				    u32 directions)
{
	struct dss_session *s = kzalloc(sizeof(*s), GFP_KERNEL);

	if (!s)
		return ERR_PTR(-ENOMEM);
	s->modem = m;
	s->id = id;
	memcpy(s->service, open->service, sizeof(s->service));
	s->directions = directions;
	s->flags = open->flags;
	s->uid = current_euid();
	s->gid = current_egid();
	s->state = MBIM_DSS_SESSION_OPENING;
	INIT_LIST_HEAD(&s->owned);
	device_initialize(&s->dev);
	s->dev.release = fake_release;
	rcu_assign_pointer(m->sessions[id], s);
	m->nsessions++;
	fake->alive++;
	return s;
}

int dss_session_publish(struct dss_session *s)
{
	if (fake->node_error)
		return fake->node_error;
	note(" node");
	s->state = MBIM_DSS_SESSION_OPEN;
	return 0;
}

void dss_session_shut(struct dss_session *s)
{
	note(" shut");
	s->state = MBIM_DSS_SESSION_CLOSING;
}

void dss_session_end(struct dss_session *s, enum mbim_dss_session_state state, int error)
{
	lockdep_assert_held(&dss_mutex);
	if (dss_session_ended(s))
		return;
	note(" end:%d", error);
	s->state = state;
	RCU_INIT_POINTER(s->modem->sessions[s->id], NULL);
	s->modem->nsessions--;
	list_del_init(&s->owned);
	s->owner = NULL;
	dss_session_put(s);
}

bool dss_tx_drained(struct dss_session *s)
{
	return !fake->busy;
}

void dss_tx_withdraw(struct dss_session *s, int error)
{
	note(" withdraw:%d", error);
}

/* -- the agent and handles ----------------------------------------------- */

bool dss_agent_bound(void)
{
	return fake->bound;
}

bool dss_agent_expected(void)
{
	return fake->bound || fake->expected;
}

int dss_agent_ask(u64 id, enum mbim_dss_op op, struct dss_session *s, pid_t pid)
{
	if (fake->deaf)
		return -EAGAIN;
	note(" %s", op == MBIM_DSS_OP_CONNECT ? "connect" : "disconnect");
	fake->asked = id;
	return 0;
}

void dss_handle_complete(struct dss_handle *h, struct dss_outcome *outcome, u32 error,
			 u32 mbim_status)
{
	note(" %s:%u", outcome->completion.type == MBIM_DSS_REQUEST_OPEN ? "open" : "close",
	     error);
	if (mbim_status)
		note("/%u", mbim_status);
	outcome->completion.error = error;
	list_add_tail(&outcome->list, &h->outcomes);
}

void fake_handle_init(struct dss_handle *h)
{
	memset(h, 0, sizeof(*h));
	INIT_LIST_HEAD(&h->sessions);
	INIT_LIST_HEAD(&h->requests);
	INIT_LIST_HEAD(&h->outcomes);
	spin_lock_init(&h->lock);
	init_waitqueue_head(&h->wait);
}

unsigned int fake_handle_read(struct dss_handle *h)
{
	struct dss_outcome *outcome, *tmp;
	unsigned int n = 0;

	list_for_each_entry_safe(outcome, tmp, &h->outcomes, list) {
		list_del(&outcome->list);
		kfree(outcome);
		h->outstanding--;
		n++;
	}
	return n;
}

/* -- a test -------------------------------------------------------------- */

static void fake_service_init(struct dss_service *svc, const u8 *uuid, u32 directions)
{
	memcpy(svc->info.uuid, uuid, MBIM_DSS_UUID_SIZE);
	svc->info.directions = directions;
}

int fake_init(struct kunit *test)
{
	fake = kunit_kzalloc(test, sizeof(*fake), GFP_KERNEL);
	dss_wq = alloc_workqueue("mbim_dss_kunit", 0, 0);
	if (!fake || !dss_wq)
		return -ENOMEM;
	fake_service_init(&fake->services[0], fake_service, MBIM_DSS_DIR_IN | MBIM_DSS_DIR_OUT);
	fake_service_init(&fake->services[1], fake_idle_service, 0);
	fake->modem.index = 3;
	fake->modem.probed = true;
	fake->modem.max_sessions = MBIM_DSS_MAX_SESSIONS;
	fake->bound = true;
	fake->vlan = -1;
	return 0;
}

/* The modem goes, and whatever is left with it */
void fake_exit(struct kunit *test)
{
	struct dss_session *s;
	u32 id;

	if (!fake || !dss_wq)
		return;
	mutex_lock(&dss_mutex);
	for (id = 0; id < MBIM_DSS_MAX_SESSIONS; id++) {
		s = dss_session_lookup(&fake->modem, id);
		if (!s)
			continue;
		dss_request_modem_gone(s);
		dss_session_end(s, MBIM_DSS_SESSION_GONE, ENODEV);
	}
	mutex_unlock(&dss_mutex);
	/* requests are freed by their work */
	destroy_workqueue(dss_wq);
	KUNIT_EXPECT_EQ(test, fake->alive, 0u);
}
