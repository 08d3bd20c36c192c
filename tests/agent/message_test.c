// SPDX-License-Identifier: GPL-2.0-or-later
/* Messages of the family: builders by what they build, parsers by what they refuse. */
#include "test.h"

#include <string.h>

#include <glib.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>

#include "message.h"
#include "service.h"

#define FAMILY	0x1d

static const uint8_t nmea[MBIM_DSS_UUID_SIZE] = {
	0x6d, 0x62, 0x69, 0x6d, 0x2d, 0x73, 0x69, 0x6d, 0, 1, 0, 0, 0, 0, 0, 2
};

/* Messages as the kernel sends them. */

static struct nl_msg *begin(int command)
{
	struct nl_msg *msg = nlmsg_alloc();

	assert_non_null(genlmsg_put(msg, 0, 0, FAMILY, 0, 0, command, 1));
	return msg;
}

static void put_u32(struct nl_msg *msg, int attr, uint32_t value)
{
	assert_int_equal(nla_put_u32(msg, attr, value), 0);
}

/* @without: an attribute to leave out */
static struct nl_msg *make_request(int without)
{
	struct nl_msg *msg = begin(MBIM_DSS_CMD_REQUEST);

	if (without != MBIM_DSS_A_REQUEST_ID)
		assert_int_equal(nla_put_u64(msg, MBIM_DSS_A_REQUEST_ID, 0x100000002ull), 0);
	if (without != MBIM_DSS_A_OP)
		put_u32(msg, MBIM_DSS_A_OP, MBIM_DSS_OP_CONNECT);
	if (without != MBIM_DSS_A_MODEM)
		put_u32(msg, MBIM_DSS_A_MODEM, 3);
	if (without != MBIM_DSS_A_SESSION)
		put_u32(msg, MBIM_DSS_A_SESSION, 255);
	if (without != MBIM_DSS_A_UUID)
		assert_int_equal(nla_put(msg, MBIM_DSS_A_UUID, sizeof(nmea), nmea), 0);
	if (without != MBIM_DSS_A_UID)
		put_u32(msg, MBIM_DSS_A_UID, 1000);
	if (without != MBIM_DSS_A_GID)
		put_u32(msg, MBIM_DSS_A_GID, 1001);
	if (without != MBIM_DSS_A_PID)
		put_u32(msg, MBIM_DSS_A_PID, 77);
	return msg;
}

static struct nl_msg *make_modem(const char *device)
{
	struct nl_msg *msg = begin(MBIM_DSS_CMD_MODEM_GET);

	put_u32(msg, MBIM_DSS_A_MODEM, 1);
	put_u32(msg, MBIM_DSS_A_IFINDEX, 5);
	nla_put_string(msg, MBIM_DSS_A_IFNAME, "wwan0");
	nla_put_string(msg, MBIM_DSS_A_DEVICE, device);
	return msg;
}

static void request_is_parsed(void **state)
{
	struct nl_msg *msg = make_request(-1);
	struct message_request request;

	(void)state;
	assert_int_equal(message_command(nlmsg_hdr(msg)), MBIM_DSS_CMD_REQUEST);
	assert_null(message_parse_request(nlmsg_hdr(msg), &request));
	assert_int_equal(request.id, 0x100000002ull);
	assert_int_equal(request.op, MBIM_DSS_OP_CONNECT);
	assert_int_equal(request.modem, 3);
	assert_int_equal(request.session, 255);
	assert_memory_equal(request.uuid, nmea, sizeof(nmea));
	assert_int_equal(request.uid, 1000);
	assert_int_equal(request.gid, 1001);
	assert_int_equal(request.pid, 77);
	nlmsg_free(msg);
}

static void request_without_an_attribute(void **state)
{
	static const int needed[] = {
		MBIM_DSS_A_REQUEST_ID, MBIM_DSS_A_OP, MBIM_DSS_A_MODEM, MBIM_DSS_A_SESSION,
		MBIM_DSS_A_UUID, MBIM_DSS_A_UID, MBIM_DSS_A_GID,
	};
	struct message_request request;
	struct nl_msg *msg;

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(needed); i++) {
		msg = make_request(needed[i]);
		assert_non_null(message_parse_request(nlmsg_hdr(msg), &request));
		/* Whatever is wrong, it can be answered if it has an id. */
		assert_int_equal(request.id, needed[i] == MBIM_DSS_A_REQUEST_ID ?
				 0 : 0x100000002ull);
		nlmsg_free(msg);
	}
	msg = make_request(MBIM_DSS_A_PID);
	assert_null(message_parse_request(nlmsg_hdr(msg), &request));
	assert_int_equal(request.pid, 0);
	nlmsg_free(msg);
}

