// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family: the agent that carries out what the modem has to do, events,
 * and dumps of all state.
 *
 * The agent is the one socket that AGENT_BIND came from. What the kernel asks goes to it as
 * unicast; its answers are commands. All of it under dss_mutex.
 */
#include <linux/module.h>
#include <linux/netlink.h>
#include <linux/slab.h>
#include <net/genetlink.h>
#include <net/sock.h>

#include "compat.h"
#include "dss.h"
#include "stats.h"

static struct genl_family dss_genl_family;

/* dss_mutex */
static struct {
	u32 portid;			/* 0: there is none */
	bool expected;			/* one died not long ago, its successor is awaited */
	u64 lost;			/* jiffies, when it died; these do not wrap around */
} dss_agent;

/* dss_mutex: changes with what dumps list, never 0; a dump in parts tells that it did */
static u32 dss_generation = 1;

enum dss_multicast { DSS_MULTICAST_EVENTS };

static const struct genl_multicast_group dss_genl_groups[] = {
	[DSS_MULTICAST_EVENTS] = { .name = MBIM_DSS_MCGRP_EVENTS },
};

static const struct nla_policy dss_service_policy[MBIM_DSS_SERVICE_A_MAX + 1] = {
	[MBIM_DSS_SERVICE_A_UUID] = NLA_POLICY_EXACT_LEN(MBIM_DSS_UUID_SIZE),
	[MBIM_DSS_SERVICE_A_DIRECTIONS] =
		NLA_POLICY_MASK(NLA_U32, MBIM_DSS_DIR_OUT | MBIM_DSS_DIR_IN),
	[MBIM_DSS_SERVICE_A_MAX_INSTANCES] = { .type = NLA_U32 },
	[MBIM_DSS_SERVICE_A_NAME] = { .type = NLA_NUL_STRING, .len = 31 },
	[MBIM_DSS_SERVICE_A_CIDS] = { .type = NLA_BINARY, .len = MBIM_DSS_MAX_CIDS * sizeof(u32) },
};

static const struct nla_policy dss_policy[MBIM_DSS_A_MAX + 1] = {
	[MBIM_DSS_A_MODEM] = { .type = NLA_U32 },
	[MBIM_DSS_A_MAX_SESSIONS] = NLA_POLICY_MAX(NLA_U32, MBIM_DSS_MAX_SESSIONS),
	[MBIM_DSS_A_MAX_COMMAND] = { .type = NLA_U32 },
	[MBIM_DSS_A_SERVICE] = NLA_POLICY_NESTED(dss_service_policy),
	[MBIM_DSS_A_SESSION] = NLA_POLICY_MAX(NLA_U32, MBIM_DSS_MAX_SESSIONS - 1),
	[MBIM_DSS_A_REQUEST_ID] = { .type = NLA_U64 },
	[MBIM_DSS_A_ERROR] = NLA_POLICY_MAX(NLA_U32, MAX_ERRNO),
	[MBIM_DSS_A_MBIM_STATUS] = { .type = NLA_U32 },
};

/* -- messages ------------------------------------------------------------ */

static int dss_put_modem(struct sk_buff *skb, struct dss_modem *m)
{
	struct mbim_dss_modem info;

	dss_modem_fill(m, &info);
	if (nla_put_u32(skb, MBIM_DSS_A_MODEM, info.modem) ||
	    nla_put_u32(skb, MBIM_DSS_A_IFINDEX, info.ifindex) ||
	    nla_put_string(skb, MBIM_DSS_A_IFNAME, info.ifname) ||
	    nla_put_string(skb, MBIM_DSS_A_DEVICE, info.device) ||
	    (info.flags & MBIM_DSS_MODEM_PROBED && nla_put_flag(skb, MBIM_DSS_A_PROBED)) ||
	    (info.flags & MBIM_DSS_MODEM_UP && nla_put_flag(skb, MBIM_DSS_A_UP)) ||
	    nla_put_u32(skb, MBIM_DSS_A_MAX_SESSIONS, info.max_sessions) ||
	    nla_put_u32(skb, MBIM_DSS_A_MAX_DATAGRAM, info.max_datagram) ||
	    nla_put_u32(skb, MBIM_DSS_A_MAX_COMMAND, info.max_command) ||
	    nla_put_u32(skb, MBIM_DSS_A_OPEN_SESSIONS, info.open_sessions))
		return -EMSGSIZE;
	return dss_stats_put_modem(skb, m);
}

