// SPDX-License-Identifier: GPL-2.0-or-later
/* What wwan_dispatch() tells about sessions, and in what order. */
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <time.h>

#include "fake.h"

static struct {
	struct wwan_session *session;
	unsigned int readable;
	unsigned int written;		/* their ids are 1, 2 and so on */
	unsigned int lost;
	unsigned int ended;
	int end_error;
	unsigned int lost_before_end;
	uint64_t lost_count;
	unsigned int free_in;		/* free the session when this many callbacks ran */
	unsigned int calls;
} seen;

/* What the driver has. */
static unsigned int completions;
static uint64_t next_id;
static int readable_bytes;
static uint64_t lost;
static uint32_t session_state;
static uint32_t reap_flags;

static int answer_reap(void *arg)
{
	struct mbim_dss_batch *batch = arg;
	struct mbim_dss_completion *entries = (void *)(uintptr_t)batch->entries;

	reap_flags = batch->flags;
	if (!completions)
		return EAGAIN;
	for (; completions && batch->done < batch->count; completions--) {
		entries[batch->done++] = (struct mbim_dss_completion) {
			.size = sizeof(entries[0]),
			.type = MBIM_DSS_REQUEST_WRITE,
			.request_id = next_id++,
			.count = 1,
		};
	}
	return 0;
}

static int answer_counters(void *arg)
{
	struct mbim_dss_session *info = arg;

	answer_info(arg);
	info->state = session_state;
	info->rx_lost = lost;
	return 0;
}

static int answer_readable(void *arg)
{
	*(int *)arg = readable_bytes;
	return 0;
}

static int set_up(void **state)
{
	memset(&seen, 0, sizeof(seen));
	completions = 0;
	next_id = 1;
	readable_bytes = 0;
	lost = 0;
	session_state = MBIM_DSS_SESSION_OPEN;
	fake_reset(state);
	fake_answer(MBIM_DSS_IOC_REAP, answer_reap);
	fake_answer(MBIM_DSS_IOC_INFO, answer_counters);
	fake_answer(MBIM_DSS_IOC_SEND, answer_send_all);
	fake_answer(FIONREAD, answer_readable);
	return 0;
}

static void count_call(struct wwan_session *session, void *context)
{
	assert_ptr_equal(session, seen.session);
	assert_ptr_equal(context, &seen);
	if (++seen.calls == seen.free_in)
		wwan_session_free(session);
}

static void on_readable(struct wwan_session *session, void *context)
{
	seen.readable++;
	count_call(session, context);
}

static void on_written(struct wwan_session *session, const struct wwan_completion *completion,
		       void *context)
{
	assert_int_equal(completion->type, WWAN_REQUEST_WRITE);
	seen.written++;
	assert_int_equal(completion->request_id, seen.written);
	count_call(session, context);
}

static void on_lost(struct wwan_session *session, const struct wwan_session_info *info,
		    void *context)
{
	seen.lost++;
	seen.lost_count = info->rx_lost;
	count_call(session, context);
}

static void on_ended(struct wwan_session *session, int error, void *context)
{
	seen.ended++;
	seen.end_error = error;
	seen.lost_before_end = seen.lost;
	count_call(session, context);
}

static const struct wwan_session_callbacks all_callbacks = {
	.readable = on_readable,
	.written = on_written,
	.lost = on_lost,
	.ended = on_ended,
};

static struct wwan_handle *start(const struct wwan_session_callbacks *callbacks)
{
	struct wwan_handle *handle = fake_handle();

	seen.session = fake_session(handle);
	assert_int_equal(wwan_session_set_callbacks(seen.session, callbacks, &seen), 0);
	return handle;
}

static void dispatch(struct wwan_handle *handle, uint32_t events)
{
	fake_epoll(fake.file[FAKE_NODE], events);
	assert_int_equal(wwan_dispatch(handle, 0), 0);
}

