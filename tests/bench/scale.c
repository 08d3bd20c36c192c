// SPDX-License-Identifier: GPL-2.0-or-later
/* Many sessions at once: batches to each in turn, against the same to one. */
#include <errno.h>
#include <linux/mbim_dss.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "bench.h"

#define SESSIONS	256

static uint64_t delivered(unsigned int sessions)
{
	uint64_t sum = 0;

	for (unsigned int s = 0; s < sessions; s++)
		sum += sim_session(s, "datagrams_out");
	return sum;
}

static uint64_t send_round(struct sender **senders, unsigned int n, uint64_t count)
{
	uint64_t sent = 0;

	while (sent < count)
		for (unsigned int i = 0; i < n && sent < count; i++, sent += BATCH)
			sender_batch(senders[i]);
	return sent;
}

static void run(const struct measure *m, struct result *r, unsigned int n)
{
	static struct sender *senders[SESSIONS];
	static int fds[SESSIONS];
	uint64_t before, reaped = 0;

	for (unsigned int i = 0; i < n; i++) {
		fds[i] = ours_open(i);
		senders[i] = sender_new(fds[i], m->size);
	}
	/* each has had an NTB before */
	send_round(senders, n, SESSIONS * BATCH);
	for (unsigned int i = 0; i < n; i++)
		sender_drain(senders[i]);
	before = delivered(n);
	usage_begin(&r->usage);
	r->sent = send_round(senders, n, m->count);
	for (unsigned int i = 0; i < n; i++)
		reaped += sender_drain(senders[i]);
	usage_end(&r->usage);
	if (reaped != r->sent)
		die("%llu completions", (unsigned long long)reaped);
	r->delivered = delivered(n) - before;
	result_rate(r);
	for (unsigned int i = 0; i < n; i++) {
		sender_free(senders[i]);
		close(fds[i]);
	}
}

void scale_one(const struct measure *m, struct result *r)
{
	run(m, r, 1);
}

void scale_all(const struct measure *m, struct result *r)
{
	run(m, r, SESSIONS);
}
