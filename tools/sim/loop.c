// SPDX-License-Identifier: GPL-2.0-or-later
/* The event loop. One event is handled at a time: a handler may free any watch. */
#include <errno.h>
#include <sys/epoll.h>

#include "loop.h"

int loop_add(int epoll, struct watch *watch, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = watch };

	return epoll_ctl(epoll, EPOLL_CTL_ADD, watch->fd, &event) ? -errno : 0;
}

int loop_modify(int epoll, struct watch *watch, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = watch };

	return epoll_ctl(epoll, EPOLL_CTL_MOD, watch->fd, &event) ? -errno : 0;
}

int loop_once(int epoll)
{
	struct epoll_event event;
	struct watch *watch;
	int n = epoll_wait(epoll, &event, 1, -1);

	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	watch = event.data.ptr;
	if (n)
		watch->ready(watch->context, event.events);
	return 0;
}
