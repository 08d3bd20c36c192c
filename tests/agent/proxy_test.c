// SPDX-License-Identifier: GPL-2.0-or-later
/* What keeps mbim-proxy awake, which is here this test. */
#include "test.h"

#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <libmbim-glib.h>

#include "proxy.h"

#define LONG_MS		5000

static gboolean late(gpointer data)
{
	*(bool *)data = true;
	return G_SOURCE_REMOVE;
}

/* Does somebody connect to @fd within @ms? */
static bool is_woken(int fd, unsigned int ms)
{
	bool over = false;
	guint deadline = g_timeout_add(ms, late, &over);
	int connection = -1;

	while (!over && connection < 0) {
		g_main_context_iteration(NULL, TRUE);
		connection = accept(fd, NULL, NULL);
	}
	if (connection < 0)
		return false;
	close(connection);
	g_source_remove(deadline);
	return true;
}

static int listen_as_proxy(void)
{
	static const char name[] = MBIM_PROXY_SOCKET_PATH;
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	socklen_t size = offsetof(struct sockaddr_un, sun_path) + 1 + sizeof(name) - 1;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	assert_true(fd >= 0);
	memcpy(address.sun_path + 1, name, sizeof(name) - 1);
	if (bind(fd, (struct sockaddr *)&address, size)) {
		close(fd);
		return -1;
	}
	assert_int_equal(listen(fd, 8), 0);
	return fd;
}

static void woken_while_expected(void **state)
{
	int fd = listen_as_proxy();

	(void)state;
	if (fd < 0)
		skip();	/* this machine has an mbim-proxy of its own */
	proxy_expect();
	proxy_expect();
	assert_true(is_woken(fd, LONG_MS));
	proxy_answered();
	assert_true(is_woken(fd, LONG_MS));
	proxy_answered();
	assert_false(is_woken(fd, 1000));
	proxy_expect();
	assert_true(is_woken(fd, LONG_MS));
	proxy_answered();
	close(fd);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(woken_while_expected),
};

test_main(tests)
