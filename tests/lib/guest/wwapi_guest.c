// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Windows' spelling, with a notification thread. Needs module, simulator and agent.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "tap.h"
#include "wwapi.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

/* What the callback has seen; guarded by lock. */
static struct {
	HANDLE handle;
	unsigned int opened, closed, overruns;
	GUID guid;
	DWORD source;
	bool elsewhere;
	DWORD inside_close, inside_register, inside_enumerate;
} seen;

static pthread_t main_thread;

struct nl_sock;
int nl_recvmsgs_default(struct nl_sock *socket);

static atomic_bool broken;

/* In place of libnl's: so that receiving fails once, for no reason that libnl would give. */
int nl_recvmsgs_default(struct nl_sock *socket)
{
	int (*receive)(struct nl_sock *socket);

	if (atomic_exchange(&broken, false))
		return -1;
	*(void **)&receive = dlsym(RTLD_NEXT, "nl_recvmsgs_default");
	return receive(socket);
}

static void callback(PWWAN_NOTIFICATION_DATA data, PVOID context)
{
	PWWAN_INTERFACE_INFO_LIST list;

	(void)context;
	pthread_mutex_lock(&lock);
	seen.guid = data->InterfaceGuid;
	seen.source = data->NotificationSource;
	seen.elsewhere = !pthread_equal(pthread_self(), main_thread);
	seen.inside_close = WwanCloseHandle(seen.handle, NULL);
	seen.inside_register = WwanRegisterNotification(seen.handle, 0, 0, NULL, NULL, NULL,
							NULL);
	seen.inside_enumerate = WwanEnumerateInterfaces(seen.handle, NULL, &list);
	if (!seen.inside_enumerate)
		WwanFreeMemory(list);
	seen.opened += data->NotificationCode == WWAN_EVENT_SESSION_OPENED;
	seen.closed += data->NotificationCode == WWAN_EVENT_SESSION_CLOSED;
	seen.overruns += data->NotificationCode == WWAN_EVENT_OVERRUN;
	pthread_cond_signal(&changed);
	pthread_mutex_unlock(&lock);
}

static bool wait_for(const unsigned int *count, unsigned int wanted)
{
	struct timespec end;
	int err = 0;

	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += DEADLINE_MS / 1000;
	pthread_mutex_lock(&lock);
	while (*count < wanted && !err)
		err = pthread_cond_timedwait(&changed, &lock, &end);
	pthread_mutex_unlock(&lock);
	return *count == wanted;
}

static void notified(struct wwan_handle *library)
{
	struct wwan_session *session = open_session(library, "echo", 0);
	DWORD previous = 99;

	ok(wait_for(&seen.opened, 1), "an open is notified");
	ok(seen.elsewhere, "in another thread");
	is(seen.source, WWAN_NOTIFICATION_SOURCE_SESSION, "of sessions");
	is(seen.guid.Data2, 0x6d62, "with the modem's GUID");
	is(seen.inside_close, ERROR_POSSIBLE_DEADLOCK, "closing the handle in the callback");
	is(seen.inside_register, ERROR_POSSIBLE_DEADLOCK, "registering in the callback");
	is(seen.inside_enumerate, ERROR_SUCCESS, "listing the modems in the callback");

	is(WwanRegisterNotification(seen.handle, WWAN_NOTIFICATION_SOURCE_NONE, 0, NULL, NULL,
				    NULL, &previous), ERROR_SUCCESS, "unregister");
	is(previous, WWAN_NOTIFICATION_SOURCE_ALL, "it was registered for all");
	fails(wwan_close_data_session_wait(library, 0, wwan_session_get_id(session), DEADLINE_MS,
					   NULL), 0, "close the session");
	is(WwanRegisterNotification(seen.handle, WWAN_NOTIFICATION_SOURCE_ALL, 1, callback,
				    NULL, NULL, &previous), ERROR_SUCCESS, "register again");
	is(previous, WWAN_NOTIFICATION_SOURCE_NONE, "in place of nothing");
	wwan_session_free(session);
	session = open_session(library, "echo", 0);
	ok(wait_for(&seen.opened, 2), "the next open is notified");
	is(seen.closed, 0, "the close before was not");
	wwan_session_free(session);

	atomic_store(&broken, true);
	session = open_session(library, "echo", 0);
	ok(wait_for(&seen.overruns, 1), "the driver cannot be heard: something was missed");
	is(seen.opened, 2, "such as an open");
	fails(wwan_close_data_session_wait(library, 0, wwan_session_get_id(session), DEADLINE_MS,
					   NULL), 0, "close the session");
	ok(wait_for(&seen.closed, 1), "its close is notified");
	wwan_session_free(session);
}

int main(void)
{
	PWWAN_INTERFACE_INFO_LIST list;
	struct wwan_handle *library;
	DWORD version = 0;

	plan(27);
	main_thread = pthread_self();
	is(WwanOpenHandle(7, NULL, &version, &seen.handle), ERROR_SUCCESS, "open");
	is(version, 1, "version 1 is what both know");
	is(WwanEnumerateInterfaces(seen.handle, NULL, &list), ERROR_SUCCESS, "list the modems");
	is(list->dwNumberOfItems, 1, "there is one");
	ok(!strncmp(list->InterfaceInfo[0].strInterfaceDescription, "wwan", 4), "it is %s",
	   list->InterfaceInfo[0].strInterfaceDescription);
	WwanFreeMemory(list);
	is(WwanRegisterNotification(seen.handle, WWAN_NOTIFICATION_SOURCE_ALL, 0, callback, NULL,
				    NULL, NULL), ERROR_SUCCESS, "register");
	is(WwanGetLibraryHandle(seen.handle, &library), ERROR_SUCCESS, "the library's handle");
	notified(library);
	is(WwanCloseHandle(seen.handle, NULL), ERROR_SUCCESS, "close");
	is(WwanCloseHandle(seen.handle, NULL), ERROR_INVALID_HANDLE, "close again");
	return done();
}
