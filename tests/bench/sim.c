// SPDX-License-Identifier: GPL-2.0-or-later
/* The simulator's control socket: its counters say what the modem has received. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "bench.h"

#define SOCKET_PATH	"/run/mbim-sim.sock"
#define SETTLE_STEP_US	200
/* Longer than any timer between a packet socket and the pipe. */
#define SETTLE_STEPS	500

static int connection(void)
{
	static int fd = -1;
	static pid_t owner;
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = SOCKET_PATH };

	/* a child has its own */
	if (fd >= 0 && owner == getpid())
		return fd;
	owner = getpid();
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)))
		die("%s: %s", SOCKET_PATH, strerror(errno));
	return fd;
}

static void read_line(int fd, char *line, size_t size)
{
	size_t len = 0;

	while (!memchr(line, '\n', len)) {
		ssize_t n = len + 1 < size ? read(fd, line + len, size - 1 - len) : 0;

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			die("the simulator's answer: %s", n ? strerror(errno) : "cut off");
		len += n;
	}
	line[len] = 0;
}

void sim_command(char *answer, size_t size, const char *format, ...)
{
	int fd = connection(), len;
	char line[200];
	va_list args;

	va_start(args, format);
	len = vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (write(fd, line, len) != len)
		die("the simulator: %s", strerror(errno));
	read_line(fd, answer, size);
	if (!strstr(answer, "\"ok\":true"))
		die("the simulator: %.*s: %s", len - 1, line, answer);
}

static uint64_t number(const char *answer, const char *name)
{
	char key[64];
	const char *at;

	snprintf(key, sizeof(key), "\"%s\":", name);
	at = strstr(answer, key);
	if (!at)
		die("the simulator tells no %s", name);
	return strtoull(at + strlen(key), NULL, 10);
}

uint64_t sim_session(unsigned int session, const char *name)
{
	char answer[1024];

	sim_command(answer, sizeof(answer), "stats session %u\n", session);
	return number(answer, name);
}

uint64_t sim_counter(const char *name)
{
	static char answer[128 * 1024];

	sim_command(answer, sizeof(answer), "stats\n");
	return number(answer, name);
}

void sim_flood(unsigned int session, unsigned int size, uint64_t count)
{
	char answer[1024];

	sim_command(answer, sizeof(answer), "flood %u %u %llu\n", session, size,
		    (unsigned long long)count);
}

uint64_t sim_settle(unsigned int session, uint64_t before, uint64_t expected, uint64_t *at)
{
	uint64_t last = 0, now;

	*at = now_ns();
	for (int still = 0; still < SETTLE_STEPS && last < expected; still++) {
		now = sim_session(session, "datagrams_out") - before;
		if (now != last) {
			last = now;
			*at = now_ns();
			still = 0;
		}
		if (last < expected)
			usleep(SETTLE_STEP_US);
	}
	return last;
}
