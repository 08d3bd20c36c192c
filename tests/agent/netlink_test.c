// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is made of what the kernel says, which is this test's: dumps, and events that are
 * too many.
 */
#include "test.h"

#include <errno.h>
#include <string.h>

#include <glib-unix.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>

#include "netlink.h"

#define MAX_DUMPS	20
#define MAX_SOCKETS	3
#define FAMILY		33

/* What becomes of each dump in turn. */
enum answer { WHOLE, CHANGED, BROKEN };

static struct {
	enum answer answers[MAX_DUMPS];
	unsigned int sessions[MAX_DUMPS];	/* that it lists */
	unsigned int dumps;			/* asked for */
	nl_recvmsg_msg_cb_t valid, interrupted, finish;
	void *arg;

	/* Sockets that the main loop watches: control, events, agent. */
	struct socket {
		GUnixFDSourceFunc ready;
		gpointer data;
		nl_recvmsg_msg_cb_t valid;
	} sockets[MAX_SOCKETS];
	unsigned int watched;
	const struct socket *drained;	/* one of them; NULL: a dump's is read */
	bool lost;			/* ENOBUFS is what is read next; then */
	unsigned int waiting;		/* so many messages; then EAGAIN */
} kernel;

static unsigned int heard;

int __wrap_genl_ctrl_resolve(struct nl_sock *socket, const char *name);
int __real_genl_ctrl_resolve_grp(struct nl_sock *socket, const char *family, const char *group);
int __wrap_genl_ctrl_resolve_grp(struct nl_sock *socket, const char *family, const char *group);
guint __real_g_unix_fd_add(gint fd, GIOCondition condition, GUnixFDSourceFunc ready,
			   gpointer data);
guint __wrap_g_unix_fd_add(gint fd, GIOCondition condition, GUnixFDSourceFunc ready,
			   gpointer data);
int __wrap_nl_send_sync(struct nl_sock *socket, struct nl_msg *msg);
int __wrap_nl_send_auto(struct nl_sock *socket, struct nl_msg *msg);
int __wrap_nl_recvmsgs_default(struct nl_sock *socket);
int __real_nl_socket_modify_cb(struct nl_sock *socket, enum nl_cb_type type,
			       enum nl_cb_kind kind, nl_recvmsg_msg_cb_t func, void *arg);
int __wrap_nl_socket_modify_cb(struct nl_sock *socket, enum nl_cb_type type,
			       enum nl_cb_kind kind, nl_recvmsg_msg_cb_t func, void *arg);

/* The module is loaded. Its group is one that any machine has. */
int __wrap_genl_ctrl_resolve(struct nl_sock *socket, const char *name)
{
	(void)socket;
	assert_string_equal(name, MBIM_DSS_FAMILY_NAME);
	return FAMILY;
}

int __wrap_genl_ctrl_resolve_grp(struct nl_sock *socket, const char *family, const char *group)
{
	(void)family;
	(void)group;
	return __real_genl_ctrl_resolve_grp(socket, "nlctrl", "notify");
}

guint __wrap_g_unix_fd_add(gint fd, GIOCondition condition, GUnixFDSourceFunc ready,
			   gpointer data)
{
	assert_true(kernel.watched < MAX_SOCKETS);
	kernel.sockets[kernel.watched++] = (struct socket){ ready, data, kernel.valid };
	return __real_g_unix_fd_add(fd, condition, ready, data);
}

int __wrap_nl_send_sync(struct nl_sock *socket, struct nl_msg *msg)
{
	(void)socket;
	nlmsg_free(msg);
	return 0;
}

int __wrap_nl_send_auto(struct nl_sock *socket, struct nl_msg *msg)
{
	(void)socket;
	(void)msg;
	assert_true(kernel.dumps < MAX_DUMPS);
	kernel.dumps++;
	return 0;
}

int __wrap_nl_socket_modify_cb(struct nl_sock *socket, enum nl_cb_type type,
			       enum nl_cb_kind kind, nl_recvmsg_msg_cb_t func, void *arg)
{
	if (type == NL_CB_VALID)
		kernel.valid = func;
	if (type == NL_CB_DUMP_INTR)
		kernel.interrupted = func;
	if (type == NL_CB_FINISH)
		kernel.finish = func;
	kernel.arg = arg;
	return __real_nl_socket_modify_cb(socket, type, kind, func, arg);
}

static void tell_session(uint32_t id)
{
	static const uint8_t uuid[MBIM_DSS_UUID_SIZE];
	struct nl_msg *msg = nlmsg_alloc();

	assert_non_null(genlmsg_put(msg, 0, 0, 33, 0, 0, MBIM_DSS_CMD_SESSION_GET, 1));
	nla_put_u32(msg, MBIM_DSS_A_MODEM, 0);
	nla_put_u32(msg, MBIM_DSS_A_SESSION, id);
	nla_put(msg, MBIM_DSS_A_UUID, sizeof(uuid), uuid);
	nla_put_u32(msg, MBIM_DSS_A_STATE, MBIM_DSS_SESSION_OPEN);
	nla_put_u32(msg, MBIM_DSS_A_FLAGS, 0);
	nla_put_u32(msg, MBIM_DSS_A_UID, 0);
	kernel.valid(msg, kernel.arg);
	nlmsg_free(msg);
}

static void tell_event(const struct socket *socket)
{
	struct nl_msg *msg = nlmsg_alloc();

	assert_non_null(genlmsg_put(msg, 0, 0, FAMILY, 0, 0, MBIM_DSS_CMD_EVENT, 1));
	nla_put_u32(msg, MBIM_DSS_A_EVENT, MBIM_DSS_EVENT_MODEM_REMOVED);
	nla_put_u32(msg, MBIM_DSS_A_MODEM, 0);
	socket->valid(msg, socket->data);
	nlmsg_free(msg);
}

