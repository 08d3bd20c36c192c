// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The services behind the sessions. Their UUIDs are "mbim-sim" in ASCII, a 1, and
 * the number of the service.
 */
#include <stdio.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "bytes.h"
#include "modem.h"

#define SIM_UUID(n) { 'm', 'b', 'i', 'm', '-', 's', 'i', 'm', 0, 1, 0, 0, 0, 0, 0, n }

/*
 * A host that does not read gets no more sentences than this, and misses none:
 * a sentence that is not queued is not counted either.
 */
#define NMEA_BACKLOG	32

/* -------- echo -------- */

static void echo_receive(struct modem *m, struct session *s, const uint8_t *ntb,
			 const struct ntb_ndp *ndp)
{
	const uint8_t *entry = ndp->entries;

	for (unsigned int i = 0; i < ndp->count; i++, entry += DPE16_SIZE)
		session_send(m, s, ntb + get_le16(entry), get_le16(entry + 2));
}

/* -------- nmea -------- */

static void set_nmea_timer(struct modem *m, unsigned int ms)
{
	struct timespec interval = { ms / 1000, ms % 1000 * 1000000L };
	struct itimerspec timer = { interval, interval };

	timerfd_settime(m->sessions.nmea_timer, 0, &timer, NULL);
}

static void nmea_open(struct modem *m, struct session *s)
{
	s->nmea_next = 0;
	if (!m->sessions.n_nmea++)
		set_nmea_timer(m, m->config.nmea_interval);
}

static void nmea_close(struct modem *m, struct session *s)
{
	(void)s;
	if (!--m->sessions.n_nmea)
		set_nmea_timer(m, 0);
}

/* One GGA sentence; time, longitude and altitude count up with @number. */
static int nmea_sentence(char *text, size_t size, uint64_t number)
{
	unsigned int n = number % 86400;
	uint8_t sum = 0;
	int len = snprintf(text, size,
			   "$GPGGA,%02u%02u%02u.00,5231.%04u,N,01323.%04u,E,1,08,0.9,%u.0,M,44.0,M,,",
			   n / 3600, n / 60 % 60, n % 60, n % 10000, n % 10000, n);

	for (int i = 1; i < len; i++)
		sum ^= text[i];
	return len + snprintf(text + len, size - len, "*%02X\r\n", sum);
}

void session_nmea_tick(struct modem *m)
{
	uint64_t ticks;
	char text[128];

	/* Only that it has expired matters, not how often. */
	if (read(m->sessions.nmea_timer, &ticks, sizeof(ticks)) != sizeof(ticks))
		return;
	for (int i = 0; i < MAX_SESSIONS; i++) {
		struct session *s = &m->sessions.session[i];

		if (!s->service || s->service->open != nmea_open || s->queued >= NMEA_BACKLOG)
			continue;
		if (session_send(m, s, text, nmea_sentence(text, sizeof(text), s->nmea_next)))
			s->nmea_next++;
	}
}

/* -------- table -------- */

const struct service services[] = {
	{
		.name = "echo",
		.uuid = SIM_UUID(1),
		.payload = DSS_PAYLOAD_OUT | DSS_PAYLOAD_IN,
		.receive = echo_receive,
	}, {
		.name = "nmea",
		.uuid = SIM_UUID(2),
		.payload = DSS_PAYLOAD_IN,
		.max_instances = 2,
		.open = nmea_open,
		.close = nmea_close,
	}, {
		.name = "sink",
		.uuid = SIM_UUID(3),
		.payload = DSS_PAYLOAD_OUT,
	}, {
		/* No data session; its commands are in demo.c. */
		.name = "idle",
		.uuid = SIM_UUID(4),
		.n_cids = 4,
		.cids = { 1, 2, 3, 4 },
	}, {
		/* Silent until the control socket asks for a flood. */
		.name = "source",
		.uuid = SIM_UUID(5),
		.payload = DSS_PAYLOAD_IN,
	}, {
		.name = NULL,
	}
};
