// SPDX-License-Identifier: LGPL-2.1-or-later
/* What wwan_dispatch() tells about sessions. */
#include <stddef.h>
#include <string.h>
#include <sys/epoll.h>

#include "internal.h"

#define session_of(_source) \
	((struct wwan_session *)((char *)(_source) - offsetof(struct wwan_session, source)))

static bool is_freed(const struct wwan_session *session)
{
	return session->fd < 0;
}

static void tell_loss(struct wwan_session *session)
{
	struct wwan_session_info info;
	uint64_t lost;

	atomic_store(&session->loss, false);
	/* A session whose modem is gone has no counters: .ended tells of that. */
	if (session_fetch_info(session, &info))
		return;
	lost = info.rx_lost + info.rx_backlog;
	if (atomic_exchange(&session->lost_told, lost) == lost)
		return;
	if (session->callbacks.lost)
		session->callbacks.lost(session, &info, session->context);
}

/* INFO was called, in whatever thread: the file says no more of a loss, so we must. */
void session_note_loss(struct wwan_session *session, const struct wwan_session_info *info)
{
	if (!session->callbacks.lost || !atomic_load(&session->watched))
		return;
	if (info->rx_lost + info->rx_backlog == atomic_load(&session->lost_told))
		return;
	atomic_store(&session->loss, true);
	handle_wake(session->handle);
}

static bool has_untold(const struct wwan_session *session)
{
	return session->told < session->reaped_count;
}

/* What was reaped for a callback that is not set any more. */
uint32_t session_take_untold(struct wwan_session *session, struct wwan_completion *completions,
			     uint32_t count)
{
	uint32_t left = session->reaped_count - session->told;

	if (count > left)
		count = left;
	memcpy(completions, &session->reaped[session->told], count * sizeof(*completions));
	session->told += count;
	return count;
}

static int reap_turn(struct wwan_session *session, uint32_t flags)
{
	session->told = 0;
	return session_reap(session, session->reaped, TURN_RECORDS, flags,
			    &session->reaped_count);
}

/*
 * Tell a turn of completions; 0, also when there was none, EAGAIN then. Once the callback is
 * set no more, the rest may be another thread's, who reaps.
 */
static int tell_written(struct wwan_session *session, uint32_t flags)
{
	int err = 0;

	if (!has_untold(session))
		err = reap_turn(session, flags);
	while (!is_freed(session) && session->callbacks.written && has_untold(session))
		session->callbacks.written(session, &session->reaped[session->told++],
					   session->context);
	return err;
}

static bool is_owed(const struct wwan_session *session)
{
	if (!atomic_load(&session->watched))
		return false;
	return atomic_load(&session->loss) ||
	       (session->callbacks.written && has_untold(session));
}

static void tell_owed(struct wwan_session *session)
{
	if (session->callbacks.written && has_untold(session))
		tell_written(session, MBIM_DSS_BATCH_NOWAIT);
	if (!is_freed(session) && atomic_load(&session->loss))
		tell_loss(session);
}

/* One whose turn it is. A callback may free any session, so each look begins anew. */
static struct wwan_session *take_turn(struct wwan_handle *handle)
{
	struct wwan_session *session;

	TAILQ_FOREACH(session, &handle->sessions, link) {
		if (session->turn)
			break;
	}
	if (session)
		session->turn = false;
	return session;
}

/*
 * What no file polls for. Each session once: for what becomes due meanwhile the handle has
 * been woken again.
 */
void session_dispatch_owed(struct wwan_handle *handle)
{
	struct wwan_session *session;

	TAILQ_FOREACH(session, &handle->sessions, link)
		session->turn = is_owed(session);
	while ((session = take_turn(handle)))
		tell_owed(session);
}

static void tell_priority(struct wwan_session *session)
{
	if (tell_written(session, MBIM_DSS_BATCH_NOWAIT) == EAGAIN && !is_freed(session))
		tell_loss(session);
}

static int end_error(struct wwan_session *session)
{
	struct wwan_session_info info;
	int err;

	err = session_fetch_info(session, &info);
	if (err)
		return err;
	return info.state == WWAN_SESSION_GONE ? ENODEV : 0;
}

/*
 * Waits for what is on the wire, which ends in bounded time; EAGAIN: all is told. From a file
 * that was made non-blocking it says only that the kernel has not waited.
 */
static bool has_more_written(struct wwan_session *session)
{
	int err = tell_written(session, 0);

	if (err == EAGAIN && atomic_load(&session->under_way) > 0) {
		/* The file polls ready all the while: its next turn comes at once. */
		take_nap();
		return true;
	}
	return !err || err == EINTR;
}

static bool has_more(struct wwan_session *session)
{
	size_t bytes;

	if (session->callbacks.readable && !wwan_session_get_readable(session, &bytes) && bytes)
		return true;
	return session->callbacks.written && has_more_written(session);
}

/* The loss first: its callback may change the others. has_more() calls none if it says no. */
static void tell_end(struct wwan_session *session)
{
	tell_loss(session);
	if (is_freed(session) || has_more(session))
		return;
	session_unwatch(session);
	if (session->callbacks.ended)
		session->callbacks.ended(session, end_error(session), session->context);
}

int session_dispatch(struct wwan_handle *handle, struct source *source, uint32_t events)
{
	struct wwan_session *session = session_of(source);

	(void)handle;
	if (!is_freed(session) && session->callbacks.written && events & EPOLLPRI)
		tell_priority(session);
	if (!is_freed(session) && session->callbacks.readable && events & EPOLLIN)
		session->callbacks.readable(session, session->context);
	if (!is_freed(session) && session->watched && events & (EPOLLHUP | EPOLLERR))
		tell_end(session);
	return 0;
}

void session_unwatch(struct wwan_session *session)
{
	if (session->watched)
		epoll_ctl(session->handle->epoll, EPOLL_CTL_DEL, session->fd, NULL);
	session->watched = false;
}

static int watch(struct wwan_session *session)
{
	uint32_t events = 0;
	int err;

	if (session->callbacks.readable)
		events |= EPOLLIN;
	if (session->callbacks.written)
		events |= EPOLLPRI;
	session->source.dispatch = session_dispatch;
	err = handle_watch(session->handle, session->fd, &session->source, events);
	session->watched = !err;
	return err;
}

WWAN_API int wwan_session_set_callbacks(struct wwan_session *session,
					const struct wwan_session_callbacks *callbacks,
					void *context)
{
	/* Without reaping, POLLPRI would not cease to stand for completions. */
	if (!session || (callbacks && callbacks->lost && !callbacks->written))
		return EINVAL;
	session_unwatch(session);
	session->callbacks = callbacks ? *callbacks : (struct wwan_session_callbacks) { 0 };
	session->context = context;
	if (!callbacks)
		return 0;
	if (callbacks->written && has_untold(session))
		handle_wake(session->handle);
	return watch(session);
}
