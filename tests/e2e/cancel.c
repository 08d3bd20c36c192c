// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * CANCEL of requests of SEND: exactly the one that is meant goes, the modem gets exactly
 * the rest, in order.
 */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "dss.h"

#define COUNT	12
#define LEN	100
#define SEED	1000

/* A session with a request in flight, and @COUNT that have not been sent. */
struct waiting {
	struct session s;
	uint64_t blocker;		/* ids */
	uint64_t first;
	uint64_t user_data, step;
	struct ended ended[COUNT + 1];	/* the blocker's is the first */
};

static struct waiting w;

static void begin(uint64_t step)
{
	session_open(&w.s, SERVICE_ECHO);
	sim("nak out on");
	w.blocker = send_one(w.s.fd, "blocker", 7, 4711);
	wait_in_flight(0);
	w.user_data = 500;
	w.step = step;
	w.first = send_many(w.s.fd, COUNT, LEN, SEED, w.user_data, step);
	check_eq(w.first, w.blocker + 1);
}

/* The modem takes the rest; each request has ended as it should, @gone says which did not go. */
static void end(const bool *gone)
{
	uint32_t sent = 1;
	char blocker[8];

	sim("nak out off");
	reap_ids(w.s.fd, w.blocker, w.ended, COUNT + 1);
	check_eq(w.ended[0].error, 0);
	check_eq(w.ended[0].user_data, 4711);
	poll_for(w.s.fd, POLLIN, LONG);
	check_eq(read(w.s.fd, blocker, 7), 7);
	for (uint32_t i = 0; i < COUNT; i++) {
		check_eq(w.ended[i + 1].user_data, w.user_data + i * w.step);
		check_eq(w.ended[i + 1].error, gone[i] ? ECANCELED : 0);
		if (!gone[i])
			recv_filled(w.s.fd, LEN, SEED + i);
		sent += !gone[i];
	}
	check(!fsync(w.s.fd));
	check(!poll_now(w.s.fd, POLLIN | POLLPRI));
	check_eq(sim_session_stat(w.s.id, "datagrams_out"), sent);
	check_eq(session_counter(&w.s, "tx_errors"), COUNT + 1 - sent);
	check_eq(session_counter(&w.s, "tx_ntbs_held"), 0);
	sim_no_errors();
	session_close(&w.s);
	close(w.s.fd);
	close(w.s.handle);
}

/* Cancel of these, in this order; their completions come at once, the others' do not. */
static void cancel_these(const uint32_t *which, uint32_t count, uint64_t step)
{
	struct mbim_dss_completion done[COUNT];
	bool gone[COUNT] = { false };
	struct mbim_dss_batch b;

	begin(step);
	for (uint32_t i = 0; i < count; i++) {
		check(!request_cancel(w.s.fd, w.first + which[i]));
		gone[which[i]] = true;
		check_eq(poll_now(w.s.fd, POLLPRI), POLLPRI);
		check_err(request_cancel(w.s.fd, w.first + which[i]), ENOENT);
	}
	check_err(request_cancel(w.s.fd, w.blocker), EALREADY);
	/* look, without taking them out of end()'s sight: another file has none */
	check_err(batch(node_open(0, w.s.id, O_RDWR), MBIM_DSS_IOC_REAP, done, COUNT, 0, &b),
		  EAGAIN);
	end(gone);
}

static void each_place(void)
{
	static const uint64_t steps[] = { 1, 0, 2 };

	for (size_t n = 0; n < ARRAY_SIZE(steps); n++)
		for (uint32_t i = 0; i < COUNT; i++)
			cancel_these(&i, 1, steps[n]);
}

static void several(void)
{
	static const uint32_t ends[] = { 0, COUNT - 1 }, from_front[] = { 0, 1, 2 },
		from_back[] = { COUNT - 1, COUNT - 2 }, scattered[] = { 5, 3, 8, 0, 4 };

	cancel_these(ends, ARRAY_SIZE(ends), 1);
	cancel_these(from_front, ARRAY_SIZE(from_front), 1);
	cancel_these(from_back, ARRAY_SIZE(from_back), 1);
	cancel_these(scattered, ARRAY_SIZE(scattered), 0);
	cancel_these(scattered, ARRAY_SIZE(scattered), 1);
}

