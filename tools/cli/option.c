// SPDX-License-Identifier: GPL-2.0-or-later
/* Options and their values. */
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

/* The next option's letter; -1 at the end, '?' when it is wrong and has been told. */
int next_option(int argc, char **argv, const struct option *options)
{
	int c;

	opterr = 0;
	c = getopt_long(argc, argv, ":h", options, NULL);
	if (c == ':')
		fail_usage("%s needs a value", argv[optind - 1]);
	else if (c == '?' && optopt && !strchr(argv[optind - 1], '='))
		fail_usage("no such option: -%c", optopt);
	else if (c == '?')
		fail_usage("no such option, or not in this form: %s", argv[optind - 1]);
	return c == ':' ? '?' : c;
}

/* Digits and nothing else; strtoul() alone takes blanks, signs and overflow. */
bool parse_number(const char *text, uint32_t max, uint32_t *value)
{
	uint64_t number = 0;

	if (!*text)
		return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return false;
		number = number * 10 + (*text - '0');
		if (number > max)
			return false;
	}
	*value = number;
	return true;
}

int option_number(const char *name, const char *text, uint32_t min, uint32_t max,
		  uint32_t *value)
{
	if (parse_number(text, max, value) && *value >= min)
		return EXIT_OK;
	return fail_usage("%s must be a number from %u to %u, not '%s'", name, min, max, text);
}

/* Seconds, with a fraction if need be; 0 does not wait. */
int option_seconds(const char *name, const char *text, int *timeout_ms)
{
	double seconds;
	char *end;

	seconds = strtod(text, &end);
	if (end == text || *end || !isfinite(seconds) || seconds < 0 ||
	    seconds > INT_MAX / 1000)
		return fail_usage("%s must be seconds, from 0 to %d, not '%s'", name,
				  INT_MAX / 1000, text);
	*timeout_ms = seconds * 1000;
	return EXIT_OK;
}
