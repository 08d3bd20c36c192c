// SPDX-License-Identifier: LGPL-2.1-or-later
/* Windows' spelling: handles that can be checked, and their functions. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "listener.h"
#include "wwapi.h"

/*
 * A handle of a caller. The table has a reference while it is open, and every function one
 * while it runs; the last frees it. A callback may make calls while another thread, which
 * registers or closes, waits for that callback: hence two locks.
 */
struct client {
	unsigned int references;	/* guarded by table_lock */
	pthread_mutex_t calls_lock;	/* guards calls */
	struct wwan_handle *calls;
	pthread_mutex_t listener_lock;	/* guards listener and closed */
	struct listener *listener;
	bool closed;
};

/* In the thread of a listener: whose callbacks run here. */
static _Thread_local const struct client *inside;

/*
 * A HANDLE is a place in the table and the number of times that the place was used, so that
 * one which was closed is known for what it is.
 */
struct place {
	struct client *client;
	uintptr_t uses;
};

static pthread_mutex_t table_lock = PTHREAD_MUTEX_INITIALIZER;
static struct place table[WWAPI_HANDLES_MAX];

WWAN_API DWORD WwanErrorCode(int error)
{
	switch (error) {
	case 0:
		return ERROR_SUCCESS;
	case EACCES:
	case EPERM:
		return ERROR_ACCESS_DENIED;
	case EAGAIN:
		return ERROR_NOT_READY;
	case EBUSY:
		return ERROR_BUSY;
	case ECANCELED:
		return ERROR_CANCELLED;
	case ECONNREFUSED:
	case ECONNRESET:
	case ENXIO:
		return ERROR_SERVICE_NOT_ACTIVE;
	case EDEADLK:
		return ERROR_POSSIBLE_DEADLOCK;
	case EINVAL:
		return ERROR_INVALID_PARAMETER;
	case EMSGSIZE:
		return ERROR_BUFFER_OVERFLOW;
	case ENODEV:
		return ERROR_DEVICE_NOT_CONNECTED;
	case ENOENT:
		return ERROR_NOT_FOUND;
	case ENOMEM:
		return ERROR_NOT_ENOUGH_MEMORY;
	case ENOTCONN:
		return ERROR_OPEN_FAILED;
	case EOPNOTSUPP:
	case EPROTONOSUPPORT:
		return ERROR_NOT_SUPPORTED;
	case ETIMEDOUT:
		return ERROR_TIMEOUT;
	case EUSERS:
		return ERROR_TOO_MANY_SESS;
	case EMFILE:
	case ENFILE:
		return ERROR_REMOTE_SESSION_LIMIT_EXCEEDED;
	default:
		return ERROR_GEN_FAILURE;
	}
}

static GUID modem_guid(uint32_t modem)
{
	GUID guid = { .Data1 = modem, .Data2 = 0x6d62, .Data3 = 0x8d69 };

	memcpy(guid.Data4, "\x80-dss---", sizeof(guid.Data4));
	return guid;
}

/*
 * The table
 */

static HANDLE handle_at(unsigned int i)
{
	return (HANDLE)(table[i].uses * WWAPI_HANDLES_MAX + i);
}

/* NULL: the table is full. */
static HANDLE table_add(struct client *client)
{
	HANDLE handle = NULL;
	unsigned int i;

	pthread_mutex_lock(&table_lock);
	for (i = 0; i < WWAPI_HANDLES_MAX && table[i].client; i++)
		;
	if (i < WWAPI_HANDLES_MAX) {
		table[i].client = client;
		/* Never 0, so that no handle is NULL. */
		table[i].uses++;
		client->references = 1;
		handle = handle_at(i);
	}
	pthread_mutex_unlock(&table_lock);
	return handle;
}

static struct client *client_get(HANDLE handle)
{
	unsigned int i = (uintptr_t)handle % WWAPI_HANDLES_MAX;
	struct client *client = NULL;