/* None of the NTB is left: the modem sees no empty one. */
static void all_of_them(void)
{
	uint32_t up[COUNT], down[COUNT];

	for (uint32_t i = 0; i < COUNT; i++) {
		up[i] = i;
		down[i] = COUNT - 1 - i;
	}
	cancel_these(up, COUNT, 1);
	cancel_these(down, COUNT, 0);
}

/* What is written afterwards goes behind what is left. */
static void written_afterwards(void)
{
	struct ended ended[COUNT + 3];
	struct session s;
	uint64_t first;
	char x;

	session_open(&s, SERVICE_ECHO);
	sim("nak out on");
	check_eq(send_one(s.fd, "b", 1, 0), 1);
	wait_in_flight(0);
	first = send_many(s.fd, 2, LEN, SEED, 0, 1);
	check(!request_cancel(s.fd, first));
	check(!request_cancel(s.fd, first + 1));
	check_eq(send_many(s.fd, COUNT, LEN, SEED + 2, 0, 1), first + 2);
	check(!request_cancel(s.fd, first + 2));
	sim("nak out off");
	reap_ids(s.fd, 1, ended, COUNT + 3);
	read_all(s.fd, &x, 1);
	for (int i = 1; i < COUNT; i++)
		recv_filled(s.fd, LEN, SEED + 2 + i);
	for (int i = 0; i < COUNT + 3; i++)
		check_eq(ended[i].error, i >= 1 && i <= 3 ? ECANCELED : 0);
	sim_no_errors();
}

/* Among full NTBs that wait in the queue. */
static void in_the_queue(void)
{
	enum { MANY = 50 };
	struct ended ended[MANY];
	struct session s;
	uint64_t first;
	uint32_t gone = 0;

	session_open(&s, SERVICE_ECHO);
	sim("nak out on");
	first = send_many(s.fd, MANY, MAX_DATAGRAM, SEED, 0, 1);
	/* from the end: at some place they are in flight, and stay */
	for (uint32_t i = MANY; i-- && !request_cancel(s.fd, first + i); )
		gone++;
	check_eq(errno, EALREADY);
	check(gone > 7 && gone < MANY);
	sim("nak out off");
	reap_ids(s.fd, first, ended, MANY);
	for (uint32_t i = 0; i < MANY; i++) {
		check_eq(ended[i].error, i >= MANY - gone ? ECANCELED : 0);
		if (!ended[i].error)
			recv_filled(s.fd, MAX_DATAGRAM, SEED + i);
	}
	check_eq(sim_session_stat(s.id, "datagrams_out"), MANY - gone);
	check(!poll_now(s.fd, POLLIN));
	sim_no_errors();
}

/* Writes of others in the same NTB: plain ones, and SENDs of another file. */
static void beside_others(void)
{
	struct ended ended[3], others[3];
	uint64_t first, other_first;
	struct session s;
	char bytes[LEN];
	int other;

	session_open(&s, SERVICE_ECHO);
	other = node_open(0, s.id, O_RDWR);
	sim("nak out on");
	write_all(s.fd, "b", 1);
	wait_in_flight(0);
	first = send_many(s.fd, 3, LEN, 10, 0, 1);
	fill(bytes, LEN, 20);
	write_all(s.fd, bytes, LEN);
	other_first = send_many(other, 3, LEN, 30, 0, 1);
	fill(bytes, LEN, 40);
	write_all(other, bytes, LEN);
	/* ids are the file's */
	check_eq(first, other_first);
	check(!request_cancel(s.fd, first + 1));
	check(!request_cancel(other, other_first + 2));
	sim("nak out off");
	reap_ids(s.fd, first, ended, 3);
	reap_ids(other, other_first, others, 3);
	check_eq(ended[0].error, 0);
	check_eq(ended[1].error, ECANCELED);
	check_eq(ended[2].error, 0);
	check_eq(others[0].error, 0);
	check_eq(others[1].error, 0);
	check_eq(others[2].error, ECANCELED);
	read_all(s.fd, bytes, 1);
	recv_filled(s.fd, LEN, 10);
	recv_filled(s.fd, LEN, 12);
	recv_filled(s.fd, LEN, 20);
	recv_filled(s.fd, LEN, 30);
	recv_filled(s.fd, LEN, 31);
	recv_filled(s.fd, LEN, 40);
	/* a cancel is no error of the plain writes */
	check(!fsync(s.fd));
	check(!fsync(other));
	sim_no_errors();
}

