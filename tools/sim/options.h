/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line. */
#ifndef MBIM_SIM_OPTIONS_H
#define MBIM_SIM_OPTIONS_H

struct modem_config;

/*
 * Fills @config. Does not return when there is nothing to simulate: after
 * --help, a bad option (exit status 2), or client mode (0 or 1).
 */
void options_parse(int argc, char **argv, struct modem_config *config);

#endif /* MBIM_SIM_OPTIONS_H */
