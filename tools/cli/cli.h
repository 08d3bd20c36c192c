/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the commands of mbim-dss share. */
#ifndef MBIM_DSS_CLI_H
#define MBIM_DSS_CLI_H

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "wwandss.h"

/* Exit codes, as --help and mbim-dss(1) tell them. */
enum exit_code {
	EXIT_OK		= 0,
	EXIT_FAILED	= 1,
	EXIT_USAGE	= 2,
	EXIT_TIMEOUT	= 3,
	EXIT_GONE	= 4,
};

/* A command: one file each. @run gets the arguments from the command's name on. */
struct command {
	const char *name;
	const char *arguments;
	const char *summary;
	const char *help;
	int (*run)(int argc, char **argv);
};

extern const struct command cat_command;
extern const struct command close_command;
extern const struct command info_command;
extern const struct command list_command;
extern const struct command monitor_command;
extern const struct command open_command;
extern const struct command pty_command;
extern const struct command services_command;
extern const struct command stats_command;
extern const struct command trace_command;
extern const struct command write_command;

/* The command that runs, for messages. */
extern const struct command *running;

#define ARRAY_SIZE(_array) (sizeof(_array) / sizeof((_array)[0]))

/* message.c: to stderr, "mbim-dss: COMMAND: ...". They return the exit code that fits. */
int exit_code(int err);
int fail(int err, const char *format, ...) __attribute__((format(printf, 2, 3)));
int fail_system(int err, const char *what);
int fail_usage(const char *format, ...) __attribute__((format(printf, 1, 2)));
void note(const char *format, ...) __attribute__((format(printf, 1, 2)));
void note_no_sessions(uint32_t modem);
int print_help(const struct command *command);
int finish_output(int code);

/* option.c */
int next_option(int argc, char **argv, const struct option *options);
bool parse_number(const char *text, uint32_t max, uint32_t *value);
int option_number(const char *name, const char *text, uint32_t min, uint32_t max,
		  uint32_t *value);
int option_seconds(const char *name, const char *text, int *timeout_ms);

/* signals.c */
int open_signals(void);

/* target.c: what the user names */
struct target {
	uint32_t modem;
	uint32_t session;
};

int connect_driver(struct wwan_handle **handle);
int find_modem(struct wwan_handle *handle, const char *name, struct wwan_interface *modem);
int find_session(struct wwan_handle *handle, const char *name, const char *modem,
		 struct target *target);
int find_sessions(struct wwan_handle *handle, const char *name, const char *modem,
		  struct target *target);
int find_service(struct wwan_handle *handle, const struct wwan_interface *modem,
		 const char *name, uint8_t uuid[WWAN_UUID_SIZE]);
int fail_no_service(const char *name, uint32_t modem);
bool is_session_name(const char *name);
int64_t deadline_in(int timeout_ms);
int wait_modem(struct wwan_handle *handle, const char *name, int64_t deadline);
int wait_probed(struct wwan_handle *handle, uint32_t modem, int64_t deadline);

/* words.c: values as text */
const char *modem_state(const struct wwan_interface *modem);
const char *session_state(uint32_t state);
const char *direction_name(uint32_t directions);
const char *service_name(struct wwan_handle *handle, uint32_t modem,
			 const uint8_t uuid[WWAN_UUID_SIZE], char *text, size_t size);
const char *clock_text(char *text, size_t size);

/* record.c: records as JSON objects */
struct json;

void json_modem(struct json *json, const struct wwan_interface *modem);
void json_service(struct json *json, const struct wwan_service *service);
void json_session(struct json *json, const struct wwan_session_info *session);
void json_completion(struct json *json, const struct wwan_completion *completion);
void json_uuid(struct json *json, const char *key, const uint8_t uuid[WWAN_UUID_SIZE]);

#endif /* MBIM_DSS_CLI_H */
