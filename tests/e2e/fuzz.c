// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Random NTBs from the modem, most of them wrong: nothing breaks, what a session gets is what an
 * NDP of its own says is a datagram, all of them together get no more than came, and what is
 * right comes through afterwards. MBIM_DSS_SEED repeats a run, MBIM_DSS_ROUNDS sets another
 * length.
 */
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "dss.h"

#define ROUNDS		1000
#define TEXT		"after it"

static uint64_t seed, state;
static bool is_up;

/* splitmix64 */
static uint32_t any(uint32_t below)
{
	uint64_t z = state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return (z >> 32) % below;
}

/* A right one: for both sessions, for one that is not open, and IP, which need not be any. */
static void build(struct ntb *n, const struct session *s, const struct session *other)
{
	uint8_t bytes[60];

	ntb_begin(n, any(65536));
	for (unsigned int i = any(6) + 1; i; i--) {
		uint32_t ids[] = { s->id, s->id, s->id, other->id, any(256) };

		fill(bytes, sizeof(bytes), state);
		bytes[0] = 0x40 | any(16);
		ntb_add(n, any(3) ? "DSS" : "IPS", ids[any(ARRAY_SIZE(ids))], bytes,
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

static uint32_t word(const struct ntb *n, size_t at)
{
	return n->bytes[at] | n->bytes[at + 1] << 8;
}

/*
 * The driver empties an NDP that it has done with, for cdc_mbim, while wwan0 is up. A datagram that
 * lies over it has zeroes there.
 */
static bool is_same(const uint8_t *came, const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (bytes[i] != came[i] && !(is_up && !bytes[i]))
			return false;
	return true;
}

/* There is an NDP of the session, wherever, with an entry for just these bytes. */
static bool is_of(const struct ntb *n, uint32_t session, const uint8_t *bytes, size_t len)
{
	const uint8_t signature[] = { 'D', 'S', 'S', session };

	for (size_t ndp = 0; ndp + 8 <= n->len; ndp++) {
		size_t end = ndp + word(n, ndp + 4);

		if (memcmp(n->bytes + ndp, signature, sizeof(signature)))
			continue;
		for (size_t at = ndp + 8; at + 4 <= end && at + 4 <= n->len; at += 4)
			if (word(n, at + 2) == len && word(n, at) + len <= n->len &&
			    is_same(n->bytes + word(n, at), bytes, len))
				return true;
	}
	return false;
}

/* All that the session has, or until the text comes; how many bytes before it. */
static size_t receive(const struct session *s, const struct ntb *from, bool until_text)
{
	uint8_t bytes[MAX_DATAGRAM];
	size_t sum = 0;

	for (;;) {
		ssize_t n;

		if (until_text)
			poll_for(s->fd, POLLIN, LONG);
		else if (!poll_now(s->fd, POLLIN))
			return sum;
		n = read(s->fd, bytes, sizeof(bytes));
		check(n > 0);
		if (until_text && n == strlen(TEXT) && !memcmp(bytes, TEXT, n))
			return sum;
		if (!is_of(from, s->id, bytes, n))
			fail("seed %llu: session %u got %zd bytes that are not its own",
			     (unsigned long long)seed, s->id, n);
		sum += n;
	}
}

static void random_ntbs(bool up)
{
	unsigned long rounds = setting("MBIM_DSS_ROUNDS", ROUNDS);
	long long malformed = modem_counter("rx_malformed");
	uint64_t received = 0, others = 0;
	struct session s, other;

	state = seed;
	is_up = up;
	netdev_up(up);
	session_open(&s, SERVICE_ECHO);
	session_open_on(&other, s.handle, 0, SERVICE_ECHO, MBIM_DSS_SESSION_ANY, 0);
	set_mode(s.fd, MBIM_DSS_MODE_MESSAGE);
	set_mode(other.fd, MBIM_DSS_MODE_MESSAGE);
	while (rounds--) {
		struct ntb n, good;
		size_t got, others_got;

		build(&n, &s, &other);
		for (unsigned int i = any(7); i; i--)
			spoil(&n);
		if (!any(8))
			cut(&n);
		ntb_begin(&good, any(65536));
		ntb_add(&good, "DSS", s.id, TEXT, strlen(TEXT));
		ntb_send(&n);
		ntb_send(&good);
		got = receive(&s, &n, true);
		/* what came before the text is there */
		others_got = receive(&other, &n, false);
		if (got + others_got > n.len)
			fail("seed %llu, %lu rounds to go: %zu bytes came out of %zu",
			     (unsigned long long)seed, rounds, got + others_got, n.len);
		received += got;
		others += others_got;
	}
	malformed = modem_counter("rx_malformed") - malformed;
	diag("%llu and %llu bytes received, %lld NTBs were malformed",
	     (unsigned long long)received, (unsigned long long)others, malformed);
	check(received > 0);
	check(others > 0);
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
	seed = setting("MBIM_DSS_SEED", some);
	diag("MBIM_DSS_SEED=%llu", (unsigned long long)seed);
	return run_cases(argc, argv, cases, ARRAY_SIZE(cases), calm);
}
