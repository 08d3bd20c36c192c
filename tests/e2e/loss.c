// SPDX-License-Identifier: GPL-2.0-or-later
/* Losses: flagged at their place, counted, told by POLLPRI. */
#include <fcntl.h>
#include <unistd.h>

#include "dss.h"

/* So many datagrams of LARGE bytes fit into a queue of the least size, one chunk. */
#define LARGE	1000
#define FIT	4

static char received[MAX_DATAGRAM];

/* The modem sends one more; the driver has seen it when it returns. */
static void modem_sends(const struct session *s, unsigned int seed)
{
	long long before = session_counter(s, "rx_datagrams") + session_counter(s, "rx_lost");
	char datagram[LARGE];

	fill(datagram, sizeof(datagram), seed);
	write_all(s->fd, datagram, sizeof(datagram));
	wait_until(LONG, session_counter(s, "rx_datagrams") +
			 session_counter(s, "rx_lost") == before + 1);
}

static struct mbim_dss_datagram recv_flagged(const struct session *s, unsigned int seed)
{
	struct mbim_dss_datagram d = { .buf = (uintptr_t)received, .len = MAX_DATAGRAM };

	check(!batch(s->fd, MBIM_DSS_IOC_RECV, &d, 1, MBIM_DSS_BATCH_NOWAIT, NULL));
	check_eq(d.len, LARGE);
	check(filled(received, LARGE, seed));
	return d;
}

static void lossy_session(struct session *s)
{
	session_open(s, SERVICE_ECHO);
	set_limits(s->fd, MBIM_DSS_LIMITS_SET_RX, MBIM_DSS_LIMIT_MIN, 0, 0);
}

static void loss_at_its_place(void)
{
	struct mbim_dss_datagram d;
	struct mbim_dss_session info;
	struct session s;

	lossy_session(&s);
	for (int i = 0; i < FIT + 3; i++)
		modem_sends(&s, i);
	check_eq(session_counter(&s, "rx_lost"), 3);
	for (int i = 0; i < FIT; i++)
		check_eq(recv_flagged(&s, i).flags, 0);
	/* room again: what comes next says how many are missing before it */
	modem_sends(&s, 100);
	modem_sends(&s, 101);
	d = recv_flagged(&s, 100);
	check_eq(d.flags, MBIM_DSS_DATAGRAM_LOST);
	check_eq(d.lost, 3);
	d = recv_flagged(&s, 101);
	check_eq(d.flags, 0);
	check_eq(d.lost, 0);
	session_info(s.fd, &info);
	check_eq(info.rx_lost, 3);
	check_eq(info.rx_datagrams, FIT + 2);
	check_eq(info.rx_bytes, (FIT + 2) * LARGE);
}

/* POLLPRI until INFO, for each file; losses with nothing behind them as well. */
static void loss_by_pollpri(void)
{
	struct mbim_dss_session info;
	struct session s;
	int other, later;

	lossy_session(&s);
	other = node_open(0, s.id, O_RDWR);
	for (int i = 0; i < FIT; i++)
		modem_sends(&s, i);
	check(!poll_now(s.fd, POLLPRI));
	modem_sends(&s, FIT);
	check_eq(poll_now(s.fd, POLLPRI), POLLPRI);
	check_eq(poll_now(other, POLLPRI), POLLPRI);
	later = node_open(0, s.id, O_RDWR);
	check(!poll_now(later, POLLPRI));
	session_info(s.fd, &info);
	check_eq(info.rx_lost, 1);
	check(!poll_now(s.fd, POLLPRI));
	check_eq(poll_now(other, POLLPRI), POLLPRI);
	session_info(other, &info);
	check(!poll_now(other, POLLPRI));
}

static long poll_pri(void *arg)
{
	struct pollfd p = { .fd = *(int *)arg, .events = POLLPRI };

	return poll(&p, 1, LONG) == 1 ? p.revents : -1;
}

/* A poll that sleeps is woken: by a loss, by a completion. */
static void pollpri_wakes(void)
{
	struct mbim_dss_completion done;
	struct mbim_dss_session info;
	struct blocked b;
	struct session s;

	lossy_session(&s);
	for (int i = 0; i < FIT; i++)
		modem_sends(&s, i);
	blocked_start(&b, poll_pri, &s.fd);
	modem_sends(&s, FIT);
	blocked_end(&b, SOON);
	check_eq(b.ret, POLLPRI);
	session_info(s.fd, &info);
	sim("nak out on");
	check(send_one(s.fd, "x", 1, 0));
	blocked_start(&b, poll_pri, &s.fd);
	sim("nak out off");
	blocked_end(&b, LONG);
	check_eq(b.ret, POLLPRI);
	reap_one(s.fd, &done);
}

/* What a stream read takes keeps the places of losses for who uses RECV. */
static void loss_before_a_rest(void)
{
	struct mbim_dss_datagram d;
	struct session s;
	char some[10];

	lossy_session(&s);
	for (int i = 0; i < FIT + 2; i++)
		modem_sends(&s, i);
	for (int i = 0; i < FIT; i++)
		recv_flagged(&s, i);
	modem_sends(&s, 50);
	check_eq(read(s.fd, some, sizeof(some)), sizeof(some));
	d = (struct mbim_dss_datagram){ .buf = (uintptr_t)received, .len = MAX_DATAGRAM };
	check(!batch(s.fd, MBIM_DSS_IOC_RECV, &d, 1, MBIM_DSS_BATCH_NOWAIT, NULL));
	check_eq(d.len, LARGE - sizeof(some));
	check_eq(d.flags, MBIM_DSS_DATAGRAM_REST | MBIM_DSS_DATAGRAM_LOST);
	check_eq(d.lost, 2);
}

static const struct test_case cases[] = {
	{ "loss: flagged at its place, and counted", loss_at_its_place, 0 },
	{ "loss: POLLPRI until INFO, for each file", loss_by_pollpri, 0 },
	{ "POLLPRI wakes: by a loss, by a completion", pollpri_wakes, 0 },
	{ "loss: before a datagram that was read in part", loss_before_a_rest, 0 },
};

int main(int argc, char **argv)
{
	return run_cases(argc, argv, cases, ARRAY_SIZE(cases), calm);
}
