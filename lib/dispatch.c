// SPDX-License-Identifier: LGPL-2.1-or-later
/* The event loop's side of a handle: what is ready, and whose callbacks run. */
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <poll.h>

#include "internal.h"

/* Sources that one call of wwan_dispatch() serves; epoll takes turns among the rest. */
#define DISPATCH_EVENTS	16

int handle_watch(struct wwan_handle *handle, int fd, struct source *source, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = source };

	return epoll_ctl(handle->epoll, EPOLL_CTL_ADD, fd, &event) ? errno : 0;
}

/* An eventfd that cannot take another count polls readable already. */
void handle_wake(struct wwan_handle *handle)
{
	eventfd_write(handle->wake, 1);
}

int wake_dispatch(struct wwan_handle *handle, struct source *source, uint32_t events)
{
	eventfd_t count;

	(void)source;
	(void)events;
	eventfd_read(handle->wake, &count);
	request_dispatch_ended(handle);
	session_dispatch_owed(handle);
	return 0;
}

static void release_freed(struct wwan_handle *handle)
{
	struct wwan_session *session;

	while ((session = TAILQ_FIRST(&handle->freed))) {
		TAILQ_REMOVE(&handle->freed, session, link);
		free(session);
	}
}

/* The waiting is poll(2)'s: epoll_wait(2) gives EINTR to a process that was stopped, too. */
static int wait_events(struct wwan_handle *handle, struct epoll_event *events, int timeout_ms,
		       int *count)
{
	struct deadline deadline = deadline_after(timeout_ms);
	short revents;
	int err;

	for (;;) {
		*count = epoll_wait(handle->epoll, events, DISPATCH_EVENTS, 0);
		if (*count < 0)
			return errno;
		if (*count)
			return 0;
		err = deadline_poll(handle->epoll, POLLIN, &deadline, &revents);
		if (err)
			return err;
	}
}

WWAN_API int wwan_dispatch(struct wwan_handle *handle, int timeout_ms)
{
	struct epoll_event events[DISPATCH_EVENTS];
	struct source *source;
	int count, i, err;

	if (!handle)
		return EINVAL;
	if (handle->dispatching)
		return EDEADLK;

	err = wait_events(handle, events, timeout_ms, &count);
	if (err)
		return err;

	handle->dispatching = true;
	for (i = 0; i < count && !err; i++) {
		source = events[i].data.ptr;
		err = source->dispatch(handle, source, events[i].events);
	}
	handle->dispatching = false;
	release_freed(handle);
	return err;
}
