// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Datagrams and their completions.
 *
 * Every ioctl here says NOWAIT, and the waiting is done in poll(2), which can be given a
 * time. The one exception is a file that has ended: it polls ready whatever it has, and
 * what the kernel still waits for there comes in bounded time. If the file was made
 * non-blocking, the kernel does not wait even then, and short naps take its place.
 */
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>

#include "internal.h"

/* A batch of so many is on the stack, 2 KiB: threads may have little of it. */
#define ENTRIES_ON_STACK	64

static int batch(struct wwan_session *session, unsigned long request, uint32_t flags,
		 void *entries, uint32_t count, struct mbim_dss_batch *arg)
{
	*arg = (struct mbim_dss_batch) {
		.size = sizeof(*arg),
		.flags = flags,
		.entries = (uintptr_t)entries,
		.count = count,
	};
	return control_ioctl(session->fd, request, arg);
}

/* Move the first of a batch within the time, and of the rest what can be moved at once. */
static int batch_within(struct wwan_session *session, unsigned long request, short events,
			struct mbim_dss_datagram *entries, uint32_t count, int timeout_ms,
			struct mbim_dss_batch *arg)
{
	struct deadline deadline;
	short revents;
	int err;

	err = batch(session, request, MBIM_DSS_BATCH_NOWAIT, entries, count, arg);
	if (err != EAGAIN)
		return err;

	deadline = deadline_after(timeout_ms);
	do {
		err = deadline_poll(session->fd, events, &deadline, &revents);
		if (err)
			return err;
		err = batch(session, request, MBIM_DSS_BATCH_NOWAIT, entries, count, arg);
	} while (err == EAGAIN);
	return err;
}

static bool is_batch(const struct wwan_session *session, const void *entries, uint32_t count,
		     const uint32_t *done)
{
	return session && entries && done && count && count <= WWAN_BATCH_MAX;
}

/* Entries for a batch: those of the caller's stack, or some to be freed; NULL: no memory. */
static struct mbim_dss_datagram *
entries_get(struct mbim_dss_datagram few[static ENTRIES_ON_STACK], uint32_t count)
{
	return count <= ENTRIES_ON_STACK ? few : calloc(count, sizeof(*few));
}

static void entries_put(const struct mbim_dss_datagram *few, struct mbim_dss_datagram *entries)
{
	if (entries != few)
		free(entries);
}

WWAN_API int wwan_session_write_batch(struct wwan_session *session,
				      const struct wwan_datagram *datagrams, uint32_t count,
				      int timeout_ms, uint32_t *done, uint64_t *request_id)
{
	struct mbim_dss_datagram few[ENTRIES_ON_STACK], *entries;
	struct mbim_dss_batch arg;
	uint32_t i;
	int err;

	if (!is_batch(session, datagrams, count, done))
		return EINVAL;
	*done = 0;
	if (session->access == O_RDONLY)
		return EACCES;
	entries = entries_get(few, count);
	if (!entries)
		return ENOMEM;
	for (i = 0; i < count; i++) {
		entries[i] = (struct mbim_dss_datagram) {
			.buf = (uintptr_t)datagrams[i].data,
			.user_data = datagrams[i].user_data,
			.len = datagrams[i].len,
			.flags = datagrams[i].flags,
		};
	}
	err = batch_within(session, MBIM_DSS_IOC_SEND, POLLOUT, entries, count, timeout_ms, &arg);
	entries_put(few, entries);
	if (err)
		return err;
	atomic_fetch_add(&session->under_way, arg.done);
	*done = arg.done;
	if (request_id)
		*request_id = arg.request_id;
	return 0;
}

WWAN_API int wwan_session_write(struct wwan_session *session, const void *data, size_t len,
				uint64_t user_data, int timeout_ms, uint64_t *request_id)
{
	struct wwan_datagram datagram = { .data = (void *)data, .user_data = user_data };
	uint32_t done;

	if (!data)
		return EINVAL;
	if (len > UINT32_MAX)
		return EMSGSIZE;
	datagram.len = len;
	return wwan_session_write_batch(session, &datagram, 1, timeout_ms, &done, request_id);
}

