// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The generic netlink family, with this program as the agent: what the kernel asks,
 * and what becomes of requests when the agent refuses, is late, is silent, or dies.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

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

/* -------- messages -------- */

static void peer_open(struct peer *p)
{
	memset(p, 0, sizeof(*p));
	p->socket = nl_socket_alloc();
	check(p->socket);
	check(!genl_connect(p->socket));
	nl_socket_disable_auto_ack(p->socket);
	p->family = genl_ctrl_resolve(p->socket, MBIM_DSS_FAMILY_NAME);
	check(p->family > 0);
	/* a dump, or a burst of requests */
	check(!nl_socket_set_buffer_size(p->socket, 1 << 20, 0));
}

static void peer_close(struct peer *p)
{
	nl_socket_free(p->socket);
	p->socket = NULL;
}

static struct nl_msg *message(struct peer *p, uint8_t command, int flags)
{
	struct nl_msg *msg = nlmsg_alloc_size(16384);

	check(msg && genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, p->family, 0,
				 flags | NLM_F_REQUEST, command, MBIM_DSS_FAMILY_VERSION));
	return msg;
}

static void note_request(struct peer *p, struct nlattr **attrs)
{
	struct request *r;

	check(p->n_pending < PENDING_MAX);
	r = &p->pending[p->n_pending++];
	r->id = nla_get_u64(attrs[MBIM_DSS_A_REQUEST_ID]);
	r->op = nla_get_u32(attrs[MBIM_DSS_A_OP]);
	r->modem = nla_get_u32(attrs[MBIM_DSS_A_MODEM]);
	r->session = nla_get_u32(attrs[MBIM_DSS_A_SESSION]);
	r->uid = nla_get_u32(attrs[MBIM_DSS_A_UID]);
	r->gid = nla_get_u32(attrs[MBIM_DSS_A_GID]);
	r->pid = nla_get_u32(attrs[MBIM_DSS_A_PID]);
	check_eq(nla_len(attrs[MBIM_DSS_A_UUID]), MBIM_DSS_UUID_SIZE);
	memcpy(r->uuid, nla_data(attrs[MBIM_DSS_A_UUID]), MBIM_DSS_UUID_SIZE);
	snprintf(r->device, sizeof(r->device), "%s", nla_get_string(attrs[MBIM_DSS_A_DEVICE]));
}

/* One message: an ACK or error ends the wait for it, requests are noted, others told. */
static bool take_message(struct peer *p, struct nlmsghdr *hdr, int *error)
{
	struct nlattr *attrs[MBIM_DSS_A_MAX + 1];

	p->interrupted |= hdr->nlmsg_flags & NLM_F_DUMP_INTR;
	if (hdr->nlmsg_type == NLMSG_ERROR || hdr->nlmsg_type == NLMSG_DONE) {
		struct nlmsgerr *err = nlmsg_data(hdr);

		*error = hdr->nlmsg_type == NLMSG_DONE ? 0 : -err->error;
		return true;
	}
	check_eq(hdr->nlmsg_type, p->family);
	check(!genlmsg_parse(hdr, 0, attrs, MBIM_DSS_A_MAX, NULL));
	if (genlmsg_hdr(hdr)->cmd == MBIM_DSS_CMD_REQUEST) {
		note_request(p, attrs);
	} else {
		p->messages++;
		if (p->on_message)
			p->on_message(attrs);
	}
	return false;
}

/* Receives once; whether what ends a command was among it. */
static bool receive(struct peer *p, int *error)
{
	struct sockaddr_nl from;
	unsigned char *buf = NULL;
	struct nlmsghdr *hdr;
	bool ended = false;
	int n;

	n = nl_recv(p->socket, &from, &buf, NULL);
	if (n < 0)
		fail("netlink: %s", nl_geterror(n));
	for (hdr = (struct nlmsghdr *)buf; nlmsg_ok(hdr, n); hdr = nlmsg_next(hdr, &n))
		ended |= take_message(p, hdr, error);
	free(buf);
	return ended;
}

static void command_send(struct peer *p, struct nl_msg *msg)
{
	check(nl_send_auto(p->socket, msg) > 0);
	nlmsg_free(msg);
}

/* 0 or its errno */
static int command_end(struct peer *p)
{
	int error = 0;

	do
		poll_for(nl_socket_get_fd(p->socket), POLLIN, LONG);
	while (!receive(p, &error));
	return error;
}

static int command(struct peer *p, struct nl_msg *msg)
{
	command_send(p, msg);
	return command_end(p);
}

/* -------- an agent -------- */

