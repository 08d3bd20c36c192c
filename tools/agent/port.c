// SPDX-License-Identifier: GPL-2.0-or-later
/* The control port /dev/cdc-wdmN of a modem, and what its descriptors say. */
#include <stdio.h>
#include <string.h>

#include <glib.h>

#include "port.h"

/* USB 2.0, 9.6; CDC 1.2, 5.2.3; MBIM 1.0, 6.4 and 6.5. */
#define DESCRIPTOR_CONFIGURATION	0x02
#define DESCRIPTOR_INTERFACE		0x04
#define DESCRIPTOR_CS_INTERFACE		0x24
#define SUBTYPE_MBIM			0x1b
#define SUBTYPE_MBIM_EXTENDED		0x1c
#define CONFIGURATION_VALUE_OFFSET	5
#define INTERFACE_NUMBER_OFFSET		2
#define MBIM_MAX_CONTROL_MESSAGE_OFFSET	5
#define MBIM_DESCRIPTOR_SIZE		12
#define MBIM_EXTENDED_OUTSTANDING_OFFSET 5

char *port_find(const char *usb_devices, const char *device)
{
	g_autofree char *path = g_build_filename(usb_devices, device, "usbmisc", NULL);
	g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
	const char *name;

	if (!dir)
		return NULL;
	while ((name = g_dir_read_name(dir)))
		if (g_str_has_prefix(name, "cdc-wdm"))
			return g_strdup(name);
	return NULL;
}

/* A class-specific descriptor of the control interface. */
static void limits_note(struct port_limits *limits, const uint8_t *bytes, size_t length)
{
	if (length >= MBIM_DESCRIPTOR_SIZE && bytes[2] == SUBTYPE_MBIM)
		limits->max_command = bytes[MBIM_MAX_CONTROL_MESSAGE_OFFSET] |
				      bytes[MBIM_MAX_CONTROL_MESSAGE_OFFSET + 1] << 8;
	if (length > MBIM_EXTENDED_OUTSTANDING_OFFSET && bytes[2] == SUBTYPE_MBIM_EXTENDED)
		limits->outstanding = bytes[MBIM_EXTENDED_OUTSTANDING_OFFSET];
}

struct port_limits port_parse_descriptors(const uint8_t *bytes, size_t size,
					  unsigned int configuration, unsigned int interface)
{
	struct port_limits limits = { 0 };
	bool our_configuration = false;
	bool ours = false;

	while (size >= 2) {
		size_t length = bytes[0];

		if (length < 2 || length > size)
			break;
		if (bytes[1] == DESCRIPTOR_CONFIGURATION && length > CONFIGURATION_VALUE_OFFSET)
			our_configuration = bytes[CONFIGURATION_VALUE_OFFSET] == configuration;
		if (bytes[1] == DESCRIPTOR_INTERFACE && length > INTERFACE_NUMBER_OFFSET)
			ours = our_configuration && bytes[INTERFACE_NUMBER_OFFSET] == interface;
		if (ours && bytes[1] == DESCRIPTOR_CS_INTERFACE && length > 2)
			limits_note(&limits, bytes, length);
		bytes += length;
		size -= length;
	}
	return limits;
}

struct port_limits port_limits(const char *usb_devices, const char *device)
{
	const char *colon = strchr(device, ':');
	g_autofree char *usb_device = NULL;
	g_autofree char *path = NULL;
	unsigned int configuration, interface;
	struct port_limits limits = { 0 };
	char *descriptors;
	gsize size;

	/* "1-2:1.0" is interface 0 of configuration 1 of the device "1-2". */
	if (!colon || sscanf(colon, ":%u.%u", &configuration, &interface) != 2)
		return limits;
	usb_device = g_strndup(device, colon - device);
	path = g_build_filename(usb_devices, usb_device, "descriptors", NULL);
	if (!g_file_get_contents(path, &descriptors, &size, NULL))
		return limits;
	limits = port_parse_descriptors((const uint8_t *)descriptors, size,
					configuration, interface);
	g_free(descriptors);
	return limits;
}
