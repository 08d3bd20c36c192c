// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Plugging a device into the kernel's virtual host controller: one end of a
 * socketpair is handed over by a write to its sysfs file.
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "vhci.h"

#define VHCI		"/sys/devices/platform/vhci_hcd.0"
#define SPEED_HIGH	3
#define SPEED_SUPER	5
#define PORT_FREE	4	/* VDEV_ST_NULL in the status file */

/* Room for many transfers in flight: a batch is worth more than a wakeup. */
#define SOCKET_BUFFER	(4 * 1024 * 1024)
/* The kernel's receiver never waits for us, so a send ends soon. */
#define SEND_TIMEOUT_S	10

/*
 * Finds the first free port of the wanted speed in
 * "hub port sta spd dev sockfd local_busid" lines, e.g. "hs  0000 004 000 ...".
 */
static int find_port(bool super)
{
	char line[160], hub[8];
	unsigned int port, state;
	int found = -EBUSY;
	FILE *file = fopen(VHCI "/status", "re");

	if (!file)
		return -errno;
	while (found < 0 && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%7s %u %u", hub, &port, &state) == 3 &&
		    !strcmp(hub, super ? "ss" : "hs") && state == PORT_FREE)
			found = port;
	}
	fclose(file);
	return found;
}

/* The number that a port has on its root hub: from 1, high and super speed each */
static int root_hub_port(int port, bool super)
{
	char line[160], hub[8];
	unsigned int number;
	int first = -1;
	FILE *file = fopen(VHCI "/status", "re");

	if (!file)
		return -errno;
	while (first < 0 && fgets(line, sizeof(line), file))
		if (sscanf(line, "%7s %u", hub, &number) == 2 && !strcmp(hub, super ? "ss" : "hs"))
			first = number;
	fclose(file);
	return first < 0 || port < first ? -EINVAL : port - first + 1;
}

static bool is_speed(const char *root_hub, bool super)
{
	char path[200];
	unsigned int mbps = 0;
	FILE *file;

	snprintf(path, sizeof(path), "%s/speed", root_hub);
	file = fopen(path, "re");
	if (!file)
		return false;
	if (fscanf(file, "%u", &mbps) != 1)
		mbps = 0;
	fclose(file);
	return super == (mbps >= 5000);
}

/*
 * Is the device before us still there? The kernel frees a port first and removes the device then.
 * What it unlinks meanwhile would be asked of us, who know nothing of it, and never come back.
 */
static bool is_leaving(int port, bool super)
{
	int root_port = root_hub_port(port, super);
	char path[200];
	glob_t hubs;
	bool leaving = false;

	if (root_port < 0 || glob(VHCI "/usb*", 0, NULL, &hubs))
		return false;
	for (size_t i = 0; i < hubs.gl_pathc; i++) {
		const char *bus = hubs.gl_pathv[i] + strlen(VHCI "/usb");

		snprintf(path, sizeof(path), "%s/%s-%d", hubs.gl_pathv[i], bus, root_port);
		if (is_speed(hubs.gl_pathv[i], super) && !access(path, F_OK))
			leaving = true;
	}
	globfree(&hubs);
	return leaving;
}

static int write_attach(int port, int fd, bool super)
{
	/* devid: bus 1, device 1 + port, as a USB/IP server would number them */
	uint32_t devid = 1u << 16 | (port + 1);
	char line[64];
	int len = snprintf(line, sizeof(line), "%d %d %u %d", port, fd, devid,
			   super ? SPEED_SUPER : SPEED_HIGH);
	int attach = open(VHCI "/attach", O_WRONLY | O_CLOEXEC);
	int ret = 0;

	if (attach < 0)
		return -errno;
	if (write(attach, line, len) != len)
		ret = -errno;
	close(attach);
	return ret;
}

static void size_socket(int fd)
{
	struct timeval timeout = { .tv_sec = SEND_TIMEOUT_S };
	int size = SOCKET_BUFFER;

	/* Only speed depends on the sizes, so a refusal is no error. */
	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout));
}

static long long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

/* A port just left is free only when the kernel has torn the old device down. */
static int attach_retrying(int fd, int *port, bool super, unsigned int deadline_ms)
{
	const struct timespec pause = { .tv_nsec = 5000000 };
	long long deadline = now_ms() + deadline_ms;

	for (;;) {
		int chosen = *port >= 0 ? *port : find_port(super);
		int ret = chosen;

		if (chosen >= 0)
			ret = is_leaving(chosen, super) ? -EBUSY : write_attach(chosen, fd, super);
		if (!ret)
			*port = chosen;
		if (ret != -EBUSY || now_ms() >= deadline)
			return ret;
		nanosleep(&pause, NULL);
	}
}

static void describe_attach(int err, int port, char *error, size_t size)
{
	switch (err) {
	case -ENOENT:
		snprintf(error, size, "%s is missing: load the module vhci_hcd", VHCI);
		break;
	case -EACCES:
	case -EPERM:
		snprintf(error, size, "%s/attach: root is needed", VHCI);
		break;
	case -EBUSY:
		if (port < 0)
			snprintf(error, size, "no free port on vhci_hcd.0");
		else
			snprintf(error, size, "port %d of vhci_hcd.0 is in use", port);
		break;
	case -EINVAL:
		snprintf(error, size, "vhci_hcd.0 has no port %d", port);
		break;
	default:
		snprintf(error, size, "%s/attach: %s", VHCI, strerror(-err));
	}
}

int vhci_attach(int *port, bool super, unsigned int deadline_ms, char *error,
		size_t error_size)
{
	int fds[2], ret;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds)) {
		ret = -errno;
		snprintf(error, error_size, "socketpair: %s", strerror(errno));
		return ret;
	}
	size_socket(fds[0]);
	size_socket(fds[1]);
	ret = attach_retrying(fds[1], port, super, deadline_ms);
	close(fds[1]);		/* the kernel has its own reference */
	if (ret) {
		close(fds[0]);
		describe_attach(ret, *port, error, error_size);
		return ret;
	}
	return fds[0];
}
