// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mbim-dssd: the agent of the mbim_dss kernel module.
 *
 * Threading: there is one thread, and one GLib main loop in it. Everything below
 * this directory runs from that loop's callbacks, so nothing here is locked. What
 * blocks: netlink dumps (the kernel answers from memory; NETLINK_DEADLINE_S at
 * most), and the user database when the access policy has group rules. GLib keeps
 * threads of its own for signals, inotify and file queries; they call nothing of
 * ours.
 *
 * Lifetimes: main owns the agent; the agent owns the netlink sockets, the policy and
 * the modems; a modem owns its connector; a connector owns its jobs. An owner frees
 * what it owns; asynchronous calls of libmbim hold a struct of their own (call,
 * flight) that is told when nobody waits for the answer any more.
 */
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include <glib-unix.h>

#include "agent.h"
#include "log.h"
#include "ready.h"

#define DEFAULT_POLICY		"/etc/mbim-dss/policy.conf"
#define DEFAULT_TIMEOUT_S	20
#define MAX_TIMEOUT_S		3600

#define EXIT_USAGE		2

struct main_state {
	GMainLoop *loop;
	struct agent *agent;
	int status;		/* of the process */
};

struct command_line {
	char *policy;
	int timeout;
	gboolean wait;
	int ready_fd;
	int verbosity;
	gboolean version;
};

static const char description[] =
	"The kernel module mbim_dss asks this agent to connect and disconnect device service\n"
	"sessions. It does so on the modem's control channel, which it shares with\n"
	"ModemManager through mbim-proxy. There is one agent on a system; systemd starts it\n"
	"as mbim-dssd.service. To see what it does, stop that and run, as root:\n"
	"\n"
	"  mbim-dssd --verbose\n"
	"\n"
	"SIGHUP reads the policy again and checks the modems. SIGTERM and SIGINT end it;\n"
	"sessions stay.\n"
	"\n"
	"Exit status: 0 ended by a signal, 1 an error, which was logged, 2 wrong usage.\n"
	"See also mbim-dssd(8), mbim-dss-policy.conf(5).";

static gboolean count_verbose(const char *name G_GNUC_UNUSED, const char *value G_GNUC_UNUSED,
			      gpointer data, GError **error G_GNUC_UNUSED)
{
	struct command_line *line = data;

	line->verbosity++;
	return TRUE;
}

static bool check_command_line(const struct command_line *line, int rest, char **error)
{
	if (rest > 1)
		*error = g_strdup("there are no arguments, only options");
	else if (line->timeout < 1 || line->timeout > MAX_TIMEOUT_S)
		*error = g_strdup_printf("--timeout is 1 to %d seconds", MAX_TIMEOUT_S);
	else if (line->ready_fd < -1 || (line->ready_fd >= 0 && fcntl(line->ready_fd, F_GETFD) < 0))
		*error = g_strdup_printf("--ready-fd %d is no open file", line->ready_fd);
	return !*error;
}

static bool parse_command_line(struct command_line *line, int argc, char **argv)
{
	const GOptionEntry entries[] = {
		{ "policy", 'p', 0, G_OPTION_ARG_FILENAME, &line->policy,
		  "Access policy (default " DEFAULT_POLICY ")", "FILE" },
		{ "timeout", 't', 0, G_OPTION_ARG_INT, &line->timeout,
		  "How long a modem may take for an answer (default "
		  G_STRINGIFY(DEFAULT_TIMEOUT_S) ")", "SECONDS" },
		{ "wait", 'w', 0, G_OPTION_ARG_NONE, &line->wait,
		  "Wait for the kernel module instead of giving up without it", NULL },
		{ "ready-fd", 0, 0, G_OPTION_ARG_INT, &line->ready_fd,
		  "Write \"ready\" to this file descriptor when bound", "FD" },
		{ "verbose", 'v', G_OPTION_FLAG_NO_ARG, G_OPTION_ARG_CALLBACK,
		  (gpointer)count_verbose, "Log more; twice: every MBIM message", NULL },
		{ "version", 'V', 0, G_OPTION_ARG_NONE, &line->version, "Print the version", NULL },
		G_OPTION_ENTRY_NULL
	};
	g_autoptr(GOptionContext) context = g_option_context_new(NULL);
	GOptionGroup *group = g_option_group_new("main", "", "", line, NULL);
	g_autoptr(GError) error = NULL;
	g_autofree char *wrong = NULL;

	g_option_group_add_entries(group, entries);
	g_option_context_set_main_group(context, group);
	g_option_context_set_summary(context, "Connects device service sessions of MBIM modems.");
	g_option_context_set_description(context, description);
	if (!g_option_context_parse(context, &argc, &argv, &error))
		wrong = g_strdup(error->message);
	else if (check_command_line(line, argc, &wrong))
		return true;
	fprintf(stderr, "mbim-dssd: %s; see mbim-dssd --help\n", wrong);
	return false;
}

static void agent_failed(void *data)
{
	struct main_state *state = data;

	state->status = EXIT_FAILURE;
	g_main_loop_quit(state->loop);
}

static gboolean on_stop(gpointer data)
{
	struct main_state *state = data;

	log_info("stopping");
	g_main_loop_quit(state->loop);
	return G_SOURCE_CONTINUE;
}

static gboolean on_reload(gpointer data)
{
	struct main_state *state = data;

	agent_reload(state->agent);
	return G_SOURCE_CONTINUE;
}

static void run(struct main_state *state, const struct agent_options *options)
{
	/* First: a signal that comes while the agent binds, or says so, is not lost or deadly. */
	g_unix_signal_add(SIGTERM, on_stop, state);
	g_unix_signal_add(SIGINT, on_stop, state);
	g_unix_signal_add(SIGHUP, on_reload, state);
	/* Who gave --ready-fd, or reads the log, may have gone: no reason to end. */
	signal(SIGPIPE, SIG_IGN);
	state->agent = agent_new(options, agent_failed, state);
	if (!state->agent) {
		state->status = EXIT_FAILURE;
		return;
	}
	g_main_loop_run(state->loop);
	ready_tell_stopping();
	agent_free(state->agent);
}

int main(int argc, char **argv)
{
	struct command_line line = { .timeout = DEFAULT_TIMEOUT_S, .ready_fd = -1 };
	struct main_state state = { .status = EXIT_SUCCESS };
	struct agent_options options;

	setlocale(LC_ALL, "");
	if (!parse_command_line(&line, argc, argv))
		return EXIT_USAGE;
	if (line.version) {
		printf("mbim-dssd %s\n", MBIM_DSS_PACKAGE_VERSION);
		return EXIT_SUCCESS;
	}
	log_init(line.verbosity);
	if (line.ready_fd >= 0)
		fcntl(line.ready_fd, F_SETFD, FD_CLOEXEC);
	options = (struct agent_options) {
		.policy_path = line.policy ? line.policy : DEFAULT_POLICY,
		.timeout = line.timeout,
		.wait = line.wait,
		.ready_fd = line.ready_fd,
	};
	state.loop = g_main_loop_new(NULL, FALSE);
	run(&state, &options);
	g_main_loop_unref(state.loop);
	g_free(line.policy);
	return state.status;
}
