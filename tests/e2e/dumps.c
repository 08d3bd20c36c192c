// SPDX-License-Identifier: GPL-2.0-or-later
/* The generic netlink family: dumps, events, and a modem that goes while the agent is asked. */
#include <dirent.h>
#include <string.h>
#include <unistd.h>

#include "peer.h"

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
	{ "dumps tell what ioctls tell, to anybody", dumps, 0 },
	{ "a dump of 256 sessions, and one that changes meanwhile", large_dump, 60 },
	{ "events, in their order", event_messages, 60 },
	{ "the modem goes while the agent is asked", modem_goes_while_asked, 60 },
};

int main(int argc, char **argv)
{
	return run_cases(argc, argv, cases, ARRAY_SIZE(cases), prepare);
}
