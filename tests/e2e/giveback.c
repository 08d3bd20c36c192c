// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two wait for completions. What one has taken and cannot be given, for its memory is not there,
 * is the other's.
 */
#include <unistd.h>

#include "dss.h"

struct fetch {
	int fd;
	void *to;
};

static long fetch_read(void *arg)
{
	const struct fetch *f = arg;

	return read(f->fd, f->to, sizeof(struct mbim_dss_completion));
}

static long fetch_reap(void *arg)
{
	const struct fetch *f = arg;

	return batch(f->fd, MBIM_DSS_IOC_REAP, f->to, 1, 0, NULL);
}

/* @fd has one completion. The first to fetch it is stuck, the second waits, and gets it. */
static const struct mbim_dss_completion *second_gets_it(int fd, long (*fetch)(void *arg))
{
	static struct mbim_dss_completion done;
	struct fetch first = { .fd = fd }, second = { .fd = fd, .to = &done };
	struct blocked stuck, waits;
	struct trap t;

	trap_set(&t);
	first.to = t.page;
	blocked_begin(&stuck, fetch, &first);
	trap_wait(&t);
	blocked_start(&waits, fetch, &second);
	trap_fail(&t);
	blocked_end(&stuck, SOON);
	check_eq(stuck.ret, -1);
	check_eq(stuck.error, EFAULT);
	blocked_end(&waits, SOON);
	check(waits.ret >= 0);
	return &done;
}

static void completion_of_an_open(void)
{
	const struct mbim_dss_completion *done;
	struct mbim_dss_open request;
	int handle = handle_open();

	check(!request_open(handle, 0, SERVICE_ECHO, MBIM_DSS_SESSION_ANY, 0, &request));
	poll_for(handle, POLLIN, LONG);
	done = second_gets_it(handle, fetch_read);
	check_eq(done->request_id, request.request_id);
	check(completion_none(handle));
}

static void completion_of_a_send(void)
{
	const struct mbim_dss_completion *done;
	struct session s;
	uint64_t id;

	session_open(&s, SERVICE_SINK);
	id = send_one(s.fd, "x", 1, 0);
	check(id);
	poll_for(s.fd, POLLPRI, LONG);
	/* one more under way, so that there is something to wait for */
	sim("nak out on");
	check(send_one(s.fd, "y", 1, 0));
	done = second_gets_it(s.fd, fetch_reap);
	check_eq(done->request_id, id);
}

static const struct test_case cases[] = {
	{ "read of a handle", completion_of_an_open, 0 },
	{ "REAP", completion_of_a_send, 0 },
};

int main(int argc, char **argv)
{
	return run_cases(argc, argv, cases, ARRAY_SIZE(cases), calm);
}
