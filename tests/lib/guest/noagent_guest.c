// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Without an agent: what works all the same, and what says why it does not. Needs module and
 * simulator; the agent has never run.
 */
#include <string.h>

#include "tap.h"

static void on_event(struct wwan_handle *handle, const struct wwan_notification *event,
		     void *context)
{
	(void)handle;
	(void)event;
	(void)context;
}

/* The simulator has plugged its modem in; the drivers find it a moment later. */
static struct wwan_interface_list *wait_for_modem(struct wwan_handle *handle)
{
	struct wwan_interface_list *modems;

	if (wwan_register_notification(handle, WWAN_NOTIFICATION_SOURCE_INTERFACE, on_event,
				       NULL, NULL, NULL))
		bail("no notifications");
	for (;;) {
		if (wwan_enumerate_interfaces(handle, NULL, &modems))
			bail("the modems cannot be listed");
		if (modems->count)
			return modems;
		wwan_free_memory(modems);
		if (wwan_dispatch(handle, DEADLINE_MS))
			bail("no modem comes");
	}
}

int main(void)
{
	struct wwan_open_args args = { .session = WWAN_SESSION_ANY };
	struct wwan_interface_list *modems;
	struct wwan_service_list *services;
	struct wwan_completion completion;
	struct wwan_session *session;
	struct wwan_handle *handle;
	uint32_t bytes = 0;

	plan(14);
	handle = open_handle();
	modems = wait_for_modem(handle);
	is(modems->count, 1, "there is one modem");
	ok(!(modems->items[0].flags & WWAN_INTERFACE_PROBED), "it is not probed");
	wwan_free_memory(modems);
	fails(wwan_enumerate_device_services(handle, 0, NULL, &services), EAGAIN,
	      "its services are not known");
	fails(wwan_get_max_command_size(handle, 0, &bytes), EAGAIN,
	      "nor how large a command may be");
	fails(wwan_get_max_data_size(handle, 0, &bytes), 0, "the largest datagram is");
	is(bytes, 2048, "2048 bytes");
	wwan_parse_uuid("6d62696d-2d73-696d-0001-000000000001", args.service);
	fails(wwan_open_data_session_wait(handle, &args, DEADLINE_MS, &completion, &session),
	      ECONNREFUSED, "open echo");
	ok(strstr(wwan_strerror(ECONNREFUSED), "no agent"), "the library says: no agent");
	is(completion.request_id, 0, "no request was made");

	/* A session that somebody else has connected needs none. */
	args.session = 5;
	args.flags = WWAN_OPEN_ATTACH;
	fails(wwan_open_data_session_wait(handle, &args, DEADLINE_MS, &completion, &session), 0,
	      "attach to a session");
	is(completion.mbim_status, 0, "the modem was not asked");
	fails(wwan_session_write(session, "hello", 5, 0, DEADLINE_MS, NULL), 0, "write to it");
	fails(wwan_session_reap(session, &completion, 1, DEADLINE_MS, &bytes), 0, "it ends");
	fails(wwan_close_data_session_wait(handle, 0, 5, DEADLINE_MS, &completion), 0,
	      "close it");
	close_handle(handle);
	return done();
}
