// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Malformed transfers: each begins as a good NTB of one NDP and one datagram,
 * and gets one fault. A few are legal but rare, and have to arrive.
 */
#include <stdio.h>

#include "bytes.h"
#include "malformed.h"

struct draft {
	const struct ntb_rules *rules;
	const char *kind;
	uint8_t session;
	uint32_t ndp;			/* index of the NDP */
	uint32_t datagram;		/* index of the first datagram */
	uint32_t len;
	uint8_t *bytes;
};

struct kind {
	const char *name;
	void (*spoil)(struct draft *d);
};

static uint32_t aligned(uint32_t value, uint32_t modulus)
{
	return (value + modulus - 1) & ~(modulus - 1);
}

static uint8_t *ndp_of(struct draft *d)
{
	return d->bytes + d->ndp;
}

static void set_length(struct draft *d, uint32_t len)
{
	d->len = len;
	put_le16(d->bytes + 8, len);
}

/* Appends a datagram; returns its entry. */
static uint32_t add_datagram(struct draft *d, const char *text)
{
	uint32_t index = aligned(d->len, d->rules->modulus) + d->rules->remainder;
	uint32_t len = strlen(text);

	memcpy(d->bytes + index, text, len);
	set_length(d, index + len);
	return index | len << 16;
}

/* Appends an NDP with room for @entries (and no terminator); returns its index. */
static uint32_t add_ndp(struct draft *d, uint32_t entries)
{
	uint32_t index = aligned(d->len, d->rules->ndp_modulus);
	uint8_t *ndp = d->bytes + index;

	put_le32(ndp, NDP16_DSS | (uint32_t)d->session << 24);
	put_le16(ndp + 4, NDP16_SIZE + entries * DPE16_SIZE);
	set_length(d, index + NDP16_SIZE + entries * DPE16_SIZE);
	return index;
}

static void start(struct draft *d)
{
	memset(d->bytes, 0, MALFORMED_MAX);
	put_le32(d->bytes, NTH16_SIGNATURE);
	put_le16(d->bytes + 4, NTH16_SIZE);
	set_length(d, NTH16_SIZE);
}

static void make_good(struct draft *d)
{
	char text[64];
	uint32_t entry;

	snprintf(text, sizeof(text), "malformed %s", d->kind);
	start(d);
	d->ndp = add_ndp(d, 2);
	put_le16(d->bytes + 10, d->ndp);
	entry = add_datagram(d, text);
	put_le32(ndp_of(d) + NDP16_SIZE, entry);
	d->datagram = entry & 0xffff;
}

static void spoil_short(struct draft *d)
{
	d->len = NTH16_SIZE - 4;
}

static void spoil_zero_length(struct draft *d)
{
	d->len = 0;
}

static void spoil_nth_signature(struct draft *d)
{
	memcpy(d->bytes, "NCMX", 4);
}

static void spoil_nth_header_length(struct draft *d)
{
	put_le16(d->bytes + 4, NTH16_SIZE + 4);
}

static void spoil_block_length_small(struct draft *d)
{
	put_le16(d->bytes + 8, d->datagram);
}

static void spoil_block_length_large(struct draft *d)
{
	put_le16(d->bytes + 8, d->len + 100);
}

static void spoil_ndp_signature(struct draft *d)
{
	memcpy(ndp_of(d), "XSS", 3);
}

static void spoil_ndp_zero(struct draft *d)
{
	put_le16(d->bytes + 10, 0);
}

static void spoil_ndp_in_nth(struct draft *d)
{
	put_le16(d->bytes + 10, 4);
}

static void spoil_ndp_offset_end(struct draft *d)
{
	put_le16(d->bytes + 10, aligned(d->len, 4) - 4);
}

static void spoil_ndp_offset_beyond(struct draft *d)
{
	put_le16(d->bytes + 10, d->len + 1000);
}

static void spoil_ndp_loop(struct draft *d)
{
	put_le16(ndp_of(d) + 6, d->ndp);
}

static void spoil_ndp_length_short(struct draft *d)
{
	put_le16(ndp_of(d) + 4, NDP16_SIZE + DPE16_SIZE);
}

static void spoil_ndp_length_odd(struct draft *d)
{
	put_le16(ndp_of(d) + 4, NDP16_MIN_SIZE + 2);
}

static void spoil_ndp_length_end(struct draft *d)
{
	put_le16(ndp_of(d) + 4, 4000);
}

static void spoil_zero_datagrams(struct draft *d)
{
	put_le32(ndp_of(d) + NDP16_SIZE, 0);
}

