// SPDX-License-Identifier: GPL-2.0-or-later
/* Binds to the kernel, keeps its modems, hands requests to them. */
#include <errno.h>
#include <unistd.h>

#include <glib.h>

#include "agent.h"
#include "autostart.h"
#include "log.h"
#include "modem.h"
#include "netlink.h"
#include "policy.h"
#include "ready.h"
#include "resume.h"
#include "service.h"

/* The kernel did not tell its modems: how long until it is asked again. */
#define SYNC_AGAIN_S	1

struct agent {
	const struct agent_options *options;
	void (*failed)(void *data);
	void *data;
	struct policy *policy;
	struct netlink *nl;
	GHashTable *modems;	/* number to struct modem, which it owns */
	GHashTable *leaving;	/* device to struct modem, likewise: not the kernel's any more */
	struct autostart *autostart;
	struct resume *resume;
	bool binding;		/* within netlink_bind() */
	guint sync_timer;	/* sync_modems() failed, and is tried again */
};

static void agent_modem_free(gpointer modem)
{
	modem_free(modem);
}

/* Modems. */

static struct modem *find_modem(struct agent *agent, uint32_t number)
{
	return g_hash_table_lookup(agent->modems, GUINT_TO_POINTER(number));
}

static void start_modem(gpointer number G_GNUC_UNUSED, gpointer modem, gpointer data)
{
	struct agent *agent = data;

	if (!g_hash_table_contains(agent->leaving, modem_device(modem)))
		modem_start(modem);
}

/* Those of a modem that is leaving wait for that: it has their sessions connected. */
static void start_modems(struct agent *agent)
{
	g_hash_table_foreach(agent->modems, start_modem, agent);
}

static void modem_left(void *data, struct modem *modem)
{
	struct agent *agent = data;

	g_hash_table_remove(agent->leaving, modem_device(modem));
	start_modems(agent);
}

/* The kernel has it no more, and it is in no table. */
static void let_go(struct agent *agent, struct modem *modem)
{
	if (modem_leave(modem, modem_left, agent))
		g_hash_table_replace(agent->leaving, (char *)modem_device(modem), modem);
	else
		modem_free(modem);
}

static gboolean let_go_each(gpointer number G_GNUC_UNUSED, gpointer modem, gpointer data)
{
	let_go(data, modem);
	return TRUE;
}

struct modem_sync {
	struct agent *agent;
	GHashTable *seen;	/* a set of numbers */
};

static void modem_seen(void *data, const struct message_modem *info)
{
	struct modem_sync *sync = data;
	struct agent *agent = sync->agent;
	struct modem *modem = find_modem(agent, info->number);

	g_hash_table_add(sync->seen, GUINT_TO_POINTER(info->number));
	if (modem && modem_is(modem, info))
		return;
	if (modem) {
		g_hash_table_steal(agent->modems, GUINT_TO_POINTER(info->number));
		let_go(agent, modem);
	}
	modem = modem_new(agent->nl, info, agent->options->timeout);
	g_hash_table_insert(agent->modems, GUINT_TO_POINTER(info->number), modem);
}

static gboolean let_go_unseen(gpointer number, gpointer modem, gpointer data)
{
	struct modem_sync *sync = data;

	if (g_hash_table_contains(sync->seen, number))
		return FALSE;
	return let_go_each(number, modem, sync->agent);
}

static gboolean sync_again(gpointer data);

/* Have the modems that the kernel has. */
static void sync_modems(struct agent *agent)
{
	struct modem_sync sync = { .agent = agent, .seen = g_hash_table_new(NULL, NULL) };

	g_clear_handle_id(&agent->sync_timer, g_source_remove);
	if (!netlink_dump_modems(agent->nl, modem_seen, &sync))
		g_hash_table_foreach_steal(agent->modems, let_go_unseen, &sync);
	else
		agent->sync_timer = g_timeout_add_seconds(SYNC_AGAIN_S, sync_again, agent);
	g_hash_table_unref(sync.seen);
	start_modems(agent);
}

static gboolean sync_again(gpointer data)
{
	struct agent *agent = data;

	agent->sync_timer = 0;
	sync_modems(agent);
	return G_SOURCE_REMOVE;
}