	pthread_mutex_lock(&table_lock);
	if (table[i].client && handle_at(i) == handle) {
		client = table[i].client;
		client->references++;
	}
	pthread_mutex_unlock(&table_lock);
	return client;
}

/* The one who takes it out of the table closes it. */
static bool table_remove(HANDLE handle, struct client *client)
{
	unsigned int i = (uintptr_t)handle % WWAPI_HANDLES_MAX;
	bool removed;

	pthread_mutex_lock(&table_lock);
	removed = table[i].client == client && handle_at(i) == handle;
	if (removed)
		table[i].client = NULL;
	pthread_mutex_unlock(&table_lock);
	return removed;
}

static void client_free(struct client *client)
{
	if (client->listener)
		listener_free(client->listener);
	wwan_close_handle(client->calls, NULL);
	pthread_mutex_destroy(&client->listener_lock);
	pthread_mutex_destroy(&client->calls_lock);
	free(client);
}

static void client_drop(struct client *client, unsigned int references)
{
	bool last;

	pthread_mutex_lock(&table_lock);
	client->references -= references;
	last = !client->references;
	pthread_mutex_unlock(&table_lock);
	if (last)
		client_free(client);
}

static void client_put(struct client *client)
{
	client_drop(client, 1);
}

/*
 * The functions
 */

WWAN_API DWORD WwanOpenHandle(DWORD dwClientVersion, PVOID pReserved,
			      PDWORD pdwNegotiatedVersion, PHANDLE phClientHandle)
{
	struct client *client;
	int err;

	if (pReserved || !pdwNegotiatedVersion || !phClientHandle)
		return ERROR_INVALID_PARAMETER;
	client = calloc(1, sizeof(*client));
	if (!client)
		return ERROR_NOT_ENOUGH_MEMORY;
	err = wwan_open_handle(dwClientVersion, NULL, pdwNegotiatedVersion, &client->calls);
	if (err) {
		free(client);
		return WwanErrorCode(err);
	}
	pthread_mutex_init(&client->calls_lock, NULL);
	pthread_mutex_init(&client->listener_lock, NULL);
	*phClientHandle = table_add(client);
	if (!*phClientHandle) {
		client_free(client);
		return ERROR_REMOTE_SESSION_LIMIT_EXCEEDED;
	}
	return ERROR_SUCCESS;
}

static void stop_listening(struct client *client)
{
	pthread_mutex_lock(&client->listener_lock);
	client->closed = true;
	if (client->listener)
		listener_free(client->listener);
	client->listener = NULL;
	pthread_mutex_unlock(&client->listener_lock);
}

/* From a callback, of either kind, it could not be freed: it stays. */
static DWORD close_client(HANDLE handle, struct client *client)
{
	if (inside == client || client->calls->dispatching)
		return ERROR_POSSIBLE_DEADLOCK;
	if (!table_remove(handle, client))
		return ERROR_INVALID_HANDLE;
	stop_listening(client);
	return ERROR_SUCCESS;
}

WWAN_API DWORD WwanCloseHandle(HANDLE hClientHandle, PVOID pReserved)
{
	struct client *client;
	DWORD result;

	if (pReserved)
		return ERROR_INVALID_PARAMETER;
	client = client_get(hClientHandle);
	if (!client)
		return ERROR_INVALID_HANDLE;
	result = close_client(hClientHandle, client);
	/* ours, and that of the table it is no longer in */
	client_drop(client, result ? 1 : 2);
	return result;
}

static DWORD copy_list(const struct wwan_interface_list *from, PWWAN_INTERFACE_INFO_LIST *to)
{
	PWWAN_INTERFACE_INFO_LIST list;
	PWWAN_INTERFACE_INFO info;
	uint32_t i;

	list = calloc(1, sizeof(*list) + from->count * sizeof(list->InterfaceInfo[0]));
	if (!list)
		return ERROR_NOT_ENOUGH_MEMORY;
	list->dwNumberOfItems = from->count;
	for (i = 0; i < from->count; i++) {
		info = &list->InterfaceInfo[i];
		info->InterfaceGuid = modem_guid(from->items[i].modem);
		info->dwModem = from->items[i].modem;
		info->dwFlags = from->items[i].flags;
		snprintf(info->strInterfaceDescription, sizeof(info->strInterfaceDescription),
			 "%s (%s)", from->items[i].ifname, from->items[i].device);
	}
	*to = list;
	return ERROR_SUCCESS;
}