WWAN_API int wwan_session_read_batch(struct wwan_session *session,
				     struct wwan_datagram *datagrams, uint32_t count,
				     int timeout_ms, uint32_t *done)
{
	struct mbim_dss_datagram few[ENTRIES_ON_STACK], *entries;
	struct mbim_dss_batch arg;
	uint32_t i;
	int err;

	if (!is_batch(session, datagrams, count, done))
		return EINVAL;
	*done = 0;
	if (session->access == O_WRONLY)
		return EACCES;
	entries = entries_get(few, count);
	if (!entries)
		return ENOMEM;
	for (i = 0; i < count; i++) {
		entries[i] = (struct mbim_dss_datagram) {
			.buf = (uintptr_t)datagrams[i].data,
			.len = datagrams[i].len,
		};
	}
	err = batch_within(session, MBIM_DSS_IOC_RECV, POLLIN, entries, count, timeout_ms, &arg);
	for (i = 0; !err && i < arg.done; i++) {
		datagrams[i].len = entries[i].len;
		datagrams[i].flags = entries[i].flags;
		datagrams[i].lost = entries[i].lost;
	}
	entries_put(few, entries);
	if (!err)
		*done = arg.done;
	return err;
}

WWAN_API int wwan_session_read(struct wwan_session *session, void *data, size_t size,
			       int timeout_ms, size_t *len)
{
	struct wwan_datagram datagram = {
		.data = data,
		.len = size > UINT32_MAX ? UINT32_MAX : size,
	};
	uint32_t done;
	int err;

	if (!data || !len)
		return EINVAL;
	err = wwan_session_read_batch(session, &datagram, 1, timeout_ms, &done);
	if (err)
		return err;
	*len = done ? datagram.len : 0;
	return 0;
}

/* Records are laid out alike on both sides, abi.c. */
int session_reap(struct wwan_session *session, struct wwan_completion *completions,
		 uint32_t count, uint32_t flags, uint32_t *done)
{
	struct mbim_dss_batch arg;
	int ended = 0;
	uint32_t i;
	int err;

	*done = 0;
	err = batch(session, MBIM_DSS_IOC_REAP, flags, completions, count, &arg);
	if (err)
		return err;
	for (i = 0; i < arg.done; i++)
		ended += completions[i].count;
	atomic_fetch_sub(&session->under_way, ended);
	*done = arg.done;
	return 0;
}

/* POLLPRI stands for losses too: what it says is noted, so that it does not say it again. */
static int acknowledge_loss(struct wwan_session *session)
{
	struct wwan_session_info info;

	return wwan_session_get_info(session, &info);
}

static int reap_within(struct wwan_session *session, struct wwan_completion *completions,
		       uint32_t count, int timeout_ms, uint32_t *done)
{
	struct deadline deadline = deadline_after(timeout_ms);
	short revents;
	bool ended;
	int err;

	for (;;) {
		if (atomic_load(&session->under_way) <= 0)
			return EAGAIN;
		err = deadline_poll(session->fd, POLLPRI, &deadline, &revents);
		if (err)
			return err;
		ended = revents & (POLLHUP | POLLERR);
		err = session_reap(session, completions, count, ended ? 0 : MBIM_DSS_BATCH_NOWAIT,
				   done);
		if (err != EAGAIN)
			return err;
		err = ended ? take_nap() : acknowledge_loss(session);
		if (err)
			return err;
	}
}

WWAN_API int wwan_session_reap(struct wwan_session *session,
			       struct wwan_completion *completions, uint32_t count,
			       int timeout_ms, uint32_t *done)
{
	int err;

	if (!is_batch(session, completions, count, done))
		return EINVAL;
	*done = session_take_untold(session, completions, count);
	if (*done)
		return 0;
	err = session_reap(session, completions, count, MBIM_DSS_BATCH_NOWAIT, done);
	if (err != EAGAIN)
		return err;
	return reap_within(session, completions, count, timeout_ms, done);
}

WWAN_API int wwan_session_cancel(struct wwan_session *session, uint64_t request_id)
{
	struct mbim_dss_cancel arg = { .size = sizeof(arg), .request_id = request_id };

	if (!session)
		return EINVAL;
	return control_ioctl(session->fd, MBIM_DSS_IOC_CANCEL, &arg);
}
