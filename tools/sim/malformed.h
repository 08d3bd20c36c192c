/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Transfers that a modem should not make: what does the host do with them? */
#ifndef MBIM_SIM_MALFORMED_H
#define MBIM_SIM_MALFORMED_H

#include <stddef.h>
#include <stdint.h>

#include "ntb.h"

#define MALFORMED_MAX	2048	/* bytes of the largest one */

/* Name of a kind, by number from 0; NULL after the last. */
const char *malformed_name(unsigned int index);

/*
 * Writes the transfer of that kind for @session to @out (MALFORMED_MAX bytes).
 * Its datagrams are the text "malformed KIND", or "KIND 1" and "KIND 2" for the
 * two of a legal one. The length, or -1 when there is no such kind.
 */
int malformed_make(const char *kind, const struct ntb_rules *rules, uint8_t session,
		   uint8_t *out);

#endif /* MBIM_SIM_MALFORMED_H */
