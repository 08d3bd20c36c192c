// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The generic netlink family, with this program as the agent: what the kernel asks,
 * and what becomes of requests when the agent refuses, is late, is silent, or dies.
 */
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "peer.h"

/* -------- cases: the agent's commands -------- */

static void one_agent(void)
{
	struct peer p, q;

	peer_open(&p);
	peer_open(&q);
	check_eq(agent_bind(&p), 0);
	check_eq(agent_bind(&q), EBUSY);
	check_eq(agent_bind(&p), EBUSY);
	check_eq(agent_services(&q, 0), EPERM);
	check_eq(agent_reply(&q, 1, 0, 0), EPERM);
	peer_close(&p);
	wait_until(SOON, !agent_bind(&q));
}

static void unprivileged_agent(void)
{
	struct peer p;

	check(!seteuid(1000));
	peer_open(&p);
	check_eq(agent_bind(&p), EPERM);
	check_eq(agent_services(&p, 0), EPERM);
}

/* So that a bit can be given a meaning one day. */
static void reserved_bits(void)
{
	struct nl_msg *msg;
	struct peer p;

	agent_open(&p);
	msg = message(&p, MBIM_DSS_CMD_SESSIONS_RESTORED, NLM_F_ACK);
	nla_put_u32(msg, MBIM_DSS_A_MODEM, 0);
	genlmsg_hdr(nlmsg_hdr(msg))->reserved = 1;
	check_eq(command(&p, msg), EINVAL);
	msg = message(&p, MBIM_DSS_CMD_SESSIONS_RESTORED, NLM_F_ACK | NLM_F_APPEND);
	nla_put_u32(msg, MBIM_DSS_A_MODEM, 0);
	check_eq(command(&p, msg), EINVAL);
	msg = message(&p, MBIM_DSS_CMD_SESSIONS_RESTORED, NLM_F_ACK);
	nla_put_u32(msg, MBIM_DSS_A_MODEM, 0);
	check_eq(command(&p, msg), 0);
}

static void malformed_services(void)
{
	struct mbim_dss_service services[4];
	struct mbim_dss_list list = {
		.size = sizeof(list), .entry_size = sizeof(services[0]), .capacity = 4,
		.entries = (uintptr_t)services,
	};
	struct nl_msg *msg;
	struct nlattr *nest;
	struct peer p;

	agent_open(&p);
	check_eq(agent_services(&p, 9), ENODEV);
	/* no modem, no limit */
	check_eq(command(&p, message(&p, MBIM_DSS_CMD_SERVICES_SET, NLM_F_ACK)), EINVAL);
	/* more sessions than there can be */
	msg = message(&p, MBIM_DSS_CMD_SERVICES_SET, NLM_F_ACK);
	nla_put_u32(msg, MBIM_DSS_A_MODEM, 0);
	nla_put_u32(msg, MBIM_DSS_A_MAX_SESSIONS, 257);
	check_eq(command(&p, msg), ERANGE);
	/* a service that is right, and one without a UUID */
	msg = message(&p, MBIM_DSS_CMD_SERVICES_SET, NLM_F_ACK);
	nla_put_u32(msg, MBIM_DSS_A_MODEM, 0);
	nla_put_u32(msg, MBIM_DSS_A_MAX_SESSIONS, 3);
	put_service(msg, SERVICE_SINK, 1, 0);
	nest = nla_nest_start(msg, MBIM_DSS_A_SERVICE);
	nla_put_u32(msg, MBIM_DSS_SERVICE_A_DIRECTIONS, 1);
	nla_nest_end(msg, nest);
	check_eq(command(&p, msg), EINVAL);
	/* directions that there are not */
	msg = message(&p, MBIM_DSS_CMD_SERVICES_SET, NLM_F_ACK);
	nla_put_u32(msg, MBIM_DSS_A_MODEM, 0);
	nla_put_u32(msg, MBIM_DSS_A_MAX_SESSIONS, 3);
	put_service(msg, SERVICE_SINK, 4, 0);
	check_eq(command(&p, msg), EINVAL);
	/* none of it has been taken */
	check(!ioctl(handle_open(), MBIM_DSS_IOC_SERVICES, &list));
	check_eq(list.count, 2);
	check_eq(services[1].max_instances, 2);
	check(!strcmp((char *)services[0].name, "of the test"));
	check_eq(services[0].cid_count, 2);
}

