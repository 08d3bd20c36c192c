// SPDX-License-Identifier: GPL-2.0-or-later
/* Writing, reading and reaping: what is asked, what comes back, and waits that end. */
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>

#include "fake.h"

static struct mbim_dss_datagram last_entries[WWAN_BATCH_MAX];
static unsigned int would_block;	/* how many more times */
static uint32_t accept_at_most;

static void save_batch(const struct mbim_dss_batch *batch)
{
	last_batch = *batch;
	memcpy(last_entries, (void *)(uintptr_t)batch->entries,
	       batch->count * sizeof(last_entries[0]));
}

static int answer_send(void *arg)
{
	struct mbim_dss_batch *batch = arg;

	save_batch(batch);
	if (would_block) {
		would_block--;
		return EAGAIN;
	}
	batch->done = batch->count < accept_at_most ? batch->count : accept_at_most;
	batch->request_id = FAKE_REQUEST_ID;
	return 0;
}

static int answer_recv(void *arg)
{
	struct mbim_dss_batch *batch = arg;
	struct mbim_dss_datagram *entries = (void *)(uintptr_t)batch->entries;

	save_batch(batch);
	if (would_block) {
		would_block--;
		return EAGAIN;
	}
	memcpy((void *)(uintptr_t)entries[0].buf, "hello", 5);
	entries[0].len = 5;
	entries[0].flags = MBIM_DSS_DATAGRAM_LOST;
	entries[0].lost = 3;
	batch->done = 1;
	return 0;
}

static int answer_recv_end(void *arg)
{
	save_batch(arg);
	return 0;
}

static int answer_reap(void *arg)
{
	struct mbim_dss_batch *batch = arg;
	struct mbim_dss_completion *entries = (void *)(uintptr_t)batch->entries;

	last_batch = *batch;
	if (would_block) {
		would_block--;
		return EAGAIN;
	}
	entries[0] = (struct mbim_dss_completion) {
		.size = sizeof(entries[0]),
		.type = MBIM_DSS_REQUEST_WRITE,
		.request_id = FAKE_REQUEST_ID,
		.count = 2,
		.bytes = 10,
	};
	batch->done = 1;
	return 0;
}

static int set_up(void **state)
{
	would_block = 0;
	accept_at_most = WWAN_BATCH_MAX;
	memset(&last_batch, 0, sizeof(last_batch));
	fake_reset(state);
	fake_answer(MBIM_DSS_IOC_SEND, answer_send);
	fake_answer(MBIM_DSS_IOC_RECV, answer_recv);
	fake_answer(MBIM_DSS_IOC_REAP, answer_reap);
	return 0;
}

static void write_asks_for_one(void **state)
{
	struct wwan_handle *handle = fake_handle();
	struct wwan_session *session = fake_session(handle);
	uint64_t request_id = 0;

	(void)state;
	assert_int_equal(wwan_session_write(session, "hello", 5, 42, 0, &request_id), 0);
	assert_int_equal(request_id, FAKE_REQUEST_ID);
	assert_int_equal(last_batch.count, 1);
	assert_int_equal(last_batch.flags, MBIM_DSS_BATCH_NOWAIT);
	assert_int_equal(last_entries[0].len, 5);
	assert_int_equal(last_entries[0].user_data, 42);
	assert_int_equal(last_entries[0].flags, 0);
	assert_int_equal(last_entries[0].reserved, 0);
	assert_memory_equal((void *)(uintptr_t)last_entries[0].buf, "hello", 5);
	assert_int_equal(wwan_session_write(session, "hello", 5, 0, 0, NULL), 0);
	fake_close(handle);
}

static void write_errors(void **state)
{
	static const int errors[] = { EINVAL, EMSGSIZE, ENOTCONN, ENODEV, EOPNOTSUPP, ENOBUFS,
				      EFAULT };
	struct wwan_handle *handle = fake_handle();
	struct wwan_session *session = fake_session(handle);
	struct wwan_datagram datagram = { .data = "x", .len = 1 };
	uint32_t done;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		fake_fail(MBIM_DSS_IOC_SEND, errors[i]);
		assert_int_equal(wwan_session_write(session, "x", 1, 0, -1, NULL), errors[i]);
		done = 9;
		assert_int_equal(wwan_session_write_batch(session, &datagram, 1, -1, &done,
							  NULL), errors[i]);
		assert_int_equal(done, 0);
	}
	fake_close(handle);
}

