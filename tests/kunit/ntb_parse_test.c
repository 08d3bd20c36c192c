// SPDX-License-Identifier: GPL-2.0
/*
 * Taking NTBs apart: good ones, each way of being wrong on its own, and random
 * ones. The NTBs are kmalloc()ed to the byte, so that KASAN sees a look beyond.
 */
#include <kunit/test.h>
#include <linux/prandom.h>

#include "ntb.h"
#include "wire.h"

#define SEQ	0x0102
#define RX_MAX	16384

/*
 * The NTB that gets spoiled: datagrams A and B of DSS session 5 in one NDP, C of
 * IP session 2 in another. The numbers are offsets.
 *
 * NTB-16: NTH 0, NDP 12 with entries at 20, 24 and the terminator at 28, NDP 32
 * with an entry at 40 and the terminator at 44, A 48, B 56, C 60, end 64.
 */
static const u8 good16[] = {
	'N', 'C', 'M', 'H', 12, 0, 2, 1, 64, 0, 12, 0,
	'D', 'S', 'S', 5, 20, 0, 32, 0, 48, 0, 6, 0, 56, 0, 4, 0, 0, 0, 0, 0,
	'I', 'P', 'S', 2, 16, 0, 0, 0, 60, 0, 4, 0, 0, 0, 0, 0,
	'A', 'a', 'A', 'a', 'A', 'a', 0, 0, 'B', 'b', 'B', 'b', 'C', 'c', 'C', 'c',
};

/*
 * NTB-32: NTH 0, NDP 16 with entries at 32, 40 and the terminator at 48, NDP 56
 * with an entry at 72 and the terminator at 80, A 88, B 96, C 100, end 104.
 */
static const u8 good32[] = {
	'n', 'c', 'm', 'h', 16, 0, 2, 1, 104, 0, 0, 0, 16, 0, 0, 0,
	'd', 's', 's', 5, 40, 0, 0, 0, 56, 0, 0, 0, 0, 0, 0, 0,
	88, 0, 0, 0, 6, 0, 0, 0, 96, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	'i', 'p', 's', 2, 32, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	100, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	'A', 'a', 'A', 'a', 'A', 'a', 0, 0, 'B', 'b', 'B', 'b', 'C', 'c', 'C', 'c',
};

static const struct {
	const char *text;
	u8 session;
	bool ip;
} datagrams[] = {
	{ "AaAaAa", 5, false },
	{ "BbBb", 5, false },
	{ "CcCc", 2, true },
};

struct spoilt {
	const char *desc;
	const char *get;	/* the datagrams expected, NULL: the NTB is refused */
	bool malformed;
	u32 len;		/* of the transfer; 0: as long as the NTB */
	u32 rx_max;		/* 0: RX_MAX */
	struct {
		u32 at;
		u32 bytes;
		u32 value;
	} patch[2];
};

#define GOOD	false
#define BAD	true

#define SPOILT(_desc, _get, _at, _bytes, _value)			\
	{ .desc = (_desc), _get, .patch = { { _at, _bytes, _value } } }
#define SPOILT2(_desc, _get, _at, _bytes, _value, _at2, _bytes2, _value2)	\
	{ .desc = (_desc), _get,						\
	  .patch = { { _at, _bytes, _value }, { _at2, _bytes2, _value2 } } }

#define GET(_get, _malformed)	.get = (_get), .malformed = (_malformed)
#define REFUSE			GET(NULL, BAD)

