// SPDX-License-Identifier: GPL-2.0-or-later
/* Opens and closes: submission, completion, callbacks, and waits that end. */
#include <poll.h>
#include <unistd.h>

#include "fake.h"

static const struct wwan_open_args any_session = {
	.modem = 1,
	.session = WWAN_SESSION_ANY,
	.service = "mbim-sim",
};

/* What the callbacks saw. */
static struct {
	unsigned int opened;
	unsigned int closed;
	struct wwan_completion completion;
	struct wwan_session *session;
	void *context;
	int (*inside)(struct wwan_handle *handle);
	int inside_result;
} seen;

static int set_up(void **state)
{
	memset(&seen, 0, sizeof(seen));
	return fake_reset(state);
}

static void on_open(struct wwan_handle *handle, const struct wwan_completion *completion,
		    struct wwan_session *session, void *context)
{
	seen.opened++;
	seen.completion = *completion;
	seen.session = session;
	seen.context = context;
	if (seen.inside)
		seen.inside_result = seen.inside(handle);
}

static void on_close(struct wwan_handle *handle, const struct wwan_completion *completion,
		     void *context)
{
	(void)handle;
	seen.closed++;
	seen.completion = *completion;
	seen.context = context;
}

static void start_open(struct wwan_handle *handle)
{
	assert_int_equal(wwan_open_data_session(handle, &any_session, on_open, &seen, NULL), 0);
}

static bool is_ready(struct wwan_handle *handle)
{
	struct pollfd pollfd = { .events = POLLIN };

	assert_int_equal(wwan_get_fd(handle, &pollfd.fd), 0);
	return poll(&pollfd, 1, 0) == 1;
}

static void open_completes(void **state)
{
	struct wwan_handle *handle = fake_handle();
	uint64_t request_id = 0;

	(void)state;
	assert_int_equal(wwan_open_data_session(handle, &any_session, on_open, &seen,
						&request_id), 0);
	assert_int_equal(request_id, FAKE_REQUEST_ID);
	assert_int_equal(last_open.modem, 1);
	assert_memory_equal(last_open.service, any_session.service, WWAN_UUID_SIZE);
	assert_int_equal(wwan_dispatch(handle, 0), ETIMEDOUT);
	assert_int_equal(seen.opened, 0);
	assert_false(is_ready(handle));

	fake_complete(MBIM_DSS_REQUEST_OPEN, last_open.user_data, 0, 0);
	assert_true(is_ready(handle));
	assert_int_equal(wwan_dispatch(handle, 0), 0);
	assert_int_equal(seen.opened, 1);
	assert_ptr_equal(seen.context, &seen);
	assert_int_equal(seen.completion.request_id, FAKE_REQUEST_ID);
	assert_int_equal(seen.completion.error, 0);
	assert_int_equal(seen.completion.user_data, 0);
	assert_non_null(seen.session);
	assert_string_equal(fake.node_path, "/dev/mbim/dss0s5");
	assert_int_equal(fake_calls(MBIM_DSS_IOC_MODE), 1);
	assert_int_equal(wwan_dispatch(handle, 0), ETIMEDOUT);
	wwan_session_free(seen.session);
	fake_close(handle);
}

static void open_refused_by_modem(void **state)
{
	struct wwan_handle *handle = fake_handle();

	(void)state;
	start_open(handle);
	fake_complete(MBIM_DSS_REQUEST_OPEN, last_open.user_data, EREMOTEIO, 21);
	assert_int_equal(wwan_dispatch(handle, 1000), 0);
	assert_int_equal(seen.opened, 1);
	assert_int_equal(seen.completion.error, EREMOTEIO);
	assert_int_equal(seen.completion.mbim_status, 21);
	assert_null(seen.session);
	assert_int_equal(fake.opened[FAKE_NODE], 0);
	fake_close(handle);
}

