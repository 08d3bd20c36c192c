/* SPDX-License-Identifier: GPL-2.0 */
/*
 * NCM transfer blocks: building those that carry one DSS session to the modem,
 * taking apart those that come from it.
 *
 * Pure functions on the caller's memory: no locks, no allocation, no sleeping.
 * Whoever owns the NTB, or the iterator, serialises the calls on it.
 *
 * Sources of the rules: "NCM 1.0" is Universal Serial Bus Communications Class
 * Subclass Specifications for Network Control Model Devices, revision 1.0
 * (errata 1); "MBIM 1.0" that for Mobile Broadband Interface Model, revision
 * 1.0; drivers/net/usb/cdc_ncm.c for what modems in the field have got used to.
 */
#ifndef DSS_NTB_H
#define DSS_NTB_H

#include <linux/compiler.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/types.h>
#include <linux/usb/cdc.h>

/**
 * struct dss_ntb_params - how a modem wants its NTBs, copied once from
 *	struct cdc_ncm_ctx and struct usbnet
 * @tx_max: bytes of an NTB at most. Of an NTB-16 no more than 65535 are used
 * @max_datagram: bytes of a datagram at most, 1 or more
 * @min_tx_pkt: an NTB of more bytes is padded to @tx_max, unless @zlp
 * @max_datagrams: datagrams in one NTB at most, 1 or more
 * @modulus: divisor of the payload alignment, a power of two, 4 or more
 *	(wNdpOutDivisor)
 * @remainder: a datagram's offset modulo @modulus, less than that
 *	(wNdpOutPayloadRemainder)
 * @ndp_modulus: alignment of the NDP, a power of two, 4 or more
 *	(wNdpOutAlignment)
 * @maxpacket: wMaxPacketSize of the bulk OUT endpoint
 * @ntb32: NTB-32 instead of NTB-16; 0 or 1. No bool, for UBSAN would be called wherever one is
 *	read, also within user_read_access_begin()
 * @ndp_to_end: the NDP goes behind the datagrams (CDC_NCM_FLAG_NDP_TO_END)
 * @zlp: a transfer of full packets is followed by one of zero length
 *	(FLAG_SEND_ZLP)
 *
 * The modulus and remainder are those after cdc_ncm_fix_modulus().
 */
struct dss_ntb_params {
	u32 tx_max;
	u32 max_datagram;
	u32 min_tx_pkt;
	u16 max_datagrams;
	u16 modulus;
	u16 remainder;
	u16 ndp_modulus;
	u16 maxpacket;
	u8 ntb32;
	bool ndp_to_end;
	bool zlp;
};

/**
 * struct dss_ntb - an NTB being built: one NDP, one session
 * @p: the modem's parameters; they must stay as they are until it is finished
 * @buf: the caller's buffer, @p->tx_max bytes
 * @dpes: the datagram pointer entries. They are written where an NDP behind the
 *	header will be if nothing has to move, or with ndp_to_end at the far end
 *	of @buf; finishing puts them into the NDP
 * @start: bytes of @buf in front of what is transferred: 0 until the NTB is
 *	finished, then a multiple of @p->modulus, so of 4; always 0 with
 *	ndp_to_end. @ndp and the offsets in @dpes count from there
 * @len: bytes of @buf used so far, without an NDP at the end
 * @next: where the next datagram begins: NCM 1.0, 3.3.4, offset % divisor == remainder
 * @room: where the bytes of @buf for datagrams end; 0 when it is finished
 * @ndp: offset of the NDP; with ndp_to_end it moves when the NTB is finished
 * @bytes: of all datagrams that have been added
 * @count: datagrams in it
 * @session: DSS session id
 */
struct dss_ntb {
	const struct dss_ntb_params *p;
	u8 *buf;
	u8 *dpes;
	u32 start;
	u32 len;
	u32 next;
	u32 room;
	u32 ndp;
	u32 bytes;
	u32 count;
	u8 session;
};

/**
 * dss_ntb_capacity() - bytes of the largest datagram that an NTB can carry
 * @p: a modem's parameters
 *
 * This is for an NTB with that one datagram, and says nothing about
 * @p->max_datagram. 0: the parameters are not good for any.
 */
u32 dss_ntb_capacity(const struct dss_ntb_params *p);

/**
 * dss_ntb_params_valid() - can NTBs be built with these?
 * @p: a modem's parameters
 *
 * When they are valid, an NTB of one datagram of @p->max_datagram bytes fits.
 */
bool dss_ntb_params_valid(const struct dss_ntb_params *p);

/**
 * dss_ntb_begin() - start an empty NTB
 * @ntb: set up
 * @p: valid parameters
 * @buf: @p->tx_max bytes, aligned to 4 or better
 * @session: DSS session id
 *
 * Writes nothing to @buf.
 */