static void tell_family(const struct socket *socket)
{
	struct nl_msg *msg = nlmsg_alloc();

	assert_non_null(genlmsg_put(msg, 0, 0, GENL_ID_CTRL, 0, 0, CTRL_CMD_DELFAMILY, 1));
	nla_put_string(msg, CTRL_ATTR_FAMILY_NAME, MBIM_DSS_FAMILY_NAME);
	socket->valid(msg, socket->data);
	nlmsg_free(msg);
}

static int receive_watched(void)
{
	if (kernel.lost) {
		kernel.lost = false;
		return -NLE_NOMEM;
	}
	if (!kernel.waiting)
		return -NLE_AGAIN;
	kernel.waiting--;
	if (kernel.drained == &kernel.sockets[0])
		tell_family(kernel.drained);
	else
		tell_event(kernel.drained);
	return 0;
}

int __wrap_nl_recvmsgs_default(struct nl_sock *socket)
{
	unsigned int dump = kernel.dumps - 1;

	(void)socket;
	if (kernel.drained)
		return receive_watched();
	for (uint32_t id = 0; id < kernel.sessions[dump]; id++)
		tell_session(id);
	switch (kernel.answers[dump]) {
	case BROKEN:
		return -NLE_NOMEM;
	case CHANGED:
		kernel.interrupted(NULL, kernel.arg);
		break;
	case WHOLE:
		break;
	}
	kernel.finish(NULL, kernel.arg);
	return 0;
}

static void hear(void *data, const struct message_session *session)
{
	assert_ptr_equal(data, &heard);
	assert_int_equal(session->session, heard);
	heard++;
}

static int dump(void)
{
	static const struct netlink_ops ops;
	struct netlink *nl = netlink_new(&ops, NULL);
	int err;

	assert_non_null(nl);
	heard = 0;
	err = netlink_dump_sessions(nl, 0, hear, &heard);
	netlink_free(nl);
	return err;
}

static int set_up(void **state)
{
	(void)state;
	memset(&kernel, 0, sizeof(kernel));
	return 0;
}

static void whole(void **state)
{
	(void)state;
	kernel.sessions[0] = 3;
	assert_int_equal(dump(), 0);
	assert_int_equal(heard, 3);
	assert_int_equal(kernel.dumps, 1);
}

/* Nothing is heard of a list that is not whole. */
static void changed(void **state)
{
	(void)state;
	kernel.answers[0] = CHANGED;
	kernel.sessions[0] = 3;
	kernel.answers[1] = CHANGED;
	kernel.sessions[1] = 1;
	kernel.sessions[2] = 2;
	assert_int_equal(dump(), 0);
	assert_int_equal(heard, 2);
	assert_int_equal(kernel.dumps, 3);
}

static void changes_always(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < MAX_DUMPS; i++) {
		kernel.answers[i] = CHANGED;
		kernel.sessions[i] = i;
	}
	assert_int_equal(dump(), EAGAIN);
	assert_int_equal(heard, 0);
}

static void broken(void **state)
{
	(void)state;
	kernel.answers[0] = BROKEN;
	kernel.sessions[0] = 2;
	assert_int_equal(dump(), ENOBUFS);
	assert_int_equal(heard, 0);
}

/* What the owner was told, and how much waited in the kernel when he was to look anew. */
static struct {
	unsigned int news;
	unsigned int looks;
	unsigned int unread;
} told;

static void news_of_module(void *data)
{
	(void)data;
	told.news++;
}

static void news(void *data, const struct message_event *event)
{
	(void)data;
	(void)event;
	told.news++;
}

static void look(void *data)
{
	(void)data;
	told.looks++;
	told.unread = kernel.waiting;
}

/* Messages wait in a socket, and some were lost after them: it is read until it is empty. */
static void overflow(unsigned int number, unsigned int messages)
{
	memset(&told, 0, sizeof(told));
	kernel.drained = &kernel.sockets[number];
	kernel.lost = true;
	kernel.waiting = messages;
	while (kernel.lost || kernel.waiting)
		kernel.drained->ready(0, G_IO_IN, kernel.drained->data);
	kernel.drained = NULL;
}

/* What is older than the loss is told before it is time to look anew: it is no news then. */
static void lost_events(void **state)
{
	static const struct netlink_ops ops = { .event = news, .resync = look };
	static const unsigned int waiting[] = { 0, 1, 63, 64, 65, 1000 };
	struct netlink *nl = netlink_new(&ops, NULL);

	(void)state;
	assert_non_null(nl);
	assert_int_equal(netlink_bind(nl), 0);
	for (size_t i = 0; i < sizeof(waiting) / sizeof(*waiting); i++) {
		overflow(1, waiting[i]);
		assert_int_equal(told.news, waiting[i]);
		assert_int_equal(told.looks, 1);
		assert_int_equal(told.unread, 0);
	}
	netlink_free(nl);
}

static void lost_news_of_the_module(void **state)
{
	static const struct netlink_ops ops = { .vanished = news_of_module, .appeared = look };
	struct netlink *nl = netlink_new(&ops, NULL);

	(void)state;
	assert_non_null(nl);
	overflow(0, 100);
	assert_int_equal(told.news, 100);
	assert_int_equal(told.looks, 1);
	assert_int_equal(told.unread, 0);
	netlink_free(nl);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(whole, set_up),
		cmocka_unit_test_setup(changed, set_up),
		cmocka_unit_test_setup(changes_always, set_up),
		cmocka_unit_test_setup(broken, set_up),
		cmocka_unit_test_setup(lost_events, set_up),
		cmocka_unit_test_setup(lost_news_of_the_module, set_up),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
