// SPDX-License-Identifier: GPL-2.0-or-later
/* Calls that block, each in a thread of its own. */
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "dss.h"

static void *blocked_thread(void *arg)
{
	struct blocked *b = arg;

	b->tid = gettid();
	errno = 0;
	b->ret = b->call(b->arg);
	b->error = errno;
	b->ended_ns = now_ns();
	instant_now(&b->ended);
	__atomic_store_n(&b->done, true, __ATOMIC_RELEASE);
	return NULL;
}

static bool finished(const struct blocked *b)
{
	return __atomic_load_n(&b->done, __ATOMIC_ACQUIRE);
}

/* In the state that waits of system calls have: S. */
static bool sleeping(const struct blocked *b)
{
	char path[64], text[256], *state;
	FILE *file;
	size_t n;

	if (!b->tid)
		return false;
	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", b->tid);
	file = fopen(path, "re");
	if (!file)
		return false;
	n = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[n] = '\0';
	state = strrchr(text, ')');
	return state && state[1] && state[2] == 'S';
}

void blocked_begin(struct blocked *b, long (*call)(void *arg), void *arg)
{
	pthread_t thread;

	*b = (struct blocked){ .call = call, .arg = arg };
	check(!pthread_create(&thread, NULL, blocked_thread, b));
	b->thread = thread;
}

void blocked_start(struct blocked *b, long (*call)(void *arg), void *arg)
{
	blocked_begin(b, call, arg);
	wait_until(LONG, finished(b) || sleeping(b));
	if (finished(b))
		fail("the call did not block: it gave %ld, errno %d", b->ret, b->error);
}

bool blocked_still(const struct blocked *b)
{
	return !finished(b) && sleeping(b);
}

void blocked_end(struct blocked *b, unsigned int ms)
{
	struct instant begun;
	unsigned int waited;

	instant_now(&begun);
	if (!finished(b)) {
		wait_until(ms > LONG ? ms : LONG, finished(b));
		waited = waited_ms(&begun, &b->ended);
		if (waited > ms)
			fail("a call waited for %u ms", waited);
	}
	pthread_join(b->thread, NULL);
}