/* The later of two attributes counts, so a bad one is appended to a good message. */
static void request_with_a_bad_attribute(void **state)
{
	static const struct {
		int attr;
		uint64_t value;
		int size;
	} bad[] = {
		{ MBIM_DSS_A_OP, 0, 4 },
		{ MBIM_DSS_A_OP, 3, 4 },
		{ MBIM_DSS_A_OP, 1, 3 },
		{ MBIM_DSS_A_OP, 1, 8 },
		{ MBIM_DSS_A_SESSION, 256, 4 },
		{ MBIM_DSS_A_SESSION, UINT32_MAX, 4 },
		{ MBIM_DSS_A_SESSION, 1, 1 },
		{ MBIM_DSS_A_UUID, 1, 8 },
		{ MBIM_DSS_A_UUID, 1, 0 },
		{ MBIM_DSS_A_REQUEST_ID, 1, 4 },
		{ MBIM_DSS_A_MODEM, 1, 2 },
		{ MBIM_DSS_A_UID, 1, 0 },
	};
	struct message_request request;

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		struct nl_msg *msg = make_request(-1);

		assert_int_equal(nla_put(msg, bad[i].attr, bad[i].size, &bad[i].value), 0);
		if (!message_parse_request(nlmsg_hdr(msg), &request))
			fail_msg("attribute %d of %d bytes was taken", bad[i].attr, bad[i].size);
		nlmsg_free(msg);
	}
}

static void unknown_attributes_are_no_fault(void **state)
{
	struct nl_msg *msg = make_request(-1);
	struct message_request request;

	(void)state;
	put_u32(msg, MBIM_DSS_A_MAX + 1, 1);
	put_u32(msg, 1000, 1);
	assert_null(message_parse_request(nlmsg_hdr(msg), &request));
	nlmsg_free(msg);
}

/* Cut off anywhere: no byte beyond the end is read (see it under ASan). */
static void messages_cut_off(void **state)
{
	struct nl_msg *msg = make_request(-1);
	uint32_t size = nlmsg_hdr(msg)->nlmsg_len;

	(void)state;
	for (uint32_t length = NLMSG_HDRLEN; length < size; length++) {
		struct nlmsghdr *copy = g_memdup2(nlmsg_hdr(msg), length);
		struct message_session session;
		struct message_request request;
		struct message_event event;
		struct message_modem modem;

		copy->nlmsg_len = length;
		message_command(copy);
		message_parse_request(copy, &request);
		assert_non_null(message_parse_modem(copy, &modem));
		assert_non_null(message_parse_session(copy, &session));
		assert_non_null(message_parse_event(copy, &event));
		g_free(copy);
	}
	nlmsg_free(msg);
}

static void header_too_short_has_no_command(void **state)
{
	struct nlmsghdr header = { .nlmsg_len = NLMSG_HDRLEN };
	struct message_event event;

	(void)state;
	assert_int_equal(message_command(&header), -1);
	assert_non_null(message_parse_event(&header, &event));
}

static void modem_is_parsed(void **state)
{
	struct nl_msg *msg = make_modem("1-2:1.0");
	struct message_modem modem;

	(void)state;
	assert_null(message_parse_modem(nlmsg_hdr(msg), &modem));
	assert_int_equal(modem.number, 1);
	assert_int_equal(modem.ifindex, 5);
	assert_string_equal(modem.ifname, "wwan0");
	assert_string_equal(modem.device, "1-2:1.0");
	assert_false(modem.probed);
	nla_put_flag(msg, MBIM_DSS_A_PROBED);
	assert_null(message_parse_modem(nlmsg_hdr(msg), &modem));
	assert_true(modem.probed);
	nlmsg_free(msg);
}

/* It becomes a part of a path. */
static void device_names_that_are_none(void **state)
{
	static const char * const names[] = {
		"", ".", "..", "../../etc", "1-2/../..", "/dev",
		"0123456789012345678901234567890123456789",
	};
	struct message_modem modem;

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		struct nl_msg *msg = make_modem(names[i]);

		if (!message_parse_modem(nlmsg_hdr(msg), &modem))
			fail_msg("\"%s\" was taken for a device", names[i]);
		nlmsg_free(msg);
	}
}

static void device_name_without_its_end(void **state)
{
	struct nl_msg *msg = make_modem("1-2:1.0");
	struct message_modem modem;

	(void)state;
	assert_int_equal(nla_put(msg, MBIM_DSS_A_DEVICE, 4, "1-2:"), 0);
	assert_non_null(message_parse_modem(nlmsg_hdr(msg), &modem));
	nlmsg_free(msg);
}

