// SPDX-License-Identifier: GPL-2.0
/* NCM transfer blocks, built and taken apart. The rules' sources are in ntb.h. */
#include <linux/align.h>
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/log2.h>
#include <linux/minmax.h>

#include "ntb.h"

/* In either format a signature is three characters and the session id (MBIM 1.0, 7) */
#define SIGNATURE_MASK		0x00ffffffu
#define SIGNATURE_SESSION_SHIFT	24

/* NCM 1.0, 3.3: wherever an NDP is, its offset is a multiple of 4 */
#define NDP_ALIGNMENT		USB_CDC_NCM_NDP_ALIGN_MIN_SIZE

/*
 * Sizes
 */

static u32 nth_size(bool ntb32)
{
	return ntb32 ? sizeof(struct usb_cdc_ncm_nth32) : sizeof(struct usb_cdc_ncm_nth16);
}

/* An NDP without entries */
static u32 ndp_header_size(bool ntb32)
{
	return ntb32 ? sizeof(struct usb_cdc_ncm_ndp32) : sizeof(struct usb_cdc_ncm_ndp16);
}

static u32 dpe_size(bool ntb32)
{
	return ntb32 ? sizeof(struct usb_cdc_ncm_dpe32) : sizeof(struct usb_cdc_ncm_dpe16);
}

/* An NDP with entries for so many datagrams and the terminator (NCM 1.0, 3.3.1 and 3.3.2) */
static u32 ndp_size(bool ntb32, u32 datagrams)
{
	return ndp_header_size(ntb32) + (datagrams + 1) * dpe_size(ntb32);
}

/*
 * Building
 */

/*
 * Bytes of an NTB that can be used. wBlockLength of an NTB-16 says 65535 at
 * most; 0, for "as long as the transfer", is "to be used with extreme care"
 * (NCM 1.0, 3.2.1), and cdc_ncm makes tx_max up to 65537.
 */
static u32 usable_size(const struct dss_ntb_params *p)
{
	return p->ntb32 ? p->tx_max : min_t(u32, p->tx_max, U16_MAX);
}

void dss_ntb_begin(struct dss_ntb *ntb, const struct dss_ntb_params *p, void *buf, u8 session)
{
	u32 nth = nth_size(p->ntb32);
	u32 ndp = ndp_size(p->ntb32, p->max_datagrams);
	u32 usable = usable_size(p);

	ntb->p = p;
	ntb->buf = buf;
	ntb->start = 0;
	ntb->count = 0;
	ntb->session = session;
	/*
	 * As cdc_ncm_ndp16() does, room is kept for the NDP that max_datagrams
	 * need. For ndp_to_end the entries are collected as far back as they can be,
	 * so that however long the datagrams get the NDP moves down, if at all.
	 */
	if (p->ndp_to_end) {
		ntb->ndp = ALIGN_DOWN(usable - ndp, p->ndp_modulus);
		dss_ntb_set_len(ntb, nth);
		ntb->room = ntb->ndp;
	} else {
		ntb->ndp = ALIGN(nth, p->ndp_modulus);
		dss_ntb_set_len(ntb, ntb->ndp + ndp);
		ntb->room = usable;
	}
	ntb->bytes = 0;
	ntb->dpes = ntb->buf + ntb->ndp + ndp_header_size(p->ntb32);
}

static bool alignment_valid(u32 modulus)
{
	return is_power_of_2(modulus) && modulus >= USB_CDC_NCM_NDP_ALIGN_MIN_SIZE;
}

u32 dss_ntb_capacity(const struct dss_ntb_params *p)
{
	struct dss_ntb ntb;

	/* What cdc_ncm_fix_modulus() leaves behind (NCM 1.0, table 6-3) */
	if (!alignment_valid(p->ndp_modulus) || !alignment_valid(p->modulus) ||
	    p->remainder >= p->modulus || !p->maxpacket || !p->max_datagrams)
		return 0;
	/* wLength has 16 bits, in NDP32 too */
	if (ndp_size(p->ntb32, p->max_datagrams) > U16_MAX)
		return 0;
	/* All sums in dss_ntb_begin() stay below this, and above 0 */
	if (p->tx_max > S32_MAX ||
	    nth_size(p->ntb32) + ndp_size(p->ntb32, p->max_datagrams) + p->ndp_modulus >=
	    usable_size(p))
		return 0;

	dss_ntb_begin(&ntb, p, NULL, 0);
	return ntb.next < ntb.room ? ntb.room - ntb.next : 0;
}

