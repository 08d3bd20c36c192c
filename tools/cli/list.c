// SPDX-License-Identifier: GPL-2.0-or-later
/* mbim-dss list: the modems and their sessions. */
#include "cli.h"
#include "json.h"

struct list {
	struct wwan_handle *handle;
	struct wwan_interface_list *modems;
	struct wwan_session_list *sessions;
};

static void print_modems(const struct list *list)
{
	const struct wwan_interface *modem;
	uint32_t i;

	printf("%-6s %-12s %-12s %-11s %-9s %s\n", "MODEM", "NETDEV", "DEVICE", "STATE",
	       "SESSIONS", "DATAGRAM");
	for (i = 0; i < list->modems->count; i++) {
		modem = &list->modems->items[i];
		printf("dss%-3u %-12s %-12s %-11s %3u/%-5u %u\n", modem->modem, modem->ifname,
		       modem->device, modem_state(modem), modem->open_sessions,
		       modem->max_sessions, modem->max_datagram);
	}
}

static void print_sessions(const struct list *list)
{
	const struct wwan_session_info *session;
	char name[64];
	uint32_t i;

	if (!list->sessions->count)
		return;
	printf("\n%-20s %-9s %-5s %s\n", "NODE", "STATE", "UID", "SERVICE");
	for (i = 0; i < list->sessions->count; i++) {
		session = &list->sessions->items[i];
		printf("/dev/mbim/dss%us%-5u %-9s %-5u %s\n", session->modem,
		       session->session, session_state(session->state), session->uid,
		       service_name(list->handle, session->modem, session->service, name,
				    sizeof(name)));
	}
}

/* What the table cannot say: why there is nothing to open. */
static void print_remarks(const struct list *list)
{
	const struct wwan_interface *modem;
	uint32_t i;

	for (i = 0; i < list->modems->count; i++) {
		modem = &list->modems->items[i];
		if (!(modem->flags & WWAN_INTERFACE_PROBED))
			note("dss%u: the agent has not told its services yet: is mbim-dssd "
			     "running?", modem->modem);
		else if (!modem->max_sessions)
			note_no_sessions(modem->modem);
	}
}

static void print_text(const struct list *list)
{
	if (!list->modems->count) {
		note("there is no MBIM modem");
		return;
	}
	print_modems(list);
	print_sessions(list);
	print_remarks(list);
}

static void print_json(const struct list *list)
{
	struct json json = JSON_INIT;
	uint32_t i, j;

	json_open(&json, NULL, '[');
	for (i = 0; i < list->modems->count; i++) {
		json_modem(&json, &list->modems->items[i]);
		json_open(&json, "sessions", '[');
		for (j = 0; j < list->sessions->count; j++) {
			if (list->sessions->items[j].modem == list->modems->items[i].modem)
				json_session(&json, &list->sessions->items[j]);
		}
		json_close(&json, ']');
		json_close(&json, '}');
	}
	json_close(&json, ']');
	json_end_line(&json);
}

static int list_all(struct wwan_handle *handle, bool as_json)
{
	struct list list = { .handle = handle };
	int err;

	err = wwan_enumerate_interfaces(handle, NULL, &list.modems);
	if (err)
		return fail(err, "cannot list the modems");
	err = wwan_enumerate_data_sessions(handle, WWAN_MODEM_ANY, NULL, &list.sessions);
	if (err) {
		wwan_free_memory(list.modems);
		return fail(err, "cannot list the sessions");
	}
	if (as_json)
		print_json(&list);
	else
		print_text(&list);
	wwan_free_memory(list.sessions);
	wwan_free_memory(list.modems);
	return EXIT_OK;
}

static int list_run(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 }
	};
	struct wwan_handle *handle;
	bool as_json = false;
	int c, code;

	while ((c = next_option(argc, argv, options)) != -1) {
		switch (c) {
		case 'j':
			as_json = true;
			break;
		case 'h':
			return print_help(&list_command);
		default:
			return EXIT_USAGE;
		}
	}
	if (optind < argc)
		return fail_usage("what is '%s'?", argv[optind]);

	code = connect_driver(&handle);
	if (code)
		return code;
	code = list_all(handle, as_json);
	wwan_close_handle(handle, NULL);
	return code;
}

const struct command list_command = {
	.name = "list",
	.arguments = "[--json]",
	.summary = "list the modems and the open sessions",
	.help =
	"Lists the MBIM modems, and the sessions that are open on them, whoever opened\n"
	"them. No modem at all is not an error.\n"
	"\n"
	"Columns: SESSIONS is how many are in use and how many the modem can have;\n"
	"DATAGRAM the largest it takes, in bytes; UID the user who opened the session.\n"
	"\n"
	"  --json    an array of modems, each with its sessions\n",
	.run = list_run,
};
