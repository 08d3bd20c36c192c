// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The life of a session, by the functions that wait: find a modem and its services, open,
 * write, see the write complete, read the echo, close. Needs module, simulator and agent.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "tap.h"

#define SESSION_ID	9
#define MAX_DATAGRAM	2048

static void modem(struct wwan_handle *handle)
{
	struct wwan_interface_list *list;
	uint32_t size = 0;

	fails(wwan_enumerate_interfaces(handle, NULL, &list), 0, "list the modems");
	if (!is(list->count, 1, "there is one"))
		bail("not one modem");
	is(list->items[0].modem, 0, "it is dss0");
	ok(list->items[0].flags & WWAN_INTERFACE_PROBED, "it is probed");
	ok(!strncmp(list->items[0].ifname, "wwan", 4), "its netdev is %s",
	   list->items[0].ifname);
	ok(strchr(list->items[0].device, ':'), "its USB interface is %s", list->items[0].device);
	is(list->items[0].max_sessions, 16, "it has 16 sessions");
	is(list->items[0].max_datagram, MAX_DATAGRAM, "it takes 2048 bytes");
	wwan_free_memory(list);
	fails(wwan_get_max_data_size(handle, 0, &size), 0, "ask for the largest datagram");
	is(size, MAX_DATAGRAM, "the same");
	fails(wwan_get_max_command_size(handle, 0, &size), 0, "ask for the largest command");
	is(size, 4096, "4096 bytes");
}

