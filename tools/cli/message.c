// SPDX-License-Identifier: GPL-2.0-or-later
/* Messages to people. */
#include <string.h>

#include "cli.h"

static void put_prefix(void)
{
	/* What was printed before belongs before it, on a terminal and in a log. */
	fflush(stdout);
	fputs("mbim-dss: ", stderr);
	if (running)
		fprintf(stderr, "%s: ", running->name);
}

/* The library's words, and where to look for the cause, when it is outside of the modem. */
static const char *error_words(int err)
{
	switch (err) {
	case EAGAIN:
		return "the agent has not told the modem's services yet: is mbim-dssd running?";
	case ECONNREFUSED:
		return "no agent: is mbim-dssd running?";
	case ENXIO:
		return "the mbim_dss driver is not loaded (modprobe mbim_dss)";
	default:
		return wwan_strerror(err);
	}
}

int exit_code(int err)
{
	switch (err) {
	case ETIMEDOUT:
		return EXIT_TIMEOUT;
	case ENODEV:
		return EXIT_GONE;
	default:
		return EXIT_FAILED;
	}
}

/* "mbim-dss: COMMAND: WHAT: why"; @format is what, NULL for nothing. */
int fail(int err, const char *format, ...)
{
	va_list args;

	put_prefix();
	if (format) {
		va_start(args, format);
		vfprintf(stderr, format, args);
		va_end(args);
		fputs(": ", stderr);
	}
	fprintf(stderr, "%s\n", error_words(err));
	return exit_code(err);
}

/* For what has nothing to do with modems: the system's own words. */
int fail_system(int err, const char *what)
{
	note("%s: %s", what, strerror(err));
	return EXIT_FAILED;
}

int fail_usage(const char *format, ...)
{
	va_list args;

	put_prefix();
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, "\nTry 'mbim-dss %s%s--help'.\n", running ? running->name : "",
		running ? " " : "");
	return EXIT_USAGE;
}

void note(const char *format, ...)
{
	va_list args;

	put_prefix();
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

/* Some modems are so. */
void note_no_sessions(uint32_t modem)
{
	note("dss%u: this modem has no device service sessions (MaxDssSessions is 0): "
	     "there is nothing to open", modem);
}

int print_help(const struct command *command)
{
	printf("Usage: mbim-dss %s%s%s\n\n%s\n", command->name, command->arguments[0] ? " " : "",
	       command->arguments, command->help);
	return EXIT_OK;
}

/* Output that did not reach its file is a failure, whatever the command thinks. */
int finish_output(int code)
{
	static bool told;

	if (!fflush(stdout) && !ferror(stdout))
		return code;
	/* A reader who has had enough knows. */
	if (!told && errno != EPIPE)
		fprintf(stderr, "mbim-dss: cannot write the output: %s\n", strerror(errno));
	told = true;
	return code ? code : EXIT_FAILED;
}
