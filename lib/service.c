// SPDX-License-Identifier: LGPL-2.1-or-later
/* Device services. */
#include <string.h>
#include <strings.h>

#include "internal.h"

/* Room for the services of most modems at the first try. */
#define SERVICES_GUESS	32

WWAN_API int wwan_enumerate_device_services(struct wwan_handle *handle, uint32_t modem,
					    void *reserved, struct wwan_service_list **list)
{
	if (!handle || reserved || !list)
		return EINVAL;
	return control_list(handle, MBIM_DSS_IOC_SERVICES, modem, sizeof(struct wwan_service),
			    SERVICES_GUESS, list);
}

static bool is_named(const struct wwan_service *service, const char *name)
{
	uint8_t uuid[WWAN_UUID_SIZE];

	if (!wwan_parse_uuid(name, uuid))
		return !memcmp(service->uuid, uuid, sizeof(uuid));
	return !strcasecmp(service->name, name);
}

WWAN_API int wwan_find_device_service(struct wwan_handle *handle, uint32_t modem,
				      const char *name, struct wwan_service *service)
{
	struct wwan_service_list *list;
	uint32_t i;
	int err;

	if (!name || !name[0] || !service)
		return EINVAL;
	err = wwan_enumerate_device_services(handle, modem, NULL, &list);
	if (err)
		return err;
	err = ENOENT;
	for (i = 0; i < list->count; i++) {
		if (is_named(&list->items[i], name)) {
			*service = list->items[i];
			err = 0;
			break;
		}
	}
	wwan_free_memory(list);
	return err;
}
