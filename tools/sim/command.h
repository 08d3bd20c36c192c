/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands of the control socket. */
#ifndef MBIM_SIM_COMMAND_H
#define MBIM_SIM_COMMAND_H

#include "text.h"

struct modem;

/* Runs one command line (which is changed) and adds its answer, a JSON object. */
void command_run(struct modem *m, char *line, struct text *answer);

/* A line a command, for --help. */
void command_help(struct text *text);

#endif /* MBIM_SIM_COMMAND_H */