static void spoil_datagram_end(struct draft *d)
{
	put_le16(ndp_of(d) + NDP16_SIZE + 2, d->len - d->datagram + 1);
}

static void spoil_datagram_beyond(struct draft *d)
{
	put_le16(ndp_of(d) + NDP16_SIZE, aligned(d->len, d->rules->modulus) + 4096);
}

static void spoil_datagram_in_nth(struct draft *d)
{
	put_le16(ndp_of(d) + NDP16_SIZE, 4);
}

static void spoil_datagram_in_ndp(struct draft *d)
{
	put_le16(ndp_of(d) + NDP16_SIZE, d->ndp);
}

static void spoil_datagram_length_zero(struct draft *d)
{
	put_le16(ndp_of(d) + NDP16_SIZE + 2, 0);
}

static void spoil_no_terminator(struct draft *d)
{
	/* The same datagram in the place of the terminator. */
	memcpy(ndp_of(d) + NDP16_SIZE + DPE16_SIZE, ndp_of(d) + NDP16_SIZE, DPE16_SIZE);
}

static void make_ips(struct draft *d)
{
	memcpy(ndp_of(d), "IPS", 3);
}

/* Legal: the chain goes from the later NDP to the earlier one. */
static void make_ndp_order(struct draft *d)
{
	uint32_t second, entry;

	start(d);
	entry = add_datagram(d, "ndp-order 2");
	second = add_ndp(d, 2);
	put_le32(d->bytes + second + NDP16_SIZE, entry);
	entry = add_datagram(d, "ndp-order 1");
	d->ndp = add_ndp(d, 2);
	put_le32(ndp_of(d) + NDP16_SIZE, entry);
	put_le16(d->bytes + 10, d->ndp);
	put_le16(ndp_of(d) + 6, second);
}

/* Legal: an entry before the terminator is null, and ends the list. */
static void make_early_null(struct draft *d)
{
	uint32_t first, second;

	start(d);
	d->ndp = add_ndp(d, 4);
	put_le16(d->bytes + 10, d->ndp);
	first = add_datagram(d, "early-null 1");
	second = add_datagram(d, "malformed early-null");
	put_le32(ndp_of(d) + NDP16_SIZE, first);
	put_le32(ndp_of(d) + NDP16_SIZE + 2 * DPE16_SIZE, second);
}

static const struct kind kinds[] = {
	{ "short", spoil_short },
	{ "zero-length", spoil_zero_length },
	{ "nth-signature", spoil_nth_signature },
	{ "nth-header-length", spoil_nth_header_length },
	{ "block-length-small", spoil_block_length_small },
	{ "block-length-large", spoil_block_length_large },
	{ "ndp-signature", spoil_ndp_signature },
	{ "ndp-zero", spoil_ndp_zero },
	{ "ndp-in-nth", spoil_ndp_in_nth },
	{ "ndp-offset-end", spoil_ndp_offset_end },
	{ "ndp-offset-beyond", spoil_ndp_offset_beyond },
	{ "ndp-loop", spoil_ndp_loop },
	{ "ndp-length-short", spoil_ndp_length_short },
	{ "ndp-length-odd", spoil_ndp_length_odd },
	{ "ndp-length-end", spoil_ndp_length_end },
	{ "zero-datagrams", spoil_zero_datagrams },
	{ "datagram-end", spoil_datagram_end },
	{ "datagram-beyond", spoil_datagram_beyond },
	{ "datagram-in-nth", spoil_datagram_in_nth },
	{ "datagram-in-ndp", spoil_datagram_in_ndp },
	{ "datagram-length-zero", spoil_datagram_length_zero },
	{ "no-terminator", spoil_no_terminator },
	{ "ips", make_ips },
	{ "ndp-order", make_ndp_order },
	{ "early-null", make_early_null },
};

#define N_KINDS	(sizeof(kinds) / sizeof(kinds[0]))

const char *malformed_name(unsigned int index)
{
	return index < N_KINDS ? kinds[index].name : NULL;
}

int malformed_make(const char *kind, const struct ntb_rules *rules, uint8_t session, uint8_t *out)
{
	for (unsigned int i = 0; i < N_KINDS; i++) {
		struct draft d = {
			.rules = rules, .kind = kind, .session = session, .bytes = out,
		};

		if (strcmp(kind, kinds[i].name))
			continue;
		make_good(&d);
		kinds[i].spoil(&d);
		return d.len;
	}
	return -1;
}