void dss_ntb_begin(struct dss_ntb *ntb, const struct dss_ntb_params *p, void *buf, u8 session);

/* Is there room for the bytes of a datagram? Its entry may need some, too */
static inline bool dss_ntb_has_bytes(const struct dss_ntb *ntb, u32 len)
{
	return (u64)ntb->next + len <= ntb->room;
}

/**
 * dss_ntb_reserve() - where the next datagram goes
 * @ntb: being built
 * @len: bytes of the datagram
 *
 * Changes nothing, so the caller may give up (a fault while copying) or ask
 * again. dss_ntb_remove() does not move the place; dss_ntb_commit() takes it.
 *
 * Return: where to copy @len bytes to; NULL when they do not fit, because of
 * the bytes or of the number of datagrams, or @len is 0, which NCM cannot say.
 */
static inline u8 *dss_ntb_reserve(const struct dss_ntb *ntb, u32 len)
{
	if (!len || ntb->count >= ntb->p->max_datagrams || !dss_ntb_has_bytes(ntb, len))
		return NULL;
	return ntb->buf + ntb->next;
}

static inline void dss_ntb_set_len(struct dss_ntb *ntb, u32 len)
{
	ntb->len = len;
	ntb->next = len + ((ntb->p->remainder - len) & (ntb->p->modulus - 1));
}

/*
 * Zeroes between the last datagram and the next. By words, the last of which may reach into the
 * place of what is still to come. No function is called, not even memset(): this is used within
 * user access.
 */
static __always_inline void dss_ntb_fill_gap(const struct dss_ntb *ntb, u32 left)
{
	u8 *to = ntb->buf + ntb->len;

	if (IS_ENABLED(CONFIG_HAVE_EFFICIENT_UNALIGNED_ACCESS) &&
	    likely(ntb->next + (u32)sizeof(u64) <= ntb->room)) {
		WRITE_ONCE(*(u64 *)to, 0);
		while (unlikely(left > sizeof(u64))) {
			to += sizeof(u64);
			left -= sizeof(u64);
			WRITE_ONCE(*(u64 *)to, 0);
		}
		return;
	}
	for (; left && to < ntb->buf + ntb->room; left--)
		WRITE_ONCE(*to++, 0);
}

/**
 * dss_ntb_commit() - make the datagram just copied part of the NTB
 * @ntb: being built
 * @len: bytes of it, no more than dss_ntb_reserve() has been asked for, not 0
 */
static __always_inline void dss_ntb_commit(struct dss_ntb *ntb, u32 len)
{
	u32 gap = -len & (ntb->p->modulus - 1);
	u32 offset = ntb->next;

	ntb->bytes += len;
	/* cdc_ncm asks few modems for NTB-32 */
	if (unlikely(ntb->p->ntb32)) {
		struct usb_cdc_ncm_dpe32 *dpe = (void *)ntb->dpes;

		dpe[ntb->count].dwDatagramIndex = cpu_to_le32(offset);
		dpe[ntb->count].dwDatagramLength = cpu_to_le32(len);
	} else {
		struct usb_cdc_ncm_dpe16 *dpe = (void *)ntb->dpes;

		dpe[ntb->count].wDatagramIndex = cpu_to_le16(offset);
		dpe[ntb->count].wDatagramLength = cpu_to_le16(len);
	}
	ntb->count++;
	ntb->len = offset + len;
	ntb->next = ntb->len + gap;
	dss_ntb_fill_gap(ntb, gap);
}

/**
 * dss_ntb_length() - bytes of a datagram in the NTB
 * @ntb: being built, or finished
 * @index: which, counting those still in it from 0; less than @ntb->count
 */
static inline u32 dss_ntb_length(const struct dss_ntb *ntb, u16 index)
{
	if (ntb->p->ntb32)
		return le32_to_cpu(((struct usb_cdc_ncm_dpe32 *)ntb->dpes)[index].dwDatagramLength);
	return le16_to_cpu(((struct usb_cdc_ncm_dpe16 *)ntb->dpes)[index].wDatagramLength);
}

/**
 * dss_ntb_remove() - take a datagram out again
 * @ntb: being built, or finished and not in flight
 * @index: which, counting those still in it from 0
 *
 * Its entry goes, later ones move down by one; its bytes become a hole of
 * zeroes, for what is behind it must stay where it is. When the last one has
 * gone, a new dss_ntb_begin() gets the room back.
 *
 * Return: false when there is no such datagram.
 */
bool dss_ntb_remove(struct dss_ntb *ntb, u16 index);

