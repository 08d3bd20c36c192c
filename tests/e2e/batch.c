// SPDX-License-Identifier: GPL-2.0-or-later
/* SEND and RECV: batches that end early, waiting. REAP is in reap.c. */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "dss.h"

#define LEN	32
#define COUNT	40

static char bytes[COUNT][MAX_DATAGRAM];
static struct mbim_dss_datagram entries[COUNT];

static void fill_entries(void)
{
	for (uint32_t i = 0; i < COUNT; i++) {
		fill(bytes[i], LEN, i);
		entries[i] = (struct mbim_dss_datagram){
			.buf = (uintptr_t)bytes[i], .len = LEN, .user_data = i,
		};
	}
}

static void empty_entries(void)
{
	memset(bytes, 0, sizeof(bytes));
	for (uint32_t i = 0; i < COUNT; i++)
		entries[i] = (struct mbim_dss_datagram){
			.buf = (uintptr_t)bytes[i], .len = sizeof(bytes[i]),
		};
}

/* -------- SEND -------- */

/* What makes an entry wrong, and the errno for it. */
struct fault {
	const char *name;
	int error;
	void (*spoil)(struct mbim_dss_datagram *d);
};

static void no_buffer(struct mbim_dss_datagram *d)
{
	d->buf = (uintptr_t)memory(4096, PROT_NONE);
}

static void too_long(struct mbim_dss_datagram *d)
{
	d->len = MAX_DATAGRAM + 1;
}

static void empty(struct mbim_dss_datagram *d)
{
	d->len = 0;
}

static void reserved(struct mbim_dss_datagram *d)
{
	d->reserved = 1;
}

static void with_flags(struct mbim_dss_datagram *d)
{
	d->flags = MBIM_DSS_DATAGRAM_LOST;
}

static const struct fault send_faults[] = {
	{ "a bad pointer", EFAULT, no_buffer }, { "too long", EMSGSIZE, too_long },
	{ "empty", EINVAL, empty }, { "a reserved field", EINVAL, reserved },
	{ "flags", EINVAL, with_flags },
};

/* An entry at @at is wrong: those before it go, then, mended, the rest. */
static void send_with_fault(const struct session *s, const struct fault *fault, uint32_t at)
{
	struct ended ended[COUNT];
	struct mbim_dss_batch b;
	uint64_t first = 0;
	int ret;

	fill_entries();
	fault->spoil(&entries[at]);
	ret = batch(s->fd, MBIM_DSS_IOC_SEND, entries, COUNT, 0, &b);
	if (b.done != at || b.error != (uint32_t)fault->error || ret != (at ? 0 : -1))
		fail("%s at %u: done %u, error %u, returned %d", fault->name, at, b.done, b.error,
		     ret);
	if (at)
		first = b.request_id;
	fill_entries();
	check(!batch(s->fd, MBIM_DSS_IOC_SEND, entries + at, COUNT - at, 0, &b));
	check_eq(b.done, COUNT - at);
	check_eq(b.error, 0);
	if (at)
		check_eq(b.request_id, first + at);
	else
		first = b.request_id;
	reap_ids(s->fd, first, ended, COUNT);
	for (uint32_t i = 0; i < COUNT; i++) {
		check_eq(ended[i].error, 0);
		check_eq(ended[i].user_data, i);
		recv_filled(s->fd, LEN, i);
	}
}

static void send_stops_at_a_fault(void)
{
	static const uint32_t places[] = { 0, 1, 15, 16, 17, COUNT - 1 };
	struct session s;

	session_open(&s, SERVICE_ECHO);
	for (size_t f = 0; f < ARRAY_SIZE(send_faults); f++)
		for (size_t p = 0; p < ARRAY_SIZE(places); p++)
			send_with_fault(&s, &send_faults[f], places[p]);
	check_eq(sim_session_stat(s.id, "datagrams_out"),
		 COUNT * ARRAY_SIZE(send_faults) * ARRAY_SIZE(places));
	check(!poll_now(s.fd, POLLIN | POLLPRI));
}