WWAN_API DWORD WwanEnumerateInterfaces(HANDLE hClientHandle, PDWORD pdwReserved,
				       PWWAN_INTERFACE_INFO_LIST *ppInterfaceList)
{
	struct wwan_interface_list *list;
	struct client *client;
	DWORD result;

	if (pdwReserved || !ppInterfaceList)
		return ERROR_INVALID_PARAMETER;
	client = client_get(hClientHandle);
	if (!client)
		return ERROR_INVALID_HANDLE;
	pthread_mutex_lock(&client->calls_lock);
	result = WwanErrorCode(wwan_enumerate_interfaces(client->calls, NULL, &list));
	pthread_mutex_unlock(&client->calls_lock);
	client_put(client);
	if (result)
		return result;
	result = copy_list(list, ppInterfaceList);
	wwan_free_memory(list);
	return result;
}

WWAN_API void WwanFreeMemory(PVOID pMemory)
{
	free(pMemory);
}

static void give(const struct wwan_notification *notification, const struct listener_target *to)
{
	WWAN_NOTIFICATION_CALLBACK callback = (WWAN_NOTIFICATION_CALLBACK)to->callback;
	struct wwan_notification copy = *notification;
	WWAN_NOTIFICATION_DATA data = {
		.NotificationSource = copy.source,
		.NotificationCode = copy.event,
		.dwDataSize = sizeof(copy),
		.pData = &copy,
	};

	inside = to->owner;
	if (copy.valid & WWAN_NOTIFICATION_MODEM)
		data.InterfaceGuid = modem_guid(copy.modem);
	callback(&data, to->context);
}

static DWORD register_client(struct client *client, const struct listener_target *target,
			     uint32_t sources, PDWORD previous)
{
	int err;

	if (client->closed)
		return ERROR_INVALID_HANDLE;
	if (!client->listener) {
		err = listener_new(&client->listener);
		if (err)
			return WwanErrorCode(err);
	}
	return WwanErrorCode(listener_set(client->listener, target, sources, previous));
}

WWAN_API DWORD WwanRegisterNotification(HANDLE hClientHandle, DWORD dwNotifSource,
					BOOL bIgnoreDuplicate,
					WWAN_NOTIFICATION_CALLBACK funcCallback,
					PVOID pCallbackContext, PVOID pReserved,
					PDWORD pdwPrevNotifSource)
{
	struct listener_target target = {
		.give = give,
		.callback = (void (*)(void))funcCallback,
		.context = pCallbackContext,
		.ignore_duplicate = bIgnoreDuplicate,
	};
	struct client *client;
	DWORD result = ERROR_POSSIBLE_DEADLOCK;

	if (pReserved || (dwNotifSource && !funcCallback))
		return ERROR_INVALID_PARAMETER;
	client = client_get(hClientHandle);
	if (!client)
		return ERROR_INVALID_HANDLE;
	target.owner = client;
	if (inside != client) {
		pthread_mutex_lock(&client->listener_lock);
		result = register_client(client, &target, dwNotifSource, pdwPrevNotifSource);
		pthread_mutex_unlock(&client->listener_lock);
	}
	client_put(client);
	return result;
}

WWAN_API DWORD WwanGetLibraryHandle(HANDLE hClientHandle, struct wwan_handle **ppHandle)
{
	struct client *client;

	if (!ppHandle)
		return ERROR_INVALID_PARAMETER;
	client = client_get(hClientHandle);
	if (!client)
		return ERROR_INVALID_HANDLE;
	*ppHandle = client->calls;
	client_put(client);
	return ERROR_SUCCESS;
}
