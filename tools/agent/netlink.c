// SPDX-License-Identifier: GPL-2.0-or-later
/* Sockets of the family "mbim_dss": binding, dumps, requests, events. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <glib-unix.h>
#include <linux/genetlink.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>

#include "log.h"
#include "netlink.h"
#include "service.h"

/* Bytes for what waits in a socket: over a thousand events, one SERVICES_SET. */
#define SOCKET_BUFFER	(512 * 1024)

struct netlink {
	const struct netlink_ops *ops;
	void *data;

	struct nl_sock *control;
	struct nl_sock *agent;
	struct nl_sock *events;
	guint control_source;
	guint agent_source;
	guint events_source;

	int family;		/* number of the family; 0 while not bound */
};

/* libnl has error codes of its own, which blur some errnos. */
static int errno_of_nl(int error)
{
	switch (error < 0 ? -error : error) {
	case NLE_SUCCESS:
		return 0;
	case NLE_OBJ_NOTFOUND:
		return ENOENT;
	case NLE_BUSY:
		return EBUSY;
	case NLE_PERM:
	case NLE_NOACCESS:
		return EPERM;
	case NLE_AGAIN:
		return ETIMEDOUT;
	case NLE_NOMEM:
		return ENOBUFS;
	case NLE_OPNOTSUPP:
		return EOPNOTSUPP;
	case NLE_INVAL:
		return EINVAL;
	case NLE_NODEV:
		return ENODEV;
	default:
		return EIO;
	}
}

static struct nl_sock *socket_new(void)
{
	const struct timeval deadline = { .tv_sec = NETLINK_DEADLINE_S };
	struct nl_sock *sock = nl_socket_alloc();
	const int size = SOCKET_BUFFER;
	const int on = 1;
	int fd;

	if (!sock)
		return NULL;
	if (genl_connect(sock) || nl_socket_set_buffer_size(sock, SOCKET_BUFFER, SOCKET_BUFFER)) {
		nl_socket_free(sock);
		return NULL;
	}
	fd = nl_socket_get_fd(sock);
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &deadline, sizeof(deadline))) {
		nl_socket_free(sock);
		return NULL;
	}
	/* Whom the kernel lets, gets more than net.core.rmem_max: that is some 500 events. */
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	/* The kernel's words for a refusal; kernels without them say none. */
	setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	nl_socket_disable_seq_check(sock);
	return sock;
}

/*
 * Take what has arrived on a non-blocking socket. Return: whether the kernel had to
 * throw messages away.
 *
 * ENOBUFS comes ahead of the older messages that wait. Until these are read the kernel
 * throws away what is new, and does not say so again. Whoever looked anew before that
 * would take the old ones for news, and miss what happens meanwhile.
 */
static bool socket_drain(struct nl_sock *sock)
{
	bool lost = false;

	/*
	 * Other work must get its turn, however fast the kernel is. To one that has lost
	 * messages nothing is added.
	 */
	for (int i = 0; i < 64 || lost; i++) {
		int err = nl_recvmsgs_default(sock);

		if (err == -NLE_AGAIN)
			break;
		if (err == -NLE_NOMEM) {
			lost = true;
		} else if (err < 0) {
			log_warning("netlink: a message could not be read: %s", nl_geterror(err));
			break;
		}
	}
	return lost;
}

/* The module comes and goes: nlctrl's notifications. */

/* Number of the family, or a negative error of libnl. */
static int family_resolve(void)
{
	struct nl_sock *sock = socket_new();
	int family = sock ? genl_ctrl_resolve(sock, MBIM_DSS_FAMILY_NAME) : -NLE_NOMEM;

	nl_socket_free(sock);
	return family;
}

bool netlink_is_there(void)
{
	return family_resolve() >= 0;
}

/*
 * News of the family's arrival may be older than the binding to it. A module
 * that was loaded again has another number: they are given out in turn.
 */
static bool family_is_bound(struct netlink *nl)
{
	return nl->family && nl->family == family_resolve();
}