bool dss_ntb_params_valid(const struct dss_ntb_params *p)
{
	return p->max_datagram && p->max_datagram <= dss_ntb_capacity(p);
}

/* Of a datagram in it; @offset counts from where the transfer begins */
static void datagram_at(const struct dss_ntb *ntb, u16 index, u32 *offset, u32 *len)
{
	if (ntb->p->ntb32) {
		struct usb_cdc_ncm_dpe32 *dpe = (void *)ntb->dpes;

		*offset = le32_to_cpu(dpe[index].dwDatagramIndex);
		*len = le32_to_cpu(dpe[index].dwDatagramLength);
	} else {
		struct usb_cdc_ncm_dpe16 *dpe = (void *)ntb->dpes;

		*offset = le16_to_cpu(dpe[index].wDatagramIndex);
		*len = le16_to_cpu(dpe[index].wDatagramLength);
	}
}

bool dss_ntb_remove(struct dss_ntb *ntb, u16 index)
{
	u32 size = dpe_size(ntb->p->ntb32);
	u8 *dpe = ntb->dpes + index * size;
	u32 offset, len;

	if (index >= ntb->count)
		return false;

	datagram_at(ntb, index, &offset, &len);
	/* What was withdrawn is not sent: not even as bytes that nobody points to */
	memset(ntb->buf + ntb->start + offset, 0, len);
	ntb->count--;
	memmove(dpe, dpe + size, (ntb->count - index) * size);
	return true;
}

/* The NDP in its place, complete; its entries are in place already. Returns its end */
static u32 finish_ndp(struct dss_ntb *ntb)
{
	bool ntb32 = ntb->p->ntb32;
	u32 used = ntb->count * dpe_size(ntb32);
	u32 size = ndp_size(ntb32, ntb->count);
	u32 session = (u32)ntb->session << SIGNATURE_SESSION_SHIFT;
	void *at = ntb->buf + ntb->start + ntb->ndp;

	if (ntb32) {
		struct usb_cdc_ncm_ndp32 *ndp = at;

		memset(ndp, 0, sizeof(*ndp));
		ndp->dwSignature = cpu_to_le32(USB_CDC_MBIM_NDP32_DSS_SIGN | session);
		ndp->wLength = cpu_to_le16(size);
	} else {
		struct usb_cdc_ncm_ndp16 *ndp = at;

		memset(ndp, 0, sizeof(*ndp));
		ndp->dwSignature = cpu_to_le32(USB_CDC_MBIM_NDP16_DSS_SIGN | session);
		ndp->wLength = cpu_to_le16(size);
	}
	/* The terminator: an entry of zeroes */
	memset(ntb->dpes + used, 0, dpe_size(ntb32));
	return ntb->ndp + size;
}

static void finish_nth(struct dss_ntb *ntb, u16 seq, u32 len)
{
	void *at = ntb->buf + ntb->start;

	if (ntb->p->ntb32) {
		struct usb_cdc_ncm_nth32 *nth = at;

		nth->dwSignature = cpu_to_le32(USB_CDC_NCM_NTH32_SIGN);
		nth->wHeaderLength = cpu_to_le16(sizeof(*nth));
		nth->wSequence = cpu_to_le16(seq);
		nth->dwBlockLength = cpu_to_le32(len);
		nth->dwNdpIndex = cpu_to_le32(ntb->ndp);
	} else {
		struct usb_cdc_ncm_nth16 *nth = at;

		nth->dwSignature = cpu_to_le32(USB_CDC_NCM_NTH16_SIGN);
		nth->wHeaderLength = cpu_to_le16(sizeof(*nth));
		nth->wSequence = cpu_to_le16(seq);
		nth->wBlockLength = cpu_to_le16(len);
		nth->wNdpIndex = cpu_to_le16(ntb->ndp);
	}
}

static __always_inline void zero_range(struct dss_ntb *ntb, u32 from, u32 to)
{
	if (from < to)
		memset(ntb->buf + ntb->start + from, 0, to - from);
}

/*
 * How long the transfer is, as cdc_ncm_fill_tx_frame() decides. Without zero
 * length packets a long NTB is padded to tx_max, because modems take a full
 * NTB more cheaply than a short packet. Otherwise one that would end with a
 * full packet gets a byte more: a transfer of less than dwNtbOutMaxSize has to
 * end with a short packet (NCM 1.0, 3.2.1).
 */
