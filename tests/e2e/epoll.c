// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * epoll(7): what is asked for may change, and who is told of changes only, is told of each that
 * follows an EAGAIN or a short read.
 */
#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "dss.h"

static int epoll_of(int fd, uint32_t events)
{
	int epfd = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event event = { .events = events };

	check(epfd >= 0);
	check(!epoll_ctl(epfd, EPOLL_CTL_ADD, fd, &event));
	return epfd;
}

static void epoll_change(int epfd, int fd, uint32_t events)
{
	struct epoll_event event = { .events = events };

	check(!epoll_ctl(epfd, EPOLL_CTL_MOD, fd, &event));
}

/* The events there are within @ms; 0: none. */
static uint32_t epoll_events(int epfd, int ms)
{
	struct epoll_event event = { 0 };

	check(epoll_wait(epfd, &event, 1, ms) >= 0);
	return event.events;
}

static long call_epoll(void *arg)
{
	return epoll_events(*(int *)arg, LONG);
}

/* -------- what is asked for changes -------- */

/* For reading first, and for writing when a write gives EAGAIN: what event loops do. */
static void room_after_a_change(void)
{
	struct blocked waiter;
	struct session s;
	int epfd;

	session_open(&s, SERVICE_SINK);
	epfd = epoll_of(s.fd, EPOLLIN);
	limit_tx(s.fd);
	set_nonblock(s.fd, true);
	sim("nak out on");
	write_until_full(s.fd, 1000, 1);
	epoll_change(epfd, s.fd, EPOLLOUT);
	blocked_start(&waiter, call_epoll, &epfd);
	sim("nak out off");
	blocked_end(&waiter, SOON);
	check_eq(waiter.ret, EPOLLOUT);
}

static void data_after_a_change(void)
{
	struct blocked waiter;
	struct session s;
	int epfd;

	session_open(&s, SERVICE_ECHO);
	epfd = epoll_of(s.fd, EPOLLOUT);
	check_eq(epoll_events(epfd, 0), EPOLLOUT);
	epoll_change(epfd, s.fd, EPOLLIN);
	blocked_start(&waiter, call_epoll, &epfd);
	write_all(s.fd, "hello", 5);
	blocked_end(&waiter, SOON);
	check_eq(waiter.ret, EPOLLIN);
}

static void completion_after_a_change(void)
{
	struct blocked waiter;
	struct session s;
	int epfd;

	session_open(&s, SERVICE_SINK);
	epfd = epoll_of(s.fd, EPOLLOUT);
	sim("nak out on");
	check(send_one(s.fd, "x", 1, 0));
	epoll_change(epfd, s.fd, EPOLLPRI);
	blocked_start(&waiter, call_epoll, &epfd);
	sim("nak out off");
	blocked_end(&waiter, SOON);
	check_eq(waiter.ret, EPOLLPRI);
}

/* -------- edges -------- */

struct transfer {
	int fd;
	void *bytes;
	size_t len;
};

static long call_read(void *arg)
{
	const struct transfer *r = arg;

	return read(r->fd, r->bytes, r->len);
}

/* A datagram of five bytes to the session, which is there when this returns. */
static void arrives(const struct session *s)
{
	long long before = session_counter(s, "rx_datagrams");

	sim("send %u 6869206974", s->id);
	wait_until(LONG, session_counter(s, "rx_datagrams") == before + 1);
}

/*
 * What comes while a read copies wakes nobody, for there is data. So the read takes it, too: who
 * has got less than asked for waits for an edge.
 */
static void short_read(void)
{
	struct transfer r;
	struct blocked reader;
	struct session s;
	struct trap t;
	int epfd;

	trap_set(&t);
	session_open(&s, SERVICE_ECHO);
	epfd = epoll_of(s.fd, EPOLLIN | EPOLLET);
	arrives(&s);
	check_eq(epoll_events(epfd, LONG), EPOLLIN);
	r = (struct transfer){ s.fd, t.page, 100 };
	blocked_begin(&reader, call_read, &r);
	trap_wait(&t);
	arrives(&s);
	check_eq(epoll_events(epfd, 0), 0);
	trap_fill(&t);
	blocked_end(&reader, SOON);
	check_eq(reader.ret, 10);
	/* all is read: the next one is an edge */
	arrives(&s);
	check_eq(epoll_events(epfd, LONG), EPOLLIN);
}