static const struct spoilt spoilt16[] = {
	SPOILT("nothing", GET("ABC", GOOD), 0, 0, 0),
	{ .desc = "zeroes after the block", GET("ABC", GOOD), .len = 80 },
	{ .desc = "empty transfer", REFUSE, .len = 1, .patch = { { 0, 1, 'N' } } },
	{ .desc = "transfer ends in the NTH", REFUSE, .len = 11 },
	{ .desc = "transfer ends with the NTH", REFUSE, .len = 12 },
	{ .desc = "transfer shorter than the block", REFUSE, .len = 63 },
	{ .desc = "block as long as can be", GET("ABC", GOOD), .rx_max = 64 },
	{ .desc = "block longer than can be", REFUSE, .rx_max = 63 },

	SPOILT("NTH: signature", REFUSE, 3, 1, 'h'),
	SPOILT("NTH: signature 0", REFUSE, 0, 4, 0),
	SPOILT("NTH: signature of an NTB-32", REFUSE, 0, 4, 0x686d636e),
	SPOILT2("NTH: signature and length of an NTB-32", REFUSE, 0, 4, 0x686d636e, 4, 2, 16),
	SPOILT("NTH: wHeaderLength 0", REFUSE, 4, 2, 0),
	SPOILT("NTH: wHeaderLength 11", REFUSE, 4, 2, 11),
	SPOILT("NTH: wHeaderLength 13", REFUSE, 4, 2, 13),
	SPOILT("NTH: wHeaderLength 16", REFUSE, 4, 2, 16),
	SPOILT("NTH: wBlockLength 0", GET("ABC", GOOD), 8, 2, 0),
	{ .desc = "NTH: wBlockLength 0, the transfer as long as can be", REFUSE,
	  .rx_max = 64, .patch = { { 8, 2, 0 } } },
	{ .desc = "NTH: wBlockLength 0, the transfer one less", GET("ABC", GOOD),
	  .rx_max = 65, .patch = { { 8, 2, 0 } } },
	{ .desc = "NTH: wBlockLength 0, the transfer cut", GET("AB", BAD),
	  .len = 63, .patch = { { 8, 2, 0 } } },
	SPOILT("NTH: wBlockLength too long", REFUSE, 8, 2, 65),
	SPOILT("NTH: wBlockLength 65535", REFUSE, 8, 2, 65535),
	SPOILT("NTH: wBlockLength 1", REFUSE, 8, 2, 1),
	SPOILT("NTH: wBlockLength without room for an NDP", REFUSE, 8, 2, 27),
	SPOILT("NTH: wBlockLength without room for this NDP", REFUSE, 8, 2, 28),
	SPOILT("NTH: wBlockLength cuts the last NDP off", GET("", BAD), 8, 2, 47),
	SPOILT("NTH: wBlockLength cuts B in two", GET("A", BAD), 8, 2, 58),
	SPOILT("NTH: wBlockLength cuts C in two", GET("AB", BAD), 8, 2, 63),
	SPOILT("NTH: wNdpIndex 0", REFUSE, 10, 2, 0),
	SPOILT("NTH: wNdpIndex in the NTH", REFUSE, 10, 2, 8),
	SPOILT2("NTH: wNdpIndex in the NTH, with a wLength there", REFUSE, 10, 2, 8, 12, 2, 16),
	SPOILT("NTH: wNdpIndex not aligned", REFUSE, 10, 2, 14),
	SPOILT("NTH: wNdpIndex too near the end", REFUSE, 10, 2, 52),
	SPOILT("NTH: wNdpIndex at the end", REFUSE, 10, 2, 64),
	SPOILT("NTH: wNdpIndex far away", REFUSE, 10, 2, 65532),
	SPOILT("NTH: wNdpIndex of the second", GET("C", GOOD), 10, 2, 32),

	SPOILT("NDP: wLength 0", REFUSE, 16, 2, 0),
	SPOILT("NDP: wLength without an entry", REFUSE, 16, 2, 12),
	SPOILT("NDP: wLength not a multiple of 4", REFUSE, 16, 2, 18),
	SPOILT("NDP: wLength odd", REFUSE, 16, 2, 21),
	SPOILT("NDP: wLength past the block", REFUSE, 16, 2, 56),
	SPOILT("NDP: wLength 65535", REFUSE, 16, 2, 65535),
	SPOILT("NDP: wLength one entry short", GET("AC", BAD), 16, 2, 16),
	SPOILT("NDP: wLength reaches into the second", GET("AB", BAD), 16, 2, 24),
	SPOILT("NDP: wLength to the end of the block", GET("", BAD), 16, 2, 52),
	SPOILT("NDP: no such signature", GET("C", GOOD), 12, 4, 0x304d434e),
	SPOILT("NDP: signature of an NTB-32", GET("C", GOOD), 12, 3, 0x737364),
	SPOILT2("NDP: no such signatures", GET("", GOOD), 12, 1, 'X', 32, 1, 'X'),
	SPOILT("NDP: the next is itself", GET("AB", BAD), 18, 2, 12),
	SPOILT("NDP: the next in the NTH", GET("AB", BAD), 18, 2, 8),
	SPOILT("NDP: the next not aligned", GET("AB", BAD), 18, 2, 34),
	SPOILT("NDP: the next too near the end", GET("AB", BAD), 18, 2, 52),
	SPOILT("NDP: the next far away", GET("AB", BAD), 18, 2, 65532),
	SPOILT("NDP: no next", GET("AB", GOOD), 18, 2, 0),
	SPOILT("second NDP: wLength 0", GET("AB", BAD), 36, 2, 0),
	SPOILT("second NDP: wLength past the block", GET("AB", BAD), 36, 2, 36),
	SPOILT("second NDP: the next is itself", GET("ABC", BAD), 38, 2, 32),
	SPOILT("second NDP: the next is the first", GET("ABC", BAD), 38, 2, 12),
	SPOILT("second NDP: no such signature", GET("AB", GOOD), 32, 4, 0),
	SPOILT2("the second NDP first, and round", GET("CAB", BAD), 10, 2, 32, 38, 2, 12),

	SPOILT("A: in the NTH", GET("C", BAD), 20, 2, 8),
	SPOILT("A: begins in the NTH", GET("C", BAD), 20, 2, 11),
	SPOILT("A: is the NDP", GET("C", BAD), 20, 2, 12),
	SPOILT("A: in the NDP", GET("C", BAD), 20, 2, 20),
	SPOILT("A: begins in the NDP", GET("C", BAD), 20, 2, 31),
	SPOILT("A: past the end", GET("C", BAD), 20, 2, 60),
	SPOILT("A: at the end", GET("C", BAD), 20, 2, 64),
	SPOILT("A: far away", GET("C", BAD), 20, 2, 65535),
	SPOILT("A: too long", GET("C", BAD), 22, 2, 17),
	SPOILT("A: 65535 bytes", GET("C", BAD), 22, 2, 65535),
	SPOILT("A: index 0", GET("C", GOOD), 20, 2, 0),
	SPOILT("A: length 0", GET("C", GOOD), 22, 2, 0),
	SPOILT("B: in the NTH", GET("AC", BAD), 24, 2, 4),
	SPOILT("B: in the NDP", GET("AC", BAD), 24, 2, 28),
	SPOILT("B: 65535 bytes", GET("AC", BAD), 26, 2, 65535),
	SPOILT("B: past the end", GET("AC", BAD), 24, 2, 61),
	SPOILT("B: index 0", GET("AC", GOOD), 24, 2, 0),
	SPOILT("B: length 0", GET("AC", GOOD), 26, 2, 0),
	SPOILT("C: ends in its NDP", GET("AB", BAD), 40, 2, 30),
	SPOILT("C: past the end", GET("AB", BAD), 42, 2, 5),
	SPOILT2("no terminator", GET("ABC", BAD), 28, 2, 56, 30, 2, 4),
	SPOILT("terminator with an index", GET("ABC", GOOD), 28, 2, 56),
	SPOILT("terminator with a length", GET("ABC", GOOD), 30, 2, 4),
};

