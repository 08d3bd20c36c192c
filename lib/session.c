// SPDX-License-Identifier: LGPL-2.1-or-later
/* Sessions: their nodes, what they are, and their bounds. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "internal.h"

/* "/dev/mbim/dss15s255", and room to spare for any two numbers. */
#define PATH_SIZE	64

/* Room for the sessions of most machines at the first try. */
#define SESSIONS_GUESS	32

/* There is no node, or nothing behind it: no session, or not even a modem? */
static int missing_error(struct wwan_handle *handle, uint32_t modem)
{
	struct wwan_interface interface;

	return interface_find(handle, modem, &interface) == ENODEV ? ENODEV : ENOTCONN;
}

static int open_for(struct wwan_session *session, int access)
{
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), WWAN_SESSION_PATH, session->modem, session->id);
	session->fd = open(path, access | O_CLOEXEC);
	session->access = access;
	if (session->fd >= 0)
		return 0;
	/* a file mode, or a cgroup of devices */
	return errno == EPERM ? EACCES : errno;
}

/* Both ways, or the one that the node's mode allows: some may only listen. */
static int open_node(struct wwan_session *session)
{
	int err;

	err = open_for(session, O_RDWR);
	if (err == EACCES)
		err = open_for(session, O_RDONLY);
	if (err == EACCES)
		err = open_for(session, O_WRONLY);
	switch (err) {
	case ENOENT:
	case ENODEV:
	case ENXIO:
		return missing_error(session->handle, session->modem);
	default:
		return err;
	}
}

static uint64_t lost_in(const struct wwan_session_info *info)
{
	return info->rx_lost + info->rx_backlog;
}

static int set_up(struct wwan_session *session)
{
	struct wwan_session_info info;
	int err;

	err = wwan_session_set_mode(session, WWAN_MODE_MESSAGE);
	/* no node: a shell that wrote to one that was not there made a file of its name */
	if (err == ENOTTY)
		return EEXIST;
	if (err)
		return err;
	err = session_fetch_info(session, &info);
	if (err)
		return err;
	session->max_datagram = info.max_datagram;
	atomic_init(&session->lost_told, lost_in(&info));
	return 0;
}

/* The kernel makes the node before it completes the open, so there is nothing to wait for. */
int session_new(struct wwan_handle *handle, uint32_t modem, uint32_t id,
		struct wwan_session **session_out)
{
	struct wwan_session *session;
	int err;

	session = calloc(1, sizeof(*session));
	if (!session)
		return ENOMEM;
	session->handle = handle;
	session->modem = modem;
	session->id = id;
	atomic_init(&session->under_way, 0);
	atomic_init(&session->loss, false);
	atomic_init(&session->watched, false);
	err = open_node(session);
	if (err)
		goto err_free;
	err = set_up(session);
	if (err)
		goto err_close;
	TAILQ_INSERT_TAIL(&handle->sessions, session, link);
	*session_out = session;
	return 0;

err_close:
	close(session->fd);
err_free:
	free(session);
	return err;
}

WWAN_API int wwan_join_data_session(struct wwan_handle *handle, uint32_t modem, uint32_t id,
				    struct wwan_session **session)
{
	if (!handle || !session || id >= MBIM_DSS_MAX_SESSIONS)
		return EINVAL;
	return session_new(handle, modem, id, session);
}

/*
 * While callbacks run, the session may be among the sources that wwan_dispatch() holds:
 * it loses its file at once and its memory after them.
 */
WWAN_API void wwan_session_free(struct wwan_session *session)
{
	struct wwan_handle *handle;

	if (!session)
		return;
	handle = session->handle;
	session_unwatch(session);
	TAILQ_REMOVE(&handle->sessions, session, link);
	close(session->fd);
	session->fd = -1;
	if (handle->dispatching)
		TAILQ_INSERT_TAIL(&handle->freed, session, link);
	else
		free(session);
}

WWAN_API uint32_t wwan_session_get_modem(const struct wwan_session *session)
{
	return session->modem;
}

WWAN_API uint32_t wwan_session_get_id(const struct wwan_session *session)
{
	return session->id;
}

WWAN_API uint32_t wwan_session_get_max_data_size(const struct wwan_session *session)
{
	return session->max_datagram;
}

WWAN_API int wwan_session_get_fd(const struct wwan_session *session)
{
	return session->fd;
}

int session_fetch_info(struct wwan_session *session, struct wwan_session_info *info)
{
	*info = (struct wwan_session_info) { .size = sizeof(*info) };
	return control_ioctl(session->fd, MBIM_DSS_IOC_INFO, info);
}

WWAN_API int wwan_session_get_info(struct wwan_session *session,
				   struct wwan_session_info *info)
{
	int err;

	if (!session || !info)
		return EINVAL;
	err = session_fetch_info(session, info);
	if (err)
		return err;
	session_note_loss(session, info);
	return 0;
}

WWAN_API int wwan_session_set_mode(struct wwan_session *session, uint32_t mode)
{
	struct mbim_dss_set_mode arg = { .size = sizeof(arg), .mode = mode };

	if (!session)
		return EINVAL;
	return control_ioctl(session->fd, MBIM_DSS_IOC_MODE, &arg);
}

WWAN_API int wwan_session_set_limits(struct wwan_session *session, struct wwan_limits *limits)
{
	if (!session || !limits)
		return EINVAL;
	limits->size = sizeof(*limits);
	limits->reserved = 0;
	return control_ioctl(session->fd, MBIM_DSS_IOC_LIMITS, limits);
}

WWAN_API int wwan_session_get_readable(struct wwan_session *session, size_t *bytes)
{
	int count = 0;
	int err;

	if (!session || !bytes)
		return EINVAL;
	/* the driver tells of what others may read */
	if (session->access == O_WRONLY)
		return EACCES;
	err = control_ioctl(session->fd, FIONREAD, &count);
	if (err)
		return err;
	*bytes = count;
	return 0;
}

WWAN_API int wwan_enumerate_data_sessions(struct wwan_handle *handle, uint32_t modem,
					  void *reserved, struct wwan_session_list **list)
{
	if (!handle || reserved || !list)
		return EINVAL;
	return control_list(handle, MBIM_DSS_IOC_SESSIONS, modem,
			    sizeof(struct wwan_session_info), SESSIONS_GUESS, list);
}

WWAN_API int wwan_is_data_session_open(struct wwan_handle *handle, uint32_t modem,
				       uint32_t session, bool *is_open)
{
	struct wwan_session_list *list;
	uint32_t i;
	int err;

	if (!handle || !is_open || modem == WWAN_MODEM_ANY || session >= MBIM_DSS_MAX_SESSIONS)
		return EINVAL;
	err = wwan_enumerate_data_sessions(handle, modem, NULL, &list);
	if (err)
		return err;
	*is_open = false;
	for (i = 0; i < list->count; i++) {
		if (list->items[i].session == session)
			*is_open = list->items[i].state == WWAN_SESSION_OPEN;
	}
	wwan_free_memory(list);
	return 0;
}
