/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Plays the kernel for unit tests: a modem whose USB/IP connection ends here, and
 * builders of what a host sends. Includes cmocka, as its order matters.
 */
#ifndef TESTS_SIM_HOST_H
#define TESTS_SIM_HOST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "descriptors.h"
#include "modem.h"

#define RET_SUBMIT	3
#define RET_UNLINK	4

/* What comes back for a URB, or an unlink. */
struct host_return {
	uint32_t command, seqnum;
	int32_t status;
	uint32_t actual;
	bool in;			/* of an IN URB: data has actual bytes */
	uint8_t data[70000];
};

struct host {
	struct modem modem;
	int fd;
	uint32_t seqnum;		/* last one used */
	struct host_return got;
	uint32_t in_seqnums[4096];	/* IN URBs, whose returns carry data */
	unsigned int n_in;
};

struct modem_config host_config(void);

/* cmocka set-up and tear-down: a configured modem, alternate setting 1, MBIM open. */
void host_plug(struct host *h, const struct modem_config *config);
void host_unplug(struct host *h);

/* Each returns the sequence number. The modem sees nothing before host_run(). */
uint32_t host_submit_out(struct host *h, uint8_t endpoint, uint32_t flags, const void *data,
			 uint32_t len);
uint32_t host_submit_in(struct host *h, uint8_t endpoint, uint32_t len);
uint32_t host_control(struct host *h, uint8_t type, uint8_t request, uint16_t value,
		      uint16_t index, uint16_t length, const void *data);
uint32_t host_unlink(struct host *h, uint32_t seqnum);
void host_send_raw(struct host *h, const void *bytes, size_t len);

/* Lets the modem work. */
void host_run(struct host *h);

/* The next return, into h->got. False: there is none. */
bool host_next(struct host *h);

/* A control request; its status, and length or 0, as host_next(). */
int host_request(struct host *h, uint8_t type, uint8_t request, uint16_t value,
		 uint16_t index, uint16_t length, const void *data);

/* One NTB with datagrams of one session. */
uint32_t host_ntb(const struct ntb_rules *rules, uint32_t signature, unsigned int count,
		  uint32_t size, uint8_t fill, uint8_t *out);

#endif /* TESTS_SIM_HOST_H */
