// SPDX-License-Identifier: GPL-2.0-or-later
/* Messages of the family "mbim_dss": built and parsed, not sent. */
#include <string.h>

#include <netlink/genl/genl.h>
#include <netlink/netlink.h>

#include "message.h"
#include "service.h"

/*
 * libnl accepts more than minlen where no maxlen is given; a u32 of eight bytes
 * is as malformed as one of three.
 */
#define EXACT_U32	{ .type = NLA_U32, .minlen = 4, .maxlen = 4 }
#define EXACT_U64	{ .type = NLA_U64, .minlen = 8, .maxlen = 8 }

static const struct nla_policy attr_policy[MBIM_DSS_A_MAX + 1] = {
	[MBIM_DSS_A_MODEM] = EXACT_U32,
	[MBIM_DSS_A_IFINDEX] = EXACT_U32,
	[MBIM_DSS_A_IFNAME] = { .type = NLA_STRING, .maxlen = INTERFACE_NAME_SIZE },
	[MBIM_DSS_A_DEVICE] = { .type = NLA_STRING, .maxlen = DEVICE_NAME_SIZE },
	[MBIM_DSS_A_PROBED] = { .type = NLA_FLAG },
	[MBIM_DSS_A_SESSION] = EXACT_U32,
	[MBIM_DSS_A_UUID] = { .minlen = MBIM_DSS_UUID_SIZE, .maxlen = MBIM_DSS_UUID_SIZE },
	[MBIM_DSS_A_STATE] = EXACT_U32,
	[MBIM_DSS_A_FLAGS] = EXACT_U32,
	[MBIM_DSS_A_UID] = EXACT_U32,
	[MBIM_DSS_A_GID] = EXACT_U32,
	[MBIM_DSS_A_PID] = EXACT_U32,
	[MBIM_DSS_A_REQUEST_ID] = EXACT_U64,
	[MBIM_DSS_A_OP] = EXACT_U32,
	[MBIM_DSS_A_ERROR] = EXACT_U32,
	[MBIM_DSS_A_EVENT] = EXACT_U32,
};

int message_command(struct nlmsghdr *header)
{
	if (!genlmsg_valid_hdr(header, 0))
		return -1;
	return genlmsg_hdr(header)->cmd;
}

static const char *parse(struct nlmsghdr *header, struct nlattr **attrs)
{
	if (!genlmsg_valid_hdr(header, 0))
		return "it is too short for a header";
	if (genlmsg_parse(header, 0, attrs, MBIM_DSS_A_MAX, attr_policy) < 0)
		return "an attribute has a wrong size";
	return NULL;
}

static uint32_t get_u32(struct nlattr *attr, uint32_t otherwise)
{
	return attr ? nla_get_u32(attr) : otherwise;
}

const char *message_parse_request(struct nlmsghdr *header, struct message_request *request)
{
	struct nlattr *attrs[MBIM_DSS_A_MAX + 1];
	const char *fault;

	request->id = 0;
	fault = parse(header, attrs);
	if (fault)
		return fault;
	if (!attrs[MBIM_DSS_A_REQUEST_ID])
		return "it has no REQUEST_ID";
	request->id = nla_get_u64(attrs[MBIM_DSS_A_REQUEST_ID]);
	if (!attrs[MBIM_DSS_A_OP])
		return "it has no OP";
	if (!attrs[MBIM_DSS_A_MODEM])
		return "it has no MODEM";
	if (!attrs[MBIM_DSS_A_SESSION])
		return "it has no SESSION";
	if (!attrs[MBIM_DSS_A_UUID])
		return "it has no UUID";
	request->op = nla_get_u32(attrs[MBIM_DSS_A_OP]);
	request->modem = nla_get_u32(attrs[MBIM_DSS_A_MODEM]);
	request->session = nla_get_u32(attrs[MBIM_DSS_A_SESSION]);
	memcpy(request->uuid, nla_data(attrs[MBIM_DSS_A_UUID]), sizeof(request->uuid));
	if (request->op != MBIM_DSS_OP_CONNECT && request->op != MBIM_DSS_OP_DISCONNECT)
		return "its OP is unknown";
	if (request->session >= SESSIONS_MAX)
		return "its SESSION is over 255";
	/* Who asks counts for a connect only; there it must not be guessed. */
	if (request->op == MBIM_DSS_OP_CONNECT && !attrs[MBIM_DSS_A_UID])
		return "it has no UID";
	if (request->op == MBIM_DSS_OP_CONNECT && !attrs[MBIM_DSS_A_GID])
		return "it has no GID";
	request->uid = get_u32(attrs[MBIM_DSS_A_UID], UINT32_MAX);
	request->gid = get_u32(attrs[MBIM_DSS_A_GID], UINT32_MAX);
	request->pid = get_u32(attrs[MBIM_DSS_A_PID], 0);
	return NULL;
}