/* From the kernel. */

/* Return: 0 or the error that refuses it. */
static int check_access(struct agent *agent, const struct message_request *request)
{
	char text[UUID_TEXT_SIZE];

	/* Whoever may connect may disconnect; the kernel has seen to whose it is. */
	if (request->op != MBIM_DSS_OP_CONNECT)
		return 0;
	/* An autostarted session is asked for by the agent itself. */
	if (!request->uid && request->pid == (uint32_t)getpid())
		return 0;
	if (!service_is_native(request->uuid) &&
	    policy_allows(agent->policy, request->uuid, request->uid, request->gid))
		return 0;
	uuid_to_text(request->uuid, text);
	log_notice("dss%u: service %s (%s) is denied to user %u, group %u, process %u",
		   request->modem, text, service_name(request->uuid), request->uid,
		   request->gid, request->pid);
	return EACCES;
}

static void agent_request(void *data, const struct message_request *request)
{
	struct agent *agent = data;
	struct modem *modem;
	int err;

	err = check_access(agent, request);
	if (err) {
		netlink_reply(agent->nl, request->id, err, 0);
		return;
	}
	modem = find_modem(agent, request->modem);
	if (!modem) {
		/* Requests and events come on different sockets: this one was faster. */
		sync_modems(agent);
		modem = find_modem(agent, request->modem);
	}
	/*
	 * What comes during the binding waited for an agent, and a former one may have
	 * been asked for it.
	 */
	if (modem)
		modem_request(modem, request, agent->binding);
	else
		netlink_reply(agent->nl, request->id, ENODEV, 0);
}

static void modem_removed(struct agent *agent, uint32_t number)
{
	struct modem *modem = find_modem(agent, number);

	autostart_forget(agent->autostart, number);
	if (!modem)
		return;
	log_info("dss%u: removed", number);
	g_hash_table_steal(agent->modems, GUINT_TO_POINTER(number));
	let_go(agent, modem);
}

static void agent_event(void *data, const struct message_event *event)
{
	struct agent *agent = data;

	switch (event->event) {
	case MBIM_DSS_EVENT_MODEM_ADDED:
		sync_modems(agent);
		break;
	case MBIM_DSS_EVENT_MODEM_REMOVED:
		modem_removed(agent, event->modem);
		break;
	case MBIM_DSS_EVENT_MODEM_PROBED:
		autostart_probed(agent->autostart, agent->policy, event->modem);
		break;
	case MBIM_DSS_EVENT_SESSION_CLOSED:
		autostart_closed(agent->autostart, event->modem, event->session);
		break;
	default:
		break;
	}
}

static void autostart_modem(gpointer number, gpointer modem G_GNUC_UNUSED, gpointer data)
{
	struct agent *agent = data;

	autostart_probed(agent->autostart, agent->policy, GPOINTER_TO_UINT(number));
}

static void agent_resync(void *data)
{
	struct agent *agent = data;

	sync_modems(agent);
	/* What was opened may have ended unseen: begin anew with what there is. */
	autostart_free(agent->autostart);
	agent->autostart = autostart_new(agent->nl);
	g_hash_table_foreach(agent->modems, autostart_modem, agent);
}

/* Return: 0 or an errno, which has been logged. */
static int agent_bind(struct agent *agent)
{
	int err;

	agent->binding = true;
	err = netlink_bind(agent->nl);
	agent->binding = false;
	switch (err) {
	case 0:
		break;
	case ENOENT:
		log_error("the kernel module mbim_dss is not loaded (%s): %s",
			  "there is no generic netlink family \"" MBIM_DSS_FAMILY_NAME "\"",
			  "modprobe mbim_dss, or start with --wait");
		return err;
	case EBUSY:
		log_error("another agent is bound already: there can be only one");
		return err;
	case EPERM:
		log_error("to be the agent needs CAP_NET_ADMIN: start as root");
		return err;
	default:
		log_error("cannot become the agent: %s", g_strerror(err));
		return err;
	}
	log_info("ready: bound to the kernel, this is the agent now");
	sync_modems(agent);
	ready_tell(agent->options->ready_fd);
	return 0;
}

