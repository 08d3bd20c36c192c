/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the parts of the library share. */
#ifndef WWANDSS_INTERNAL_H
#define WWANDSS_INTERNAL_H

#include <errno.h>
#include <stdatomic.h>
#include <sys/queue.h>

#include <linux/mbim_dss.h>

#include "wwandss.h"

/* Puts a function into the dynamic symbol table; wwandss.map lists them all. */
#define WWAN_API __attribute__((visibility("default")))

#define WWAN_CONTROL_PATH	"/dev/mbim/control"
#define WWAN_SESSION_PATH	"/dev/mbim/dss%us%u"

/* Completion records of a session that are told in one turn. */
#define TURN_RECORDS	64

/*
 * A file in the handle's epoll set. @dispatch runs its callbacks; it may free the
 * source's owner, but not its memory, see wwan_session_free().
 */
struct source {
	int (*dispatch)(struct wwan_handle *handle, struct source *source, uint32_t events);
};

/*
 * An open or close under way, found again through the completion's user data.
 * Owned by the handle: on .requests until its completion has been read, then on .ended
 * until it has been dispatched. One that a wait function has given up on is an orphan: it
 * is freed when it ends.
 */
struct request {
	LIST_ENTRY(request) under_way;
	STAILQ_ENTRY(request) next_ended;
	struct wwan_completion completion;
	uint32_t flags;			/* WWAN_OPEN_*, of an open */
	bool ended;
	bool orphan;
	wwan_open_fn opened;
	wwan_close_fn closed;
	void *context;
};

LIST_HEAD(request_list, request);
STAILQ_HEAD(request_queue, request);
TAILQ_HEAD(session_list, wwan_session);

struct notifier;

struct wwan_handle {
	int control;			/* /dev/mbim/control, non-blocking */
	int epoll;			/* what wwan_get_fd() gives */
	int wake;			/* eventfd: .ended, or a session has something to tell */
	uint32_t version;
	uint64_t features;
	bool dispatching;		/* callbacks are running */
	struct source control_source;
	struct source wake_source;
	struct request_list requests;
	struct request_queue ended;
	struct session_list sessions;
	struct session_list freed;	/* freed by callbacks; memory goes after them */
	struct notifier *notifier;	/* NULL: not registered */
};

struct wwan_session {
	TAILQ_ENTRY(wwan_session) link;
	struct wwan_handle *handle;
	int fd;				/* the node; the caller may make it non-blocking; -1: freed */
	int access;			/* O_RDWR, or what its file mode allows of it */
	uint32_t modem;
	uint32_t id;
	uint32_t max_datagram;
	/* Writes whose completions have not been reaped. Writer and reaper change it. */
	atomic_int under_way;
	/* INFO has acknowledged a loss that .callbacks.lost has not been told. Any thread. */
	atomic_bool loss;
	bool turn;			/* in the pass of session_dispatch_owed() that runs */
	atomic_uint_least64_t lost_told;	/* rx_lost + rx_backlog told up to now */
	/* Reaped for .callbacks.written, and told up to .told. */
	struct wwan_completion reaped[TURN_RECORDS];
	uint32_t reaped_count;
	uint32_t told;
	struct source source;
	atomic_bool watched;		/* in the epoll set: there may be callbacks yet */
	struct wwan_session_callbacks callbacks;
	void *context;
};

/* control.c: ioctls that wait for nothing; 0 or a positive errno */
int control_ioctl(int fd, unsigned long request, void *arg);
int control_list(struct wwan_handle *handle, unsigned long request, uint32_t modem,
		 size_t entry_size, uint32_t guess, void *list);

/* interface.c: ENODEV when there is none of that number */
int interface_find(struct wwan_handle *handle, uint32_t modem,
		   struct wwan_interface *interface);

/* request.c */
int request_dispatch_control(struct wwan_handle *handle, struct source *source,
			     uint32_t events);
void request_dispatch_ended(struct wwan_handle *handle);
void request_discard_all(struct wwan_handle *handle);

/* session.c */
int session_new(struct wwan_handle *handle, uint32_t modem, uint32_t id,
		struct wwan_session **session);
int session_fetch_info(struct wwan_session *session, struct wwan_session_info *info);

/* callback.c */
int session_dispatch(struct wwan_handle *handle, struct source *source, uint32_t events);
void session_dispatch_owed(struct wwan_handle *handle);
void session_note_loss(struct wwan_session *session, const struct wwan_session_info *info);
void session_unwatch(struct wwan_session *session);
uint32_t session_take_untold(struct wwan_session *session, struct wwan_completion *completions,
			     uint32_t count);

/* datagram.c */
int session_reap(struct wwan_session *session, struct wwan_completion *completions,
		 uint32_t count, uint32_t flags, uint32_t *done);

/* dispatch.c */
int handle_watch(struct wwan_handle *handle, int fd, struct source *source, uint32_t events);
void handle_wake(struct wwan_handle *handle);
int wake_dispatch(struct wwan_handle *handle, struct source *source, uint32_t events);

/* notification.c */
void notifier_free(struct wwan_handle *handle);

/* deadline.c */
struct deadline {
	bool never;
	int64_t at_ns;
};

struct deadline deadline_after(int timeout_ms);
int deadline_poll(int fd, short events, const struct deadline *deadline, short *revents);
int take_nap(void);

#endif /* WWANDSS_INTERNAL_H */
