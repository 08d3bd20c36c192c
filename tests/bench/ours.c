// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Session nodes of mbim_dss, by its ioctls: what a program gets that does not use the
 * library. Message mode throughout.
 */
#include <errno.h>
#include <fcntl.h>
#include <liburing.h>
#include <linux/mbim_dss.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "bench.h"

#define ANSWER_MS	5000
/* Memory for received data: the most that there is, as the peer has its most. */
#define RECEIVE_LIMIT	MBIM_DSS_LIMIT_MAX
/* Writes under way that make it worth asking which have ended */
#define REAP_FROM	(16 * BATCH)
/* The simulator's sink */
#define SINK_UUID	"mbim-sim\0\1\0\0\0\0\0\3"
/* After it a flood is over, for whatever has not come. */
#define SILENCE_MS	2000

/* -------- sessions -------- */

int ours_control(void)
{
	struct mbim_dss_hello hello = { .size = sizeof(hello), .version = MBIM_DSS_VERSION };
	int fd = open("/dev/mbim/control", O_RDWR | O_CLOEXEC);

	if (fd < 0 || ioctl(fd, MBIM_DSS_IOC_HELLO, &hello))
		die("/dev/mbim/control: %s", strerror(errno));
	return fd;
}

static void await_completion(int control, const char *what, unsigned int session)
{
	struct pollfd poll_fd = { .fd = control, .events = POLLIN };
	struct mbim_dss_completion c;

	if (poll(&poll_fd, 1, ANSWER_MS) != 1 || read(control, &c, sizeof(c)) != sizeof(c))
		die("%s session %u: no completion", what, session);
	if (c.error)
		die("%s session %u: %s", what, session, strerror(c.error));
}

void ours_attach(int control, unsigned int session)
{
	struct mbim_dss_open open = {
		.size = sizeof(open),
		.flags = MBIM_DSS_OPEN_ATTACH,
		.session = session,
	};

	if (ioctl(control, MBIM_DSS_IOC_OPEN, &open))
		die("attach to session %u: %s", session, strerror(errno));
	await_completion(control, "attach to", session);
}

void ours_connect(int control, unsigned int session)
{
	uint64_t deadline = now_ns() + ANSWER_MS * 1000000ull;
	struct mbim_dss_open open = {
		.size = sizeof(open),
		.session = session,
		.service = SINK_UUID,
	};
	int err;

	/* EAGAIN: the agent has not told the services yet */
	do {
		err = ioctl(control, MBIM_DSS_IOC_OPEN, &open) ? errno : 0;
	} while (err == EAGAIN && now_ns() < deadline && !usleep(10000));
	if (err)
		die("open session %u: %s", session, strerror(err));
	await_completion(control, "open", session);
}

int ours_open(unsigned int session)
{
	struct mbim_dss_set_mode mode = { .size = sizeof(mode), .mode = MBIM_DSS_MODE_MESSAGE };
	uint64_t deadline = now_ns() + ANSWER_MS * 1000000ull;
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/dev/mbim/dss0s%u", session);
	/* devtmpfs makes it in a thread of its own */
	do {
		fd = open(path, O_RDWR | O_CLOEXEC);
	} while (fd < 0 && errno == ENOENT && now_ns() < deadline && !usleep(1000));
	if (fd < 0 || ioctl(fd, MBIM_DSS_IOC_MODE, &mode))
		die("%s: %s", path, strerror(errno));
	return fd;
}

static void ours_info(int fd, struct mbim_dss_session *info)
{
	memset(info, 0, sizeof(*info));
	info->size = sizeof(*info);
	if (ioctl(fd, MBIM_DSS_IOC_INFO, info))
		die("INFO: %s", strerror(errno));
}

static void fill(uint8_t *bytes, unsigned int size, uint8_t seed)
{
	for (unsigned int i = 0; i < size; i++)
		bytes[i] = i + seed;
}

static uint8_t *make_datagrams(unsigned int size)
{
	uint8_t *bytes = malloc(BATCH * MAX_DATAGRAM);

	if (!bytes)
		die("no memory");
	for (int i = 0; i < BATCH; i++)
		fill(bytes + i * MAX_DATAGRAM, size, i);
	return bytes;
}

/* -------- write -------- */

static void write_each(int fd, const uint8_t *bytes, unsigned int size, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++)
		if (write(fd, bytes + i % BATCH * MAX_DATAGRAM, size) != (int)size)
			die("write: %s", strerror(errno));
	if (fsync(fd))
		die("fsync: %s", strerror(errno));
}

void ours_write(const struct measure *m, struct result *r)
{
	uint8_t *bytes = make_datagrams(m->size);
	int fd = ours_open(SESSION_SINK);
	uint64_t before;

	write_each(fd, bytes, m->size, m->count / 16);
	before = sim_session(SESSION_SINK, "datagrams_out");
	usage_begin(&r->usage);
	write_each(fd, bytes, m->size, m->count);
	usage_end(&r->usage);
	r->sent = m->count;
	r->delivered = sim_session(SESSION_SINK, "datagrams_out") - before;
	result_rate(r);
	close(fd);
	free(bytes);
}