static void readable(void **state)
{
	struct wwan_handle *handle = start(&all_callbacks);

	(void)state;
	dispatch(handle, EPOLLIN);
	assert_int_equal(seen.readable, 1);
	dispatch(handle, EPOLLIN);
	assert_int_equal(seen.readable, 2);
	assert_int_equal(seen.calls, 2);
	fake_close(handle);
}

/* A turn is bounded; what is over comes with the next. */
static void written(void **state)
{
	struct wwan_handle *handle = start(&all_callbacks);

	(void)state;
	completions = 100;
	dispatch(handle, EPOLLPRI);
	assert_in_range(seen.written, 1, 99);
	assert_int_equal(reap_flags, MBIM_DSS_BATCH_NOWAIT);
	dispatch(handle, EPOLLPRI);
	assert_int_equal(seen.written, 100);
	fake_close(handle);
}

static void on_third_written_leave(struct wwan_session *session,
				   const struct wwan_completion *completion, void *context)
{
	on_written(session, completion, context);
	if (seen.written == 3)
		assert_int_equal(wwan_session_set_callbacks(session, NULL, NULL), 0);
}

/* Of ten completions three are told; seven have been fetched from the driver for that. */
static struct wwan_handle *leave_seven(void)
{
	struct wwan_session_callbacks callbacks = all_callbacks;
	struct wwan_handle *handle;

	callbacks.written = on_third_written_leave;
	handle = start(&callbacks);
	completions = 10;
	dispatch(handle, EPOLLPRI);
	assert_int_equal(seen.written, 3);
	assert_int_equal(completions, 0);
	return handle;
}

static void reap_ids(uint32_t room, uint64_t first, uint32_t count)
{
	struct wwan_completion got[16];
	uint32_t done, i;

	assert_int_equal(wwan_session_reap(seen.session, got, room, 0, &done), 0);
	assert_int_equal(done, count);
	for (i = 0; i < count; i++)
		assert_int_equal(got[i].request_id, first + i);
}

static void written_goes_over_to_reap(void **state)
{
	struct wwan_handle *handle = leave_seven();
	struct wwan_completion completion;
	uint32_t done;

	(void)state;
	completions = 2;
	reap_ids(4, 4, 4);
	reap_ids(16, 8, 3);
	reap_ids(16, 11, 2);
	assert_int_equal(wwan_session_reap(seen.session, &completion, 1, -1, &done), EAGAIN);
	assert_int_equal(seen.written, 3);
	fake_close(handle);
}

/* The file does not poll for what has been fetched from it. */
static void written_goes_over_to_others(void **state)
{
	struct wwan_handle *handle = leave_seven();

	(void)state;
	assert_int_equal(wwan_dispatch(handle, 0), ETIMEDOUT);
	assert_int_equal(wwan_session_set_callbacks(seen.session, &all_callbacks, &seen), 0);
	assert_int_equal(wwan_dispatch(handle, 0), 0);
	assert_int_equal(seen.written, 10);
	assert_int_equal(wwan_dispatch(handle, 0), ETIMEDOUT);
	fake_close(handle);
}

static void written_comes_before_the_end(void **state)
{
	struct wwan_handle *handle = leave_seven();

	(void)state;
	assert_int_equal(wwan_session_set_callbacks(seen.session, &all_callbacks, &seen), 0);
	session_state = MBIM_DSS_SESSION_CLOSED;
	dispatch(handle, EPOLLHUP);
	assert_int_equal(seen.written, 10);
	assert_int_equal(seen.ended, 0);
	dispatch(handle, EPOLLHUP);
	assert_int_equal(seen.ended, 1);
	fake_close(handle);
}

static void lost_is_told_once(void **state)
{
	struct wwan_handle *handle = start(&all_callbacks);

	(void)state;
	dispatch(handle, EPOLLPRI);
	assert_int_equal(seen.lost, 0);
	lost = 4;
	dispatch(handle, EPOLLPRI);
	assert_int_equal(seen.lost, 1);
	assert_int_equal(seen.lost_count, 4);
	dispatch(handle, EPOLLPRI);
	assert_int_equal(seen.lost, 1);
	fake_close(handle);
}

