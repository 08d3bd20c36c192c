/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Going on in the background, once all is ready. */
#ifndef MBIM_SIM_DAEMON_H
#define MBIM_SIM_DAEMON_H

/*
 * Goes on in a child. The parent exits when the child calls daemon_ready(), with 0,
 * or has died, with 1. Returns, in the child, what daemon_ready() wants.
 */
int daemon_start(void);

/* Lets the parent go. Nobody reads standard output and error from here on. */
void daemon_ready(int fd);

/* Failure is said on standard error, and is no more than that. */
void daemon_write_pid(const char *path);

#endif /* MBIM_SIM_DAEMON_H */
