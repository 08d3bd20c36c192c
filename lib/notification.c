// SPDX-License-Identifier: LGPL-2.1-or-later
/* Notifications: the "events" multicast group of the driver's netlink family. */
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>

#include <linux/mbim_dss_netlink.h>

#include "internal.h"
#include "notification.h"

/*
 * Room for a storm of events, 256 sessions ending at once among them. The kernel gives no more
 * than net.core.rmem_max, 212992 as a rule, and twice that with its overhead.
 */
#define RECEIVE_BUFFER	(256 * 1024)

struct notifier {
	struct source source;
	struct wwan_handle *handle;
	struct nl_sock *socket;
	int family;
	bool overrun;			/* events were lost; to be told */
	uint32_t sources;
	wwan_notification_fn notify;
	void *context;
};

static const char * const event_names[] = {
	[WWAN_EVENT_OVERRUN] = "overrun",
	[WWAN_EVENT_MODEM_ADDED] = "modem-added",
	[WWAN_EVENT_MODEM_REMOVED] = "modem-removed",
	[WWAN_EVENT_MODEM_PROBED] = "modem-probed",
	[WWAN_EVENT_SESSION_OPENED] = "session-opened",
	[WWAN_EVENT_SESSION_CLOSED] = "session-closed",
	[WWAN_EVENT_SESSIONS_RESTORED] = "sessions-restored",
	[WWAN_EVENT_AGENT_BOUND] = "agent-bound",
	[WWAN_EVENT_AGENT_LOST] = "agent-lost",
};

WWAN_API const char *wwan_event_string(uint32_t event)
{
	return event < sizeof(event_names) / sizeof(event_names[0]) ? event_names[event] :
								      "unknown";
}

/* An event of a newer driver goes to everybody: it may matter. */
static uint32_t event_source(uint32_t event)
{
	switch (event) {
	case WWAN_EVENT_MODEM_ADDED:
	case WWAN_EVENT_MODEM_REMOVED:
	case WWAN_EVENT_MODEM_PROBED:
		return WWAN_NOTIFICATION_SOURCE_INTERFACE;
	case WWAN_EVENT_SESSION_OPENED:
	case WWAN_EVENT_SESSION_CLOSED:
	case WWAN_EVENT_SESSIONS_RESTORED:
		return WWAN_NOTIFICATION_SOURCE_SESSION;
	case WWAN_EVENT_AGENT_BOUND:
	case WWAN_EVENT_AGENT_LOST:
		return WWAN_NOTIFICATION_SOURCE_AGENT;
	default:
		return WWAN_NOTIFICATION_SOURCE_ALL;
	}
}

static bool get_u32(struct nlattr *attr, uint32_t *value)
{
	if (!attr)
		return false;
	*value = nla_get_u32(attr);
	return true;
}

bool notification_parse(struct nlmsghdr *message, struct wwan_notification *notification)
{
	static const struct nla_policy policy[MBIM_DSS_A_MAX + 1] = {
		[MBIM_DSS_A_EVENT] = { .type = NLA_U32 },
		[MBIM_DSS_A_MODEM] = { .type = NLA_U32 },
		[MBIM_DSS_A_SESSION] = { .type = NLA_U32 },
		[MBIM_DSS_A_ERROR] = { .type = NLA_U32 },
		[MBIM_DSS_A_UUID] = { .type = NLA_UNSPEC, .minlen = WWAN_UUID_SIZE },
	};
	struct nlattr *attrs[MBIM_DSS_A_MAX + 1];

	memset(notification, 0, sizeof(*notification));
	if (!genlmsg_valid_hdr(message, 0))
		return false;
	if (genlmsg_hdr(message)->cmd != MBIM_DSS_CMD_EVENT)
		return false;
	if (genlmsg_parse(message, 0, attrs, MBIM_DSS_A_MAX, policy) < 0)
		return false;
	if (!get_u32(attrs[MBIM_DSS_A_EVENT], &notification->event))
		return false;
	notification->source = event_source(notification->event);
	if (get_u32(attrs[MBIM_DSS_A_MODEM], &notification->modem))
		notification->valid |= WWAN_NOTIFICATION_MODEM;
	if (get_u32(attrs[MBIM_DSS_A_SESSION], &notification->session))
		notification->valid |= WWAN_NOTIFICATION_SESSION;
	get_u32(attrs[MBIM_DSS_A_ERROR], &notification->error);
	if (attrs[MBIM_DSS_A_UUID]) {
		memcpy(notification->service, nla_data(attrs[MBIM_DSS_A_UUID]), WWAN_UUID_SIZE);
		notification->valid |= WWAN_NOTIFICATION_SERVICE;
	}
	return true;
}

static int on_message(struct nl_msg *msg, void *arg)
{
	struct wwan_notification notification;
	struct notifier *notifier = arg;

	if (nlmsg_hdr(msg)->nlmsg_type != notifier->family)
		return NL_SKIP;
	if (!notification_parse(nlmsg_hdr(msg), &notification))
		return NL_SKIP;
	if (notification.source & notifier->sources)
		notifier->notify(notifier->handle, &notification, notifier->context);
	return NL_OK;
}