static const struct spoilt spoilt32[] = {
	SPOILT("nothing", GET("ABC", GOOD), 0, 0, 0),
	{ .desc = "transfer ends where an NTH16 would", REFUSE, .len = 12 },
	{ .desc = "transfer ends in the NTH", REFUSE, .len = 15 },
	{ .desc = "transfer shorter than the block", REFUSE, .len = 103 },
	{ .desc = "block longer than can be", REFUSE, .rx_max = 103 },

	SPOILT("NTH: signature of an NTB-16", REFUSE, 0, 4, 0x484d434e),
	SPOILT("NTH: wHeaderLength 12", REFUSE, 4, 2, 12),
	SPOILT("NTH: dwBlockLength 0", GET("ABC", GOOD), 8, 4, 0),
	SPOILT("NTH: dwBlockLength too long", REFUSE, 8, 4, 105),
	SPOILT("NTH: dwBlockLength 2^32 - 1", REFUSE, 8, 4, 0xffffffff),
	SPOILT("NTH: dwBlockLength without room for an NDP", REFUSE, 8, 4, 47),
	SPOILT("NTH: dwBlockLength cuts C in two", GET("AB", BAD), 8, 4, 103),
	SPOILT("NTH: dwNdpIndex 0", REFUSE, 12, 4, 0),
	SPOILT("NTH: dwNdpIndex in the NTH", REFUSE, 12, 4, 12),
	SPOILT("NTH: dwNdpIndex not aligned", REFUSE, 12, 4, 18),
	SPOILT("NTH: dwNdpIndex too near the end", REFUSE, 12, 4, 76),
	SPOILT("NTH: dwNdpIndex far away", REFUSE, 12, 4, 0xfffffffc),
	SPOILT("NTH: dwNdpIndex of the second", GET("C", GOOD), 12, 4, 56),

	SPOILT("NDP: wLength 16", REFUSE, 20, 2, 16),
	SPOILT("NDP: wLength 24", REFUSE, 20, 2, 24),
	SPOILT("NDP: wLength not a multiple of 8", REFUSE, 20, 2, 44),
	SPOILT("NDP: wLength past the block", REFUSE, 20, 2, 96),
	SPOILT("NDP: wLength one entry short", GET("AC", BAD), 20, 2, 32),
	SPOILT("NDP: signature of an NTB-16", GET("C", GOOD), 16, 3, 0x535344),
	SPOILT("NDP: reserved fields are ignored", GET("ABC", GOOD), 22, 2, 0xffff),
	SPOILT("NDP: the next is itself", GET("AB", BAD), 24, 4, 16),
	SPOILT("NDP: the next not aligned", GET("AB", BAD), 24, 4, 58),
	SPOILT("NDP: the next far away", GET("AB", BAD), 24, 4, 0xfffffffc),
	SPOILT("NDP: the next is 2^31", GET("AB", BAD), 24, 4, 0x80000000),
	SPOILT("second NDP: the next is the first", GET("ABC", BAD), 64, 4, 16),

	SPOILT("A: in the NTH", GET("C", BAD), 32, 4, 12),
	SPOILT("A: in the NDP", GET("C", BAD), 32, 4, 40),
	SPOILT("A: far away", GET("C", BAD), 32, 4, 0xffffffff),
	SPOILT("A: index and length add up to 32", GET("C", BAD), 36, 4, 0xffffffc8),
	SPOILT("A: 2^32 - 1 bytes", GET("C", BAD), 36, 4, 0xffffffff),
	SPOILT("A: length 0", GET("C", GOOD), 36, 4, 0),
	SPOILT("B: past the end", GET("AC", BAD), 40, 4, 101),
	SPOILT("C: past the end", GET("AB", BAD), 76, 4, 5),
	SPOILT2("no terminator", GET("ABC", BAD), 48, 4, 96, 52, 4, 4),
};

