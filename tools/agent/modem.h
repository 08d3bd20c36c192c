/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One modem: its control port, its services, its connector.
 *
 *	WAIT
 *	  | modem_start()
 *	  v
 *	PORT ----> OPENING ----> PROBING ----> READY ----> LEAVING
 *	  ^ no node yet  \          |            | hangup, NOT_OPENED
 *	  |               \         v            |
 *	  +---- timer -----+---- RETRY <---------+
 *
 * RETRY lasts 100 ms at first and twice as long each time, to 30 s; less again when the
 * modem was READY meanwhile.
 */
#ifndef AGENT_MODEM_H
#define AGENT_MODEM_H

#include <stdbool.h>
#include <stdint.h>

#include "message.h"

struct modem;
struct netlink;

/**
 * modem_new - the kernel has a modem
 * @nl: to tell the kernel; must outlive the modem
 * @info: what the kernel says of it
 * @timeout: seconds for what is asked of it
 */
struct modem *modem_new(struct netlink *nl, const struct message_modem *info,
			unsigned int timeout);

/** modem_start - begin to open its control port; nothing when it has begun */
void modem_start(struct modem *modem);

/**
 * modem_leave - the kernel has it no more: disconnect its sessions
 * @left: called once, from the main loop, when they are disconnected, or cannot be; a
 *	quarter of the timeout from now at the latest. modem_free() is expected then
 *
 * A modem that stays where it is, as when the kernel module is unloaded, would otherwise
 * keep them, and refuse to connect them when the module is loaded again. Nothing but
 * modem_free() may be called from now on.
 *
 * Return: whether there is something to disconnect; else @left is not called.
 */
bool modem_leave(struct modem *modem, void (*left)(void *data, struct modem *modem), void *data);

/** modem_free - it is gone; its requests end with ENODEV */
void modem_free(struct modem *modem);

/** modem_device - its USB control interface, "1-2:1.0" */
const char *modem_device(const struct modem *modem);

/** modem_is - still the one that @info describes, as the kernel sees it */
bool modem_is(const struct modem *modem, const struct message_modem *info);

/**
 * modem_request - carry out a request of the kernel
 * @again: another agent may have carried it out already
 */
void modem_request(struct modem *modem, const struct message_request *request, bool again);

/**
 * modem_check - ask it something, to see whether it was reset
 *
 * A modem that lost its state answers NOT_OPENED; it is then opened anew.
 */
void modem_check(struct modem *modem);

#endif /* AGENT_MODEM_H */