/* The name becomes a part of a path in sysfs. */
static bool device_name_is_safe(const char *name)
{
	return *name && *name != '.' && !strchr(name, '/');
}

const char *message_parse_modem(struct nlmsghdr *header, struct message_modem *modem)
{
	struct nlattr *attrs[MBIM_DSS_A_MAX + 1];
	const char *fault = parse(header, attrs);

	if (fault)
		return fault;
	if (!attrs[MBIM_DSS_A_MODEM])
		return "it has no MODEM";
	if (!attrs[MBIM_DSS_A_DEVICE])
		return "it has no DEVICE";
	memset(modem, 0, sizeof(*modem));
	modem->number = nla_get_u32(attrs[MBIM_DSS_A_MODEM]);
	modem->ifindex = get_u32(attrs[MBIM_DSS_A_IFINDEX], 0);
	modem->probed = nla_get_flag(attrs[MBIM_DSS_A_PROBED]);
	nla_strlcpy(modem->device, attrs[MBIM_DSS_A_DEVICE], sizeof(modem->device));
	if (attrs[MBIM_DSS_A_IFNAME])
		nla_strlcpy(modem->ifname, attrs[MBIM_DSS_A_IFNAME], sizeof(modem->ifname));
	if (!device_name_is_safe(modem->device))
		return "its DEVICE is no device name";
	return NULL;
}

const char *message_parse_session(struct nlmsghdr *header, struct message_session *session)
{
	struct nlattr *attrs[MBIM_DSS_A_MAX + 1];
	const char *fault = parse(header, attrs);

	if (fault)
		return fault;
	if (!attrs[MBIM_DSS_A_MODEM])
		return "it has no MODEM";
	if (!attrs[MBIM_DSS_A_SESSION])
		return "it has no SESSION";
	if (!attrs[MBIM_DSS_A_UUID])
		return "it has no UUID";
	if (!attrs[MBIM_DSS_A_STATE])
		return "it has no STATE";
	session->modem = nla_get_u32(attrs[MBIM_DSS_A_MODEM]);
	session->session = nla_get_u32(attrs[MBIM_DSS_A_SESSION]);
	memcpy(session->uuid, nla_data(attrs[MBIM_DSS_A_UUID]), sizeof(session->uuid));
	session->state = nla_get_u32(attrs[MBIM_DSS_A_STATE]);
	session->flags = get_u32(attrs[MBIM_DSS_A_FLAGS], 0);
	session->uid = get_u32(attrs[MBIM_DSS_A_UID], UINT32_MAX);
	if (session->session >= SESSIONS_MAX)
		return "its SESSION is over 255";
	return NULL;
}

const char *message_parse_event(struct nlmsghdr *header, struct message_event *event)
{
	struct nlattr *attrs[MBIM_DSS_A_MAX + 1];
	const char *fault = parse(header, attrs);

	if (fault)
		return fault;
	if (!attrs[MBIM_DSS_A_EVENT])
		return "it has no EVENT";
	event->event = nla_get_u32(attrs[MBIM_DSS_A_EVENT]);
	event->modem = get_u32(attrs[MBIM_DSS_A_MODEM], UINT32_MAX);
	event->session = get_u32(attrs[MBIM_DSS_A_SESSION], UINT32_MAX);
	event->error = get_u32(attrs[MBIM_DSS_A_ERROR], UINT32_MAX);
	return NULL;
}

static struct nl_msg *message_new(int family, enum mbim_dss_cmd command, int flags, size_t room)
{
	struct nl_msg *msg = nlmsg_alloc_size(NLMSG_HDRLEN + GENL_HDRLEN + room);

	if (!msg)
		return NULL;
	if (!genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, family, 0, flags, command,
			 MBIM_DSS_FAMILY_VERSION)) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

/* Room for the few numbers that all messages but SERVICES_SET consist of. */
#define ROOM_FOR_NUMBERS	128

struct nl_msg *message_bind(int family)
{
	return message_new(family, MBIM_DSS_CMD_AGENT_BIND, 0, 0);
}