/* Asking for the counters takes POLLPRI away: the loss is told all the same. */
static void lost_is_told_after_info(void **state)
{
	struct wwan_handle *handle = start(&all_callbacks);
	struct wwan_session_info info;

	(void)state;
	lost = 4;
	assert_int_equal(wwan_session_get_info(seen.session, &info), 0);
	assert_int_equal(seen.lost, 0);
	assert_int_equal(wwan_dispatch(handle, 0), 0);
	assert_int_equal(seen.lost, 1);
	assert_int_equal(wwan_dispatch(handle, 0), ETIMEDOUT);
	/* Nothing new, or nobody who asked to be told: nothing to do. */
	assert_int_equal(wwan_session_get_info(seen.session, &info), 0);
	assert_int_equal(wwan_dispatch(handle, 0), ETIMEDOUT);
	assert_int_equal(wwan_session_set_callbacks(seen.session, NULL, NULL), 0);
	lost = 5;
	assert_int_equal(wwan_session_get_info(seen.session, &info), 0);
	assert_int_equal(wwan_dispatch(handle, 0), ETIMEDOUT);
	fake_close(handle);
}

/* More is lost while the callback looks; not for ever, should that go round and round. */
static void on_lost_asks(struct wwan_session *session, const struct wwan_session_info *info,
			 void *context)
{
	struct wwan_session_info now;

	if (lost < 100)
		lost++;
	assert_int_equal(wwan_session_get_info(session, &now), 0);
	on_lost(session, info, context);
}

/* However often it has to be told, a dispatch is bounded, and nothing is forgotten. */
static void losses_take_turns(void **state)
{
	struct wwan_session_callbacks callbacks = all_callbacks;
	struct wwan_handle *handle;
	struct wwan_session_info info;

	(void)state;
	callbacks.lost = on_lost_asks;
	handle = start(&callbacks);
	lost = 1;
	assert_int_equal(wwan_session_get_info(seen.session, &info), 0);
	assert_int_equal(wwan_dispatch(handle, 0), 0);
	assert_int_equal(seen.lost, 1);
	assert_int_equal(wwan_dispatch(handle, 0), 0);
	assert_int_equal(seen.lost, 2);
	lost = 100;
	assert_int_equal(wwan_dispatch(handle, 0), 0);
	assert_int_equal(seen.lost, 3);
	assert_int_equal(seen.lost_count, 100);
	assert_int_equal(wwan_dispatch(handle, 0), ETIMEDOUT);
	fake_close(handle);
}

static void end_comes_last_and_once(void **state)
{
	struct wwan_handle *handle = start(&all_callbacks);

	(void)state;
	session_state = MBIM_DSS_SESSION_CLOSED;
	readable_bytes = 10;
	completions = 1;
	dispatch(handle, EPOLLIN | EPOLLHUP);
	assert_int_equal(seen.readable, 1);
	assert_int_equal(seen.ended, 0);
	readable_bytes = 0;
	dispatch(handle, EPOLLIN | EPOLLHUP);
	assert_int_equal(seen.written, 1);
	/* The end is when the kernel, asked to wait, has no completion either. */
	assert_int_equal(reap_flags, 0);
	assert_int_equal(seen.ended, 0);
	dispatch(handle, EPOLLIN | EPOLLHUP);
	assert_int_equal(seen.ended, 1);
	assert_int_equal(seen.end_error, 0);
	/* Out of the set: the hang-up, which stays, wakes nobody. */
	assert_int_equal(wwan_dispatch(handle, 0), ETIMEDOUT);
	fake_close(handle);
}

static void loss_comes_before_the_end(void **state)
{
	struct wwan_handle *handle = start(&all_callbacks);
	struct wwan_session_info info;

	(void)state;
	session_state = MBIM_DSS_SESSION_CLOSED;
	lost = 4;
	completions = 1;
	dispatch(handle, EPOLLPRI | EPOLLHUP);
	assert_int_equal(seen.written, 1);
	assert_int_equal(seen.ended, 1);
	assert_int_equal(seen.lost_before_end, 1);
	assert_int_equal(seen.lost_count, 4);
	/* Nothing comes after it, whoever asks. */
	lost = 5;
	assert_int_equal(wwan_session_get_info(seen.session, &info), 0);
	assert_int_equal(wwan_dispatch(handle, 0), ETIMEDOUT);
	assert_int_equal(seen.calls, 3);
	fake_close(handle);
}

