// SPDX-License-Identifier: LGPL-2.1-or-later
/* Modems. */
#include <stdlib.h>

#include "internal.h"

WWAN_API void wwan_free_memory(void *memory)
{
	free(memory);
}

WWAN_API int wwan_enumerate_interfaces(struct wwan_handle *handle, void *reserved,
				       struct wwan_interface_list **list)
{
	if (!handle || reserved || !list)
		return EINVAL;
	return control_list(handle, MBIM_DSS_IOC_MODEMS, 0, sizeof(struct wwan_interface),
			    MBIM_DSS_MAX_MODEMS, list);
}

int interface_find(struct wwan_handle *handle, uint32_t modem,
		   struct wwan_interface *interface)
{
	struct wwan_interface_list *list;
	uint32_t i;
	int err;

	err = wwan_enumerate_interfaces(handle, NULL, &list);
	if (err)
		return err;
	err = ENODEV;
	for (i = 0; i < list->count; i++) {
		if (list->items[i].modem == modem) {
			*interface = list->items[i];
			err = 0;
			break;
		}
	}
	wwan_free_memory(list);
	return err;
}

WWAN_API int wwan_get_max_data_size(struct wwan_handle *handle, uint32_t modem,
				    uint32_t *bytes)
{
	struct wwan_interface interface;
	int err;

	if (!handle || !bytes)
		return EINVAL;
	err = interface_find(handle, modem, &interface);
	if (err)
		return err;
	*bytes = interface.max_datagram;
	return 0;
}

WWAN_API int wwan_get_max_command_size(struct wwan_handle *handle, uint32_t modem,
				       uint32_t *bytes)
{
	struct wwan_interface interface;
	int err;

	if (!handle || !bytes)
		return EINVAL;
	err = interface_find(handle, modem, &interface);
	if (err)
		return err;
	if (!(interface.flags & WWAN_INTERFACE_PROBED))
		return EAGAIN;
	*bytes = interface.max_command;
	return 0;
}
