/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Floods: datagrams to the host as fast as it reads. Byte i of a datagram, from
 * 4 on, is (i + session) & 0xff; bytes 0 to 3 are its number from 0, little-endian.
 */
#ifndef MBIM_SIM_FLOOD_H
#define MBIM_SIM_FLOOD_H

#include <stdbool.h>
#include <stdint.h>

struct modem;
struct session;

/* NTBs that may be under way to the kernel at a time. */
#define FLOOD_BUFFERS	8
#define FLOOD_ENDLESS	UINT64_MAX

struct flood {
	uint32_t size;			/* of a datagram */
	uint64_t left, sent;		/* datagrams */
	uint32_t per_ntb;
	uint32_t stride;		/* from one datagram to the next */
	uint32_t len;			/* of each NTB */
	unsigned int turn;		/* buffer used next */
	uint8_t *buffer[FLOOD_BUFFERS];
};

/* Replaces the session's flood. 0 or a negative errno. */
int flood_start(struct modem *m, struct session *s, uint32_t size, uint64_t count);
void flood_stop(struct modem *m, struct session *s);

/*
 * The next NTB of a flood, the sessions taking turns. It stays valid for
 * FLOOD_BUFFERS calls. False: no flood has anything left.
 */
bool flood_next(struct modem *m, const uint8_t **data, uint32_t *len);

#endif /* MBIM_SIM_FLOOD_H */
