/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The agent's end of the generic netlink family "mbim_dss".
 *
 * Sockets of their own, so that none can crowd out another:
 *	control	the "notify" group of nlctrl: the module comes and goes
 *	agent	bound: requests arrive on it, answers leave by it
 *	events	the "events" group; when it overflows, netlink_ops.resync is called
 *	and one for each dump; it blocks, but no longer than NETLINK_DEADLINE_S
 */
#ifndef AGENT_NETLINK_H
#define AGENT_NETLINK_H

#include <stdbool.h>
#include <stdint.h>

#include "message.h"

struct netlink;

/** Most seconds that a call waits for the kernel; it answers at once or never. */
#define NETLINK_DEADLINE_S	5

/**
 * struct netlink_ops - what the owner is told, from the main loop
 *
 * request and unbound must not call netlink_unbind() or netlink_free(): the
 * socket that they concern is being read. request can come as early as from
 * within netlink_bind().
 */
struct netlink_ops {
	/** the kernel asks for a connect or a disconnect */
	void (*request)(void *data, const struct message_request *request);
	/** something in the kernel has changed */
	void (*event)(void *data, const struct message_event *event);
	/** events were lost, and all that are older have been told: dump again */
	void (*resync)(void *data);
	/** the family is there, a new one: netlink_bind() can be called */
	void (*appeared)(void *data);
	/** the module was unloaded; the binding is void */
	void (*vanished)(void *data);
	/** the kernel says that this is not the agent (any more) */
	void (*unbound)(void *data);
};

/**
 * netlink_new - open the control socket and watch for the family
 *
 * Return: NULL after an error, which has been logged.
 */
struct netlink *netlink_new(const struct netlink_ops *ops, void *data);
void netlink_free(struct netlink *nl);

/** netlink_is_there - whether the kernel has the family now */
bool netlink_is_there(void);

/**
 * netlink_bind - find the family, join "events", become the agent
 *
 * Return: 0; ENOENT: there is no such family, the module is not loaded; EBUSY:
 * there is an agent; EPERM: CAP_NET_ADMIN is missing; another errno.
 */
int netlink_bind(struct netlink *nl);

/** netlink_unbind - close the sockets that netlink_bind() opened */
void netlink_unbind(struct netlink *nl);

/**
 * netlink_dump_modems, netlink_dump_sessions - call @each for every one
 *
 * What has changed meanwhile is asked for again.
 *
 * Return: 0, or an errno, which has been logged, and @each has not been called.
 */
int netlink_dump_modems(struct netlink *nl,
			void (*each)(void *data, const struct message_modem *modem), void *data);
int netlink_dump_sessions(struct netlink *nl, uint32_t modem,
			  void (*each)(void *data, const struct message_session *session),
			  void *data);

/*
 * Messages of the agent. The kernel's answer comes later and is dealt with in
 * netlink.c: it is logged, and EPERM is told by netlink_ops.unbound.
 */
void netlink_services(struct netlink *nl, uint32_t modem, const struct service_list *list);
void netlink_reply(struct netlink *nl, uint64_t id, uint32_t error, uint32_t status);
void netlink_restored(struct netlink *nl, uint32_t modem);
void netlink_lost(struct netlink *nl, uint32_t modem, uint32_t session,
		  uint32_t error, uint32_t status);

#endif /* AGENT_NETLINK_H */
