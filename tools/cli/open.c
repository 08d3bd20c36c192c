// SPDX-License-Identifier: GPL-2.0-or-later
/* mbim-dss open: open a session. */
#include <poll.h>
#include <unistd.h>

#include "cli.h"
#include "json.h"

#define DEFAULT_TIMEOUT_MS	30000

/* cdc_mbim shows DSS session S as VLAN 256 + S of its network device. */
#define VLAN_OF_SESSION(_session) (256 + (_session))

struct options {
	const char *service;
	const char *modem;
	uint32_t session;
	uint32_t flags;
	int timeout_ms;
	bool hold;
	bool json;
};

static int open_failed(int err, const struct options *options,
		       const struct wwan_interface *modem,
		       const struct wwan_completion *completion)
{
	char words[160];

	/* The modem's own answer tells more than the errno made of it. */
	if (completion->mbim_status) {
		note("%s: %s", options->service,
		     wwan_completion_strerror(completion, words, sizeof(words)));
		return EXIT_FAILED;
	}
	switch (err) {
	case ENOENT:
		return fail_no_service(options->service, modem->modem);
	case EBUSY:
		note("%s: session %u is open already, or %s has a VLAN device of number %u",
		     options->service, options->session, modem->ifname,
		     VLAN_OF_SESSION(options->session));
		return EXIT_FAILED;
	case EUSERS:
		note("%s: %s; 'mbim-dss list' shows who has them", options->service,
		     wwan_strerror(err));
		return EXIT_FAILED;
	default:
		return fail(err, "%s", options->service);
	}
}

static int print_opened(const struct options *options, struct wwan_session *session,
			 const struct wwan_completion *completion)
{
	struct json json = JSON_INIT;
	char node[32];

	snprintf(node, sizeof(node), "/dev/mbim/dss%us%u", wwan_session_get_modem(session),
		 wwan_session_get_id(session));
	if (!options->json) {
		puts(node);
	} else {
		json_open(&json, NULL, '{');
		json_string(&json, "node", node);
		json_number(&json, "max_datagram", wwan_session_get_max_data_size(session));
		json_completion(&json, completion);
		json_close(&json, '}');
		json_end_line(&json);
	}
	/* Whoever reads us through a pipe waits for the name while we hold the session. */
	return finish_output(EXIT_OK);
}

struct hold {
	bool ended;
	int error;
};

static void on_ended(struct wwan_session *session, int error, void *context)
{
	struct hold *hold = context;

	(void)session;
	hold->ended = true;
	hold->error = error;
}

/* 1: a signal came; 0: dispatched something; -1: errno */
static int hold_turn(struct wwan_handle *handle, int fd, int signals)
{
	struct pollfd fds[] = {
		{ .fd = fd, .events = POLLIN },
		{ .fd = signals, .events = POLLIN },
	};

	if (poll(fds, ARRAY_SIZE(fds), -1) < 0)
		return -1;
	if (fds[1].revents)
		return 1;
	errno = wwan_dispatch(handle, 0);
	return errno && errno != ETIMEDOUT ? -1 : 0;
}

/* Stay until a signal comes or the session ends. */
static int hold_session(struct wwan_handle *handle, struct wwan_session *session)
{
	static const struct wwan_session_callbacks callbacks = { .ended = on_ended };
	struct hold hold = { 0 };
	int signals, fd, err, turn = 0;

	signals = open_signals();
	if (signals < 0)
		return fail_system(errno, "cannot wait for signals");
	err = wwan_session_set_callbacks(session, &callbacks, &hold);
	if (!err)
		err = wwan_get_fd(handle, &fd);
	while (!err && !hold.ended && !turn) {
		turn = hold_turn(handle, fd, signals);
		if (turn < 0)
			err = errno;
	}
	close(signals);
	if (err)
		return fail(err, "while holding the session");
	if (hold.error)
		return fail(hold.error, "the session ended");
	if (hold.ended)
		note("the session was closed");
	return EXIT_OK;
}

