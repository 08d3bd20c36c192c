// SPDX-License-Identifier: GPL-2.0-or-later
#define _GNU_SOURCE
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tap.h"

static unsigned int planned, ran, failed;

void plan(unsigned int tests)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	planned = tests;
	printf("1..%u\n", tests);
}

int done(void)
{
	if (ran != planned)
		printf("# planned %u tests, but ran %u\n", planned, ran);
	return failed || ran != planned;
}

void bail(const char *format, ...)
{
	va_list args;

	printf("not ok %u - ", ++ran);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n# the rest of the test needs this\n");
	exit(1);
}

static bool result(bool passed, const char *description)
{
	ran++;
	if (!passed)
		failed++;
	printf("%sok %u - %s\n", passed ? "" : "not ", ran, description);
	return passed;
}

bool ok(bool passed, const char *format, ...)
{
	char description[200];
	va_list args;

	va_start(args, format);
	vsnprintf(description, sizeof(description), format, args);
	va_end(args);
	return result(passed, description);
}

bool is(uint64_t got, uint64_t want, const char *description)
{
	if (!result(got == want, description))
		printf("#      got: %" PRIu64 "\n# expected: %" PRIu64 "\n", got, want);
	return got == want;
}

static const char *name(int err)
{
	const char *text = strerrorname_np(err);

	return text ? text : "an unknown error";
}

bool fails(int got, int want, const char *description)
{
	if (!result(got == want, description))
		printf("#      got: %s\n# expected: %s\n", name(got), name(want));
	return got == want;
}

bool same(const void *got, const void *want, size_t len, const char *description)
{
	const uint8_t *g = got, *w = want;
	size_t i;

	for (i = 0; i < len && g[i] == w[i]; i++)
		;
	if (!result(i == len, description))
		printf("# byte %zu of %zu is %02x, expected %02x\n", i, len, g[i], w[i]);
	return i == len;
}

struct wwan_handle *open_handle(void)
{
	struct wwan_handle *handle;
	int err;

	err = wwan_open_handle(WWAN_VERSION, NULL, NULL, &handle);
	if (err)
		bail("a handle: %s", name(err));
	return handle;
}

void find_service(struct wwan_handle *handle, const char *service, uint8_t uuid[WWAN_UUID_SIZE])
{
	struct wwan_service found;
	int err;

	err = wwan_find_device_service(handle, 0, service, &found);
	if (err)
		bail("service %s: %s", service, name(err));
	memcpy(uuid, found.uuid, WWAN_UUID_SIZE);
}

struct wwan_session *open_session(struct wwan_handle *handle, const char *service, uint32_t flags)
{
	struct wwan_open_args args = { .session = WWAN_SESSION_ANY, .flags = flags };
	struct wwan_session *session;
	int err;

	find_service(handle, service, args.service);
	err = wwan_open_data_session_wait(handle, &args, DEADLINE_MS, NULL, &session);
	if (err)
		bail("a session of %s: %s", service, name(err));
	return session;
}

void close_handle(struct wwan_handle *handle)
{
	int err;

	err = wwan_close_handle(handle, NULL);
	if (err)
		bail("closing the handle: %s", name(err));
}
