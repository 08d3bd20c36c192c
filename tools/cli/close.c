// SPDX-License-Identifier: GPL-2.0-or-later
/* mbim-dss close: close a session. */
#include "cli.h"
#include "json.h"

#define DEFAULT_TIMEOUT_MS	30000

struct options {
	const char *session;
	const char *modem;
	int timeout_ms;
	bool json;
};

static void print_json(const struct wwan_completion *completion)
{
	struct json json = JSON_INIT;

	json_open(&json, NULL, '{');
	json_completion(&json, completion);
	json_close(&json, '}');
	json_end_line(&json);
}

static int close_session(struct wwan_handle *handle, const struct options *options)
{
	struct wwan_completion completion;
	struct target target;
	char words[160];
	int err, code;

	code = find_session(handle, options->session, options->modem, &target);
	if (code)
		return code;
	err = wwan_close_data_session_wait(handle, target.modem, target.session,
					   options->timeout_ms, &completion);
	/* A request that has ended has an outcome to show; the others have only an errno. */
	if (options->json && completion.size)
		print_json(&completion);
	if (!err)
		return EXIT_OK;
	if (!completion.mbim_status)
		return fail(err, "dss%us%u", target.modem, target.session);
	note("dss%us%u: %s", target.modem, target.session,
	     wwan_completion_strerror(&completion, words, sizeof(words)));
	return EXIT_FAILED;
}

static int close_run(int argc, char **argv)
{
	static const struct option long_options[] = {
		{ "modem", required_argument, NULL, 'm' },
		{ "timeout", required_argument, NULL, 't' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 }
	};
	struct options options = { .timeout_ms = DEFAULT_TIMEOUT_MS };
	struct wwan_handle *handle;
	int c, code;

	while ((c = next_option(argc, argv, long_options)) != -1) {
		switch (c) {
		case 'm':
			options.modem = optarg;
			break;
		case 't':
			if (option_seconds("--timeout", optarg, &options.timeout_ms))
				return EXIT_USAGE;
			break;
		case 'j':
			options.json = true;
			break;
		case 'h':
			return print_help(&close_command);
		default:
			return EXIT_USAGE;
		}
	}
	if (argc - optind != 1)
		return fail_usage("name one session");
	options.session = argv[optind];

	code = connect_driver(&handle);
	if (code)
		return code;
	code = close_session(handle, &options);
	wwan_close_handle(handle, NULL);
	return code;
}

const struct command close_command = {
	.name = "close",
	.arguments = "SESSION [--modem M] [--timeout SECS] [--json]",
	.summary = "close a session",
	.help =
	"Closes SESSION: its node (/dev/mbim/dss0s5), dss0s5, or the number 5 with --modem\n"
	"when there are several modems. It must be yours, or you are root. What has been\n"
	"written is still sent if the modem takes it within a second.\n"
	"\n"
	"  --modem M       which modem: dss0, 0, wwan0\n"
	"  --timeout SECS  wait so long (default 30); the close goes on all the same\n"
	"  --json          print an object: request_id, status and more\n",
	.run = close_run,
};