/* Behind a datagram's last byte there may be nothing, wherever that is. */
static void send_up_to_the_end_of_memory(void)
{
	char *pages = memory(2 * 4096, PROT_READ | PROT_WRITE);
	struct mbim_dss_datagram d[COUNT] = {};
	struct mbim_dss_batch b;
	struct session s;

	check(!mprotect(pages + 4096, 4096, PROT_NONE));
	fill(pages, 4096, 1);
	session_open(&s, SERVICE_ECHO);
	for (uint32_t i = 0; i < COUNT; i++) {
		d[i].len = 8 * (i % 2) + 120 + i;
		d[i].buf = (uintptr_t)(pages + 4096 - d[i].len);
	}
	check(!batch(s.fd, MBIM_DSS_IOC_SEND, d, COUNT, 0, &b));
	check_eq(b.error, 0);
	check_eq(b.done, COUNT);
	for (uint32_t i = 0; i < COUNT; i++) {
		char got[MAX_DATAGRAM];
		struct mbim_dss_datagram r = { .buf = (uintptr_t)got, .len = sizeof(got) };

		check(!batch(s.fd, MBIM_DSS_IOC_RECV, &r, 1, 0, &b));
		check_eq(r.len, d[i].len);
		check(!memcmp(got, pages + 4096 - d[i].len, d[i].len));
	}
}

/* The array itself ends in memory that is not there. */
static void send_entries_end_early(void)
{
	char *pages = memory(2 * 4096, PROT_READ | PROT_WRITE);
	struct mbim_dss_datagram *d;
	struct ended ended[COUNT];
	struct mbim_dss_batch b;
	struct session s;

	check(!mprotect(pages + 4096, 4096, PROT_NONE));
	d = (struct mbim_dss_datagram *)(pages + 4096) - 20;
	fill_entries();
	memcpy(d, entries, 20 * sizeof(*d));
	session_open(&s, SERVICE_ECHO);
	check(!batch(s.fd, MBIM_DSS_IOC_SEND, d, 30, 0, &b));
	check_eq(b.error, EFAULT);
	check(b.done && b.done <= 20);
	reap_ids(s.fd, b.request_id, ended, b.done);
	for (uint32_t i = 0; i < b.done; i++)
		recv_filled(s.fd, LEN, i);
	check_eq(sim_session_stat(s.id, "datagrams_out"), b.done);
}

/* No room for all: what was accepted is said, and is all that the modem gets. */
static void send_in_part(void)
{
	uint32_t accepted = 0;
	struct mbim_dss_batch b;
	struct session s;
	char large[MAX_DATAGRAM];

	session_open(&s, SERVICE_SINK);
	for (uint32_t i = 0; i < COUNT; i++)
		entries[i] = (struct mbim_dss_datagram){
			.buf = (uintptr_t)large, .len = sizeof(large),
		};
	sim("nak out on");
	do {
		check(!batch(s.fd, MBIM_DSS_IOC_SEND, entries, COUNT, MBIM_DSS_BATCH_NOWAIT, &b));
		accepted += b.done;
	} while (b.done == COUNT);
	check_eq(b.error, EAGAIN);
	check_err(batch(s.fd, MBIM_DSS_IOC_SEND, entries, COUNT, MBIM_DSS_BATCH_NOWAIT, &b),
		  EAGAIN);
	check_eq(b.error, EAGAIN);
	check_eq(b.done, 0);
	sim("nak out off");
	check(!fsync(s.fd));
	check_eq(sim_session_stat(s.id, "datagrams_out"), accepted);
}

static void on_signal(int number)
{
	(void)number;
}

struct large_send {
	int fd;
	uint32_t count;
	struct mbim_dss_batch b;
	struct mbim_dss_datagram d[300];
};

