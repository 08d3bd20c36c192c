// SPDX-License-Identifier: GPL-2.0-or-later
/* Values as text. */
#include <string.h>
#include <time.h>

#include "cli.h"

const char *modem_state(const struct wwan_interface *modem)
{
	return modem->flags & WWAN_INTERFACE_PROBED ? "ready" : "not probed";
}

const char *session_state(uint32_t state)
{
	static const char * const names[] = {
		[WWAN_SESSION_OPENING] = "opening",
		[WWAN_SESSION_OPEN] = "open",
		[WWAN_SESSION_CLOSING] = "closing",
		[WWAN_SESSION_CLOSED] = "closed",
		[WWAN_SESSION_GONE] = "gone",
	};

	return state < ARRAY_SIZE(names) && names[state] ? names[state] : "unknown";
}

const char *direction_name(uint32_t directions)
{
	static const char * const names[] = { "none", "out", "in", "both" };

	return directions < ARRAY_SIZE(names) ? names[directions] : "unknown";
}

/* The service's name when the agent gave it one, its UUID otherwise. */
const char *service_name(struct wwan_handle *handle, uint32_t modem,
			 const uint8_t uuid[WWAN_UUID_SIZE], char *text, size_t size)
{
	char uuid_text[WWAN_UUID_STRING_SIZE];
	struct wwan_service service;
	const char *name;

	name = wwan_format_uuid(uuid, uuid_text);
	if (!wwan_find_device_service(handle, modem, uuid_text, &service) && service.name[0])
		name = service.name;
	snprintf(text, size, "%s", name);
	return text;
}

/* The time of day, local, with microseconds: "2026-01-31 12:00:00.123456". */
const char *clock_text(char *text, size_t size)
{
	struct timespec now;
	struct tm tm;
	size_t len;

	clock_gettime(CLOCK_REALTIME, &now);
	localtime_r(&now.tv_sec, &tm);
	len = strftime(text, size, "%Y-%m-%d %H:%M:%S", &tm);
	snprintf(text + len, size - len, ".%06ld", now.tv_nsec / 1000);
	return text;
}