static int agent_bind(struct peer *p)
{
	return command(p, message(p, MBIM_DSS_CMD_AGENT_BIND, NLM_F_ACK));
}

static void put_service(struct nl_msg *msg, unsigned int number, uint32_t directions,
			uint32_t max_instances)
{
	struct nlattr *nest = nla_nest_start(msg, MBIM_DSS_A_SERVICE);
	uint8_t uuid[MBIM_DSS_UUID_SIZE];
	uint32_t cids[] = { 1, 2 };

	service_uuid(uuid, number);
	nla_put(msg, MBIM_DSS_SERVICE_A_UUID, sizeof(uuid), uuid);
	nla_put_u32(msg, MBIM_DSS_SERVICE_A_DIRECTIONS, directions);
	nla_put_u32(msg, MBIM_DSS_SERVICE_A_MAX_INSTANCES, max_instances);
	nla_put_string(msg, MBIM_DSS_SERVICE_A_NAME, "of the test");
	nla_put(msg, MBIM_DSS_SERVICE_A_CIDS, sizeof(cids), cids);
	nla_nest_end(msg, nest);
}

static int agent_services(struct peer *p, uint32_t modem)
{
	struct nl_msg *msg = message(p, MBIM_DSS_CMD_SERVICES_SET, NLM_F_ACK);

	nla_put_u32(msg, MBIM_DSS_A_MODEM, modem);
	nla_put_u32(msg, MBIM_DSS_A_MAX_SESSIONS, 256);
	nla_put_u32(msg, MBIM_DSS_A_MAX_COMMAND, 4096);
	put_service(msg, SERVICE_ECHO, 3, 0);
	put_service(msg, SERVICE_NMEA, 2, 2);
	return command(p, msg);
}

static void agent_open(struct peer *p)
{
	peer_open(p);
	check_eq(agent_bind(p), 0);
	check_eq(agent_services(p, 0), 0);
}

static int agent_reply(struct peer *p, uint64_t id, uint32_t error, uint32_t mbim_status)
{
	struct nl_msg *msg = message(p, MBIM_DSS_CMD_REPLY, NLM_F_ACK);

	nla_put_u64(msg, MBIM_DSS_A_REQUEST_ID, id);
	nla_put_u32(msg, MBIM_DSS_A_ERROR, error);
	nla_put_u32(msg, MBIM_DSS_A_MBIM_STATUS, mbim_status);
	return command(p, msg);
}

static bool asked(struct peer *p)
{
	return p->n_pending || poll_now(nl_socket_get_fd(p->socket), POLLIN);
}

/* The next thing that the kernel asks, in time. */
static struct request next_request(struct peer *p, unsigned int ms)
{
	struct request r;
	int error;

	while (!p->n_pending) {
		poll_for(nl_socket_get_fd(p->socket), POLLIN, ms);
		receive(p, &error);
	}
	r = p->pending[0];
	p->n_pending--;
	memmove(p->pending, p->pending + 1, p->n_pending * sizeof(r));
	return r;
}

static struct request expect_request(struct peer *p, uint32_t op, uint32_t session)
{
	struct request r = next_request(p, LONG);

	check_eq(r.op, op);
	check_eq(r.session, session);
	check_eq(r.modem, 0);
	return r;
}

/* An open session, made by this agent. */
static void agent_session(struct peer *p, struct session *s, uint32_t id, uint32_t flags)
{
	struct mbim_dss_completion done;
	struct request r;

	*s = (struct session){ .handle = handle_open(), .id = id };
	check(!request_open(s->handle, 0, SERVICE_ECHO, id, flags, NULL));
	r = expect_request(p, MBIM_DSS_OP_CONNECT, id);
	check_eq(agent_reply(p, r.id, 0, 0), 0);
	completion_read(s->handle, &done);
	check_eq(done.error, 0);
	s->fd = node_open(0, id, O_RDWR);
}

static void set_parameter(const char *name, unsigned int value)
{
	char path[80], text[16];

	snprintf(path, sizeof(path), "/sys/module/mbim_dss/parameters/%s", name);
	snprintf(text, sizeof(text), "%u", value);
	write_text(path, text);
}

static unsigned int sessions_in_use(void)
{
	struct mbim_dss_modem modem = { 0 };
	int handle = handle_open();

	wait_until(LONG, list_modems(handle, &modem, 1) == 1);
	close(handle);
	return modem.open_sessions;
}

