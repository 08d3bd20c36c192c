// SPDX-License-Identifier: GPL-2.0-or-later
/* The mbim-proxy that is running: who it is, its end, and what keeps it awake. */
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <libmbim-glib.h>

#include "log.h"
#include "proxy.h"

#define WAKE_MS		500

static unsigned int expected;
static guint timer;

static int connect_to_proxy(void)
{
	static const char name[] = MBIM_PROXY_SOCKET_PATH;
	/* An abstract name: it begins with a zero byte and does not end with one. */
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	socklen_t size = offsetof(struct sockaddr_un, sun_path) + 1 + sizeof(name) - 1;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -1;
	memcpy(address.sun_path + 1, name, sizeof(name) - 1);
	if (!connect(fd, (struct sockaddr *)&address, size))
		return fd;
	close(fd);
	return -1;
}

bool proxy_end(void)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);
	bool ended = false;
	int fd = connect_to_proxy();

	if (fd < 0) {
		log_debug("there is no mbim-proxy: %m");
		return false;
	}
	/* Who listens. Anybody can take an abstract name: believe only one of our own. */
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size))
		log_warning("cannot find out which process mbim-proxy is: %m");
	else if (peer.pid <= 0 || peer.uid != geteuid())
		log_warning("mbim-proxy is a process of user %u, not ended", peer.uid);
	else if (kill(peer.pid, SIGTERM))
		log_warning("cannot end mbim-proxy, process %d: %m", peer.pid);
	else
		ended = true;
	close(fd);
	return ended;
}

static gboolean proxy_wake(gpointer data G_GNUC_UNUSED)
{
	int fd = connect_to_proxy();

	if (fd >= 0)
		close(fd);
	return G_SOURCE_CONTINUE;
}

void proxy_expect(void)
{
	if (!expected++)
		timer = g_timeout_add(WAKE_MS, proxy_wake, NULL);
}

void proxy_answered(void)
{
	if (!--expected)
		g_clear_handle_id(&timer, g_source_remove);
}