static void open_refused_at_once(void **state)
{
	static const int errors[] = { ENODEV, EAGAIN, ENOENT, EOPNOTSUPP, EUSERS, EBUSY, EACCES,
				      ECONNREFUSED, ENOBUFS, EINVAL };
	struct wwan_handle *handle = fake_handle();
	struct wwan_completion completion;
	struct wwan_session *session;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		fake_fail(MBIM_DSS_IOC_OPEN, errors[i]);
		assert_int_equal(wwan_open_data_session(handle, &any_session, on_open, NULL,
							NULL), errors[i]);
		assert_int_equal(wwan_open_data_session_wait(handle, &any_session, -1,
							     &completion, &session),
				 errors[i]);
		assert_int_equal(completion.request_id, 0);
	}
	assert_int_equal(wwan_dispatch(handle, 0), ETIMEDOUT);
	fake_close(handle);
}

/* The session is open, but its node cannot be: it must not stay open unseen. */
static void open_without_node_closes_it(void **state)
{
	static const int errors[][2] = {
		{ ENOENT, ENOTCONN }, { ENXIO, ENOTCONN }, { EPERM, EACCES },
		{ EACCES, EACCES }, { ENODEV, ENOTCONN },
	};
	struct wwan_handle *handle = fake_handle();
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		fake.open_errno[FAKE_NODE] = errors[i][0];
		start_open(handle);
		fake_complete(MBIM_DSS_REQUEST_OPEN, last_open.user_data, 0, 0);
		assert_int_equal(wwan_dispatch(handle, 0), 0);
		assert_int_equal(seen.completion.error, errors[i][1]);
		assert_null(seen.session);
		assert_int_equal(fake_calls(MBIM_DSS_IOC_CLOSE), i + 1);
		assert_int_equal(last_close.session, 5);
		/* Nobody waits for that close. */
		fake_complete(MBIM_DSS_REQUEST_CLOSE, last_close.user_data, 0, 0);
		assert_int_equal(wwan_dispatch(handle, 0), 0);
		assert_int_equal(seen.closed, 0);
	}
	fake_close(handle);
}

static void open_whose_node_fails_later(void **state)
{
	struct wwan_handle *handle = fake_handle();

	(void)state;
	fake_fail(MBIM_DSS_IOC_MODE, ENODEV);
	start_open(handle);
	fake_complete(MBIM_DSS_REQUEST_OPEN, last_open.user_data, 0, 0);
	assert_int_equal(wwan_dispatch(handle, 0), 0);
	assert_int_equal(seen.completion.error, ENODEV);
	fake_answer(MBIM_DSS_IOC_MODE, NULL);
	fake_fail(MBIM_DSS_IOC_INFO, ENODEV);
	start_open(handle);
	fake_complete(MBIM_DSS_REQUEST_OPEN, last_open.user_data, 0, 0);
	assert_int_equal(wwan_dispatch(handle, 0), 0);
	assert_int_equal(seen.completion.error, ENODEV);
	assert_int_equal(seen.opened, 2);
	fake_close(handle);
}

static void close_completes(void **state)
{
	struct wwan_handle *handle = fake_handle();
	uint64_t request_id = 0;

	(void)state;
	assert_int_equal(wwan_close_data_session(handle, 1, 5, on_close, &seen, &request_id), 0);
	assert_int_equal(request_id, FAKE_REQUEST_ID + 1);
	assert_int_equal(last_close.modem, 1);
	assert_int_equal(last_close.session, 5);
	fake_complete(MBIM_DSS_REQUEST_CLOSE, last_close.user_data, 0, 0);
	assert_int_equal(wwan_dispatch(handle, 0), 0);
	assert_int_equal(seen.closed, 1);
	assert_ptr_equal(seen.context, &seen);
	fake_close(handle);
}

static void close_errors(void **state)
{
	struct wwan_handle *handle = fake_handle();

	(void)state;
	fake_fail(MBIM_DSS_IOC_CLOSE, ENOTCONN);
	assert_int_equal(wwan_close_data_session(handle, 1, 5, on_close, NULL, NULL), ENOTCONN);
	assert_int_equal(wwan_close_data_session_wait(handle, 1, 5, -1, NULL), ENOTCONN);
	fake_answer(MBIM_DSS_IOC_CLOSE, answer_close);
	fake.fail_calloc = 1;
	assert_int_equal(wwan_close_data_session(handle, 1, 5, on_close, NULL, NULL), ENOMEM);
	fake_close(handle);
}