static void spoilt_desc(const struct spoilt *spoilt, char *desc)
{
	strscpy(desc, spoilt->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(spoilt16, spoilt16, spoilt_desc);
KUNIT_ARRAY_PARAM(spoilt32, spoilt32, spoilt_desc);

static void expect_datagrams(struct kunit *test, struct dss_ntb_iter *it, const char *get)
{
	struct dss_ntb_datagram dg;

	for (; *get; get++) {
		unsigned int i = *get - 'A';

		KUNIT_ASSERT_TRUE(test, dss_ntb_next(it, &dg));
		KUNIT_EXPECT_EQ(test, dg.len, (u32)strlen(datagrams[i].text));
		KUNIT_EXPECT_EQ(test, memcmp(dg.data, datagrams[i].text, dg.len), 0);
		KUNIT_EXPECT_EQ(test, dg.session, datagrams[i].session);
		KUNIT_EXPECT_EQ(test, dg.ip, datagrams[i].ip);
	}
	KUNIT_EXPECT_FALSE(test, dss_ntb_next(it, &dg));
	/* And the end stays the end */
	KUNIT_EXPECT_FALSE(test, dss_ntb_next(it, &dg));
}

static void expect_spoilt(struct kunit *test, const u8 *good, u32 size)
{
	const struct spoilt *spoilt = test->param_value;
	u32 len = spoilt->len ?: size;
	struct dss_ntb_iter it;
	unsigned int i;
	u8 *all, *buf;
	int ret;

	all = kunit_kzalloc(test, max(len, size), GFP_KERNEL);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, all);
	buf = kunit_kmalloc(test, len, GFP_KERNEL);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, buf);
	memcpy(all, good, size);
	for (i = 0; i < ARRAY_SIZE(spoilt->patch); i++)
		wire_put(all + spoilt->patch[i].at, spoilt->patch[i].bytes, spoilt->patch[i].value);
	memcpy(buf, all, len);

	ret = dss_ntb_parse(&it, buf, len, spoilt->rx_max ?: RX_MAX);
	KUNIT_EXPECT_EQ(test, ret, spoilt->get ? 0 : -EBADMSG);
	expect_datagrams(test, &it, spoilt->get ?: "");
	KUNIT_EXPECT_EQ(test, it.malformed, spoilt->malformed);
	if (spoilt->get)
		KUNIT_EXPECT_EQ(test, it.seq, SEQ);
}