static long send_large(void *arg)
{
	struct large_send *send = arg;
	static char large[MAX_DATAGRAM];

	for (uint32_t i = 0; i < send->count; i++)
		send->d[i] = (struct mbim_dss_datagram){
			.buf = (uintptr_t)large, .len = sizeof(large), .user_data = i,
		};
	return batch(send->fd, MBIM_DSS_IOC_SEND, send->d, send->count, 0, &send->b);
}

/* A blocking SEND waits until all are accepted; a signal ends it with what has been. */
static void send_waits(void)
{
	struct sigaction action = { .sa_handler = on_signal };
	static struct large_send send;
	struct ended ended[300];
	struct blocked b;
	struct session s;
	uint32_t part;

	session_open(&s, SERVICE_SINK);
	limit_tx(s.fd);
	send = (struct large_send){ .fd = s.fd, .count = 300 };
	check(!sigaction(SIGUSR1, &action, NULL));
	sim("nak out on");
	blocked_start(&b, send_large, &send);
	check(!tgkill(getpid(), b.tid, SIGUSR1));
	blocked_end(&b, SOON);
	check_eq(b.ret, 0);
	check_eq(send.b.error, EINTR);
	part = send.b.done;
	check(part && part < 300);
	/* none: the call is restarted, or EINTR */
	blocked_start(&b, send_large, &send);
	check(!tgkill(getpid(), b.tid, SIGUSR1));
	blocked_end(&b, SOON);
	check_eq(b.ret, -1);
	check_eq(b.error, EINTR);
	check_eq(send.b.done, 0);
	blocked_start(&b, send_large, &send);
	sim("nak out off");
	blocked_end(&b, LONG);
	check_eq(b.ret, 0);
	check_eq(send.b.done, 300);
	reap_ids(s.fd, 1, ended, part);
	reap_ids(s.fd, send.b.request_id, ended, 300);
	for (uint32_t i = 0; i < 300; i++)
		check_eq(ended[i].user_data, i);
	check_eq(sim_session_stat(s.id, "datagrams_out"), part + 300);
}

/* Two SENDs that wait for room at the same time: the ids of each are consecutive. */
static void two_senders(void)
{
	static struct large_send send[2];
	static struct ended ended[600];
	struct blocked b[2];
	struct session s;
	uint64_t first;

	session_open(&s, SERVICE_SINK);
	limit_tx(s.fd);
	sim("nak out on");
	for (int i = 0; i < 2; i++) {
		send[i] = (struct large_send){ .fd = s.fd, .count = 300 };
		blocked_start(&b[i], send_large, &send[i]);
	}
	sim("nak out off");
	for (int i = 0; i < 2; i++) {
		blocked_end(&b[i], LONG);
		check_eq(b[i].ret, 0);
		check_eq(send[i].b.done, 300);
	}
	first = send[send[1].b.request_id < send[0].b.request_id].b.request_id;
	check_eq(send[0].b.request_id + send[1].b.request_id, 2 * first + 300);
	reap_ids(s.fd, first, ended, 600);
	for (uint32_t i = 0; i < 600; i++)
		check_eq(ended[i].user_data, i % 300);
}

/* -------- RECV -------- */

static void no_room(struct mbim_dss_datagram *d)
{
	d->len = LEN - 1;
}

static const struct fault recv_faults[] = {
	{ "a bad pointer", EFAULT, no_buffer }, { "too small", EMSGSIZE, no_room },
	{ "a reserved field", EINVAL, reserved },
};

