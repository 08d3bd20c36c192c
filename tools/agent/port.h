/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef AGENT_PORT_H
#define AGENT_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * port_find - name of a modem's control port
 * @usb_devices: folder of the USB devices, /sys/bus/usb/devices
 * @device: USB control interface, "1-2:1.0"
 *
 * Return: "cdc-wdm0", to be freed with g_free(), or NULL when there is none (yet).
 */
char *port_find(const char *usb_devices, const char *device);

/** struct port_limits - what the function takes; 0: its descriptors do not say */
struct port_limits {
	/** bytes of a control message: wMaxControlMessage, as libmbim uses it for MBIM_OPEN */
	uint32_t max_command;
	/**
	 * commands that wait for an answer, of all programs together:
	 * bMaxOutstandingCommandMessages of the extended descriptor, which is optional
	 */
	uint32_t outstanding;
};

/**
 * port_limits - read what the function of a modem takes
 * @usb_devices: as above
 * @device: as above
 */
struct port_limits port_limits(const char *usb_devices, const char *device);

/**
 * port_parse_descriptors - find the limits in USB descriptors
 * @bytes: device and configuration descriptors, as the file "descriptors" in
 *	sysfs has them; not trusted
 * @size: bytes there
 * @configuration: bConfigurationValue of the configuration in use
 * @interface: bInterfaceNumber of the control interface
 */
struct port_limits port_parse_descriptors(const uint8_t *bytes, size_t size,
					  unsigned int configuration, unsigned int interface);

#endif /* AGENT_PORT_H */
