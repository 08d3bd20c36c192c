// SPDX-License-Identifier: GPL-2.0-or-later
/* The control socket of mbim-sim: a line a command, a line of JSON an answer. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "dss.h"

#define ANSWER_MAX	(256 * 1024)

static const char *socket_path(void)
{
	const char *path = getenv("SIM_SOCKET");

	return path ? path : "/run/mbim-sim.sock";
}

static int sim_connect(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	check(fd >= 0);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", socket_path());
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)))
		fail("no simulator at %s: %s", address.sun_path, strerror(errno));
	return fd;
}

static void read_line(int fd, char *line, size_t size)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	size_t len = 0;

	do {
		ssize_t n;

		if (poll(&p, 1, LONG) != 1)
			fail("the simulator does not answer");
		n = read(fd, line + len, size - 1 - len);
		if (n <= 0)
			fail("the simulator hangs up");
		len += n;
		line[len] = '\0';
	} while (line[len - 1] != '\n');
	line[len - 1] = '\0';
}

const char *sim(const char *format, ...)
{
	static char answer[ANSWER_MAX];
	char command[16384];
	va_list args;
	int fd, len;

	va_start(args, format);
	len = vsnprintf(command, sizeof(command) - 1, format, args);
	va_end(args);
	check(len < (int)sizeof(command) - 1);
	command[len] = '\n';
	fd = sim_connect();
	check(write(fd, command, len + 1) == len + 1);
	read_line(fd, answer, sizeof(answer));
	close(fd);
	if (strncmp(answer, "{\"ok\":true", 10))
		fail("simulator: %.*s: %s", len, command, answer);
	return answer;
}

static long long member(const char *json, const char *name)
{
	char key[64];
	const char *at;

	snprintf(key, sizeof(key), "\"%s\":", name);
	at = strstr(json, key);
	if (!at)
		fail("the simulator tells no %s: %s", name, json);
	return strtoll(at + strlen(key), NULL, 10);
}

long long sim_stat(const char *name)
{
	return member(sim("stats"), name);
}

long long sim_session_stat(uint32_t id, const char *name)
{
	return member(sim("stats session %u", id), name);
}

void sim_no_errors(void)
{
	const char *answer = sim("stats");

	if (member(answer, "errors"))
		fail("the modem complains: %s", strstr(answer, "\"errors\""));
}

unsigned int sim_open_sessions(void)
{
	static const char key[] = "\"open_sessions\":[";
	const char *at = strstr(sim("stats"), key);
	unsigned int n = 0;

	check(at);
	at += strlen(key);
	if (*at == ']')
		return 0;
	for (n = 1; *at != ']'; at++)
		n += *at == ',';
	return n;
}