static void of_what_has_ended(void)
{
	struct mbim_dss_completion done;
	struct session s;
	uint64_t id;

	session_open(&s, SERVICE_SINK);
	id = send_one(s.fd, "x", 1, 0);
	check(!fsync(s.fd));
	check_err(request_cancel(s.fd, id), ENOENT);
	reap_one(s.fd, &done);
	check_err(request_cancel(s.fd, id), ENOENT);
	check_err(request_cancel(s.fd, id + 1), ENOENT);
	check_err(request_cancel(s.fd, UINT64_MAX), ENOENT);
}

/* After the session's end as well as before. */
static void of_a_closed_session(void)
{
	struct ended ended[COUNT + 1];
	struct session s;

	session_open(&s, SERVICE_SINK);
	sim("nak out on");
	check_eq(send_one(s.fd, "b", 1, 0), 1);
	wait_in_flight(0);
	send_many(s.fd, COUNT, LEN, SEED, 0, 1);
	check(!request_cancel(s.fd, 5));
	session_close(&s);
	check_err(request_cancel(s.fd, 6), ENOENT);
	reap_ids(s.fd, 1, ended, COUNT + 1);
	for (int i = 0; i < COUNT + 1; i++)
		check_eq(ended[i].error, ECANCELED);
}

/* More parts in an NTB than datagrams it could have: splits must not overflow it. */
static void split_as_often_as_possible(void)
{
	enum { MANY = 200 };
	struct ended ended[MANY];
	struct session s;
	uint32_t gone = 0;
	uint64_t first;
	char byte;

	session_open(&s, SERVICE_ECHO);
	sim("nak out on");
	write_all(s.fd, "b", 1);
	wait_in_flight(0);
	first = send_many(s.fd, MANY, 1, SEED, 7, 0);
	for (uint32_t i = 1; i < MANY; i += 2)
		if (request_cancel(s.fd, first + i))
			check_eq(errno, EALREADY);
	sim("nak out off");
	reap_ids(s.fd, first, ended, MANY);
	read_all(s.fd, &byte, 1);
	for (uint32_t i = 0; i < MANY; i++) {
		check_eq(ended[i].user_data, 7);
		check(!ended[i].error || (ended[i].error == ECANCELED && i % 2));
		gone += ended[i].error != 0;
		if (!ended[i].error)
			recv_filled(s.fd, 1, SEED + i);
	}
	check(gone >= 10);
	sim_no_errors();
}

static const struct test_case cases[] = {
	{ "CANCEL of one: at each place of a run, of each kind of run", each_place, 120 },
	{ "CANCEL of several", several, 60 },
	{ "CANCEL of all: no NTB is left to be sent", all_of_them, 60 },
	{ "CANCEL, and more is written", written_afterwards, 0 },
	{ "CANCEL in full NTBs that wait; EALREADY in flight", in_the_queue, 0 },
	{ "CANCEL beside plain writes and requests of another file", beside_others, 0 },
	{ "CANCEL of every second of many", split_as_often_as_possible, 0 },
	{ "ENOENT: what has ended, what never was", of_what_has_ended, 0 },
	{ "CANCEL before and after the session's end", of_a_closed_session, 0 },
};

int main(int argc, char **argv)
{
	return run_cases(argc, argv, cases, ARRAY_SIZE(cases), calm);
}
