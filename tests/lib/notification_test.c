// SPDX-License-Identifier: GPL-2.0-or-later
/* Notifications: registration, and what is made of messages. */
#include <poll.h>
#include <sys/epoll.h>

#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>

#include <linux/mbim_dss_netlink.h>

#include "fake.h"

#define FAMILY	33

static const uint8_t uuid[WWAN_UUID_SIZE] = "mbim-sim";

static struct {
	unsigned int calls;
	struct wwan_notification last;
	int inside_result;
} seen;

/* What libnl does. */
static struct {
	int resolve;			/* a family, or an error of libnl; likewise: */
	int resolve_group;
	int membership;
	int connect;
	int receive;			/* what receiving gives after the message */
	struct nl_msg *message;
	nl_recvmsg_msg_cb_t on_message;
	void *arg;
	struct nl_sock *socket;
} nl;

int __wrap_genl_ctrl_resolve(struct nl_sock *socket, const char *name);
int __wrap_genl_ctrl_resolve_grp(struct nl_sock *socket, const char *family, const char *group);
int __real_genl_connect(struct nl_sock *socket);
int __wrap_genl_connect(struct nl_sock *socket);
int __wrap_nl_socket_add_membership(struct nl_sock *socket, int group);
int __wrap_nl_socket_modify_cb(struct nl_sock *socket, enum nl_cb_type type,
			       enum nl_cb_kind kind, nl_recvmsg_msg_cb_t func, void *arg);
int __wrap_nl_recvmsgs_default(struct nl_sock *socket);

int __wrap_genl_connect(struct nl_sock *socket)
{
	nl.socket = socket;
	return nl.connect ? nl.connect : __real_genl_connect(socket);
}

int __wrap_genl_ctrl_resolve(struct nl_sock *socket, const char *name)
{
	(void)socket;
	assert_string_equal(name, "mbim_dss");
	return nl.resolve;
}

int __wrap_genl_ctrl_resolve_grp(struct nl_sock *socket, const char *family, const char *group)
{
	(void)socket;
	assert_string_equal(family, "mbim_dss");
	assert_string_equal(group, "events");
	return nl.resolve_group;
}

int __wrap_nl_socket_add_membership(struct nl_sock *socket, int group)
{
	(void)socket;
	assert_int_equal(group, 5);
	return nl.membership;
}

int __wrap_nl_socket_modify_cb(struct nl_sock *socket, enum nl_cb_type type,
			       enum nl_cb_kind kind, nl_recvmsg_msg_cb_t func, void *arg)
{
	(void)socket;
	assert_int_equal(type, NL_CB_VALID);
	assert_int_equal(kind, NL_CB_CUSTOM);
	nl.on_message = func;
	nl.arg = arg;
	return 0;
}

int __wrap_nl_recvmsgs_default(struct nl_sock *socket)
{
	(void)socket;
	if (nl.message)
		nl.on_message(nl.message, nl.arg);
	return nl.receive;
}

static int set_up(void **state)
{
	memset(&seen, 0, sizeof(seen));
	memset(&nl, 0, sizeof(nl));
	nl.resolve = FAMILY;
	nl.resolve_group = 5;
	return fake_reset(state);
}

static void on_event(struct wwan_handle *handle, const struct wwan_notification *notification,
		     void *context)
{
	assert_ptr_equal(context, &seen);
	seen.calls++;
	seen.last = *notification;
	seen.inside_result = wwan_register_notification(handle, 0, NULL, NULL, NULL, NULL);
}

static struct wwan_handle *start(uint32_t sources)
{
	struct wwan_handle *handle = fake_handle();

	assert_int_equal(wwan_register_notification(handle, sources, on_event, &seen, NULL,
						    NULL), 0);
	return handle;
}

static void receive(struct wwan_handle *handle, struct nl_msg *message)
{
	nl.message = message;
	fake_epoll(nl_socket_get_fd(nl.socket), EPOLLIN);
	assert_int_equal(wwan_dispatch(handle, 0), 0);
	nl.message = NULL;
	nlmsg_free(message);
}

static struct nl_msg *new_message(int family, int cmd)
{
	struct nl_msg *message = nlmsg_alloc();