static void recv_with_fault(const struct session *s, const struct fault *fault, uint32_t at)
{
	struct mbim_dss_batch b;
	int ret;

	for (uint32_t i = 0; i < COUNT; i++) {
		char datagram[LEN];

		fill(datagram, LEN, i);
		write_all(s->fd, datagram, LEN);
	}
	wait_until(LONG, session_counter(s, "rx_queued") == COUNT * LEN);
	empty_entries();
	fault->spoil(&entries[at]);
	ret = batch(s->fd, MBIM_DSS_IOC_RECV, entries, COUNT, 0, &b);
	if (b.done != at || b.error != (uint32_t)fault->error || ret != (at ? 0 : -1))
		fail("%s at %u: done %u, error %u, returned %d", fault->name, at, b.done, b.error,
		     ret);
	for (uint32_t i = 0; i < at; i++) {
		check_eq(entries[i].len, LEN);
		check(filled(bytes[i], LEN, i));
	}
	empty_entries();
	check(!batch(s->fd, MBIM_DSS_IOC_RECV, entries, COUNT, 0, &b));
	check_eq(b.done, COUNT - at);
	for (uint32_t i = 0; i < b.done; i++) {
		check_eq(entries[i].len, LEN);
		check_eq(entries[i].flags, 0);
		check(filled(bytes[i], LEN, at + i));
	}
	check(!poll_now(s->fd, POLLIN));
}

static void recv_stops_at_a_fault(void)
{
	static const uint32_t places[] = { 0, 1, 15, 16, 17, COUNT - 1 };
	struct session s;

	session_open(&s, SERVICE_ECHO);
	for (size_t f = 0; f < ARRAY_SIZE(recv_faults); f++)
		for (size_t p = 0; p < ARRAY_SIZE(places); p++)
			recv_with_fault(&s, &recv_faults[f], places[p]);
}

/* An array that cannot be written: nothing is taken out of the queue. */
static void recv_array_is_read_only(void)
{
	struct mbim_dss_datagram *d = memory(4096, PROT_READ | PROT_WRITE);
	struct session s;

	session_open(&s, SERVICE_ECHO);
	fill(bytes[0], LEN, 5);
	write_all(s.fd, bytes[0], LEN);
	poll_for(s.fd, POLLIN, LONG);
	*d = (struct mbim_dss_datagram){ .buf = (uintptr_t)bytes[1], .len = LEN };
	check(!mprotect(d, 4096, PROT_READ));
	check_err(batch(s.fd, MBIM_DSS_IOC_RECV, d, 1, 0, NULL), EFAULT);
	recv_filled(s.fd, LEN, 5);
}

/*
 * The array ends in memory that is not there, after @whole entries and a piece of one: what has
 * been done by then is said, and the rest is still in the queue.
 */
static void recv_array_of(const struct session *s, uint32_t whole, size_t piece)
{
	char *pages = memory(2 * 4096, PROT_READ | PROT_WRITE);
	struct mbim_dss_datagram *d = (void *)(pages + 4096 - piece - whole * sizeof(*d));
	struct mbim_dss_batch b;
	int ret;

	check(!munmap(pages + 4096, 4096));
	for (uint32_t i = 0; i < COUNT; i++) {
		char datagram[LEN];

		fill(datagram, LEN, i);
		write_all(s->fd, datagram, LEN);
	}
	wait_until(LONG, session_counter(s, "rx_queued") == COUNT * LEN);
	empty_entries();
	memcpy(d, entries, whole * sizeof(*d) + piece);
	ret = batch(s->fd, MBIM_DSS_IOC_RECV, d, COUNT, 0, &b);
	if (b.done > whole || b.error != EFAULT || ret != (b.done ? 0 : -1))
		fail("%u entries and %zu bytes: done %u, error %u, returned %d", whole, piece,
		     b.done, b.error, ret);
	for (uint32_t i = 0; i < b.done; i++) {
		check_eq(d[i].len, LEN);
		check(filled(bytes[i], LEN, i));
	}
	for (uint32_t i = b.done; i < COUNT; i++)
		recv_filled(s->fd, LEN, i);
	check(!poll_now(s->fd, POLLIN | POLLPRI));
	check(!munmap(pages, 4096));
}