/* The kernel answers while the ioctl still runs: the wait finds it there. */
static int answer_open_complete(void *arg)
{
	answer_open(arg);
	fake_complete(MBIM_DSS_REQUEST_OPEN, last_open.user_data, 0, 0);
	return 0;
}

static int answer_close_complete(void *arg)
{
	answer_close(arg);
	fake_complete(MBIM_DSS_REQUEST_CLOSE, last_close.user_data, 0, 0);
	return 0;
}

static void wait_gives_a_session(void **state)
{
	struct wwan_handle *handle = fake_handle();
	struct wwan_completion completion;
	struct wwan_session *session;

	(void)state;
	fake_answer(MBIM_DSS_IOC_OPEN, answer_open_complete);
	assert_int_equal(wwan_open_data_session_wait(handle, &any_session, 0, &completion,
						     &session), 0);
	assert_int_equal(completion.request_id, FAKE_REQUEST_ID);
	assert_int_equal(wwan_session_get_id(session), 5);
	fake_answer(MBIM_DSS_IOC_CLOSE, answer_close_complete);
	assert_int_equal(wwan_close_data_session_wait(handle, 0, 5, 0, &completion), 0);
	assert_int_equal(completion.type, WWAN_REQUEST_CLOSE);
	fake_close(handle);
}

/* Another request ends meanwhile: it stays for wwan_dispatch(), and the descriptor says so. */
static int answer_close_after_open(void *arg)
{
	fake_complete(MBIM_DSS_REQUEST_OPEN, last_open.user_data, 0, 0);
	return answer_close_complete(arg);
}

static void wait_keeps_other_completions(void **state)
{
	struct wwan_handle *handle = fake_handle();

	(void)state;
	start_open(handle);
	fake_answer(MBIM_DSS_IOC_CLOSE, answer_close_after_open);
	assert_int_equal(wwan_close_data_session_wait(handle, 0, 6, -1, NULL), 0);
	assert_int_equal(seen.opened, 0);
	assert_true(is_ready(handle));
	assert_int_equal(wwan_dispatch(handle, 0), 0);
	assert_int_equal(seen.opened, 1);
	assert_false(is_ready(handle));
	fake_close(handle);
}

/* What has ended and was not dispatched is discarded with the handle. */
static void close_discards_what_has_ended(void **state)
{
	struct wwan_handle *handle = fake_handle();

	(void)state;
	start_open(handle);
	fake_answer(MBIM_DSS_IOC_CLOSE, answer_close_after_open);
	assert_int_equal(wwan_close_data_session_wait(handle, 0, 6, -1, NULL), 0);
	fake_close(handle);
	assert_int_equal(seen.opened, 0);
}

/* A wait in a callback finds another request ended: it is dispatched by the next call. */
static int inside_close_wait(struct wwan_handle *handle)
{
	fake_answer(MBIM_DSS_IOC_CLOSE, answer_close_after_open);
	start_open(handle);
	return wwan_close_data_session_wait(handle, 0, 6, -1, NULL);
}

static void wait_in_a_callback(void **state)
{
	struct wwan_handle *handle = fake_handle();

	(void)state;
	start_open(handle);
	fake_complete(MBIM_DSS_REQUEST_OPEN, last_open.user_data, 0, 0);
	seen.inside = inside_close_wait;
	seen.inside_result = -1;
	assert_int_equal(wwan_dispatch(handle, 0), 0);
	assert_int_equal(seen.inside_result, 0);
	assert_int_equal(seen.opened, 1);
	seen.inside = NULL;
	assert_int_equal(wwan_dispatch(handle, 0), 0);
	assert_int_equal(seen.opened, 2);
	assert_int_equal(wwan_dispatch(handle, 0), ETIMEDOUT);
	fake_close(handle);
}

static int answer_cancel_complete(void *arg)
{
	answer_cancel(arg);
	fake_complete(MBIM_DSS_REQUEST_OPEN, last_open.user_data, ECANCELED, 0);
	return 0;
}

static int answer_close_timed_out(void *arg)
{
	answer_close(arg);
	fake_complete(MBIM_DSS_REQUEST_CLOSE, last_close.user_data, ETIMEDOUT, 0);
	return 0;
}

