// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The same data to modems of different kinds (variants.t): every length at the edges, NTBs
 * that fill whole packets, streams, full NTBs. What the modem got is compared as well as what
 * comes back, and it checks that its rules are kept. With the argument "up", while wwan0 is up.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "dss.h"

#define LARGEST		8192		/* of any of the modems */

static bool up;
static struct session s;
static uint32_t max;			/* largest datagram of this one */

/* What has been written: what the modem must have. */
static uint32_t crc;
static uint64_t datagrams, payload;

static void prepare(void)
{
	calm();
	netdev_up(up);
}

static void begin(unsigned int service)
{
	struct mbim_dss_session info;

	session_open(&s, service);
	session_info(s.fd, &info);
	max = info.max_datagram;
	check(max >= MAX_DATAGRAM && max <= LARGEST);
	crc = ~0U;
}

/* CRC-32C */
static void count(const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		crc ^= bytes[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78 : 0);
	}
	payload += len;
	datagrams++;
}

/* All of it, in order, and nothing was wrong. */
static void modem_has_all(void)
{
	char want[40];

	check(!fsync(s.fd));
	check_eq(sim_session_stat(s.id, "datagrams_out"), datagrams);
	check_eq(sim_session_stat(s.id, "bytes_out"), payload);
	snprintf(want, sizeof(want), "\"crc32c\":\"%08x\"", ~crc);
	if (!strstr(sim("stats session %u", s.id), want))
		fail("what the modem got is not what was written");
	sim_no_errors();
}

/* -------- one at a time, each in an NTB of its own -------- */

static void echo_message(size_t len)
{
	static uint8_t bytes[LARGEST], back[LARGEST + 1];

	fill(bytes, len, len);
	check_eq(write(s.fd, bytes, len), len);
	count(bytes, len);
	poll_for(s.fd, POLLIN, LONG);
	check_eq(read(s.fd, back, sizeof(back)), len);
	if (memcmp(bytes, back, len))
		fail("%zu bytes did not come back as they went", len);
}

/* Around each power of two, and up to the largest. */
static void edges(void)
{
	static uint8_t too_long[LARGEST + 1];

	begin(SERVICE_ECHO);
	set_mode(s.fd, MBIM_DSS_MODE_MESSAGE);
	for (size_t len = 1; len <= 20; len++)
		echo_message(len);
	for (size_t power = 32; power < max; power *= 2)
		for (size_t len = power - 1; len <= power + 1; len++)
			echo_message(len);
	for (size_t len = max - 9; len <= max; len++)
		echo_message(len);
	check_err(write(s.fd, too_long, max + 1), EMSGSIZE);
	check(!poll_now(s.fd, POLLIN));
	modem_has_all();
}

/* Some of these NTBs are whole packets, and want a short one behind them. */
static void whole_packets(void)
{
	static uint8_t bytes[LARGEST];
	int fd;

	begin(SERVICE_SINK);
	fd = node_open(0, s.id, O_WRONLY | O_DSYNC);
	for (size_t packets = 512; packets <= 1024; packets *= 2) {
		for (size_t len = packets - 150; len <= packets - 16; len++) {
			fill(bytes, len, len);
			check_eq(write(fd, bytes, len), len);
			count(bytes, len);
		}
	}
	modem_has_all();
}

/* -------- a stream -------- */

#define STREAM	(80 * 1024)

/* As write(2) is to cut it. */
static void count_cut(const uint8_t *bytes, size_t len)
{
	for (size_t n; len; bytes += n, len -= n) {
		n = len < max ? len : max;
		count(bytes, n);
	}
}

