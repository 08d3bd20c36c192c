// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table of device service sessions: opening, closing, counting, and the
 * rules for data on them.
 */
#include <errno.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "bytes.h"
#include "crc32c.h"
#include "flood.h"
#include "modem.h"

static uint32_t signature_of(const struct session *s)
{
	return NDP16_DSS | (uint32_t)s->id << 24;
}

int sessions_init(struct modem *m)
{
	for (int i = 0; i < MAX_SESSIONS; i++) {
		m->sessions.session[i].id = i;
		m->sessions.session[i].crc = CRC32C_INIT;
	}
	m->sessions.nmea_timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	return m->sessions.nmea_timer < 0 ? -errno : 0;
}

void sessions_clear(struct modem *m)
{
	for (int i = 0; i < MAX_SESSIONS; i++)
		if (m->sessions.session[i].service)
			session_close(m, &m->sessions.session[i]);
}

void sessions_free(struct modem *m)
{
	sessions_clear(m);
	if (m->sessions.nmea_timer >= 0)
		close(m->sessions.nmea_timer);
	m->sessions.nmea_timer = MODEM_NO_TIMER;
}

static void reset_stats(struct session *s)
{
	s->crc = CRC32C_INIT;
	s->datagrams_out = 0;
	s->bytes_out = 0;
	s->datagrams_in = 0;
	s->bytes_in = 0;
}

void sessions_reset_stats(struct modem *m)
{
	for (int i = 0; i < MAX_SESSIONS; i++)
		reset_stats(&m->sessions.session[i]);
}

const struct service *service_find(const uint8_t uuid[UUID_SIZE])
{
	for (const struct service *service = services; service->name; service++)
		if (!memcmp(service->uuid, uuid, UUID_SIZE))
			return service;
	return NULL;
}

unsigned int service_instances(const struct modem *m, const struct service *service)
{
	unsigned int n = 0;

	for (int i = 0; i < MAX_SESSIONS; i++)
		n += m->sessions.session[i].service == service;
	return n;
}

/* Counters begin anew with each session, so that one can be looked at alone. */
void session_open(struct modem *m, struct session *s, const struct service *service)
{
	s->service = service;
	reset_stats(s);
	m->sessions.n_open++;
	if (service->open)
		service->open(m, s);
	modem_log(m, "session %u: %s open", s->id, service->name);
}

/* A modem sends nothing on a session that it has closed. */
void session_close(struct modem *m, struct session *s)
{
	const struct service *service = s->service;

	flood_stop(m, s);
	if (service->close)
		service->close(m, s);
	s->service = NULL;
	m->sessions.n_open--;
	queue_withdraw(&m->queue, signature_of(s));
	s->queued = 0;
	modem_log(m, "session %u: %s closed", s->id, service->name);
}

static void count_received(struct modem *m, struct session *s, const uint8_t *ntb,
			   const struct ntb_ndp *ndp)
{
	const uint8_t *entry = ndp->entries;
	const uint8_t *end = entry + ndp->count * DPE16_SIZE;
	uint64_t bytes = 0;
	uint32_t crc = s->crc;

	if (m->hash) {
		for (; entry < end; entry += DPE16_SIZE) {
			uint32_t len = get_le16(entry + 2);

			crc = crc32c(crc, ntb + get_le16(entry), len);
			bytes += len;
		}
	} else {
		for (; entry < end; entry += DPE16_SIZE)
			bytes += get_le16(entry + 2);
	}
	s->crc = crc;
	s->datagrams_out += ndp->count;
	s->bytes_out += bytes;
}

void session_receive(struct modem *m, const uint8_t *ntb, const struct ntb_ndp *ndp)
{
	struct session *s = &m->sessions.session[ndp->session];

	if (!s->service) {
		modem_violation(m, "%u datagrams on session %u, which is not open", ndp->count,
				s->id);
		return;
	}
	if (!(s->service->payload & DSS_PAYLOAD_OUT)) {
		modem_violation(m, "%u datagrams to session %u: service %s takes none",
				ndp->count, s->id, s->service->name);
		return;
	}
	count_received(m, s, ntb, ndp);
	if (s->service->receive)
		s->service->receive(m, s, ntb, ndp);
}

bool session_send(struct modem *m, struct session *s, const void *datagram, uint32_t len)
{
	if (!queue_append(&m->queue, signature_of(s), datagram, len)) {
		m->stats.dropped_in++;
		return false;
	}
	s->queued++;
	return true;
}

void session_sent(struct modem *m, const struct ntb_run *run)
{
	struct session *s = &m->sessions.session[run->signature >> 24];

	if ((run->signature & 0xffffff) != NDP16_DSS)
		return;
	s->datagrams_in += run->count;
	s->bytes_in += run->payload;
	s->queued -= run->count;
}
