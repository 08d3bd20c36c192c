// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The measures by name. tests/bench/guest.sh runs them in the order that they need:
 * before mbim_dss is loaded, without sessions, with sessions.
 *
 * usage: bench GROUP [MEASURE]	a line of JSON for each measure of the group, or for the one
 *	  bench seed		before anything else: see clock_seed()
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))

struct entry {
	const char *group;
	struct measure measure;
	measure_fn *run;
};

static const struct entry entries[] = {
	{ "peer", { "peer-tx-64", "sendto", 64, 65536 }, peer_sendto },
	{ "peer", { "peer-tx-64", "sendto, bypass", 64, 65536 }, peer_sendto_bypass },
	{ "peer", { "peer-tx-64", "sendmmsg", 64, 65536 }, peer_sendmmsg },
	{ "peer", { "peer-tx-64", "sendmmsg, bypass", 64, 65536 }, peer_sendmmsg_bypass },
	{ "peer", { "peer-tx-512", "sendto", 512, 32768 }, peer_sendto },
	{ "peer", { "peer-tx-512", "sendto, bypass", 512, 32768 }, peer_sendto_bypass },
	{ "peer", { "peer-tx-512", "sendmmsg", 512, 32768 }, peer_sendmmsg },
	{ "peer", { "peer-tx-512", "sendmmsg, bypass", 512, 32768 }, peer_sendmmsg_bypass },
	{ "peer", { "peer-tx-1500", "sendto", 1500, 16384 }, peer_sendto },
	{ "peer", { "peer-tx-1500", "sendto, bypass", 1500, 16384 }, peer_sendto_bypass },
	{ "peer", { "peer-tx-1500", "sendmmsg", 1500, 16384 }, peer_sendmmsg },
	{ "peer", { "peer-tx-1500", "sendmmsg, bypass", 1500, 16384 }, peer_sendmmsg_bypass },
	{ "peer", { "peer-rtt-64", "sendto, recv", 64, 400 }, peer_echo },
	{ "peer", { "peer-rtt-64", "sendto, recv, bypass", 64, 400 }, peer_echo_bypass },
	{ "peer", { "peer-rtt-1500", "sendto, recv", 1500, 400 }, peer_echo },
	{ "peer", { "peer-rtt-1500", "sendto, recv, bypass", 1500, 400 }, peer_echo_bypass },
	{ "peer", { "peer-rtt-64-p99", "sendto, recv", 64, 1000 }, peer_echo_p99 },
	{ "peer", { "peer-rtt-64-p99", "sendto, recv, bypass", 64, 1000 }, peer_echo_p99_bypass },
	{ "peer", { "peer-rx-64", "recvmmsg", 64, 32768 }, peer_recvmmsg },
	{ "peer", { "peer-rx-512", "recvmmsg", 512, 16384 }, peer_recvmmsg },
	{ "peer", { "peer-rx-1500", "recvmmsg", 1500, 8192 }, peer_recvmmsg },
	{ "peer", { "peer-rx-64-ring", "TPACKET_V3", 64, 32768 }, peer_ring },

	{ "absent", { "ip-absent", "128 pings under way", 512, 16384 }, ip_echo },
	{ "loaded", { "ip-loaded", "128 pings under way", 512, 16384 }, ip_echo },
	{ "loaded", { "ping-idle", "ping", 64, 500 }, ip_ping },
	{ "open", { "ip-open", "128 pings under way", 512, 16384 }, ip_echo },
	{ "open", { "ping-busy", "ping", 64, 500 }, ip_ping_busy },

	{ "tx", { "tx-64-single", "write", 64, 131072 }, ours_write },
	{ "tx", { "tx-512-single", "write", 512, 65536 }, ours_write },
	{ "tx", { "tx-1500-single", "write", 1500, 32768 }, ours_write },
	{ "tx", { "tx-64-batch", "SEND, REAP", 64, 262144 }, ours_send },
	{ "tx", { "tx-512-batch", "SEND, REAP", 512, 131072 }, ours_send },
	{ "tx", { "tx-1500-batch", "SEND, REAP", 1500, 65536 }, ours_send },
	{ "tx", { "tx-64-uring", "io_uring, 64 deep", 64, 131072 }, ours_uring },

	{ "up", { "rtt-64", "write, read", 64, 1000 }, ours_echo },
	{ "up", { "rtt-1500", "write, read", 1500, 1000 }, ours_echo },
	{ "up", { "rtt-64-p99", "write, read", 64, 1000 }, ours_echo_p99 },
	{ "up", { "rx-64-up", "RECV", 64, 32768 }, ours_recv },
	{ "up", { "rx-512-up", "RECV", 512, 16384 }, ours_recv },
	{ "up", { "rx-1500-up", "RECV", 1500, 8192 }, ours_recv },

	{ "down", { "rtt-64-down", "write, read", 64, 1000 }, ours_echo },
	{ "down", { "rx-64-down", "RECV", 64, 65536 }, ours_recv },
	{ "down", { "rx-512-down", "RECV", 512, 16384 }, ours_recv },
	{ "down", { "rx-1500-down", "RECV", 1500, 8192 }, ours_recv },

	{ "raw", { "raw-64", "NTBs made once", 64, 524288 }, raw_ntbs },
	{ "raw", { "raw-1500", "NTBs made once", 1500, 65536 }, raw_ntbs },

	{ "scale", { "scale-1", "SEND, REAP", 512, 262144 }, scale_one },
	{ "scale", { "scale-256", "SEND, REAP, 256 sessions", 512, 262144 }, scale_all },
};

/* Groups that need sessions of mbim_dss, how many, and how they are opened. */
static const struct {
	const char *group;
	unsigned int sessions;
	void (*open)(int control, unsigned int session);
} sessions[] = {
	{ "open", 8, ours_attach },
	{ "tx", 3, ours_attach },
	{ "up", 3, ours_attach },
	{ "down", 3, ours_attach },
	{ "raw", 3, ours_attach },
	{ "scale", 256, ours_connect },
};

/* For as long as the process lives. */
static void open_sessions(const char *group)
{
	int control;

	for (size_t i = 0; i < ARRAY_SIZE(sessions); i++) {
		if (strcmp(sessions[i].group, group))
			continue;
		control = ours_control();
		for (unsigned int s = 0; s < sessions[i].sessions; s++)
			sessions[i].open(control, s);
		/* udev's work on their nodes is no part of any measure */
		if (system("udevadm settle --timeout=60"))
			die("udevadm settle");
	}
}

static bool wanted(const struct entry *e, int argc, char **argv)
{
	return !strcmp(e->group, argv[1]) && (argc < 3 || !strcmp(e->measure.name, argv[2]));
}

int main(int argc, char **argv)
{
	bool any = false;

	if (argc < 2 || argc > 3)
		die("usage: bench GROUP [MEASURE]");
	if (!strcmp(argv[1], "seed")) {
		clock_seed();
		return 0;
	}
	open_sessions(argv[1]);
	for (size_t i = 0; i < ARRAY_SIZE(entries); i++) {
		struct result r = { .unit = "" };

		if (!wanted(&entries[i], argc, argv))
			continue;
		entries[i].run(&entries[i].measure, &r);
		report(&entries[i].measure, &r);
		any = true;
	}
	if (!any)
		die("no measure of that name");
	return 0;
}