static u32 padded_size(const struct dss_ntb_params *p, u32 len)
{
	u32 usable = usable_size(p);

	if (!p->zlp && len > p->min_tx_pkt)
		return usable;
	if (len < usable && len % p->maxpacket == 0)
		return len + 1;
	return len;
}

/*
 * Where the transfer has to begin for the shortest way from the NDP to the first
 * datagram. By multiples of the modulus: datagrams keep their remainder, and the
 * NDP is as far from the header wherever that is.
 *
 * What a shift leaves out is missing for padding. Padding to tx_max goes first,
 * for then as much is sent anyway; and the byte behind full packets may have no
 * room. What was good the last time still is: between two finishes the NTB does
 * not get longer, and nothing moves down.
 *
 * @padded: bytes to transfer from there on
 */
static u32 best_start(const struct dss_ntb *ntb, u32 *padded)
{
	const struct dss_ntb_params *p = ntb->p;
	u32 first, len, start;

	datagram_at(ntb, 0, &first, &len);
	start = ntb->start + ALIGN_DOWN(first - ntb->ndp - ndp_size(p->ntb32, ntb->count),
					p->modulus);
	*padded = padded_size(p, ntb->len - start);
	if (start + *padded <= usable_size(p))
		return start;
	*padded = padded_size(p, ntb->len - ntb->start);
	return ntb->start;
}

static void move_entries(struct dss_ntb *ntb, u8 *dpes)
{
	memmove(dpes, ntb->dpes, ntb->count * dpe_size(ntb->p->ntb32));
	ntb->dpes = dpes;
}

/*
 * The entries go where their NDP will be, and count from the new start. They move up: the last
 * goes first.
 */
static void move_start(struct dss_ntb *ntb, u32 start)
{
	u32 by = start - ntb->start;
	void *old = ntb->dpes;
	u16 i = ntb->count;

	if (!by)
		return;

	ntb->start = start;
	ntb->dpes += by;
	if (ntb->p->ntb32) {
		struct usb_cdc_ncm_dpe32 *from = old, *to = (void *)ntb->dpes;

		while (i--) {
			to[i].dwDatagramLength = from[i].dwDatagramLength;
			to[i].dwDatagramIndex =
				cpu_to_le32(le32_to_cpu(from[i].dwDatagramIndex) - by);
		}
	} else {
		__le32 *from = old, *to = (void *)ntb->dpes;
		__le64 two;

		/* wDatagramIndex is the lower half, and is not below @by. Two at a time */
		for (; i > 1; i -= 2) {
			memcpy(&two, &from[i - 2], sizeof(two));
			two = cpu_to_le64(le64_to_cpu(two) - by - ((u64)by << 32));
			memcpy(&to[i - 2], &two, sizeof(two));
		}
		if (i)
			to[0] = cpu_to_le32(le32_to_cpu(from[0]) - by);
	}
}

/* Header and NDP close in front of the datagrams. Returns the bytes to transfer */
static u32 finish_front(struct dss_ntb *ntb)
{
	u32 first, len, padded;

	move_start(ntb, best_start(ntb, &padded));
	datagram_at(ntb, 0, &first, &len);
	zero_range(ntb, nth_size(ntb->p->ntb32), ntb->ndp);
	zero_range(ntb, finish_ndp(ntb), first);
	zero_range(ntb, ntb->len - ntb->start, padded);
	return padded;
}

/* The NDP right behind the datagrams. Returns the bytes to transfer */
static u32 finish_end(struct dss_ntb *ntb)
{
	u32 ndp = ALIGN(ntb->len, ntb->p->ndp_modulus);
	u32 first, len, end, padded;

	datagram_at(ntb, 0, &first, &len);
	zero_range(ntb, nth_size(ntb->p->ntb32), first);
	move_entries(ntb, ntb->buf + ndp + ndp_header_size(ntb->p->ntb32));
	zero_range(ntb, ntb->len, ndp);
	ntb->ndp = ndp;
	end = finish_ndp(ntb);
	padded = padded_size(ntb->p, end);
	zero_range(ntb, end, padded);
	return padded;
}

u32 dss_ntb_finish(struct dss_ntb *ntb, u16 seq)
{
	u32 len;

	if (!ntb->count)
		return 0;

	len = ntb->p->ndp_to_end ? finish_end(ntb) : finish_front(ntb);
	finish_nth(ntb, seq, len);
	ntb->room = 0;
	return len;
}

/*
 * Taking apart. Nothing here trusts anything: offsets and lengths come from
 * the modem.
 */

