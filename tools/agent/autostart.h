/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sessions that are kept open because the policy file says so.
 *
 * Each is opened as any program would do it, through /dev/mbim/control, with
 * MBIM_DSS_OPEN_PERSIST; the request for it comes back to this agent. The control
 * file is open only until the completion is there, so it does not keep the module
 * loaded. When a session ends it is opened again, after a delay that grows, until one
 * has been open for as long as the longest delay.
 */
#ifndef AGENT_AUTOSTART_H
#define AGENT_AUTOSTART_H

#include <stdint.h>

struct autostart;
struct netlink;
struct policy;

/** autostart_new - @nl: to see what is open; must outlive it */
struct autostart *autostart_new(struct netlink *nl);
/** autostart_free - sessions stay; what is being opened is cancelled */
void autostart_free(struct autostart *autostart);

/**
 * autostart_probed - a modem's services are known: open what @policy names
 *
 * To be called as well when the policy or the modem's services have changed.
 */
void autostart_probed(struct autostart *autostart, const struct policy *policy, uint32_t modem);

/** autostart_closed - a session has ended */
void autostart_closed(struct autostart *autostart, uint32_t modem, uint32_t session);

/** autostart_forget - a modem is gone */
void autostart_forget(struct autostart *autostart, uint32_t modem);

#endif /* AGENT_AUTOSTART_H */
