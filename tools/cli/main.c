// SPDX-License-Identifier: GPL-2.0-or-later
/* mbim-dss: MBIM device service sessions on the command line. */
#include <string.h>

#include "cli.h"

static const struct command * const commands[] = {
	&list_command,
	&services_command,
	&open_command,
	&close_command,
	&cat_command,
	&write_command,
	&monitor_command,
	&stats_command,
	&info_command,
	&pty_command,
	&trace_command,
};

const struct command *running;

static int print_usage(void)
{
	size_t i;

	puts("Usage: mbim-dss COMMAND [ARGUMENTS]\n"
	     "\n"
	     "Device service sessions of MBIM modems: NMEA, AT, logs, vendor services. Each open\n"
	     "session is a node /dev/mbim/dss<MODEM>s<SESSION> that any program can read and\n"
	     "write.\n"
	     "\n"
	     "Commands:");
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		printf("  %-9s %s\n", commands[i]->name, commands[i]->summary);
	puts("\n"
	     "First steps:\n"
	     "  mbim-dss list                which modems there are\n"
	     "  mbim-dss services            what they offer\n"
	     "  mbim-dss open nmea           open a session; prints its node\n"
	     "  cat /dev/mbim/dss0s0         read it\n"
	     "  mbim-dss close dss0s0        close it\n"
	     "\n"
	     "'mbim-dss COMMAND --help' explains a command, 'mbim-dss --version' prints the version.\n"
	     "\n"
	     "Exit codes: 0 done; 1 failed; 2 wrong usage; 3 nothing came in time; 4 there is\n"
	     "no such modem, or the modem or session went away.");
	return EXIT_OK;
}

static const struct command *find_command(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		if (!strcmp(commands[i]->name, name))
			return commands[i];
	}
	return NULL;
}

int main(int argc, char **argv)
{
	if (argc < 2)
		return fail_usage("which command?");
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help"))
		return finish_output(print_usage());
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V")) {
		puts("mbim-dss " MBIM_DSS_PACKAGE_VERSION);
		return finish_output(EXIT_OK);
	}
	running = find_command(argv[1]);
	if (!running)
		return fail_usage("there is no command '%s'", argv[1]);
	return finish_output(running->run(argc - 1, argv + 1));
}
