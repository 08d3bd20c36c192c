/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The control socket: a unix stream socket, a line a command, a line of JSON an
 * answer. The commands are in command.c.
 */
#ifndef MBIM_SIM_CONTROL_H
#define MBIM_SIM_CONTROL_H

#include <stdbool.h>

#include "loop.h"
#include "text.h"

struct modem;

#define CONTROL_CLIENTS		16
/* Long enough for `raw` with the largest transfer. */
#define CONTROL_LINE		(256 * 1024)

struct control;

struct control_client {
	struct watch watch;		/* fd -1: free */
	struct control *control;
	size_t line_len;
	struct text answer;
	size_t answered;		/* bytes of it written */
	char line[CONTROL_LINE];
};

struct control {
	struct modem *modem;
	int epoll;
	const char *path;
	struct watch watch;		/* the listening socket */
	struct control_client client[CONTROL_CLIENTS];
};

/* Listens at @path. 0, or a negative errno with the reason on stderr. */
int control_open(struct control *c, struct modem *m, int epoll, const char *path);
void control_close(struct control *c);

/* Client mode: sends one command line, prints the answer. The exit status. */
int control_send(const char *path, char **words, int n);

#endif /* MBIM_SIM_CONTROL_H */