static void wait_in_vain_cancels(void **state)
{
	struct wwan_handle *handle = fake_handle();
	struct wwan_completion completion;
	struct wwan_session *session;

	(void)state;
	fake_answer(MBIM_DSS_IOC_CANCEL, answer_cancel_complete);
	assert_int_equal(wwan_open_data_session_wait(handle, &any_session, 10, &completion,
						     &session), ETIMEDOUT);
	assert_int_equal(last_cancel.request_id, FAKE_REQUEST_ID);
	assert_int_equal(completion.request_id, FAKE_REQUEST_ID);
	assert_int_equal(wwan_dispatch(handle, 0), ETIMEDOUT);
	fake_close(handle);
}

/* The error says only that time is up; what is not there yet has no size. */
static void close_wait_in_vain(void **state)
{
	struct wwan_handle *handle = fake_handle();
	struct wwan_completion completion;

	(void)state;
	assert_int_equal(wwan_close_data_session_wait(handle, 0, 5, 10, &completion), ETIMEDOUT);
	assert_int_equal(completion.request_id, FAKE_REQUEST_ID + 1);
	assert_int_equal(completion.size, 0);
	fake_complete(MBIM_DSS_REQUEST_CLOSE, last_close.user_data, 0, 0);
	assert_int_equal(wwan_dispatch(handle, 0), 0);
	fake_answer(MBIM_DSS_IOC_CLOSE, answer_close_timed_out);
	assert_int_equal(wwan_close_data_session_wait(handle, 0, 5, 10, &completion), ETIMEDOUT);
	assert_int_equal(completion.size, sizeof(completion));
	assert_int_equal(completion.error, ETIMEDOUT);
	fake_close(handle);
}

/* Cancelled, but the completion comes later: nobody hears of it, nothing leaks. */
static void wait_in_vain_completion_later(void **state)
{
	struct wwan_handle *handle = fake_handle();
	struct wwan_session *session;

	(void)state;
	assert_int_equal(wwan_open_data_session_wait(handle, &any_session, 0, NULL, &session),
			 ETIMEDOUT);
	fake_complete(MBIM_DSS_REQUEST_OPEN, last_open.user_data, ECANCELED, 0);
	assert_int_equal(wwan_dispatch(handle, 0), 0);
	assert_int_equal(fake_calls(MBIM_DSS_IOC_CLOSE), 0);
	fake_close(handle);
}

/* Too late to cancel, and the session opens after all: it is closed again. */
static void wait_in_vain_opens_later(void **state)
{
	struct wwan_handle *handle = fake_handle();
	struct wwan_session *session;

	(void)state;
	fake_fail(MBIM_DSS_IOC_CANCEL, ENOENT);
	assert_int_equal(wwan_open_data_session_wait(handle, &any_session, 0, NULL, &session),
			 ETIMEDOUT);
	fake_complete(MBIM_DSS_REQUEST_OPEN, last_open.user_data, 0, 0);
	assert_int_equal(wwan_dispatch(handle, 0), 0);
	assert_int_equal(fake_calls(MBIM_DSS_IOC_CLOSE), 1);
	assert_int_equal(last_close.session, 5);
	assert_int_equal(fake.opened[FAKE_NODE], 0);
	fake_close(handle);
}

/* It ends between the timeout and the cancel: then it has ended in time. */
static int answer_cancel_too_late(void *arg)
{
	(void)arg;
	fake_complete(MBIM_DSS_REQUEST_OPEN, last_open.user_data, 0, 0);
	return ENOENT;
}

static void wait_ends_at_the_last_moment(void **state)
{
	struct wwan_handle *handle = fake_handle();
	struct wwan_session *session = NULL;

	(void)state;
	fake_answer(MBIM_DSS_IOC_CANCEL, answer_cancel_too_late);
	assert_int_equal(wwan_open_data_session_wait(handle, &any_session, 0, NULL, &session),
			 0);
	assert_non_null(session);
	fake_close(handle);
}

