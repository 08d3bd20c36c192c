// SPDX-License-Identifier: GPL-2.0-or-later
/* Session objects: joining, what they are, bounds. */
#include <fcntl.h>
#include <sys/ioctl.h>

#include "fake.h"

static struct mbim_dss_set_mode last_mode;
static struct mbim_dss_limits last_limits;

static int answer_mode(void *arg)
{
	last_mode = *(struct mbim_dss_set_mode *)arg;
	return 0;
}

static int answer_limits(void *arg)
{
	struct mbim_dss_limits *limits = arg;

	last_limits = *limits;
	limits->rx_limit = 65536;
	limits->tx_limit = 32768;
	limits->tx_timeout_ms = 5000;
	return 0;
}

static int answer_readable(void *arg)
{
	*(int *)arg = 17;
	return 0;
}

static int set_up(void **state)
{
	fake_reset(state);
	fake_answer(MBIM_DSS_IOC_MODE, answer_mode);
	fake_answer(MBIM_DSS_IOC_LIMITS, answer_limits);
	fake_answer(FIONREAD, answer_readable);
	return 0;
}

static void join(void **state)
{
	struct wwan_handle *handle = fake_handle();
	struct wwan_session *session;

	(void)state;
	assert_int_equal(wwan_join_data_session(handle, 15, 255, &session), 0);
	assert_string_equal(fake.node_path, "/dev/mbim/dss15s255");
	assert_true(fake.open_flags[FAKE_NODE] & O_CLOEXEC);
	assert_int_equal(fake.open_flags[FAKE_NODE] & O_ACCMODE, O_RDWR);
	assert_int_equal(last_mode.mode, MBIM_DSS_MODE_MESSAGE);
	assert_int_equal(wwan_session_get_modem(session), 15);
	assert_int_equal(wwan_session_get_id(session), 255);
	assert_int_equal(wwan_session_get_max_data_size(session), FAKE_MAX_DATAGRAM);
	assert_int_equal(wwan_session_get_fd(session), fake.file[FAKE_NODE]);
	wwan_session_free(session);
	assert_int_equal(fcntl(fake.file[FAKE_NODE], F_GETFD), -1);
	wwan_session_free(NULL);
	fake_close(handle);
}

static void join_errors(void **state)
{
	static const int errors[][2] = {
		{ ENOENT, ENOTCONN }, { ENXIO, ENOTCONN }, { EPERM, EACCES },
		{ EACCES, EACCES }, { ENODEV, ENOTCONN }, { EMFILE, EMFILE },
	};
	struct wwan_handle *handle = fake_handle();
	struct wwan_session *session;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		fake.open_errno[FAKE_NODE] = errors[i][0];
		assert_int_equal(wwan_join_data_session(handle, 0, 5, &session), errors[i][1]);
	}
	fake.open_errno[FAKE_NODE] = 0;
	fake.fail_calloc = 1;
	assert_int_equal(wwan_join_data_session(handle, 0, 5, &session), ENOMEM);
	fake_fail(MBIM_DSS_IOC_MODE, ENODEV);
	assert_int_equal(wwan_join_data_session(handle, 0, 5, &session), ENODEV);
	/* a plain file has no such call */
	fake_fail(MBIM_DSS_IOC_MODE, ENOTTY);
	assert_int_equal(wwan_join_data_session(handle, 0, 5, &session), EEXIST);
	fake_answer(MBIM_DSS_IOC_MODE, answer_mode);
	fake_fail(MBIM_DSS_IOC_INFO, ENODEV);
	assert_int_equal(wwan_join_data_session(handle, 0, 5, &session), ENODEV);
	assert_int_equal(wwan_join_data_session(handle, 0, 256, &session), EINVAL);
	assert_int_equal(wwan_join_data_session(NULL, 0, 5, &session), EINVAL);
	assert_int_equal(wwan_join_data_session(handle, 0, 5, NULL), EINVAL);
	fake_close(handle);
}

static void join_on_no_modem(void **state)
{
	static const int errors[] = { ENOENT, ENXIO, ENODEV };
	struct wwan_handle *handle = fake_handle();
	struct wwan_session *session;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		fake.open_errno[FAKE_NODE] = errors[i];
		assert_int_equal(wwan_join_data_session(handle, 9, 5, &session), ENODEV);
		assert_int_equal(wwan_join_data_session(handle, WWAN_MODEM_ANY, 5, &session),
				 ENODEV);
	}
	/* Nobody can say whether there is one. */
	fake_fail(MBIM_DSS_IOC_MODEMS, ENOMEM);
	assert_int_equal(wwan_join_data_session(handle, 9, 5, &session), ENOTCONN);
	fake_close(handle);
}

/* A udev rule may let a group read a node, and no more: MODE="0640". */
static void join_a_node_to_read(void **state)
{
	struct wwan_handle *handle = fake_handle();
	struct wwan_session *session;
	size_t bytes;
	char byte;

	(void)state;
	fake.node_denied = 1 << O_RDWR | 1 << O_WRONLY;
	session = fake_session(handle);
	assert_int_equal(fake.open_flags[FAKE_NODE] & O_ACCMODE, O_RDONLY);
	assert_true(fake.open_flags[FAKE_NODE] & O_CLOEXEC);
	assert_int_equal(wwan_session_write(session, "x", 1, 0, -1, NULL), EACCES);
	assert_int_equal(fake_calls(MBIM_DSS_IOC_SEND), 0);
	assert_int_equal(wwan_session_get_readable(session, &bytes), 0);
	fake_fail(MBIM_DSS_IOC_RECV, EAGAIN);
	assert_int_equal(wwan_session_read(session, &byte, 1, 0, &bytes), ETIMEDOUT);
	fake_close(handle);
}