static int open_session(struct wwan_handle *handle, const struct options *options)
{
	struct wwan_open_args args = {
		.session = options->session,
		.flags = options->flags,
	};
	struct wwan_completion completion;
	struct wwan_interface modem;
	struct wwan_session *session;
	int err, code;

	code = find_modem(handle, options->modem, &modem);
	if (code)
		return code;
	args.modem = modem.modem;
	if (modem.flags & WWAN_INTERFACE_PROBED && !modem.max_sessions &&
	    !(args.flags & WWAN_OPEN_ATTACH)) {
		note_no_sessions(modem.modem);
		return EXIT_FAILED;
	}
	code = find_service(handle, &modem, options->service, args.service);
	if (code)
		return code;

	err = wwan_open_data_session_wait(handle, &args, options->timeout_ms, &completion,
					  &session);
	if (err)
		return open_failed(err, options, &modem, &completion);
	code = print_opened(options, session, &completion);
	return options->hold && !code ? hold_session(handle, session) : code;
}

static int check_options(struct options *options)
{
	if (options->hold)
		options->flags &= ~WWAN_OPEN_PERSIST;
	if (options->flags & WWAN_OPEN_ATTACH && options->session == WWAN_SESSION_ANY)
		return fail_usage("--attach needs --session: which one was connected?");
	return EXIT_OK;
}

static int parse_options(int argc, char **argv, struct options *options)
{
	static const struct option long_options[] = {
		{ "modem", required_argument, NULL, 'm' },
		{ "session", required_argument, NULL, 's' },
		{ "timeout", required_argument, NULL, 't' },
		{ "persist", no_argument, NULL, 'p' },
		{ "hold", no_argument, NULL, 'o' },
		{ "attach", no_argument, NULL, 'a' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 }
	};
	bool persist = false;
	int c;

	while ((c = next_option(argc, argv, long_options)) != -1) {
		switch (c) {
		case 'm':
			options->modem = optarg;
			break;
		case 's':
			if (option_number("--session", optarg, 0, 255, &options->session))
				return EXIT_USAGE;
			break;
		case 't':
			if (option_seconds("--timeout", optarg, &options->timeout_ms))
				return EXIT_USAGE;
			break;
		case 'p':
			persist = true;
			break;
		case 'o':
			options->hold = true;
			break;
		case 'a':
			options->flags |= WWAN_OPEN_ATTACH;
			break;
		case 'j':
			options->json = true;
			break;
		case 'h':
			print_help(&open_command);
			return -1;
		default:
			return EXIT_USAGE;
		}
	}
	if (persist && options->hold)
		return fail_usage("--persist and --hold exclude each other");
	if (argc - optind != 1 || !argv[optind][0])
		return fail_usage("name one service, or its UUID");
	options->service = argv[optind];
	return check_options(options);
}

static int open_run(int argc, char **argv)
{
	struct options options = {
		.session = WWAN_SESSION_ANY,
		.flags = WWAN_OPEN_PERSIST,
		.timeout_ms = DEFAULT_TIMEOUT_MS,
	};
	struct wwan_handle *handle;
	int code;

	code = parse_options(argc, argv, &options);
	if (code)
		return code < 0 ? EXIT_OK : code;
	code = connect_driver(&handle);
	if (code)
		return code;
	code = open_session(handle, &options);
	wwan_close_handle(handle, NULL);
	return code;
}

const struct command open_command = {
	.name = "open",
	.arguments = "SERVICE [--modem M] [--session S] [--persist | --hold] [--attach]\n"
		     "                     [--timeout SECS] [--json]",
	.summary = "open a session to a service",
	.help =
	"Opens a data session to SERVICE, a name from 'mbim-dss services' or a UUID, and prints\n"
	"the session's node, for use by any program:\n"
	"\n"
	"    cat $(mbim-dss open nmea)\n"
	"\n"
	"  --modem M       which modem: dss0, 0, wwan0; needed when there are several\n"
	"  --session S     session id, 0 to 255; the lowest free one by default\n"
	"  --persist       leave it open until 'mbim-dss close'; this is the default\n"
	"  --hold          hold it open until a signal (Ctrl-C) or its end, then close it\n"
	"  --attach        somebody else has connected it on the modem, such as mbimcli\n"
	"                  --dss-connect: only make the node. Needs root and --session\n"
	"  --timeout SECS  give up after so long (default 30)\n"
	"  --json          print an object: node, request_id, status and more\n",
	.run = open_run,
};
