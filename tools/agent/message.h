/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The messages of the generic netlink family "mbim_dss" as structures. No
 * sockets here: parsers and builders only.
 */
#ifndef AGENT_MESSAGE_H
#define AGENT_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

#include <netlink/msg.h>

#include <linux/mbim_dss.h>
#include <linux/mbim_dss_netlink.h>

struct service_list;

/* Sizes as in struct mbim_dss_modem. */
#define DEVICE_NAME_SIZE	32
#define INTERFACE_NAME_SIZE	16

/** struct message_request - MBIM_DSS_CMD_REQUEST */
struct message_request {
	uint64_t id;
	enum mbim_dss_op op;
	uint32_t modem;
	uint32_t session;
	uint8_t uuid[MBIM_DSS_UUID_SIZE];
	uint32_t uid;
	uint32_t gid;
	uint32_t pid;
};

/** struct message_modem - one answer to MBIM_DSS_CMD_MODEM_GET */
struct message_modem {
	uint32_t number;
	uint32_t ifindex;
	char ifname[INTERFACE_NAME_SIZE];
	char device[DEVICE_NAME_SIZE];
	bool probed;
};

/** struct message_session - one answer to MBIM_DSS_CMD_SESSION_GET */
struct message_session {
	uint32_t modem;
	uint32_t session;
	uint8_t uuid[MBIM_DSS_UUID_SIZE];
	uint32_t state;
	uint32_t flags;
	uint32_t uid;
};

/** struct message_event - MBIM_DSS_CMD_EVENT; absent numbers are %UINT32_MAX */
struct message_event {
	enum mbim_dss_event event;
	uint32_t modem;
	uint32_t session;
	uint32_t error;
};

/** message_command - the enum mbim_dss_cmd of a message, -1 when it is too short */
int message_command(struct nlmsghdr *header);

/*
 * Parsers. Return: NULL, or in words what is wrong with the message; the
 * structure is then not to be used, but for the id of a request, which is 0 when
 * it could not be read. Unknown attributes are no fault.
 */
const char *message_parse_request(struct nlmsghdr *header, struct message_request *request);
const char *message_parse_modem(struct nlmsghdr *header, struct message_modem *modem);
const char *message_parse_session(struct nlmsghdr *header, struct message_session *session);
const char *message_parse_event(struct nlmsghdr *header, struct message_event *event);

/*
 * Builders. @family is the number of the family. Return: a message to be freed
 * with nlmsg_free(), or NULL when it did not fit or there is no memory.
 */
struct nl_msg *message_bind(int family);
struct nl_msg *message_services(int family, uint32_t modem, const struct service_list *list);
struct nl_msg *message_reply(int family, uint64_t id, uint32_t error, uint32_t status);
struct nl_msg *message_restored(int family, uint32_t modem);
struct nl_msg *message_lost(int family, uint32_t modem, uint32_t session,
			    uint32_t error, uint32_t status);
/** message_dump - dump request; @modem is added unless it is %MBIM_DSS_MODEM_ANY */
struct nl_msg *message_dump(int family, enum mbim_dss_cmd command, uint32_t modem);

#endif /* AGENT_MESSAGE_H */