static void stream(void)
{
	static const size_t pieces[] = { 1, 7, 2047, 4097, 10001, 40007 };
	static uint8_t bytes[STREAM], back[STREAM];
	size_t done = 0, n;

	begin(SERVICE_ECHO);
	fill(bytes, STREAM, 1);
	for (unsigned int i = 0; done < STREAM; i++, done += n) {
		n = pieces[i % ARRAY_SIZE(pieces)];
		if (n > STREAM - done)
			n = STREAM - done;
		check_eq(write(s.fd, bytes + done, n), n);
		count_cut(bytes + done, n);
	}
	read_all(s.fd, back, STREAM);
	check(!memcmp(bytes, back, STREAM));
	check(!poll_now(s.fd, POLLIN));
	modem_has_all();
}

/* -------- SEND: full NTBs, of datagrams of all lengths -------- */

#define BATCHES	2
#define BATCH	128

/* Half of them small, so that NTBs fill in number as well as in bytes. */
static uint32_t length_of(uint32_t i)
{
	uint64_t x = (i + 1) * 0x9e3779b97f4a7c15ULL >> 32;

	return 1 + x % (i & 16 ? 40 : max);
}

static void send_batch(uint32_t first)
{
	static uint8_t bytes[BATCH][LARGEST];
	struct mbim_dss_datagram d[BATCH];
	struct mbim_dss_batch b;

	for (uint32_t i = 0; i < BATCH; i++) {
		d[i] = (struct mbim_dss_datagram){
			.buf = (uintptr_t)bytes[i], .len = length_of(first + i),
			.user_data = first + i,
		};
		fill(bytes[i], d[i].len, first + i);
		count(bytes[i], d[i].len);
	}
	check(!batch(s.fd, MBIM_DSS_IOC_SEND, d, BATCH, 0, &b));
	check_eq(b.done, BATCH);
	check_eq(b.request_id, first + 1);
}

static void recv_batch(uint32_t first)
{
	static uint8_t bytes[BATCH][LARGEST];
	struct mbim_dss_datagram d[BATCH];
	struct mbim_dss_batch b;

	for (uint32_t done = 0; done < BATCH; done += b.done) {
		for (uint32_t i = done; i < BATCH; i++)
			d[i] = (struct mbim_dss_datagram){
				.buf = (uintptr_t)bytes[i], .len = LARGEST,
			};
		poll_for(s.fd, POLLIN, LONG);
		check(!batch(s.fd, MBIM_DSS_IOC_RECV, d + done, BATCH - done, 0, &b));
	}
	for (uint32_t i = 0; i < BATCH; i++) {
		check_eq(d[i].len, length_of(first + i));
		check_eq(d[i].flags, 0);
		if (!filled(bytes[i], d[i].len, first + i))
			fail("datagram %u did not come back as it went", first + i);
	}
}

static void batches(void)
{
	static struct ended ended[BATCHES * BATCH];

	begin(SERVICE_ECHO);
	set_limits(s.fd, MBIM_DSS_LIMITS_SET_RX | MBIM_DSS_LIMITS_SET_TX, MBIM_DSS_LIMIT_MAX,
		   MBIM_DSS_LIMIT_MAX, 0);
	sim("nak out on");
	for (uint32_t i = 0; i < BATCHES; i++)
		send_batch(i * BATCH);
	sim("nak out off");
	reap_ids(s.fd, 1, ended, BATCHES * BATCH);
	for (uint32_t i = 0; i < BATCHES * BATCH; i++) {
		check_eq(ended[i].error, 0);
		check_eq(ended[i].user_data, i);
	}
	for (uint32_t i = 0; i < BATCHES; i++)
		recv_batch(i * BATCH);
	check(!poll_now(s.fd, POLLIN | POLLPRI));
	modem_has_all();
}

static const struct test_case cases[] = {
	{ "messages: every length at the edges, there and back", edges, 60 },
	{ "NTBs that are whole packets", whole_packets, 60 },
	{ "a stream, there and back", stream, 60 },
	{ "SEND: full NTBs, every completion, and all of it comes back", batches, 60 },
};

int main(int argc, char **argv)
{
	up = argc > 1 && !strcmp(argv[1], "up");
	return run_cases(argc - up, argv + up, cases, ARRAY_SIZE(cases), prepare);
}