static void write_bad_arguments(void **state)
{
	struct wwan_handle *handle = fake_handle();
	struct wwan_session *session = fake_session(handle);
	static struct wwan_datagram datagrams[WWAN_BATCH_MAX + 1];
	uint32_t done;

	(void)state;
	assert_int_equal(wwan_session_write(NULL, "x", 1, 0, 0, NULL), EINVAL);
	assert_int_equal(wwan_session_write(session, NULL, 1, 0, 0, NULL), EINVAL);
	assert_int_equal(wwan_session_write(session, "x", (size_t)UINT32_MAX + 1, 0, 0, NULL),
			 EMSGSIZE);
	assert_int_equal(wwan_session_write_batch(NULL, datagrams, 1, 0, &done, NULL), EINVAL);
	assert_int_equal(wwan_session_write_batch(session, NULL, 1, 0, &done, NULL), EINVAL);
	assert_int_equal(wwan_session_write_batch(session, datagrams, 0, 0, &done, NULL),
			 EINVAL);
	assert_int_equal(wwan_session_write_batch(session, datagrams, WWAN_BATCH_MAX + 1, 0,
						  &done, NULL), EINVAL);
	assert_int_equal(wwan_session_write_batch(session, datagrams, 1, 0, NULL, NULL), EINVAL);
	assert_int_equal(fake_calls(MBIM_DSS_IOC_SEND), 0);
	fake_close(handle);
}

static void write_batch_in_part(void **state)
{
	struct wwan_handle *handle = fake_handle();
	struct wwan_session *session = fake_session(handle);
	static struct wwan_datagram datagrams[WWAN_BATCH_MAX];
	uint64_t request_id;
	uint32_t done, i;

	(void)state;
	for (i = 0; i < WWAN_BATCH_MAX; i++) {
		datagrams[i] = (struct wwan_datagram) {
			.data = &datagrams[i],
			.len = i + 1,
			.user_data = i,
		};
	}
	accept_at_most = 100;
	assert_int_equal(wwan_session_write_batch(session, datagrams, WWAN_BATCH_MAX, 0, &done,
						  &request_id), 0);
	assert_int_equal(done, 100);
	assert_int_equal(request_id, FAKE_REQUEST_ID);
	assert_int_equal(last_batch.count, WWAN_BATCH_MAX);
	for (i = 0; i < WWAN_BATCH_MAX; i++) {
		assert_int_equal(last_entries[i].buf, (uintptr_t)&datagrams[i]);
		assert_int_equal(last_entries[i].len, i + 1);
		assert_int_equal(last_entries[i].user_data, i);
	}
	fake_close(handle);
}

static void write_waits_for_room(void **state)
{
	struct wwan_handle *handle = fake_handle();
	struct wwan_session *session = fake_session(handle);

	(void)state;
	would_block = 2;
	fake_poll(POLLOUT);
	fake_poll(POLLOUT);
	assert_int_equal(wwan_session_write(session, "x", 1, 0, -1, NULL), 0);
	assert_int_equal(fake_calls(MBIM_DSS_IOC_SEND), 3);

	would_block = 2;
	fake_poll_errno(EINTR);
	assert_int_equal(wwan_session_write(session, "x", 1, 0, -1, NULL), EINTR);
	fake_close(handle);
}

/* A file that polls ready and is not must not hold its caller beyond the time. */
static void write_gives_up_in_time(void **state)
{
	struct wwan_handle *handle = fake_handle();
	struct wwan_session *session = fake_session(handle);

	(void)state;
	would_block = 1000000000;
	assert_int_equal(wwan_session_write(session, "x", 1, 0, 0, NULL), ETIMEDOUT);
	assert_int_equal(fake_calls(MBIM_DSS_IOC_SEND), 1);
	/* The stand-in's socket is writable all the time. */
	assert_int_equal(wwan_session_write(session, "x", 1, 0, 20, NULL), ETIMEDOUT);
	fake_close(handle);
}

static void *write_and_read_one(void *session)
{
	char byte;
	size_t len;
	int err;

	err = wwan_session_write(session, "hello", 5, 0, 0, NULL);
	/* nothing to read, which is as far as it gets */
	if (!err && wwan_session_read(session, &byte, 1, 0, &len) != ETIMEDOUT)
		err = EIO;
	return (void *)(intptr_t)err;
}