struct ndp_header {
	u32 signature;
	u32 len;
	u32 next;
};

/* @offset is inside the NTB, as ndp_valid() has found */
static void read_ndp(const struct dss_ntb_iter *it, u32 offset, struct ndp_header *header)
{
	if (it->ntb32) {
		const struct usb_cdc_ncm_ndp32 *ndp = (void *)(it->buf + offset);

		header->signature = le32_to_cpu(ndp->dwSignature);
		header->len = le16_to_cpu(ndp->wLength);
		header->next = le32_to_cpu(ndp->dwNextNdpIndex);
	} else {
		const struct usb_cdc_ncm_ndp16 *ndp = (void *)(it->buf + offset);

		header->signature = le32_to_cpu(ndp->dwSignature);
		header->len = le16_to_cpu(ndp->wLength);
		header->next = le16_to_cpu(ndp->wNextNdpIndex);
	}
}

static void read_dpe(const struct dss_ntb_iter *it, u32 *offset, u32 *len)
{
	if (it->ntb32) {
		const struct usb_cdc_ncm_dpe32 *dpe = (void *)(it->buf + it->dpe);

		*offset = le32_to_cpu(dpe->dwDatagramIndex);
		*len = le32_to_cpu(dpe->dwDatagramLength);
	} else {
		const struct usb_cdc_ncm_dpe16 *dpe = (void *)(it->buf + it->dpe);

		*offset = le16_to_cpu(dpe->wDatagramIndex);
		*len = le16_to_cpu(dpe->wDatagramLength);
	}
}

/* The least wLength: one entry and the terminator (NCM 1.0, 3.3.1 and 3.3.2) */
static u32 ndp_size_min(bool ntb32)
{
	return ndp_size(ntb32, 1);
}

/*
 * Is there an NDP at @offset, which may be anything? Of an unknown kind is
 * good: all begin alike (NCM 1.0, 3.3).
 */
static bool ndp_valid(const struct dss_ntb_iter *it, u32 offset)
{
	struct ndp_header header;

	if (offset % NDP_ALIGNMENT || offset < nth_size(it->ntb32) ||
	    offset > it->block - ndp_size_min(it->ntb32))
		return false;

	read_ndp(it, offset, &header);
	return header.len >= ndp_size_min(it->ntb32) && header.len <= it->block - offset &&
	       (header.len - ndp_header_size(it->ntb32)) % dpe_size(it->ntb32) == 0;
}

/* From one valid NDP to the next; 0 at the end, or when what comes is not one */
static u32 next_ndp(struct dss_ntb_iter *it, u32 offset)
{
	struct ndp_header header;

	read_ndp(it, offset, &header);
	if (header.next && !ndp_valid(it, header.next)) {
		it->malformed = true;
		return 0;
	}
	return header.next;
}

/*
 * How many NDPs there are, each counted once even when the chain runs into
 * itself. They may be in any order, so offsets alone do not show a loop; this is
 * Brent's way to find it, in linear time and without memory.
 */
static u32 count_ndps(struct dss_ntb_iter *it, u32 first)
{
	u32 mark = first, at = first, count = 1, period = 0, leap = 1, i;

	while ((at = next_ndp(it, at)) != 0) {
		count++;
		period++;
		if (at == mark)
			goto loop;
		if (period == leap) {
			mark = at;
			leap *= 2;
			period = 0;
		}
	}
	return count;

loop:
	/* What leads into the loop is as long as two that are @period apart take to meet */
	it->malformed = true;
	mark = first;
	at = first;
	for (i = 0; i < period; i++)
		at = next_ndp(it, at);
	for (count = period; at != mark; count++) {
		at = next_ndp(it, at);
		mark = next_ndp(it, mark);
	}
	return count;
}

