// SPDX-License-Identifier: GPL-2.0-or-later
/* read(2) and write(2) on a node: the two modes, without blocking, by several at a time. */
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "dss.h"

static int readable(int fd)
{
	int bytes = -1;

	check(!ioctl(fd, FIONREAD, &bytes));
	return bytes;
}

static void *no_memory(void)
{
	void *nowhere = memory(4096, PROT_NONE);

	return nowhere;
}

/* Three datagrams, "first", "second" and "third", wait to be read; 16 bytes. */
static void three_wait(struct session *s)
{
	session_open(s, SERVICE_ECHO);
	write_all(s->fd, "first", 5);
	write_all(s->fd, "second", 6);
	write_all(s->fd, "third", 5);
	wait_until(LONG, readable(s->fd) == 16);
}

static void expect_read(int fd, size_t room, const char *text)
{
	char bytes[64] = "";
	ssize_t n = read(fd, bytes, room);

	if (n != (ssize_t)strlen(text) || memcmp(bytes, text, n))
		fail("read of %zu gave %zd, '%s', not '%s' (errno %d)", room, n, bytes, text,
		     errno);
}

/* -------- stream mode -------- */

static void stream_is_cut(void)
{
	static char bytes[5000], back[MAX_DATAGRAM];
	struct session s;

	session_open(&s, SERVICE_ECHO);
	fill(bytes, sizeof(bytes), 1);
	check_eq(write(s.fd, bytes, sizeof(bytes)), sizeof(bytes));
	set_mode(s.fd, MBIM_DSS_MODE_MESSAGE);
	for (size_t done = 0; done < sizeof(bytes); done += MAX_DATAGRAM) {
		size_t want = sizeof(bytes) - done;

		if (want > MAX_DATAGRAM)
			want = MAX_DATAGRAM;
		poll_for(s.fd, POLLIN, LONG);
		check_eq(read(s.fd, back, sizeof(back)), want);
		check(!memcmp(back, bytes + done, want));
	}
	check_eq(sim_session_stat(s.id, "datagrams_out"), 3);
}

static void stream_read_gathers(void)
{
	struct session s;

	three_wait(&s);
	expect_read(s.fd, 60, "firstsecondthird");
	check(!poll_now(s.fd, POLLIN));
}

static void stream_keeps_the_rest(void)
{
	struct session s;

	three_wait(&s);
	expect_read(s.fd, 3, "fir");
	check_eq(readable(s.fd), 13);
	expect_read(s.fd, 5, "stsec");
	check_eq(readable(s.fd), 8);
	check_eq(poll_now(s.fd, POLLIN), POLLIN);
	expect_read(s.fd, 0, "");
	expect_read(s.fd, 60, "ondthird");
	check_eq(readable(s.fd), 0);
}

static void recv_flags_the_rest(void)
{
	char bytes[3][16];
	struct mbim_dss_datagram d[3];
	struct mbim_dss_batch b;
	struct session s;

	three_wait(&s);
	expect_read(s.fd, 2, "fi");
	for (size_t i = 0; i < ARRAY_SIZE(d); i++)
		d[i] = (struct mbim_dss_datagram){ .buf = (uintptr_t)bytes[i], .len = 16 };
	check(!batch(s.fd, MBIM_DSS_IOC_RECV, d, 3, 0, &b));
	check_eq(b.done, 3);
	check_eq(d[0].len, 3);
	check_eq(d[0].flags, MBIM_DSS_DATAGRAM_REST);
	check(!memcmp(bytes[0], "rst", 3));
	check_eq(d[1].len, 6);
	check_eq(d[1].flags, 0);
	check(!memcmp(bytes[1], "second", 6));
	check_eq(d[2].len, 5);
	check_eq(d[2].flags, 0);
}

/* A buffer of which one part is not there: the datagrams before it have been sent. */
static void stream_fault_in_the_middle(void)
{
	static char bytes[MAX_DATAGRAM], back[MAX_DATAGRAM];
	struct iovec parts[] = {
		{ bytes, sizeof(bytes) }, { no_memory(), 10 }, { bytes, 10 },
	};
	struct session s;

	session_open(&s, SERVICE_ECHO);
	fill(bytes, sizeof(bytes), 2);
	check_eq(writev(s.fd, parts, 3), MAX_DATAGRAM);
	check_err(writev(s.fd, parts + 1, 2), EFAULT);
	read_all(s.fd, back, sizeof(back));
	check(filled(back, sizeof(back), 2));
	check_eq(sim_session_stat(s.id, "datagrams_out"), 1);

	/* and on read: what could not be copied stays */
	write_all(s.fd, "abcdef", 6);
	poll_for(s.fd, POLLIN, LONG);
	parts[0] = (struct iovec){ back, 3 };
	check_err(readv(s.fd, parts, 2), EFAULT);
	expect_read(s.fd, 60, "abcdef");
}

