/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Plugging a device into vhci_hcd. */
#ifndef MBIM_SIM_VHCI_H
#define MBIM_SIM_VHCI_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Plugs in at *@port of vhci_hcd.0, or if it is negative at the first free one of
 * that speed, which is stored there. A port in use is tried for @deadline_ms: after
 * an unplug the kernel takes a moment to free it. Returns our end of the USB/IP
 * connection, or a negative errno with the reason in @error.
 */
int vhci_attach(int *port, bool super, unsigned int deadline_ms, char *error,
		size_t error_size);

#endif /* MBIM_SIM_VHCI_H */