static void one_takes_little_stack(void **state)
{
	struct wwan_handle *handle = fake_handle();
	struct wwan_session *session = fake_session(handle);
	pthread_attr_t attr;
	pthread_t thread;
	void *ret;

	(void)state;
	fake_fail(MBIM_DSS_IOC_RECV, EAGAIN);
	assert_int_equal(pthread_attr_init(&attr), 0);
	assert_int_equal(pthread_attr_setstacksize(&attr, 32 * 1024), 0);
	assert_int_equal(pthread_create(&thread, &attr, write_and_read_one, session), 0);
	assert_int_equal(pthread_join(thread, &ret), 0);
	assert_null(ret);
	pthread_attr_destroy(&attr);
	fake_close(handle);
}

static void large_batches_need_memory(void **state)
{
	static struct wwan_datagram datagrams[WWAN_BATCH_MAX];
	struct wwan_handle *handle = fake_handle();
	struct wwan_session *session = fake_session(handle);
	uint32_t done = 9;
	char byte[5];
	size_t i;

	(void)state;
	for (i = 0; i < WWAN_BATCH_MAX; i++)
		datagrams[i] = (struct wwan_datagram) { .data = byte, .len = sizeof(byte) };
	fake.fail_calloc = 1;
	assert_int_equal(wwan_session_write_batch(session, datagrams, WWAN_BATCH_MAX, 0, &done,
						  NULL), ENOMEM);
	assert_int_equal(done, 0);
	fake.fail_calloc = 1;
	assert_int_equal(wwan_session_read_batch(session, datagrams, WWAN_BATCH_MAX, 0, &done),
			 ENOMEM);
	assert_int_equal(wwan_session_write_batch(session, datagrams, WWAN_BATCH_MAX, 0, &done,
						  NULL), 0);
	assert_int_equal(done, WWAN_BATCH_MAX);
	assert_int_equal(wwan_session_read_batch(session, datagrams, WWAN_BATCH_MAX, 0, &done),
			 0);
	assert_int_equal(done, 1);
	fake_close(handle);
}

static void read_one(void **state)
{
	struct wwan_handle *handle = fake_handle();
	struct wwan_session *session = fake_session(handle);
	char data[100];
	size_t len = 0;

	(void)state;
	assert_int_equal(wwan_session_read(session, data, sizeof(data), 0, &len), 0);
	assert_int_equal(len, 5);
	assert_memory_equal(data, "hello", 5);
	assert_int_equal(last_batch.flags, MBIM_DSS_BATCH_NOWAIT);
	assert_int_equal(last_entries[0].len, sizeof(data));
	fake_answer(MBIM_DSS_IOC_RECV, answer_recv_end);
	assert_int_equal(wwan_session_read(session, data, sizeof(data), 0, &len), 0);
	assert_int_equal(len, 0);
	fake_close(handle);
}

static void read_batch_tells_losses(void **state)
{
	struct wwan_handle *handle = fake_handle();
	struct wwan_session *session = fake_session(handle);
	char data[2][100];
	struct wwan_datagram datagrams[2] = {
		{ .data = data[0], .len = sizeof(data[0]), .user_data = 8 },
		{ .data = data[1], .len = sizeof(data[1]), .flags = 99, .lost = 99 },
	};
	uint32_t done = 0;

	(void)state;
	assert_int_equal(wwan_session_read_batch(session, datagrams, 2, 0, &done), 0);
	assert_int_equal(done, 1);
	assert_int_equal(datagrams[0].len, 5);
	assert_int_equal(datagrams[0].flags, WWAN_DATAGRAM_LOST);
	assert_int_equal(datagrams[0].lost, 3);
	assert_int_equal(datagrams[0].user_data, 8);
	assert_int_equal(datagrams[1].len, sizeof(data[1]));
	/* Only what it reads into reached the kernel. */
	assert_int_equal(last_entries[1].flags, 0);
	assert_int_equal(last_entries[1].lost, 0);
	fake_close(handle);
}

static void read_errors(void **state)
{
	static const int errors[] = { EMSGSIZE, ENODEV, EOPNOTSUPP, EFAULT };
	struct wwan_handle *handle = fake_handle();
	struct wwan_session *session = fake_session(handle);
	struct wwan_datagram datagram;
	char data[4];
	uint32_t done;
	size_t i, len;

	(void)state;
	for (i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		fake_fail(MBIM_DSS_IOC_RECV, errors[i]);
		assert_int_equal(wwan_session_read(session, data, sizeof(data), -1, &len),
				 errors[i]);
	}
	assert_int_equal(wwan_session_read(NULL, data, 4, 0, &len), EINVAL);
	assert_int_equal(wwan_session_read(session, NULL, 4, 0, &len), EINVAL);
	assert_int_equal(wwan_session_read(session, data, 4, 0, NULL), EINVAL);
	assert_int_equal(wwan_session_read_batch(NULL, &datagram, 1, 0, &done), EINVAL);
	assert_int_equal(wwan_session_read_batch(session, NULL, 1, 0, &done), EINVAL);
	assert_int_equal(wwan_session_read_batch(session, &datagram, 0, 0, &done), EINVAL);
	assert_int_equal(wwan_session_read_batch(session, &datagram, 1025, 0, &done), EINVAL);
	assert_int_equal(wwan_session_read_batch(session, &datagram, 1, 0, NULL), EINVAL);
	fake_close(handle);
}

