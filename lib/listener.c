// SPDX-License-Identifier: LGPL-2.1-or-later
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "internal.h"
#include "listener.h"

/*
 * @lock guards everything else that changes, and is held while callbacks run: who has it
 * knows that none does. The thread waits without it.
 */
struct listener {
	pthread_t thread;
	int stop;			/* eventfd: the thread is to end */
	pthread_mutex_t lock;
	struct wwan_handle *handle;
	struct listener_target target;
	struct wwan_notification last;
	bool has_last;
	uint32_t sources;
	bool deaf;			/* it could not be heard: to be registered anew */
};

/* Until the driver is listened to again that could not be heard, ms. */
#define DEAF_MS		1000

static bool is_duplicate(struct listener *listener, const struct wwan_notification *notification)
{
	bool same = listener->has_last &&
		    !memcmp(&listener->last, notification, sizeof(*notification));

	listener->last = *notification;
	listener->has_last = true;
	return same;
}

static void on_notification(struct wwan_handle *handle,
			    const struct wwan_notification *notification, void *context)
{
	struct listener *listener = context;

	(void)handle;
	if (is_duplicate(listener, notification) && listener->target.ignore_duplicate)
		return;
	listener->target.give(notification, &listener->target);
}

static int listen_to(struct listener *listener, uint32_t sources)
{
	return wwan_register_notification(listener->handle, sources,
					  sources ? on_notification : NULL, listener, NULL, NULL);
}

/* What came meanwhile is lost, as when there was too much of it. */
static void listen_anew(struct listener *listener)
{
	static const struct wwan_notification overrun = {
		.source = WWAN_NOTIFICATION_SOURCE_ALL,
		.event = WWAN_EVENT_OVERRUN,
	};

	if (listen_to(listener, listener->sources))
		return;
	listener->deaf = false;
	on_notification(listener->handle, &overrun, listener);
}

static void listen_once(struct listener *listener)
{
	int err;

	if (listener->deaf) {
		listen_anew(listener);
		return;
	}
	err = wwan_dispatch(listener->handle, 0);
	if (!err || err == ETIMEDOUT || err == EINTR)
		return;
	/* It would be no better next time, nor with a socket that is made at once. */
	listen_to(listener, WWAN_NOTIFICATION_SOURCE_NONE);
	listener->deaf = listener->sources;
}

/* Until there is something to do; false: the thread is to end. */
static bool wait_for_work(struct listener *listener, bool deaf)
{
	struct pollfd fds[2] = {
		{ .fd = listener->stop, .events = POLLIN },
		{ .events = POLLIN },
	};

	wwan_get_fd(listener->handle, &fds[1].fd);
	/* An error, such as for lack of memory, leaves revents 0: then it looks again. */
	poll(fds, deaf ? 1 : 2, deaf ? DEAF_MS : -1);
	return !fds[0].revents;
}

static void *listen_thread(void *arg)
{
	struct listener *listener = arg;
	bool deaf = false;

	while (wait_for_work(listener, deaf)) {
		pthread_mutex_lock(&listener->lock);
		listen_once(listener);
		deaf = listener->deaf;
		pthread_mutex_unlock(&listener->lock);
	}
	return NULL;
}

/* Signals are for the threads of the program. */
static int start_thread(struct listener *listener)
{
	sigset_t all, before;
	int err;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = pthread_create(&listener->thread, NULL, listen_thread, listener);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return err;
}

int listener_new(struct listener **listener_out)
{
	struct listener *listener;
	int err;

	listener = calloc(1, sizeof(*listener));
	if (!listener)
		return ENOMEM;
	pthread_mutex_init(&listener->lock, NULL);
	err = wwan_open_handle(WWAN_VERSION, NULL, NULL, &listener->handle);
	if (err)
		goto err_free;
	listener->stop = eventfd(0, EFD_CLOEXEC);
	if (listener->stop < 0) {
		err = errno;
		goto err_handle;
	}
	err = start_thread(listener);
	if (err)
		goto err_stop;
	*listener_out = listener;
	return 0;

err_stop:
	close(listener->stop);
err_handle:
	wwan_close_handle(listener->handle, NULL);
err_free:
	pthread_mutex_destroy(&listener->lock);
	free(listener);
	return err;
}

void listener_free(struct listener *listener)
{
	eventfd_write(listener->stop, 1);
	pthread_join(listener->thread, NULL);
	close(listener->stop);
	wwan_close_handle(listener->handle, NULL);
	pthread_mutex_destroy(&listener->lock);
	free(listener);
}

int listener_set(struct listener *listener, const struct listener_target *target,
		 uint32_t sources, uint32_t *previous)
{
	int err;

	pthread_mutex_lock(&listener->lock);
	err = listen_to(listener, sources);
	if (!err) {
		if (previous)
			*previous = listener->sources;
		listener->sources = sources;
		listener->deaf = false;
		listener->target = *target;
		listener->has_last = false;
	}
	pthread_mutex_unlock(&listener->lock);
	return err;
}
