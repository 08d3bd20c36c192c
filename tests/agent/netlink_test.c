// SPDX-License-Identifier: GPL-2.0-or-later
/* Dumps: what is made of the kernel's answers, which are this test's. */
#include "test.h"

#include <errno.h>
#include <string.h>

#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>

#include "netlink.h"

#define MAX_DUMPS	20

/* What becomes of each dump in turn. */
enum answer { WHOLE, CHANGED, BROKEN };

static struct {
	enum answer answers[MAX_DUMPS];
	unsigned int sessions[MAX_DUMPS];	/* that it lists */
	unsigned int dumps;			/* asked for */
	nl_recvmsg_msg_cb_t valid, interrupted, finish;
	void *arg;
} kernel;

static unsigned int heard;

int __wrap_nl_send_auto(struct nl_sock *socket, struct nl_msg *msg);
int __wrap_nl_recvmsgs_default(struct nl_sock *socket);
int __real_nl_socket_modify_cb(struct nl_sock *socket, enum nl_cb_type type,
			       enum nl_cb_kind kind, nl_recvmsg_msg_cb_t func, void *arg);
int __wrap_nl_socket_modify_cb(struct nl_sock *socket, enum nl_cb_type type,
			       enum nl_cb_kind kind, nl_recvmsg_msg_cb_t func, void *arg);

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

int __wrap_nl_recvmsgs_default(struct nl_sock *socket)
{
	unsigned int dump = kernel.dumps - 1;

	(void)socket;
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(whole, set_up),
		cmocka_unit_test_setup(changed, set_up),
		cmocka_unit_test_setup(changes_always, set_up),
		cmocka_unit_test_setup(broken, set_up),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
