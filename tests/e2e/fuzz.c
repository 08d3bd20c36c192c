// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Random NTBs from the modem, most of them wrong: nothing breaks, no session gets more than
 * came, and what is right comes through afterwards. MBIM_DSS_SEED repeats a run,
 * MBIM_DSS_ROUNDS sets another length.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "dss.h"

#define ROUNDS		1000
#define TEXT		"after it"

static uint64_t seed, state;

/* splitmix64 */
static uint32_t any(uint32_t below)
{
	uint64_t z = state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return (z >> 32) % below;
}

static unsigned long number(const char *name, unsigned long otherwise)
{
	const char *text = getenv(name);

	return text ? strtoul(text, NULL, 0) : otherwise;
}

/* A right one: for the session, for one that is not open, and IP, which need not be any. */
static void build(struct ntb *n, uint8_t session)
{
	uint8_t bytes[60];

	ntb_begin(n, any(65536));
	for (unsigned int i = any(6) + 1; i; i--) {
		fill(bytes, sizeof(bytes), state);
		bytes[0] = 0x40 | any(16);
		ntb_add(n, any(3) ? "DSS" : "IPS", any(3) ? session : any(256), bytes,
			any(sizeof(bytes)) + 1);
	}
}

/* A word of it becomes something that could be an offset, a length, or anything. */
static void spoil(struct ntb *n)
{
	uint32_t at = any(n->len / 2) * 2, value;

	switch (any(4)) {
	case 0:
		value = any(n->len / 4 + 2) * 4;
		break;
	case 1:
		value = any(40);
		break;
	case 2:
		value = n->len - any(4);
		break;
	default:
		value = any(65536);
	}
	n->bytes[at] = value;
	n->bytes[at + 1] = value >> 8;
}

static void cut(struct ntb *n)
{
	n->len -= any(n->len - 1);
}

/* All that the session has until the text comes; how many bytes before it. */
static size_t receive(int fd)
{
	char bytes[MAX_DATAGRAM];
	size_t sum = 0;

	for (;;) {
		ssize_t n;

		poll_for(fd, POLLIN, LONG);
		n = read(fd, bytes, sizeof(bytes));
		check(n > 0);
		if (n == strlen(TEXT) && !memcmp(bytes, TEXT, n))
			return sum;
		sum += n;
	}
}

static void random_ntbs(bool up)
{
	unsigned long rounds = number("MBIM_DSS_ROUNDS", ROUNDS);
	long long malformed = modem_counter("rx_malformed");
	uint64_t received = 0;
	struct session s;

	state = seed;
	netdev_up(up);
	session_open(&s, SERVICE_ECHO);
	set_mode(s.fd, MBIM_DSS_MODE_MESSAGE);
	while (rounds--) {
		struct ntb n, good;
		size_t got;

		build(&n, s.id);
		for (unsigned int i = any(7); i; i--)
			spoil(&n);
		if (!any(8))
			cut(&n);
		ntb_begin(&good, any(65536));
		ntb_add(&good, "DSS", s.id, TEXT, strlen(TEXT));
		ntb_send(&n);
		ntb_send(&good);
		got = receive(s.fd);
		if (got > n.len)
			fail("seed %llu, %lu rounds to go: %zu bytes came out of %zu",
			     (unsigned long long)seed, rounds, got, n.len);
		received += got;
	}
	malformed = modem_counter("rx_malformed") - malformed;
	diag("%llu bytes received, %lld NTBs were malformed", (unsigned long long)received,
	     malformed);
	check(received > 0);
	check(malformed > 0);
	echo_once(s.fd, 1000, 1);
	netdev_up(false);
}

static void while_down(void)
{
	random_ntbs(false);
}

static void while_up(void)
{
	random_ntbs(true);
}

static const struct test_case cases[] = {
	{ "random NTBs while wwan0 is down", while_down, 250 },
	{ "random NTBs while wwan0 is up", while_up, 250 },
};

int main(int argc, char **argv)
{
	uint64_t some = 0;

	check(getrandom(&some, sizeof(some), GRND_INSECURE) == sizeof(some));
	seed = number("MBIM_DSS_SEED", some);
	diag("MBIM_DSS_SEED=%llu", (unsigned long long)seed);
	return run_cases(argc, argv, cases, ARRAY_SIZE(cases), calm);
}
