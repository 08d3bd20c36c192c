/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The handle functions of libwwandss in Windows' spelling, for programs that are ported.
 *
 * They behave as Microsoft documents the WWAN and, where it is silent, the WLAN handle
 * functions: Win32 error codes; ERROR_INVALID_PARAMETER for a reserved argument that is not
 * NULL and for a missing out pointer; ERROR_INVALID_HANDLE for a handle that was closed;
 * notifications in a thread of the library's own, one for each handle that registered. They
 * may be called from any thread.
 *
 * Sessions have no handle functions on Windows. Use those of wwandss.h, on the handle that
 * WwanGetLibraryHandle() gives.
 *
 * Texts are char and UTF-8, not WCHAR.
 */
#ifndef WWAPI_H
#define WWAPI_H

#include "wwandss.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Define it when another header has Windows' types already. */
#ifndef WWAPI_NO_TYPES
typedef uint32_t DWORD, *PDWORD;
typedef int32_t BOOL;
typedef void *PVOID, *HANDLE, **PHANDLE;
typedef struct GUID {
	uint32_t Data1;
	uint16_t Data2;
	uint16_t Data3;
	uint8_t Data4[8];
} GUID;
#endif

/* Define it when another header has Windows' error codes already. */
#ifndef WWAPI_NO_ERRORS
#define ERROR_SUCCESS				0
#define ERROR_ACCESS_DENIED			5
#define ERROR_INVALID_HANDLE			6
#define ERROR_NOT_ENOUGH_MEMORY			8
#define ERROR_NOT_READY				21
#define ERROR_GEN_FAILURE			31
#define ERROR_NOT_SUPPORTED			50
#define ERROR_TOO_MANY_SESS			69
#define ERROR_INVALID_PARAMETER			87
#define ERROR_OPEN_FAILED			110
#define ERROR_BUFFER_OVERFLOW			111
#define ERROR_BUSY				170
#define ERROR_SERVICE_NOT_ACTIVE		1062
#define ERROR_POSSIBLE_DEADLOCK			1131
#define ERROR_DEVICE_NOT_CONNECTED		1167
#define ERROR_NOT_FOUND				1168
#define ERROR_REMOTE_SESSION_LIMIT_EXCEEDED	1220
#define ERROR_CANCELLED				1223
#define ERROR_TIMEOUT				1460
#endif

/** Most handles of a process at a time. */
#define WWAPI_HANDLES_MAX	64

/** One modem. */
typedef struct WWAN_INTERFACE_INFO {
	/** Names the modem while it is there; Data1 is its number. */
	GUID InterfaceGuid;
	/** Its network device and its USB interface: "wwan0 (1-2:1.0)". */
	char strInterfaceDescription[64];
	/** Its number, for the functions of wwandss.h. */
	DWORD dwModem;
	/** Bits of enum wwan_interface_flag. */
	DWORD dwFlags;
} WWAN_INTERFACE_INFO, *PWWAN_INTERFACE_INFO;

/** What WwanEnumerateInterfaces() gives, for WwanFreeMemory(). */
typedef struct WWAN_INTERFACE_INFO_LIST {
	DWORD dwNumberOfItems;
	DWORD dwReserved;
	WWAN_INTERFACE_INFO InterfaceInfo[];
} WWAN_INTERFACE_INFO_LIST, *PWWAN_INTERFACE_INFO_LIST;

/** What a notification callback gets; valid during the call. */
typedef struct WWAN_NOTIFICATION_DATA {
	/** Bit of enum wwan_notification_source. */
	DWORD NotificationSource;
	/** One of enum wwan_event. Arrival is WWAN_EVENT_MODEM_ADDED. */
	DWORD NotificationCode;
	/** The modem it is about; all zero when it is about none. */
	GUID InterfaceGuid;
	/** Bytes at pData. */
	DWORD dwDataSize;
	/** A struct wwan_notification. */
	PVOID pData;
} WWAN_NOTIFICATION_DATA, *PWWAN_NOTIFICATION_DATA;

typedef void (*WWAN_NOTIFICATION_CALLBACK)(PWWAN_NOTIFICATION_DATA pData, PVOID pContext);

/**
 * WwanOpenHandle() - see wwan_open_handle()
 *
 * Returns: ERROR_SUCCESS; ERROR_INVALID_PARAMETER; ERROR_NOT_ENOUGH_MEMORY;
 * ERROR_NOT_SUPPORTED: no common version; ERROR_ACCESS_DENIED; ERROR_SERVICE_NOT_ACTIVE: the
 * driver is not loaded; ERROR_REMOTE_SESSION_LIMIT_EXCEEDED: too many handles.
 */
DWORD WwanOpenHandle(DWORD dwClientVersion, PVOID pReserved, PDWORD pdwNegotiatedVersion,
		     PHANDLE phClientHandle);

/**
 * WwanCloseHandle() - see wwan_close_handle()
 *
 * Waits for a notification callback that is running, and discards those that are due.
 *
 * Returns: ERROR_SUCCESS; ERROR_INVALID_PARAMETER; ERROR_INVALID_HANDLE;
 * ERROR_POSSIBLE_DEADLOCK: called from a callback of this handle, also one that
 * wwan_dispatch() runs; the handle stays.
 */
DWORD WwanCloseHandle(HANDLE hClientHandle, PVOID pReserved);

/** WwanEnumerateInterfaces() - see wwan_enumerate_interfaces() */
DWORD WwanEnumerateInterfaces(HANDLE hClientHandle, PDWORD pdwReserved,
			      PWWAN_INTERFACE_INFO_LIST *ppInterfaceList);

/** WwanFreeMemory() - free what these functions allocated; NULL is fine */
void WwanFreeMemory(PVOID pMemory);

/**
 * WwanRegisterNotification() - see wwan_register_notification()
 * @hClientHandle: the handle
 * @dwNotifSource: bits of enum wwan_notification_source; NONE unregisters
 * @bIgnoreDuplicate: whether a notification equal to the one before it is left out
 * @funcCallback: called in the handle's own thread
 * @pCallbackContext: for it
 * @pReserved: NULL
 * @pdwPrevNotifSource: out, the sources of the registration that this one replaces; may be NULL
 *
 * When it returns, the callback of the former registration is not running and will not be
 * called again. If the driver could not be heard for a while, WWAN_EVENT_OVERRUN tells when it
 * can be again, whatever the sources: look at what there is anew.
 *
 * Returns: as WwanCloseHandle(), ERROR_POSSIBLE_DEADLOCK only from a notification callback;
 * ERROR_SERVICE_NOT_ACTIVE.
 */
DWORD WwanRegisterNotification(HANDLE hClientHandle, DWORD dwNotifSource, BOOL bIgnoreDuplicate,
			       WWAN_NOTIFICATION_CALLBACK funcCallback, PVOID pCallbackContext,
			       PVOID pReserved, PDWORD pdwPrevNotifSource);

/**
 * WwanGetLibraryHandle() - the handle of wwandss.h behind this one
 * @hClientHandle: the handle
 * @ppHandle: out; goes with @hClientHandle. It is for one thread at a time, see wwandss.h, and
 *	WwanEnumerateInterfaces() uses it, too
 */
DWORD WwanGetLibraryHandle(HANDLE hClientHandle, struct wwan_handle **ppHandle);

/** WwanErrorCode() - the Win32 error for an errno value of wwandss.h */
DWORD WwanErrorCode(int error);

#ifdef __cplusplus
}
#endif

#endif /* WWAPI_H */
