// SPDX-License-Identifier: GPL-2.0-or-later
/* mbim-dss monitor: print what changes. */
#include <time.h>

#include "cli.h"
#include "json.h"

struct options {
	uint32_t count;			/* 0: no end */
	int timeout_ms;
	bool json;
};

struct monitor {
	const struct options *options;
	uint32_t left;
};

static void print_text(struct wwan_handle *handle, const struct wwan_notification *event)
{
	char now[40], name[64];

	printf("%s %s", clock_text(now, sizeof(now)), wwan_event_string(event->event));
	if (event->valid & WWAN_NOTIFICATION_MODEM)
		printf(" dss%u", event->modem);
	if (event->valid & WWAN_NOTIFICATION_SESSION)
		printf("s%u", event->session);
	if (event->valid & WWAN_NOTIFICATION_SERVICE)
		printf(" service %s", service_name(handle, event->modem, event->service, name,
						   sizeof(name)));
	if (event->error)
		printf(": %s", wwan_strerror(event->error));
	putchar('\n');
}

static void print_json(const struct wwan_notification *event)
{
	struct json json = JSON_INIT;
	char now[40];

	json_open(&json, NULL, '{');
	json_string(&json, "time", clock_text(now, sizeof(now)));
	json_string(&json, "event", wwan_event_string(event->event));
	if (event->valid & WWAN_NOTIFICATION_MODEM)
		json_number(&json, "modem", event->modem);
	if (event->valid & WWAN_NOTIFICATION_SESSION)
		json_number(&json, "session", event->session);
	if (event->valid & WWAN_NOTIFICATION_SERVICE)
		json_uuid(&json, "service", event->service);
	json_number(&json, "error", event->error);
	json_close(&json, '}');
	json_end_line(&json);
}

static void on_event(struct wwan_handle *handle, const struct wwan_notification *event,
		     void *context)
{
	struct monitor *monitor = context;

	if (monitor->options->count && !monitor->left)
		return;
	monitor->left--;
	if (monitor->options->json)
		print_json(event);
	else
		print_text(handle, event);
}

/* Scripts wait for this line before they do what is to be seen. */
static void print_listening(const struct options *options)
{
	struct json json = JSON_INIT;

	if (options->json) {
		json_open(&json, NULL, '{');
		json_string(&json, "event", "listening");
		json_close(&json, '}');
		json_end_line(&json);
	} else {
		puts("listening");
	}
}

static int monitor_events(struct wwan_handle *handle, const struct options *options)
{
	struct monitor monitor = { .options = options, .left = options->count };
	int err, code;

	err = wwan_register_notification(handle, WWAN_NOTIFICATION_SOURCE_ALL, on_event,
					 &monitor, NULL, NULL);
	if (err)
		return fail(err, "cannot listen to the driver");
	print_listening(options);
	do {
		code = finish_output(EXIT_OK);
		if (code)
			return code;
		err = wwan_dispatch(handle, options->timeout_ms);
	} while (!err && (!options->count || monitor.left));
	if (err == ETIMEDOUT) {
		note("nothing happened in %g s", options->timeout_ms / 1000.0);
		return EXIT_TIMEOUT;
	}
	return err ? fail(err, NULL) : EXIT_OK;
}

static int monitor_run(int argc, char **argv)
{
	static const struct option long_options[] = {
		{ "count", required_argument, NULL, 'c' },
		{ "timeout", required_argument, NULL, 't' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 }
	};
	struct options options = { .timeout_ms = -1 };
	struct wwan_handle *handle;
	int c, code;

	while ((c = next_option(argc, argv, long_options)) != -1) {
		switch (c) {
		case 'c':
			if (option_number("--count", optarg, 1, UINT32_MAX, &options.count))
				return EXIT_USAGE;
			break;
		case 't':
			if (option_seconds("--timeout", optarg, &options.timeout_ms))
				return EXIT_USAGE;
			break;
		case 'j':
			options.json = true;
			break;
		case 'h':
			return print_help(&monitor_command);
		default:
			return EXIT_USAGE;
		}
	}
	if (optind < argc)
		return fail_usage("what is '%s'?", argv[optind]);

	code = connect_driver(&handle);
	if (code)
		return code;
	code = monitor_events(handle, &options);
	wwan_close_handle(handle, NULL);
	return code;
}

const struct command monitor_command = {
	.name = "monitor",
	.arguments = "[--count N] [--timeout SECS] [--json]",
	.summary = "print what changes: modems, sessions, the agent",
	.help =
	"Prints a line for each event, with the time of day, after a line 'listening':\n"
	"modem-added, modem-removed, modem-probed, session-opened, session-closed,\n"
	"sessions-restored, agent-bound, agent-lost, and overrun when events were lost.\n"
	"\n"
	"  --count N       end after N events\n"
	"  --timeout SECS  give up when nothing happens for so long, with exit code 3\n"
	"  --json          a line with an object for each event\n",
	.run = monitor_run,
};