	assert_non_null(message);
	assert_non_null(genlmsg_put(message, 0, 0, family, 0, 0, cmd, MBIM_DSS_FAMILY_VERSION));
	return message;
}

static struct nl_msg *new_event(uint32_t event)
{
	struct nl_msg *message = new_message(FAMILY, MBIM_DSS_CMD_EVENT);

	assert_int_equal(nla_put_u32(message, MBIM_DSS_A_EVENT, event), 0);
	return message;
}

static void whole_event(void **state)
{
	struct wwan_handle *handle = start(WWAN_NOTIFICATION_SOURCE_ALL);
	struct nl_msg *message = new_event(MBIM_DSS_EVENT_SESSION_CLOSED);

	(void)state;
	assert_int_equal(nla_put_u32(message, MBIM_DSS_A_MODEM, 2), 0);
	assert_int_equal(nla_put_u32(message, MBIM_DSS_A_SESSION, 7), 0);
	assert_int_equal(nla_put_u32(message, MBIM_DSS_A_ERROR, ENODEV), 0);
	assert_int_equal(nla_put(message, MBIM_DSS_A_UUID, sizeof(uuid), uuid), 0);
	receive(handle, message);
	assert_int_equal(seen.calls, 1);
	assert_int_equal(seen.last.source, WWAN_NOTIFICATION_SOURCE_SESSION);
	assert_int_equal(seen.last.event, WWAN_EVENT_SESSION_CLOSED);
	assert_int_equal(seen.last.valid, WWAN_NOTIFICATION_MODEM | WWAN_NOTIFICATION_SESSION |
			 WWAN_NOTIFICATION_SERVICE);
	assert_int_equal(seen.last.modem, 2);
	assert_int_equal(seen.last.session, 7);
	assert_int_equal(seen.last.error, ENODEV);
	assert_memory_equal(seen.last.service, uuid, sizeof(uuid));
	assert_int_equal(seen.inside_result, EDEADLK);
	fake_close(handle);
}

static void sources_choose(void **state)
{
	static const struct {
		uint32_t event;
		uint32_t source;
	} events[] = {
		{ MBIM_DSS_EVENT_MODEM_ADDED, WWAN_NOTIFICATION_SOURCE_INTERFACE },
		{ MBIM_DSS_EVENT_MODEM_REMOVED, WWAN_NOTIFICATION_SOURCE_INTERFACE },
		{ MBIM_DSS_EVENT_MODEM_PROBED, WWAN_NOTIFICATION_SOURCE_INTERFACE },
		{ MBIM_DSS_EVENT_SESSION_OPENED, WWAN_NOTIFICATION_SOURCE_SESSION },
		{ MBIM_DSS_EVENT_SESSION_CLOSED, WWAN_NOTIFICATION_SOURCE_SESSION },
		{ MBIM_DSS_EVENT_SESSIONS_RESTORED, WWAN_NOTIFICATION_SOURCE_SESSION },
		{ MBIM_DSS_EVENT_AGENT_BOUND, WWAN_NOTIFICATION_SOURCE_AGENT },
		{ MBIM_DSS_EVENT_AGENT_LOST, WWAN_NOTIFICATION_SOURCE_AGENT },
		/* of a newer driver */
		{ 99, WWAN_NOTIFICATION_SOURCE_ALL },
	};
	struct wwan_handle *handle = fake_handle();
	uint32_t source;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
		for (source = 1; source < WWAN_NOTIFICATION_SOURCE_ALL; source <<= 1) {
			assert_int_equal(wwan_register_notification(handle, source, on_event,
								    &seen, NULL, NULL), 0);
			seen.calls = 0;
			receive(handle, new_event(events[i].event));
			assert_int_equal(seen.calls, !!(source & events[i].source));
		}
	}
	fake_close(handle);
}

static void other_messages_are_none(void **state)
{
	struct wwan_handle *handle = start(WWAN_NOTIFICATION_SOURCE_ALL);
	struct nl_msg *message;

	(void)state;
	receive(handle, new_message(FAMILY, MBIM_DSS_CMD_EVENT));
	receive(handle, new_message(FAMILY, MBIM_DSS_CMD_MODEM_GET));
	message = new_message(FAMILY + 1, MBIM_DSS_CMD_EVENT);
	assert_int_equal(nla_put_u32(message, MBIM_DSS_A_EVENT, 1), 0);
	receive(handle, message);
	message = new_event(MBIM_DSS_EVENT_SESSION_OPENED);
	assert_int_equal(nla_put(message, MBIM_DSS_A_UUID, 4, uuid), 0);
	receive(handle, message);
	assert_int_equal(seen.calls, 0);
	fake_close(handle);
}