static void recv_array_ends_early(void)
{
	static const uint32_t places[] = { 0, 1, 15, 16, 17, 31, 32, COUNT - 1 };
	struct mbim_dss_session info;
	struct session s;

	session_open(&s, SERVICE_ECHO);
	for (size_t p = 0; p < ARRAY_SIZE(places); p++) {
		recv_array_of(&s, places[p], 0);
		recv_array_of(&s, places[p], 8);
	}
	session_info(s.fd, &info);
	check_eq(info.rx_lost, 0);
}

/* The batch itself cannot be written: then nothing is done, as nothing could be told. */
static void batch_is_read_only(void)
{
	static const unsigned long commands[] = {
		MBIM_DSS_IOC_SEND, MBIM_DSS_IOC_RECV, MBIM_DSS_IOC_REAP,
	};
	struct mbim_dss_batch *b = memory(4096, PROT_READ | PROT_WRITE);
	struct mbim_dss_completion done;
	struct session s;

	session_open(&s, SERVICE_ECHO);
	fill(bytes[0], LEN, 5);
	check(send_one(s.fd, bytes[0], LEN, 0));
	poll_for(s.fd, POLLIN, LONG);
	poll_for(s.fd, POLLPRI, LONG);
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		check(!mprotect(b, 4096, PROT_READ | PROT_WRITE));
		entries[0] = (struct mbim_dss_datagram){ .buf = (uintptr_t)bytes[1], .len = LEN };
		*b = (struct mbim_dss_batch){ .size = sizeof(*b), .count = 1 };
		b->entries = commands[i] == MBIM_DSS_IOC_REAP ? (uintptr_t)&done :
								(uintptr_t)entries;
		check(!mprotect(b, 4096, PROT_READ));
		check_err(ioctl(s.fd, commands[i], b), EFAULT);
	}
	reap_one(s.fd, &done);
	recv_filled(s.fd, LEN, 5);
	check(!fsync(s.fd));
	check_eq(sim_session_stat(s.id, "datagrams_out"), 1);
}

static long call_recv(void *arg)
{
	struct mbim_dss_batch b;

	return batch(*(int *)arg, MBIM_DSS_IOC_RECV, entries, COUNT, 0, &b) ? -1 : (long)b.done;
}

static void recv_waits_for_one(void)
{
	struct blocked b;
	struct session s;

	session_open(&s, SERVICE_ECHO);
	empty_entries();
	blocked_start(&b, call_recv, &s.fd);
	write_all(s.fd, "x", 1);
	blocked_end(&b, LONG);
	check_eq(b.ret, 1);
	blocked_start(&b, call_recv, &s.fd);
	session_close(&s);
	blocked_end(&b, SOON);
	check_eq(b.ret, 0);
}

static const struct test_case cases[] = {
	{ "SEND: a fault in one entry neither loses nor repeats another",
	  send_stops_at_a_fault, 60 },
	{ "SEND: datagrams that end where memory does", send_up_to_the_end_of_memory, 0 },
	{ "SEND: the array ends early", send_entries_end_early, 0 },
	{ "SEND: without waiting, accepted in part", send_in_part, 0 },
	{ "SEND: waits until all are accepted; a signal", send_waits, 0 },
	{ "SEND: two that wait, each with consecutive ids", two_senders, 0 },
	{ "RECV: a fault in one entry neither loses nor repeats another",
	  recv_stops_at_a_fault, 60 },
	{ "RECV: an array that cannot be written loses nothing", recv_array_is_read_only, 0 },
	{ "RECV: an array that ends early loses nothing", recv_array_ends_early, 60 },
	{ "SEND, RECV, REAP: a batch that cannot be written does nothing", batch_is_read_only, 0 },
	{ "RECV: waits for the first; the end of the session", recv_waits_for_one, 0 },
};

int main(int argc, char **argv)
{
	return run_cases(argc, argv, cases, ARRAY_SIZE(cases), calm);
}