static void ntb16(struct kunit *test)
{
	expect_spoilt(test, good16, sizeof(good16));
}

static void ntb32(struct kunit *test)
{
	expect_spoilt(test, good32, sizeof(good32));
}

static void unaligned(struct kunit *test)
{
	struct dss_ntb_iter it;
	unsigned int shift;
	u8 *buf;

	for (shift = 0; shift < 8; shift++) {
		buf = kunit_kmalloc(test, sizeof(good32) + shift, GFP_KERNEL);
		KUNIT_ASSERT_NOT_ERR_OR_NULL(test, buf);
		memcpy(buf + shift, good16, sizeof(good16));
		KUNIT_EXPECT_EQ(test, dss_ntb_parse(&it, buf + shift, sizeof(good16), RX_MAX), 0);
		expect_datagrams(test, &it, "ABC");
		memcpy(buf + shift, good32, sizeof(good32));
		KUNIT_EXPECT_EQ(test, dss_ntb_parse(&it, buf + shift, sizeof(good32), RX_MAX), 0);
		expect_datagrams(test, &it, "ABC");
	}
}

static void every_session(struct kunit *test)
{
	struct dss_ntb_datagram dg;
	struct dss_ntb_iter it;
	unsigned int session;
	u8 buf[sizeof(good16)];

	memcpy(buf, good16, sizeof(buf));
	for (session = 0; session < 256; session++) {
		buf[15] = session;
		KUNIT_EXPECT_EQ(test, dss_ntb_parse(&it, buf, sizeof(buf), RX_MAX), 0);
		KUNIT_EXPECT_TRUE(test, dss_ntb_next(&it, &dg));
		KUNIT_EXPECT_EQ(test, dg.session, session);
		KUNIT_EXPECT_FALSE(test, dg.ip);
	}
}

/*
 * A chain of @count NDP16, each with one datagram of one byte, its number. They
 * are laid out in a scrambled order. The last one is linked to number @back, or
 * ends the chain when that is @count.
 */
#define CHAIN_MAX	61
#define CHAIN_SLOT	20

static u8 *chain(struct kunit *test, u32 count, u32 back, u32 *len)
{
	u8 *buf;
	u32 i;

	*len = 12 + CHAIN_MAX * CHAIN_SLOT;
	buf = kunit_kzalloc(test, *len, GFP_KERNEL);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, buf);
	memcpy(buf, good16, 12);
	wire_put16(buf + 8, *len);
	wire_put16(buf + 10, 12);
	for (i = 0; i < count; i++) {
		/* 61 is prime: a permutation */
		u32 at = 12 + i * 23 % CHAIN_MAX * CHAIN_SLOT;
		u32 next = i + 1 < count ? i + 1 : back;

		memcpy(buf + at, "DSS", 3);
		wire_put16(buf + at + 4, 16);
		if (next < count)
			wire_put16(buf + at + 6, 12 + next * 23 % CHAIN_MAX * CHAIN_SLOT);
		wire_put16(buf + at + 8, at + 16);
		wire_put16(buf + at + 10, 1);
		buf[at + 16] = i;
	}
	return buf;
}

static void expect_chain(struct kunit *test, u32 count, u32 back)
{
	struct dss_ntb_datagram dg;
	struct dss_ntb_iter it;
	u32 len, i;
	u8 *buf;

	buf = chain(test, count, back, &len);
	KUNIT_EXPECT_EQ(test, dss_ntb_parse(&it, buf, len, RX_MAX), 0);
	for (i = 0; i < count; i++) {
		KUNIT_ASSERT_TRUE(test, dss_ntb_next(&it, &dg));
		KUNIT_EXPECT_EQ(test, dg.len, 1u);
		KUNIT_EXPECT_EQ(test, *dg.data, i);
	}
	KUNIT_EXPECT_FALSE(test, dss_ntb_next(&it, &dg));
	KUNIT_EXPECT_EQ(test, it.malformed, back < count);
	kunit_kfree(test, buf);
}