/* Somebody is stuck in a read of one datagram of several; another, who reads as well, sees edges. */
struct behind {
	struct session s;
	struct trap t;
	struct transfer r;
	struct blocked reader;
	int epfd, fd;			/* the other's */
};

static void behind_begin(struct behind *b, unsigned int datagrams)
{
	trap_set(&b->t);
	session_open(&b->s, SERVICE_ECHO);
	set_mode(b->s.fd, MBIM_DSS_MODE_MESSAGE);
	b->fd = node_open(0, b->s.id, O_RDWR | O_NONBLOCK);
	b->epfd = epoll_of(b->fd, EPOLLIN | EPOLLET);
	while (datagrams--)
		arrives(&b->s);
	check_eq(epoll_events(b->epfd, LONG), EPOLLIN);
	b->r = (struct transfer){ b->s.fd, b->t.page, 100 };
	blocked_begin(&b->reader, call_read, &b->r);
	trap_wait(&b->t);
}

/* The other has got EAGAIN. Who is stuck goes on, and by that he is told. */
static void behind_end(struct behind *b)
{
	char byte;

	check_err(read(b->fd, &byte, 1), EAGAIN);
	check_eq(epoll_events(b->epfd, 0), 0);
	trap_fill(&b->t);
	blocked_end(&b->reader, SOON);
	check_eq(b->reader.ret, 5);
	check(epoll_events(b->epfd, LONG) & EPOLLIN);
}

/* EAGAIN, as another reads, who then leaves some of it. */
static void other_reader(void)
{
	struct behind b;
	char bytes[10];

	behind_begin(&b, 2);
	behind_end(&b);
	check_eq(read(b.fd, bytes, sizeof(bytes)), 5);
}

/* EAGAIN, as another reads, who leaves nothing: there is the end. */
static void other_reader_at_the_end(void)
{
	struct behind b;
	char byte;

	behind_begin(&b, 1);
	session_close(&b.s);
	check(epoll_events(b.epfd, LONG) & EPOLLIN);
	/* closing tells it more than once */
	while (epoll_events(b.epfd, 0))
		check_err(read(b.fd, &byte, 1), EAGAIN);
	behind_end(&b);
	check_eq(read(b.fd, &byte, 1), 0);
}

static long call_write(void *arg)
{
	const struct transfer *w = arg;

	return write(w->fd, w->bytes, w->len);
}

/* EAGAIN, as another writes: there is room all the while, so no room comes. */
static void other_writer(void)
{
	struct transfer w;
	struct blocked writer;
	struct session s;
	struct trap t;
	int epfd, fd;

	trap_set(&t);
	/* nothing comes back, of which a poller would be told */
	session_open(&s, SERVICE_SINK);
	fd = node_open(0, s.id, O_RDWR | O_NONBLOCK);
	epfd = epoll_of(fd, EPOLLOUT | EPOLLET);
	check_eq(epoll_events(epfd, LONG), EPOLLOUT);
	w = (struct transfer){ s.fd, t.page, 100 };
	blocked_begin(&writer, call_write, &w);
	trap_wait(&t);
	check_err(write(fd, "x", 1), EAGAIN);
	check_eq(epoll_events(epfd, 0), 0);
	trap_fill(&t);
	blocked_end(&writer, SOON);
	check_eq(writer.ret, 100);
	check_eq(epoll_events(epfd, LONG), EPOLLOUT);
	check_eq(write(fd, "x", 1), 1);
}

static const struct test_case cases[] = {
	{ "EPOLL_CTL_MOD to EPOLLOUT: room is told", room_after_a_change, 0 },
	{ "EPOLL_CTL_MOD to EPOLLIN: data is told", data_after_a_change, 0 },
	{ "EPOLL_CTL_MOD to EPOLLPRI: a completion is told", completion_after_a_change, 0 },
	{ "EPOLLET: after a short read the next datagram is told", short_read, 0 },
	{ "EPOLLET: EAGAIN, as another reads: what he leaves is told", other_reader, 0 },
	{ "EPOLLET: EAGAIN, as another reads all: the end is told", other_reader_at_the_end, 0 },
	{ "EPOLLET: EAGAIN, as another writes: his end is told", other_writer, 0 },
};

int main(int argc, char **argv)
{
	return run_cases(argc, argv, cases, ARRAY_SIZE(cases), calm);
}