static int agent_bind_or_wait(struct agent *agent)
{
	int err;

	if (agent->options->wait && !netlink_is_there()) {
		log_info("waiting for the kernel module mbim_dss");
		return 0;
	}
	err = agent_bind(agent);
	/* Unloaded between the look and the binding: then the news of it comes. */
	return err == ENOENT && agent->options->wait ? 0 : err;
}

static void agent_unbind(struct agent *agent)
{
	netlink_unbind(agent->nl);
	g_clear_handle_id(&agent->sync_timer, g_source_remove);
	autostart_free(agent->autostart);
	agent->autostart = autostart_new(agent->nl);
	g_hash_table_foreach_steal(agent->modems, let_go_each, agent);
}

static void agent_appeared(void *data)
{
	struct agent *agent = data;

	agent_unbind(agent);
	if (agent_bind_or_wait(agent))
		agent->failed(agent->data);
}

static void agent_vanished(void *data)
{
	struct agent *agent = data;

	agent_unbind(agent);
	if (agent->options->wait) {
		log_notice("the kernel module was unloaded; waiting for it");
		return;
	}
	log_error("the kernel module was unloaded");
	agent->failed(agent->data);
}

static void agent_unbound(void *data)
{
	struct agent *agent = data;

	log_error("the kernel has another agent");
	agent->failed(agent->data);
}

static const struct netlink_ops netlink_ops = {
	.request = agent_request,
	.event = agent_event,
	.resync = agent_resync,
	.appeared = agent_appeared,
	.vanished = agent_vanished,
	.unbound = agent_unbound,
};

static struct policy *load_policy(const char *path)
{
	g_autofree char *fault = NULL;
	struct policy *policy = policy_load(path, &fault);

	if (!policy)
		log_error("access policy: %s", fault);
	else if (policy_rules(policy))
		log_info("access policy: %s, %u rules", path, policy_rules(policy));
	else
		log_info("access policy: %s has no rule, %s", path,
			 "whoever can open /dev/mbim/control may open sessions");
	return policy;
}

static void check_modem(gpointer number G_GNUC_UNUSED, gpointer modem,
			gpointer data G_GNUC_UNUSED)
{
	modem_check(modem);
}

static void agent_resumed(void *data)
{
	struct agent *agent = data;

	log_info("the system has slept, or its clock was set: checking the modems");
	g_hash_table_foreach(agent->modems, check_modem, NULL);
}

struct agent *agent_new(const struct agent_options *options, void (*failed)(void *data),
			void *data)
{
	struct agent *agent = g_new0(struct agent, 1);

	agent->options = options;
	agent->failed = failed;
	agent->data = data;
	agent->modems = g_hash_table_new_full(NULL, NULL, NULL, agent_modem_free);
	agent->leaving = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, agent_modem_free);
	agent->policy = load_policy(options->policy_path);
	if (!agent->policy)
		goto free;
	agent->nl = netlink_new(&netlink_ops, agent);
	if (!agent->nl)
		goto free;
	agent->autostart = autostart_new(agent->nl);
	if (agent_bind_or_wait(agent))
		goto free;
	agent->resume = resume_watch(agent_resumed, agent);
	return agent;

free:
	agent_free(agent);
	return NULL;
}

void agent_free(struct agent *agent)
{
	/*
	 * The binding first: requests go on to the next agent, and are not answered
	 * as if their modems were gone.
	 */
	if (agent->nl)
		netlink_unbind(agent->nl);
	g_clear_handle_id(&agent->sync_timer, g_source_remove);
	resume_free(agent->resume);
	autostart_free(agent->autostart);
	g_hash_table_unref(agent->modems);
	g_hash_table_unref(agent->leaving);
	netlink_free(agent->nl);
	policy_free(agent->policy);
	g_free(agent);
}

void agent_reload(struct agent *agent)
{
	struct policy *policy = load_policy(agent->options->policy_path);

	if (policy) {
		policy_free(agent->policy);
		agent->policy = policy;
	} else {
		log_error("access policy: the former one stays in force");
	}
	g_hash_table_foreach(agent->modems, check_modem, NULL);
	g_hash_table_foreach(agent->modems, autostart_modem, agent);
}