static void ndps_in_any_order(struct kunit *test)
{
	u32 count;

	for (count = 1; count <= CHAIN_MAX; count++)
		expect_chain(test, count, count);
}

/* Each NDP once, however long the loop is and what leads into it */
static void ndp_loops(struct kunit *test)
{
	u32 count, back;

	for (count = 1; count <= 24; count++)
		for (back = 0; back < count; back++)
			expect_chain(test, count, back);
}

/* What an NTB yields, with all that must hold for any. Gives the bytes of it */
static u32 expect_sane(struct kunit *test, struct dss_ntb_iter *it, const u8 *buf, u32 len)
{
	struct dss_ntb_datagram dg;
	u32 count = 0, bytes = 0;

	while (dss_ntb_next(it, &dg)) {
		KUNIT_ASSERT_GE(test, dg.len, 1u);
		KUNIT_ASSERT_TRUE(test, dg.data >= buf + 12);
		KUNIT_ASSERT_TRUE(test, dg.data - buf <= len);
		KUNIT_ASSERT_LE(test, dg.len, (u32)(buf + len - dg.data));
		bytes += dg.len;
		count++;
	}
	KUNIT_EXPECT_LE(test, bytes, len);
	KUNIT_EXPECT_LE(test, count, len / 4);
	return bytes;
}

/* Thousands of entries that all mean the same large datagram */
static void same_datagram_again(struct kunit *test)
{
	const u32 len = 65532, entries = 8000, ndp = 8 + 4 * (entries + 1);
	struct dss_ntb_iter it;
	u8 *buf;
	u32 i;

	buf = kunit_kzalloc(test, len, GFP_KERNEL);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, buf);
	memcpy(buf, good16, 16);
	wire_put16(buf + 8, len);
	wire_put16(buf + 16, ndp);
	for (i = 0; i < entries; i++) {
		wire_put16(buf + 20 + 4 * i, 12 + ndp);
		wire_put16(buf + 22 + 4 * i, 30000);
	}
	KUNIT_EXPECT_EQ(test, dss_ntb_parse(&it, buf, len, len), 0);
	KUNIT_EXPECT_EQ(test, expect_sane(test, &it, buf, len), 30000u);
	KUNIT_EXPECT_TRUE(test, it.malformed);
}

/* An NDP at every multiple of 8, each inside the one before */
static void nested_ndps(struct kunit *test)
{
	const u32 len = 65528;
	struct dss_ntb_iter it;
	u32 at;
	u8 *buf;

	buf = kunit_kzalloc(test, len, GFP_KERNEL);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, buf);
	memcpy(buf, good16, 12);
	wire_put16(buf + 8, len);
	wire_put16(buf + 10, 16);
	for (at = 16; at + 16 <= len; at += 8) {
		memcpy(buf + at, "DSS", 3);
		wire_put16(buf + at + 4, (len - at) & ~3u);
		wire_put16(buf + at + 6, at + 8);
	}
	KUNIT_EXPECT_EQ(test, dss_ntb_parse(&it, buf, len, len), 0);
	expect_sane(test, &it, buf, len);
	KUNIT_EXPECT_TRUE(test, it.malformed);
}

static void truncated(struct kunit *test)
{
	struct dss_ntb_iter it;
	u32 len;

	for (len = 0; len < sizeof(good16); len++) {
		u8 *buf = kunit_kmalloc(test, len ?: 1, GFP_KERNEL);

		KUNIT_ASSERT_NOT_ERR_OR_NULL(test, buf);
		memcpy(buf, good16, len);
		KUNIT_EXPECT_EQ(test, dss_ntb_parse(&it, buf, len, RX_MAX), -EBADMSG);
		if (len < 10)
			continue;
		/* As long as it is */
		wire_put16(buf + 8, 0);
		if (!dss_ntb_parse(&it, buf, len, RX_MAX)) {
			expect_sane(test, &it, buf, len);
			KUNIT_EXPECT_TRUE(test, it.malformed);
		}
		kunit_kfree(test, buf);
	}
}

