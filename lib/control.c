// SPDX-License-Identifier: LGPL-2.1-or-later
/* The ioctls of the control file. */
#include <stdlib.h>
#include <sys/ioctl.h>

#include "internal.h"

/* A list that grows faster than it can be fetched: give up after so many tries. */
#define LIST_TRIES	8

/* Every list begins so, struct wwan_interface_list and the others. */
struct list_header {
	uint32_t count;
	uint32_t reserved;
};

int control_ioctl(int fd, unsigned long request, void *arg)
{
	return ioctl(fd, request, arg) ? errno : 0;
}

/*
 * Fetch a whole list of the kernel's into memory of its own, stored at the address
 * @list. Records are laid out alike on both sides (abi.c), so nothing is converted.
 */
int control_list(struct wwan_handle *handle, unsigned long request, uint32_t modem,
		 size_t entry_size, uint32_t guess, void *list)
{
	struct mbim_dss_list arg = { .count = guess };
	struct list_header *header = NULL;
	uint32_t capacity;
	int tries, err;

	for (tries = 0; tries < LIST_TRIES; tries++) {
		capacity = arg.count;
		free(header);
		header = calloc(1, sizeof(*header) + capacity * entry_size);
		if (!header)
			return ENOMEM;

		arg = (struct mbim_dss_list) {
			.size = sizeof(arg),
			.modem = modem,
			.entry_size = entry_size,
			.capacity = capacity,
			.entries = (uintptr_t)(header + 1),
		};
		err = control_ioctl(handle->control, request, &arg);
		if (err)
			goto err_free;
		if (arg.count <= capacity) {
			header->count = arg.count;
			*(struct list_header **)list = header;
			return 0;
		}
	}
	err = EAGAIN;

err_free:
	free(header);
	return err;
}
