/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef AGENT_READY_H
#define AGENT_READY_H

/**
 * ready_tell - say that the agent is bound
 * @fd: "ready\n" is written to it and it is closed, once; -1: to none
 *
 * systemd is told as well (NOTIFY_SOCKET, sd_notify(3)).
 */
void ready_tell(int fd);

/** ready_tell_stopping - tell systemd that the agent is about to end */
void ready_tell_stopping(void);

#endif /* AGENT_READY_H */
