// SPDX-License-Identifier: LGPL-2.1-or-later
/* Handles: the life of a connection to the driver. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "internal.h"

static int open_control(void)
{
	return open(WWAN_CONTROL_PATH, O_RDWR | O_NONBLOCK | O_CLOEXEC);
}

/* The node, or what is behind it, is missing: that is no missing modem or service. */
static int open_error(int err)
{
	switch (err) {
	case ENOENT:
	case ENOTDIR:
	case ENODEV:
		return ENXIO;
	case EPERM:
		return EACCES;
	default:
		return err;
	}
}

static int say_hello(struct wwan_handle *handle, uint32_t version)
{
	struct mbim_dss_hello hello = { .size = sizeof(hello), .version = version };
	int err;

	err = control_ioctl(handle->control, MBIM_DSS_IOC_HELLO, &hello);
	if (err)
		return err;
	handle->version = hello.version;
	handle->features = hello.features;
	return 0;
}

static int watch_own(struct wwan_handle *handle)
{
	int err;

	handle->control_source.dispatch = request_dispatch_control;
	err = handle_watch(handle, handle->control, &handle->control_source, EPOLLIN);
	if (err)
		return err;
	handle->wake_source.dispatch = wake_dispatch;
	return handle_watch(handle, handle->wake, &handle->wake_source, EPOLLIN);
}

WWAN_API int wwan_open_handle(uint32_t version, void *reserved, uint32_t *negotiated,
			      struct wwan_handle **handle_out)
{
	struct wwan_handle *handle;
	int err;

	if (reserved || !handle_out)
		return EINVAL;
	/* A caller may be newer than this library: the highest that both know. */
	if (version > WWAN_VERSION)
		version = WWAN_VERSION;

	handle = calloc(1, sizeof(*handle));
	if (!handle)
		return ENOMEM;
	LIST_INIT(&handle->requests);
	STAILQ_INIT(&handle->ended);
	TAILQ_INIT(&handle->sessions);
	TAILQ_INIT(&handle->freed);

	handle->control = open_control();
	if (handle->control < 0) {
		err = open_error(errno);
		goto err_free;
	}
	err = say_hello(handle, version);
	if (err)
		goto err_control;
	handle->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (handle->wake < 0) {
		err = errno;
		goto err_control;
	}
	handle->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (handle->epoll < 0) {
		err = errno;
		goto err_wake;
	}
	err = watch_own(handle);
	if (err)
		goto err_epoll;

	if (negotiated)
		*negotiated = handle->version;
	*handle_out = handle;
	return 0;

err_epoll:
	close(handle->epoll);
err_wake:
	close(handle->wake);
err_control:
	close(handle->control);
err_free:
	free(handle);
	return err;
}

WWAN_API int wwan_close_handle(struct wwan_handle *handle, void *reserved)
{
	struct wwan_session *session;

	if (!handle || reserved)
		return EINVAL;
	if (handle->dispatching)
		return EDEADLK;

	notifier_free(handle);
	while ((session = TAILQ_FIRST(&handle->sessions)))
		wwan_session_free(session);
	request_discard_all(handle);
	close(handle->epoll);
	close(handle->wake);
	close(handle->control);
	free(handle);
	return 0;
}

WWAN_API int wwan_get_features(struct wwan_handle *handle, uint64_t *features)
{
	if (!handle || !features)
		return EINVAL;
	*features = handle->features;
	return 0;
}

WWAN_API int wwan_get_fd(struct wwan_handle *handle, int *fd)
{
	if (!handle || !fd)
		return EINVAL;
	*fd = handle->epoll;
	return 0;
}
