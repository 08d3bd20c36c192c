// SPDX-License-Identifier: GPL-2.0-or-later
/* mbim-dss write: send datagrams, and tell how each one ended. */
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "json.h"

#define DEFAULT_TIMEOUT_MS	10000
/* Completion records fetched with one call. */
#define BATCH			64

struct options {
	const char *session;
	const char *modem;
	char **texts;
	int text_count;
	int timeout_ms;
	bool hex;
	bool json;
	bool quiet;
};

struct writer {
	const struct options *options;
	struct wwan_session *session;
	bool under_way;			/* completions are still to come */
	int code;			/* of the first datagram that failed, or the output */
};

static int fail_session(const struct writer *writer, int err)
{
	const char *name = writer->options->session;

	switch (err) {
	case EMSGSIZE:
		note("%s: larger than the modem takes (%u bytes)", name,
		     wwan_session_get_max_data_size(writer->session));
		return EXIT_FAILED;
	case EINVAL:
		note("%s: an empty datagram cannot be sent", name);
		return EXIT_FAILED;
	case ETIMEDOUT:
		note("%s: the modem has taken nothing for %g s", name,
		     writer->options->timeout_ms / 1000.0);
		return EXIT_TIMEOUT;
	case ENOTCONN:
		note("%s: the session was closed", name);
		return EXIT_GONE;
	default:
		return fail(err, "%s", name);
	}
}

/* Nobody cancels what we send, but the close of the session. */
static int completion_code(const struct wwan_completion *completion)
{
	return completion->error == ECANCELED ? EXIT_GONE : exit_code(completion->error);
}

static void print_text(const struct wwan_completion *completion, const char *words)
{
	printf("request %" PRIu64, completion->request_id);
	if (completion->count > 1)
		printf(" to %" PRIu64, completion->request_id + completion->count - 1);
	printf(": %" PRIu64 " bytes: %s\n", completion->bytes, words);
}

static void print_json(const struct wwan_completion *completion)
{
	struct json json = JSON_INIT;

	json_open(&json, NULL, '{');
	json_completion(&json, completion);
	json_number(&json, "count", completion->count);
	json_number(&json, "bytes", completion->bytes);
	json_close(&json, '}');
	json_end_line(&json);
}

static void take_completion(struct writer *writer, const struct wwan_completion *completion)
{
	const struct options *options = writer->options;
	char words[160];

	wwan_completion_strerror(completion, words, sizeof(words));
	if (options->json)
		print_json(completion);
	else if (!options->quiet)
		print_text(completion, words);
	else if (completion->error)
		note("%s: %s", options->session, words);
	if (!writer->code && completion->error)
		writer->code = completion_code(completion);
}

/* Fetch and tell completions; EAGAIN: all have been told. */
static int reap(struct writer *writer, int timeout_ms)
{
	struct wwan_completion completions[BATCH];
	uint32_t count, i;
	int err;

	err = wwan_session_reap(writer->session, completions, BATCH, timeout_ms, &count);
	for (i = 0; !err && i < count; i++)
		take_completion(writer, &completions[i]);
	/* Who reads us through a pipe may wait for them before he goes on. */
	writer->code = finish_output(writer->code);
	return err;
}

/* What has ended up to now. */
static int reap_ended(struct writer *writer)
{
	int err;

	do {
		err = reap(writer, 0);
	} while (!err);
	writer->under_way = err == ETIMEDOUT;
	return err == EAGAIN || err == ETIMEDOUT ? EXIT_OK : fail_session(writer, err);
}

static int send_one(struct writer *writer, const void *data, size_t len)
{
	int err;

	err = wwan_session_write(writer->session, data, len, 0, writer->options->timeout_ms,
				 NULL);
	return err ? fail_session(writer, err) : reap_ended(writer);
}

/* It has ended, or has something to tell; 0: it goes on. */
static int look_at_session(struct writer *writer, short revents)
{
	struct wwan_session_info info;
	int err;

	if (revents & POLLERR)
		return fail_session(writer, ENODEV);
	if (revents & POLLHUP)
		return fail_session(writer, ENOTCONN);
	/* POLLPRI stands for losses, too, until somebody has looked at them. */
	err = wwan_session_get_info(writer->session, &info);
	return err ? fail_session(writer, err) : reap_ended(writer);
}

/* Input may be long in coming: completions and the end of the session do not wait for it. */
static int wait_input(struct writer *writer)
{
	struct pollfd fds[] = {
		{ .fd = STDIN_FILENO, .events = POLLIN },
		{ .fd = wwan_session_get_fd(writer->session), .events = POLLPRI },
	};
	int count, code = EXIT_OK;

	while (!code && !writer->code) {
		count = poll(fds, ARRAY_SIZE(fds),
			     writer->under_way ? writer->options->timeout_ms : -1);
		if (count < 0)
			return fail_system(errno, "cannot wait for input");
		if (!count)
			return fail_session(writer, ETIMEDOUT);
		/* Or its end, or what is wrong with it: read() tells. */
		if (fds[0].revents)
			break;
		code = look_at_session(writer, fds[1].revents);
	}
	return code;
}

static int send_some_input(struct writer *writer, char *data, size_t room, bool *end)
{
	ssize_t len;

	len = read(STDIN_FILENO, data, room);
	if (len > 0)
		return send_one(writer, data, len);
	*end = !len;
	/* EAGAIN: somebody else has read it */
	return len && errno != EAGAIN ? fail_system(errno, "standard input") : EXIT_OK;
}