static void wait_is_interrupted(void **state)
{
	struct wwan_handle *handle = fake_handle();
	struct wwan_session *session;

	(void)state;
	fake_answer(MBIM_DSS_IOC_CANCEL, answer_cancel_complete);
	fake_poll_errno(EINTR);
	assert_int_equal(wwan_open_data_session_wait(handle, &any_session, -1, NULL, &session),
			 EINTR);
	assert_int_equal(fake_calls(MBIM_DSS_IOC_CANCEL), 1);
	fake_close(handle);
}

/* A close goes on when nobody waits for it any more. */
static void wait_for_close_in_vain(void **state)
{
	struct wwan_handle *handle = fake_handle();

	(void)state;
	fake_fail(MBIM_DSS_IOC_CANCEL, EALREADY);
	assert_int_equal(wwan_close_data_session_wait(handle, 0, 5, 10, NULL), ETIMEDOUT);
	fake_complete(MBIM_DSS_REQUEST_CLOSE, last_close.user_data, 0, 0);
	assert_int_equal(wwan_dispatch(handle, 0), 0);
	fake_close(handle);
}

/* A newer kernel's records are longer; ours are their beginning. */
static void longer_records(void **state)
{
	struct wwan_handle *handle = fake_handle();
	struct {
		struct mbim_dss_completion completion;
		uint64_t more;
	} record[2] = { 0 };
	int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		start_open(handle);
		record[i].completion = (struct mbim_dss_completion) {
			.size = sizeof(record[i]),
			.type = MBIM_DSS_REQUEST_OPEN,
			.request_id = FAKE_REQUEST_ID,
			.user_data = last_open.user_data,
			.count = 1,
			.error = EUSERS,
		};
	}
	fake_control_bytes(record, sizeof(record));
	assert_int_equal(wwan_dispatch(handle, 0), 0);
	assert_int_equal(seen.opened, 2);
	assert_int_equal(seen.completion.error, EUSERS);
	fake_close(handle);
}

static void records_that_make_no_sense(void **state)
{
	static const uint32_t sizes[] = { 0, 4, sizeof(struct mbim_dss_completion) - 8,
					  sizeof(struct mbim_dss_completion) + 8, 0xffffffff };
	struct mbim_dss_completion completion = { 0 };
	struct wwan_handle *handle;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		handle = fake_handle();
		completion.size = sizes[i];
		fake_control_bytes(&completion, sizeof(completion));
		assert_int_equal(wwan_dispatch(handle, 0), EPROTO);
		fake_close(handle);
	}
	handle = fake_handle();
	fake_control_bytes("?", 1);
	assert_int_equal(wwan_dispatch(handle, 0), EPROTO);
	/* The end of the file: a device has none. */
	close(fake.peer[FAKE_CONTROL]);
	fake.peer[FAKE_CONTROL] = -1;
	assert_int_equal(wwan_dispatch(handle, 0), EPROTO);
	fake_close(handle);
}

static int inside_close_handle(struct wwan_handle *handle)
{
	return wwan_close_handle(handle, NULL);
}

static int inside_dispatch(struct wwan_handle *handle)
{
	return wwan_dispatch(handle, 0);
}

static int inside_register(struct wwan_handle *handle)
{
	return wwan_register_notification(handle, WWAN_NOTIFICATION_SOURCE_NONE, NULL, NULL,
					  NULL, NULL);
}

static int inside_wait(struct wwan_handle *handle)
{
	struct wwan_session *session;

	fake_answer(MBIM_DSS_IOC_OPEN, answer_open_complete);
	return wwan_open_data_session_wait(handle, &any_session, 0, NULL, &session);
}

static int inside_free(struct wwan_handle *handle)
{
	(void)handle;
	wwan_session_free(seen.session);
	return 0;
}

static void calls_from_a_callback(void **state)
{
	static const struct {
		int (*inside)(struct wwan_handle *handle);
		int result;
	} calls[] = {
		{ inside_close_handle, EDEADLK },
		{ inside_dispatch, EDEADLK },
		{ inside_register, EDEADLK },
		{ inside_free, 0 },
		{ inside_wait, 0 },
	};
	struct wwan_handle *handle = fake_handle();
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		start_open(handle);
		fake_complete(MBIM_DSS_REQUEST_OPEN, last_open.user_data, 0, 0);
		seen.inside = calls[i].inside;
		seen.inside_result = -1;
		assert_int_equal(wwan_dispatch(handle, 0), 0);
		assert_int_equal(seen.inside_result, calls[i].result);
	}
	assert_int_equal(seen.opened, 5);
	fake_close(handle);
}

