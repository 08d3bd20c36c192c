// SPDX-License-Identifier: GPL-2.0-or-later
/* REAP: completions in runs, their ids and user data, of which file; a bound; waiting. */
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "dss.h"

#define LEN	32
#define COUNT	40

static char bytes[LEN];
static struct mbim_dss_datagram entries[COUNT];

/* Requests with this user data, told in as few records as may be. */
static void expect_runs(const struct session *s, const uint64_t *user_data, uint32_t count,
			uint32_t records)
{
	struct mbim_dss_completion done[COUNT];
	struct ended ended[COUNT];
	struct mbim_dss_batch b;
	uint64_t blocker, first;
	uint32_t told = 0;

	sim("nak out on");
	/* in flight: what follows gathers in one NTB */
	blocker = send_one(s->fd, "x", 1, 0);
	wait_in_flight(0);
	for (uint32_t i = 0; i < count; i++)
		entries[i] = (struct mbim_dss_datagram){
			.buf = (uintptr_t)bytes, .len = LEN, .user_data = user_data[i],
		};
	check(!batch(s->fd, MBIM_DSS_IOC_SEND, entries, count, 0, &b));
	first = b.request_id;
	check_eq(first, blocker + 1);
	sim("nak out off");
	reap_ids(s->fd, blocker, ended, 1);
	check(!fsync(s->fd));
	check(!batch(s->fd, MBIM_DSS_IOC_REAP, done, COUNT, 0, &b));
	check_eq(b.done, records);
	for (uint32_t i = 0; i < records; i++) {
		check_eq(done[i].request_id, first + told);
		check_eq(done[i].bytes, done[i].count * LEN);
		check(done[i].user_step <= 1);
		for (uint32_t j = 0; j < done[i].count; j++)
			check_eq(done[i].user_data + (uint64_t)j * done[i].user_step,
				 user_data[told + j]);
		told += done[i].count;
	}
	check_eq(told, count);
}

static void runs(void)
{
	static const uint64_t same[] = { 7, 7, 7, 7, 7 };
	static const uint64_t counting[] = { 3, 4, 5, 6, 7, 8 };
	static const uint64_t mixed[] = { 5, 5, 6, 7, 8, 8, 1, 0, 9, 9 };
	static const uint64_t wrapping[] = { UINT64_MAX - 1, UINT64_MAX, 0, 1 };
	static const uint64_t apart[] = { 1, 3, 5 };
	struct session s;

	session_open(&s, SERVICE_SINK);
	expect_runs(&s, same, ARRAY_SIZE(same), 1);
	expect_runs(&s, counting, ARRAY_SIZE(counting), 1);
	/* 5 5, 6 7 8, 8, 1, 0, 9 9 */
	expect_runs(&s, mixed, ARRAY_SIZE(mixed), 6);
	expect_runs(&s, wrapping, ARRAY_SIZE(wrapping), 1);
	expect_runs(&s, apart, ARRAY_SIZE(apart), 3);
}

/* Requests that ended differently are in different records, each with its bytes. */
static void runs_end_alike(void)
{
	struct mbim_dss_completion c;
	struct session s;
	uint64_t first;
	uint32_t good = 0, bad = 0;
	char large[MAX_DATAGRAM];

	session_open(&s, SERVICE_SINK);
	for (uint32_t i = 0; i < COUNT; i++)
		entries[i] = (struct mbim_dss_datagram){
			.buf = (uintptr_t)large, .len = sizeof(large), .user_data = i,
		};
	sim("status out EPROTO 1");
	check(!batch(s.fd, MBIM_DSS_IOC_SEND, entries, COUNT, 0, NULL));
	for (first = 1; first <= COUNT; first += c.count) {
		reap_one(s.fd, &c);
		check_eq(c.request_id, first);
		check_eq(c.user_data, first - 1);
		check_eq(c.bytes, c.error ? 0 : c.count * sizeof(large));
		*(c.error ? &bad : &good) += c.count;
		check(!c.error || c.error == EPROTO);
	}
	check(bad && good);
	check_eq(sim_session_stat(s.id, "datagrams_out"), good);
	check_eq(session_counter(&s, "tx_errors"), bad);
}

static void reap_in_part(void)
{
	struct mbim_dss_completion *done = memory(4096, PROT_READ | PROT_WRITE);
	struct mbim_dss_batch b;
	struct session s;

	session_open(&s, SERVICE_SINK);
	for (int i = 0; i < 5; i++)
		check(send_one(s.fd, "x", 1, 10 * i));
	check(!fsync(s.fd));
	check(!batch(s.fd, MBIM_DSS_IOC_REAP, done, 2, 0, &b));
	check_eq(b.done, 2);
	check_eq(done[0].user_data, 0);
	check_eq(done[1].user_data, 10);
	check_eq(poll_now(s.fd, POLLPRI), POLLPRI);
	/* room for one, then memory that is not there */
	check(!mprotect(done, 4096, PROT_NONE));
	check_err(batch(s.fd, MBIM_DSS_IOC_REAP, done, 3, 0, &b), EFAULT);
	check(!mprotect(done, 4096, PROT_READ | PROT_WRITE));
	check(!batch(s.fd, MBIM_DSS_IOC_REAP, done, 3, 0, &b));
	check_eq(b.done, 3);
	check_eq(done[0].user_data, 20);
	check_eq(done[2].user_data, 40);
	check(!poll_now(s.fd, POLLPRI));
}