static void read_waits(void **state)
{
	struct wwan_handle *handle = fake_handle();
	struct wwan_session *session = fake_session(handle);
	char data[100];
	size_t len;

	(void)state;
	would_block = 1;
	fake_poll(POLLIN);
	assert_int_equal(wwan_session_read(session, data, sizeof(data), -1, &len), 0);
	would_block = 1000000000;
	assert_int_equal(wwan_session_read(session, data, sizeof(data), 0, &len), ETIMEDOUT);
	assert_int_equal(wwan_session_read(session, data, sizeof(data), 20, &len), ETIMEDOUT);
	fake_close(handle);
}

static void reap_gives_runs(void **state)
{
	struct wwan_handle *handle = fake_handle();
	struct wwan_session *session = fake_session(handle);
	struct wwan_completion completions[4];
	uint32_t done = 0;

	(void)state;
	assert_int_equal(wwan_session_reap(session, completions, 4, 0, &done), 0);
	assert_int_equal(done, 1);
	assert_int_equal(completions[0].count, 2);
	assert_int_equal(completions[0].bytes, 10);
	assert_int_equal(last_batch.count, 4);
	assert_int_equal(last_batch.flags, MBIM_DSS_BATCH_NOWAIT);
	fake_close(handle);
}

static void reap_nothing_under_way(void **state)
{
	struct wwan_handle *handle = fake_handle();
	struct wwan_session *session = fake_session(handle);
	struct wwan_completion completion;
	uint32_t done;

	(void)state;
	would_block = 1000000000;
	assert_int_equal(wwan_session_reap(session, &completion, 1, -1, &done), EAGAIN);
	fake_close(handle);
}

static void write_two(struct wwan_session *session)
{
	assert_int_equal(wwan_session_write(session, "x", 1, 0, 0, NULL), 0);
	assert_int_equal(wwan_session_write(session, "x", 1, 0, 0, NULL), 0);
}

static void reap_waits(void **state)
{
	struct wwan_handle *handle = fake_handle();
	struct wwan_session *session = fake_session(handle);
	struct wwan_completion completion;
	uint32_t done;

	(void)state;
	write_two(session);
	would_block = 1;
	fake_poll(POLLPRI);
	assert_int_equal(wwan_session_reap(session, &completion, 1, -1, &done), 0);
	/* A run of two: now there is nothing under way. */
	would_block = 1;
	assert_int_equal(wwan_session_reap(session, &completion, 1, -1, &done), EAGAIN);

	write_two(session);
	would_block = 1000000000;
	assert_int_equal(wwan_session_reap(session, &completion, 1, 0, &done), ETIMEDOUT);
	assert_int_equal(wwan_session_reap(session, &completion, 1, 20, &done), ETIMEDOUT);
	fake_poll_errno(EINTR);
	assert_int_equal(wwan_session_reap(session, &completion, 1, -1, &done), EINTR);
	fake_close(handle);
}

/* POLLPRI stands for a loss: it is acknowledged, else the wait would spin. */
static void reap_acknowledges_losses(void **state)
{
	struct wwan_handle *handle = fake_handle();
	struct wwan_session *session = fake_session(handle);
	unsigned int infos = fake_calls(MBIM_DSS_IOC_INFO);
	struct wwan_completion completion;
	uint32_t done;

	(void)state;
	write_two(session);
	would_block = 2;
	fake_poll(POLLPRI);
	fake_poll(POLLPRI);
	assert_int_equal(wwan_session_reap(session, &completion, 1, -1, &done), 0);
	assert_int_equal(fake_calls(MBIM_DSS_IOC_INFO), infos + 1);

	write_two(session);
	would_block = 2;
	fake_poll(POLLPRI);
	fake_fail(MBIM_DSS_IOC_INFO, ENODEV);
	assert_int_equal(wwan_session_reap(session, &completion, 1, -1, &done), ENODEV);
	fake_close(handle);
}