static int control_message(struct nl_msg *msg, void *arg)
{
	struct nlattr *attrs[CTRL_ATTR_MAX + 1];
	struct nlmsghdr *header = nlmsg_hdr(msg);
	struct netlink *nl = arg;
	int command = message_command(header);

	if (command != CTRL_CMD_NEWFAMILY && command != CTRL_CMD_DELFAMILY)
		return NL_OK;
	if (genlmsg_parse(header, 0, attrs, CTRL_ATTR_MAX, NULL) ||
	    !attrs[CTRL_ATTR_FAMILY_NAME])
		return NL_OK;
	if (nla_strcmp(attrs[CTRL_ATTR_FAMILY_NAME], MBIM_DSS_FAMILY_NAME))
		return NL_OK;
	if (command == CTRL_CMD_DELFAMILY)
		nl->ops->vanished(nl->data);
	else if (!family_is_bound(nl))
		nl->ops->appeared(nl->data);
	return NL_OK;
}

static gboolean control_ready(gint fd G_GNUC_UNUSED, GIOCondition cond G_GNUC_UNUSED,
			      gpointer data)
{
	struct netlink *nl = data;

	if (socket_drain(nl->control)) {
		log_warning("netlink: news of families came too fast, looking anew");
		if (!family_is_bound(nl))
			nl->ops->appeared(nl->data);
	}
	return G_SOURCE_CONTINUE;
}

static int control_open(struct netlink *nl)
{
	int group, err;

	nl->control = socket_new();
	if (!nl->control)
		return ENOMEM;
	group = genl_ctrl_resolve_grp(nl->control, "nlctrl", "notify");
	if (group < 0)
		return errno_of_nl(group);
	err = nl_socket_add_membership(nl->control, group);
	if (err)
		return errno_of_nl(err);
	nl_socket_modify_cb(nl->control, NL_CB_VALID, NL_CB_CUSTOM, control_message, nl);
	nl_socket_set_nonblocking(nl->control);
	nl->control_source = g_unix_fd_add(nl_socket_get_fd(nl->control),
					   G_IO_IN | G_IO_ERR, control_ready, nl);
	return 0;
}

struct netlink *netlink_new(const struct netlink_ops *ops, void *data)
{
	struct netlink *nl = g_new0(struct netlink, 1);
	int err;

	nl->ops = ops;
	nl->data = data;
	err = control_open(nl);
	if (err) {
		log_error("cannot open generic netlink: %s", g_strerror(err));
		netlink_free(nl);
		return NULL;
	}
	return nl;
}

void netlink_free(struct netlink *nl)
{
	if (!nl)
		return;
	netlink_unbind(nl);
	g_clear_handle_id(&nl->control_source, g_source_remove);
	g_clear_pointer(&nl->control, nl_socket_free);
	g_free(nl);
}

/* Events. */

static int event_message(struct nl_msg *msg, void *arg)
{
	struct nlmsghdr *header = nlmsg_hdr(msg);
	struct message_event event;
	struct netlink *nl = arg;
	const char *fault;

	if (message_command(header) != MBIM_DSS_CMD_EVENT)
		return NL_OK;
	fault = message_parse_event(header, &event);
	if (fault)
		log_warning("netlink: an event is malformed: %s", fault);
	else
		nl->ops->event(nl->data, &event);
	return NL_OK;
}

static gboolean events_ready(gint fd G_GNUC_UNUSED, GIOCondition cond G_GNUC_UNUSED,
			     gpointer data)
{
	struct netlink *nl = data;

	if (socket_drain(nl->events)) {
		log_warning("netlink: events came too fast and were lost, looking anew");
		nl->ops->resync(nl->data);
	}
	return G_SOURCE_CONTINUE;
}

