/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The NTBs which wait for the host to read from bulk IN, in order. Its memory
 * is bounded: when it is full, bulk OUT is not served either (see pipe.c).
 */
#ifndef MBIM_SIM_QUEUE_H
#define MBIM_SIM_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include "ntb.h"

#define QUEUE_BYTES	(4 * 1024 * 1024)

struct ntb_queue {
	struct ntb_rules rules;		/* for bulk IN */
	struct ntb *head, *tail;	/* tail may still be filled */
	unsigned int count;
	/* private to queue.c */
	struct ntb *free;
	struct ntb *taken;		/* handed to the transport, not flushed yet */
	unsigned int allocated, limit;
	uint32_t capacity;		/* of each NTB */
};

void queue_init(struct ntb_queue *q, uint32_t ntb_max);
void queue_free(struct ntb_queue *q);

/* Forgets all that waits. */
void queue_clear(struct ntb_queue *q);

/* Whether @n more NTBs can be had for certain. */
bool queue_has_room(const struct ntb_queue *q, unsigned int n);

/* Adds a datagram. False when there is no room, or it can fit no NTB. */
bool queue_append(struct ntb_queue *q, uint32_t signature, const void *datagram, uint32_t len);

/* Adds a transfer of exactly these bytes. */
bool queue_append_raw(struct ntb_queue *q, const void *bytes, uint32_t len);

/* Forgets what waits for one session. */
void queue_withdraw(struct ntb_queue *q, uint32_t signature);

/* Takes the first NTB, which stays valid until queue_recycle(). NULL: none. */
struct ntb *queue_take(struct ntb_queue *q);

/* All NTBs taken are on their way: their memory may be used again. */
void queue_recycle(struct ntb_queue *q);

#endif /* MBIM_SIM_QUEUE_H */