/* After the end of the session the file polls ready all the time: the kernel waits. */
static void reap_after_the_end(void **state)
{
	struct wwan_handle *handle = fake_handle();
	struct wwan_session *session = fake_session(handle);
	struct wwan_completion completion;
	uint32_t done;

	(void)state;
	write_two(session);
	would_block = 1;
	fake_poll(POLLHUP | POLLPRI);
	assert_int_equal(wwan_session_reap(session, &completion, 1, -1, &done), 0);
	assert_int_equal(last_batch.flags, 0);
	fake_close(handle);
}

/* Nor does the kernel, if the file was made non-blocking: it says EAGAIN, which is not the end. */
static void reap_after_the_end_without_waiting(void **state)
{
	struct wwan_handle *handle = fake_handle();
	struct wwan_session *session = fake_session(handle);
	struct wwan_completion completion;
	unsigned int before;
	uint32_t done;

	(void)state;
	write_two(session);
	would_block = 3;
	fake_poll(POLLHUP);
	fake_poll(POLLHUP);
	fake_poll(POLLHUP | POLLPRI);
	assert_int_equal(wwan_session_reap(session, &completion, 1, -1, &done), 0);
	assert_int_equal(done, 1);

	write_two(session);
	would_block = 1000000000;
	shutdown(fake.peer[FAKE_NODE], SHUT_RDWR);
	before = fake_calls(MBIM_DSS_IOC_REAP);
	assert_int_equal(wwan_session_reap(session, &completion, 1, 20, &done), ETIMEDOUT);
	/* not busy for all that time */
	assert_in_range(fake_calls(MBIM_DSS_IOC_REAP) - before, 2, 22);
	fake_close(handle);
}

static void reap_errors(void **state)
{
	struct wwan_handle *handle = fake_handle();
	struct wwan_session *session = fake_session(handle);
	struct wwan_completion completion;
	uint32_t done;

	(void)state;
	fake_fail(MBIM_DSS_IOC_REAP, ENODEV);
	assert_int_equal(wwan_session_reap(session, &completion, 1, -1, &done), ENODEV);
	assert_int_equal(wwan_session_reap(NULL, &completion, 1, 0, &done), EINVAL);
	assert_int_equal(wwan_session_reap(session, NULL, 1, 0, &done), EINVAL);
	assert_int_equal(wwan_session_reap(session, &completion, 0, 0, &done), EINVAL);
	assert_int_equal(wwan_session_reap(session, &completion, 1025, 0, &done), EINVAL);
	assert_int_equal(wwan_session_reap(session, &completion, 1, 0, NULL), EINVAL);
	fake_close(handle);
}

static void cancel(void **state)
{
	struct wwan_handle *handle = fake_handle();
	struct wwan_session *session = fake_session(handle);

	(void)state;
	assert_int_equal(wwan_session_cancel(session, 9), 0);
	assert_int_equal(last_cancel.request_id, 9);
	fake_fail(MBIM_DSS_IOC_CANCEL, EALREADY);
	assert_int_equal(wwan_session_cancel(session, 9), EALREADY);
	assert_int_equal(wwan_session_cancel(NULL, 9), EINVAL);
	fake_close(handle);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(write_asks_for_one, set_up),
		cmocka_unit_test_setup(write_errors, set_up),
		cmocka_unit_test_setup(write_bad_arguments, set_up),
		cmocka_unit_test_setup(write_batch_in_part, set_up),
		cmocka_unit_test_setup(write_waits_for_room, set_up),
		cmocka_unit_test_setup(write_gives_up_in_time, set_up),
		cmocka_unit_test_setup(one_takes_little_stack, set_up),
		cmocka_unit_test_setup(large_batches_need_memory, set_up),
		cmocka_unit_test_setup(read_one, set_up),
		cmocka_unit_test_setup(read_batch_tells_losses, set_up),
		cmocka_unit_test_setup(read_errors, set_up),
		cmocka_unit_test_setup(read_waits, set_up),
		cmocka_unit_test_setup(reap_gives_runs, set_up),
		cmocka_unit_test_setup(reap_nothing_under_way, set_up),
		cmocka_unit_test_setup(reap_waits, set_up),
		cmocka_unit_test_setup(reap_acknowledges_losses, set_up),
		cmocka_unit_test_setup(reap_after_the_end, set_up),
		cmocka_unit_test_setup(reap_after_the_end_without_waiting, set_up),
		cmocka_unit_test_setup(reap_errors, set_up),
		cmocka_unit_test_setup(cancel, set_up),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
