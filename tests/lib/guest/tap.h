/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Test results in the Test Anything Protocol, for programs that run in a guest with the real
 * driver: one scenario a program, exit status 0 when all tests of the plan ran and passed.
 */
#ifndef TESTS_LIB_GUEST_TAP_H
#define TESTS_LIB_GUEST_TAP_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

#include "wwandss.h"

/* No wait of a test is longer; nothing in the guest should take a tenth of it. */
#define DEADLINE_MS	10000

void plan(unsigned int tests);
int done(void);
void bail(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

bool ok(bool passed, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* numbers, errors by their names, bytes */
bool is(uint64_t got, uint64_t want, const char *description);
bool fails(int got, int want, const char *description);
bool same(const void *got, const void *want, size_t len, const char *description);

/* The simulator's services, by name; a test cannot go on without them. */
struct wwan_handle *open_handle(void);
void find_service(struct wwan_handle *handle, const char *name, uint8_t uuid[WWAN_UUID_SIZE]);
struct wwan_session *open_session(struct wwan_handle *handle, const char *service,
				  uint32_t flags);
void close_handle(struct wwan_handle *handle);

#endif /* TESTS_LIB_GUEST_TAP_H */