/**
 * dss_ntb_finish() - headers, NDP and padding
 * @ntb: being built; no datagram can be added any more
 * @seq: sequence number (wSequence)
 *
 * The transfer begins at @ntb->buf + @ntb->start. Datagrams stay where they are,
 * behind the room for the largest NDP; header and NDP are put as close in front
 * of the first as the alignments allow, so a lone datagram does not drag zeroes
 * along. They stay at the beginning of @ntb->buf if the transfer is padded to
 * @p->tx_max even so, or if it needs a byte more for which there is no room:
 * then all of the buffer is sent.
 *
 * Every byte to be transferred has been written by then: what is neither
 * header nor datagram is zero. An NTB that has to be sent a second time is
 * finished once more, with its new sequence number; in between datagrams may
 * have been removed. @ntb->start may have grown then, it never goes back.
 *
 * Return: bytes to transfer; 0 when there is no datagram in it, and nothing is
 * to be sent.
 */
u32 dss_ntb_finish(struct dss_ntb *ntb, u16 seq);

/**
 * dss_ntb_zero_packet() - does this transfer need URB_ZERO_PACKET?
 * @p: the modem's parameters
 * @len: bytes to transfer, as dss_ntb_finish() gave them
 */
static inline bool dss_ntb_zero_packet(const struct dss_ntb_params *p, u32 len)
{
	/* As usbnet_start_xmit() for a FLAG_MULTI_PACKET driver */
	return p->zlp && len % p->maxpacket == 0;
}

/**
 * struct dss_ntb_datagram - one datagram received
 * @data: its bytes, inside the NTB
 * @len: how many, 1 or more
 * @session: session id
 * @ip: of an IP stream (NDP "IPS"), not of a device service ("DSS")
 */
struct dss_ntb_datagram {
	const u8 *data;
	u32 len;
	u8 session;
	bool ip;
};

/**
 * struct dss_ntb_iter - taking an NTB apart
 * @malformed: something in it was wrong, and has been left out
 * @ntb32: it is an NTB-32
 * @seq: its sequence number
 * @buf: the NTB
 * @block: bytes of it
 * @budget: bytes that the NDPs and datagrams still to come can have: they do not
 *	overlap in an NTB that is right, so a wrong one cannot make more work
 *	or data than its size
 * @ndps: NDPs still to come
 * @next: offset of the next NDP; looked at once more when it is its turn, as the NTB may
 *	have been changed by dss_ntb_empty()
 * @ndp: offset of the NDP at hand
 * @ndp_len: bytes of that
 * @dpe: offset of the next entry; the NDP at hand is done at @dpe_end
 * @dpe_end: where its entries end
 * @session: its session id
 * @ip: it is an IPS one
 *
 * Callers look at @malformed and @seq only.
 */
struct dss_ntb_iter {
	bool malformed;
	bool ntb32;
	u16 seq;
	const u8 *buf;
	u32 block;
	u32 budget;
	u32 ndps;
	u32 next;
	u32 ndp;
	u32 ndp_len;
	u32 dpe;
	u32 dpe_end;
	u8 session;
	bool ip;
};

/**
 * dss_ntb_parse() - check the header of an NTB received, NTB-16 or NTB-32
 * @it: set up for dss_ntb_next()
 * @buf: what the transfer brought, no alignment needed
 * @len: how many bytes
 * @rx_max: bytes of an NTB at most (dwNtbInMaxSize as agreed)
 *
 * Return: 0, or -EBADMSG when the header, or what it says to be the first NDP, is
 * not good: there is nothing in it to be believed.
 */
int dss_ntb_parse(struct dss_ntb_iter *it, const void *buf, u32 len, u32 rx_max);

/**
 * dss_ntb_next() - the next datagram
 * @it: iterator that dss_ntb_parse() has set up
 * @dg: filled
 *
 * NDPs of other kinds than DSS and IPS are skipped. A bad entry ends its NDP:
 * datagrams before it are good, those behind it are not believed.
 *
 * Return: false at the end; @it->malformed tells then whether all was well.
 */
bool dss_ntb_next(struct dss_ntb_iter *it, struct dss_ntb_datagram *dg);

/**
 * dss_ntb_skip() - leave out what else is in the NDP of the last datagram
 * @it: iterator that dss_ntb_next() has returned true for
 */
static inline void dss_ntb_skip(struct dss_ntb_iter *it)
{
	it->dpe = it->dpe_end;
}

/**
 * dss_ntb_empty() - whoever goes through the NTB next finds nothing in this NDP
 * @it: iterator that dss_ntb_next() has returned true for; it still goes on to the
 *	datagrams that are left
 * @buf: the NTB, as given to dss_ntb_parse()
 *
 * The first entry becomes null. An NDP without datagrams is legal, and its link to the
 * next stays.
 */
void dss_ntb_empty(const struct dss_ntb_iter *it, void *buf);

#endif /* DSS_NTB_H */
