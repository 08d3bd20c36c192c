// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the pipe takes when nothing has to be built or copied: full NTBs, made once and
 * submitted over and over by the test module rawpipe.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

#define RAWPIPE		"/sys/kernel/debug/rawpipe"

/* Submits until @count datagrams are through; how many there were, at most an NTB more. */
static uint64_t submit(unsigned int size, uint64_t count, uint64_t *ns)
{
	unsigned long long datagrams, duration;
	char line[100];
	int fd = open(RAWPIPE, O_RDWR | O_CLOEXEC);
	ssize_t n;

	snprintf(line, sizeof(line), "%s %u %u %llu", NETDEV, SESSION_SINK, size,
		 (unsigned long long)count);
	if (fd < 0 || write(fd, line, strlen(line)) < 0)
		die("%s: %s: %s", RAWPIPE, line, strerror(errno));
	n = pread(fd, line, sizeof(line) - 1, 0);
	if (n <= 0)
		die("%s: %s", RAWPIPE, strerror(errno));
	line[n] = 0;
	if (sscanf(line, "%llu %llu", &datagrams, &duration) != 2)
		die("%s: %s", RAWPIPE, line);
	close(fd);
	*ns = duration;
	return datagrams;
}

void raw_ntbs(const struct measure *m, struct result *r)
{
	uint64_t before, ns;

	submit(m->size, m->count / 16, &ns);
	before = sim_session(SESSION_SINK, "datagrams_out");
	usage_begin(&r->usage);
	r->sent = submit(m->size, m->count, &ns);
	usage_end(&r->usage);
	r->usage.wall = ns;
	r->delivered = sim_session(SESSION_SINK, "datagrams_out") - before;
	result_rate(r);
}