/* Of each command all that it needs but one: EINVAL; and of a modem that is not there. */
static void incomplete_commands(void)
{
	static const uint8_t with_modem[] = {
		MBIM_DSS_CMD_SERVICES_SET, MBIM_DSS_CMD_SESSIONS_RESTORED, MBIM_DSS_CMD_SESSION_LOST,
	};
	struct nl_msg *msg;
	struct session s;
	struct peer p;

	agent_open(&p);
	agent_session(&p, &s, 0, 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(with_modem); i++)
		for (unsigned int modem = 0; modem < 2; modem++) {
			msg = message(&p, with_modem[i], NLM_F_ACK);
			nla_put_u32(msg, MBIM_DSS_A_MAX_SESSIONS, 256);
			nla_put_u32(msg, MBIM_DSS_A_SESSION, 0);
			if (modem)
				nla_put_u32(msg, MBIM_DSS_A_MODEM, modem);
			check_eq(command(&p, msg), modem ? ENODEV : EINVAL);
		}
	msg = message(&p, MBIM_DSS_CMD_SESSION_LOST, NLM_F_ACK);
	nla_put_u32(msg, MBIM_DSS_A_MODEM, 0);
	check_eq(command(&p, msg), EINVAL);
	check_eq(command(&p, message(&p, MBIM_DSS_CMD_REPLY, NLM_F_ACK)), EINVAL);
	check(node_exists(0, 0));
}

static void what_the_agent_is_asked(void)
{
	struct mbim_dss_completion done;
	struct mbim_dss_open request;
	struct mbim_dss_modem modem;
	uint8_t uuid[MBIM_DSS_UUID_SIZE];
	int handle = handle_open();
	struct request r;
	struct peer p;
	uint64_t id;

	agent_open(&p);
	check_eq(list_modems(handle, &modem, 1), 1);
	check(!setegid(1001) && !seteuid(1000));
	check(!request_open(handle, 0, SERVICE_ECHO, 42, 0, &request));
	check(!seteuid(0) && !setegid(0));
	r = expect_request(&p, MBIM_DSS_OP_CONNECT, 42);
	service_uuid(uuid, SERVICE_ECHO);
	check(!memcmp(r.uuid, uuid, sizeof(uuid)));
	check_eq(r.uid, 1000);
	check_eq(r.gid, 1001);
	check_eq(r.pid, getpid());
	check(!strcmp(r.device, (char *)modem.device));
	/* nothing is open before the answer */
	check(completion_none(handle));
	check(!node_exists(0, 42));
	check_eq(agent_reply(&p, r.id, 0, 0), 0);
	completion_read(handle, &done);
	check_eq(done.request_id, request.request_id);
	check_eq(done.error, 0);
	check(node_exists(0, 42));
	/* an answer counts once */
	check_eq(agent_reply(&p, r.id, 0, 0), ENOENT);
	check_eq(agent_reply(&p, 123456, 0, 0), ENOENT);
	check(!request_close(handle, 0, 42, &id));
	r = expect_request(&p, MBIM_DSS_OP_DISCONNECT, 42);
	check(completion_none(handle));
	check_eq(agent_reply(&p, r.id, 0, 0), 0);
	completion_read(handle, &done);
	check_eq(done.request_id, id);
	check_eq(done.error, 0);
	check(!asked(&p));
}

