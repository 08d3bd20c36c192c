// SPDX-License-Identifier: GPL-2.0-or-later
/* Signals that end a command which runs until it is told to stop. */
#include <signal.h>
#include <sys/signalfd.h>

#include "cli.h"

/*
 * Polls readable when SIGINT, SIGTERM or SIGHUP has come; negative: errno. A reader of our
 * output who goes (SIGPIPE) does not end the command either before it has cleaned up.
 */
int open_signals(void)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGHUP);
	sigaddset(&signals, SIGPIPE);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	return signalfd(-1, &signals, SFD_CLOEXEC);
}