static int events_open(struct netlink *nl)
{
	int group, err;

	nl->events = socket_new();
	if (!nl->events)
		return ENOMEM;
	group = genl_ctrl_resolve_grp(nl->events, MBIM_DSS_FAMILY_NAME, MBIM_DSS_MCGRP_EVENTS);
	if (group < 0)
		return errno_of_nl(group);
	err = nl_socket_add_membership(nl->events, group);
	if (err)
		return errno_of_nl(err);
	nl_socket_modify_cb(nl->events, NL_CB_VALID, NL_CB_CUSTOM, event_message, nl);
	nl_socket_set_nonblocking(nl->events);
	nl->events_source = g_unix_fd_add(nl_socket_get_fd(nl->events),
					  G_IO_IN | G_IO_ERR, events_ready, nl);
	return 0;
}

/* Requests, and the kernel's answers to what the agent sends. */

static int request_message(struct nl_msg *msg, void *arg)
{
	struct nlmsghdr *header = nlmsg_hdr(msg);
	struct message_request request;
	struct netlink *nl = arg;
	const char *fault;

	if (message_command(header) != MBIM_DSS_CMD_REQUEST)
		return NL_OK;
	fault = message_parse_request(header, &request);
	if (!fault) {
		nl->ops->request(nl->data, &request);
		return NL_OK;
	}
	log_error("netlink: a request of the kernel is malformed: %s", fault);
	if (request.id)
		netlink_reply(nl, request.id, EINVAL, 0);
	return NL_OK;
}

static const char *command_name(int command)
{
	switch (command) {
	case MBIM_DSS_CMD_AGENT_BIND:
		return "AGENT_BIND";
	case MBIM_DSS_CMD_SERVICES_SET:
		return "SERVICES_SET";
	case MBIM_DSS_CMD_REPLY:
		return "REPLY";
	case MBIM_DSS_CMD_SESSIONS_RESTORED:
		return "SESSIONS_RESTORED";
	case MBIM_DSS_CMD_SESSION_LOST:
		return "SESSION_LOST";
	default:
		return "a message";
	}
}

/* Text that the kernel gave with a refusal, or "". @answer: NLMSG_ERROR */
static const char *refusal_text(struct nlmsghdr *answer)
{
	struct nlmsgerr *err = nlmsg_data(answer);
	struct nlattr *attrs[NLMSGERR_ATTR_MAX + 1];
	size_t hdrlen = sizeof(*err);

	if (!(answer->nlmsg_flags & NLM_F_ACK_TLVS))
		return "";
	if (!(answer->nlmsg_flags & NLM_F_CAPPED))
		hdrlen += err->msg.nlmsg_len - NLMSG_HDRLEN;
	if (nlmsg_parse(answer, hdrlen, attrs, NLMSGERR_ATTR_MAX, NULL) ||
	    !attrs[NLMSGERR_ATTR_MSG])
		return "";
	return nla_get_string(attrs[NLMSGERR_ATTR_MSG]);
}

static int refusal_command(struct nlmsghdr *answer)
{
	struct nlmsgerr *err = nlmsg_data(answer);

	if (nlmsg_datalen(answer) < (int)(sizeof(*err) + GENL_HDRLEN))
		return -1;
	return message_command(&err->msg);
}

static int agent_refused(struct sockaddr_nl *from G_GNUC_UNUSED, struct nlmsgerr *err, void *arg)
{
	/* The header stands before the nlmsgerr that libnl hands over. */
	struct nlmsghdr *answer = (struct nlmsghdr *)((char *)err - NLMSG_HDRLEN);
	int command = refusal_command(answer);
	struct netlink *nl = arg;

	if (command == MBIM_DSS_CMD_REPLY && err->error == -ENOENT) {
		log_debug("netlink: the kernel no longer waits for a reply");
		return NL_SKIP;
	}
	/* The modem went while the message was made; its event is on the way. */
	if (err->error == -ENODEV) {
		log_debug("netlink: %s: the modem is gone", command_name(command));
		return NL_SKIP;
	}
	log_error("netlink: the kernel refused %s: %s %s", command_name(command),
		  g_strerror(-err->error), refusal_text(answer));
	if (err->error == -EPERM)
		nl->ops->unbound(nl->data);
	return NL_SKIP;
}