/* -------- message mode -------- */

static void message_keeps_borders(void)
{
	struct session s;
	char small[4];

	three_wait(&s);
	set_mode(s.fd, MBIM_DSS_MODE_MESSAGE);
	check_eq(readable(s.fd), 5);
	check_err(read(s.fd, small, sizeof(small)), EMSGSIZE);
	check_eq(readable(s.fd), 5);
	expect_read(s.fd, 60, "first");
	check_eq(readable(s.fd), 6);
	expect_read(s.fd, 6, "second");
	expect_read(s.fd, 60, "third");
	check_eq(readable(s.fd), 0);
}

static void mode_is_of_the_file(void)
{
	struct mbim_dss_session info;
	struct session s;
	int other;

	three_wait(&s);
	other = node_open(0, s.id, O_RDWR);
	set_mode(other, MBIM_DSS_MODE_MESSAGE);
	session_info(s.fd, &info);
	check_eq(info.mode, MBIM_DSS_MODE_STREAM);
	session_info(other, &info);
	check_eq(info.mode, MBIM_DSS_MODE_MESSAGE);
	check_eq(readable(s.fd), 16);
	check_eq(readable(other), 5);
	/* what one leaves of a datagram is the other's next */
	expect_read(s.fd, 2, "fi");
	expect_read(other, 60, "rst");
	expect_read(other, 60, "second");
	set_mode(other, MBIM_DSS_MODE_STREAM);
	expect_read(other, 3, "thi");
	expect_read(s.fd, 60, "rd");
}

static void vectors(void)
{
	struct iovec out[] = { { "one ", 4 }, { "", 0 }, { "datagram", 8 } };
	char a[3], b[20];
	struct iovec in[] = { { a, sizeof(a) }, { b, sizeof(b) } };
	struct session s;

	session_open(&s, SERVICE_ECHO);
	set_mode(s.fd, MBIM_DSS_MODE_MESSAGE);
	check_eq(writev(s.fd, out, 3), 12);
	poll_for(s.fd, POLLIN, LONG);
	in[1].iov_len = 8;
	check_err(readv(s.fd, in, 2), EMSGSIZE);
	in[1].iov_len = sizeof(b);
	check_eq(readv(s.fd, in, 2), 12);
	check(!memcmp(a, "one", 3) && !memcmp(b, " datagram", 9));
	check_eq(sim_session_stat(s.id, "datagrams_out"), 1);

	/* not a part of it is sent */
	out[1] = (struct iovec){ no_memory(), 4 };
	check_err(writev(s.fd, out, 3), EFAULT);
	echo_once(s.fd, 10, 1);
	check_eq(sim_session_stat(s.id, "datagrams_out"), 2);
}

/* -------- without blocking -------- */

static void nonblocking_read(void)
{
	struct session s;
	char byte;

	session_open(&s, SERVICE_ECHO);
	set_nonblock(s.fd, true);
	check_err(read(s.fd, &byte, 1), EAGAIN);
	set_mode(s.fd, MBIM_DSS_MODE_MESSAGE);
	check_err(read(s.fd, &byte, 1), EAGAIN);
	check_eq(write(s.fd, "x", 1), 1);
	poll_for(s.fd, POLLIN, LONG);
	check_eq(read(s.fd, &byte, 1), 1);
	check_err(read(s.fd, &byte, 1), EAGAIN);
	session_close(&s);
	check_eq(read(s.fd, &byte, 1), 0);
}

/* A modem that takes nothing: what was accepted is kept and sent later, the rest is EAGAIN. */
static void nonblocking_write(void)
{
	char bytes[1000];
	struct session s;
	unsigned int n;

	session_open(&s, SERVICE_ECHO);
	set_nonblock(s.fd, true);
	set_mode(s.fd, MBIM_DSS_MODE_MESSAGE);
	sim("nak out on");
	n = write_until_full(s.fd, sizeof(bytes), 100);
	check(n > 8);
	check(!poll_now(s.fd, POLLOUT));
	check_err(write(s.fd, bytes, 1), EAGAIN);
	sim("nak out off");
	poll_for(s.fd, POLLOUT, LONG);
	check_eq(write(s.fd, "more", 4), 4);
	for (unsigned int i = 0; i < n; i++) {
		poll_for(s.fd, POLLIN, LONG);
		check_eq(read(s.fd, bytes, sizeof(bytes)), sizeof(bytes));
		check(filled(bytes, sizeof(bytes), 100 + i));
	}
	poll_for(s.fd, POLLIN, LONG);
	expect_read(s.fd, 60, "more");
}

