// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The control socket, server and client side. A client that does not read its
 * answers is not read from either, so nothing here grows without bound.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "command.h"
#include "control.h"
#include "modem.h"

/* `plug` may take the longest: until the port is free. */
#define ANSWER_TIMEOUT_MS	15000

static int set_address(struct sockaddr_un *address, const char *path)
{
	size_t size = strlen(path) + 1;

	*address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (size > sizeof(address->sun_path))
		return -ENAMETOOLONG;
	memcpy(address->sun_path, path, size);
	return 0;
}

/* -------- server -------- */

static void drop_client(struct control_client *client)
{
	close(client->watch.fd);
	client->watch.fd = -1;
	text_free(&client->answer);
}

/* Writes what it can of the answers. False when the client is gone. */
static bool write_answers(struct control_client *client)
{
	struct text *t = &client->answer;
	bool waiting;

	while (client->answered < t->len) {
		ssize_t n = send(client->watch.fd, t->bytes + client->answered,
				 t->len - client->answered, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return false;
		if (n < 0)
			break;
		client->answered += n;
	}
	waiting = client->answered < t->len;
	if (!waiting) {
		text_clear(t);
		client->answered = 0;
	}
	loop_modify(client->control->epoll, &client->watch, waiting ? EPOLLOUT : EPOLLIN);
	return true;
}

/* Runs all complete lines. */
static void run_lines(struct control_client *client)
{
	char *line = client->line, *end = client->line + client->line_len, *newline;

	while ((newline = memchr(line, '\n', end - line))) {
		*newline = '\0';
		command_run(client->control->modem, line, &client->answer);
		text_add(&client->answer, "\n");
		line = newline + 1;
	}
	client->line_len = end - line;
	memmove(client->line, line, client->line_len);
}

static bool read_lines(struct control_client *client)
{
	ssize_t n = recv(client->watch.fd, client->line + client->line_len,
			 CONTROL_LINE - client->line_len, MSG_DONTWAIT);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	if (!n)
		return false;
	client->line_len += n;
	run_lines(client);
	return client->line_len < CONTROL_LINE && !client->answer.failed;
}

static void client_ready(void *context, uint32_t events)
{
	struct control_client *client = context;
	bool alive = true;

	if (events & EPOLLIN)
		alive = read_lines(client);
	else if (events & (EPOLLHUP | EPOLLERR))
		alive = false;
	if (alive)
		alive = write_answers(client);
	if (!alive)
		drop_client(client);
	modem_run(client->control->modem);
}

static struct control_client *free_client(struct control *c)
{
	for (int i = 0; i < CONTROL_CLIENTS; i++)
		if (c->client[i].watch.fd < 0)
			return &c->client[i];
	return NULL;
}

static void accept_client(void *context, uint32_t events)
{
	struct control *c = context;
	struct control_client *client = free_client(c);
	int fd = accept4(c->watch.fd, NULL, NULL, SOCK_CLOEXEC);

	(void)events;
	if (fd < 0)
		return;
	if (!client) {
		close(fd);
		return;
	}
	client->watch = (struct watch){ .fd = fd, .ready = client_ready, .context = client };
	client->control = c;
	client->line_len = 0;
	client->answered = 0;
	if (loop_add(c->epoll, &client->watch, EPOLLIN))
		drop_client(client);
}

/* A socket left by a process that has died may be replaced, a live one not. */
static int bind_path(int fd, const struct sockaddr_un *address)
{
	const struct sockaddr *generic = (const struct sockaddr *)address;
	int probe, used;

	if (!bind(fd, generic, sizeof(*address)))
		return 0;
	if (errno != EADDRINUSE)
		return -errno;
	probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (probe < 0)
		return -errno;
	used = !connect(probe, generic, sizeof(*address)) || errno != ECONNREFUSED;
	close(probe);
	if (used)
		return -EADDRINUSE;
	unlink(address->sun_path);
	return bind(fd, generic, sizeof(*address)) ? -errno : 0;
}

static int listen_at(const char *path)
{
	struct sockaddr_un address;
	int fd, ret = set_address(&address, path);
	mode_t mask;

	if (ret)
		return ret;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	/* It can make the modem say anything: for its owner only. */
	mask = umask(0177);
	ret = bind_path(fd, &address);
	umask(mask);
	if (!ret && listen(fd, CONTROL_CLIENTS))
		ret = -errno;
	if (ret)
		close(fd);
	return ret ? ret : fd;
}

int control_open(struct control *c, struct modem *m, int epoll, const char *path)
{
	int fd = listen_at(path), ret;

	c->modem = m;
	c->epoll = epoll;
	c->path = path;
	for (int i = 0; i < CONTROL_CLIENTS; i++)
		c->client[i].watch.fd = -1;
	c->watch = (struct watch){ .fd = fd, .ready = accept_client, .context = c };
	if (fd < 0) {
		fprintf(stderr, "mbim-sim: control socket %s: %s\n", path, strerror(-fd));
		return fd;
	}
	ret = loop_add(epoll, &c->watch, EPOLLIN);
	if (ret)
		control_close(c);
	return ret;
}

void control_close(struct control *c)
{
	for (int i = 0; i < CONTROL_CLIENTS; i++)
		if (c->client[i].watch.fd >= 0)
			drop_client(&c->client[i]);
	if (c->watch.fd < 0)
		return;
	close(c->watch.fd);
	unlink(c->path);
	c->watch.fd = -1;
}

/* -------- client -------- */

static int connect_to(const char *path)
{
	struct sockaddr_un address;
	int fd, ret = set_address(&address, path);

	if (ret)
		return ret;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (struct sockaddr *)&address, sizeof(address))) {
		ret = -errno;
		close(fd);
		return ret;
	}
	return fd;
}

static bool send_all(int fd, const char *bytes, size_t len)
{
	while (len) {
		ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);

		if (n < 0)
			return false;
		bytes += n;
		len -= n;
	}
	return true;
}

/* Reads one line, without its end, into @answer. */
static bool read_answer(int fd, struct text *answer)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	char part[4096], *newline;

	while (poll(&poll_fd, 1, ANSWER_TIMEOUT_MS) == 1) {
		ssize_t n = recv(fd, part, sizeof(part), 0);

		if (n <= 0)
			return false;
		newline = memchr(part, '\n', n);
		text_add(answer, "%.*s", (int)(newline ? newline - part : n), part);
		if (newline)
			return true;
	}
	return false;
}

int control_send(const char *path, char **words, int n)
{
	struct text line = { 0 }, answer = { 0 };
	int fd = connect_to(path), status = 1;

	if (fd < 0) {
		fprintf(stderr, "mbim-sim: no simulator at %s: %s\n", path, strerror(-fd));
		return 1;
	}
	for (int i = 0; i < n; i++)
		text_add(&line, "%s%s", i ? " " : "", words[i]);
	text_add(&line, "\n");
	if (!line.failed && send_all(fd, line.bytes, line.len) && read_answer(fd, &answer)) {
		puts(answer.bytes);
		status = strncmp(answer.bytes, "{\"ok\":true", 10) != 0;
	} else {
		fprintf(stderr, "mbim-sim: no answer from %s\n", path);
	}
	close(fd);
	text_free(&line);
	text_free(&answer);
	return status;
}
