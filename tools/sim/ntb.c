// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * NCM transfer blocks: strict check and builder. Pure functions.
 *
 * The check walks the NDPs first and looks at every entry once. Whether
 * anything overlaps is known at the same time for what hosts usually send (one
 * NDP, datagrams in rising order); everything else goes the slow way, with a
 * map of the bytes in use.
 */
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "ntb.h"

/* -------- checking -------- */

static const char *check_header(const struct ntb_rules *rules, const uint8_t *data, size_t len,
				struct ntb_view *view)
{
	if (len < NTH16_SIZE + NDP16_MIN_SIZE)
		return "NTB shorter than header and NDP";
	if (len > rules->max_size)
		return "NTB longer than dwNtbOutMaxSize";
	if (get_le32(data) != NTH16_SIGNATURE)
		return "bad NTH16 signature";
	if (get_le16(data + 4) != NTH16_SIZE)
		return "wHeaderLength is not 12";
	if (get_le16(data + 8) != len)
		return "wBlockLength is not the length of the transfer";
	view->sequence = get_le16(data + 6);
	return NULL;
}

/* The NDP itself, without its entries. */
static const char *check_ndp(const struct ntb_rules *rules, const uint8_t *data, size_t len,
			     uint16_t index, struct ntb_ndp *ndp)
{
	uint32_t signature;
	uint16_t length;

	if (index < NTH16_SIZE)
		return "NDP inside the NTH";
	if (index % rules->ndp_modulus)
		return "NDP not aligned to wNdpOutAlignment";
	if (index > len - NDP16_MIN_SIZE)
		return "NDP beyond the end of the NTB";
	length = get_le16(data + index + 4);
	if (length < NDP16_MIN_SIZE)
		return "NDP wLength less than 16";
	if (length % 4)
		return "NDP wLength not a multiple of 4";
	if (index + (size_t)length > len)
		return "NDP entries beyond the end of the NTB";
	signature = get_le32(data + index) & 0xffffff;
	if (signature != NDP16_IPS && signature != NDP16_DSS)
		return "bad NDP16 signature";
	ndp->signature = signature;
	ndp->session = data[index + 3];
	ndp->index = index;
	ndp->end = index + length;
	ndp->entries = data + index + NDP16_SIZE;
	if (get_le32(data + ndp->end - DPE16_SIZE))
		return "last NDP entry is not the null terminator";
	return NULL;
}

/*
 * All entries of an NDP. *@end is the end of the last datagram so far and
 * becomes UINT32_MAX once a datagram comes before it.
 */
static const char *check_entries(const struct ntb_rules *rules, size_t len, struct ntb_ndp *ndp,
				 struct ntb_view *view, uint32_t *end)
{
	const uint8_t *entry = ndp->entries;
	unsigned int count, most = (ndp->end - ndp->index - NDP16_SIZE) / DPE16_SIZE;
	uint32_t mask = rules->modulus - 1;

	for (count = 0; count < most; count++, entry += DPE16_SIZE) {
		uint32_t pair = get_le32(entry);
		uint32_t index = pair & 0xffff, length = pair >> 16;

		if (!pair)
			break;
		if (!length || !index)
			return "half a null entry";
		if (index < NTH16_SIZE)
			return "datagram inside the NTH";
		if (index + length > len)
			return "datagram beyond the end of the NTB";
		if (length > rules->max_datagram)
			return "datagram larger than the maximum datagram size";
		if ((index & mask) != rules->remainder)
			return "datagram not aligned to divisor and remainder";
		*end = index < *end ? UINT32_MAX : index + length;
		view->payload += length;
	}
	if (!count)
		return "NDP without datagrams";
	ndp->count = count;
	view->n_datagrams += count;
	return NULL;
}

static bool claim(uint8_t *map, uint32_t index, uint32_t length)
{
	if (memchr(map + index, 1, length))
		return false;
	memset(map + index, 1, length);
	return true;
}

static const char *check_overlap_slowly(const struct ntb_view *view, size_t len)
{
	uint8_t map[65536];

	memset(map, 0, len);
	for (unsigned int i = 0; i < view->n_ndps; i++) {
		const struct ntb_ndp *ndp = &view->ndp[i];

		if (!claim(map, ndp->index, ndp->end - ndp->index))
			return "NDPs overlap or loop";
	}
	for (unsigned int i = 0; i < view->n_ndps; i++) {
		const uint8_t *entry = view->ndp[i].entries;

		for (unsigned int j = 0; j < view->ndp[i].count; j++, entry += DPE16_SIZE)
			if (!claim(map, get_le16(entry), get_le16(entry + 2)))
				return "datagram overlaps a datagram or an NDP";
	}
	return NULL;
}

static const char *check_overlap(const struct ntb_view *view, size_t len, uint32_t end)
{
	const struct ntb_ndp *ndp = view->ndp;
	bool rising = end != UINT32_MAX;

	/* Rising datagrams do not overlap: is the only NDP before or behind all? */
	if (rising && view->n_ndps == 1 &&
	    (get_le16(ndp->entries) >= ndp->end || end <= ndp->index))
		return NULL;
	return check_overlap_slowly(view, len);
}

static const char *check_chain(const struct ntb_rules *rules, const uint8_t *data, size_t len,
			       struct ntb_view *view, uint32_t *end)
{
	uint16_t index = get_le16(data + 10);

	if (!index)
		return "wNdpIndex is 0";
	while (index) {
		struct ntb_ndp *ndp = &view->ndp[view->n_ndps];
		const char *wrong;

		if (view->n_ndps == NTB_MAX_NDPS)
			return "NDPs overlap or loop";
		wrong = check_ndp(rules, data, len, index, ndp);
		if (!wrong)
			wrong = check_entries(rules, len, ndp, view, end);
		if (wrong)
			return wrong;
		view->n_ndps++;
		index = get_le16(data + index + 6);
	}
	return NULL;
}