/* In stream mode a large write stops where there is no more room, and says so. */
static void nonblocking_short_write(void)
{
	static char bytes[512 * 1024], back[sizeof(bytes)];
	struct session s;
	ssize_t n;

	session_open(&s, SERVICE_ECHO);
	limit_tx(s.fd);
	set_nonblock(s.fd, true);
	fill(bytes, sizeof(bytes), 3);
	sim("nak out on");
	n = write(s.fd, bytes, sizeof(bytes));
	check(n > 0 && n < (ssize_t)sizeof(bytes));
	check_err(write(s.fd, bytes + n, sizeof(bytes) - n), EAGAIN);
	sim("nak out off");
	read_all(s.fd, back, n);
	check(!memcmp(back, bytes, n));
	poll_for(s.fd, POLLOUT, LONG);
	write_all(s.fd, "z", 1);
	poll_for(s.fd, POLLIN, LONG);
	expect_read(s.fd, 60, "z");
}

struct large_write {
	int fd;
	char *bytes;
	size_t len;
};

static long write_large(void *arg)
{
	struct large_write *w = arg;

	return write(w->fd, w->bytes, w->len);
}

/* The same without O_NONBLOCK: it waits, and all of it goes. */
static void blocking_write(void)
{
	static char bytes[512 * 1024], back[sizeof(bytes)];
	struct large_write w = { .bytes = bytes, .len = sizeof(bytes) };
	struct blocked writer;
	struct session s;

	session_open(&s, SERVICE_ECHO);
	limit_tx(s.fd);
	fill(bytes, sizeof(bytes), 4);
	sim("nak out on");
	w.fd = s.fd;
	blocked_start(&writer, write_large, &w);
	sim("nak out off");
	read_all(s.fd, back, sizeof(back));
	blocked_end(&writer, LONG);
	check_eq(writer.ret, sizeof(bytes));
	check(!memcmp(back, bytes, sizeof(bytes)));
}

/* -------- several at a time -------- */

#define WRITERS		4
#define EACH		500
#define TAGGED		64

struct tag {
	uint32_t writer, number;
};

struct writer {
	int fd;
	uint32_t number;
	struct blocked thread;
};

static long write_tagged(void *arg)
{
	struct writer *w = arg;
	char bytes[TAGGED];
	struct tag tag = { .writer = w->number };

	for (tag.number = 0; tag.number < EACH; tag.number++) {
		fill(bytes, sizeof(bytes), (uint64_t)tag.writer << 32 | tag.number);
		memcpy(bytes, &tag, sizeof(tag));
		if (write(w->fd, bytes, sizeof(bytes)) != sizeof(bytes))
			return -1;
	}
	return 0;
}

static struct tag read_tagged(int fd)
{
	char bytes[TAGGED + 1], want[TAGGED];
	struct tag tag;

	poll_for(fd, POLLIN, LONG);
	check_eq(read(fd, bytes, sizeof(bytes)), TAGGED);
	memcpy(&tag, bytes, sizeof(tag));
	fill(want, sizeof(want), (uint64_t)tag.writer << 32 | tag.number);
	check(!memcmp(bytes + sizeof(tag), want + sizeof(tag), TAGGED - sizeof(tag)));
	check(tag.writer < WRITERS);
	return tag;
}

/* Two share a file, two have their own. Datagrams of each come in its order. */
static void several_writers(void)
{
	struct writer writers[WRITERS];
	uint32_t next[WRITERS] = { 0 };
	struct session s;

	session_open(&s, SERVICE_ECHO);
	set_mode(s.fd, MBIM_DSS_MODE_MESSAGE);
	for (uint32_t i = 0; i < WRITERS; i++) {
		writers[i].number = i;
		writers[i].fd = i < 2 ? s.fd : node_open(0, s.id, O_WRONLY);
		set_mode(writers[i].fd, MBIM_DSS_MODE_MESSAGE);
		blocked_begin(&writers[i].thread, write_tagged, &writers[i]);
	}
	for (uint32_t n = 0; n < WRITERS * EACH; n++) {
		struct tag tag = read_tagged(s.fd);

		check_eq(tag.number, next[tag.writer]++);
	}
	for (uint32_t i = 0; i < WRITERS; i++) {
		blocked_end(&writers[i].thread, LONG);
		check_eq(writers[i].thread.ret, 0);
		check_eq(next[i], EACH);
	}
	check(!poll_now(s.fd, POLLIN));
}

#define READERS		3
#define DATAGRAMS	600

struct reader {
	int fd;
	volatile unsigned int got[DATAGRAMS];
	struct blocked thread;
};

