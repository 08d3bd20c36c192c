/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Device service streams: the 256 sessions, and the services behind them.
 */
#ifndef MBIM_SIM_SESSION_H
#define MBIM_SIM_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "ntb.h"

struct modem;
struct session;
struct flood;

#define MAX_SESSIONS		256
#define UUID_SIZE		16

/* DssPayload (MBIM 1.0, 10.5.29) */
#define DSS_PAYLOAD_OUT		1	/* host to device */
#define DSS_PAYLOAD_IN		2	/* device to host */

struct service {
	const char *name;
	uint8_t uuid[UUID_SIZE];
	uint32_t payload;
	uint32_t max_instances;		/* 0: no limit of its own */
	uint32_t n_cids;
	uint32_t cids[4];
	/* Optional: a session begins; ends. */
	void (*open)(struct modem *m, struct session *s);
	void (*close)(struct modem *m, struct session *s);
	/*
	 * Optional: the datagrams of one checked NDP of @ntb. The queue has room
	 * for what can come back.
	 */
	void (*receive)(struct modem *m, struct session *s, const uint8_t *ntb,
			const struct ntb_ndp *ndp);
};

struct session {
	const struct service *service;	/* NULL: not open */
	uint8_t id;
	uint32_t crc;			/* crc32c() of all payload received */
	uint64_t datagrams_out, bytes_out;
	uint64_t datagrams_in, bytes_in;	/* taken by the host */
	uint64_t queued;		/* datagrams waiting for the host */
	uint64_t nmea_next;		/* number of the next sentence */
	struct flood *flood;		/* NULL: none has been asked for */
};

struct sessions {
	struct session session[MAX_SESSIONS];
	unsigned int n_open;
	unsigned int n_nmea;
	unsigned int n_floods;		/* that have datagrams left */
	unsigned int flood_turn;	/* session whose flood is next */
	int nmea_timer;			/* timerfd */
};

int sessions_init(struct modem *m);
void sessions_free(struct modem *m);
/* Ends all sessions without a word to the host. */
void sessions_clear(struct modem *m);
void sessions_reset_stats(struct modem *m);

/* What the modem offers; a NULL name ends the table. */
extern const struct service services[];

const struct service *service_find(const uint8_t uuid[UUID_SIZE]);
unsigned int service_instances(const struct modem *m, const struct service *service);

void session_open(struct modem *m, struct session *s, const struct service *service);
void session_close(struct modem *m, struct session *s);

/* The datagrams of one NDP from the host: counts, checks, hands to the service. */
void session_receive(struct modem *m, const uint8_t *ntb, const struct ntb_ndp *ndp);

/* One datagram to the host. False: dropped for want of room, and counted. */
bool session_send(struct modem *m, struct session *s, const void *datagram, uint32_t len);

/* The host has taken these datagrams. */
void session_sent(struct modem *m, const struct ntb_run *run);

/* Handles the expiry of the NMEA timer. */
void session_nmea_tick(struct modem *m);

#endif /* MBIM_SIM_SESSION_H */
