// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Log lines on stderr, one a call, with the journal's priority prefix when the
 * journal reads them.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib.h>
#include <libmbim-glib.h>

#include "log.h"

static enum log_level threshold = LOG_LEVEL_INFO;
static bool to_journal;

/* JOURNAL_STREAM is "device:inode" of the stream (systemd.exec(5)). */
static bool stderr_is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat st;

	if (!stream || sscanf(stream, "%llu:%llu", &device, &inode) != 2)
		return false;
	return !fstat(STDERR_FILENO, &st) && st.st_dev == device && st.st_ino == inode;
}

static const char *level_word(enum log_level level)
{
	switch (level) {
	case LOG_LEVEL_ERROR:
		return "error: ";
	case LOG_LEVEL_WARNING:
		return "warning: ";
	case LOG_LEVEL_DEBUG:
		return "debug: ";
	default:
		return "";
	}
}

void log_print(enum log_level level, const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list ap;

	if (level > threshold)
		return;
	va_start(ap, format);
	text = g_strdup_vprintf(format, ap);
	va_end(ap);
	if (to_journal)
		fprintf(stderr, "<%d>%s\n", level, text);
	else
		fprintf(stderr, "mbim-dssd: %s%s\n", level_word(level), text);
}

static enum log_level level_of_glib(GLogLevelFlags flags)
{
	if (flags & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL))
		return LOG_LEVEL_ERROR;
	if (flags & G_LOG_LEVEL_WARNING)
		return LOG_LEVEL_WARNING;
	if (flags & (G_LOG_LEVEL_MESSAGE | G_LOG_LEVEL_INFO))
		return LOG_LEVEL_INFO;
	return LOG_LEVEL_DEBUG;
}

static void log_glib(const char *domain, GLogLevelFlags flags, const char *message,
		     gpointer data G_GNUC_UNUSED)
{
	log_print(level_of_glib(flags), "%s: %s", domain ? domain : "glib", message);
}

void log_init(unsigned int verbosity)
{
	to_journal = stderr_is_journal();
	if (verbosity >= 1)
		threshold = LOG_LEVEL_DEBUG;
	mbim_utils_set_traces_enabled(verbosity >= 2);
	g_log_set_default_handler(log_glib, NULL);
}