static void bad_arguments(void **state)
{
	struct wwan_open_args args = any_session;
	struct wwan_handle *handle = fake_handle();
	struct wwan_session *session;

	(void)state;
	assert_int_equal(wwan_open_data_session(NULL, &args, on_open, NULL, NULL), EINVAL);
	assert_int_equal(wwan_open_data_session(handle, NULL, on_open, NULL, NULL), EINVAL);
	assert_int_equal(wwan_open_data_session(handle, &args, NULL, NULL, NULL), EINVAL);
	assert_int_equal(wwan_open_data_session_wait(NULL, &args, 0, NULL, &session), EINVAL);
	assert_int_equal(wwan_open_data_session_wait(handle, NULL, 0, NULL, &session), EINVAL);
	assert_int_equal(wwan_open_data_session_wait(handle, &args, 0, NULL, NULL), EINVAL);
	args.reserved = 1;
	assert_int_equal(wwan_open_data_session(handle, &args, on_open, NULL, NULL), EINVAL);
	assert_int_equal(wwan_close_data_session(NULL, 0, 5, NULL, NULL, NULL), EINVAL);
	assert_int_equal(wwan_close_data_session_wait(NULL, 0, 5, 0, NULL), EINVAL);
	assert_int_equal(wwan_cancel_request(NULL, 1), EINVAL);
	args.reserved = 0;
	fake.fail_calloc = 1;
	assert_int_equal(wwan_open_data_session(handle, &args, on_open, NULL, NULL), ENOMEM);
	assert_int_equal(fake_calls(MBIM_DSS_IOC_OPEN), 0);
	fake_close(handle);
}

static void cancel(void **state)
{
	struct wwan_handle *handle = fake_handle();

	(void)state;
	start_open(handle);
	assert_int_equal(wwan_cancel_request(handle, FAKE_REQUEST_ID), 0);
	assert_int_equal(last_cancel.request_id, FAKE_REQUEST_ID);
	fake_fail(MBIM_DSS_IOC_CANCEL, ENOENT);
	assert_int_equal(wwan_cancel_request(handle, 99), ENOENT);
	fake_fail(MBIM_DSS_IOC_CANCEL, EALREADY);
	assert_int_equal(wwan_cancel_request(handle, 99), EALREADY);
	fake_close(handle);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(open_completes, set_up),
		cmocka_unit_test_setup(open_refused_by_modem, set_up),
		cmocka_unit_test_setup(open_refused_at_once, set_up),
		cmocka_unit_test_setup(open_without_node_closes_it, set_up),
		cmocka_unit_test_setup(open_whose_node_fails_later, set_up),
		cmocka_unit_test_setup(close_completes, set_up),
		cmocka_unit_test_setup(close_errors, set_up),
		cmocka_unit_test_setup(wait_gives_a_session, set_up),
		cmocka_unit_test_setup(wait_keeps_other_completions, set_up),
		cmocka_unit_test_setup(close_discards_what_has_ended, set_up),
		cmocka_unit_test_setup(wait_in_a_callback, set_up),
		cmocka_unit_test_setup(close_wait_in_vain, set_up),
		cmocka_unit_test_setup(wait_in_vain_cancels, set_up),
		cmocka_unit_test_setup(wait_in_vain_completion_later, set_up),
		cmocka_unit_test_setup(wait_in_vain_opens_later, set_up),
		cmocka_unit_test_setup(wait_ends_at_the_last_moment, set_up),
		cmocka_unit_test_setup(wait_is_interrupted, set_up),
		cmocka_unit_test_setup(wait_for_close_in_vain, set_up),
		cmocka_unit_test_setup(longer_records, set_up),
		cmocka_unit_test_setup(records_that_make_no_sense, set_up),
		cmocka_unit_test_setup(calls_from_a_callback, set_up),
		cmocka_unit_test_setup(bad_arguments, set_up),
		cmocka_unit_test_setup(cancel, set_up),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
