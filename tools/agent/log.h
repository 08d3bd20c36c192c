/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef AGENT_LOG_H
#define AGENT_LOG_H

#include <stdbool.h>

/* The numbers are those of syslog(3), which the journal reads from "<N>". */
enum log_level {
	LOG_LEVEL_ERROR = 3,
	LOG_LEVEL_WARNING = 4,
	LOG_LEVEL_NOTICE = 5,
	LOG_LEVEL_INFO = 6,
	LOG_LEVEL_DEBUG = 7,
};

/**
 * log_init - set up logging to stderr
 * @verbosity: 0: up to INFO; 1: DEBUG as well; 2: also every MBIM message, as
 *	libmbim prints it (subscriber data hidden)
 *
 * Messages of GLib and libmbim go the same way from here on. When stderr is
 * the journal (JOURNAL_STREAM), each line carries its priority as "<N>".
 */
void log_init(unsigned int verbosity);

void log_print(enum log_level level, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#define log_error(...)		log_print(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...)	log_print(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_notice(...)		log_print(LOG_LEVEL_NOTICE, __VA_ARGS__)
#define log_info(...)		log_print(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...)		log_print(LOG_LEVEL_DEBUG, __VA_ARGS__)

#endif /* AGENT_LOG_H */
