// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * 100 000 datagrams of 1 to 2048 bytes through an echo session: byte for byte, in
 * order, none lost, each SEND completed exactly once. MBIM_DSS_DATAGRAMS sets
 * another number.
 */
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "dss.h"

#define DATAGRAMS	100000
#define BATCH		64
/* So much may be on its way: less than the receive queue holds, beyond that loss is legitimate. */
#define WINDOW_BYTES	(96 * 1024)

struct stream {
	struct session s;
	uint64_t sent, received, completed;	/* datagrams */
	uint64_t bytes_sent, bytes_received, bytes_completed;
	struct mbim_dss_datagram d[BATCH];
	uint8_t buf[BATCH][MAX_DATAGRAM];
};

static uint32_t length_of(uint64_t i)
{
	uint64_t x = i * 0x9e3779b97f4a7c15ULL;

	return 1 + (x >> 40) % MAX_DATAGRAM;
}

static bool window_open(const struct stream *st, uint64_t end)
{
	return st->sent < end &&
	       st->bytes_sent - st->bytes_received < WINDOW_BYTES - BATCH * MAX_DATAGRAM / 2;
}

static void send_some(struct stream *st, uint64_t end)
{
	struct mbim_dss_batch b;
	uint32_t n = 0;

	for (; n < BATCH && st->sent + n < end; n++) {
		uint64_t i = st->sent + n;

		st->d[n] = (struct mbim_dss_datagram){
			.buf = (uintptr_t)st->buf[n], .len = length_of(i), .user_data = i,
		};
		fill(st->buf[n], st->d[n].len, i);
	}
	if (batch(st->s.fd, MBIM_DSS_IOC_SEND, st->d, n, MBIM_DSS_BATCH_NOWAIT, &b)) {
		check_eq(errno, EAGAIN);
		return;
	}
	/* ids count from 1, without a gap */
	check_eq(b.request_id, st->sent + 1);
	for (uint32_t i = 0; i < b.done; i++)
		st->bytes_sent += st->d[i].len;
	st->sent += b.done;
}

static void receive_some(struct stream *st)
{
	struct mbim_dss_batch b;

	for (uint32_t n = 0; n < BATCH; n++)
		st->d[n] = (struct mbim_dss_datagram){
			.buf = (uintptr_t)st->buf[n], .len = MAX_DATAGRAM,
		};
	if (batch(st->s.fd, MBIM_DSS_IOC_RECV, st->d, BATCH, MBIM_DSS_BATCH_NOWAIT, &b)) {
		check_eq(errno, EAGAIN);
		return;
	}
	for (uint32_t i = 0; i < b.done; i++, st->received++) {
		const struct mbim_dss_datagram *d = &st->d[i];

		if (d->flags || d->lost)
			fail("before datagram %llu: %u lost, flags %u",
			     (unsigned long long)st->received, d->lost, d->flags);
		check_eq(d->len, length_of(st->received));
		if (!filled(st->buf[i], d->len, st->received))
			fail("datagram %llu is not what was sent",
			     (unsigned long long)st->received);
		st->bytes_received += d->len;
	}
}

static void reap_some(struct stream *st)
{
	struct mbim_dss_completion done[BATCH];
	struct mbim_dss_batch b;

	if (batch(st->s.fd, MBIM_DSS_IOC_REAP, done, BATCH, MBIM_DSS_BATCH_NOWAIT, &b)) {
		check_eq(errno, EAGAIN);
		return;
	}
	for (uint32_t i = 0; i < b.done; i++) {
		uint64_t bytes = 0;

		/* the next ids, each once */
		check_eq(done[i].request_id, st->completed + 1);
		check_eq(done[i].user_data, st->completed);
		check(done[i].count == 1 || done[i].user_step == 1);
		check_eq(done[i].error, 0);
		for (uint32_t j = 0; j < done[i].count; j++)
			bytes += length_of(st->completed + j);
		check_eq(done[i].bytes, bytes);
		st->completed += done[i].count;
		st->bytes_completed += bytes;
	}
}

/* Until datagrams up to @end have made the round. */
static void stream_to(struct stream *st, uint64_t end)
{
	while (st->received < end || st->completed < end) {
		short want = POLLIN | POLLPRI | (window_open(st, end) ? POLLOUT : 0);
		struct pollfd p = { .fd = st->s.fd, .events = want };

		if (poll(&p, 1, LONG) != 1)
			fail("nothing for %d ms: sent %llu, received %llu, completed %llu", LONG,
			     (unsigned long long)st->sent, (unsigned long long)st->received,
			     (unsigned long long)st->completed);
		if (p.revents & POLLOUT)
			send_some(st, end);
		if (p.revents & POLLIN)
			receive_some(st);
		if (p.revents & POLLPRI)
			reap_some(st);
		check(!(p.revents & (POLLHUP | POLLERR)));
	}
}

static void nothing_more(struct stream *st, uint64_t count)
{
	struct mbim_dss_session info;

	check_eq(st->received, count);
	check_eq(st->completed, count);
	check(!poll_now(st->s.fd, POLLIN | POLLPRI));
	session_info(st->s.fd, &info);
	check_eq(info.tx_datagrams, count);
	check_eq(info.rx_datagrams, count);
	check_eq(info.tx_bytes, st->bytes_sent);
	check_eq(info.rx_bytes, st->bytes_sent);
	check_eq(info.tx_errors, 0);
	check_eq(info.rx_lost, 0);
	check_eq(info.rx_backlog, 0);
	check_eq(sim_session_stat(st->s.id, "datagrams_out"), count);
	check_eq(sim_session_stat(st->s.id, "bytes_out"), st->bytes_sent);
	sim_no_errors();
}

static uint64_t datagrams(void)
{
	return setting("MBIM_DSS_DATAGRAMS", DATAGRAMS);
}

static void stream_halves(bool up_first)
{
	static struct stream st;
	uint64_t count = datagrams();

	session_open(&st.s, SERVICE_ECHO);
	netdev_up(up_first);
	stream_to(&st, count / 2);
	netdev_up(!up_first);
	check_eq(netdev_is_up(), !up_first);
	stream_to(&st, count);
	nothing_more(&st, count);
	netdev_up(false);
}

static void up_then_down(void)
{
	stream_halves(true);
}

static const struct test_case cases[] = {
	{ "100 000 datagrams, one half with wwan0 up, one with it down", up_then_down, 250 },
};

int main(int argc, char **argv)
{
	return run_cases(argc, argv, cases, ARRAY_SIZE(cases), calm);
}