static void session_is_parsed(void **state)
{
	struct nl_msg *msg = begin(MBIM_DSS_CMD_SESSION_GET);
	struct message_session session;

	(void)state;
	put_u32(msg, MBIM_DSS_A_MODEM, 0);
	put_u32(msg, MBIM_DSS_A_SESSION, 7);
	put_u32(msg, MBIM_DSS_A_STATE, MBIM_DSS_SESSION_OPEN);
	assert_non_null(message_parse_session(nlmsg_hdr(msg), &session));
	nla_put(msg, MBIM_DSS_A_UUID, sizeof(nmea), nmea);
	assert_null(message_parse_session(nlmsg_hdr(msg), &session));
	assert_int_equal(session.session, 7);
	assert_int_equal(session.flags, 0);
	assert_int_equal(session.uid, UINT32_MAX);
	put_u32(msg, MBIM_DSS_A_FLAGS, MBIM_DSS_OPEN_ATTACH);
	assert_null(message_parse_session(nlmsg_hdr(msg), &session));
	assert_int_equal(session.flags, MBIM_DSS_OPEN_ATTACH);
	assert_memory_equal(session.uuid, nmea, sizeof(nmea));
	put_u32(msg, MBIM_DSS_A_SESSION, 256);
	assert_non_null(message_parse_session(nlmsg_hdr(msg), &session));
	nlmsg_free(msg);
}

static void event_is_parsed(void **state)
{
	struct nl_msg *msg = begin(MBIM_DSS_CMD_EVENT);
	struct message_event event;

	(void)state;
	assert_non_null(message_parse_event(nlmsg_hdr(msg), &event));
	put_u32(msg, MBIM_DSS_A_EVENT, MBIM_DSS_EVENT_MODEM_REMOVED);
	assert_null(message_parse_event(nlmsg_hdr(msg), &event));
	assert_int_equal(event.event, MBIM_DSS_EVENT_MODEM_REMOVED);
	assert_int_equal(event.modem, UINT32_MAX);
	put_u32(msg, MBIM_DSS_A_MODEM, 2);
	assert_null(message_parse_event(nlmsg_hdr(msg), &event));
	assert_int_equal(event.modem, 2);
	nlmsg_free(msg);
}

/* Messages as the agent sends them. */

static struct nlattr **attrs_of(struct nl_msg *msg, int command)
{
	static struct nlattr *attrs[MBIM_DSS_A_MAX + 1];
	struct nlmsghdr *header = nlmsg_hdr(msg);

	assert_non_null(msg);
	assert_int_equal(header->nlmsg_type, FAMILY);
	assert_int_equal(message_command(header), command);
	assert_int_equal(genlmsg_hdr(header)->version, MBIM_DSS_FAMILY_VERSION);
	assert_int_equal(genlmsg_parse(header, 0, attrs, MBIM_DSS_A_MAX, NULL), 0);
	return attrs;
}

static void reply_is_built(void **state)
{
	struct nl_msg *msg = message_reply(FAMILY, UINT64_MAX, 87, 33);
	struct nlattr **attrs = attrs_of(msg, MBIM_DSS_CMD_REPLY);

	(void)state;
	assert_int_equal(nla_get_u64(attrs[MBIM_DSS_A_REQUEST_ID]), UINT64_MAX);
	assert_int_equal(nla_get_u32(attrs[MBIM_DSS_A_ERROR]), 87);
	assert_int_equal(nla_get_u32(attrs[MBIM_DSS_A_MBIM_STATUS]), 33);
	nlmsg_free(msg);
}

static void lost_and_restored_are_built(void **state)
{
	struct nl_msg *msg = message_lost(FAMILY, 1, 255, 121, 2);
	struct nlattr **attrs = attrs_of(msg, MBIM_DSS_CMD_SESSION_LOST);

	(void)state;
	assert_int_equal(nla_get_u32(attrs[MBIM_DSS_A_MODEM]), 1);
	assert_int_equal(nla_get_u32(attrs[MBIM_DSS_A_SESSION]), 255);
	assert_int_equal(nla_get_u32(attrs[MBIM_DSS_A_ERROR]), 121);
	assert_int_equal(nla_get_u32(attrs[MBIM_DSS_A_MBIM_STATUS]), 2);
	nlmsg_free(msg);

	msg = message_restored(FAMILY, 15);
	attrs = attrs_of(msg, MBIM_DSS_CMD_SESSIONS_RESTORED);
	assert_int_equal(nla_get_u32(attrs[MBIM_DSS_A_MODEM]), 15);
	nlmsg_free(msg);

	msg = message_bind(FAMILY);
	attrs_of(msg, MBIM_DSS_CMD_AGENT_BIND);
	nlmsg_free(msg);
}