static void close_persistent(void)
{
	struct mbim_dss_session sessions[8];
	struct mbim_dss_list list = {
		.size = sizeof(list), .entry_size = sizeof(sessions[0]), .capacity = 8,
		.entries = (uintptr_t)sessions,
	};
	int handle = handle_open();

	check(!ioctl(handle, MBIM_DSS_IOC_SESSIONS, &list));
	for (uint32_t i = 0; i < list.count && i < 8; i++)
		if (sessions[i].flags & MBIM_DSS_OPEN_PERSIST)
			request_close(handle, 0, sessions[i].session, NULL);
	close(handle);
}

/* What a case before has left is disconnected; the real modem has nothing to do with it. */
static void prepare(void)
{
	struct peer p;

	set_parameter("agent_timeout_ms", 20000);
	set_parameter("agent_grace_ms", GRACE);
	peer_open(&p);
	wait_until(LONG, !agent_bind(&p));
	wait_until(LONG, !agent_services(&p, 0));
	close_persistent();
	while (sessions_in_use()) {
		struct request r = next_request(&p, LONG);

		agent_reply(&p, r.id, 0, 0);
	}
	peer_close(&p);
}

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

/* -------- cases: dumps and events -------- */

static struct mbim_dss_session told;
static unsigned int told_sessions;

struct counter {
	int attr;
	const char *file;
};

static const struct counter session_counters[] = {
	{ MBIM_DSS_A_RX_DATAGRAMS, "rx_datagrams" },
	{ MBIM_DSS_A_RX_BYTES, "rx_bytes" },
	{ MBIM_DSS_A_RX_LOST, "rx_lost" },
	{ MBIM_DSS_A_RX_BACKLOG, "rx_backlog" },
	{ MBIM_DSS_A_RX_QUEUED, "rx_queued" },
	{ MBIM_DSS_A_RX_MEMORY, "rx_memory" },
	{ MBIM_DSS_A_RX_MEMORY_MAX, "rx_memory_max" },
	{ MBIM_DSS_A_TX_DATAGRAMS, "tx_datagrams" },
	{ MBIM_DSS_A_TX_BYTES, "tx_bytes" },
	{ MBIM_DSS_A_TX_ERRORS, "tx_errors" },
	{ MBIM_DSS_A_TX_NTBS_HELD, "tx_ntbs_held" },
	{ MBIM_DSS_A_TX_NTBS_HELD_MAX, "tx_ntbs_held_max" },
	{ 0, NULL }
};

static const struct counter modem_counters[] = {
	{ MBIM_DSS_A_TX_NTBS, "tx_ntbs" },
	{ MBIM_DSS_A_TX_DATAGRAMS, "tx_datagrams" },
	{ MBIM_DSS_A_TX_BYTES, "tx_bytes" },
	{ MBIM_DSS_A_TX_ERRORS, "tx_errors" },
	{ MBIM_DSS_A_TX_NTBS_IN_FLIGHT, "tx_ntbs_in_flight" },
	{ MBIM_DSS_A_TX_NTBS_IN_FLIGHT_MAX, "tx_ntbs_in_flight_max" },
	{ MBIM_DSS_A_TX_NTBS_POOLED, "tx_ntbs_pooled" },
	{ MBIM_DSS_A_RX_NTBS, "rx_ntbs" },
	{ MBIM_DSS_A_RX_ERRORS, "rx_errors" },
	{ MBIM_DSS_A_RX_MALFORMED, "rx_malformed" },
	{ MBIM_DSS_A_RX_CANCELLED, "rx_cancelled" },
	{ MBIM_DSS_A_RX_STRAY, "rx_stray" },
	{ MBIM_DSS_A_RX_IP, "rx_ip" },
	{ MBIM_DSS_A_RX_BACKLOG, "rx_backlog" },
	{ MBIM_DSS_A_RX_START_ERRORS, "rx_start_errors" },
	{ 0, NULL }
};

static int files_in(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	int count = 0;

	check(dir);
	while ((entry = readdir(dir)))
		count += entry->d_name[0] != '.';
	closedir(dir);
	return count;
}

/* A dump has what sysfs has of the device, number by number, and sysfs has no more. */
static void check_counters(struct nlattr **attrs, const struct counter *counters,
			   const char *device)
{
	char path[128];
	int count = 0;

	for (; counters->attr; counters++, count++) {
		snprintf(path, sizeof(path), "/sys/class/mbim_dss/%s/statistics/%s", device,
			 counters->file);
		check(attrs[counters->attr]);
		if (nla_get_u64(attrs[counters->attr]) != (uint64_t)read_number(path))
			fail("%s: the dump says %llu", path,
			     (unsigned long long)nla_get_u64(attrs[counters->attr]));
	}
	snprintf(path, sizeof(path), "/sys/class/mbim_dss/%s/statistics", device);
	check_eq(files_in(path), count);
}

