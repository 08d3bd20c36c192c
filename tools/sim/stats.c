// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Statistics as JSON. "out" is from the host to the modem, "in" from the modem
 * to the host, as with USB endpoints.
 */
#include <inttypes.h>

#include "crc32c.h"
#include "flood.h"
#include "modem.h"
#include "stats.h"

static void add_number(struct text *t, const char *name, uint64_t value)
{
	text_add(t, ",\"%s\":%" PRIu64, name, value);
}

static void add_bool(struct text *t, const char *name, bool value)
{
	text_add(t, ",\"%s\":%s", name, value ? "true" : "false");
}

static void session_object(const struct session *s, struct text *t)
{
	text_add(t, "{\"id\":%u,\"service\":", s->id);
	if (s->service)
		text_add_json(t, s->service->name);
	else
		text_add(t, "null");
	add_number(t, "datagrams_out", s->datagrams_out);
	add_number(t, "bytes_out", s->bytes_out);
	add_number(t, "datagrams_in", s->datagrams_in);
	add_number(t, "bytes_in", s->bytes_in);
	add_number(t, "queued", s->queued);
	add_number(t, "count", s->datagrams_out);
	text_add(t, ",\"crc32c\":\"%08x\"", ~s->crc);
	if (s->flood) {
		add_number(t, "flood_sent", s->flood->sent);
		if (s->flood->left == FLOOD_ENDLESS)
			text_add(t, ",\"flood_left\":null");
		else
			add_number(t, "flood_left", s->flood->left);
	}
	text_add(t, "}");
}

void stats_add_session(const struct session *s, struct text *t)
{
	text_add(t, ",\"session\":");
	session_object(s, t);
}

static void add_state(const struct modem *m, struct text *t)
{
	add_bool(t, "plugged", m->usbip.fd >= 0);
	add_number(t, "port", m->usbip.port);
	add_number(t, "configuration", m->device.configuration);
	add_number(t, "data_alt", m->device.data_alt);
	add_bool(t, "mbim_open", m->mbim.open);
	add_number(t, "ntb_in_size", m->device.ntb_in_size);
	add_number(t, "max_datagram", m->device.max_datagram);
}

static void add_counters(const struct modem_stats *s, struct text *t)
{
	add_number(t, "ntbs_out", s->ntbs_out);
	add_number(t, "datagrams_out", s->datagrams_out);
	add_number(t, "bytes_out", s->bytes_out);
	add_number(t, "ntbs_in", s->ntbs_in);
	add_number(t, "datagrams_in", s->datagrams_in);
	add_number(t, "bytes_in", s->bytes_in);
	add_number(t, "ip_datagrams_out", s->ip_datagrams_out);
	add_number(t, "pings", s->pings);
	add_number(t, "transfers_failed", s->transfers_failed);
	add_number(t, "dropped_in", s->dropped_in);
	add_number(t, "sequence_gaps", s->sequence_gaps);
	add_number(t, "busy_halts", s->busy_halts);
	add_number(t, "opens", s->opens);
	add_number(t, "closes", s->closes);
	add_number(t, "dss_connects", s->dss_connects);
	add_number(t, "dss_disconnects", s->dss_disconnects);
	add_number(t, "dss_refused", s->dss_refused);
	add_number(t, "dss_unanswered", s->dss_unanswered);
	add_number(t, "errors", s->errors);
	text_add(t, ",\"last_error\":");
	text_add_json(t, s->last_error);
}

static void add_pending(const struct modem *m, struct text *t)
{
	const struct usbip_queue *queue = m->usbip.queue;

	text_add(t, ",\"pending\":{\"in\":%u,\"out\":%u,\"interrupt\":%u}",
		 queue[USBIP_PIPE_IN].count, queue[USBIP_PIPE_OUT].count,
		 queue[USBIP_PIPE_INTERRUPT].count);
	add_number(t, "dss_pending", mbim_pending_connects(&m->mbim));
	add_number(t, "queued_ntbs", m->queue.count);
	add_number(t, "queued_responses", m->mbim.response_count);
	add_number(t, "responses_dropped", m->mbim.responses_dropped);
}

static void add_open_sessions(const struct modem *m, struct text *t)
{
	const char *comma = "";

	text_add(t, ",\"open_sessions\":[");
	for (int i = 0; i < MAX_SESSIONS; i++) {
		if (!m->sessions.session[i].service)
			continue;
		text_add(t, "%s%d", comma, i);
		comma = ",";
	}
	text_add(t, "]");
}

/* Those that are open, or were and have counted something. */
static void add_sessions(const struct modem *m, struct text *t)
{
	const char *comma = "";

	text_add(t, ",\"sessions\":[");
	for (int i = 0; i < MAX_SESSIONS; i++) {
		const struct session *s = &m->sessions.session[i];

		if (!s->service && !s->datagrams_out && !s->datagrams_in)
			continue;
		text_add(t, "%s", comma);
		session_object(s, t);
		comma = ",";
	}
	text_add(t, "]");
}

void stats_add(const struct modem *m, struct text *t)
{
	add_state(m, t);
	add_counters(&m->stats, t);
	add_pending(m, t);
	add_open_sessions(m, t);
	add_sessions(m, t);
}