static void overrun_is_told(void **state)
{
	struct wwan_handle *handle = start(WWAN_NOTIFICATION_SOURCE_AGENT);

	(void)state;
	nl.receive = -NLE_NOMEM;
	fake_epoll(nl_socket_get_fd(nl.socket), EPOLLIN);
	assert_int_equal(wwan_dispatch(handle, 0), 0);
	assert_int_equal(seen.calls, 1);
	assert_int_equal(seen.last.event, WWAN_EVENT_OVERRUN);
	assert_int_equal(seen.last.source, WWAN_NOTIFICATION_SOURCE_ALL);
	fake_close(handle);
}

/* The kernel goes on dropping until the queue has been empty: only then it is told. */
static void overrun_is_told_last(void **state)
{
	struct wwan_handle *handle = start(WWAN_NOTIFICATION_SOURCE_ALL);

	(void)state;
	nl.receive = -NLE_NOMEM;
	fake_poll(POLLIN);
	receive(handle, NULL);
	assert_int_equal(seen.calls, 0);
	/* an event that could not be made is told like that, too */
	fake_poll(POLLIN);
	receive(handle, NULL);
	assert_int_equal(seen.calls, 0);

	nl.receive = 0;
	fake_poll(POLLIN);
	receive(handle, new_event(MBIM_DSS_EVENT_SESSION_OPENED));
	assert_int_equal(seen.calls, 1);
	assert_int_equal(seen.last.event, WWAN_EVENT_SESSION_OPENED);
	fake_poll(0);
	receive(handle, new_event(MBIM_DSS_EVENT_SESSION_CLOSED));
	assert_int_equal(seen.calls, 3);
	assert_int_equal(seen.last.event, WWAN_EVENT_OVERRUN);

	receive(handle, new_event(MBIM_DSS_EVENT_SESSION_OPENED));
	assert_int_equal(seen.calls, 4);
	assert_int_equal(seen.last.event, WWAN_EVENT_SESSION_OPENED);
	fake_close(handle);
}

/* A message that made no sense may have been the last one. */
static void overrun_is_told_after_an_error(void **state)
{
	struct wwan_handle *handle = start(WWAN_NOTIFICATION_SOURCE_ALL);

	(void)state;
	nl.receive = -NLE_NOMEM;
	fake_poll(POLLIN);
	receive(handle, NULL);
	nl.receive = -NLE_MSG_TRUNC;
	fake_poll(0);
	fake_epoll(nl_socket_get_fd(nl.socket), EPOLLIN);
	assert_int_equal(wwan_dispatch(handle, 0), EIO);
	assert_int_equal(seen.calls, 1);
	assert_int_equal(seen.last.event, WWAN_EVENT_OVERRUN);
	fake_close(handle);
}

static void receive_errors(void **state)
{
	struct wwan_handle *handle = start(WWAN_NOTIFICATION_SOURCE_ALL);

	(void)state;
	nl.receive = -NLE_AGAIN;
	fake_epoll(nl_socket_get_fd(nl.socket), EPOLLIN);
	assert_int_equal(wwan_dispatch(handle, 0), 0);
	nl.receive = -NLE_BAD_SOCK;
	fake_epoll(nl_socket_get_fd(nl.socket), EPOLLIN);
	assert_int_equal(wwan_dispatch(handle, 0), EIO);
	assert_int_equal(seen.calls, 0);
	fake_close(handle);
}

