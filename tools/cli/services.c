// SPDX-License-Identifier: GPL-2.0-or-later
/* mbim-dss services: what a modem offers. */
#include <stdlib.h>

#include "cli.h"
#include "json.h"

static void print_instances(const struct wwan_service *service)
{
	if (!service->directions)
		printf("%-9s ", "-");
	else if (!service->max_instances)
		printf("%3u/%-5s ", service->open_sessions, "any");
	else
		printf("%3u/%-5u ", service->open_sessions, service->max_instances);
}

static void print_service(uint32_t modem, const struct wwan_service *service)
{
	char uuid[WWAN_UUID_STRING_SIZE];
	uint32_t i;

	printf("dss%-3u %-20s %s %-5s ", modem, service->name[0] ? service->name : "-",
	       wwan_format_uuid(service->uuid, uuid), direction_name(service->directions));
	print_instances(service);
	for (i = 0; i < service->cid_count && i < WWAN_MAX_CIDS; i++)
		printf("%s%u", i ? "," : "", service->cids[i]);
	printf("%s\n", service->cid_count ? "" : "-");
}

static void print_header(bool *printed)
{
	if (!*printed)
		printf("%-6s %-20s %-36s %-5s %-9s %s\n", "MODEM", "SERVICE", "UUID", "DATA",
		       "SESSIONS", "CIDS");
	*printed = true;
}

static void print_text(const struct wwan_interface *modem, const struct wwan_service_list *list,
		       bool *header)
{
	uint32_t i;

	if (list->count)
		print_header(header);
	for (i = 0; i < list->count; i++)
		print_service(modem->modem, &list->items[i]);
	if (!list->count)
		note("dss%u: this modem has no device services", modem->modem);
	else if (!modem->max_sessions)
		note_no_sessions(modem->modem);
}

static void print_json(struct json *json, const struct wwan_interface *modem,
		       const struct wwan_service_list *list)
{
	uint32_t i;

	json_modem(json, modem);
	json_open(json, "services", '[');
	for (i = 0; i < list->count; i++)
		json_service(json, &list->items[i]);
	json_close(json, ']');
	json_close(json, '}');
}

struct options {
	bool json;
	int wait_ms;
	int64_t deadline;		/* the end of that */
};

/* What has been printed up to now. */
struct output {
	struct json json;
	bool header;
};

static int show_modem(struct wwan_handle *handle, struct wwan_interface *modem,
		      const struct options *options, struct output *output)
{
	struct wwan_service_list *list;
	char name[16];
	int err, code;

	err = wait_probed(handle, modem->modem, options->deadline);
	if (!err)
		err = wwan_enumerate_device_services(handle, modem->modem, NULL, &list);
	if (err) {
		code = fail(err, "dss%u", modem->modem);
		return err == EAGAIN && options->wait_ms ? EXIT_TIMEOUT : code;
	}
	/* The agent has told its limits, too, since it was listed. */
	snprintf(name, sizeof(name), "dss%u", modem->modem);
	code = find_modem(handle, name, modem);
	if (code)
		goto out;
	if (options->json)
		print_json(&output->json, modem, list);
	else
		print_text(modem, list, &output->header);
out:
	wwan_free_memory(list);
	return code;
}

static int show_modems(struct wwan_handle *handle, const struct options *options,
		       struct wwan_interface *modems, uint32_t count)
{
	struct output output = { .json = JSON_INIT };
	int code = EXIT_OK;
	uint32_t i;
	int result;

	if (options->json)
		json_open(&output.json, NULL, '[');
	for (i = 0; i < count; i++) {
		result = show_modem(handle, &modems[i], options, &output);
		if (result)
			code = result;
	}
	if (options->json) {
		json_close(&output.json, ']');
		json_end_line(&output.json);
	}
	return code;
}

static int show_all(struct wwan_handle *handle, const struct options *options)
{
	struct wwan_interface_list *list;
	int err, code;

	err = wwan_enumerate_interfaces(handle, NULL, &list);
	if (err)
		return fail(err, "cannot list the modems");
	if (!list->count && !options->json) {
		note("there is no MBIM modem");
		code = EXIT_OK;
	} else {
		code = show_modems(handle, options, list->items, list->count);
	}
	if (!list->count && options->wait_ms)
		code = EXIT_TIMEOUT;
	wwan_free_memory(list);
	return code;
}

static int show_named(struct wwan_handle *handle, const struct options *options,
		      const char *name)
{
	struct wwan_interface modem;
	int code;

	code = find_modem(handle, name, &modem);
	if (code == EXIT_GONE && options->wait_ms)
		return EXIT_TIMEOUT;
	if (code)
		return code;
	return show_modems(handle, options, &modem, 1);
}

static int show(struct wwan_handle *handle, struct options *options, const char *name)
{
	int err;

	options->deadline = deadline_in(options->wait_ms);
	err = wait_modem(handle, name, options->deadline);
	if (err && err != EAGAIN)
		return fail(err, "cannot wait for a modem");
	return name ? show_named(handle, options, name) : show_all(handle, options);
}

static int services_run(int argc, char **argv)
{
	static const struct option long_options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "wait", required_argument, NULL, 'w' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 }
	};
	struct options options = { 0 };
	struct wwan_handle *handle;
	int c, code;

	while ((c = next_option(argc, argv, long_options)) != -1) {
		switch (c) {
		case 'j':
			options.json = true;
			break;
		case 'w':
			if (option_seconds("--wait", optarg, &options.wait_ms))
				return EXIT_USAGE;
			break;
		case 'h':
			return print_help(&services_command);
		default:
			return EXIT_USAGE;
		}
	}
	if (argc - optind > 1)
		return fail_usage("one modem at a time, not also '%s'", argv[optind + 1]);

	code = connect_driver(&handle);
	if (code)
		return code;
	code = show(handle, &options, argv[optind]);
	wwan_close_handle(handle, NULL);
	return code;
}

const struct command services_command = {
	.name = "services",
	.arguments = "[MODEM] [--wait SECS] [--json]",
	.summary = "list the device services of a modem",
	.help =
	"Lists the device services of MODEM (dss0, 0, wwan0 or 1-2:1.0), or of all modems.\n"
	"\n"
	"Columns: DATA says which way a data session of the service carries data: in (from\n"
	"the modem), out, both, or none when it has no data session; SESSIONS how many are\n"
	"in use and how many the service can have; CIDS its command ids.\n"
	"\n"
	"  --wait SECS  wait so long for a modem, and for the agent to tell its services;\n"
	"               then give up with exit code 3\n"
	"  --json       an array of modems, each with its services\n",
	.run = services_run,
};