static int put_service(struct nl_msg *msg, const struct service *service)
{
	struct nlattr *nest = nla_nest_start(msg, MBIM_DSS_A_SERVICE | NLA_F_NESTED);

	if (!nest)
		return -NLE_MSGSIZE;
	NLA_PUT(msg, MBIM_DSS_SERVICE_A_UUID, MBIM_DSS_UUID_SIZE, service->uuid);
	NLA_PUT_U32(msg, MBIM_DSS_SERVICE_A_DIRECTIONS, service->directions);
	NLA_PUT_U32(msg, MBIM_DSS_SERVICE_A_MAX_INSTANCES, service->max_instances);
	NLA_PUT_STRING(msg, MBIM_DSS_SERVICE_A_NAME, service_name(service->uuid));
	if (service->cid_count)
		NLA_PUT(msg, MBIM_DSS_SERVICE_A_CIDS,
			service->cid_count * sizeof(service->cids[0]), service->cids);
	nla_nest_end(msg, nest);
	return 0;

nla_put_failure:
	return -NLE_MSGSIZE;
}

struct nl_msg *message_services(int family, uint32_t modem, const struct service_list *list)
{
	/* Attribute headers and names included, with room to spare. */
	size_t room = ROOM_FOR_NUMBERS + list->count * (sizeof(struct service) + 96);
	struct nl_msg *msg = message_new(family, MBIM_DSS_CMD_SERVICES_SET, 0, room);

	if (!msg)
		return NULL;
	NLA_PUT_U32(msg, MBIM_DSS_A_MODEM, modem);
	NLA_PUT_U32(msg, MBIM_DSS_A_MAX_SESSIONS, list->max_sessions);
	NLA_PUT_U32(msg, MBIM_DSS_A_MAX_COMMAND, list->max_command);
	for (unsigned int i = 0; i < list->count; i++)
		if (put_service(msg, &list->services[i]))
			goto nla_put_failure;
	return msg;

nla_put_failure:
	nlmsg_free(msg);
	return NULL;
}

struct nl_msg *message_reply(int family, uint64_t id, uint32_t error, uint32_t status)
{
	struct nl_msg *msg = message_new(family, MBIM_DSS_CMD_REPLY, 0, ROOM_FOR_NUMBERS);

	if (!msg)
		return NULL;
	NLA_PUT_U64(msg, MBIM_DSS_A_REQUEST_ID, id);
	NLA_PUT_U32(msg, MBIM_DSS_A_ERROR, error);
	NLA_PUT_U32(msg, MBIM_DSS_A_MBIM_STATUS, status);
	return msg;

nla_put_failure:
	nlmsg_free(msg);
	return NULL;
}

struct nl_msg *message_restored(int family, uint32_t modem)
{
	struct nl_msg *msg = message_new(family, MBIM_DSS_CMD_SESSIONS_RESTORED, 0,
					 ROOM_FOR_NUMBERS);

	if (!msg)
		return NULL;
	NLA_PUT_U32(msg, MBIM_DSS_A_MODEM, modem);
	return msg;

nla_put_failure:
	nlmsg_free(msg);
	return NULL;
}

struct nl_msg *message_lost(int family, uint32_t modem, uint32_t session,
			    uint32_t error, uint32_t status)
{
	struct nl_msg *msg = message_new(family, MBIM_DSS_CMD_SESSION_LOST, 0, ROOM_FOR_NUMBERS);

	if (!msg)
		return NULL;
	NLA_PUT_U32(msg, MBIM_DSS_A_MODEM, modem);
	NLA_PUT_U32(msg, MBIM_DSS_A_SESSION, session);
	NLA_PUT_U32(msg, MBIM_DSS_A_ERROR, error);
	NLA_PUT_U32(msg, MBIM_DSS_A_MBIM_STATUS, status);
	return msg;

nla_put_failure:
	nlmsg_free(msg);
	return NULL;
}

struct nl_msg *message_dump(int family, enum mbim_dss_cmd command, uint32_t modem)
{
	struct nl_msg *msg = message_new(family, command, NLM_F_DUMP, ROOM_FOR_NUMBERS);

	if (!msg)
		return NULL;
	if (modem != MBIM_DSS_MODEM_ANY)
		NLA_PUT_U32(msg, MBIM_DSS_A_MODEM, modem);
	return msg;

nla_put_failure:
	nlmsg_free(msg);
	return NULL;
}
