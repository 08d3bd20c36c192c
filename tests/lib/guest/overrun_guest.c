// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * More events than the socket holds: that some were lost is told after those that were not,
 * and nothing that happens later is missed. Needs module, simulator and agent.
 */
#define _GNU_SOURCE
#include <dlfcn.h>

#include "tap.h"

/* Sessions opened and closed, two events each, of which the smallest buffer holds a few. */
#define SESSIONS	10

struct nl_sock;
int nl_socket_set_buffer_size(struct nl_sock *socket, int rx, int tx);

static struct {
	struct wwan_handle *other;
	struct wwan_session *session;	/* opened when the overrun was told */
	unsigned int before, overruns, after;
	struct wwan_notification last;
} seen;

/* In place of libnl's: what the library asks for gets the least that there is. */
int nl_socket_set_buffer_size(struct nl_sock *socket, int rx, int tx)
{
	int (*set)(struct nl_sock *socket, int rx, int tx);

	*(void **)&set = dlsym(RTLD_NEXT, "nl_socket_set_buffer_size");
	return set(socket, rx ? 1 : 0, tx);
}

static void on_event(struct wwan_handle *handle, const struct wwan_notification *event,
		     void *context)
{
	(void)handle;
	(void)context;
	if (event->event == WWAN_EVENT_OVERRUN) {
		if (!seen.overruns++)
			seen.session = open_session(seen.other, "sink", 0);
		return;
	}
	if (seen.overruns)
		seen.after++;
	else
		seen.before++;
	seen.last = *event;
}

static void open_and_close(struct wwan_handle *handle)
{
	struct wwan_session *session = open_session(handle, "sink", 0);
	int err;

	err = wwan_close_data_session_wait(handle, 0, wwan_session_get_id(session), DEADLINE_MS,
					   NULL);
	if (err)
		bail("closing a session: %d", err);
	wwan_session_free(session);
}

static int dispatch_all(struct wwan_handle *handle)
{
	int err;

	do {
		err = wwan_dispatch(handle, 50);
	} while (!err);
	return err;
}

int main(void)
{
	struct wwan_handle *watcher;
	unsigned int i;

	plan(9);
	watcher = open_handle();
	seen.other = open_handle();
	fails(wwan_register_notification(watcher, WWAN_NOTIFICATION_SOURCE_SESSION, on_event,
					 NULL, NULL, NULL), 0, "register");
	for (i = 0; i < SESSIONS; i++)
		open_and_close(seen.other);
	fails(dispatch_all(watcher), ETIMEDOUT, "dispatch what there is");
	ok(seen.before && seen.before < 2 * SESSIONS, "some were lost, %u of %d were not",
	   seen.before, 2 * SESSIONS);
	is(seen.overruns, 1, "which is told once");
	is(seen.after, 1, "there is one event after it");
	is(seen.last.event, WWAN_EVENT_SESSION_OPENED, "an open");
	ok(seen.session && seen.last.session == wwan_session_get_id(seen.session),
	   "made when it was told");

	close_handle(seen.other);
	fails(wwan_dispatch(watcher, DEADLINE_MS), 0, "something happens later");
	ok(seen.after == 2 && seen.last.event == WWAN_EVENT_SESSION_CLOSED, "which is told");
	close_handle(watcher);
	return done();
}