static void join_a_node_to_write(void **state)
{
	struct wwan_handle *handle = fake_handle();
	struct wwan_session *session;
	size_t bytes;
	char byte;

	(void)state;
	fake.node_denied = 1 << O_RDWR | 1 << O_RDONLY;
	session = fake_session(handle);
	assert_int_equal(fake.open_flags[FAKE_NODE] & O_ACCMODE, O_WRONLY);
	assert_int_equal(wwan_session_read(session, &byte, 1, -1, &bytes), EACCES);
	assert_int_equal(fake_calls(MBIM_DSS_IOC_RECV), 0);
	/* There is data that others may read. */
	assert_int_equal(wwan_session_get_readable(session, &bytes), EACCES);
	fake_answer(MBIM_DSS_IOC_SEND, answer_send_all);
	assert_int_equal(wwan_session_write(session, "x", 1, 0, 0, NULL), 0);
	fake_close(handle);
}

static void join_a_node_for_nothing(void **state)
{
	struct wwan_handle *handle = fake_handle();
	struct wwan_session *session;

	(void)state;
	fake.node_denied = 1 << O_RDWR;
	fake.open_errno[FAKE_NODE] = EOPNOTSUPP;
	assert_int_equal(wwan_join_data_session(handle, 0, 5, &session), EOPNOTSUPP);
	assert_int_equal(fake.opened[FAKE_NODE], 2);
	/* It went while it was tried. */
	fake.open_errno[FAKE_NODE] = ENOENT;
	assert_int_equal(wwan_join_data_session(handle, 0, 5, &session), ENOTCONN);
	fake.open_errno[FAKE_NODE] = EPERM;
	assert_int_equal(wwan_join_data_session(handle, 0, 5, &session), EACCES);
	fake_close(handle);
}

static void mode(void **state)
{
	struct wwan_handle *handle = fake_handle();
	struct wwan_session *session = fake_session(handle);

	(void)state;
	assert_int_equal(wwan_session_set_mode(session, WWAN_MODE_STREAM), 0);
	assert_int_equal(last_mode.mode, MBIM_DSS_MODE_STREAM);
	assert_int_equal(last_mode.reserved, 0);
	fake_fail(MBIM_DSS_IOC_MODE, EINVAL);
	assert_int_equal(wwan_session_set_mode(session, 3), EINVAL);
	assert_int_equal(wwan_session_set_mode(NULL, WWAN_MODE_STREAM), EINVAL);
	fake_close(handle);
}

/* What the caller left in size and reserved does not reach the kernel. */
static void limits(void **state)
{
	struct wwan_handle *handle = fake_handle();
	struct wwan_session *session = fake_session(handle);
	struct wwan_limits limits = {
		.size = 1,
		.flags = WWAN_LIMITS_SET_RX,
		.rx_limit = 4096,
		.reserved = 9,
	};

	(void)state;
	assert_int_equal(wwan_session_set_limits(session, &limits), 0);
	assert_int_equal(last_limits.flags, MBIM_DSS_LIMITS_SET_RX);
	assert_int_equal(last_limits.rx_limit, 4096);
	assert_int_equal(last_limits.reserved, 0);
	assert_int_equal(limits.rx_limit, 65536);
	assert_int_equal(limits.tx_limit, 32768);
	assert_int_equal(limits.tx_timeout_ms, 5000);
	fake_fail(MBIM_DSS_IOC_LIMITS, EINVAL);
	assert_int_equal(wwan_session_set_limits(session, &limits), EINVAL);
	assert_int_equal(wwan_session_set_limits(NULL, &limits), EINVAL);
	assert_int_equal(wwan_session_set_limits(session, NULL), EINVAL);
	fake_close(handle);
}

static void info_and_readable(void **state)
{
	struct wwan_handle *handle = fake_handle();
	struct wwan_session *session = fake_session(handle);
	struct wwan_session_info info;
	size_t bytes = 0;

	(void)state;
	assert_int_equal(wwan_session_get_info(session, &info), 0);
	assert_int_equal(info.state, WWAN_SESSION_OPEN);
	assert_int_equal(wwan_session_get_readable(session, &bytes), 0);
	assert_int_equal(bytes, 17);
	fake_fail(MBIM_DSS_IOC_INFO, ENODEV);
	assert_int_equal(wwan_session_get_info(session, &info), ENODEV);
	fake_fail(FIONREAD, ENODEV);
	assert_int_equal(wwan_session_get_readable(session, &bytes), ENODEV);
	assert_int_equal(wwan_session_get_info(NULL, &info), EINVAL);
	assert_int_equal(wwan_session_get_info(session, NULL), EINVAL);
	assert_int_equal(wwan_session_get_readable(NULL, &bytes), EINVAL);
	assert_int_equal(wwan_session_get_readable(session, NULL), EINVAL);
	fake_close(handle);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(join, set_up),
		cmocka_unit_test_setup(join_errors, set_up),
		cmocka_unit_test_setup(join_on_no_modem, set_up),
		cmocka_unit_test_setup(join_a_node_to_read, set_up),
		cmocka_unit_test_setup(join_a_node_to_write, set_up),
		cmocka_unit_test_setup(join_a_node_for_nothing, set_up),
		cmocka_unit_test_setup(mode, set_up),
		cmocka_unit_test_setup(limits, set_up),
		cmocka_unit_test_setup(info_and_readable, set_up),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