static void corrupted(struct kunit *test, const u8 *good, u32 size)
{
	struct dss_ntb_iter it;
	struct rnd_state rnd;
	unsigned int round;
	u8 *buf;

	buf = kunit_kmalloc(test, size, GFP_KERNEL);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, buf);
	prandom_seed_state(&rnd, 1002);
	for (round = 0; round < 100000; round++) {
		u32 changes = 1 + prandom_u32_state(&rnd) % 6;

		memcpy(buf, good, size);
		while (changes--) {
			u32 at = prandom_u32_state(&rnd) % size;
			u32 value = prandom_u32_state(&rnd);

			/* Mostly numbers that could be offsets */
			buf[at] = value & 0x300 ? value % (size + 2) : value;
		}
		if (!dss_ntb_parse(&it, buf, size, RX_MAX))
			expect_sane(test, &it, buf, size);
	}
}

static void corrupted16(struct kunit *test)
{
	corrupted(test, good16, sizeof(good16));
}

static void corrupted32(struct kunit *test)
{
	corrupted(test, good32, sizeof(good32));
}

/* What has been taken out is not there for who comes next; the rest is as it was */
static void emptied(struct kunit *test, const u8 *good, u32 size)
{
	u8 *buf = kunit_kmalloc(test, size, GFP_KERNEL);
	struct dss_ntb_datagram dg;
	struct dss_ntb_iter it;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, buf);
	memcpy(buf, good, size);
	KUNIT_ASSERT_EQ(test, dss_ntb_parse(&it, buf, size, RX_MAX), 0);
	KUNIT_ASSERT_TRUE(test, dss_ntb_next(&it, &dg));
	dss_ntb_empty(&it, buf);
	/* who is at it gets the others */
	expect_datagrams(test, &it, "BC");
	KUNIT_EXPECT_FALSE(test, it.malformed);

	KUNIT_ASSERT_EQ(test, dss_ntb_parse(&it, buf, size, RX_MAX), 0);
	KUNIT_ASSERT_TRUE(test, dss_ntb_next(&it, &dg));
	KUNIT_EXPECT_TRUE(test, dg.ip);
	dss_ntb_empty(&it, buf);
	KUNIT_ASSERT_EQ(test, dss_ntb_parse(&it, buf, size, RX_MAX), 0);
	expect_datagrams(test, &it, "");
	KUNIT_EXPECT_FALSE(test, it.malformed);
}

static void emptied16(struct kunit *test)
{
	emptied(test, good16, sizeof(good16));
}

static void emptied32(struct kunit *test)
{
	emptied(test, good32, sizeof(good32));
}

static void skipped(struct kunit *test)
{
	struct dss_ntb_datagram dg;
	struct dss_ntb_iter it;

	KUNIT_ASSERT_EQ(test, dss_ntb_parse(&it, good16, sizeof(good16), RX_MAX), 0);
	KUNIT_ASSERT_TRUE(test, dss_ntb_next(&it, &dg));
	dss_ntb_skip(&it);
	expect_datagrams(test, &it, "C");
	KUNIT_EXPECT_FALSE(test, it.malformed);
}

/*
 * The first entry of the NDP at 12 is wLength and wNextNdpIndex of another at 16. With the
 * entry null that one is none, and what it links to, the NTH, would link to the end of the NTB.
 */
static void emptied_under_the_next(struct kunit *test)
{
	static const u8 head[] = {
		'N', 'C', 'M', 'H', 12, 0, 160, 0, 160, 0, 12, 0,
		'D', 'S', 'S', 5, 16, 0, 16, 0, 28, 0, 44, 0, 0, 0, 0, 0,
	};
	static const u8 others[] = {
		'D', 'S', 'S', 5, 16, 0, 60, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		'D', 'S', 'S', 5, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	};
	struct dss_ntb_datagram dg;
	struct dss_ntb_iter it;
	const u32 size = 160;
	u8 *buf;

	buf = kunit_kzalloc(test, size, GFP_KERNEL);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, buf);
	memcpy(buf, head, sizeof(head));
	memcpy(buf + 44, others, sizeof(others));
	KUNIT_ASSERT_EQ(test, dss_ntb_parse(&it, buf, size, RX_MAX), 0);
	KUNIT_ASSERT_TRUE(test, dss_ntb_next(&it, &dg));
	KUNIT_EXPECT_EQ(test, dg.len, 44u);
	dss_ntb_empty(&it, buf);
	KUNIT_EXPECT_FALSE(test, dss_ntb_next(&it, &dg));
	KUNIT_EXPECT_TRUE(test, it.malformed);
}

