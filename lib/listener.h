/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A thread that waits for notifications, on a handle of its own. */
#ifndef WWANDSS_LISTENER_H
#define WWANDSS_LISTENER_H

#include "wwandss.h"

struct listener;

/* Who hears of them: @give knows what @callback really is. */
struct listener_target {
	void (*give)(const struct wwan_notification *notification,
		     const struct listener_target *to);
	void (*callback)(void);
	void *context;
	const void *owner;
	bool ignore_duplicate;
};

int listener_new(struct listener **listener);
/* Waits for a callback that runs; not from the listener's own thread. */
void listener_free(struct listener *listener);
/*
 * As wwan_register_notification(), likewise not from the listener's own thread. When it
 * returns, the former target hears no more.
 */
int listener_set(struct listener *listener, const struct listener_target *target,
		 uint32_t sources, uint32_t *previous);

#endif /* WWANDSS_LISTENER_H */