static int dss_put_service(struct sk_buff *skb, struct dss_modem *m, const struct dss_service *svc)
{
	const struct mbim_dss_service *info = &svc->info;
	struct nlattr *nest;

	if (nla_put_u32(skb, MBIM_DSS_A_MODEM, m->index))
		return -EMSGSIZE;
	nest = nla_nest_start(skb, MBIM_DSS_A_SERVICE);
	if (!nest ||
	    nla_put(skb, MBIM_DSS_SERVICE_A_UUID, MBIM_DSS_UUID_SIZE, info->uuid) ||
	    nla_put_u32(skb, MBIM_DSS_SERVICE_A_DIRECTIONS, info->directions) ||
	    nla_put_u32(skb, MBIM_DSS_SERVICE_A_MAX_INSTANCES, info->max_instances) ||
	    nla_put_string(skb, MBIM_DSS_SERVICE_A_NAME, info->name) ||
	    nla_put(skb, MBIM_DSS_SERVICE_A_CIDS, info->cid_count * sizeof(u32), info->cids) ||
	    nla_put_u32(skb, MBIM_DSS_SERVICE_A_OPEN_SESSIONS,
			dss_modem_instances(m, info->uuid)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int dss_put_session_id(struct sk_buff *skb, struct dss_session *s)
{
	if (nla_put_u32(skb, MBIM_DSS_A_MODEM, s->modem->index) ||
	    nla_put_u32(skb, MBIM_DSS_A_SESSION, s->id) ||
	    nla_put(skb, MBIM_DSS_A_UUID, MBIM_DSS_UUID_SIZE, s->service))
		return -EMSGSIZE;
	return 0;
}

static int dss_put_session(struct sk_buff *skb, struct dss_session *s)
{
	struct mbim_dss_session info;

	dss_session_fill(s, &info);
	if (dss_put_session_id(skb, s) ||
	    nla_put_u32(skb, MBIM_DSS_A_STATE, info.state) ||
	    nla_put_u32(skb, MBIM_DSS_A_FLAGS, info.flags) ||
	    nla_put_u32(skb, MBIM_DSS_A_UID, info.uid) ||
	    nla_put_u32(skb, MBIM_DSS_A_GID, info.gid))
		return -EMSGSIZE;
	return dss_stats_put_session(skb, s);
}

/* -- events -------------------------------------------------------------- */

static int dss_put_event(struct sk_buff *skb, enum mbim_dss_event event, struct dss_modem *m,
			 struct dss_session *s, u32 error)
{
	void *hdr;

	hdr = genlmsg_put(skb, 0, 0, &dss_genl_family, 0, MBIM_DSS_CMD_EVENT);
	if (!hdr || nla_put_u32(skb, MBIM_DSS_A_EVENT, event))
		return -EMSGSIZE;
	if (s) {
		if (dss_put_session_id(skb, s) || nla_put_u32(skb, MBIM_DSS_A_ERROR, error))
			return -EMSGSIZE;
	} else if (m) {
		if (nla_put_u32(skb, MBIM_DSS_A_MODEM, m->index) ||
		    nla_put_u32(skb, MBIM_DSS_A_IFINDEX, m->ifindex) ||
		    nla_put_string(skb, MBIM_DSS_A_IFNAME, m->ifname) ||
		    nla_put_string(skb, MBIM_DSS_A_DEVICE, dev_name(&m->intf->dev)))
			return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

/* Modems, services or sessions are others */
void dss_agent_changed(void)
{
	lockdep_assert_held(&dss_mutex);
	if (!++dss_generation)
		dss_generation++;
}

/* Whatever is worth an event may be in a dump as well */
void dss_agent_event(enum mbim_dss_event event, struct dss_modem *m, struct dss_session *s,
		     u32 error)
{
	struct sk_buff *skb;

	dss_agent_changed();
	if (!genl_has_listeners(&dss_genl_family, &init_net, DSS_MULTICAST_EVENTS))
		return;
	skb = genlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (skb && !dss_put_event(skb, event, m, s, error)) {
		genlmsg_multicast(&dss_genl_family, skb, 0, DSS_MULTICAST_EVENTS, GFP_KERNEL);
		return;
	}
	nlmsg_free(skb);
	/* listeners see ENOBUFS, as when their socket is full, and look anew */
	genl_set_err(&dss_genl_family, &init_net, 0, DSS_MULTICAST_EVENTS, -ENOBUFS);
}

/* -- the agent ----------------------------------------------------------- */

bool dss_agent_bound(void)
{
	lockdep_assert_held(&dss_mutex);
	return dss_agent.portid;
}

/* There is an agent, or one may come back in a moment */
bool dss_agent_expected(void)
{
	lockdep_assert_held(&dss_mutex);
	return dss_agent.portid ||
	       (dss_agent.expected &&
		time_before64(get_jiffies_64(), dss_agent.lost + dss_request_grace()));
}

static int dss_put_request(struct sk_buff *skb, u64 id, enum mbim_dss_op op, struct dss_session *s,
			   pid_t pid)
{
	void *hdr;

	hdr = genlmsg_put(skb, 0, 0, &dss_genl_family, 0, MBIM_DSS_CMD_REQUEST);
	if (!hdr || dss_put_session_id(skb, s) ||
	    nla_put_u64_64bit(skb, MBIM_DSS_A_REQUEST_ID, id, MBIM_DSS_A_PAD) ||
	    nla_put_u32(skb, MBIM_DSS_A_OP, op) ||
	    nla_put_string(skb, MBIM_DSS_A_DEVICE, dev_name(&s->modem->intf->dev)) ||
	    nla_put_u32(skb, MBIM_DSS_A_UID, from_kuid(&init_user_ns, s->uid)) ||
	    nla_put_u32(skb, MBIM_DSS_A_GID, from_kgid(&init_user_ns, s->gid)) ||
	    nla_put_u32(skb, MBIM_DSS_A_PID, pid))
		return -EMSGSIZE;
	genlmsg_end(skb, hdr);
	return 0;
}

/* Ask the agent; its answer comes as dss_request_reply() */
int dss_agent_ask(u64 id, enum mbim_dss_op op, struct dss_session *s, pid_t pid)
{
	struct sk_buff *skb;

	lockdep_assert_held(&dss_mutex);
	skb = genlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!skb)
		return -ENOMEM;
	if (dss_put_request(skb, id, op, s, pid)) {
		nlmsg_free(skb);
		return -EMSGSIZE;
	}
	return genlmsg_unicast(&init_net, skb, dss_agent.portid);
}

static int dss_agent_bind(struct sk_buff *skb, struct genl_info *info)
{
	int err = 0;

	mutex_lock(&dss_mutex);
	if (dss_agent.portid) {
		err = -EBUSY;
	} else {
		dss_agent.portid = info->snd_portid;
		dss_agent.expected = false;
		dss_agent_event(MBIM_DSS_EVENT_AGENT_BOUND, NULL, NULL, 0);
		dss_request_agent_bound();
	}
	mutex_unlock(&dss_mutex);
	return err;
}

static int dss_agent_released(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct netlink_notify *n = ptr;

	if (event != NETLINK_URELEASE || n->protocol != NETLINK_GENERIC ||
	    !net_eq(n->net, &init_net))
		return NOTIFY_DONE;
	mutex_lock(&dss_mutex);
	if (dss_agent.portid && dss_agent.portid == n->portid) {
		dss_agent.portid = 0;
		dss_agent.expected = true;
		dss_agent.lost = get_jiffies_64();
		dss_agent_event(MBIM_DSS_EVENT_AGENT_LOST, NULL, NULL, 0);
		dss_request_agent_lost();
	}
	mutex_unlock(&dss_mutex);
	return NOTIFY_DONE;
}

static struct notifier_block dss_agent_notifier = {
	.notifier_call = dss_agent_released,
};

static struct dss_service *dss_parse_service(struct nlattr *nest, struct netlink_ext_ack *extack)
{
	struct nlattr *tb[MBIM_DSS_SERVICE_A_MAX + 1];
	struct dss_service *svc;
	int err;

	err = nla_parse_nested(tb, MBIM_DSS_SERVICE_A_MAX, nest, dss_service_policy, extack);
	if (err)
		return ERR_PTR(err);
	if (!tb[MBIM_DSS_SERVICE_A_UUID] || !tb[MBIM_DSS_SERVICE_A_DIRECTIONS]) {
		NL_SET_ERR_MSG_ATTR(extack, nest, "a service needs a UUID and directions");
		return ERR_PTR(-EINVAL);
	}
	svc = kzalloc(sizeof(*svc), GFP_KERNEL);
	if (!svc)
		return ERR_PTR(-ENOMEM);
	nla_memcpy(svc->info.uuid, tb[MBIM_DSS_SERVICE_A_UUID], MBIM_DSS_UUID_SIZE);
	svc->info.directions = nla_get_u32(tb[MBIM_DSS_SERVICE_A_DIRECTIONS]);
	if (tb[MBIM_DSS_SERVICE_A_MAX_INSTANCES])
		svc->info.max_instances = nla_get_u32(tb[MBIM_DSS_SERVICE_A_MAX_INSTANCES]);
	if (tb[MBIM_DSS_SERVICE_A_NAME])
		nla_strscpy((char *)svc->info.name, tb[MBIM_DSS_SERVICE_A_NAME],
			    sizeof(svc->info.name));
	if (tb[MBIM_DSS_SERVICE_A_CIDS]) {
		svc->info.cid_count = nla_len(tb[MBIM_DSS_SERVICE_A_CIDS]) / sizeof(u32);
		nla_memcpy(svc->info.cids, tb[MBIM_DSS_SERVICE_A_CIDS],
			   svc->info.cid_count * sizeof(u32));
	}
	return svc;
}

static void dss_free_services(struct list_head *services)
{
	struct dss_service *svc, *tmp;

	list_for_each_entry_safe(svc, tmp, services, list)
		kfree(svc);
}

/* All or nothing: a list that is not right leaves what was known */
static int dss_parse_services(struct genl_info *info, struct list_head *services)
{
	struct dss_service *svc;
	struct nlattr *nest;
	int rem;

	nlmsg_for_each_attr(nest, info->nlhdr, GENL_HDRLEN, rem) {
		if (nla_type(nest) != MBIM_DSS_A_SERVICE)
			continue;
		svc = dss_parse_service(nest, info->extack);
		if (IS_ERR(svc)) {
			dss_free_services(services);
			return PTR_ERR(svc);
		}
		list_add_tail(&svc->list, services);
	}
	return 0;
}

/* For commands of the agent: is the sender that, and which modem does it mean? */
static int dss_agent_modem(struct genl_info *info, struct dss_modem **modem)
{
	if (!dss_agent.portid || dss_agent.portid != info->snd_portid)
		return -EPERM;
	if (GENL_REQ_ATTR_CHECK(info, MBIM_DSS_A_MODEM))
		return -EINVAL;
	*modem = dss_modem_find(nla_get_u32(info->attrs[MBIM_DSS_A_MODEM]));
	return *modem ? 0 : -ENODEV;
}

static int dss_agent_services(struct sk_buff *skb, struct genl_info *info)
{
	LIST_HEAD(services);
	struct dss_modem *m;
	int err;

	if (GENL_REQ_ATTR_CHECK(info, MBIM_DSS_A_MAX_SESSIONS))
		return -EINVAL;
	err = dss_parse_services(info, &services);
	if (err)
		return err;
	mutex_lock(&dss_mutex);
	err = dss_agent_modem(info, &m);
	if (!err) {
		dss_modem_forget_services(m);
		list_splice_init(&services, &m->services);
		m->max_sessions = nla_get_u32(info->attrs[MBIM_DSS_A_MAX_SESSIONS]);
		if (info->attrs[MBIM_DSS_A_MAX_COMMAND])
			m->max_command = nla_get_u32(info->attrs[MBIM_DSS_A_MAX_COMMAND]);
		m->probed = true;
		dss_agent_event(MBIM_DSS_EVENT_MODEM_PROBED, m, NULL, 0);
	}
	mutex_unlock(&dss_mutex);
	dss_free_services(&services);
	return err;
}

static u32 dss_agent_u32(struct genl_info *info, int attr)
{
	return info->attrs[attr] ? nla_get_u32(info->attrs[attr]) : 0;
}

static int dss_agent_reply(struct sk_buff *skb, struct genl_info *info)
{
	int err;

	if (GENL_REQ_ATTR_CHECK(info, MBIM_DSS_A_REQUEST_ID))
		return -EINVAL;
	mutex_lock(&dss_mutex);
	if (!dss_agent.portid || dss_agent.portid != info->snd_portid)
		err = -EPERM;
	else
		err = dss_request_reply(nla_get_u64(info->attrs[MBIM_DSS_A_REQUEST_ID]),
					dss_agent_u32(info, MBIM_DSS_A_ERROR),
					dss_agent_u32(info, MBIM_DSS_A_MBIM_STATUS));
	mutex_unlock(&dss_mutex);
	return err;
}

static int dss_agent_restored(struct sk_buff *skb, struct genl_info *info)
{
	struct dss_modem *m;
	int err;

	mutex_lock(&dss_mutex);
	err = dss_agent_modem(info, &m);
	if (!err)
		dss_agent_event(MBIM_DSS_EVENT_SESSIONS_RESTORED, m, NULL, 0);
	mutex_unlock(&dss_mutex);
	return err;
}

static int dss_agent_session_lost(struct sk_buff *skb, struct genl_info *info)
{
	struct dss_session *s;
	struct dss_modem *m;
	int err;

	if (GENL_REQ_ATTR_CHECK(info, MBIM_DSS_A_SESSION))
		return -EINVAL;
	mutex_lock(&dss_mutex);
	err = dss_agent_modem(info, &m);
	if (!err) {
		s = dss_session_lookup(m, nla_get_u32(info->attrs[MBIM_DSS_A_SESSION]));
		/* what is being opened or closed ends with the answer to that */
		if (s && s->state == MBIM_DSS_SESSION_OPEN)
			dss_session_end(s, MBIM_DSS_SESSION_CLOSED,
					dss_agent_u32(info, MBIM_DSS_A_ERROR));
		else
			err = -ENOENT;
	}
	mutex_unlock(&dss_mutex);
	return err;
}

/* -- dumps --------------------------------------------------------------- */

/* The modem asked for, or all. @cb->args: modems done, entries of the next one done */
static bool dss_dump_wants(struct netlink_callback *cb, struct dss_modem *m)
{
	struct nlattr **attrs = dss_dump_attrs(cb);

	return !attrs[MBIM_DSS_A_MODEM] || nla_get_u32(attrs[MBIM_DSS_A_MODEM]) == m->index;
}

static void *dss_dump_begin(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd)
{
	return genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq, &dss_genl_family,
			   NLM_F_MULTI, cmd);
}

/* One message; false: the buffer is full */
static bool dss_dump_one(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd,
			 struct dss_modem *m, struct dss_service *svc, struct dss_session *s)
{
	void *hdr = dss_dump_begin(skb, cb, cmd);
	int err;

	if (!hdr)
		return false;
	genl_dump_check_consistent(cb, hdr);
	if (svc)
		err = dss_put_service(skb, m, svc);
	else if (s)
		err = dss_put_session(skb, s);
	else
		err = dss_put_modem(skb, m);
	if (err) {
		genlmsg_cancel(skb, hdr);
		return false;
	}
	genlmsg_end(skb, hdr);
	return true;
}

static bool dss_dump_services(struct sk_buff *skb, struct netlink_callback *cb,
			      struct dss_modem *m)
{
	struct dss_service *svc;
	long i = 0;

	list_for_each_entry(svc, &m->services, list) {
		if (i++ < cb->args[1])
			continue;
		if (!dss_dump_one(skb, cb, MBIM_DSS_CMD_SERVICE_GET, m, svc, NULL))
			return false;
		cb->args[1] = i;
	}
	return true;
}

static bool dss_dump_sessions(struct sk_buff *skb, struct netlink_callback *cb,
			      struct dss_modem *m)
{
	struct dss_session *s;
	long id;

	for (id = cb->args[1]; id < MBIM_DSS_MAX_SESSIONS; id++) {
		cb->args[1] = id;
		s = dss_session_lookup(m, id);
		if (s && !dss_dump_one(skb, cb, MBIM_DSS_CMD_SESSION_GET, m, NULL, s))
			return false;
	}
	return true;
}

static bool dss_dump_modem(struct sk_buff *skb, struct netlink_callback *cb, struct dss_modem *m)
{
	return dss_dump_one(skb, cb, MBIM_DSS_CMD_MODEM_GET, m, NULL, NULL);
}

static int dss_dump(struct sk_buff *skb, struct netlink_callback *cb,
		    bool (*dump)(struct sk_buff *skb, struct netlink_callback *cb,
				 struct dss_modem *m))
{
	struct dss_modem *m;
	long i;

	mutex_lock(&dss_mutex);
	cb->seq = dss_generation;
	/* by index: the list may change between two calls */
	for (i = cb->args[0]; i < MBIM_DSS_MAX_MODEMS; i++) {
		m = dss_modem_find(i);
		if (i != cb->args[0])
			cb->args[1] = 0;
		cb->args[0] = i;
		if (m && dss_dump_wants(cb, m) && !dump(skb, cb, m))
			break;
	}
	if (i == MBIM_DSS_MAX_MODEMS)
		cb->args[0] = i;
	mutex_unlock(&dss_mutex);
	return skb->len;
}

static int dss_dump_all_modems(struct sk_buff *skb, struct netlink_callback *cb)
{
	return dss_dump(skb, cb, dss_dump_modem);
}

static int dss_dump_all_services(struct sk_buff *skb, struct netlink_callback *cb)
{
	return dss_dump(skb, cb, dss_dump_services);
}

static int dss_dump_all_sessions(struct sk_buff *skb, struct netlink_callback *cb)
{
	return dss_dump(skb, cb, dss_dump_sessions);
}

static const struct genl_ops dss_genl_ops[] = {
	{ .cmd = MBIM_DSS_CMD_MODEM_GET, .dumpit = dss_dump_all_modems },
	{ .cmd = MBIM_DSS_CMD_SERVICE_GET, .dumpit = dss_dump_all_services },
	{ .cmd = MBIM_DSS_CMD_SESSION_GET, .dumpit = dss_dump_all_sessions },
	{ .cmd = MBIM_DSS_CMD_AGENT_BIND, .doit = dss_agent_bind, .flags = GENL_ADMIN_PERM },
	{ .cmd = MBIM_DSS_CMD_SERVICES_SET, .doit = dss_agent_services, .flags = GENL_ADMIN_PERM },
	{ .cmd = MBIM_DSS_CMD_REPLY, .doit = dss_agent_reply, .flags = GENL_ADMIN_PERM },
	{ .cmd = MBIM_DSS_CMD_SESSIONS_RESTORED, .doit = dss_agent_restored,
	  .flags = GENL_ADMIN_PERM },
	{ .cmd = MBIM_DSS_CMD_SESSION_LOST, .doit = dss_agent_session_lost,
	  .flags = GENL_ADMIN_PERM },
};

static struct genl_family dss_genl_family __ro_after_init = {
	.name = MBIM_DSS_FAMILY_NAME,
	.version = MBIM_DSS_FAMILY_VERSION,
	.maxattr = MBIM_DSS_A_MAX,
	.policy = dss_policy,
	.parallel_ops = true,
	.module = THIS_MODULE,
	.ops = dss_genl_ops,
	.n_ops = ARRAY_SIZE(dss_genl_ops),
	.mcgrps = dss_genl_groups,
	.n_mcgrps = ARRAY_SIZE(dss_genl_groups),
};

int dss_agent_register(void)
{
	int err;

	err = genl_register_family(&dss_genl_family);
	if (err)
		return err;
	err = netlink_register_notifier(&dss_agent_notifier);
	if (err)
		genl_unregister_family(&dss_genl_family);
	return err;
}

void dss_agent_unregister(void)
{
	netlink_unregister_notifier(&dss_agent_notifier);
	genl_unregister_family(&dss_genl_family);
}
