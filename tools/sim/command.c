// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The commands of the control socket: counters, faults, data. Each is a row of
 * the table at the end of this file.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "bytes.h"
#include "command.h"
#include "flood.h"
#include "malformed.h"
#include "modem.h"
#include "stats.h"

#define MAX_WORDS	6

struct call {
	struct modem *modem;
	int n;				/* arguments after the command's name */
	char **word;
	struct text *answer;		/* members to add, each with a comma before */
	char error[160];
};

struct command {
	const char *name;
	int min, max;			/* number of arguments */
	bool (*run)(struct call *c);	/* false: c->error says why */
	const char *usage, *help;
};

static const struct command commands[];

/* -------- arguments -------- */

static bool fail(struct call *c, const char *what, const char *word)
{
	snprintf(c->error, sizeof(c->error), "%s: %.100s", what, word);
	return false;
}

static bool number(struct call *c, int i, uint64_t max, uint64_t *value)
{
	char *end;

	errno = 0;
	*value = strtoull(c->word[i], &end, 0);
	if (errno || end == c->word[i] || *end || *value > max || c->word[i][0] == '-') {
		snprintf(c->error, sizeof(c->error), "not a number of 0 to %llu: %.60s",
			 (unsigned long long)max, c->word[i]);
		return false;
	}
	return true;
}

/* An optional count, 1 if it is missing. */
static bool count(struct call *c, int i, unsigned int *value)
{
	uint64_t n = 1;

	if (i < c->n && !number(c, i, UINT32_MAX, &n))
		return false;
	*value = n;
	return true;
}

static bool on_off(struct call *c, int i, bool *value)
{
	*value = !strcmp(c->word[i], "on");
	return *value || !strcmp(c->word[i], "off") ? true : fail(c, "neither on nor off",
								    c->word[i]);
}

static bool session(struct call *c, int i, struct session **s)
{
	uint64_t id;

	if (!number(c, i, MAX_SESSIONS - 1, &id))
		return false;
	*s = &c->modem->sessions.session[id];
	return true;
}

