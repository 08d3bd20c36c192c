/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What request.c is surrounded by, for its tests: one modem with sessions, an agent and
 * handles that write down what they are asked to do.
 */
#ifndef MBIM_DSS_KUNIT_FAKE_H
#define MBIM_DSS_KUNIT_FAKE_H

#include <kunit/test.h>

#include "dss.h"

/* The modem's only services: of both directions, and without a data session */
extern const u8 fake_service[MBIM_DSS_UUID_SIZE];
extern const u8 fake_idle_service[MBIM_DSS_UUID_SIZE];

struct fake {
	struct dss_modem modem;
	struct dss_service services[2];
	char log[512];		/* what was done: words, each with a blank before it */
	u64 asked;		/* id of the last question to the agent */
	bool bound, expected;	/* the agent is there; or is to come */
	bool deaf;		/* the agent does not take questions */
	bool busy;		/* written data has not been sent */
	int vlan;		/* id that a VLAN device stands for, -1: none */
	int rx_error;		/* of making ready to receive */
	int node_error;		/* of making a node */
	unsigned int alive;	/* sessions that have not been freed */
};

extern struct fake *fake;

int fake_init(struct kunit *test);
void fake_exit(struct kunit *test);

void fake_handle_init(struct dss_handle *h);
/* As read() of control does: forget all completions of a handle; how many there were */
unsigned int fake_handle_read(struct dss_handle *h);

#endif /* MBIM_DSS_KUNIT_FAKE_H */