static gboolean agent_ready(gint fd G_GNUC_UNUSED, GIOCondition cond G_GNUC_UNUSED,
			    gpointer data)
{
	struct netlink *nl = data;

	/* Unicast waits or fails in the kernel, it does not drop: only acks can be lost. */
	if (socket_drain(nl->agent))
		log_warning("netlink: answers of the kernel came too fast and were lost");
	return G_SOURCE_CONTINUE;
}

static int agent_open(struct netlink *nl)
{
	struct nl_msg *msg;
	int err;

	nl->agent = socket_new();
	msg = message_bind(nl->family);
	if (!nl->agent || !msg) {
		nlmsg_free(msg);
		return ENOMEM;
	}
	/* Requests may come before the answer to AGENT_BIND does. */
	nl_socket_modify_cb(nl->agent, NL_CB_VALID, NL_CB_CUSTOM, request_message, nl);
	err = nl_send_sync(nl->agent, msg);
	if (err < 0)
		return errno_of_nl(err);
	nl_socket_modify_err_cb(nl->agent, NL_CB_CUSTOM, agent_refused, nl);
	nl_socket_set_nonblocking(nl->agent);
	nl->agent_source = g_unix_fd_add(nl_socket_get_fd(nl->agent),
					 G_IO_IN | G_IO_ERR, agent_ready, nl);
	return 0;
}

int netlink_bind(struct netlink *nl)
{
	int family = family_resolve();
	int err;

	if (family < 0)
		return errno_of_nl(family);
	nl->family = family;
	/* Events first: what happens during the binding is then seen. */
	err = events_open(nl);
	if (err)
		goto unbind;
	err = agent_open(nl);
	if (err)
		goto unbind;
	return 0;

unbind:
	netlink_unbind(nl);
	return err;
}

void netlink_unbind(struct netlink *nl)
{
	g_clear_handle_id(&nl->agent_source, g_source_remove);
	g_clear_handle_id(&nl->events_source, g_source_remove);
	g_clear_pointer(&nl->agent, nl_socket_free);
	g_clear_pointer(&nl->events, nl_socket_free);
	nl->family = 0;
}

/* Dumps. */

/* What comes and goes while it is listed makes a dump void; not for ever. */
#define DUMP_TRIES	8

struct dump {
	GArray *modems;		/* struct message_modem; or: */
	GArray *sessions;	/* struct message_session */
	bool interrupted;	/* the list has changed: it is not a whole one */
	bool done;
	int error;
};

static int dump_message(struct nl_msg *msg, void *arg)
{
	struct nlmsghdr *header = nlmsg_hdr(msg);
	struct message_session session;
	struct message_modem modem;
	struct dump *dump = arg;
	const char *fault;

	if (dump->modems) {
		fault = message_parse_modem(header, &modem);
		if (!fault)
			g_array_append_val(dump->modems, modem);
	} else {
		fault = message_parse_session(header, &session);
		if (!fault)
			g_array_append_val(dump->sessions, session);
	}
	if (fault)
		log_warning("netlink: an answer of the kernel is malformed: %s", fault);
	return NL_OK;
}

static int dump_interrupted(struct nl_msg *msg G_GNUC_UNUSED, void *arg)
{
	struct dump *dump = arg;

	dump->interrupted = true;
	return NL_OK;
}

static int dump_finish(struct nl_msg *msg G_GNUC_UNUSED, void *arg)
{
	struct dump *dump = arg;

	dump->done = true;
	return NL_STOP;
}

static int dump_error(struct sockaddr_nl *from G_GNUC_UNUSED, struct nlmsgerr *err, void *arg)
{
	struct dump *dump = arg;

	dump->done = true;
	dump->error = -err->error;
	return NL_STOP;
}