/* Whatever the agent says comes through. */
static void refusals(void)
{
	static const struct {
		uint32_t error, status;
	} answers[] = {
		{ EACCES, 0 }, { EUSERS, 33 }, { EREMOTEIO, 2 }, { EREMOTEIO, 34 },
		{ ETIMEDOUT, 0 }, { ENOENT, 34 }, { 4095, 0xffffffff },
	};
	struct mbim_dss_completion done;
	int handle = handle_open();
	struct request r;
	struct peer p;

	agent_open(&p);
	for (size_t i = 0; i < ARRAY_SIZE(answers); i++) {
		check(!request_open(handle, 0, SERVICE_ECHO, 1, 0, NULL));
		r = expect_request(&p, MBIM_DSS_OP_CONNECT, 1);
		check_eq(agent_reply(&p, r.id, answers[i].error, answers[i].status), 0);
		completion_read(handle, &done);
		check_eq(done.error, answers[i].error);
		check_eq(done.mbim_status, answers[i].status);
		check(!node_exists(0, 1));
		check_eq(sessions_in_use(), 0);
	}
	check(!asked(&p));
	/* an error that is none */
	check(!request_open(handle, 0, SERVICE_ECHO, 1, 0, NULL));
	r = expect_request(&p, MBIM_DSS_OP_CONNECT, 1);
	check_eq(agent_reply(&p, r.id, 4096, 0), ERANGE);
	check(completion_none(handle));
	check_eq(agent_reply(&p, r.id, 0, 0), 0);
}

/* -------- cases: late, silent, dead -------- */

/* After the deadline an answer is late; what it may have connected is disconnected. */
static void silent_agent(void)
{
	struct mbim_dss_completion done;
	int handle = handle_open();
	struct request r, undo;
	uint64_t begun;
	struct peer p;

	set_parameter("agent_timeout_ms", TIMEOUT);
	agent_open(&p);
	begun = now_ms();
	check(!request_open(handle, 0, SERVICE_ECHO, 5, 0, NULL));
	r = expect_request(&p, MBIM_DSS_OP_CONNECT, 5);
	completion_read(handle, &done);
	check_eq(done.error, ETIMEDOUT);
	check(now_ms() - begun >= TIMEOUT - 50 && now_ms() - begun < TIMEOUT + SOON);
	set_parameter("agent_timeout_ms", 20000);
	undo = expect_request(&p, MBIM_DSS_OP_DISCONNECT, 5);
	check(undo.id != r.id);
	check_eq(agent_reply(&p, r.id, 0, 0), ENOENT);
	check(!node_exists(0, 5));
	/* its id is free when that is done */
	check_err(request_open(handle, 0, SERVICE_ECHO, 5, 0, NULL), EBUSY);
	check_eq(agent_reply(&p, undo.id, 0, 0), 0);
	check(!request_open(handle, 0, SERVICE_ECHO, 5, 0, NULL));
}

static void silent_close(void)
{
	struct mbim_dss_completion done;
	struct session s;
	struct peer p;
	char byte;

	agent_open(&p);
	agent_session(&p, &s, 6, 0);
	set_parameter("agent_timeout_ms", TIMEOUT);
	check(!request_close(s.handle, 0, 6, NULL));
	expect_request(&p, MBIM_DSS_OP_DISCONNECT, 6);
	completion_read(s.handle, &done);
	check_eq(done.error, ETIMEDOUT);
	check_eq(read(s.fd, &byte, 1), 0);
	check(!node_exists(0, 6));
}

static void dead_agent(void)
{
	struct mbim_dss_completion done;
	int handle = handle_open();
	struct peer p;
	uint64_t begun;

	agent_open(&p);
	check(!request_open(handle, 0, SERVICE_ECHO, 5, 0, NULL));
	expect_request(&p, MBIM_DSS_OP_CONNECT, 5);
	begun = now_ms();
	peer_close(&p);
	completion_read(handle, &done);
	check_eq(done.error, ECONNRESET);
	check(now_ms() - begun >= GRACE - 50 && now_ms() - begun < GRACE + SOON);
	check(!node_exists(0, 5));
	/* the modem may have connected it: the next agent hears of that first */
	agent_open(&p);
	expect_request(&p, MBIM_DSS_OP_DISCONNECT, 5);
}

static void after_the_grace(void)
{
	int handle = handle_open();
	struct peer p;

	agent_open(&p);
	peer_close(&p);
	wait_until(GRACE + 2 * SOON,
		   request_open(handle, 0, SERVICE_ECHO, MBIM_DSS_SESSION_ANY, 0, NULL) &&
		   errno == ECONNREFUSED);
}