/* The header, whose rules are in NCM 1.0, 3.2.1 and 3.2.2. 0, or -EBADMSG */
static int parse_nth(struct dss_ntb_iter *it, u32 len, u32 rx_max)
{
	const struct usb_cdc_ncm_nth16 *nth16 = (void *)it->buf;
	const struct usb_cdc_ncm_nth32 *nth32 = (void *)it->buf;
	u32 header_len;

	if (len < sizeof(*nth16))
		return -EBADMSG;

	/* What both formats have alike: signature, length, sequence number */
	header_len = le16_to_cpu(nth16->wHeaderLength);
	it->seq = le16_to_cpu(nth16->wSequence);
	switch (le32_to_cpu(nth16->dwSignature)) {
	case USB_CDC_NCM_NTH16_SIGN:
		it->block = le16_to_cpu(nth16->wBlockLength);
		it->next = le16_to_cpu(nth16->wNdpIndex);
		break;
	case USB_CDC_NCM_NTH32_SIGN:
		if (len < sizeof(*nth32))
			return -EBADMSG;
		it->ntb32 = true;
		it->block = le32_to_cpu(nth32->dwBlockLength);
		it->next = le32_to_cpu(nth32->dwNdpIndex);
		break;
	default:
		return -EBADMSG;
	}
	if (header_len != nth_size(it->ntb32))
		return -EBADMSG;

	/* 0: until the short packet, and then less than the most */
	if (!it->block && len < rx_max)
		it->block = len;
	if (it->block > len || it->block > rx_max ||
	    it->block < nth_size(it->ntb32) + ndp_size_min(it->ntb32))
		return -EBADMSG;
	return 0;
}

int dss_ntb_parse(struct dss_ntb_iter *it, const void *buf, u32 len, u32 rx_max)
{
	memset(it, 0, sizeof(*it));
	it->buf = buf;
	if (parse_nth(it, len, rx_max) || !ndp_valid(it, it->next)) {
		it->malformed = true;
		return -EBADMSG;
	}
	it->budget = it->block - nth_size(it->ntb32);
	it->ndps = count_ndps(it, it->next);
	return 0;
}

/* Goes to the next NDP, and past its entries if it is of no interest */
static bool enter_ndp(struct dss_ntb_iter *it)
{
	struct ndp_header header;
	u32 kind;

	if (!it->ndps)
		return false;

	it->ndp = it->next;
	/* it was valid, but a wrong NDP may overlap one that has been emptied since */
	if (!ndp_valid(it, it->ndp))
		goto malformed;
	read_ndp(it, it->ndp, &header);
	if (header.len > it->budget)
		goto malformed;
	it->ndps--;
	it->next = header.next;
	it->budget -= header.len;
	it->ndp_len = header.len;
	it->dpe = it->ndp + ndp_header_size(it->ntb32);
	it->dpe_end = it->ndp + header.len;

	kind = header.signature & SIGNATURE_MASK;
	it->session = header.signature >> SIGNATURE_SESSION_SHIFT;
	it->ip = kind == (it->ntb32 ? USB_CDC_MBIM_NDP32_IPS_SIGN : USB_CDC_MBIM_NDP16_IPS_SIGN);
	if (!it->ip &&
	    kind != (it->ntb32 ? USB_CDC_MBIM_NDP32_DSS_SIGN : USB_CDC_MBIM_NDP16_DSS_SIGN))
		it->dpe = it->dpe_end;
	return true;

malformed:
	it->malformed = true;
	it->ndps = 0;
	return false;
}

static bool datagram_valid(const struct dss_ntb_iter *it, u32 offset, u32 len)
{
	if (offset < nth_size(it->ntb32) || offset > it->block || len > it->block - offset)
		return false;
	if (offset < it->ndp + it->ndp_len && offset + len > it->ndp)
		return false;
	return len <= it->budget;
}

/* The entry at hand. false: it ends the NDP, rightly or not */
static bool next_datagram(struct dss_ntb_iter *it, struct dss_ntb_datagram *dg)
{
	u32 offset, len;

	read_dpe(it, &offset, &len);
	/* NCM 1.0, 3.7: entries behind the first null one are to be ignored */
	if (!offset || !len)
		return false;

	it->dpe += dpe_size(it->ntb32);
	/* The last entry has to be null (NCM 1.0, 3.3.1) */
	if (it->dpe == it->dpe_end || !datagram_valid(it, offset, len)) {
		it->malformed = true;
		return false;
	}
	it->budget -= len;
	dg->data = it->buf + offset;
	dg->len = len;
	dg->session = it->session;
	dg->ip = it->ip;
	return true;
}

bool dss_ntb_next(struct dss_ntb_iter *it, struct dss_ntb_datagram *dg)
{
	do {
		if (it->dpe < it->dpe_end) {
			if (next_datagram(it, dg))
				return true;
			it->dpe = it->dpe_end;
		}
	} while (enter_ndp(it));
	return false;
}

void dss_ntb_empty(const struct dss_ntb_iter *it, void *buf)
{
	if (it->ntb32)
		memset(buf + it->ndp + ndp_header_size(true), 0, dpe_size(true));
	else
		memset(buf + it->ndp + ndp_header_size(false), 0, dpe_size(false));
}