/* Always a socket of its own: rests of a dump that failed cannot disturb the next. */
static int dump_once(struct nl_msg *msg, struct dump *dump)
{
	struct nl_sock *sock = socket_new();
	int err;

	if (!sock || !msg) {
		nlmsg_free(msg);
		err = -NLE_NOMEM;
		goto out;
	}
	nl_socket_modify_cb(sock, NL_CB_VALID, NL_CB_CUSTOM, dump_message, dump);
	nl_socket_modify_cb(sock, NL_CB_DUMP_INTR, NL_CB_CUSTOM, dump_interrupted, dump);
	nl_socket_modify_cb(sock, NL_CB_FINISH, NL_CB_CUSTOM, dump_finish, dump);
	nl_socket_modify_err_cb(sock, NL_CB_CUSTOM, dump_error, dump);
	err = nl_send_auto(sock, msg);
	nlmsg_free(msg);
	while (err >= 0 && !dump->done)
		err = nl_recvmsgs_default(sock);
	if (dump->done && dump->error)
		err = -nl_syserr2nlerr(dump->error);
	else if (dump->done)
		err = 0;
out:
	nl_socket_free(sock);
	if (err < 0)
		log_error("netlink: asking the kernel failed: %s", nl_geterror(err));
	return err < 0 ? errno_of_nl(err) : 0;
}

static int dump_run(struct netlink *nl, int command, uint32_t modem, struct dump *dump)
{
	int err;

	for (int i = 0; i < DUMP_TRIES; i++) {
		g_array_set_size(dump->modems ?: dump->sessions, 0);
		dump->interrupted = false;
		dump->done = false;
		err = dump_once(message_dump(nl->family, command, modem), dump);
		if (err || !dump->interrupted)
			return err;
		log_debug("netlink: what the kernel lists has changed meanwhile, asking again");
	}
	log_error("netlink: what the kernel lists changes all the time");
	return EAGAIN;
}

int netlink_dump_modems(struct netlink *nl,
			void (*each)(void *data, const struct message_modem *modem), void *data)
{
	g_autoptr(GArray) modems = g_array_new(FALSE, FALSE, sizeof(struct message_modem));
	struct dump dump = { .modems = modems };
	int err = dump_run(nl, MBIM_DSS_CMD_MODEM_GET, MBIM_DSS_MODEM_ANY, &dump);

	for (guint i = 0; !err && i < modems->len; i++)
		each(data, &g_array_index(modems, struct message_modem, i));
	return err;
}

int netlink_dump_sessions(struct netlink *nl, uint32_t modem,
			  void (*each)(void *data, const struct message_session *session),
			  void *data)
{
	g_autoptr(GArray) sessions = g_array_new(FALSE, FALSE, sizeof(struct message_session));
	struct dump dump = { .sessions = sessions };
	int err = dump_run(nl, MBIM_DSS_CMD_SESSION_GET, modem, &dump);

	for (guint i = 0; !err && i < sessions->len; i++)
		each(data, &g_array_index(sessions, struct message_session, i));
	return err;
}

/* What the agent says. */

static void agent_send(struct netlink *nl, struct nl_msg *msg)
{
	int command, err;

	/* Not bound any more: whoever waits for this has been told by the kernel. */
	if (!nl->agent) {
		nlmsg_free(msg);
		return;
	}
	if (!msg) {
		log_error("netlink: out of memory, or a message is too long");
		return;
	}
	command = message_command(nlmsg_hdr(msg));
	err = nl_send_auto(nl->agent, msg);
	if (err < 0)
		log_error("netlink: sending %s failed: %s", command_name(command),
			  nl_geterror(err));
	nlmsg_free(msg);
}

void netlink_services(struct netlink *nl, uint32_t modem, const struct service_list *list)
{
	agent_send(nl, message_services(nl->family, modem, list));
}

void netlink_reply(struct netlink *nl, uint64_t id, uint32_t error, uint32_t status)
{
	agent_send(nl, message_reply(nl->family, id, error, status));
}

void netlink_restored(struct netlink *nl, uint32_t modem)
{
	agent_send(nl, message_restored(nl->family, modem));
}

void netlink_lost(struct netlink *nl, uint32_t modem, uint32_t session,
		  uint32_t error, uint32_t status)
{
	agent_send(nl, message_lost(nl->family, modem, session, error, status));
}
