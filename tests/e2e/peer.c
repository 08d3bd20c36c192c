// SPDX-License-Identifier: GPL-2.0-or-later
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "peer.h"

/* -------- messages -------- */

void peer_open(struct peer *p)
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

void peer_close(struct peer *p)
{
	nl_socket_free(p->socket);
	p->socket = NULL;
}

struct nl_msg *message(struct peer *p, uint8_t command, int flags)
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

bool receive(struct peer *p, int *error)
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

void command_send(struct peer *p, struct nl_msg *msg)
{
	check(nl_send_auto(p->socket, msg) > 0);
	nlmsg_free(msg);
}

int command_end(struct peer *p)
{
	int error = 0;

	do
		poll_for(nl_socket_get_fd(p->socket), POLLIN, LONG);
	while (!receive(p, &error));
	return error;
}

int command(struct peer *p, struct nl_msg *msg)
{
	command_send(p, msg);
	return command_end(p);
}

/* -------- an agent -------- */

int agent_bind(struct peer *p)
{
	return command(p, message(p, MBIM_DSS_CMD_AGENT_BIND, NLM_F_ACK));
}

void put_service(struct nl_msg *msg, unsigned int number, uint32_t directions,
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

int agent_services(struct peer *p, uint32_t modem)
{
	struct nl_msg *msg = message(p, MBIM_DSS_CMD_SERVICES_SET, NLM_F_ACK);

	nla_put_u32(msg, MBIM_DSS_A_MODEM, modem);
	nla_put_u32(msg, MBIM_DSS_A_MAX_SESSIONS, 256);
	nla_put_u32(msg, MBIM_DSS_A_MAX_COMMAND, 4096);
	put_service(msg, SERVICE_ECHO, 3, 0);
	put_service(msg, SERVICE_NMEA, 2, 2);
	return command(p, msg);
}

void agent_open(struct peer *p)
{
	peer_open(p);
	check_eq(agent_bind(p), 0);
	check_eq(agent_services(p, 0), 0);
}

int agent_reply(struct peer *p, uint64_t id, uint32_t error, uint32_t mbim_status)
{
	struct nl_msg *msg = message(p, MBIM_DSS_CMD_REPLY, NLM_F_ACK);

	nla_put_u64(msg, MBIM_DSS_A_REQUEST_ID, id);
	nla_put_u32(msg, MBIM_DSS_A_ERROR, error);
	nla_put_u32(msg, MBIM_DSS_A_MBIM_STATUS, mbim_status);
	return command(p, msg);
}

bool asked(struct peer *p)
{
	return p->n_pending || poll_now(nl_socket_get_fd(p->socket), POLLIN);
}

struct request next_request(struct peer *p, unsigned int ms)
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

struct request expect_request(struct peer *p, uint32_t op, uint32_t session)
{
	struct request r = next_request(p, LONG);

	check_eq(r.op, op);
	check_eq(r.session, session);
	check_eq(r.modem, 0);
	return r;
}

void agent_session(struct peer *p, struct session *s, uint32_t id, uint32_t flags)
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

void set_parameter(const char *name, unsigned int value)
{
	char path[80], text[16];

	snprintf(path, sizeof(path), "/sys/module/mbim_dss/parameters/%s", name);
	snprintf(text, sizeof(text), "%u", value);
	write_text(path, text);
}

unsigned int sessions_in_use(void)
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

void prepare(void)
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
