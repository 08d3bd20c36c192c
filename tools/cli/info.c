// SPDX-License-Identifier: GPL-2.0-or-later
/* mbim-dss info: everything about one modem or one session. */
#include <inttypes.h>

#include "cli.h"
#include "json.h"

#define FIELD	"%-14s "

static void print_modem(const struct wwan_interface *modem, bool as_json)
{
	struct json json = JSON_INIT;

	if (as_json) {
		json_modem(&json, modem);
		json_close(&json, '}');
		json_end_line(&json);
		return;
	}
	printf(FIELD "dss%u\n", "modem", modem->modem);
	printf(FIELD "%s (%s)\n", "netdev", modem->ifname,
	       modem->flags & WWAN_INTERFACE_UP ? "up" : "down");
	printf(FIELD "%s\n", "device", modem->device);
	printf(FIELD "%s\n", "state", modem_state(modem));
	printf(FIELD "%u of %u\n", "sessions", modem->open_sessions, modem->max_sessions);
	printf(FIELD "%u bytes\n", "max datagram", modem->max_datagram);
	printf(FIELD "%u bytes\n", "max command", modem->max_command);
	if (modem->flags & WWAN_INTERFACE_PROBED && !modem->max_sessions)
		note_no_sessions(modem->modem);
}

static void print_counters(const struct wwan_session_info *session)
{
	printf(FIELD "%" PRIu64 " datagrams, %" PRIu64 " bytes\n", "received",
	       session->rx_datagrams, session->rx_bytes);
	printf(FIELD "%" PRIu64 " datagrams, %" PRIu64 " transfers of the modem\n", "lost",
	       session->rx_lost, session->rx_backlog);
	printf(FIELD "%" PRIu64 " datagrams, %" PRIu64 " bytes, %" PRIu64 " errors\n", "sent",
	       session->tx_datagrams, session->tx_bytes, session->tx_errors);
	printf(FIELD "%u of %u bytes\n", "to be read", session->rx_queued, session->rx_limit);
	printf(FIELD "%u of %u bytes\n", "to be sent", session->tx_queued, session->tx_limit);
}

static void print_session(struct wwan_handle *handle, const struct wwan_session_info *session)
{
	char uuid[WWAN_UUID_STRING_SIZE], name[64];

	printf(FIELD "/dev/mbim/dss%us%u\n", "node", session->modem, session->session);
	service_name(handle, session->modem, session->service, name, sizeof(name));
	printf(FIELD "%s\n", "service", name);
	printf(FIELD "%s\n", "uuid", wwan_format_uuid(session->service, uuid));
	printf(FIELD "%s%s%s\n", "state", session_state(session->state),
	       session->flags & WWAN_OPEN_PERSIST ? ", persistent" : "",
	       session->flags & WWAN_OPEN_ATTACH ? ", attached" : "");
	printf(FIELD "%s\n", "data", direction_name(session->directions));
	printf(FIELD "uid %u, gid %u\n", "opened by", session->uid, session->gid);
	printf(FIELD "%u bytes\n", "max datagram", session->max_datagram);
	print_counters(session);
}

static const struct wwan_session_info *pick(const struct wwan_session_list *list,
					    const struct target *target)
{
	uint32_t i;

	for (i = 0; i < list->count; i++) {
		if (list->items[i].modem == target->modem &&
		    list->items[i].session == target->session)
			return &list->items[i];
	}
	return NULL;
}

static int show_session(struct wwan_handle *handle, const char *name, bool as_json)
{
	const struct wwan_session_info *session;
	struct wwan_session_list *list;
	struct json json = JSON_INIT;
	struct target target;
	int err, code;

	code = find_session(handle, name, NULL, &target);
	if (code)
		return code;
	err = wwan_enumerate_data_sessions(handle, target.modem, NULL, &list);
	if (err)
		return fail(err, "%s", name);
	session = pick(list, &target);
	if (!session) {
		code = fail(ENOTCONN, "%s", name);
	} else if (as_json) {
		json_session(&json, session);
		json_end_line(&json);
	} else {
		print_session(handle, session);
	}
	wwan_free_memory(list);
	return code;
}

static int show_modem(struct wwan_handle *handle, const char *name, bool as_json)
{
	struct wwan_interface modem;
	int code;

	code = find_modem(handle, name, &modem);
	if (!code)
		print_modem(&modem, as_json);
	return code;
}

static int info_run(int argc, char **argv)
{
	static const struct option long_options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 }
	};
	struct wwan_handle *handle;
	bool as_json = false;
	const char *name;
	int c, code;

	while ((c = next_option(argc, argv, long_options)) != -1) {
		switch (c) {
		case 'j':
			as_json = true;
			break;
		case 'h':
			return print_help(&info_command);
		default:
			return EXIT_USAGE;
		}
	}
	if (argc - optind > 1)
		return fail_usage("one at a time, not also '%s'", argv[optind + 1]);
	name = optind < argc ? argv[optind] : NULL;

	code = connect_driver(&handle);
	if (code)
		return code;
	if (name && is_session_name(name))
		code = show_session(handle, name, as_json);
	else
		code = show_modem(handle, name, as_json);
	wwan_close_handle(handle, NULL);
	return code;
}

const struct command info_command = {
	.name = "info",
	.arguments = "[MODEM | SESSION] [--json]",
	.summary = "print everything about a modem or a session",
	.help =
	"Prints what is known about MODEM (dss0, 0, wwan0; the only one by default) or about\n"
	"SESSION (dss0s5 or /dev/mbim/dss0s5).\n"
	"\n"
	"  --json  an object\n",
	.run = info_run,
};
