/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Endpoint 0 and the interrupt endpoint. State: struct device in modem.h. */
#ifndef MBIM_SIM_DEVICE_H
#define MBIM_SIM_DEVICE_H

#include <stdbool.h>

#include "usbip.h"

struct modem;

/* As after a USB reset. */
void device_reset(struct modem *m);

/* A transfer on endpoint 0; gives the URB back. */
void device_control(struct modem *m, const struct usbip_submit *submit);

/* A URB on the interrupt endpoint. */
void device_interrupt_submit(struct modem *m, const struct usbip_submit *submit);

/* Sends the notifications that are due. True when there was one to send. */
bool device_interrupt_run(struct modem *m);

#endif /* MBIM_SIM_DEVICE_H */
