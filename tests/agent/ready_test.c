// SPDX-License-Identifier: GPL-2.0-or-later
/* How systemd and scripts are told that the agent is ready. */
#include "test.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <glib.h>
#include <glib/gstdio.h>

#include "ready.h"

/* A socket as systemd has it. @path: "@..." is an abstract one */
static int listen_at(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	socklen_t size = offsetof(struct sockaddr_un, sun_path) + strlen(path);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);

	assert_true(fd >= 0);
	memcpy(address.sun_path, path, strlen(path));
	if (*path == '@')
		address.sun_path[0] = '\0';
	assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
	assert_int_equal(setenv("NOTIFY_SOCKET", path, 1), 0);
	return fd;
}

/* The datagram that waits in @fd must begin with @text. */
static void assert_told(int fd, const char *text)
{
	char got[256] = "";

	assert_true(recv(fd, got, sizeof(got) - 1, 0) > 0);
	assert_true(g_str_has_prefix(got, text));
}

static void systemd_at_a_path(void **state)
{
	g_autofree char *dir = g_dir_make_tmp("readyXXXXXX", NULL);
	g_autofree char *path = g_build_filename(dir, "notify", NULL);
	int fd = listen_at(path);

	(void)state;
	ready_tell(-1);
	assert_told(fd, "READY=1\n");
	ready_tell_stopping();
	assert_told(fd, "STOPPING=1");
	close(fd);
	g_unlink(path);
	g_rmdir(dir);
}

static void systemd_at_an_abstract_name(void **state)
{
	g_autofree char *name = g_strdup_printf("@mbim-dssd-test-%d", getpid());
	int fd = listen_at(name);

	(void)state;
	ready_tell(-1);
	assert_told(fd, "READY=1\n");
	close(fd);
}

/* Nothing to be told to, or nothing that can be: a line in the log at most. */
static void addresses_that_are_none(void **state)
{
	g_autofree char *long_path = g_strnfill(200, '/');
	const char * const paths[] = { "", "relative", long_path, "/nonexistent/notify" };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(paths); i++) {
		assert_int_equal(setenv("NOTIFY_SOCKET", paths[i], 1), 0);
		ready_tell_stopping();
	}
	unsetenv("NOTIFY_SOCKET");
	ready_tell_stopping();
}

static void descriptor_gets_one_line_once(void **state)
{
	char got[64] = "";
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	ready_tell(fds[1]);
	assert_int_equal(read(fds[0], got, sizeof(got)), strlen("ready\n"));
	assert_string_equal(got, "ready\n");
	/* closed: the reader sees the end; bound again, nothing is written anywhere */
	assert_int_equal(read(fds[0], got, sizeof(got)), 0);
	ready_tell(fds[1]);
	close(fds[0]);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(systemd_at_a_path),
	cmocka_unit_test(systemd_at_an_abstract_name),
	cmocka_unit_test(addresses_that_are_none),
	cmocka_unit_test(descriptor_gets_one_line_once),
};

test_main(tests)