struct format {
	const char *desc;
	bool ntb32;
	bool end;
};

static const struct format formats[] = {
	{ "NTB-16", false, false },
	{ "NTB-16, NDP at the end", false, true },
	{ "NTB-32", true, false },
	{ "NTB-32, NDP at the end", true, true },
};

static void format_desc(const struct format *format, char *desc)
{
	strscpy(desc, format->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(format, formats, format_desc);

/* What has been built with one's parameters comes back from the other */
static void round_trip(struct kunit *test)
{
	const struct format *format = test->param_value;
	struct dss_ntb_params p = {
		.tx_max = RX_MAX, .max_datagram = 2048, .max_datagrams = 40,
		.maxpacket = 512, .ntb32 = format->ntb32, .ndp_to_end = format->end,
	};
	struct dss_ntb_datagram dg;
	struct dss_ntb_iter it;
	struct rnd_state rnd;
	struct dss_ntb ntb;
	unsigned int round;
	u32 lens[40];
	u8 *buf, *at;
	u32 i, len;

	buf = kunit_kmalloc(test, RX_MAX, GFP_KERNEL);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, buf);
	prandom_seed_state(&rnd, 1003);
	for (round = 0; round < 200; round++) {
		p.modulus = 4 << prandom_u32_state(&rnd) % 8;
		p.remainder = prandom_u32_state(&rnd) % p.modulus;
		p.ndp_modulus = 4 << prandom_u32_state(&rnd) % 8;
		p.min_tx_pkt = prandom_u32_state(&rnd) % RX_MAX;
		p.zlp = prandom_u32_state(&rnd) & 1;
		KUNIT_ASSERT_TRUE(test, dss_ntb_params_valid(&p));
		dss_ntb_begin(&ntb, &p, buf, round);
		for (i = 0; i < p.max_datagrams; i++) {
			lens[i] = 1 + prandom_u32_state(&rnd) % p.max_datagram;
			at = dss_ntb_reserve(&ntb, lens[i]);
			if (!at)
				break;
			wire_fill(at, i, lens[i]);
			dss_ntb_commit(&ntb, lens[i]);
		}
		len = dss_ntb_finish(&ntb, round);
		KUNIT_EXPECT_EQ(test, dss_ntb_parse(&it, buf + ntb.start, len, RX_MAX), 0);
		KUNIT_EXPECT_EQ(test, it.seq, round);
		for (i = 0; i < ntb.count; i++) {
			KUNIT_ASSERT_TRUE(test, dss_ntb_next(&it, &dg));
			KUNIT_EXPECT_EQ(test, dg.len, lens[i]);
			KUNIT_EXPECT_EQ(test, dg.session, round);
			KUNIT_EXPECT_FALSE(test, dg.ip);
			KUNIT_EXPECT_TRUE(test, wire_is(dg.data, i, 0, dg.len));
		}
		KUNIT_EXPECT_FALSE(test, dss_ntb_next(&it, &dg));
		KUNIT_EXPECT_FALSE(test, it.malformed);
	}
}

static struct kunit_case ntb_parse_cases[] = {
	KUNIT_CASE_PARAM(ntb16, spoilt16_gen_params),
	KUNIT_CASE_PARAM(ntb32, spoilt32_gen_params),
	KUNIT_CASE(unaligned),
	KUNIT_CASE(every_session),
	KUNIT_CASE(ndps_in_any_order),
	KUNIT_CASE(ndp_loops),
	KUNIT_CASE(same_datagram_again),
	KUNIT_CASE(nested_ndps),
	KUNIT_CASE(truncated),
	KUNIT_CASE(corrupted16),
	KUNIT_CASE(corrupted32),
	KUNIT_CASE(emptied16),
	KUNIT_CASE(emptied32),
	KUNIT_CASE(skipped),
	KUNIT_CASE(emptied_under_the_next),
	KUNIT_CASE_PARAM(round_trip, format_gen_params),
	{}
};

static struct kunit_suite ntb_parse_suite = {
	.name = "mbim_dss_ntb_parse",
	.test_cases = ntb_parse_cases,
};

kunit_test_suite(ntb_parse_suite);