static void reap_array_ends_early(void)
{
	char *pages = memory(2 * 4096, PROT_READ | PROT_WRITE);
	struct mbim_dss_completion *done = (void *)(pages + 4096 - 2 * sizeof(*done));
	struct mbim_dss_completion rest[2];
	struct mbim_dss_batch b;
	struct session s;

	check(!mprotect(pages + 4096, 4096, PROT_NONE));
	session_open(&s, SERVICE_SINK);
	for (int i = 0; i < 4; i++)
		check(send_one(s.fd, "x", 1, 10 * i));
	check(!fsync(s.fd));
	check(!batch(s.fd, MBIM_DSS_IOC_REAP, done, 4, 0, &b));
	check_eq(b.done, 2);
	check_eq(b.error, EFAULT);
	check_eq(done[1].user_data, 10);
	check(!batch(s.fd, MBIM_DSS_IOC_REAP, rest, 2, 0, &b));
	check_eq(b.done, 2);
	check_eq(rest[0].user_data, 20);
	check_eq(rest[1].user_data, 30);
}

static long call_reap(void *arg)
{
	struct mbim_dss_completion done;
	struct mbim_dss_batch b;

	return batch(*(int *)arg, MBIM_DSS_IOC_REAP, &done, 1, 0, &b) ? -1 : (long)b.done;
}

/* One completion comes: one has it, the other is told that there is nothing to wait for. */
static void two_reapers(void)
{
	struct blocked b[2];
	struct session s;

	session_open(&s, SERVICE_SINK);
	sim("nak out on");
	check(send_one(s.fd, "x", 1, 0));
	for (int i = 0; i < 2; i++)
		blocked_start(&b[i], call_reap, &s.fd);
	sim("nak out off");
	for (int i = 0; i < 2; i++)
		blocked_end(&b[i], LONG);
	check_eq(b[0].ret + b[1].ret, 1 + -1);
	check_eq(b[b[0].ret == 1].error, EAGAIN);
	check_err(call_reap(&s.fd), EAGAIN);
}

/* A cancel of the last request releases it, too. */
static void reap_ends_by_cancel(void)
{
	static char large[20 * NTB_SIZE];
	struct ended ended;
	struct blocked b;
	struct session s;
	uint64_t blocker, id;
	int other;

	session_open(&s, SERVICE_SINK);
	other = node_open(0, s.id, O_RDWR);
	sim("nak out on");
	blocker = send_one(s.fd, "x", 1, 0);
	wait_in_flight(0);
	/* more than the pipe takes, or what is waited for would go */
	write_all(s.fd, large, sizeof(large));
	id = send_one(other, "y", 1, 0);
	blocked_start(&b, call_reap, &other);
	check(!request_cancel(other, id));
	blocked_end(&b, SOON);
	check_eq(b.ret, 1);
	sim("nak out off");
	reap_ids(s.fd, blocker, &ended, 1);
	check_eq(ended.error, 0);
}

/* Completions are the file's, not the session's. */
static void completions_of_the_file(void)
{
	struct mbim_dss_completion done;
	struct session s;
	int other;

	session_open(&s, SERVICE_SINK);
	other = node_open(0, s.id, O_RDWR);
	check_eq(send_one(s.fd, "x", 1, 111), 1);
	check_eq(send_one(other, "y", 1, 222), 1);
	reap_one(other, &done);
	check_eq(done.user_data, 222);
	check(!poll_now(other, POLLPRI));
	reap_one(s.fd, &done);
	check_eq(done.user_data, 111);
	check_err(batch(s.fd, MBIM_DSS_IOC_REAP, &done, 1, 0, NULL), EAGAIN);
}

/* At the bound of completions a batch is accepted in part. */
static void completions_run_out(void)
{
	static struct mbim_dss_datagram d[MBIM_DSS_BATCH_MAX];
	static struct mbim_dss_completion done[MBIM_DSS_BATCH_MAX];
	uint64_t sent = 0, told = 0;
	struct mbim_dss_batch b;
	struct session s;

	session_open(&s, SERVICE_SINK);
	for (size_t i = 0; i < ARRAY_SIZE(d); i++)
		d[i] = (struct mbim_dss_datagram){ .buf = (uintptr_t)bytes, .len = 1 };
	check(!batch(s.fd, MBIM_DSS_IOC_SEND, d, 10, 0, &b));
	sent = 10;
	do {
		check(!batch(s.fd, MBIM_DSS_IOC_SEND, d, ARRAY_SIZE(d), 0, &b));
		sent += b.done;
	} while (b.done == ARRAY_SIZE(d));
	check_eq(b.error, ENOBUFS);
	check_eq(sent, MBIM_DSS_REQUESTS_MAX);
	check_err(batch(s.fd, MBIM_DSS_IOC_SEND, d, 1, 0, &b), ENOBUFS);
	/* another file has its own; and write needs none */
	check_eq(write(s.fd, "x", 1), 1);
	check(!fsync(s.fd));
	while (!batch(s.fd, MBIM_DSS_IOC_REAP, done, ARRAY_SIZE(done), 0, &b))
		for (uint32_t i = 0; i < b.done; i++) {
			check_eq(done[i].request_id, told + 1);
			told += done[i].count;
		}
	check_eq(told, sent);
	check_eq(send_one(s.fd, "x", 1, 0), sent + 1);
}

static const struct test_case cases[] = {
	{ "completions: user data in runs", runs, 0 },
	{ "completions: a run ended alike", runs_end_alike, 0 },
	{ "completions: of the file", completions_of_the_file, 0 },
	{ "completions: ENOBUFS at the bound, in the middle of a batch", completions_run_out, 60 },
	{ "REAP: as many as there is room for; a fault loses none", reap_in_part, 0 },
	{ "REAP: the array ends early", reap_array_ends_early, 0 },
	{ "REAP: by two, and one request", two_reapers, 0 },
	{ "REAP: waits, and the last request is cancelled", reap_ends_by_cancel, 0 },
};

int main(int argc, char **argv)
{
	return run_cases(argc, argv, cases, ARRAY_SIZE(cases), calm);
}
