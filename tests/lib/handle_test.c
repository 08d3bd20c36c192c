// SPDX-License-Identifier: GPL-2.0-or-later
/* Handles: opening, closing, and what can go wrong with each. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fake.h"

static void open_negotiates(void **state)
{
	struct wwan_handle *handle;
	uint32_t negotiated = 0;
	uint64_t features;

	(void)state;
	assert_int_equal(wwan_open_handle(WWAN_VERSION, NULL, &negotiated, &handle), 0);
	assert_int_equal(negotiated, 1);
	assert_int_equal(wwan_get_features(handle, &features), 0);
	assert_int_equal(features, WWAN_FEATURE_ATTACH | WWAN_FEATURE_PERSIST);
	assert_true(fake.open_flags[FAKE_CONTROL] & O_CLOEXEC);
	assert_true(fake.open_flags[FAKE_CONTROL] & O_NONBLOCK);
	fake_close(handle);
}

/* A program built for a later library asks for more than this one knows. */
static void open_newer_caller_gets_ours(void **state)
{
	struct wwan_handle *handle;
	uint32_t negotiated = 0;

	(void)state;
	assert_int_equal(wwan_open_handle(99, NULL, &negotiated, &handle), 0);
	assert_int_equal(negotiated, WWAN_VERSION);
	fake_close(handle);
}

static void open_no_common_version(void **state)
{
	struct wwan_handle *handle;

	(void)state;
	assert_int_equal(wwan_open_handle(0, NULL, NULL, &handle), EPROTONOSUPPORT);
}

static void open_bad_arguments(void **state)
{
	struct wwan_handle *handle;
	int reserved;

	(void)state;
	assert_int_equal(wwan_open_handle(1, &reserved, NULL, &handle), EINVAL);
	assert_int_equal(wwan_open_handle(1, NULL, NULL, NULL), EINVAL);
	assert_int_equal(fake.opened[FAKE_CONTROL], 0);
}

static void open_errors_of_the_node(void **state)
{
	static const int errors[][2] = {
		{ ENOENT, ENXIO }, { ENOTDIR, ENXIO }, { ENODEV, ENXIO }, { ENXIO, ENXIO },
		{ EACCES, EACCES }, { EPERM, EACCES }, { EMFILE, EMFILE }, { ENFILE, ENFILE },
	};
	struct wwan_handle *handle;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		fake.open_errno[FAKE_CONTROL] = errors[i][0];
		assert_int_equal(wwan_open_handle(1, NULL, NULL, &handle), errors[i][1]);
	}
}

static void open_errors_on_the_way(void **state)
{
	struct wwan_handle *handle;

	(void)state;
	fake.fail_calloc = 1;
	assert_int_equal(wwan_open_handle(1, NULL, NULL, &handle), ENOMEM);
	fake.fail_eventfd = EMFILE;
	assert_int_equal(wwan_open_handle(1, NULL, NULL, &handle), EMFILE);
	fake.fail_eventfd = 0;
	fake.fail_epoll_create = ENFILE;
	assert_int_equal(wwan_open_handle(1, NULL, NULL, &handle), ENFILE);
	fake.fail_epoll_create = 0;
	fake.fail_epoll_ctl = ENOSPC;
	assert_int_equal(wwan_open_handle(1, NULL, NULL, &handle), ENOSPC);
}

static void close_bad_arguments(void **state)
{
	struct wwan_handle *handle = fake_handle();
	int reserved;

	(void)state;
	assert_int_equal(wwan_close_handle(NULL, NULL), EINVAL);
	assert_int_equal(wwan_close_handle(handle, &reserved), EINVAL);
	fake_close(handle);
}

static void not_called(struct wwan_handle *handle, const struct wwan_completion *completion,
		       struct wwan_session *session, void *context)
{
	(void)handle;
	(void)completion;
	(void)session;
	(void)context;
	fail_msg("called after the handle was closed");
}

/* Sessions, and requests under way or not dispatched: the sanitizer sees that all are freed. */
static void close_frees_everything(void **state)
{
	struct wwan_open_args args = { .session = WWAN_SESSION_ANY };
	struct wwan_handle *handle = fake_handle();

	(void)state;
	fake_session(handle);
	fake_session(handle);
	assert_int_equal(wwan_close_data_session(handle, 0, 5, NULL, NULL, NULL), 0);
	assert_int_equal(wwan_open_data_session(handle, &args, not_called, NULL, NULL), 0);
	fake_close(handle);
	/* The library's end is closed: the other one hangs up. */
	assert_int_equal(fcntl(fake.file[FAKE_CONTROL], F_GETFD), -1);
	assert_int_equal(fcntl(fake.file[FAKE_NODE], F_GETFD), -1);
}

static void getters_bad_arguments(void **state)
{
	struct wwan_handle *handle = fake_handle();
	uint64_t features;
	int fd;

	(void)state;
	assert_int_equal(wwan_get_features(NULL, &features), EINVAL);
	assert_int_equal(wwan_get_features(handle, NULL), EINVAL);
	assert_int_equal(wwan_get_fd(NULL, &fd), EINVAL);
	assert_int_equal(wwan_get_fd(handle, NULL), EINVAL);
	assert_int_equal(wwan_get_fd(handle, &fd), 0);
	assert_true(fd >= 0);
	fake_close(handle);
}

static void dispatch_nothing(void **state)
{
	struct wwan_handle *handle = fake_handle();

	(void)state;
	assert_int_equal(wwan_dispatch(NULL, 0), EINVAL);
	assert_int_equal(wwan_dispatch(handle, 0), ETIMEDOUT);
	assert_int_equal(wwan_dispatch(handle, 20), ETIMEDOUT);
	fake_poll_errno(EINTR);
	assert_int_equal(wwan_dispatch(handle, -1), EINTR);
	fake_epoll_errno(EBADF);
	assert_int_equal(wwan_dispatch(handle, -1), EBADF);
	fake_close(handle);
}

static bool runs(pid_t pid)
{
	char path[32], state = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	file = fopen(path, "r");
	assert_non_null(file);
	assert_int_equal(fscanf(file, "%*d (%*[^)]) %c", &state), 1);
	fclose(file);
	return state == 'R';
}

/* Ctrl-Z and fg: no signal handler runs, so nothing is interrupted. */
static void dispatch_stop_and_continue(void **state)
{
	struct wwan_handle *handle = fake_handle();
	int status;
	pid_t pid;

	(void)state;
	pid = fork();
	assert_true(pid >= 0);
	if (!pid)
		_exit(wwan_dispatch(handle, 1000));
	while (runs(pid))
		usleep(1000);
	kill(pid, SIGSTOP);
	assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
	assert_true(WIFSTOPPED(status));
	kill(pid, SIGCONT);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), ETIMEDOUT);
	fake_close(handle);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(open_negotiates, fake_reset),
		cmocka_unit_test_setup(open_newer_caller_gets_ours, fake_reset),
		cmocka_unit_test_setup(open_no_common_version, fake_reset),
		cmocka_unit_test_setup(open_bad_arguments, fake_reset),
		cmocka_unit_test_setup(open_errors_of_the_node, fake_reset),
		cmocka_unit_test_setup(open_errors_on_the_way, fake_reset),
		cmocka_unit_test_setup(close_bad_arguments, fake_reset),
		cmocka_unit_test_setup(close_frees_everything, fake_reset),
		cmocka_unit_test_setup(getters_bad_arguments, fake_reset),
		cmocka_unit_test_setup(dispatch_nothing, fake_reset),
		cmocka_unit_test_setup(dispatch_stop_and_continue, fake_reset),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
