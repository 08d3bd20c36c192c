// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Floods are for benches, so they have to cost next to nothing: the NTBs are
 * made once, and then only sequence numbers are written into them.
 */
#include <errno.h>
#include <stdlib.h>

#include "bytes.h"
#include "flood.h"
#include "modem.h"

static void fill_datagram(uint8_t *datagram, uint32_t size, uint8_t session)
{
	for (uint32_t i = 0; i < size; i++)
		datagram[i] = i + session;
}

/* The number goes into the first 4 bytes, or as many as there are. */
static void put_number(uint8_t *datagram, uint32_t size, uint32_t number)
{
	if (size >= 4) {
		put_le32(datagram, number);
		return;
	}
	for (uint32_t i = 0; i < size; i++)
		datagram[i] = number >> 8 * i;
}

/* Makes NTBs of @count datagrams each, or of as many as fit. */
static int make_buffers(struct modem *m, struct session *s, uint32_t count)
{
	struct flood *f = s->flood;
	uint8_t *datagram = malloc(f->size);
	struct ntb *ntb = ntb_alloc(m->queue.capacity);
	uint32_t signature = NDP16_DSS | (uint32_t)s->id << 24;
	int ret = -ENOMEM;

	if (!datagram || !ntb)
		goto out;
	fill_datagram(datagram, f->size, s->id);
	while (ntb->count < count &&
	       ntb_append(ntb, &m->queue.rules, signature, datagram, f->size))
		;
	ret = -EMSGSIZE;
	if (!ntb->count)
		goto out;
	f->per_ntb = ntb->count;
	f->stride = f->per_ntb > 1 ?
		get_le16(ntb->entries + DPE16_SIZE) - get_le16(ntb->entries) : 0;
	f->len = ntb_finish(ntb, &m->queue.rules, 0);
	for (int i = 0; i < FLOOD_BUFFERS; i++)
		memcpy(f->buffer[i], ntb->data, f->len);
	ret = 0;
out:
	ntb_free(ntb);
	free(datagram);
	return ret;
}

static void flood_free(struct flood *f)
{
	for (int i = 0; i < FLOOD_BUFFERS; i++)
		free(f->buffer[i]);
	free(f);
}

static struct flood *flood_alloc(uint32_t capacity)
{
	struct flood *f = calloc(1, sizeof(*f));
	bool complete = f;

	for (int i = 0; i < FLOOD_BUFFERS && complete; i++) {
		f->buffer[i] = malloc(capacity);
		complete = f->buffer[i];
	}
	if (complete)
		return f;
	if (f)
		flood_free(f);
	return NULL;
}

static uint32_t most_per_ntb(uint64_t left)
{
	return left < UINT16_MAX ? left : UINT16_MAX;
}

int flood_start(struct modem *m, struct session *s, uint32_t size, uint64_t count)
{
	struct flood *f;
	int ret;

	flood_stop(m, s);
	f = flood_alloc(m->queue.capacity);
	if (!f)
		return -ENOMEM;
	f->size = size;
	s->flood = f;
	ret = make_buffers(m, s, most_per_ntb(count));
	if (ret) {
		flood_stop(m, s);
		return ret;
	}
	f->left = count;
	m->sessions.n_floods++;
	return 0;
}

void flood_stop(struct modem *m, struct session *s)
{
	if (!s->flood)
		return;
	if (s->flood->left)
		m->sessions.n_floods--;
	/* What is under way to the kernel lies in these buffers. */
	usbip_flush(&m->usbip);
	m->pipes.part_len = 0;
	flood_free(s->flood);
	s->flood = NULL;
}

static struct session *next_session(struct sessions *all)
{
	struct session *s = &all->session[all->flood_turn];

	/* No need to search for the only one. */
	if (all->n_floods == 1 && s->flood && s->flood->left)
		return s;
	for (unsigned int i = 1; i <= MAX_SESSIONS; i++) {
		s = &all->session[(all->flood_turn + i) % MAX_SESSIONS];
		if (s->flood && s->flood->left) {
			all->flood_turn = s->id;
			return s;
		}
	}
	return NULL;
}

static void put_numbers(const struct flood *f, uint8_t *ntb)
{
	/* The first datagram follows the header, at the first legal index. */
	uint8_t *ndp = ntb + get_le16(ntb + 10);
	uint8_t *datagram = ntb + get_le16(ndp + NDP16_SIZE);
	uint32_t number = f->sent;

	if (f->size >= 4) {
		for (uint32_t i = 0; i < f->per_ntb; i++, datagram += f->stride)
			put_le32(datagram, number++);
	} else {
		for (uint32_t i = 0; i < f->per_ntb; i++, datagram += f->stride)
			put_number(datagram, f->size, number++);
	}
}

/* The last NTB is a short one, and the host may have set a smaller NTB size. */
static bool fit_buffers(struct modem *m, struct session *s)
{
	struct flood *f = s->flood;

	if (f->left >= f->per_ntb && f->len <= m->queue.rules.max_size)
		return true;
	usbip_flush(&m->usbip);
	return !make_buffers(m, s, most_per_ntb(f->left));
}

bool flood_next(struct modem *m, const uint8_t **data, uint32_t *len)
{
	struct sessions *all = &m->sessions;
	struct session *s = all->n_floods ? next_session(all) : NULL;
	struct flood *f;
	uint8_t *ntb;

	if (!s)
		return false;
	f = s->flood;
	if (!fit_buffers(m, s)) {
		f->left = 0;
		all->n_floods--;
		return false;
	}
	ntb = f->buffer[f->turn++ % FLOOD_BUFFERS];
	put_le16(ntb + 6, m->pipes.in_sequence++);
	put_numbers(f, ntb);
	f->sent += f->per_ntb;
	if (f->left != FLOOD_ENDLESS)
		f->left -= f->per_ntb;
	if (!f->left)
		all->n_floods--;
	s->datagrams_in += f->per_ntb;
	s->bytes_in += (uint64_t)f->per_ntb * f->size;
	m->stats.datagrams_in += f->per_ntb;
	m->stats.bytes_in += (uint64_t)f->per_ntb * f->size;
	*data = ntb;
	*len = f->len;
	return true;
}
