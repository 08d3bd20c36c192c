/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A peer of the generic netlink family, which may be the agent: for genl.c and dumps.c. */
#ifndef E2E_PEER_H
#define E2E_PEER_H

#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>

#include <linux/mbim_dss_netlink.h>

#include "dss.h"

/* Module parameters, ms: long enough for what is answered, short enough to wait for. */
#define TIMEOUT		1000
#define GRACE		1000
#define PENDING_MAX	300

/* What the kernel has asked. */
struct request {
	uint64_t id;
	uint32_t op, modem, session, uid, gid, pid;
	uint8_t uuid[MBIM_DSS_UUID_SIZE];
	char device[32];
};

/* One socket of the family. */
struct peer {
	struct nl_sock *socket;
	int family;
	struct request pending[PENDING_MAX];	/* came while something else was awaited */
	unsigned int n_pending;
	unsigned int messages;		/* of the dump at hand */
	bool interrupted;		/* that has changed meanwhile */
	void (*on_message)(struct nlattr **attrs);	/* each of them */
};

void peer_open(struct peer *p);
void peer_close(struct peer *p);

/* A command to be filled in; with NLM_F_ACK in @flags it is answered. */
struct nl_msg *message(struct peer *p, uint8_t command, int flags);
/* Receives once; whether what ends a command was among it. */
bool receive(struct peer *p, int *error);
void command_send(struct peer *p, struct nl_msg *msg);
/* 0 or its errno */
int command_end(struct peer *p);
int command(struct peer *p, struct nl_msg *msg);

int agent_bind(struct peer *p);
void put_service(struct nl_msg *msg, unsigned int number, uint32_t directions,
		 uint32_t max_instances);
int agent_services(struct peer *p, uint32_t modem);
void agent_open(struct peer *p);
int agent_reply(struct peer *p, uint64_t id, uint32_t error, uint32_t mbim_status);
bool asked(struct peer *p);
/* The next thing that the kernel asks, in time. */
struct request next_request(struct peer *p, unsigned int ms);
struct request expect_request(struct peer *p, uint32_t op, uint32_t session);
/* An open session, made by this agent. */
void agent_session(struct peer *p, struct session *s, uint32_t id, uint32_t flags);

void set_parameter(const char *name, unsigned int value);
unsigned int sessions_in_use(void);
/* What a case before has left is disconnected; the real modem has nothing to do with it. */
void prepare(void);

#endif
