// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * flood MODEM COUNT: that many events at least. Sessions open and close, of which neither
 * the agent nor the modem is asked.
 */
#include <stdlib.h>

#include "dss.h"

#define SESSION		15

static void completed(int handle)
{
	struct mbim_dss_completion done;

	completion_read(handle, &done);
	check_eq(done.error, 0);
}

int main(int argc, char **argv)
{
	unsigned long modem, count;
	int handle;

	check_eq(argc, 3);
	modem = strtoul(argv[1], NULL, 10);
	count = strtoul(argv[2], NULL, 10);
	handle = handle_open();
	for (unsigned long i = 0; i < count; i += 2) {
		check(!request_open(handle, modem, SERVICE_SINK, SESSION, MBIM_DSS_OPEN_ATTACH, NULL));
		completed(handle);
		check(!request_close(handle, modem, SESSION, NULL));
		completed(handle);
	}
	return 0;
}