static const char *check_ndp_end(const struct ntb_view *view, uint32_t end)
{
	if (view->n_ndps != 1)
		return "more than one NDP for a modem that wants one at the end";
	if (end > view->ndp[0].index)
		return "NDP not behind the datagrams";
	return NULL;
}

const char *ntb_check(const struct ntb_rules *rules, const uint8_t *data, size_t len,
		      struct ntb_view *view)
{
	const char *wrong;
	uint32_t end = 0;

	view->n_datagrams = 0;
	view->payload = 0;
	view->n_ndps = 0;
	wrong = check_header(rules, data, len, view);
	if (!wrong)
		wrong = check_chain(rules, data, len, view, &end);
	if (!wrong)
		wrong = check_overlap(view, len, end);
	if (!wrong && rules->max_datagrams && view->n_datagrams > rules->max_datagrams)
		wrong = "more datagrams than wNtbOutMaxDatagrams";
	if (!wrong && rules->ndp_end)
		wrong = check_ndp_end(view, end);
	return wrong;
}

/* -------- building -------- */

struct ntb *ntb_alloc(uint32_t capacity)
{
	/* The shortest datagram takes a byte and, being aligned, four of data. */
	uint32_t entries = capacity / (4 + DPE16_SIZE) + 1;
	struct ntb *ntb = malloc(sizeof(*ntb));

	if (!ntb)
		return NULL;
	ntb->data = malloc(capacity + entries * DPE16_SIZE);
	if (!ntb->data) {
		free(ntb);
		return NULL;
	}
	ntb->entries = ntb->data + capacity;
	ntb_reset(ntb);
	return ntb;
}

void ntb_free(struct ntb *ntb)
{
	if (ntb)
		free(ntb->data);
	free(ntb);
}

void ntb_reset(struct ntb *ntb)
{
	ntb->next = NULL;
	ntb->len = NTH16_SIZE;
	ntb->tail = 0;
	ntb->raw = false;
	ntb->count = 0;
	ntb->n_runs = 0;
}

static uint32_t align(uint32_t value, uint32_t modulus)
{
	return (value + modulus - 1) & ~(modulus - 1);
}

bool ntb_append(struct ntb *ntb, const struct ntb_rules *rules, uint32_t signature,
		const void *datagram, uint32_t len)
{
	struct ntb_run *run = ntb->n_runs ? &ntb->runs[ntb->n_runs - 1] : NULL;
	uint32_t index = align(ntb->len, rules->modulus) + rules->remainder;
	uint32_t tail = ntb->tail + DPE16_SIZE;
	bool new_run = !run || run->signature != signature;

	if (new_run)
		tail += NDP16_SIZE + DPE16_SIZE + rules->ndp_modulus - 1;
	if (index + len + tail > rules->max_size || (new_run && ntb->n_runs == NTB_MAX_RUNS) ||
	    (rules->max_datagrams && ntb->count == rules->max_datagrams))
		return false;
	if (new_run) {
		run = &ntb->runs[ntb->n_runs++];
		*run = (struct ntb_run){ .signature = signature, .first = ntb->count };
	}
	if (index != ntb->len)
		memset(ntb->data + ntb->len, 0, index - ntb->len);
	memcpy(ntb->data + index, datagram, len);
	put_le32(ntb->entries + ntb->count++ * DPE16_SIZE, index | len << 16);
	run->count++;
	run->payload += len;
	ntb->len = index + len;
	ntb->tail = tail;
	return true;
}

bool ntb_withdraw(struct ntb *ntb, uint32_t signature)
{
	bool empty = true;

	for (unsigned int i = 0; i < ntb->n_runs; i++) {
		if (ntb->runs[i].signature == signature)
			ntb->runs[i] = (struct ntb_run){ 0 };
		if (ntb->runs[i].signature)
			empty = false;
	}
	return empty && !ntb->raw;
}

/* Writes one NDP at the end; returns its index. */
static uint32_t finish_run(struct ntb *ntb, const struct ntb_rules *rules,
			   const struct ntb_run *run)
{
	uint32_t index = align(ntb->len, rules->ndp_modulus);
	uint32_t bytes = run->count * DPE16_SIZE;
	uint8_t *ndp = ntb->data + index;

	memset(ntb->data + ntb->len, 0, index - ntb->len);
	put_le32(ndp, run->signature);
	put_le16(ndp + 4, NDP16_SIZE + bytes + DPE16_SIZE);
	put_le16(ndp + 6, 0);
	memcpy(ndp + NDP16_SIZE, ntb->entries + run->first * DPE16_SIZE, bytes);
	put_le32(ndp + NDP16_SIZE + bytes, 0);
	ntb->len = index + NDP16_SIZE + bytes + DPE16_SIZE;
	return index;
}

uint32_t ntb_finish(struct ntb *ntb, const struct ntb_rules *rules, uint16_t sequence)
{
	uint8_t *link = ntb->data + 10;

	put_le32(ntb->data, NTH16_SIGNATURE);
	put_le16(ntb->data + 4, NTH16_SIZE);
	put_le16(ntb->data + 6, sequence);
	put_le16(link, 0);
	for (unsigned int i = 0; i < ntb->n_runs; i++) {
		uint32_t index;

		if (!ntb->runs[i].signature)
			continue;
		index = finish_run(ntb, rules, &ntb->runs[i]);
		put_le16(link, index);
		link = ntb->data + index + 6;
	}
	if (ntb->len < rules->max_size && !(ntb->len % rules->max_packet))
		ntb->data[ntb->len++] = 0;
	put_le16(ntb->data + 8, ntb->len);
	return ntb->len;
}