/* Its successor is asked again, under the same id or another, and its answer counts. */
static void successor(void)
{
	struct mbim_dss_completion done;
	int handle = handle_open();
	struct request r;
	struct peer p, q;

	agent_open(&p);
	check(!request_open(handle, 0, SERVICE_ECHO, 5, 0, NULL));
	check(!request_open(handle, 0, SERVICE_ECHO, 6, 0, NULL));
	expect_request(&p, MBIM_DSS_OP_CONNECT, 5);
	peer_close(&p);
	/* one that came while there was none */
	check(!request_open(handle, 0, SERVICE_ECHO, 7, 0, NULL));
	check(completion_none(handle));
	agent_open(&q);
	for (uint32_t id = 5; id <= 7; id++) {
		r = expect_request(&q, MBIM_DSS_OP_CONNECT, id);
		check_eq(agent_reply(&q, r.id, 0, 0), 0);
		completion_read(handle, &done);
		check_eq(done.session, id);
		check_eq(done.error, 0);
	}
	check(!asked(&q));
}

/* Sessions live on without an agent. What must be disconnected waits for the next. */
static void sessions_without_agent(void)
{
	struct session s, t;
	struct peer p;

	agent_open(&p);
	agent_session(&p, &s, 3, 0);
	agent_session(&p, &t, 4, 0);
	peer_close(&p);
	check(node_exists(0, 3));
	check_eq(poll_now(s.fd, POLLOUT), POLLOUT);
	close(t.handle);
	wait_until(SOON, write(t.fd, "x", 1) == -1 && errno == ENOTCONN);
	/* longer than the grace */
	wait_until(GRACE + 2 * SOON, request_open(s.handle, 0, SERVICE_ECHO, 9, 0, NULL) &&
		   errno == ECONNREFUSED);
	agent_open(&p);
	expect_request(&p, MBIM_DSS_OP_DISCONNECT, 4);
	check(node_exists(0, 3));
}

/* -------- cases: nobody waits any more -------- */

static void handle_closed_while_opening(void)
{
	int handle = handle_open();
	struct request r;
	struct peer p;

	agent_open(&p);
	check(!request_open(handle, 0, SERVICE_ECHO, 5, 0, NULL));
	check(!request_open(handle, 0, SERVICE_ECHO, 6, MBIM_DSS_OPEN_PERSIST, NULL));
	close(handle);
	r = expect_request(&p, MBIM_DSS_OP_CONNECT, 5);
	check_eq(agent_reply(&p, r.id, 0, 0), 0);
	r = next_request(&p, LONG);
	/* the second connect, or the first disconnect, in any order */
	for (int i = 0; i < 2; i++) {
		if (r.op == MBIM_DSS_OP_CONNECT) {
			check_eq(r.session, 6);
			check_eq(agent_reply(&p, r.id, EREMOTEIO, 2), 0);
		} else {
			check_eq(r.session, 5);
			check_eq(agent_reply(&p, r.id, 0, 0), 0);
		}
		if (!i)
			r = next_request(&p, LONG);
	}
	wait_until(SOON, !sessions_in_use());
	/* what was refused need not be disconnected */
	check(!asked(&p));
}

static void cancelled_while_opening(void)
{
	struct mbim_dss_completion done;
	struct mbim_dss_open request;
	int handle = handle_open();
	struct request r;
	struct peer p;

	agent_open(&p);
	check(!request_open(handle, 0, SERVICE_ECHO, 5, 0, &request));
	r = expect_request(&p, MBIM_DSS_OP_CONNECT, 5);
	check(!request_cancel(handle, request.request_id));
	completion_read(handle, &done);
	check_eq(done.error, ECANCELED);
	check_eq(agent_reply(&p, r.id, 0, 0), 0);
	r = expect_request(&p, MBIM_DSS_OP_DISCONNECT, 5);
	check(completion_none(handle));
	check_eq(agent_reply(&p, r.id, 0, 0), 0);
	check_eq(sessions_in_use(), 0);
}

static void close_cannot_be_cancelled(void)
{
	struct session s;
	struct peer p;
	uint64_t id;

	agent_open(&p);
	agent_session(&p, &s, 5, 0);
	check(!request_close(s.handle, 0, 5, &id));
	expect_request(&p, MBIM_DSS_OP_DISCONNECT, 5);
	check_err(request_cancel(s.handle, id), EALREADY);
}

