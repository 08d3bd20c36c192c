// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the driver, the agent and the modem refuse, as the library tells it. Needs module,
 * simulator and agent; no session is open before nor after.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tap.h"

static const char basic_connect[] = "a289cc33-bcbb-8b4f-b6b0-133ec2aae6df";
static const char unknown[] = "6d62696d-2d73-696d-0001-0000000000ff";

static int try_open(struct wwan_handle *handle, struct wwan_open_args args)
{
	struct wwan_session *session;

	return wwan_open_data_session_wait(handle, &args, DEADLINE_MS, NULL, &session);
}

static void services(struct wwan_handle *handle)
{
	struct wwan_open_args args = { .session = WWAN_SESSION_ANY };
	int err;

	wwan_parse_uuid(unknown, args.service);
	fails(try_open(handle, args), ENOENT, "open an unknown service");
	find_service(handle, "idle", args.service);
	fails(try_open(handle, args), EOPNOTSUPP, "open one without data sessions");
	wwan_parse_uuid(basic_connect, args.service);
	err = try_open(handle, args);
	ok(err == ENOENT || err == EACCES || err == EOPNOTSUPP,
	   "open a native service: refused (%d)", err);
}

static void arguments(struct wwan_handle *handle)
{
	struct wwan_open_args good = { .session = WWAN_SESSION_ANY };
	struct wwan_open_args args;
	struct wwan_completion completion;
	struct wwan_session *session;

	find_service(handle, "echo", good.service);
	args = good;
	args.modem = 9;
	fails(try_open(handle, args), ENODEV, "open on a modem that is not there");
	args = good;
	args.session = 256;
	fails(try_open(handle, args), EINVAL, "open session 256");
	args = good;
	args.flags = 1 << 2;
	fails(try_open(handle, args), EINVAL, "open with an unknown flag");
	args = good;
	args.flags = WWAN_OPEN_ATTACH;
	fails(try_open(handle, args), EINVAL, "attach without a session id");
	fails(wwan_close_data_session_wait(handle, 0, 77, 0, &completion), ENOTCONN,
	      "close a session that is not open");
	fails(wwan_close_data_session_wait(handle, 9, 0, 0, &completion), ENODEV,
	      "close on a modem that is not there");
	fails(wwan_join_data_session(handle, 0, 77, &session), ENOTCONN,
	      "join a session that is not open");
	fails(wwan_join_data_session(handle, 9, 0, &session), ENODEV,
	      "join one on a modem that is not there");
	fails(wwan_cancel_request(handle, 1), ENOENT, "cancel a request that was never made");
}

static void limits(struct wwan_handle *handle)
{
	struct wwan_open_args args = { .session = WWAN_SESSION_ANY };
	struct wwan_session *first, *second, *third;

	first = open_session(handle, "nmea", 0);
	second = open_session(handle, "nmea", 0);
	ok(wwan_session_get_id(first) != wwan_session_get_id(second),
	   "two sessions of a service have two ids");
	find_service(handle, "nmea", args.service);
	fails(try_open(handle, args), EUSERS, "open a third session of a service with two");
	args.session = wwan_session_get_id(first);
	find_service(handle, "echo", args.service);
	fails(try_open(handle, args), EBUSY, "open with an id that is taken");
	fails(wwan_close_data_session_wait(handle, 0, wwan_session_get_id(first), DEADLINE_MS,
					   NULL), 0, "close one");
	third = open_session(handle, "nmea", 0);
	is(wwan_session_get_id(third), wwan_session_get_id(first),
	   "then there is room, and the lowest id is free");
	fails(wwan_close_data_session_wait(handle, 0, wwan_session_get_id(second), DEADLINE_MS,
					   NULL), 0, "close the second");
	fails(wwan_close_data_session_wait(handle, 0, wwan_session_get_id(third), DEADLINE_MS,
					   NULL), 0, "close the third");
	wwan_session_free(first);
	wwan_session_free(second);
	wwan_session_free(third);
}

static void modem_limit(struct wwan_handle *handle)
{
	struct wwan_open_args args = { .session = WWAN_SESSION_ANY };
	struct wwan_session_list *list;
	struct wwan_session *session;
	unsigned int i;

	for (i = 0; i < 16; i++)
		open_session(handle, "sink", 0);
	fails(wwan_enumerate_data_sessions(handle, WWAN_MODEM_ANY, NULL, &list), 0,
	      "list the sessions");
	is(list->count, 16, "sixteen are open");
	wwan_free_memory(list);
	find_service(handle, "echo", args.service);
	fails(wwan_open_data_session_wait(handle, &args, DEADLINE_MS, NULL, &session), EUSERS,
	      "open one more than the modem has");
}

static void directions(struct wwan_handle *handle)
{
	struct wwan_session *nmea = open_session(handle, "nmea", 0);
	struct wwan_session *sink = open_session(handle, "sink", 0);
	char data[100];
	size_t len;

	fails(wwan_session_write(nmea, "x", 1, 0, 0, NULL), EOPNOTSUPP,
	      "write to a service that only sends");
	fails(wwan_session_read(sink, data, sizeof(data), 0, &len), EOPNOTSUPP,
	      "read from a service that only takes");
	fails(wwan_session_write(sink, "x", 1, 0, DEADLINE_MS, NULL), 0, "write to that one");
	fails(wwan_session_read(nmea, data, sizeof(data), DEADLINE_MS, &len), 0,
	      "read from the other");
	ok(!strncmp(data, "$GP", 3), "a sentence");
}

