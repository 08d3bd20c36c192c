/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is behind IP session 0: something that answers pings. */
#ifndef MBIM_SIM_ICMP_H
#define MBIM_SIM_ICMP_H

#include <stdint.h>

#include "ntb.h"

struct modem;

/* The datagrams of one "IPS" NDP; other than IPv4 echo requests are ignored. */
void icmp_receive(struct modem *m, const uint8_t *ntb, const struct ntb_ndp *ndp);

#endif /* MBIM_SIM_ICMP_H */