/* It was noted before the end, and the handle was woken, but the end is dispatched first. */
static void noted_loss_comes_before_the_end(void **state)
{
	struct wwan_handle *handle = start(&all_callbacks);
	struct wwan_session_info info;

	(void)state;
	session_state = MBIM_DSS_SESSION_CLOSED;
	lost = 4;
	assert_int_equal(wwan_session_get_info(seen.session, &info), 0);
	dispatch(handle, EPOLLHUP);
	assert_int_equal(wwan_dispatch(handle, 0), 0);
	assert_int_equal(seen.lost, 1);
	assert_int_equal(seen.ended, 1);
	assert_int_equal(seen.lost_before_end, 1);
	fake_close(handle);
}

/* As another thread may, when the losses have been told, and the end has not. */
static int answer_nothing_but_a_loss(void *arg)
{
	struct wwan_session_info info;

	lost++;
	assert_int_equal(wwan_session_get_info(seen.session, &info), 0);
	return answer_readable(arg);
}

static void loss_noted_at_the_end(void **state)
{
	struct wwan_handle *handle = start(&all_callbacks);

	(void)state;
	fake_answer(FIONREAD, answer_nothing_but_a_loss);
	session_state = MBIM_DSS_SESSION_CLOSED;
	dispatch(handle, EPOLLHUP);
	assert_int_equal(seen.ended, 1);
	assert_int_equal(wwan_dispatch(handle, 0), 0);
	assert_int_equal(seen.calls, 1);
	fake_close(handle);
}

static void on_lost_leaves(struct wwan_session *session, const struct wwan_session_info *info,
			   void *context)
{
	on_lost(session, info, context);
	assert_int_equal(wwan_session_set_callbacks(session, NULL, NULL), 0);
}

static void no_end_after_the_loss(void **state)
{
	struct wwan_session_callbacks callbacks = all_callbacks;
	struct wwan_handle *handle;

	handle = start(&callbacks);
	session_state = MBIM_DSS_SESSION_CLOSED;
	lost = 1;
	seen.free_in = 1;
	dispatch(handle, EPOLLHUP);
	assert_int_equal(seen.lost, 1);
	assert_int_equal(seen.ended, 0);
	fake_close(handle);

	set_up(state);
	callbacks.lost = on_lost_leaves;
	handle = start(&callbacks);
	session_state = MBIM_DSS_SESSION_CLOSED;
	lost = 1;
	dispatch(handle, EPOLLHUP);
	assert_int_equal(seen.lost, 1);
	assert_int_equal(seen.ended, 0);
	fake_close(handle);
}

static void end_by_loss_of_the_modem(void **state)
{
	static const struct wwan_session_callbacks callbacks = { .ended = on_ended };
	struct wwan_handle *handle;

	(void)state;
	handle = start(&callbacks);
	session_state = MBIM_DSS_SESSION_GONE;
	dispatch(handle, EPOLLHUP | EPOLLERR);
	assert_int_equal(seen.end_error, ENODEV);
	fake_close(handle);

	session_state = MBIM_DSS_SESSION_OPEN;
	handle = start(&callbacks);
	fake_fail(MBIM_DSS_IOC_INFO, ENODEV);
	dispatch(handle, EPOLLHUP | EPOLLERR);
	assert_int_equal(seen.ended, 2);
	assert_int_equal(seen.end_error, ENODEV);
	fake_close(handle);
}

/* What has been written is neither sent nor withdrawn yet; and the file does not wait for it. */
static int answer_not_yet(void *arg)
{
	(void)arg;
	return EAGAIN;
}

static int answer_interrupted(void *arg)
{
	(void)arg;
	fake_answer(MBIM_DSS_IOC_REAP, answer_reap);
	return EINTR;
}