static void registration_replaces(void **state)
{
	struct wwan_handle *handle = fake_handle();
	uint32_t previous = 99;

	(void)state;
	assert_int_equal(wwan_register_notification(handle, WWAN_NOTIFICATION_SOURCE_SESSION,
						    on_event, &seen, NULL, &previous), 0);
	assert_int_equal(previous, WWAN_NOTIFICATION_SOURCE_NONE);
	assert_int_equal(wwan_register_notification(handle, WWAN_NOTIFICATION_SOURCE_AGENT,
						    on_event, &seen, NULL, &previous), 0);
	assert_int_equal(previous, WWAN_NOTIFICATION_SOURCE_SESSION);
	assert_int_equal(wwan_register_notification(handle, WWAN_NOTIFICATION_SOURCE_NONE, NULL,
						    NULL, NULL, &previous), 0);
	assert_int_equal(previous, WWAN_NOTIFICATION_SOURCE_AGENT);
	assert_int_equal(wwan_register_notification(handle, WWAN_NOTIFICATION_SOURCE_NONE, NULL,
						    NULL, NULL, &previous), 0);
	assert_int_equal(previous, WWAN_NOTIFICATION_SOURCE_NONE);
	fake_close(handle);
}

static void registration_errors(void **state)
{
	struct wwan_handle *handle = fake_handle();
	struct {
		int *where;
		int value;
		int err;
	} faults[] = {
		{ &nl.connect, -NLE_NOMEM, ENOMEM },
		{ &nl.resolve, -NLE_OBJ_NOTFOUND, ENXIO },
		{ &nl.resolve_group, -NLE_OBJ_NOTFOUND, ENXIO },
		{ &nl.membership, -NLE_PERM, EACCES },
		{ &nl.membership, -NLE_BAD_SOCK, EIO },
	};
	size_t i;
	int was;

	(void)state;
	for (i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		was = *faults[i].where;
		*faults[i].where = faults[i].value;
		assert_int_equal(wwan_register_notification(handle, 1, on_event, &seen, NULL,
							    NULL), faults[i].err);
		*faults[i].where = was;
	}
	fake.fail_calloc = 1;
	assert_int_equal(wwan_register_notification(handle, 1, on_event, &seen, NULL, NULL),
			 ENOMEM);
	fake.fail_epoll_ctl = ENOSPC;
	assert_int_equal(wwan_register_notification(handle, 1, on_event, &seen, NULL, NULL),
			 ENOSPC);
	fake.fail_epoll_ctl = 0;
	assert_int_equal(wwan_register_notification(handle, 1, on_event, &seen, NULL, NULL), 0);
	fake_close(handle);
}

static void registration_bad_arguments(void **state)
{
	struct wwan_handle *handle = fake_handle();

	(void)state;
	assert_int_equal(wwan_register_notification(NULL, 1, on_event, NULL, NULL, NULL),
			 EINVAL);
	assert_int_equal(wwan_register_notification(handle, 1, on_event, NULL, &seen, NULL),
			 EINVAL);
	assert_int_equal(wwan_register_notification(handle, 8, on_event, NULL, NULL, NULL),
			 EINVAL);
	assert_int_equal(wwan_register_notification(handle, 1, NULL, NULL, NULL, NULL), EINVAL);
	assert_null(nl.socket);
	fake_close(handle);
}

static void event_names(void **state)
{
	uint32_t i;

	(void)state;
	assert_string_equal(wwan_event_string(WWAN_EVENT_OVERRUN), "overrun");
	assert_string_equal(wwan_event_string(WWAN_EVENT_SESSION_OPENED), "session-opened");
	for (i = WWAN_EVENT_OVERRUN; i <= WWAN_EVENT_AGENT_LOST; i++)
		assert_string_not_equal(wwan_event_string(i), "unknown");
	assert_string_equal(wwan_event_string(9), "unknown");
	assert_string_equal(wwan_event_string(UINT32_MAX), "unknown");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(whole_event, set_up),
		cmocka_unit_test_setup(sources_choose, set_up),
		cmocka_unit_test_setup(other_messages_are_none, set_up),
		cmocka_unit_test_setup(overrun_is_told, set_up),
		cmocka_unit_test_setup(overrun_is_told_last, set_up),
		cmocka_unit_test_setup(overrun_is_told_after_an_error, set_up),
		cmocka_unit_test_setup(receive_errors, set_up),
		cmocka_unit_test_setup(registration_replaces, set_up),
		cmocka_unit_test_setup(registration_errors, set_up),
		cmocka_unit_test_setup(registration_bad_arguments, set_up),
		cmocka_unit_test_setup(event_names, set_up),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