static struct pipe_faults *faults(struct call *c, int i)
{
	if (!strcmp(c->word[i], "out"))
		return &c->modem->pipes.out;
	if (!strcmp(c->word[i], "in"))
		return &c->modem->pipes.in;
	fail(c, "neither out nor in", c->word[i]);
	return NULL;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Bytes in place of the digits. Their number, or -1. */
static int hex(struct call *c, int i)
{
	char *word = c->word[i];
	size_t n = strlen(word);

	if (n % 2 || !n)
		goto bad;
	for (size_t j = 0; j < n / 2; j++) {
		int high = hex_digit(word[2 * j]), low = hex_digit(word[2 * j + 1]);

		if (high < 0 || low < 0)
			goto bad;
		word[j] = high << 4 | low;
	}
	return n / 2;
bad:
	fail(c, "not bytes in hexadecimal digits", word);
	return -1;
}

/* -------- counters -------- */

static bool run_stats(struct call *c)
{
	struct session *s;

	if (!c->n) {
		stats_add(c->modem, c->answer);
		return true;
	}
	if (c->n != 2 || strcmp(c->word[0], "session"))
		return fail(c, "unknown argument", c->word[0]);
	if (!session(c, 1, &s))
		return false;
	stats_add_session(s, c->answer);
	return true;
}

static bool run_reset_stats(struct call *c)
{
	memset(&c->modem->stats, 0, sizeof(c->modem->stats));
	sessions_reset_stats(c->modem);
	return true;
}

static bool run_hash(struct call *c)
{
	return on_off(c, 0, &c->modem->hash);
}

/* -------- plugging and resetting -------- */

static bool run_unplug(struct call *c)
{
	if (c->modem->usbip.fd < 0)
		return fail(c, "not plugged in", "unplug");
	modem_unplug(c->modem);
	return true;
}

static bool run_plug(struct call *c)
{
	return !modem_plug(c->modem, c->error, sizeof(c->error));
}

static bool run_forget_sessions(struct call *c)
{
	sessions_clear(c->modem);
	return true;
}

static bool run_modem_reset(struct call *c)
{
	mbim_reset(c->modem);
	return true;
}

static bool run_quit(struct call *c)
{
	c->modem->quit = true;
	return true;
}

/* -------- faults -------- */

static bool run_nak(struct call *c)
{
	struct pipe_faults *f;

	if (!strcmp(c->word[0], "control"))
		return on_off(c, 1, &c->modem->device.mute);
	f = faults(c, 0);
	return f && on_off(c, 1, &f->nak);
}

static bool run_delay(struct call *c)
{
	struct pipe_faults *f = faults(c, 0);
	uint64_t ms;

	if (!f || !number(c, 1, 3600000, &ms))
		return false;
	f->delay = ms;
	return true;
}

static bool run_stall(struct call *c)
{
	struct pipe_faults *f = faults(c, 0);

	return f && count(c, 1, &f->stalls);
}

static bool run_status(struct call *c)
{
	static const struct {
		const char *name;
		int error;
	} errors[] = {
		{ "EPROTO", EPROTO }, { "EILSEQ", EILSEQ }, { "ETIME", ETIME },
		{ "EOVERFLOW", EOVERFLOW }, { "ECOMM", ECOMM }, { "ENOSR", ENOSR },
		{ "EREMOTEIO", EREMOTEIO }, { "EPIPE", EPIPE }, { "EIO", EIO },
		{ "ENODEV", ENODEV }, { "ESHUTDOWN", ESHUTDOWN }, { NULL, 0 },
	};
	struct pipe_faults *f = faults(c, 0);

	if (!f)
		return false;
	for (int i = 0; errors[i].name; i++) {
		if (strcmp(errors[i].name, c->word[1]))
			continue;
		f->status = -errors[i].error;
		return count(c, 2, &f->statuses);
	}
	return fail(c, "no status of a transfer", c->word[1]);
}

static bool run_dss_status(struct call *c)
{
	uint64_t status;

	if (!number(c, 0, UINT32_MAX, &status) || !count(c, 1, &c->modem->mbim.dss_status_count))
		return false;
	c->modem->mbim.dss_status = status;
	return true;
}

static bool run_dss_silent(struct call *c)
{
	return on_off(c, 0, &c->modem->mbim.dss_silent);
}

static bool run_dss_delay(struct call *c)
{
	uint64_t ms;

	if (!number(c, 0, 3600000, &ms))
		return false;
	c->modem->mbim.dss_delay = ms;
	return true;
}

static bool run_ping_ip(struct call *c)
{
	return on_off(c, 0, &c->modem->ping_ip);
}

/* -------- data -------- */

static bool run_flood(struct call *c)
{
	uint64_t size, n;
	struct session *s;
	int ret;

	if (!session(c, 0, &s) || !number(c, 1, UINT16_MAX, &size) ||
	    !number(c, 2, UINT64_MAX - 1, &n))
		return false;
	if (!size && !n) {
		flood_stop(c->modem, s);
		return true;
	}
	if (!s->service)
		return fail(c, "session is not open", c->word[0]);
	if (!size || size > c->modem->device.max_datagram)
		return fail(c, "not a size of a datagram", c->word[1]);
	ret = flood_start(c->modem, s, size, n ? n : FLOOD_ENDLESS);
	return ret ? fail(c, strerror(-ret), c->word[1]) : true;
}

static bool run_send(struct call *c)
{
	struct session *s;
	int len;

	if (!session(c, 0, &s))
		return false;
	len = hex(c, 1);
	if (len < 0)
		return false;
	return session_send(c->modem, s, c->word[1], len) ? true :
	       fail(c, "no room, or too large", c->word[0]);
}

static bool list_malformed(struct call *c)
{
	const char *name;

	text_add(c->answer, ",\"kinds\":[");
	for (unsigned int i = 0; (name = malformed_name(i)); i++)
		text_add(c->answer, "%s\"%s\"", i ? "," : "", name);
	text_add(c->answer, "]");
	return true;
}

static bool run_malformed(struct call *c)
{
	struct modem *m = c->modem;
	uint8_t bytes[MALFORMED_MAX];
	struct session *s;
	int len;

	if (c->n == 1)
		return strcmp(c->word[0], "list") ? fail(c, "which session?", c->word[0]) :
		       list_malformed(c);
	if (!session(c, 1, &s))
		return false;
	len = malformed_make(c->word[0], &m->queue.rules, s->id, bytes);
	if (len < 0)
		return fail(c, "no such kind (try: malformed list)", c->word[0]);
	return queue_append_raw(&m->queue, bytes, len) ? true : fail(c, "no room", c->word[0]);
}

static bool run_raw(struct call *c)
{
	int len = hex(c, 0);

	if (len < 0)
		return false;
	return queue_append_raw(&c->modem->queue, c->word[0], len) ? true :
	       fail(c, "no room, or longer than --ntb-max", "raw");
}

/* An event of any service, e.g. of "idle", whether subscribed to or not. */
static bool run_indicate(struct call *c)
{
	const struct service *service;
	uint64_t cid;
	int len = 0;

	for (service = services; service->name; service++)
		if (!strcmp(service->name, c->word[0]))
			break;
	if (!service->name)
		return fail(c, "no such service", c->word[0]);
	if (!number(c, 1, UINT32_MAX, &cid))
		return false;
	if (c->n > 2)
		len = hex(c, 2);
	if (len < 0)
		return false;
	if (!c->modem->mbim.open)
		return fail(c, "the host has not sent MBIM_OPEN", c->word[0]);
	mbim_indicate(c->modem, service->uuid, cid, (uint8_t *)c->word[2], len);
	return true;
}

static bool run_help(struct call *c)
{
	const char *comma = "";

	text_add(c->answer, ",\"commands\":[");
	for (const struct command *command = commands; command->name; command++) {
		text_add(c->answer, "%s\"%s %s\"", comma, command->name, command->usage);
		comma = ",";
	}
	text_add(c->answer, "]");
	return true;
}

/* -------- table -------- */

static const struct command commands[] = {
	{ "help", 0, 0, run_help, "", "this list" },
	{ "stats", 0, 2, run_stats, "[session N]", "counters and state" },
	{ "reset-stats", 0, 0, run_reset_stats, "", "all counters to 0" },
	{ "hash", 1, 1, run_hash, "on|off", "CRC of received payload (default on)" },
	{ "unplug", 0, 0, run_unplug, "", "pull the plug; this process stays" },
	{ "plug", 0, 0, run_plug, "", "plug in again" },
	{ "nak", 2, 2, run_nak, "out|in|control on|off",
	  "leave transfers pending; control: no RESPONSE_AVAILABLE" },
	{ "delay", 2, 2, run_delay, "out|in MS", "each transfer takes MS ms" },
	{ "stall", 1, 2, run_stall, "out|in [COUNT]",
	  "the next COUNT transfers halt the endpoint" },
	{ "status", 2, 3, run_status, "out|in ERRNO [COUNT]",
	  "the next COUNT transfers end with EPROTO, EILSEQ, ETIME, EOVERFLOW..." },
	{ "dss-status", 1, 2, run_dss_status, "STATUS [COUNT]",
	  "the next COUNT DSS_CONNECTs get this MBIM status" },
	{ "dss-silent", 1, 1, run_dss_silent, "on|off", "DSS_CONNECT is never answered" },
	{ "dss-delay", 1, 1, run_dss_delay, "MS", "DSS_CONNECT is answered MS ms later" },
	{ "forget-sessions", 0, 0, run_forget_sessions, "", "all sessions are gone" },
	{ "modem-reset", 0, 0, run_modem_reset, "",
	  "sessions gone, and \"not opened\" until MBIM_OPEN comes again" },
	{ "flood", 3, 3, run_flood, "SESSION SIZE COUNT",
	  "COUNT datagrams (0: no end) as fast as the host reads; 0 0: stop" },
	{ "send", 2, 2, run_send, "SESSION HEX", "one datagram to the host" },
	{ "malformed", 1, 2, run_malformed, "list | KIND SESSION",
	  "one malformed bulk IN transfer" },
	{ "raw", 1, 1, run_raw, "HEX", "one bulk IN transfer of these bytes" },
	{ "indicate", 2, 3, run_indicate, "SERVICE CID [HEX]", "an event of a service" },
	{ "ping-ip", 1, 1, run_ping_ip, "on|off", "answer pings on IP session 0 (default on)" },
	{ "quit", 0, 0, run_quit, "", "end the simulator" },
	{ NULL, 0, 0, NULL, NULL, NULL },
};

void command_help(struct text *text)
{
	for (const struct command *c = commands; c->name; c++)
		text_add(text, "  %-16s%-24s%s\n", c->name, c->usage, c->help);
}

static bool dispatch(struct call *c, const char *name)
{
	for (const struct command *command = commands; command->name; command++) {
		if (strcmp(command->name, name))
			continue;
		if (c->n < command->min || c->n > command->max) {
			snprintf(c->error, sizeof(c->error), "usage: %s %s", name,
				 command->usage);
			return false;
		}
		return command->run(c);
	}
	return fail(c, "unknown command (try: help)", name);
}

void command_run(struct modem *m, char *line, struct text *answer)
{
	char *words[MAX_WORDS + 1], *save = NULL, *word;
	struct text members = { 0 };
	struct call c = { .modem = m, .word = words + 1, .answer = &members, .n = -1 };
	bool ok;

	for (word = strtok_r(line, " \t\r", &save); word && c.n < MAX_WORDS;
	     word = strtok_r(NULL, " \t\r", &save))
		words[++c.n] = word;
	ok = c.n < 0 ? fail(&c, "no command", "(empty line)") :
	     c.n >= MAX_WORDS ? fail(&c, "too many words", words[0]) : dispatch(&c, words[0]);
	text_add(answer, "{\"ok\":%s", ok ? "true" : "false");
	if (!ok) {
		text_add(answer, ",\"error\":");
		text_add_json(answer, c.error);
	} else if (members.len) {
		text_add(answer, "%s", members.bytes);
	}
	text_add(answer, "}");
	text_free(&members);
}
