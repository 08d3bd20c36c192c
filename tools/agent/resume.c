// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Notices that the system was asleep. A modem that lost power meanwhile may keep its
 * place on the bus (reset_resume), and then nothing but its control channel says so.
 *
 * A timer that never fires, but is cancelled when the realtime clock jumps, as it does
 * on resume (timerfd_create(2), TFD_TIMER_CANCEL_ON_SET): neither polling nor D-Bus.
 */
#include <errno.h>
#include <stdint.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include <glib-unix.h>

#include "log.h"
#include "resume.h"

/* The last second that a time_t can hold. */
#define TIME_MAX	((time_t)((UINT64_C(1) << (sizeof(time_t) * 8 - 1)) - 1))

struct resume {
	void (*resumed)(void *data);
	void *data;
	int fd;
	guint source;
};

static int arm(int fd)
{
	const struct itimerspec never = { .it_value.tv_sec = TIME_MAX };

	return timerfd_settime(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never, NULL);
}

static gboolean timer_ready(gint fd, GIOCondition cond G_GNUC_UNUSED, gpointer data)
{
	struct resume *resume = data;
	uint64_t expirations;

	if (read(fd, &expirations, sizeof(expirations)) < 0 && errno == ECANCELED) {
		arm(fd);
		resume->resumed(resume->data);
	}
	return G_SOURCE_CONTINUE;
}

struct resume *resume_watch(void (*resumed)(void *data), void *data)
{
	struct resume *resume;
	int fd = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);

	if (fd < 0 || arm(fd)) {
		log_warning("cannot notice when the system has slept: %m");
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	resume = g_new0(struct resume, 1);
	resume->resumed = resumed;
	resume->data = data;
	resume->fd = fd;
	resume->source = g_unix_fd_add(fd, G_IO_IN, timer_ready, resume);
	return resume;
}

void resume_free(struct resume *resume)
{
	if (!resume)
		return;
	g_source_remove(resume->source);
	close(resume->fd);
	g_free(resume);
}