static long read_numbers(void *arg)
{
	struct reader *r = arg;
	uint32_t last = 0, number;
	ssize_t n;

	/* numbers count from 1, and grow for each reader */
	while ((n = read(r->fd, &number, sizeof(number))) == sizeof(number)) {
		check(number > last && number <= DATAGRAMS);
		r->got[number - 1]++;
		last = number;
	}
	return n;
}

static unsigned int total(const struct reader *readers)
{
	unsigned int sum = 0;

	for (int i = 0; i < READERS; i++)
		for (int n = 0; n < DATAGRAMS; n++)
			sum += readers[i].got[n];
	return sum;
}

/* Each datagram goes to one of them. */
static void several_readers(void)
{
	static struct reader readers[READERS];
	struct session s;

	session_open(&s, SERVICE_ECHO);
	for (int i = 0; i < READERS; i++) {
		readers[i].fd = i ? node_open(0, s.id, O_RDONLY) : s.fd;
		set_mode(readers[i].fd, MBIM_DSS_MODE_MESSAGE);
		blocked_start(&readers[i].thread, read_numbers, &readers[i]);
	}
	for (uint32_t number = 1; number <= DATAGRAMS; number++)
		write_all(s.fd, &number, sizeof(number));
	wait_until(LONG, total(readers) == DATAGRAMS);
	session_close(&s);
	for (int i = 0; i < READERS; i++) {
		blocked_end(&readers[i].thread, SOON);
		check_eq(readers[i].thread.ret, 0);
	}
	for (int n = 0; n < DATAGRAMS; n++)
		check_eq(readers[0].got[n] + readers[1].got[n] + readers[2].got[n], 1);
}

/* -------- the writer's memory -------- */

/*
 * Small writes behind one that gathers: from a page that has yet to come, from one that ends
 * where there is none, and nothing at all. What is refused leaves no byte.
 */
static void pages_not_there(void)
{
	int file = memfd_create("pages", 0);
	char page[4096], back[8], *pages;
	struct session s;

	fill(page, sizeof(page), 5);
	check_eq(write(file, page, sizeof(page)), sizeof(page));
	pages = memory(2 * sizeof(page), PROT_NONE);
	check(mmap(pages, sizeof(page), PROT_READ, MAP_SHARED | MAP_FIXED, file, 0) == pages);

	session_open(&s, SERVICE_ECHO);
	sim("nak out on");
	write_all(s.fd, "x", 1);
	wait_in_flight(0);
	write_all(s.fd, "first", 5);
	write_all(s.fd, pages + 100, 200);
	check_err(write(s.fd, pages + sizeof(page) - 50, 100), EFAULT);
	check_err(write(s.fd, pages + sizeof(page), 100), EFAULT);
	check_eq(write(s.fd, pages + sizeof(page), 0), 0);
	write_all(s.fd, "last", 4);
	sim("nak out off");
	read_all(s.fd, back, 6);
	check(!memcmp(back, "xfirst", 6));
	read_all(s.fd, page, 200);
	check(!memcmp(page, pages + 100, 200));
	read_all(s.fd, back, 4);
	check(!memcmp(back, "last", 4));
	check_eq(session_counter(&s, "tx_datagrams"), 4);
	check_eq(session_counter(&s, "tx_bytes"), 210);
}

static const struct test_case cases[] = {
	{ "stream: a write is cut into datagrams of the largest size", stream_is_cut, 0 },
	{ "stream: a read gathers datagrams", stream_read_gathers, 0 },
	{ "stream: a short read keeps the rest, and FIONREAD counts it", stream_keeps_the_rest, 0 },
	{ "stream: RECV flags the rest of a datagram", recv_flags_the_rest, 0 },
	{ "stream: memory that is not there, in the middle", stream_fault_in_the_middle, 0 },
	{ "message: a read is a datagram, too little room loses nothing, FIONREAD is the next",
	  message_keeps_borders, 0 },
	{ "the mode is that of the file, the data of the session", mode_is_of_the_file, 0 },
	{ "message: writev and readv are one datagram", vectors, 0 },
	{ "O_NONBLOCK: read", nonblocking_read, 0 },
	{ "O_NONBLOCK: write, with a modem that takes nothing", nonblocking_write, 0 },
	{ "O_NONBLOCK: a large write is accepted in part", nonblocking_short_write, 0 },
	{ "a large write waits for room, and all of it goes", blocking_write, 0 },
	{ "four writers: each one's datagrams whole and in order", several_writers, 60 },
	{ "three readers: each datagram goes to one", several_readers, 60 },
	{ "write: pages that are not there, behind what gathers", pages_not_there, 0 },
};

int main(int argc, char **argv)
{
	return run_cases(argc, argv, cases, ARRAY_SIZE(cases), calm);
}
