// SPDX-License-Identifier: LGPL-2.1-or-later
/* Waits that end in time, however often they are taken up again. */
#include <limits.h>
#include <poll.h>
#include <time.h>

#include "internal.h"

#define NS_PER_MS	1000000
#define NS_PER_S	1000000000LL

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * NS_PER_S + now.tv_nsec;
}

struct deadline deadline_after(int timeout_ms)
{
	if (timeout_ms < 0)
		return (struct deadline) { .never = true };
	return (struct deadline) { .at_ns = now_ns() + (int64_t)timeout_ms * NS_PER_MS };
}

static int remaining_ms(const struct deadline *deadline)
{
	int64_t left;

	if (deadline->never)
		return -1;
	left = deadline->at_ns - now_ns();
	if (left <= 0)
		return 0;
	/* Rounded up, so that the last round does not spin. */
	left = (left + NS_PER_MS - 1) / NS_PER_MS;
	return left > INT_MAX ? INT_MAX : left;
}

/*
 * Wait until @fd polls any of @events, or has ended; ETIMEDOUT, EINTR. For use after what
 * is waited for was tried in vain: when time is up it does not look again, so that a file
 * which polls ready and is not cannot keep its caller.
 */
int deadline_poll(int fd, short events, const struct deadline *deadline, short *revents)
{
	struct pollfd pollfd = { .fd = fd, .events = events };
	int left, count;

	left = remaining_ms(deadline);
	if (!left)
		return ETIMEDOUT;
	count = poll(&pollfd, 1, left);
	if (count < 0)
		return errno;
	if (!count)
		return ETIMEDOUT;
	*revents = pollfd.revents;
	return 0;
}

/* For who would ask again and again, of a file that polls ready and is not; 0 or EINTR. */
int take_nap(void)
{
	static const struct timespec nap = { .tv_nsec = NS_PER_MS };

	return nanosleep(&nap, NULL) ? errno : 0;
}