/* -------- SEND and REAP -------- */

struct sender {
	int fd;
	uint64_t under_way, done;
	uint8_t *bytes;
	struct mbim_dss_datagram datagrams[BATCH];
	struct mbim_dss_completion completions[BATCH];
};

struct sender *sender_new(int fd, unsigned int size)
{
	struct sender *s = calloc(1, sizeof(*s));

	if (!s)
		die("no memory");
	s->fd = fd;
	s->bytes = make_datagrams(size);
	for (int i = 0; i < BATCH; i++) {
		s->datagrams[i].buf = (uintptr_t)(s->bytes + i * MAX_DATAGRAM);
		s->datagrams[i].len = size;
		s->datagrams[i].user_data = i;
	}
	return s;
}

void sender_free(struct sender *s)
{
	free(s->bytes);
	free(s);
}

static void reap(struct sender *s, unsigned int flags)
{
	struct mbim_dss_batch batch = {
		.size = sizeof(batch),
		.flags = flags,
		.entries = (uintptr_t)s->completions,
		.count = BATCH,
	};

	if (ioctl(s->fd, MBIM_DSS_IOC_REAP, &batch)) {
		if (errno == EAGAIN)
			return;
		die("REAP: %s", strerror(errno));
	}
	for (unsigned int i = 0; i < batch.done; i++) {
		const struct mbim_dss_completion *c = &s->completions[i];

		if (c->error)
			die("a write ended with: %s", strerror(c->error));
		s->under_way -= c->count;
		s->done += c->count;
	}
}

void sender_batch(struct sender *s)
{
	struct mbim_dss_batch batch = {
		.size = sizeof(batch),
		.entries = (uintptr_t)s->datagrams,
		.count = BATCH,
	};

	if (ioctl(s->fd, MBIM_DSS_IOC_SEND, &batch) || batch.done != BATCH)
		die("SEND: %u sent, then: %s", batch.done, strerror(batch.error));
	s->under_way += BATCH;
	/* a record of a completion covers many: no need to look for some each time */
	if (s->under_way >= REAP_FROM)
		reap(s, MBIM_DSS_BATCH_NOWAIT);
}

uint64_t sender_drain(struct sender *s)
{
	uint64_t done;

	while (s->under_way)
		reap(s, 0);
	done = s->done;
	s->done = 0;
	return done;
}

void ours_send(const struct measure *m, struct result *r)
{
	int fd = ours_open(SESSION_SINK);
	struct sender *s = sender_new(fd, m->size);
	uint64_t before, reaped;

	for (uint64_t i = 0; i < m->count / 16; i += BATCH)
		sender_batch(s);
	sender_drain(s);
	before = sim_session(SESSION_SINK, "datagrams_out");
	usage_begin(&r->usage);
	for (r->sent = 0; r->sent < m->count; r->sent += BATCH)
		sender_batch(s);
	reaped = sender_drain(s);
	usage_end(&r->usage);
	if (reaped != r->sent)
		die("%llu completions", (unsigned long long)reaped);
	r->delivered = sim_session(SESSION_SINK, "datagrams_out") - before;
	result_rate(r);
	sender_free(s);
	close(fd);
}

/* -------- io_uring -------- */

/* The file is registered, as one does where it counts; for so few bytes a buffer is not. */
static void ring_open(struct io_uring *ring, int fd)
{
	int err = io_uring_queue_init(BATCH, ring,
				      IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN);

	if (!err)
		err = io_uring_register_files(ring, &fd, 1);
	if (err)
		die("io_uring: %s", strerror(-err));
}

/* Reaps what has completed, at least @wait; returns how many. */
static unsigned int ring_reap(struct io_uring *ring, unsigned int size, unsigned int wait)
{
	struct io_uring_cqe *cqe;
	unsigned int head, n = 0;
	int err = io_uring_submit_and_wait(ring, wait);

	if (err < 0)
		die("io_uring: %s", strerror(-err));
	io_uring_for_each_cqe(ring, head, cqe) {
		if (cqe->res != (int)size)
			die("io_uring: a write gave %d", cqe->res);
		n++;
	}
	io_uring_cq_advance(ring, n);
	return n;
}

/*
 * BATCH writes at a time: what is submitted together goes in one NTB and ends with it. To wait for
 * a part of them only leaves the rest to be reaped by another call.
 */
static void ring_write(struct io_uring *ring, const uint8_t *bytes, unsigned int size,
		       uint64_t count)
{
	uint64_t begun = 0, ended = 0;

	while (ended < count) {
		for (; begun < count && begun - ended < BATCH; begun++) {
			struct io_uring_sqe *sqe = io_uring_get_sqe(ring);

			io_uring_prep_write(sqe, 0, bytes + begun % BATCH * MAX_DATAGRAM, size,
					    0);
			sqe->flags |= IOSQE_FIXED_FILE;
		}
		ended += ring_reap(ring, size, begun - ended);
	}
}