static void services(struct wwan_handle *handle)
{
	struct wwan_service_list *list;
	struct wwan_service service;
	uint32_t i, found = 0;

	fails(wwan_enumerate_device_services(handle, 0, NULL, &list), 0, "list the services");
	for (i = 0; i < list->count; i++)
		found += !memcmp(list->items[i].uuid, "mbim-sim", 8);
	is(found, 5, "the simulator's five");
	wwan_free_memory(list);
	fails(wwan_find_device_service(handle, 0, "nmea", &service), 0, "find nmea");
	is(service.directions, WWAN_DIRECTION_IN, "it can be read only");
	is(service.max_instances, 2, "it has two instances");
	fails(wwan_find_device_service(handle, 0, "idle", &service), 0, "find idle");
	is(service.directions, 0, "it has no data session");
	is(service.cid_count, 4, "it has four commands");
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

static void open_named(struct wwan_handle *handle, struct wwan_session **session)
{
	struct wwan_open_args args = { .session = SESSION_ID };
	struct wwan_completion completion;
	uint64_t before = now_ns();
	bool is_open = true;

	find_service(handle, "echo", args.service);
	fails(wwan_is_data_session_open(handle, 0, SESSION_ID, &is_open), 0, "is 9 open?");
	ok(!is_open, "no");
	if (!fails(wwan_open_data_session_wait(handle, &args, DEADLINE_MS, &completion, session),
		   0, "open echo as session 9"))
		bail("it is not open");
	ok(completion.request_id, "the request had an id");
	is(completion.type, WWAN_REQUEST_OPEN, "the completion is of an open");
	is(completion.mbim_status, 0, "MBIM status success");
	is(completion.session, SESSION_ID, "session 9");
	ok(completion.time_ns >= before && completion.time_ns <= now_ns(),
	   "it ended while we waited");
	fails(wwan_is_data_session_open(handle, 0, SESSION_ID, &is_open), 0, "is 9 open?");
	ok(is_open, "yes");
	is(wwan_session_get_id(*session), SESSION_ID, "the object is of session 9");
	is(wwan_session_get_max_data_size(*session), MAX_DATAGRAM, "it takes 2048 bytes");
}

static void write_and_reap(struct wwan_session *session, const void *data, size_t len)
{
	struct wwan_completion completion;
	uint64_t request_id = 0;
	uint32_t count = 0;

	fails(wwan_session_write(session, data, len, 77, DEADLINE_MS, &request_id), 0, "write");
	ok(request_id, "the request has an id");
	fails(wwan_session_reap(session, &completion, 1, DEADLINE_MS, &count), 0, "reap");
	is(count, 1, "one completion");
	is(completion.type, WWAN_REQUEST_WRITE, "of a write");
	is(completion.request_id, request_id, "of this one");
	is(completion.user_data, 77, "with its user data");
	is(completion.count, 1, "of no other");
	is(completion.error, 0, "success");
	is(completion.bytes, len, "all bytes");
	fails(wwan_session_reap(session, &completion, 1, DEADLINE_MS, &count), EAGAIN,
	      "nothing else is under way");
}

static void echo(struct wwan_session *session, size_t len)
{
	uint8_t sent[MAX_DATAGRAM], got[MAX_DATAGRAM + 1];
	size_t i, got_len = 0;

	for (i = 0; i < len; i++)
		sent[i] = i * 7;
	write_and_reap(session, sent, len);
	fails(wwan_session_read(session, got, sizeof(got), DEADLINE_MS, &got_len), 0, "read");
	is(got_len, len, "as many bytes");
	same(got, sent, len, "the same bytes");
}

static void too_small_a_buffer(struct wwan_session *session)
{
	uint8_t got[8];
	size_t len = 0, readable = 0;

	write_and_reap(session, "12345678", 8);
	fails(wwan_session_read(session, got, 7, DEADLINE_MS, &len), EMSGSIZE,
	      "read with a buffer too small");
	fails(wwan_session_get_readable(session, &readable), 0, "how large is it?");
	is(readable, 8, "8 bytes");
	fails(wwan_session_read(session, got, 8, DEADLINE_MS, &len), 0, "read again");
	is(len, 8, "it is still there");
	same(got, "12345678", 8, "whole");
}

static void refusals(struct wwan_session *session)
{
	uint8_t data[MAX_DATAGRAM + 1] = { 0 };
	uint64_t request_id = 0;
	char text[100];
	size_t len;

	fails(wwan_session_write(session, data, sizeof(data), 0, 0, &request_id), EMSGSIZE,
	      "write one byte more than the modem takes");
	ok(strstr(wwan_session_strerror(session, EMSGSIZE, text, sizeof(text)), "2048 bytes"),
	   "the library says how much it takes");
	fails(wwan_session_write(session, data, 0, 0, 0, &request_id), EINVAL, "write nothing");
	is(request_id, 0, "no request was made");
	fails(wwan_session_cancel(session, 1), ENOENT, "cancel a write that has ended");
	fails(wwan_session_read(session, data, sizeof(data), 20, &len), ETIMEDOUT,
	      "read when nothing comes");
}

static void counters(struct wwan_session *session)
{
	struct wwan_session_info info;

	fails(wwan_session_get_info(session, &info), 0, "the counters");
	is(info.state, WWAN_SESSION_OPEN, "it is open");
	is(info.mode, WWAN_MODE_MESSAGE, "in message mode");
	is(info.tx_datagrams, 3, "3 sent");
	is(info.tx_bytes, 1 + MAX_DATAGRAM + 8, "of as many bytes");
	is(info.tx_errors, 0, "no errors");
	is(info.rx_datagrams, 3, "3 received");
	is(info.rx_bytes, info.tx_bytes, "of as many bytes");
	is(info.rx_lost + info.rx_backlog, 0, "none lost");
	is(info.rx_queued, 0, "none left");
}

static void close_it(struct wwan_handle *handle, struct wwan_session *session)
{
	struct wwan_completion completion;
	struct wwan_session *other;
	bool is_open = true;
	size_t len = 1;
	uint8_t data[8];

	write_and_reap(session, "last", 4);
	fails(wwan_close_data_session_wait(handle, 0, SESSION_ID, DEADLINE_MS, &completion), 0,
	      "close");
	is(completion.type, WWAN_REQUEST_CLOSE, "the completion is of a close");
	fails(wwan_is_data_session_open(handle, 0, SESSION_ID, &is_open), 0, "is 9 open?");
	ok(!is_open, "no");
	fails(wwan_session_write(session, "x", 1, 0, 0, NULL), ENOTCONN, "write");
	ok(!strcmp(wwan_strerror(ENOTCONN), "the session is not open"),
	   "the library says: the session is not open");
	fails(wwan_session_read(session, data, sizeof(data), DEADLINE_MS, &len), 0,
	      "read what came before");
	same(data, "last", 4, "it is there");
	fails(wwan_session_read(session, data, sizeof(data), DEADLINE_MS, &len), 0, "read");
	is(len, 0, "the end");
	fails(wwan_join_data_session(handle, 0, SESSION_ID, &other), ENOTCONN, "join it");
	fails(wwan_close_data_session_wait(handle, 0, SESSION_ID, DEADLINE_MS, &completion),
	      ENOTCONN, "close it again");
	is(completion.request_id, 0, "no request was made");
	wwan_session_free(session);
}

int main(void)
{
	struct wwan_session *session;
	struct wwan_handle *handle;

	plan(117);
	handle = open_handle();
	modem(handle);
	services(handle);
	open_named(handle, &session);
	echo(session, 1);
	echo(session, MAX_DATAGRAM);
	too_small_a_buffer(session);
	refusals(session);
	counters(session);
	close_it(handle, session);
	close_handle(handle);
	return done();
}
