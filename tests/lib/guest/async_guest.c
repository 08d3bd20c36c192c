// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The same by callbacks: one descriptor is polled, everything else is told by
 * wwan_dispatch(). Needs module, simulator and agent.
 */
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "tap.h"

#define DATAGRAMS	200

static struct {
	struct wwan_session *session;
	unsigned int opened, closed, ended;
	unsigned int readable;
	uint32_t written, received;
	uint64_t next_request, next_user_data;
	bool in_order, intact;
	struct wwan_completion completion;
	int end_error;
	unsigned int events[WWAN_EVENT_AGENT_LOST + 1];
	struct wwan_notification last_event;
	int inside_close, inside_dispatch, inside_register;
} seen = { .in_order = true, .intact = true };

static void on_opened(struct wwan_handle *handle, const struct wwan_completion *completion,
		      struct wwan_session *session, void *context)
{
	(void)context;
	seen.opened++;
	seen.completion = *completion;
	seen.session = session;
	seen.inside_close = wwan_close_handle(handle, NULL);
	seen.inside_dispatch = wwan_dispatch(handle, 0);
	seen.inside_register = wwan_register_notification(handle, 0, NULL, NULL, NULL, NULL);
}

static void on_closed(struct wwan_handle *handle, const struct wwan_completion *completion,
		      void *context)
{
	(void)handle;
	(void)context;
	seen.closed++;
	seen.completion = *completion;
}

static void on_written(struct wwan_session *session, const struct wwan_completion *completion,
		       void *context)
{
	(void)session;
	(void)context;
	if (completion->request_id != seen.next_request || completion->error ||
	    completion->user_data != seen.next_user_data)
		seen.in_order = false;
	seen.next_request += completion->count;
	seen.next_user_data += completion->count;
	seen.written += completion->count;
}

static void on_readable(struct wwan_session *session, void *context)
{
	struct wwan_datagram datagrams[16];
	uint32_t numbers[16][64];
	uint32_t i, done;

	(void)context;
	seen.readable++;
	for (i = 0; i < 16; i++) {
		datagrams[i] = (struct wwan_datagram) {
			.data = numbers[i],
			.len = sizeof(numbers[i]),
		};
	}
	if (wwan_session_read_batch(session, datagrams, 16, 0, &done))
		return;
	for (i = 0; i < done; i++) {
		if (numbers[i][0] != seen.received || datagrams[i].len != sizeof(uint32_t) ||
		    datagrams[i].flags)
			seen.intact = false;
		seen.received++;
	}
}

static void on_ended(struct wwan_session *session, int error, void *context)
{
	(void)context;
	seen.ended++;
	seen.end_error = error;
	wwan_session_free(session);
}

static void on_event(struct wwan_handle *handle, const struct wwan_notification *event,
		     void *context)
{
	(void)handle;
	(void)context;
	if (event->event > WWAN_EVENT_AGENT_LOST)
		return;
	seen.events[event->event]++;
	seen.last_event = *event;
}

/* Poll and dispatch until @count is @wanted; each wait has its deadline. */
static bool dispatch_until(struct wwan_handle *handle, const unsigned int *count,
			   unsigned int wanted)
{
	struct pollfd pollfd = { .events = POLLIN };
	int err;

	if (wwan_get_fd(handle, &pollfd.fd))
		return false;
	while (*count < wanted) {
		if (poll(&pollfd, 1, DEADLINE_MS) != 1)
			return false;
		err = wwan_dispatch(handle, 0);
		if (err && err != ETIMEDOUT)
			return false;
	}
	return *count == wanted;
}

static void open_async(struct wwan_handle *handle)
{
	struct wwan_open_args args = { .session = WWAN_SESSION_ANY };
	uint64_t request_id = 0;

	find_service(handle, "echo", args.service);
	fails(wwan_open_data_session(handle, &args, on_opened, NULL, &request_id), 0, "open");
	ok(request_id, "the request has an id");
	is(seen.opened, 0, "it has not ended yet");
	ok(dispatch_until(handle, &seen.opened, 1), "it ends");
	is(seen.completion.request_id, request_id, "with its completion");
	is(seen.completion.error, 0, "success");
	if (!ok(seen.session, "there is a session"))
		bail("no session");
	fails(seen.inside_close, EDEADLK, "closing the handle in a callback");
	fails(seen.inside_dispatch, EDEADLK, "dispatching in a callback");
	fails(seen.inside_register, EDEADLK, "registering in a callback");
	ok(dispatch_until(handle, &seen.events[WWAN_EVENT_SESSION_OPENED], 1),
	   "the opening is notified");
	is(seen.last_event.valid, WWAN_NOTIFICATION_MODEM | WWAN_NOTIFICATION_SESSION |
	   WWAN_NOTIFICATION_SERVICE, "with modem, session and service");
	is(seen.last_event.session, wwan_session_get_id(seen.session), "of this session");
	same(seen.last_event.service, args.service, WWAN_UUID_SIZE, "of this service");
}