static void tell_modem(struct nlattr **attrs)
{
	check_counters(attrs, modem_counters, "dss0");
	check_eq(nla_get_u64(attrs[MBIM_DSS_A_TX_DATAGRAMS]), 1);
	check_eq(nla_get_u64(attrs[MBIM_DSS_A_TX_NTBS]), 1);
	check_eq(nla_get_u64(attrs[MBIM_DSS_A_TX_NTBS_IN_FLIGHT_MAX]), 1);
}

static void tell_session(struct nlattr **attrs)
{
	char node[32];

	told_sessions++;
	told.session = nla_get_u32(attrs[MBIM_DSS_A_SESSION]);
	told.state = nla_get_u32(attrs[MBIM_DSS_A_STATE]);
	told.flags = nla_get_u32(attrs[MBIM_DSS_A_FLAGS]);
	told.uid = nla_get_u32(attrs[MBIM_DSS_A_UID]);
	told.tx_datagrams = nla_get_u64(attrs[MBIM_DSS_A_TX_DATAGRAMS]);
	told.tx_bytes = nla_get_u64(attrs[MBIM_DSS_A_TX_BYTES]);
	told.tx_errors = nla_get_u64(attrs[MBIM_DSS_A_TX_ERRORS]);
	told.rx_datagrams = nla_get_u64(attrs[MBIM_DSS_A_RX_DATAGRAMS]);
	told.rx_bytes = nla_get_u64(attrs[MBIM_DSS_A_RX_BYTES]);
	told.rx_lost = nla_get_u64(attrs[MBIM_DSS_A_RX_LOST]);
	snprintf(node, sizeof(node), "dss0s%u", told.session);
	check_counters(attrs, session_counters, node);
}

static void send_dump(struct peer *p, uint8_t what, int modem)
{
	struct nl_msg *msg = message(p, what, NLM_F_DUMP);

	if (modem >= 0)
		nla_put_u32(msg, MBIM_DSS_A_MODEM, modem);
	p->messages = 0;
	p->interrupted = false;
	command_send(p, msg);
}

static unsigned int dump(struct peer *p, uint8_t what, int modem)
{
	send_dump(p, what, modem);
	check_eq(command_end(p), 0);
	return p->messages;
}

static void dumps(void)
{
	struct mbim_dss_session info;
	struct session s;
	struct peer p, q;

	agent_open(&p);
	agent_session(&p, &s, 5, MBIM_DSS_OPEN_PERSIST);
	check_eq(write(s.fd, "abc", 3), 3);
	check(!fsync(s.fd));
	/* by somebody without any right */
	check(!seteuid(1000));
	peer_open(&q);
	q.on_message = tell_modem;
	check_eq(dump(&q, MBIM_DSS_CMD_MODEM_GET, -1), 1);
	q.on_message = NULL;
	check_eq(dump(&q, MBIM_DSS_CMD_SERVICE_GET, -1), 2);
	check_eq(dump(&q, MBIM_DSS_CMD_SERVICE_GET, 0), 2);
	check_eq(dump(&q, MBIM_DSS_CMD_SERVICE_GET, 5), 0);
	check_eq(dump(&q, MBIM_DSS_CMD_SESSION_GET, 5), 0);
	q.on_message = tell_session;
	check_eq(dump(&q, MBIM_DSS_CMD_SESSION_GET, 0), 1);
	session_info(s.fd, &info);
	check_eq(told.session, 5);
	check_eq(told.state, MBIM_DSS_SESSION_OPEN);
	check_eq(told.flags, MBIM_DSS_OPEN_PERSIST);
	check_eq(told.uid, 0);
	check_eq(told.tx_datagrams, 1);
	check_eq(told.tx_bytes, 3);
	check_eq(told.tx_errors, info.tx_errors);
	check_eq(told.rx_datagrams, info.rx_datagrams);
	check_eq(told.rx_bytes, info.rx_bytes);
	check_eq(told.rx_lost, 0);
}