static int send_input(struct writer *writer)
{
	size_t room = wwan_session_get_max_data_size(writer->session);
	int code = EXIT_OK;
	bool end = false;
	char *data;

	data = malloc(room);
	if (!data)
		return fail(ENOMEM, NULL);
	while (!code && !writer->code && !end) {
		code = wait_input(writer);
		if (!code && !writer->code)
			code = send_some_input(writer, data, room, &end);
	}
	free(data);
	return code;
}

static int hex_digit(char c)
{
	const char *digits = "0123456789abcdef";
	const char *found;

	if (c >= 'A' && c <= 'F')
		c += 'a' - 'A';
	found = c ? strchr(digits, c) : NULL;
	return found ? found - digits : -1;
}

/* "0d0a" or "0d 0a", into @data, which is no shorter than @text; NULL: only look */
static bool parse_hex(const char *text, uint8_t *data, size_t *len)
{
	int high, low;

	*len = 0;
	while (*text) {
		if (*text == ' ') {
			text++;
			continue;
		}
		high = hex_digit(text[0]);
		low = high < 0 ? -1 : hex_digit(text[1]);
		if (low < 0)
			return false;
		if (data)
			data[*len] = high << 4 | low;
		(*len)++;
		text += 2;
	}
	return true;
}

static int send_hex(struct writer *writer, const char *text)
{
	uint8_t *data;
	size_t len;
	int code;

	data = malloc(strlen(text) + 1);
	if (!data)
		return fail(ENOMEM, NULL);
	parse_hex(text, data, &len);
	code = send_one(writer, data, len);
	free(data);
	return code;
}

static int send_texts(struct writer *writer)
{
	const struct options *options = writer->options;
	int i, code = EXIT_OK;

	for (i = 0; i < options->text_count && !code && !writer->code; i++) {
		if (options->hex)
			code = send_hex(writer, options->texts[i]);
		else
			code = send_one(writer, options->texts[i], strlen(options->texts[i]));
	}
	return code;
}

/* Send all, then hear of all, also when something went wrong on the way. */
static int send_all(struct writer *writer)
{
	int err, code;

	if (writer->options->text_count)
		code = send_texts(writer);
	else
		code = send_input(writer);
	do {
		err = reap(writer, writer->options->timeout_ms);
	} while (!err);
	if (err != EAGAIN && !code)
		code = fail_session(writer, err);
	return code ? code : writer->code;
}

static int write_session(struct wwan_handle *handle, const struct options *options)
{
	struct writer writer = { .options = options };
	struct target target;
	int err, code;

	code = find_session(handle, options->session, options->modem, &target);
	if (code)
		return code;
	err = wwan_join_data_session(handle, target.modem, target.session, &writer.session);
	if (err)
		return fail(err, "%s", options->session);
	return send_all(&writer);
}

/* All of them before the first is sent. */
static int check_hex(const struct options *options)
{
	size_t len;
	int i;

	for (i = 0; i < options->text_count; i++) {
		if (!parse_hex(options->texts[i], NULL, &len))
			return fail_usage("'%s' is not hexadecimal", options->texts[i]);
	}
	return EXIT_OK;
}

static int parse_options(int argc, char **argv, struct options *options)
{
	static const struct option long_options[] = {
		{ "modem", required_argument, NULL, 'm' },
		{ "timeout", required_argument, NULL, 't' },
		{ "hex", no_argument, NULL, 'x' },
		{ "json", no_argument, NULL, 'j' },
		{ "quiet", no_argument, NULL, 'q' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 }
	};
	int c;

	while ((c = next_option(argc, argv, long_options)) != -1) {
		switch (c) {
		case 'm':
			options->modem = optarg;
			break;
		case 't':
			if (option_seconds("--timeout", optarg, &options->timeout_ms))
				return EXIT_USAGE;
			break;
		case 'x':
			options->hex = true;
			break;
		case 'j':
			options->json = true;
			break;
		case 'q':
			options->quiet = true;
			break;
		case 'h':
			print_help(&write_command);
			return -1;
		default:
			return EXIT_USAGE;
		}
	}
	if (argc == optind)
		return fail_usage("name a session");
	options->session = argv[optind];
	options->texts = argv + optind + 1;
	options->text_count = argc - optind - 1;
	if (options->hex && !options->text_count)
		return fail_usage("--hex is for bytes given as arguments");
	return options->hex ? check_hex(options) : EXIT_OK;
}

static int write_run(int argc, char **argv)
{
	struct options options = { .timeout_ms = DEFAULT_TIMEOUT_MS };
	struct wwan_handle *handle;
	int code;

	code = parse_options(argc, argv, &options);
	if (code)
		return code < 0 ? EXIT_OK : code;
	code = connect_driver(&handle);
	if (code)
		return code;
	code = write_session(handle, &options);
	wwan_close_handle(handle, NULL);
	return code;
}

const struct command write_command = {
	.name = "write",
	.arguments = "SESSION [TEXT...] [--modem M] [--hex] [--timeout SECS] [--quiet] [--json]",
	.summary = "send datagrams to a session",
	.help =
	"Sends each TEXT as a datagram to SESSION (/dev/mbim/dss0s5, dss0s5, or 5), or\n"
	"standard input, cut at the largest size that the modem takes. Prints for each, as it\n"
	"ends, its request id, the bytes that went to the modem, and how the transfer ended;\n"
	"neighbours that ended alike share a line. 'success' means that the modem took it.\n"
	"\n"
	"  --modem M       which modem, when SESSION is a number: dss0, 0, wwan0\n"
	"  --hex           each TEXT is bytes in hexadecimal: '41 54 0d'\n"
	"  --timeout SECS  give up when the modem takes nothing for so long (default 10),\n"
	"                  with exit code 3\n"
	"  --quiet         print errors only\n"
	"  --json          a line with an object for each completion\n",
	.run = write_run,
};
