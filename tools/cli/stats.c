// SPDX-License-Identifier: GPL-2.0-or-later
/* mbim-dss stats: counters of the sessions. */
#include <inttypes.h>

#include "cli.h"
#include "json.h"

static void print_header(void)
{
	printf("%-10s %12s %14s %8s %8s %12s %14s %8s\n", "SESSION", "RX", "RX-BYTES", "LOST",
	       "BACKLOG", "TX", "TX-BYTES", "ERRORS");
}

static void print_line(const struct wwan_session_info *session)
{
	char name[32];

	snprintf(name, sizeof(name), "dss%us%u", session->modem, session->session);
	printf("%-10s %12" PRIu64 " %14" PRIu64 " %8" PRIu64 " %8" PRIu64 " %12" PRIu64
	       " %14" PRIu64 " %8" PRIu64 "\n", name, session->rx_datagrams,
	       session->rx_bytes, session->rx_lost, session->rx_backlog,
	       session->tx_datagrams, session->tx_bytes, session->tx_errors);
}

static bool is_wanted(const struct wwan_session_info *session, const struct target *target)
{
	return target->session == WWAN_SESSION_ANY || session->session == target->session;
}

static uint32_t print_sessions(const struct wwan_session_list *list,
			       const struct target *target, bool as_json)
{
	struct json json = JSON_INIT;
	uint32_t i, count = 0;

	if (as_json)
		json_open(&json, NULL, '[');
	for (i = 0; i < list->count; i++) {
		if (!is_wanted(&list->items[i], target))
			continue;
		if (as_json)
			json_session(&json, &list->items[i]);
		else if (!count)
			print_header();
		if (!as_json)
			print_line(&list->items[i]);
		count++;
	}
	if (as_json) {
		json_close(&json, ']');
		json_end_line(&json);
	}
	return count;
}

static int show_sessions(struct wwan_handle *handle, const struct target *target, bool as_json)
{
	struct wwan_session_list *list;
	uint32_t count;
	int err;

	err = wwan_enumerate_data_sessions(handle, target->modem, NULL, &list);
	if (err)
		return fail(err, "cannot list the sessions");
	count = print_sessions(list, target, as_json);
	wwan_free_memory(list);
	if (count)
		return EXIT_OK;
	if (target->session != WWAN_SESSION_ANY)
		return fail(ENOTCONN, "dss%us%u", target->modem, target->session);
	if (!as_json)
		note("no session is open");
	return EXIT_OK;
}

static int stats_run(int argc, char **argv)
{
	static const struct option long_options[] = {
		{ "modem", required_argument, NULL, 'm' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 }
	};
	struct wwan_handle *handle;
	const char *modem = NULL;
	struct target target;
	bool as_json = false;
	int c, code;

	while ((c = next_option(argc, argv, long_options)) != -1) {
		switch (c) {
		case 'm':
			modem = optarg;
			break;
		case 'j':
			as_json = true;
			break;
		case 'h':
			return print_help(&stats_command);
		default:
			return EXIT_USAGE;
		}
	}
	if (argc - optind > 1)
		return fail_usage("one session at a time, not also '%s'", argv[optind + 1]);

	code = connect_driver(&handle);
	if (code)
		return code;
	code = find_sessions(handle, argv[optind], modem, &target);
	if (!code)
		code = show_sessions(handle, &target, as_json);
	wwan_close_handle(handle, NULL);
	return code;
}

const struct command stats_command = {
	.name = "stats",
	.arguments = "[SESSION] [--modem M] [--json]",
	.summary = "print the counters of sessions",
	.help =
	"Prints how many datagrams and bytes SESSION (/dev/mbim/dss0s5, dss0s5, or 5), or\n"
	"each open session, has received and sent since it was opened.\n"
	"\n"
	"Columns: LOST datagrams found no room in the receive queue; BACKLOG transfers from\n"
	"the modem were lost while the session was open, with data of whichever session; ERRORS\n"
	"datagrams did not reach the modem.\n"
	"\n"
	"  --modem M  of this modem only: dss0, 0, wwan0\n"
	"  --json     an array of sessions\n",
	.run = stats_run,
};
