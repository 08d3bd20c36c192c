// SPDX-License-Identifier: GPL-2.0-or-later
/* Tells whoever started the agent that it is ready. */
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <glib.h>

#include "log.h"
#include "ready.h"

/* The protocol of sd_notify(3): one datagram to NOTIFY_SOCKET. */
static void tell_systemd(const char *text)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t length;
	int fd;

	if (!path)
		return;
	length = strlen(path);
	if ((*path != '/' && *path != '@') || length >= sizeof(address.sun_path)) {
		log_warning("NOTIFY_SOCKET \"%s\" is no usable address", path);
		return;
	}
	memcpy(address.sun_path, path, length);
	if (*path == '@')
		address.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || sendto(fd, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT,
			     (struct sockaddr *)&address,
			     offsetof(struct sockaddr_un, sun_path) + length) < 0)
		log_warning("cannot notify systemd: %m");
	if (fd >= 0)
		close(fd);
}

void ready_tell(int fd)
{
	static const char text[] = "ready\n";
	static bool told;

	tell_systemd("READY=1\nSTATUS=Bound, carries out requests");
	if (fd < 0 || told)
		return;
	told = true;
	if (write(fd, text, sizeof(text) - 1) != (ssize_t)sizeof(text) - 1)
		log_warning("cannot write to the file descriptor of --ready-fd: %m");
	close(fd);
}

void ready_tell_stopping(void)
{
	tell_systemd("STOPPING=1");
}