/* Join @session, its node of that mode, as somebody who is of its group, and no more. */
static int join_as_other(struct wwan_handle *handle, const struct wwan_session *session,
			 mode_t mode, struct wwan_session **joined)
{
	uint32_t id = wwan_session_get_id(session);
	char path[64];
	int err;

	snprintf(path, sizeof(path), "/dev/mbim/dss0s%u", id);
	if (chmod(path, mode) || seteuid(65534))
		bail("%s cannot be given to others", path);
	err = wwan_join_data_session(handle, 0, id, joined);
	if (seteuid(0))
		bail("root cannot be had again");
	return err;
}

static void file_modes(struct wwan_handle *handle)
{
	struct wwan_session *echo = open_session(handle, "echo", 0);
	struct wwan_session *sink = open_session(handle, "sink", 0);
	struct wwan_session *joined;
	char data[8];
	size_t len;

	fails(join_as_other(handle, echo, 0600, &joined), EACCES,
	      "join a session whose node is the owner's");
	if (!fails(join_as_other(handle, echo, 0640, &joined), 0, "join one that may be read"))
		bail("it is not joined");
	fails(wwan_session_write(joined, "x", 1, 0, 0, NULL), EACCES, "it cannot be written");
	fails(wwan_session_write(echo, "hello", 5, 0, DEADLINE_MS, NULL), 0, "the owner can");
	fails(wwan_session_read(joined, data, sizeof(data), DEADLINE_MS, &len), 0, "read it");
	same(data, "hello", 5, "the echo");
	if (!fails(join_as_other(handle, echo, 0620, &joined), 0, "join one that may be written"))
		bail("it is not joined");
	fails(wwan_session_write(joined, "hello", 5, 0, DEADLINE_MS, NULL), 0, "write it");
	fails(wwan_session_read(joined, data, sizeof(data), 0, &len), EACCES,
	      "it cannot be read");
	fails(join_as_other(handle, sink, 0640, &joined), EOPNOTSUPP,
	      "join one that may be read, of a service that only takes");
}

static void bounds(struct wwan_handle *handle)
{
	struct wwan_session *session = open_session(handle, "echo", 0);
	struct wwan_limits limits = { 0 };
	struct wwan_limits before;

	fails(wwan_session_set_limits(session, &limits), 0, "ask for the bounds");
	before = limits;
	limits = (struct wwan_limits) { .flags = WWAN_LIMITS_SET_RX, .rx_limit = 4095 };
	fails(wwan_session_set_limits(session, &limits), EINVAL, "set one that is too small");
	limits = (struct wwan_limits) {
		.flags = WWAN_LIMITS_SET_RX | WWAN_LIMITS_SET_TIMEOUT,
		.rx_limit = 65536,
		.tx_timeout_ms = 99,
	};
	fails(wwan_session_set_limits(session, &limits), EINVAL, "set a good one and a bad one");
	limits = (struct wwan_limits) { 0 };
	fails(wwan_session_set_limits(session, &limits), 0, "ask again");
	same(&limits, &before, sizeof(limits), "nothing was set");
	limits = (struct wwan_limits) { .flags = WWAN_LIMITS_SET_RX, .rx_limit = 65536 };
	fails(wwan_session_set_limits(session, &limits), 0, "set a good one");
	is(limits.rx_limit, 65536, "it is set");
	is(limits.tx_limit, before.tx_limit, "the others are not");
	fails(wwan_session_set_mode(session, 3), EINVAL, "set an unknown mode");
}

static int own_sessions(struct wwan_handle *handle)
{
	struct wwan_session_list *list;
	int count;

	if (wwan_enumerate_data_sessions(handle, 0, NULL, &list))
		return -1;
	count = list->count;
	wwan_free_memory(list);
	return count;
}

static void on_event(struct wwan_handle *handle, const struct wwan_notification *event,
		     void *context)
{
	(void)handle;
	(void)event;
	(void)context;
}

/* The kernel closes what a handle leaves; that takes its time, and every end is an event. */
static bool all_closed(struct wwan_handle *watcher)
{
	while (own_sessions(watcher) > 0) {
		if (wwan_dispatch(watcher, DEADLINE_MS))
			return false;
	}
	return !own_sessions(watcher);
}

int main(void)
{
	static void (* const scenarios[])(struct wwan_handle *handle) = {
		services, arguments, limits, modem_limit, directions, file_modes, bounds,
	};
	struct wwan_handle *watcher, *handle;
	size_t i;

	plan(54);
	watcher = open_handle();
	fails(wwan_register_notification(watcher, WWAN_NOTIFICATION_SOURCE_SESSION, on_event,
					 NULL, NULL, NULL), 0, "watch");
	for (i = 0; i < sizeof(scenarios) / sizeof(scenarios[0]); i++) {
		handle = open_handle();
		scenarios[i](handle);
		close_handle(handle);
		ok(all_closed(watcher), "the sessions end with their handle (%zu)", i);
	}
	close_handle(watcher);
	return done();
}
