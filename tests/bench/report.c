// SPDX-License-Identifier: GPL-2.0-or-later
/* What a measure gave, as a line of JSON on standard output. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench.h"

void die(const char *format, ...)
{
	va_list args;

	fputs("bench: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

void result_rate(struct result *r)
{
	r->unit = "datagrams/s";
	r->value = r->usage.wall ? r->delivered * 1e9 / r->usage.wall : 0;
}

static double each(uint64_t ns, const struct measure *m)
{
	return m->count ? (double)ns / m->count : 0;
}

/* Instructions a datagram by who ran them; "other" is interrupts and the like. */
static void report_usage(const struct measure *m, const struct usage *u)
{
	double known = u->program + u->sim + u->vhci + u->idle;
	double other = u->wall > known ? u->wall - known : 0;

	printf(",\"instructions\":{\"all\":%.0f,\"program\":%.0f,\"vhci\":%.0f,\"sim\":%.0f,"
	       "\"other\":%.0f,\"idle\":%.0f}",
	       each(u->wall > u->idle ? u->wall - u->idle : 0, m), each(u->program, m),
	       each(u->vhci, m), each(u->sim, m), other / (m->count ? m->count : 1),
	       each(u->idle, m));
}

void report(const struct measure *m, const struct result *r)
{
	printf("{\"measure\":\"%s\",\"how\":\"%s\",\"unit\":\"%s\",\"value\":%.3f,\"size\":%u,"
	       "\"sent\":%" PRIu64 ",\"delivered\":%" PRIu64 ",\"lost\":%" PRId64
	       ",\"reported\":%" PRIu64,
	       m->name, m->how, r->unit, r->value, m->size, r->sent, r->delivered,
	       (int64_t)(r->sent - r->delivered), r->reported);
	report_usage(m, &r->usage);
	puts("}");
	fflush(stdout);
}
