// SPDX-License-Identifier: GPL-2.0-or-later
/* mbim-dss cat: print what a session receives, datagram by datagram. */
#include <stdlib.h>

#include "cli.h"
#include "json.h"

/* Datagrams fetched with one call, and room for one: no NTB is larger. */
#define BATCH		16
#define ROOM		65536

struct options {
	const char *session;
	const char *modem;
	uint32_t count;			/* 0: no end */
	int timeout_ms;
	bool hex;
	bool timestamp;
	bool json;
};

static void print_hex(const uint8_t *data, uint32_t len)
{
	uint32_t i;

	for (i = 0; i < len; i++)
		printf("%s%02x", i ? " " : "", data[i]);
	putchar('\n');
}

static void print_text(const struct options *options, const struct wwan_datagram *datagram)
{
	char now[40];

	if (datagram->flags & WWAN_DATAGRAM_LOST)
		note("%u datagrams are missing here", datagram->lost);
	if (datagram->flags & WWAN_DATAGRAM_BACKLOG)
		note("transfers from the modem were lost, perhaps with data of this session");
	if (options->timestamp)
		printf("%s ", clock_text(now, sizeof(now)));
	if (options->hex)
		print_hex(datagram->data, datagram->len);
	else
		fwrite(datagram->data, 1, datagram->len, stdout);
}

static void print_json(const struct options *options, const struct wwan_datagram *datagram)
{
	struct json json = JSON_INIT;
	char now[40];

	json_open(&json, NULL, '{');
	if (options->timestamp)
		json_string(&json, "time", clock_text(now, sizeof(now)));
	json_number(&json, "len", datagram->len);
	json_number(&json, "lost", datagram->lost);
	json_bool(&json, "backlog", datagram->flags & WWAN_DATAGRAM_BACKLOG);
	json_hex(&json, "data", datagram->data, datagram->len);
	json_close(&json, '}');
	json_end_line(&json);
}

static int print_batch(const struct options *options, const struct wwan_datagram *datagrams,
		       uint32_t count)
{
	uint32_t i;

	for (i = 0; i < count; i++) {
		if (options->json)
			print_json(options, &datagrams[i]);
		else
			print_text(options, &datagrams[i]);
	}
	/* Datagrams come at their own pace: show each when it comes. */
	return finish_output(EXIT_OK);
}

static int cat_datagrams(struct wwan_session *session, const struct options *options,
			 char *room)
{
	struct wwan_datagram datagrams[BATCH];
	uint32_t left = options->count;
	uint32_t want, done, i;
	int err, code = EXIT_OK;

	while (!code && (!options->count || left)) {
		want = options->count && left < BATCH ? left : BATCH;
		for (i = 0; i < want; i++) {
			datagrams[i] = (struct wwan_datagram) {
				.data = room + i * ROOM,
				.len = ROOM,
			};
		}
		err = wwan_session_read_batch(session, datagrams, want, options->timeout_ms,
					      &done);
		if (err == ETIMEDOUT) {
			note("%s: nothing was received in %g s", options->session,
			     options->timeout_ms / 1000.0);
			return EXIT_TIMEOUT;
		}
		if (err)
			return fail(err, "%s", options->session);
		if (!done) {
			note("%s: the session was closed", options->session);
			return options->count ? EXIT_GONE : EXIT_OK;
		}
		code = print_batch(options, datagrams, done);
		left -= options->count ? done : 0;
	}
	return code;
}

static int cat_session(struct wwan_handle *handle, const struct options *options)
{
	struct wwan_session *session;
	struct target target;
	int err, code;
	char *room;

	code = find_session(handle, options->session, options->modem, &target);
	if (code)
		return code;
	err = wwan_join_data_session(handle, target.modem, target.session, &session);
	if (err)
		return fail(err, "%s", options->session);
	room = malloc(BATCH * ROOM);
	if (!room)
		return fail(ENOMEM, "%s", options->session);
	code = cat_datagrams(session, options, room);
	free(room);
	return code;
}

static int parse_options(int argc, char **argv, struct options *options)
{
	static const struct option long_options[] = {
		{ "modem", required_argument, NULL, 'm' },
		{ "count", required_argument, NULL, 'c' },
		{ "timeout", required_argument, NULL, 't' },
		{ "hex", no_argument, NULL, 'x' },
		{ "timestamp", no_argument, NULL, 's' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 }
	};
	int c;

	while ((c = next_option(argc, argv, long_options)) != -1) {
		switch (c) {
		case 'm':
			options->modem = optarg;
			break;
		case 'c':
			if (option_number("--count", optarg, 1, UINT32_MAX, &options->count))
				return EXIT_USAGE;
			break;
		case 't':
			if (option_seconds("--timeout", optarg, &options->timeout_ms))
				return EXIT_USAGE;
			break;
		case 'x':
			options->hex = true;
			break;
		case 's':
			options->timestamp = true;
			break;
		case 'j':
			options->json = true;
			break;
		case 'h':
			print_help(&cat_command);
			return -1;
		default:
			return EXIT_USAGE;
		}
	}
	if (argc - optind != 1)
		return fail_usage("name one session");
	options->session = argv[optind];
	return EXIT_OK;
}

static int cat_run(int argc, char **argv)
{
	struct options options = { .timeout_ms = -1 };
	struct wwan_handle *handle;
	int code;

	code = parse_options(argc, argv, &options);
	if (code)
		return code < 0 ? EXIT_OK : code;
	code = connect_driver(&handle);
	if (code)
		return code;
	code = cat_session(handle, &options);
	wwan_close_handle(handle, NULL);
	return code;
}

const struct command cat_command = {
	.name = "cat",
	.arguments = "SESSION [--modem M] [--count N] [--timeout SECS] [--hex] [--timestamp]\n"
		     "                    [--json]",
	.summary = "print what a session receives",
	.help =
	"Prints the datagrams that SESSION (/dev/mbim/dss0s5, dss0s5, or 5) receives, until\n"
	"it is closed. Plain cat on the node does so too; this one knows where one datagram\n"
	"ends and the next begins, and tells on stderr what was lost.\n"
	"\n"
	"  --modem M       which modem, when SESSION is a number: dss0, 0, wwan0\n"
	"  --count N       end after N datagrams; a session that ends before is exit code 4\n"
	"  --timeout SECS  give up when nothing comes for so long, with exit code 3\n"
	"  --hex           a line of hexadecimal bytes a datagram\n"
	"  --timestamp     the time of day before each datagram\n"
	"  --json          a line with an object a datagram; data is hexadecimal\n",
	.run = cat_run,
};