static void end_waits_for_writes(void **state)
{
	struct wwan_handle *handle = start(&all_callbacks);

	(void)state;
	session_state = MBIM_DSS_SESSION_CLOSED;
	assert_int_equal(wwan_session_write(seen.session, "x", 1, 0, 0, NULL), 0);
	fake_answer(MBIM_DSS_IOC_REAP, answer_not_yet);
	dispatch(handle, EPOLLHUP);
	assert_int_equal(seen.ended, 0);
	completions = 1;
	fake_answer(MBIM_DSS_IOC_REAP, answer_reap);
	dispatch(handle, EPOLLHUP);
	assert_int_equal(seen.written, 1);
	assert_int_equal(seen.ended, 0);
	dispatch(handle, EPOLLHUP);
	assert_int_equal(seen.ended, 1);
	fake_close(handle);
}

static void end_waits_for_writes_through_a_signal(void **state)
{
	struct wwan_handle *handle = start(&all_callbacks);

	(void)state;
	session_state = MBIM_DSS_SESSION_CLOSED;
	assert_int_equal(wwan_session_write(seen.session, "x", 1, 0, 0, NULL), 0);
	completions = 1;
	fake_answer(MBIM_DSS_IOC_REAP, answer_interrupted);
	dispatch(handle, EPOLLHUP);
	assert_int_equal(seen.ended, 0);
	dispatch(handle, EPOLLHUP);
	assert_int_equal(seen.written, 1);
	dispatch(handle, EPOLLHUP);
	assert_int_equal(seen.ended, 1);
	fake_close(handle);
}

/* Turn after turn, it must not keep a processor busy. */
static void end_that_waits_takes_its_time(void **state)
{
	struct wwan_handle *handle = start(&all_callbacks);
	struct timespec before, after;
	unsigned int i;

	(void)state;
	assert_int_equal(wwan_session_write(seen.session, "x", 1, 0, 0, NULL), 0);
	fake_answer(MBIM_DSS_IOC_REAP, answer_not_yet);
	clock_gettime(CLOCK_MONOTONIC, &before);
	for (i = 0; i < 20; i++)
		dispatch(handle, EPOLLHUP);
	clock_gettime(CLOCK_MONOTONIC, &after);
	assert_in_range((after.tv_sec - before.tv_sec) * 1000 +
			(after.tv_nsec - before.tv_nsec) / 1000000, 19, 60000);
	assert_int_equal(seen.ended, 0);
	fake_close(handle);
}

/* With a modem gone the driver may refuse to say how much there is: then there is nothing. */
static void end_when_nothing_can_be_asked(void **state)
{
	struct wwan_handle *handle = start(&all_callbacks);

	(void)state;
	fake_fail(FIONREAD, ENODEV);
	fake_fail(MBIM_DSS_IOC_REAP, ENODEV);
	fake_fail(MBIM_DSS_IOC_INFO, ENODEV);
	dispatch(handle, EPOLLPRI | EPOLLIN | EPOLLHUP | EPOLLERR);
	assert_int_equal(seen.ended, 1);
	assert_int_equal(seen.end_error, ENODEV);
	fake_close(handle);
}

/* What others may read does not keep it from ending. */
static void end_of_a_node_to_write(void **state)
{
	struct wwan_handle *handle;

	(void)state;
	fake.node_denied = 1 << O_RDWR | 1 << O_RDONLY;
	handle = start(&all_callbacks);
	readable_bytes = 10;
	session_state = MBIM_DSS_SESSION_CLOSED;
	dispatch(handle, EPOLLHUP);
	assert_int_equal(seen.ended, 1);
	fake_close(handle);
}