static void tell_overrun(struct notifier *notifier)
{
	static const struct wwan_notification overrun = {
		.source = WWAN_NOTIFICATION_SOURCE_ALL,
		.event = WWAN_EVENT_OVERRUN,
	};

	notifier->overrun = false;
	notifier->notify(notifier->handle, &overrun, notifier->context);
}

static bool is_drained(const struct notifier *notifier)
{
	struct pollfd pollfd = {
		.fd = nl_socket_get_fd(notifier->socket),
		.events = POLLIN,
	};

	return !poll(&pollfd, 1, 0);
}

static int receive(struct notifier *notifier)
{
	int err;

	err = nl_recvmsgs_default(notifier->socket);
	switch (-err) {
	case NLE_NOMEM:
		/* What libnl makes of ENOBUFS: the socket's queue was full. */
		notifier->overrun = true;
		return 0;
	case NLE_AGAIN:
	case NLE_INTR:
		return 0;
	default:
		return err < 0 ? EIO : 0;
	}
}

/*
 * Once its queue was full, the kernel drops what comes until the queue is empty, and says so
 * once. An overrun is told then: nothing that happens after it is missed.
 */
static int notifier_dispatch(struct wwan_handle *handle, struct source *source,
			     uint32_t events)
{
	struct notifier *notifier = handle->notifier;
	int err;

	(void)source;
	(void)events;
	err = receive(notifier);
	if (notifier->overrun && is_drained(notifier))
		tell_overrun(notifier);
	return err;
}

static int netlink_errno(int err)
{
	switch (-err) {
	case NLE_NOMEM:
		return ENOMEM;
	case NLE_OBJ_NOTFOUND:
	case NLE_NODEV:
		return ENXIO;
	case NLE_PERM:
	case NLE_NOACCESS:
		return EACCES;
	default:
		return EIO;
	}
}

static int join_events(struct notifier *notifier)
{
	struct nl_sock *socket = notifier->socket;
	int group, err;

	err = genl_connect(socket);
	if (err)
		return netlink_errno(err);
	notifier->family = genl_ctrl_resolve(socket, MBIM_DSS_FAMILY_NAME);
	if (notifier->family < 0)
		return netlink_errno(notifier->family);
	group = genl_ctrl_resolve_grp(socket, MBIM_DSS_FAMILY_NAME, MBIM_DSS_MCGRP_EVENTS);
	if (group < 0)
		return netlink_errno(group);

	nl_socket_disable_seq_check(socket);
	err = nl_socket_modify_cb(socket, NL_CB_VALID, NL_CB_CUSTOM, on_message, notifier);
	if (!err)
		err = nl_socket_set_buffer_size(socket, RECEIVE_BUFFER, 0);
	if (!err)
		err = nl_socket_set_nonblocking(socket);
	if (!err)
		err = nl_socket_add_membership(socket, group);
	return err ? netlink_errno(err) : 0;
}

static int notifier_new(struct wwan_handle *handle, struct notifier **notifier_out)
{
	struct notifier *notifier;
	int err;

	notifier = calloc(1, sizeof(*notifier));
	if (!notifier)
		return ENOMEM;
	notifier->handle = handle;
	notifier->source.dispatch = notifier_dispatch;
	notifier->socket = nl_socket_alloc();
	if (!notifier->socket) {
		err = ENOMEM;
		goto err_free;
	}
	err = join_events(notifier);
	if (err)
		goto err_socket;
	err = handle_watch(handle, nl_socket_get_fd(notifier->socket), &notifier->source,
			   EPOLLIN);
	if (err)
		goto err_socket;
	*notifier_out = notifier;
	return 0;

err_socket:
	nl_socket_free(notifier->socket);
err_free:
	free(notifier);
	return err;
}

void notifier_free(struct wwan_handle *handle)
{
	struct notifier *notifier = handle->notifier;

	if (!notifier)
		return;
	epoll_ctl(handle->epoll, EPOLL_CTL_DEL, nl_socket_get_fd(notifier->socket), NULL);
	nl_socket_free(notifier->socket);
	free(notifier);
	handle->notifier = NULL;
}

/* A registration that replaces another takes over its socket, so nothing is missed. */
static int set_notifier(struct wwan_handle *handle, uint32_t sources,
			wwan_notification_fn notify, void *context)
{
	int err;

	if (!sources) {
		notifier_free(handle);
		return 0;
	}
	if (!handle->notifier) {
		err = notifier_new(handle, &handle->notifier);
		if (err)
			return err;
	}
	handle->notifier->sources = sources;
	handle->notifier->notify = notify;
	handle->notifier->context = context;
	return 0;
}

WWAN_API int wwan_register_notification(struct wwan_handle *handle, uint32_t sources,
					wwan_notification_fn notify, void *context,
					void *reserved, uint32_t *previous)
{
	uint32_t old;
	int err;

	if (!handle || reserved || sources & ~(uint32_t)WWAN_NOTIFICATION_SOURCE_ALL)
		return EINVAL;
	if (sources && !notify)
		return EINVAL;
	if (handle->dispatching)
		return EDEADLK;

	old = handle->notifier ? handle->notifier->sources : WWAN_NOTIFICATION_SOURCE_NONE;
	err = set_notifier(handle, sources, notify, context);
	if (err)
		return err;
	if (previous)
		*previous = old;
	return 0;
}
