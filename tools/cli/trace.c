// SPDX-License-Identifier: GPL-2.0-or-later
/* mbim-dss trace: the driver's tracepoints, as they come. */
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"

#define TRACEFS		"/sys/kernel/tracing"

/* An instance of our own, so that nobody else's tracing is disturbed. */
struct trace {
	char path[64];
	int pipe;
};

struct options {
	const char *session;
	const char *modem;
	uint32_t count;			/* 0: no end */
	int timeout_ms;
};

static int write_file(const struct trace *trace, const char *name, const char *text)
{
	char path[128];
	ssize_t len;
	int fd, err;

	snprintf(path, sizeof(path), "%s/%s", trace->path, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	len = write(fd, text, strlen(text));
	err = len < 0 ? errno : 0;
	close(fd);
	return err;
}

static void close_trace(struct trace *trace)
{
	if (trace->pipe >= 0)
		close(trace->pipe);
	rmdir(trace->path);
}

static int enable(struct trace *trace, const struct target *target)
{
	char filter[64] = "0";			/* none */
	int err;

	if (target->session != WWAN_SESSION_ANY)
		snprintf(filter, sizeof(filter), "modem == %u && session == %u", target->modem,
			 target->session);
	else if (target->modem != WWAN_MODEM_ANY)
		snprintf(filter, sizeof(filter), "modem == %u", target->modem);
	err = write_file(trace, "events/mbim_dss/filter", filter);
	if (err)
		return err;
	return write_file(trace, "events/mbim_dss/enable", "1");
}

static int open_trace(struct trace *trace, const struct target *target)
{
	char path[128];
	int err;

	trace->pipe = -1;
	snprintf(trace->path, sizeof(trace->path), TRACEFS "/instances/mbim-dss-%d",
		 (int)getpid());
	if (mkdir(trace->path, 0700)) {
		if (errno != ENOENT && errno != EPERM)
			return fail_system(errno, trace->path);
		note("there is no " TRACEFS ": mount -t tracefs tracefs " TRACEFS);
		return EXIT_FAILED;
	}
	snprintf(path, sizeof(path), "%s/trace_pipe", trace->path);
	trace->pipe = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	err = trace->pipe < 0 ? errno : enable(trace, target);
	if (err) {
		close_trace(trace);
		return fail_system(err, trace->path);
	}
	return EXIT_OK;
}

/* Print what there is, up to @left lines when that is not NULL; their number is taken off. */
static int print_lines(int fd, uint32_t *left)
{
	char data[4096], *line, *end;
	ssize_t len;

	len = read(fd, data, sizeof(data));
	if (len < 0)
		return errno == EAGAIN ? 0 : errno;
	if (!left) {
		fwrite(data, 1, len, stdout);
		return 0;
	}
	for (line = data; line < data + len && *left; line = end) {
		end = memchr(line, '\n', data + len - line);
		if (end)
			(*left)--;
		end = end ? end + 1 : data + len;
		fwrite(line, 1, end - line, stdout);
	}
	return 0;
}

static int follow(const struct trace *trace, int signals, const struct options *options)
{
	struct pollfd fds[] = {
		{ .fd = trace->pipe, .events = POLLIN },
		{ .fd = signals, .events = POLLIN },
	};
	uint32_t left = options->count;
	int count, err = 0;

	while (!options->count || left) {
		count = poll(fds, ARRAY_SIZE(fds), options->timeout_ms);
		if (count < 0)
			return fail_system(errno, "cannot wait");
		if (!count) {
			note("nothing happened in %g s", options->timeout_ms / 1000.0);
			return EXIT_TIMEOUT;
		}
		if (fds[1].revents)
			return EXIT_OK;
		err = print_lines(trace->pipe, options->count ? &left : NULL);
		if (err)
			return fail_system(err, trace->path);
		if (finish_output(EXIT_OK))
			return EXIT_FAILED;
	}
	return EXIT_OK;
}

static int trace_events(const struct options *options, const struct target *target)
{
	struct trace trace;
	int signals, code;

	signals = open_signals();
	if (signals < 0)
		return fail_system(errno, "cannot wait for signals");
	code = open_trace(&trace, target);
	if (!code) {
		puts("tracing");
		code = finish_output(EXIT_OK);
		if (!code)
			code = follow(&trace, signals, options);
		close_trace(&trace);
	}
	close(signals);
	return code;
}

static int trace_all(const struct options *options)
{
	struct wwan_handle *handle;
	struct target target;
	int code;

	/* Also says when the driver, whose events these are, is not there. */
	code = connect_driver(&handle);
	if (code)
		return code;
	code = find_sessions(handle, options->session, options->modem, &target);
	wwan_close_handle(handle, NULL);
	return code ? code : trace_events(options, &target);
}

static int trace_run(int argc, char **argv)
{
	static const struct option long_options[] = {
		{ "modem", required_argument, NULL, 'm' },
		{ "count", required_argument, NULL, 'c' },
		{ "timeout", required_argument, NULL, 't' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 }
	};
	struct options options = { .timeout_ms = -1 };
	int c;

	while ((c = next_option(argc, argv, long_options)) != -1) {
		switch (c) {
		case 'm':
			options.modem = optarg;
			break;
		case 'c':
			if (option_number("--count", optarg, 1, UINT32_MAX, &options.count))
				return EXIT_USAGE;
			break;
		case 't':
			if (option_seconds("--timeout", optarg, &options.timeout_ms))
				return EXIT_USAGE;
			break;
		case 'h':
			return print_help(&trace_command);
		default:
			return EXIT_USAGE;
		}
	}
	if (argc - optind > 1)
		return fail_usage("one session at a time, not also '%s'", argv[optind + 1]);
	if (optind < argc)
		options.session = argv[optind];
	return trace_all(&options);
}

const struct command trace_command = {
	.name = "trace",
	.arguments = "[SESSION] [--modem M] [--count N] [--timeout SECS]",
	.summary = "print what the driver does, event by event",
	.help =
	"Prints the driver's tracepoints, of SESSION (/dev/mbim/dss0s5, dss0s5, or 5) or of\n"
	"all, after a line 'tracing', until a signal (Ctrl-C): requests, writes, transfers\n"
	"submitted and completed, datagrams received and dropped. Needs root and tracefs. Other\n"
	"users of tracing are not disturbed.\n"
	"\n"
	"  --modem M       of this modem only: dss0, 0, wwan0\n"
	"  --count N       end after N events\n"
	"  --timeout SECS  give up when nothing happens for so long, with exit code 3\n",
	.run = trace_run,
};