static void write_many(struct wwan_handle *handle)
{
	static const struct wwan_session_callbacks callbacks = {
		.readable = on_readable,
		.written = on_written,
		.ended = on_ended,
	};
	struct wwan_datagram datagrams[DATAGRAMS];
	uint32_t numbers[DATAGRAMS];
	uint64_t request_id = 0;
	uint32_t i, done = 0;

	for (i = 0; i < DATAGRAMS; i++) {
		numbers[i] = i;
		datagrams[i] = (struct wwan_datagram) {
			.data = &numbers[i],
			.len = sizeof(numbers[i]),
			.user_data = 1000 + i,
		};
	}
	fails(wwan_session_set_callbacks(seen.session, &callbacks, NULL), 0, "set callbacks");
	fails(wwan_session_write_batch(seen.session, datagrams, DATAGRAMS, DEADLINE_MS, &done,
				       &request_id), 0, "write 200 datagrams");
	is(done, DATAGRAMS, "all were accepted");
	seen.next_request = request_id;
	seen.next_user_data = 1000;
	ok(dispatch_until(handle, &seen.written, DATAGRAMS), "each write completes once");
	ok(seen.in_order, "in order, with success and its user data");
	ok(dispatch_until(handle, &seen.received, DATAGRAMS), "each comes back");
	ok(seen.intact, "in order, whole, none lost");
}

static void close_async(struct wwan_handle *handle)
{
	uint64_t request_id = 0;

	fails(wwan_close_data_session(handle, 0, wwan_session_get_id(seen.session), on_closed,
				      NULL, &request_id), 0, "close");
	ok(dispatch_until(handle, &seen.closed, 1), "it ends");
	is(seen.completion.request_id, request_id, "with its completion");
	is(seen.completion.error, 0, "success");
	ok(dispatch_until(handle, &seen.ended, 1), "the session ends, once");
	is(seen.end_error, 0, "by a close");
	ok(dispatch_until(handle, &seen.events[WWAN_EVENT_SESSION_CLOSED], 1),
	   "the close is notified");
	is(seen.events[WWAN_EVENT_OVERRUN], 0, "no event was lost");
	fails(wwan_dispatch(handle, 20), ETIMEDOUT, "there is nothing more");
}

/* A registration that has ended hears no more, and one of another source not of this. */
static void unregister(struct wwan_handle *handle)
{
	uint32_t previous = 0;
	unsigned int before = seen.events[WWAN_EVENT_SESSION_OPENED];
	struct wwan_session *session;

	fails(wwan_register_notification(handle, WWAN_NOTIFICATION_SOURCE_AGENT, on_event, NULL,
					 NULL, &previous), 0, "register for the agent only");
	is(previous, WWAN_NOTIFICATION_SOURCE_ALL, "in place of all");
	session = open_session(handle, "echo", 0);
	wwan_dispatch(handle, 50);
	is(seen.events[WWAN_EVENT_SESSION_OPENED], before, "a session is not told");
	fails(wwan_register_notification(handle, WWAN_NOTIFICATION_SOURCE_NONE, NULL, NULL,
					 NULL, &previous), 0, "unregister");
	is(previous, WWAN_NOTIFICATION_SOURCE_AGENT, "it was the agent");
	wwan_session_free(session);
}

int main(void)
{
	struct wwan_handle *handle;

	plan(36);
	handle = open_handle();
	fails(wwan_register_notification(handle, WWAN_NOTIFICATION_SOURCE_ALL, on_event, NULL,
					 NULL, NULL), 0, "register for everything");
	open_async(handle);
	write_many(handle);
	close_async(handle);
	unregister(handle);
	close_handle(handle);
	return done();
}