static void dumps_are_built(void **state)
{
	struct nl_msg *msg = message_dump(FAMILY, MBIM_DSS_CMD_SESSION_GET, 4);
	struct nlattr **attrs = attrs_of(msg, MBIM_DSS_CMD_SESSION_GET);

	(void)state;
	assert_int_equal(nlmsg_hdr(msg)->nlmsg_flags & NLM_F_DUMP, NLM_F_DUMP);
	assert_int_equal(nla_get_u32(attrs[MBIM_DSS_A_MODEM]), 4);
	nlmsg_free(msg);
	msg = message_dump(FAMILY, MBIM_DSS_CMD_MODEM_GET, MBIM_DSS_MODEM_ANY);
	attrs = attrs_of(msg, MBIM_DSS_CMD_MODEM_GET);
	assert_null(attrs[MBIM_DSS_A_MODEM]);
	nlmsg_free(msg);
}

static void check_service(struct nlattr *nest, const struct service *service)
{
	struct nlattr *attrs[MBIM_DSS_SERVICE_A_MAX + 1];
	struct nlattr *cids;

	assert_int_equal(nla_parse_nested(attrs, MBIM_DSS_SERVICE_A_MAX, nest, NULL), 0);
	assert_int_equal(nla_len(attrs[MBIM_DSS_SERVICE_A_UUID]), MBIM_DSS_UUID_SIZE);
	assert_memory_equal(nla_data(attrs[MBIM_DSS_SERVICE_A_UUID]), service->uuid,
			    MBIM_DSS_UUID_SIZE);
	assert_int_equal(nla_get_u32(attrs[MBIM_DSS_SERVICE_A_DIRECTIONS]), service->directions);
	assert_int_equal(nla_get_u32(attrs[MBIM_DSS_SERVICE_A_MAX_INSTANCES]),
			 service->max_instances);
	assert_string_equal(nla_get_string(attrs[MBIM_DSS_SERVICE_A_NAME]),
			    service_name(service->uuid));
	cids = attrs[MBIM_DSS_SERVICE_A_CIDS];
	assert_int_equal(cids ? nla_len(cids) : 0, service->cid_count * 4);
	if (cids)
		assert_memory_equal(nla_data(cids), service->cids, nla_len(cids));
}

/* As many services as there can be, each as large as it can be. */
static void services_of_the_largest_modem(void **state)
{
	struct service_list *list = g_new0(struct service_list, 1);
	struct nl_msg *msg;
	unsigned int seen = 0;
	struct nlattr *attr;
	int rest;

	(void)state;
	list->max_sessions = 256;
	list->max_command = 65535;
	list->count = SERVICES_MAX;
	for (unsigned int i = 0; i < SERVICES_MAX; i++) {
		struct service *service = &list->services[i];

		assert_true(service_lookup("ms-basic-connect-extensions", service->uuid));
		if (i)
			service->uuid[15] = i;
		service->directions = i % 4;
		service->max_instances = i;
		service->cid_count = i ? MBIM_DSS_MAX_CIDS : 0;
		memset(service->cids, i, sizeof(service->cids));
	}
	msg = message_services(FAMILY, 2, list);
	attrs_of(msg, MBIM_DSS_CMD_SERVICES_SET);
	nlmsg_for_each_attr(attr, nlmsg_hdr(msg), GENL_HDRLEN, rest) {
		if (nla_type(attr) == MBIM_DSS_A_SERVICE)
			check_service(attr, &list->services[seen++]);
	}
	assert_int_equal(seen, SERVICES_MAX);
	nlmsg_free(msg);
	g_free(list);
}

static void services_of_a_modem_without_any(void **state)
{
	struct service_list *list = g_new0(struct service_list, 1);
	struct nl_msg *msg = message_services(FAMILY, 2, list);
	struct nlattr **attrs = attrs_of(msg, MBIM_DSS_CMD_SERVICES_SET);

	(void)state;
	assert_int_equal(nla_get_u32(attrs[MBIM_DSS_A_MODEM]), 2);
	assert_int_equal(nla_get_u32(attrs[MBIM_DSS_A_MAX_SESSIONS]), 0);
	assert_int_equal(nla_get_u32(attrs[MBIM_DSS_A_MAX_COMMAND]), 0);
	assert_null(attrs[MBIM_DSS_A_SERVICE]);
	nlmsg_free(msg);
	g_free(list);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(request_is_parsed),
	cmocka_unit_test(request_without_an_attribute),
	cmocka_unit_test(request_with_a_bad_attribute),
	cmocka_unit_test(unknown_attributes_are_no_fault),
	cmocka_unit_test(messages_cut_off),
	cmocka_unit_test(header_too_short_has_no_command),
	cmocka_unit_test(modem_is_parsed),
	cmocka_unit_test(device_names_that_are_none),
	cmocka_unit_test(device_name_without_its_end),
	cmocka_unit_test(session_is_parsed),
	cmocka_unit_test(event_is_parsed),
	cmocka_unit_test(reply_is_built),
	cmocka_unit_test(lost_and_restored_are_built),
	cmocka_unit_test(dumps_are_built),
	cmocka_unit_test(services_of_the_largest_modem),
	cmocka_unit_test(services_of_a_modem_without_any),
};

test_main(tests)