static void owner_dies(void)
{
	struct session s, kept;
	struct request r;
	struct peer p;

	agent_open(&p);
	agent_session(&p, &s, 5, 0);
	agent_session(&p, &kept, 6, MBIM_DSS_OPEN_PERSIST);
	close(s.handle);
	close(kept.handle);
	r = expect_request(&p, MBIM_DSS_OP_DISCONNECT, 5);
	check_eq(agent_reply(&p, r.id, 0, 0), 0);
	check_eq(sessions_in_use(), 1);
	check(node_exists(0, 6));
	check(!asked(&p));
}

static void session_lost(void)
{
	struct nl_msg *msg;
	struct session s;
	struct peer p;
	char byte;

	agent_open(&p);
	agent_session(&p, &s, 5, 0);
	msg = message(&p, MBIM_DSS_CMD_SESSION_LOST, NLM_F_ACK);
	nla_put_u32(msg, MBIM_DSS_A_MODEM, 0);
	nla_put_u32(msg, MBIM_DSS_A_SESSION, 6);
	check_eq(command(&p, msg), ENOENT);
	msg = message(&p, MBIM_DSS_CMD_SESSION_LOST, NLM_F_ACK);
	nla_put_u32(msg, MBIM_DSS_A_MODEM, 0);
	nla_put_u32(msg, MBIM_DSS_A_SESSION, 5);
	nla_put_u32(msg, MBIM_DSS_A_ERROR, EREMOTEIO);
	nla_put_u32(msg, MBIM_DSS_A_MBIM_STATUS, 17);
	check_eq(command(&p, msg), 0);
	check_eq(read(s.fd, &byte, 1), 0);
	check_err(write(s.fd, "x", 1), ENOTCONN);
	check(!node_exists(0, 5));
	check_eq(sessions_in_use(), 0);
}

/* An agent that does not read: all that was asked of it still ends, each once. */
static void agent_does_not_read(void)
{
	struct mbim_dss_completion done;
	int handle = handle_open();
	bool seen[256] = { false };
	struct peer p;

	set_parameter("agent_timeout_ms", TIMEOUT);
	agent_open(&p);
	check(!nl_socket_set_buffer_size(p.socket, 2048, 0));
	for (int i = 0; i < 256; i++)
		check(!request_open(handle, 0, SERVICE_ECHO, i, 0, NULL));
	for (int i = 0; i < 256; i++) {
		completion_read(handle, &done);
		check(done.error == ETIMEDOUT || done.error == ECONNRESET);
		check(done.session < 256 && !seen[done.session]);
		seen[done.session] = true;
	}
	check(completion_none(handle));
}

static const struct test_case cases[] = {
	{ "one agent at a time", one_agent, 0 },
	{ "an agent needs CAP_NET_ADMIN", unprivileged_agent, 0 },
	{ "reserved bits of a command are refused", reserved_bits, 0 },
	{ "services that are malformed change nothing", malformed_services, 0 },
	{ "commands that lack something, of a modem that is not there", incomplete_commands, 0 },
	{ "what the agent is asked, and that an answer counts once", what_the_agent_is_asked, 0 },
	{ "the agent's refusals come through", refusals, 0 },
	{ "a silent agent: ETIMEDOUT, then a disconnect; a late answer is ENOENT",
	  silent_agent, 0 },
	{ "a silent agent at a close: ETIMEDOUT, and it is closed", silent_close, 0 },
	{ "a dead agent: ECONNRESET after the grace time", dead_agent, 0 },
	{ "after the grace time: ECONNREFUSED", after_the_grace, 0 },
	{ "its successor within the grace time is asked", successor, 0 },
	{ "sessions live without an agent, their disconnects wait for one",
	  sessions_without_agent, 0 },
	{ "a handle closed while opening", handle_closed_while_opening, 0 },
	{ "an open cancelled", cancelled_while_opening, 0 },
	{ "a close cannot be cancelled", close_cannot_be_cancelled, 0 },
	{ "the owner of sessions dies: those that are not to persist go", owner_dies, 0 },
	{ "a session that the agent reports lost", session_lost, 0 },
	{ "an agent that does not read", agent_does_not_read, 0 },
};

int main(int argc, char **argv)
{
	return run_cases(argc, argv, cases, ARRAY_SIZE(cases), prepare);
}
