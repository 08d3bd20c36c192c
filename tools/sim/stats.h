/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The answer to the control command `stats`. */
#ifndef MBIM_SIM_STATS_H
#define MBIM_SIM_STATS_H

#include "text.h"

struct modem;
struct session;

/* Adds members of a JSON object, each with a comma before it. */
void stats_add(const struct modem *m, struct text *t);
void stats_add_session(const struct session *s, struct text *t);

#endif /* MBIM_SIM_STATS_H */
