// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The queue of NTBs for bulk IN. Datagrams are copied straight into the last
 * NTB, so what waits is aggregated by itself, and a datagram costs one copy.
 */
#include <stddef.h>
#include <string.h>

#include "queue.h"

void queue_init(struct ntb_queue *q, uint32_t ntb_max)
{
	memset(q, 0, sizeof(*q));
	q->capacity = ntb_max;
	q->limit = QUEUE_BYTES / ntb_max;
}

static void free_list(struct ntb *ntb)
{
	while (ntb) {
		struct ntb *next = ntb->next;

		ntb_free(ntb);
		ntb = next;
	}
}

void queue_free(struct ntb_queue *q)
{
	queue_clear(q);
	free_list(q->taken);
	free_list(q->free);
	q->taken = NULL;
	q->free = NULL;
}

static void put_free(struct ntb_queue *q, struct ntb *ntb)
{
	ntb->next = q->free;
	q->free = ntb;
}

static struct ntb *pop(struct ntb_queue *q)
{
	struct ntb *ntb = q->head;

	if (!ntb)
		return NULL;
	q->head = ntb->next;
	if (!q->head)
		q->tail = NULL;
	q->count--;
	return ntb;
}

void queue_clear(struct ntb_queue *q)
{
	struct ntb *ntb;

	while ((ntb = pop(q)))
		put_free(q, ntb);
}

bool queue_has_room(const struct ntb_queue *q, unsigned int n)
{
	return q->count + n <= q->limit;
}

/* Appends an empty NTB. NULL when the queue is full. */
static struct ntb *push(struct ntb_queue *q)
{
	struct ntb *ntb = q->free;

	if (q->count >= q->limit)
		return NULL;
	if (ntb)
		q->free = ntb->next;
	else
		ntb = ntb_alloc(q->capacity);
	if (!ntb)
		return NULL;
	ntb_reset(ntb);
	if (q->tail)
		q->tail->next = ntb;
	else
		q->head = ntb;
	q->tail = ntb;
	q->count++;
	return ntb;
}

bool queue_append(struct ntb_queue *q, uint32_t signature, const void *datagram, uint32_t len)
{
	struct ntb *ntb = q->tail;

	if (ntb && !ntb->raw && ntb_append(ntb, &q->rules, signature, datagram, len))
		return true;
	/* An NTB left empty would be sent without an NDP. */
	if (NTH16_SIZE + q->rules.modulus + q->rules.remainder + len + q->rules.ndp_modulus +
	    NDP16_MIN_SIZE > q->rules.max_size)
		return false;
	ntb = push(q);
	return ntb && ntb_append(ntb, &q->rules, signature, datagram, len);
}

bool queue_append_raw(struct ntb_queue *q, const void *bytes, uint32_t len)
{
	struct ntb *ntb;

	if (len > q->capacity)
		return false;
	ntb = push(q);
	if (!ntb)
		return false;
	if (len)
		memcpy(ntb->data, bytes, len);
	ntb->len = len;
	ntb->raw = true;
	return true;
}

void queue_withdraw(struct ntb_queue *q, uint32_t signature)
{
	struct ntb *ntb = q->head;

	q->head = NULL;
	q->tail = NULL;
	q->count = 0;
	while (ntb) {
		struct ntb *next = ntb->next;

		if (ntb_withdraw(ntb, signature)) {
			put_free(q, ntb);
		} else {
			ntb->next = NULL;
			if (q->tail)
				q->tail->next = ntb;
			else
				q->head = ntb;
			q->tail = ntb;
			q->count++;
		}
		ntb = next;
	}
}

struct ntb *queue_take(struct ntb_queue *q)
{
	struct ntb *ntb = pop(q);

	if (ntb) {
		ntb->next = q->taken;
		q->taken = ntb;
	}
	return ntb;
}

void queue_recycle(struct ntb_queue *q)
{
	while (q->taken) {
		struct ntb *ntb = q->taken;

		q->taken = ntb->next;
		put_free(q, ntb);
	}
}