void ours_uring(const struct measure *m, struct result *r)
{
	uint8_t *bytes = make_datagrams(m->size);
	int fd = ours_open(SESSION_SINK);
	struct io_uring ring;
	uint64_t before;

	ring_open(&ring, fd);
	ring_write(&ring, bytes, m->size, m->count / 16);
	before = sim_session(SESSION_SINK, "datagrams_out");
	usage_begin(&r->usage);
	ring_write(&ring, bytes, m->size, m->count);
	usage_end(&r->usage);
	r->sent = m->count;
	r->delivered = sim_session(SESSION_SINK, "datagrams_out") - before;
	result_rate(r);
	io_uring_queue_exit(&ring);
	close(fd);
	free(bytes);
}

/* -------- round trips -------- */

static uint64_t round_trip(int fd, const uint8_t *bytes, unsigned int size)
{
	static uint8_t answer[MAX_DATAGRAM];
	uint64_t begin = now_ns();

	if (write(fd, bytes, size) != (int)size)
		die("write: %s", strerror(errno));
	return read(fd, answer, sizeof(answer)) == (int)size ? now_ns() - begin : 0;
}

static void echo(const struct measure *m, struct result *r, unsigned int percent)
{
	uint64_t *samples = calloc(m->count, sizeof(*samples));
	uint8_t *bytes = make_datagrams(m->size);
	int fd = ours_open(SESSION_ECHO);
	size_t n = 0;

	if (!samples)
		die("no memory");
	deadline_set(60000);
	for (int i = 0; i < 16; i++)
		round_trip(fd, bytes, m->size);
	usage_begin(&r->usage);
	for (uint64_t i = 0; i < m->count && !deadline_passed(); i++) {
		samples[n] = round_trip(fd, bytes, m->size);
		n += !!samples[n];
	}
	usage_end(&r->usage);
	deadline_set(0);
	r->sent = m->count;
	r->delivered = n;
	r->unit = "us";
	r->value = percentile(samples, n, percent) / 1e3;
	close(fd);
	free(bytes);
	free(samples);
}

void ours_echo(const struct measure *m, struct result *r)
{
	echo(m, r, 50);
}

void ours_echo_p99(const struct measure *m, struct result *r)
{
	echo(m, r, 99);
}

/* -------- RECV -------- */

struct receiver {
	int fd;
	unsigned int size;
	uint8_t *bytes;
	struct mbim_dss_datagram datagrams[BATCH];
	uint64_t got, lost;
	uint64_t at;			/* when the last came */
};

static void receiver_init(struct receiver *v, unsigned int size)
{
	struct mbim_dss_limits limits = {
		.size = sizeof(limits),
		.flags = MBIM_DSS_LIMITS_SET_RX,
		.rx_limit = RECEIVE_LIMIT,
	};

	memset(v, 0, sizeof(*v));
	v->fd = ours_open(SESSION_SOURCE);
	v->size = size;
	v->bytes = make_datagrams(size);
	if (ioctl(v->fd, MBIM_DSS_IOC_LIMITS, &limits))
		die("LIMITS: %s", strerror(errno));
	for (int i = 0; i < BATCH; i++)
		v->datagrams[i].buf = (uintptr_t)(v->bytes + i * MAX_DATAGRAM);
}

/* False: the deadline has passed. */
static bool receive_batch(struct receiver *v)
{
	struct mbim_dss_batch batch = {
		.size = sizeof(batch),
		.entries = (uintptr_t)v->datagrams,
		.count = BATCH,
	};

	for (int i = 0; i < BATCH; i++)
		v->datagrams[i].len = MAX_DATAGRAM;
	if (ioctl(v->fd, MBIM_DSS_IOC_RECV, &batch)) {
		if (errno == EINTR)
			return false;
		die("RECV: %s", strerror(errno));
	}
	for (unsigned int i = 0; i < batch.done; i++) {
		const struct mbim_dss_datagram *d = &v->datagrams[i];

		if (d->len != v->size)
			die("a datagram of %u bytes", d->len);
		v->lost += d->lost;
	}
	v->got += batch.done;
	v->at = now_ns();
	return true;
}

static void receive(struct receiver *v, uint64_t count)
{
	v->got = 0;
	v->lost = 0;
	deadline_set(SILENCE_MS + count / 10);
	while (v->got + v->lost < count && receive_batch(v))
		;
	deadline_set(0);
}

/* What the session itself lost, and what the backlog of the netdev did: both are told. */
static uint64_t losses(int fd)
{
	struct mbim_dss_session info;

	ours_info(fd, &info);
	return info.rx_lost + info.rx_backlog;
}

void ours_recv(const struct measure *m, struct result *r)
{
	struct receiver v;
	uint64_t before;

	receiver_init(&v, m->size);
	sim_flood(SESSION_SOURCE, m->size, m->count / 16);
	receive(&v, m->count / 16);

	before = losses(v.fd);
	usage_begin(&r->usage);
	sim_flood(SESSION_SOURCE, m->size, m->count);
	receive(&v, m->count);
	usage_end_at(&r->usage, v.at);
	r->sent = m->count;
	r->delivered = v.got;
	r->reported = losses(v.fd) - before;
	result_rate(r);
	close(v.fd);
	free(v.bytes);
}