/* More than one message of a dump holds. */
static void large_dump(void)
{
	struct mbim_dss_completion done;
	int handle = handle_open();
	struct request r;
	struct peer p, q;

	agent_open(&p);
	for (int i = 0; i < 256; i++) {
		check(!request_open(handle, 0, SERVICE_ECHO, i, 0, NULL));
		r = expect_request(&p, MBIM_DSS_OP_CONNECT, i);
		check_eq(agent_reply(&p, r.id, 0, 0), 0);
		completion_read(handle, &done);
		check_eq(done.error, 0);
	}
	peer_open(&q);
	q.on_message = tell_session;
	check_eq(dump(&q, MBIM_DSS_CMD_SESSION_GET, -1), 256);
	check_eq(told_sessions, 256);
	check_eq(told.session, 255);
	check(!q.interrupted);
	q.on_message = NULL;

	/* The kernel makes the first part when it is asked, the others as they are fetched. */
	send_dump(&q, MBIM_DSS_CMD_SESSION_GET, -1);
	check(!request_close(handle, 0, 0, NULL));
	r = expect_request(&p, MBIM_DSS_OP_DISCONNECT, 0);
	check_eq(agent_reply(&p, r.id, 0, 0), 0);
	completion_read(handle, &done);
	check_eq(command_end(&q), 0);
	check(q.interrupted);

	send_dump(&q, MBIM_DSS_CMD_SESSION_GET, -1);
	check_eq(agent_services(&p, 0), 0);
	check_eq(command_end(&q), 0);
	check(q.interrupted);

	check_eq(dump(&q, MBIM_DSS_CMD_SESSION_GET, -1), 255);
	check(!q.interrupted);
}

static uint32_t events[16];
static unsigned int n_events;

static void tell_event(struct nlattr **attrs)
{
	check(n_events < ARRAY_SIZE(events));
	events[n_events++] = nla_get_u32(attrs[MBIM_DSS_A_EVENT]);
}

static void expect_event(struct peer *p, uint32_t event)
{
	int error;

	while (!n_events) {
		poll_for(nl_socket_get_fd(p->socket), POLLIN, LONG);
		receive(p, &error);
	}
	check_eq(events[0], event);
	n_events--;
	memmove(events, events + 1, n_events * sizeof(events[0]));
}

static void event_messages(void)
{
	struct mbim_dss_completion done;
	struct peer p, listener;
	struct nl_msg *msg;
	struct session s;
	struct request r;

	peer_open(&listener);
	nl_socket_disable_seq_check(listener.socket);
	check(!nl_socket_add_membership(listener.socket,
					genl_ctrl_resolve_grp(listener.socket,
							      MBIM_DSS_FAMILY_NAME,
							      MBIM_DSS_MCGRP_EVENTS)));
	listener.on_message = tell_event;
	agent_open(&p);
	expect_event(&listener, MBIM_DSS_EVENT_AGENT_BOUND);
	expect_event(&listener, MBIM_DSS_EVENT_MODEM_PROBED);
	agent_session(&p, &s, 5, 0);
	expect_event(&listener, MBIM_DSS_EVENT_SESSION_OPENED);
	check(!request_close(s.handle, 0, 5, NULL));
	r = expect_request(&p, MBIM_DSS_OP_DISCONNECT, 5);
	check_eq(agent_reply(&p, r.id, 0, 0), 0);
	completion_read(s.handle, &done);
	expect_event(&listener, MBIM_DSS_EVENT_SESSION_CLOSED);
	msg = message(&p, MBIM_DSS_CMD_SESSIONS_RESTORED, NLM_F_ACK);
	nla_put_u32(msg, MBIM_DSS_A_MODEM, 0);
	check_eq(command(&p, msg), 0);
	expect_event(&listener, MBIM_DSS_EVENT_SESSIONS_RESTORED);
	peer_close(&p);
	expect_event(&listener, MBIM_DSS_EVENT_AGENT_LOST);
	sim("unplug");
	expect_event(&listener, MBIM_DSS_EVENT_MODEM_REMOVED);
	sim("plug");
	expect_event(&listener, MBIM_DSS_EVENT_MODEM_ADDED);
}

/* What is pending goes with the modem, and an answer to it is late. */
static void modem_goes_while_asked(void)
{
	struct mbim_dss_completion done;
	int handle = handle_open();
	struct request r;
	struct peer p;

	agent_open(&p);
	check(!request_open(handle, 0, SERVICE_ECHO, 5, 0, NULL));
	r = expect_request(&p, MBIM_DSS_OP_CONNECT, 5);
	sim("unplug");
	completion_read(handle, &done);
	check_eq(done.error, ENODEV);
	check_eq(agent_reply(&p, r.id, 0, 0), ENOENT);
	check_eq(agent_services(&p, 0), ENODEV);
	sim("plug");
	wait_until(LONG, !agent_services(&p, 0));
	check(!asked(&p));
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
	{ "dumps tell what ioctls tell, to anybody", dumps, 0 },
	{ "a dump of 256 sessions, and one that changes meanwhile", large_dump, 60 },
	{ "events, in their order", event_messages, 60 },
	{ "the modem goes while the agent is asked", modem_goes_while_asked, 60 },
};

int main(int argc, char **argv)
{
	return run_cases(argc, argv, cases, ARRAY_SIZE(cases), prepare);
}