/* The session is freed in each of its callbacks in turn; the sanitizer watches. */
static void freed_in_a_callback(void **state)
{
	struct wwan_handle *handle;
	unsigned int i;

	for (i = 1; i <= 6; i++) {
		set_up(state);
		handle = start(&all_callbacks);
		seen.free_in = i;
		completions = 3;
		dispatch(handle, EPOLLPRI | EPOLLIN);
		if (i > 4) {
			lost = 1;
			dispatch(handle, EPOLLPRI);
		}
		if (i > 5) {
			session_state = MBIM_DSS_SESSION_CLOSED;
			dispatch(handle, EPOLLHUP);
		}
		assert_int_equal(seen.calls, i);
		fake_close(handle);
	}
}

static void freed_while_a_loss_waits(void **state)
{
	struct wwan_handle *handle = start(&all_callbacks);
	struct wwan_session_info info;

	(void)state;
	lost = 1;
	assert_int_equal(wwan_session_get_info(seen.session, &info), 0);
	seen.free_in = 1;
	assert_int_equal(wwan_dispatch(handle, 0), 0);
	assert_int_equal(seen.lost, 1);
	fake_close(handle);
}

static void callbacks_that_are_not_set(void **state)
{
	static const struct wwan_session_callbacks none = { 0 };
	struct wwan_handle *handle = start(&none);

	(void)state;
	completions = 1;
	dispatch(handle, EPOLLIN | EPOLLPRI | EPOLLHUP);
	assert_int_equal(seen.calls, 0);
	/* Nobody asked for completions, so they are left for wwan_session_reap(). */
	assert_int_equal(completions, 1);
	fake_close(handle);
}

static void set_bad_arguments(void **state)
{
	static const struct wwan_session_callbacks lost_only = { .lost = on_lost };
	struct wwan_handle *handle = fake_handle();
	struct wwan_session *session = fake_session(handle);

	(void)state;
	assert_int_equal(wwan_session_set_callbacks(NULL, &all_callbacks, NULL), EINVAL);
	assert_int_equal(wwan_session_set_callbacks(session, &lost_only, NULL), EINVAL);
	fake.fail_epoll_ctl = ENOSPC;
	assert_int_equal(wwan_session_set_callbacks(session, &all_callbacks, NULL), ENOSPC);
	fake.fail_epoll_ctl = 0;
	assert_int_equal(wwan_session_set_callbacks(session, &all_callbacks, NULL), 0);
	assert_int_equal(wwan_session_set_callbacks(session, &all_callbacks, NULL), 0);
	assert_int_equal(wwan_session_set_callbacks(session, NULL, NULL), 0);
	fake_close(handle);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(readable, set_up),
		cmocka_unit_test_setup(written, set_up),
		cmocka_unit_test_setup(written_goes_over_to_reap, set_up),
		cmocka_unit_test_setup(written_goes_over_to_others, set_up),
		cmocka_unit_test_setup(written_comes_before_the_end, set_up),
		cmocka_unit_test_setup(lost_is_told_once, set_up),
		cmocka_unit_test_setup(lost_is_told_after_info, set_up),
		cmocka_unit_test_setup(losses_take_turns, set_up),
		cmocka_unit_test_setup(end_comes_last_and_once, set_up),
		cmocka_unit_test_setup(loss_comes_before_the_end, set_up),
		cmocka_unit_test_setup(noted_loss_comes_before_the_end, set_up),
		cmocka_unit_test_setup(loss_noted_at_the_end, set_up),
		cmocka_unit_test_setup(no_end_after_the_loss, set_up),
		cmocka_unit_test_setup(end_by_loss_of_the_modem, set_up),
		cmocka_unit_test_setup(end_waits_for_writes, set_up),
		cmocka_unit_test_setup(end_waits_for_writes_through_a_signal, set_up),
		cmocka_unit_test_setup(end_that_waits_takes_its_time, set_up),
		cmocka_unit_test_setup(end_when_nothing_can_be_asked, set_up),
		cmocka_unit_test_setup(end_of_a_node_to_write, set_up),
		cmocka_unit_test_setup(freed_in_a_callback, set_up),
		cmocka_unit_test_setup(freed_while_a_loss_waits, set_up),
		cmocka_unit_test_setup(callbacks_that_are_not_set, set_up),
		cmocka_unit_test_setup(set_bad_arguments, set_up),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
