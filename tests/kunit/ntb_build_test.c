// SPDX-License-Identifier: GPL-2.0
/*
 * Building NTBs. What comes out is taken apart here by the letter of NCM 1.0,
 * and only then by the driver's parser.
 */
#include <kunit/test.h>
#include <linux/prandom.h>

#include "ntb.h"
#include "wire.h"

#define SESSION		5
#define SEQ		0xfedc
#define POISON		0xa5
#define MODEL_MAX	256

/* What should be in an NTB */
struct model {
	u32 count;
	struct {
		u32 tag;
		u32 len;
	} datagram[MODEL_MAX];
};

struct build {
	struct kunit *test;
	const struct dss_ntb_params *p;
	struct dss_ntb ntb;
	struct model model;
	u8 *buf;
	const u8 *wire;	/* where in @buf the transfer begins, once it is finished */
	u8 *map;	/* a byte for each of @wire: 1 when something is there */
	u32 tags;
};

static void build_begin(struct build *b)
{
	/* Whatever is sent without having been written shows */
	memset(b->buf, POISON, b->p->tx_max);
	dss_ntb_begin(&b->ntb, b->p, b->buf, SESSION);
	b->model.count = 0;
}

static struct build *build_new(struct kunit *test, const struct dss_ntb_params *p)
{
	struct build *b = kunit_kzalloc(test, sizeof(*b), GFP_KERNEL);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, b);
	b->test = test;
	b->p = p;
	b->buf = kunit_kmalloc(test, p->tx_max, GFP_KERNEL);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, b->buf);
	b->map = kunit_kmalloc(test, p->tx_max, GFP_KERNEL);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, b->map);
	KUNIT_ASSERT_TRUE(test, dss_ntb_params_valid(p));
	build_begin(b);
	return b;
}

static bool build_add(struct build *b, u32 len)
{
	u8 *at = dss_ntb_reserve(&b->ntb, len);
	u32 n = b->model.count;

	if (!at)
		return false;
	KUNIT_ASSERT_LT(b->test, n, (u32)MODEL_MAX);
	wire_fill(at, ++b->tags, len);
	dss_ntb_commit(&b->ntb, len);
	b->model.datagram[n].tag = b->tags;
	b->model.datagram[n].len = len;
	b->model.count++;
	return true;
}

static void build_remove(struct build *b, u32 index)
{
	KUNIT_ASSERT_LT(b->test, index, b->model.count);
	KUNIT_EXPECT_TRUE(b->test, dss_ntb_remove(&b->ntb, index));
	b->model.count--;
	memmove(&b->model.datagram[index], &b->model.datagram[index + 1],
		(b->model.count - index) * sizeof(b->model.datagram[0]));
}

/* Notes that something is in these bytes, inside the NTB, where nothing was yet */
static void claim(struct build *b, u32 len, u32 from, u32 bytes)
{
	KUNIT_ASSERT_LE(b->test, from, len);
	KUNIT_ASSERT_LE(b->test, bytes, len - from);
	KUNIT_EXPECT_PTR_EQ(b->test, memchr(b->map + from, 1, bytes), NULL);
	memset(b->map + from, 1, bytes);
}

static u32 usable(const struct dss_ntb_params *p)
{
	return p->ntb32 || p->tx_max < 65535 ? p->tx_max : 65535;
}

static u32 ndp_bytes(const struct dss_ntb_params *p, u32 datagrams)
{
	return p->ntb32 ? 16 + 8 * (datagrams + 1) : 8 + 4 * (datagrams + 1);
}

/* The NTH: NCM 1.0, 3.2.1 and 3.2.2. Gives the offset of the NDP */
static u32 check_nth(struct build *b, u32 len)
{
	struct kunit *test = b->test;
	const u8 *nth = b->wire;

	KUNIT_EXPECT_EQ(test, wire_get16(nth + 6), SEQ);
	if (b->p->ntb32) {
		claim(b, len, 0, 16);
		KUNIT_EXPECT_EQ(test, memcmp(nth, "ncmh", 4), 0);
		KUNIT_EXPECT_EQ(test, wire_get16(nth + 4), 16);
		KUNIT_EXPECT_EQ(test, wire_get32(nth + 8), len);
		return wire_get32(nth + 12);
	}
	claim(b, len, 0, 12);
	KUNIT_EXPECT_EQ(test, memcmp(nth, "NCMH", 4), 0);
	KUNIT_EXPECT_EQ(test, wire_get16(nth + 4), 12);
	KUNIT_EXPECT_EQ(test, wire_get16(nth + 8), len);
	return wire_get16(nth + 10);
}

/* The NDP: NCM 1.0, 3.3.1 and 3.3.2, MBIM 1.0, 7. Gives the offset of the first entry */
static u32 check_ndp(struct build *b, u32 len, u32 at)
{
	u32 bytes = ndp_bytes(b->p, b->model.count);
	struct kunit *test = b->test;
	const u8 *ndp = b->wire + at;

	claim(b, len, at, bytes);
	KUNIT_EXPECT_EQ(test, at % b->p->ndp_modulus, 0);
	KUNIT_EXPECT_EQ(test, ndp[3], SESSION);
	KUNIT_EXPECT_EQ(test, wire_get16(ndp + 4), bytes);
	if (b->p->ntb32) {
		KUNIT_EXPECT_EQ(test, memcmp(ndp, "dss", 3), 0);
		KUNIT_EXPECT_EQ(test, wire_get16(ndp + 6), 0);
		KUNIT_EXPECT_EQ(test, wire_get32(ndp + 8), 0);
		KUNIT_EXPECT_EQ(test, wire_get32(ndp + 12), 0);
		return at + 16;
	}
	KUNIT_EXPECT_EQ(test, memcmp(ndp, "DSS", 3), 0);
	KUNIT_EXPECT_EQ(test, wire_get16(ndp + 6), 0);
	return at + 8;
}

/*
 * With the NDP in front: no bytes are wasted before the first datagram, at @first,
 * unless what they leave out would be needed behind.
 */
static void check_start(struct build *b, u32 len, u32 ndp, u32 first)
{
	const struct dss_ntb_params *p = b->p;
	struct kunit *test = b->test;
	u32 start = b->ntb.start, gap, bytes;

	KUNIT_EXPECT_EQ(test, start % 4, 0);
	KUNIT_ASSERT_LE(test, start + len, usable(p));
	if (p->ndp_to_end) {
		KUNIT_EXPECT_EQ(test, start, 0);
		return;
	}
	KUNIT_EXPECT_LT(test, ndp, (p->ntb32 ? 16 : 12) + p->ndp_modulus);
	gap = first - ndp - ndp_bytes(p, b->model.count);
	gap -= gap % p->modulus;
	if (!gap)
		return;
	bytes = b->ntb.len - start - gap;
	if (!p->zlp && bytes > p->min_tx_pkt) {
		KUNIT_EXPECT_EQ(test, start, 0);
		KUNIT_EXPECT_EQ(test, len, usable(p));
	} else {
		KUNIT_EXPECT_EQ(test, bytes % p->maxpacket, 0);
		KUNIT_EXPECT_EQ(test, b->ntb.len, usable(p));
	}
}

/* The driver's parser finds the same datagrams, and nothing wrong */
static void check_parse(struct build *b, u32 len)
{
	struct dss_ntb_datagram dg;
	struct kunit *test = b->test;
	struct dss_ntb_iter it;
	u32 i;

	KUNIT_ASSERT_EQ(test, dss_ntb_parse(&it, b->wire, len, b->p->tx_max), 0);
	for (i = 0; dss_ntb_next(&it, &dg); i++) {
		KUNIT_ASSERT_LT(test, i, b->model.count);
		KUNIT_EXPECT_EQ(test, (u32)dg.session, (u32)SESSION);
		KUNIT_EXPECT_FALSE(test, dg.ip);
		KUNIT_ASSERT_EQ(test, dg.len, b->model.datagram[i].len);
		KUNIT_EXPECT_TRUE(test, wire_is(dg.data, b->model.datagram[i].tag, 0, dg.len));
	}
	KUNIT_EXPECT_EQ(test, i, b->model.count);
	KUNIT_EXPECT_FALSE(test, it.malformed);
}

static void check_lengths(struct build *b)
{
	struct kunit *test = b->test;
	u32 i;

	KUNIT_ASSERT_EQ(test, (u32)b->ntb.count, b->model.count);
	for (i = 0; i < b->model.count; i++)
		KUNIT_EXPECT_EQ(test, dss_ntb_length(&b->ntb, i), b->model.datagram[i].len);
}

/* Finishes the NTB and compares every byte of it with the model. Gives its size */
static u32 build_check(struct build *b)
{
	unsigned int word = b->p->ntb32 ? 4 : 2;
	struct kunit *test = b->test;
	u32 len, ndp, dpe, i;

	check_lengths(b);
	len = dss_ntb_finish(&b->ntb, SEQ);
	check_lengths(b);
	KUNIT_ASSERT_LE(test, len, usable(b->p));
	KUNIT_ASSERT_GT(test, len, 0u);
	b->wire = b->buf + b->ntb.start;
	memset(b->map, 0, len);
	ndp = check_nth(b, len);
	dpe = check_ndp(b, len, ndp);
	check_start(b, len, ndp, wire_get(b->wire + dpe, word));
	for (i = 0; i < b->model.count; i++, dpe += 2 * word) {
		u32 at = wire_get(b->wire + dpe, word);
		u32 bytes = wire_get(b->wire + dpe + word, word);

		KUNIT_EXPECT_EQ(test, bytes, b->model.datagram[i].len);
		claim(b, len, at, bytes);
		KUNIT_EXPECT_EQ(test, at % b->p->modulus, b->p->remainder);
		KUNIT_EXPECT_TRUE(test, wire_is(b->wire + at, b->model.datagram[i].tag, 0, bytes));
		if (b->p->ndp_to_end)
			KUNIT_EXPECT_LT(test, at, ndp);
		else
			KUNIT_EXPECT_GT(test, at, ndp);
	}
	KUNIT_EXPECT_EQ(test, wire_get(b->wire + dpe, word), 0);
	KUNIT_EXPECT_EQ(test, wire_get(b->wire + dpe + word, word), 0);
	/* And all the rest is zero */
	for (i = 0; i < len; i++)
		if (!b->map[i] && b->wire[i])
			break;
	KUNIT_EXPECT_EQ(test, i, len);
	check_parse(b, len);
	return len;
}

struct layout {
	const char *desc;
	struct dss_ntb_params p;
};

#define LAYOUT(_desc, _tx_max, _datagrams, _modulus, _remainder, _ndp, _ntb32, _end)	\
	{ .desc = (_desc), .p = {							\
		.tx_max = (_tx_max), .max_datagram = 1800, .min_tx_pkt = 1 << 20,	\
		.max_datagrams = (_datagrams), .modulus = (_modulus),			\
		.remainder = (_remainder), .ndp_modulus = (_ndp), .maxpacket = 512,	\
		.ntb32 = (_ntb32), .ndp_to_end = (_end) } }

static const struct layout layouts[] = {
	LAYOUT("NTB-16", 16384, 40, 4, 0, 4, false, false),
	LAYOUT("NTB-16, NDP at the end", 16384, 40, 4, 0, 4, false, true),
	LAYOUT("NTB-32", 16384, 40, 4, 0, 4, true, false),
	LAYOUT("NTB-32, NDP at the end", 16384, 40, 4, 0, 4, true, true),
	LAYOUT("remainder 2", 16384, 40, 4, 2, 4, false, false),
	LAYOUT("remainder 2, NDP at the end", 16384, 40, 4, 2, 4, false, true),
	LAYOUT("modulus 32", 16384, 40, 32, 0, 4, false, false),
	LAYOUT("modulus 32, remainder 14, NDP 8", 16384, 40, 32, 14, 8, false, false),
	LAYOUT("modulus 64, remainder 63, NDP 32 at the end", 16384, 40, 64, 63, 32, false, true),
	LAYOUT("modulus 512, remainder 18, NDP 64", 16384, 40, 512, 18, 64, true, false),
	LAYOUT("modulus 512, remainder 511, NDP 512 at the end", 16384, 40, 512, 511, 512, true,
	       true),
	LAYOUT("NTB-16, 256 datagrams", 16384, 256, 4, 0, 4, false, false),
	LAYOUT("NTB-32, 256 datagrams", 16384, 256, 4, 0, 4, true, false),
	LAYOUT("256 datagrams, NDP at the end", 16384, 256, 4, 0, 4, false, true),
	LAYOUT("one datagram", 16384, 1, 4, 0, 4, false, false),
	LAYOUT("one datagram, NDP at the end", 16384, 1, 4, 0, 4, false, true),
	LAYOUT("no datagram more than fits", 2048, 40, 4, 0, 4, false, false),
	LAYOUT("no datagram more than fits, NDP at the end", 2048, 40, 4, 0, 4, false, true),
	LAYOUT("odd size", 4097, 40, 4, 0, 4, false, false),
	LAYOUT("odd size, NDP 16 at the end", 4097, 40, 4, 0, 16, false, true),
	LAYOUT("NTB-16 of more than 65535", 65537, 40, 4, 0, 4, false, false),
	LAYOUT("NTB-16 of more than 65535, NDP at the end", 65536, 40, 4, 0, 4, false, true),
	LAYOUT("NTB-32 of more than 65535", 131072, 40, 8, 0, 4, true, false),
	LAYOUT("NTB-32 of more than 65535, NDP at the end", 131072, 40, 8, 0, 8, true, true),
};

static void layout_desc(const struct layout *layout, char *desc)
{
	strscpy(desc, layout->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(layout, layouts, layout_desc);

static const struct dss_ntb_params *layout_of(struct kunit *test)
{
	return &((const struct layout *)test->param_value)->p;
}

static void one_datagram(struct kunit *test)
{
	struct build *b = build_new(test, layout_of(test));
	u32 len;

	for (len = 1; len <= 130; len++) {
		build_begin(b);
		KUNIT_EXPECT_TRUE(test, build_add(b, len));
		build_check(b);
	}
	build_begin(b);
	KUNIT_EXPECT_TRUE(test, build_add(b, b->p->max_datagram));
	build_check(b);
}

/* The capacity is exact */
static void largest_datagram(struct kunit *test)
{
	const struct dss_ntb_params *p = layout_of(test);
	struct build *b = build_new(test, p);
	u32 most = dss_ntb_capacity(p);

	KUNIT_EXPECT_GE(test, most, p->max_datagram);
	KUNIT_EXPECT_FALSE(test, build_add(b, most + 1));
	KUNIT_EXPECT_TRUE(test, build_add(b, most));
	build_check(b);
}

/* When one more is refused, it really would not fit */
static void check_full(struct build *b, u32 len)
{
	const struct dss_ntb_params *p = b->p;
	u32 at, end = usable(p);

	if (b->model.count == p->max_datagrams)
		return;
	if (p->ndp_to_end) {
		end -= ndp_bytes(p, p->max_datagrams);
		end -= end % p->ndp_modulus;
	}
	for (at = b->ntb.len; at % p->modulus != p->remainder; at++)
		;
	KUNIT_EXPECT_GT(b->test, at + len, end);
}

static void full(struct kunit *test)
{
	static const u32 lens[] = { 1, 3, 64, 500, 1500, 1800 };
	struct build *b = build_new(test, layout_of(test));
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		build_begin(b);
		while (build_add(b, lens[i]))
			;
		KUNIT_EXPECT_GE(test, b->model.count, 1u);
		KUNIT_EXPECT_LE(test, b->model.count, (u32)b->p->max_datagrams);
		check_full(b, lens[i]);
		build_check(b);
	}
}

static void random_ntbs(struct kunit *test)
{
	struct build *b = build_new(test, layout_of(test));
	struct rnd_state rnd;
	unsigned int round;

	prandom_seed_state(&rnd, 1001);
	for (round = 0; round < 50; round++) {
		u32 most = 1 + prandom_u32_state(&rnd) % b->p->max_datagram;

		build_begin(b);
		while (build_add(b, 1 + prandom_u32_state(&rnd) % most))
			if (prandom_u32_state(&rnd) % 16 == 0)
				break;
		while (b->model.count > 1 && prandom_u32_state(&rnd) % 3 == 0)
			build_remove(b, prandom_u32_state(&rnd) % b->model.count);
		build_check(b);
	}
}

static void remove_each(struct kunit *test)
{
	struct build *b = build_new(test, layout_of(test));
	u32 count, index, i;

	for (count = 2; count <= 4; count++) {
		if (count > b->p->max_datagrams)
			break;
		for (index = 0; index < count; index++) {
			build_begin(b);
			for (i = 0; i < count; i++)
				KUNIT_EXPECT_TRUE(test, build_add(b, 10 + i));
			build_remove(b, index);
			build_check(b);
		}
	}
}

static void remove_then_add(struct kunit *test)
{
	struct build *b = build_new(test, layout_of(test));
	u8 *at;

	KUNIT_EXPECT_TRUE(test, build_add(b, 33));
	if (b->p->max_datagrams < 3)
		return;
	KUNIT_EXPECT_TRUE(test, build_add(b, 34));
	/* What is being copied at this moment is not moved under the copy */
	at = dss_ntb_reserve(&b->ntb, 35);
	build_remove(b, 1);
	KUNIT_EXPECT_PTR_EQ(test, dss_ntb_reserve(&b->ntb, 35), at);
	KUNIT_EXPECT_TRUE(test, build_add(b, 35));
	build_remove(b, 0);
	KUNIT_EXPECT_TRUE(test, build_add(b, 36));
	build_check(b);
}

static void remove_all(struct kunit *test)
{
	struct build *b = build_new(test, layout_of(test));

	KUNIT_EXPECT_FALSE(test, dss_ntb_remove(&b->ntb, 0));
	KUNIT_EXPECT_TRUE(test, build_add(b, 10));
	KUNIT_EXPECT_FALSE(test, dss_ntb_remove(&b->ntb, 1));
	KUNIT_EXPECT_FALSE(test, dss_ntb_remove(&b->ntb, U16_MAX));
	build_remove(b, 0);
	KUNIT_EXPECT_EQ(test, b->ntb.count, 0);
	KUNIT_EXPECT_FALSE(test, dss_ntb_remove(&b->ntb, 0));
	KUNIT_EXPECT_EQ(test, dss_ntb_finish(&b->ntb, SEQ), 0u);
}

/* What the host controller has given back unsent goes once more */
static void finish_again(struct kunit *test)
{
	struct build *b = build_new(test, layout_of(test));
	u32 len;

	KUNIT_EXPECT_TRUE(test, build_add(b, 700));
	while (b->model.count < 3 && build_add(b, 33))
		;
	len = build_check(b);
	KUNIT_EXPECT_EQ(test, build_check(b), len);
	KUNIT_EXPECT_PTR_EQ(test, dss_ntb_reserve(&b->ntb, 1), NULL);

	/* Without what was cancelled in between */
	while (b->model.count) {
		build_check(b);
		build_remove(b, b->model.count / 2);
	}
	KUNIT_EXPECT_EQ(test, dss_ntb_finish(&b->ntb, SEQ), 0u);
}

static void empty_is_not_sent(struct kunit *test)
{
	struct build *b = build_new(test, layout_of(test));

	KUNIT_EXPECT_EQ(test, dss_ntb_finish(&b->ntb, SEQ), 0u);
}

/* A copy that faults leaves nothing behind */
static void reserve_changes_nothing(struct kunit *test)
{
	struct build *b = build_new(test, layout_of(test));
	struct dss_ntb before = b->ntb;
	u8 *at = dss_ntb_reserve(&b->ntb, 1000);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, at);
	memset(at, POISON, 1000);
	KUNIT_EXPECT_EQ(test, memcmp(&before, &b->ntb, sizeof(before)), 0);
	KUNIT_EXPECT_TRUE(test, build_add(b, 10));
	build_check(b);
}

static void reserve_nothing(struct kunit *test)
{
	struct build *b = build_new(test, layout_of(test));

	KUNIT_EXPECT_PTR_EQ(test, dss_ntb_reserve(&b->ntb, 0), NULL);
	KUNIT_EXPECT_PTR_EQ(test, dss_ntb_reserve(&b->ntb, U32_MAX), NULL);
	KUNIT_EXPECT_PTR_EQ(test, dss_ntb_reserve(&b->ntb, b->p->tx_max), NULL);
}

/* Byte for byte, written down from the tables of NCM 1.0 */
static void golden_ntb16(struct kunit *test)
{
	static const u8 golden[] = {
		'N', 'C', 'M', 'H', 12, 0, 0x34, 0x12, 44, 0, 12, 0,
		'D', 'S', 'S', 7, 20, 0, 0, 0, 32, 0, 5, 0, 40, 0, 4, 0, 0, 0, 0, 0,
		'h', 'e', 'l', 'l', 'o', 0, 0, 0, 'w', 'o', 'r', 'l',
	};
	static const struct dss_ntb_params p = {
		.tx_max = 2048, .max_datagram = 100, .min_tx_pkt = 2048, .max_datagrams = 2,
		.modulus = 8, .ndp_modulus = 4, .maxpacket = 512,
	};
	struct dss_ntb ntb;
	u8 *buf = kunit_kzalloc(test, p.tx_max, GFP_KERNEL);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, buf);
	memset(buf, POISON, p.tx_max);
	dss_ntb_begin(&ntb, &p, buf, 7);
	memcpy(dss_ntb_reserve(&ntb, 5), "hello", 5);
	dss_ntb_commit(&ntb, 5);
	memcpy(dss_ntb_reserve(&ntb, 4), "worl", 4);
	dss_ntb_commit(&ntb, 4);
	KUNIT_EXPECT_EQ(test, dss_ntb_finish(&ntb, 0x1234), (u32)sizeof(golden));
	KUNIT_EXPECT_EQ(test, memcmp(buf, golden, sizeof(golden)), 0);
}

/* The same, of an NTB that has room for 40: 184 - 152 = 32 is where the first would be of one */
static void golden_shifted(struct kunit *test)
{
	static const u8 golden[] = {
		'N', 'C', 'M', 'H', 12, 0, 0x34, 0x12, 37, 0, 12, 0,
		'D', 'S', 'S', 7, 16, 0, 0, 0, 32, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		'h', 'e', 'l', 'l', 'o',
	};
	static const struct dss_ntb_params p = {
		.tx_max = 2048, .max_datagram = 100, .min_tx_pkt = 2048, .max_datagrams = 40,
		.modulus = 8, .ndp_modulus = 4, .maxpacket = 512,
	};
	struct dss_ntb ntb;
	u8 *buf = kunit_kzalloc(test, p.tx_max, GFP_KERNEL);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, buf);
	memset(buf, POISON, p.tx_max);
	dss_ntb_begin(&ntb, &p, buf, 7);
	memcpy(dss_ntb_reserve(&ntb, 5), "hello", 5);
	dss_ntb_commit(&ntb, 5);
	KUNIT_EXPECT_EQ(test, dss_ntb_finish(&ntb, 0x1234), (u32)sizeof(golden));
	KUNIT_EXPECT_EQ(test, ntb.start, 152u);
	KUNIT_EXPECT_EQ(test, memcmp(buf + 152, golden, sizeof(golden)), 0);
}

static void golden_ntb32_end(struct kunit *test)
{
	static const u8 golden[] = {
		'n', 'c', 'm', 'h', 16, 0, 0x34, 0x12, 64, 0, 0, 0, 32, 0, 0, 0,
		0, 0, 'h', 'e', 'l', 'l', 'o', 0, 0, 0, 0, 0, 0, 0, 0, 0,
		'd', 's', 's', 255, 32, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		18, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	};
	static const struct dss_ntb_params p = {
		.tx_max = 2048, .max_datagram = 100, .min_tx_pkt = 2048, .max_datagrams = 2,
		.modulus = 4, .remainder = 2, .ndp_modulus = 16, .maxpacket = 512,
		.ntb32 = true, .ndp_to_end = true,
	};
	struct dss_ntb ntb;
	u8 *buf = kunit_kzalloc(test, p.tx_max, GFP_KERNEL);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, buf);
	memset(buf, POISON, p.tx_max);
	dss_ntb_begin(&ntb, &p, buf, 255);
	memcpy(dss_ntb_reserve(&ntb, 5), "hello", 5);
	dss_ntb_commit(&ntb, 5);
	KUNIT_EXPECT_EQ(test, dss_ntb_finish(&ntb, 0x1234), (u32)sizeof(golden));
	KUNIT_EXPECT_EQ(test, memcmp(buf, golden, sizeof(golden)), 0);
}

/* Offset of the first datagram when max_datagrams is 1 and the rest as in PADDING() */
#define FIRST	28

struct padding {
	const char *desc;
	struct dss_ntb_params p;
	u32 len;	/* bytes of the only datagram */
	u32 size;	/* of the transfer */
	bool zero_packet;
};

#define PADDING(_desc, _tx_max, _min_tx_pkt, _zlp, _used, _size, _zero_packet)	\
	{ .desc = (_desc), .len = (_used) - FIRST, .size = (_size),		\
	  .zero_packet = (_zero_packet), .p = {					\
		.tx_max = (_tx_max), .max_datagram = 1024, .max_datagrams = 1,	\
		.min_tx_pkt = (_min_tx_pkt), .modulus = 4, .ndp_modulus = 4,	\
		.maxpacket = 512, .zlp = (_zlp) } }

static const struct padding paddings[] = {
	PADDING("short packet", 4096, 2560, false, 100, 100, false),
	PADDING("one less than a packet", 4096, 2560, false, 511, 511, false),
	PADDING("a full packet gets a byte", 4096, 2560, false, 512, 513, false),
	PADDING("one more than a packet", 4096, 2560, false, 513, 513, false),
	PADDING("two full packets", 4096, 2560, false, 1024, 1025, false),
	PADDING("as much as min_tx_pkt", 4096, 600, false, 600, 600, false),
	PADDING("more than min_tx_pkt", 4096, 600, false, 601, 4096, false),
	PADDING("more than min_tx_pkt, a full packet", 4096, 600, false, 1024, 4096, false),
	PADDING("more than min_tx_pkt, odd tx_max", 4097, 600, false, 601, 4097, false),
	PADDING("more than min_tx_pkt, tx_max", 2048, 600, false, 2048, 2048, false),
	PADDING("min_tx_pkt 0", 4096, 0, false, 100, 4096, false),
	PADDING("tx_max without padding", 2048, 4096, false, 2048, 2048, false),
	PADDING("NTB-16 is padded to 65535", 65536, 600, false, 601, 65535, false),
	PADDING("ZLP: short packet", 4096, 600, true, 100, 100, false),
	PADDING("ZLP: no padding", 4096, 600, true, 601, 601, false),
	PADDING("ZLP: a full packet gets a byte", 4096, 600, true, 1024, 1025, false),
	PADDING("ZLP: tx_max, full packets", 2048, 600, true, 2048, 2048, true),
	PADDING("ZLP: tx_max, short packet", 2047, 600, true, 2047, 2047, false),
};

static void padding_desc(const struct padding *padding, char *desc)
{
	strscpy(desc, padding->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(padding, paddings, padding_desc);

static void padded(struct kunit *test)
{
	const struct padding *padding = test->param_value;
	struct build *b = build_new(test, &padding->p);

	KUNIT_ASSERT_TRUE(test, build_add(b, padding->len));
	KUNIT_EXPECT_EQ(test, build_check(b), padding->size);
	KUNIT_EXPECT_EQ(test, dss_ntb_zero_packet(&padding->p, padding->size),
			padding->zero_packet);
}

/* The largest start by the letter: datagrams keep remainders, the NDP is behind the header */
static u32 largest_start(const struct dss_ntb_params *p, u32 datagrams)
{
	u32 nth = p->ntb32 ? 16 : 12;
	u32 ndp, first, start = 0;

	for (ndp = nth; ndp % p->ndp_modulus; ndp++)
		;
	for (first = ndp + ndp_bytes(p, p->max_datagrams); first % p->modulus != p->remainder;
	     first++)
		;
	while (first >= start + p->modulus + ndp + ndp_bytes(p, datagrams))
		start += p->modulus;
	return start;
}

/* As many datagrams as that, finished, finished again, and without the first and last */
static void check_count(struct build *b, u32 count)
{
	struct kunit *test = b->test;
	u32 start = largest_start(b->p, count);
	u32 len;

	build_begin(b);
	while (b->model.count < count)
		KUNIT_ASSERT_TRUE(test, build_add(b, 1 + b->model.count % 40));
	len = build_check(b);
	KUNIT_EXPECT_EQ(test, b->ntb.start, start);
	KUNIT_EXPECT_EQ(test, build_check(b), len);
	KUNIT_EXPECT_EQ(test, b->ntb.start, start);
	if (count < 3)
		return;
	build_remove(b, count - 1);
	build_check(b);
	KUNIT_EXPECT_EQ(test, b->ntb.start, largest_start(b->p, count - 1));
	/* The first leaves room in front, too */
	build_remove(b, 0);
	build_check(b);
	KUNIT_EXPECT_GE(test, b->ntb.start, largest_start(b->p, count - 2));
}

struct alignment {
	const char *desc;
	u16 modulus;
	u16 remainder;
};

static const struct alignment alignments[] = {
	{ "modulus 4", 4, 0 },
	{ "modulus 4, remainder 2", 4, 2 },
	{ "modulus 4, remainder 3", 4, 3 },
	{ "modulus 8, remainder 6", 8, 6 },
	{ "modulus 32", 32, 0 },
	{ "modulus 32, remainder 14", 32, 14 },
	{ "modulus 64, remainder 63", 64, 63 },
	{ "modulus 512", 512, 0 },
	{ "modulus 512, remainder 511", 512, 511 },
	{ "modulus 1024, remainder 18", 1024, 18 },
};

static void alignment_desc(const struct alignment *alignment, char *desc)
{
	strscpy(desc, alignment->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(alignment, alignments, alignment_desc);

static void start_aligned(struct kunit *test)
{
	static const u16 ndp_moduli[] = { 4, 8, 16, 64, 512, 1024 };
	const struct alignment *alignment = test->param_value;
	struct dss_ntb_params p = {
		.tx_max = 65535, .max_datagram = 64, .min_tx_pkt = 65535, .max_datagrams = 40,
		.modulus = alignment->modulus, .remainder = alignment->remainder,
		.ndp_modulus = 4, .maxpacket = 512,
	};
	struct build *b = build_new(test, &p);
	unsigned int i;

	for (i = 0; i < 2 * ARRAY_SIZE(ndp_moduli); i++) {
		p.ndp_modulus = ndp_moduli[i / 2];
		p.ntb32 = i & 1;
		check_count(b, 1);
		check_count(b, 2);
		check_count(b, 3);
		check_count(b, 25);
		check_count(b, 39);
		check_count(b, 40);
	}
}

/* Where the first datagram is written with room for 240 and the rest as in PLACE() */
#define FAR	984

struct place {
	const char *desc;
	struct dss_ntb_params p;
	u32 len;	/* bytes of the only datagram */
	u32 start;	/* of the transfer, at most FAR - FIRST */
	u32 size;	/* of the transfer */
};

#define PLACE(_desc, _tx_max, _min_tx_pkt, _zlp, _len, _start, _size)		\
	{ .desc = (_desc), .len = (_len), .start = (_start), .size = (_size), .p = { \
		.tx_max = (_tx_max), .max_datagram = 996, .max_datagrams = 240,	\
		.min_tx_pkt = (_min_tx_pkt), .modulus = 4, .ndp_modulus = 4,	\
		.maxpacket = 512, .zlp = (_zlp) } }

static const struct place places[] = {
	PLACE("alone", 4096, 2560, false, 64, 956, 92),
	PLACE("a full packet gets a byte", 4096, 2560, false, 484, 956, 513),
	PLACE("as much as min_tx_pkt", 4096, 600, false, 572, 956, 600),
	PLACE("more than min_tx_pkt", 4096, 600, false, 573, 0, 4096),
	PLACE("min_tx_pkt 0", 4096, 0, false, 64, 0, 4096),
	PLACE("NTB-16 is padded to 65535", 65536, 600, false, 573, 0, 65535),
	PLACE("ends with the buffer", 1984, 2560, false, 1000, 956, 1028),
	PLACE("ends with the buffer, no room for a byte", 1980, 2560, false, 996, 0, 1980),
	PLACE("ends before the buffer, a byte", 1981, 2560, false, 996, 956, 1025),
	PLACE("ZLP: alone", 4096, 600, true, 64, 956, 92),
	PLACE("ZLP: no padding", 4096, 600, true, 573, 956, 601),
	PLACE("ZLP: no room for a byte", 1980, 600, true, 996, 0, 1980),
};

static void place_desc(const struct place *place, char *desc)
{
	strscpy(desc, place->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(place, places, place_desc);

static void placed(struct kunit *test)
{
	const struct place *place = test->param_value;
	struct build *b = build_new(test, &place->p);
	unsigned int i;

	KUNIT_EXPECT_PTR_EQ(test, dss_ntb_reserve(&b->ntb, 1), b->buf + FAR);
	KUNIT_ASSERT_TRUE(test, build_add(b, place->len));
	for (i = 0; i < 2; i++) {
		KUNIT_EXPECT_EQ(test, build_check(b), place->size);
		KUNIT_EXPECT_EQ(test, b->ntb.start, place->start);
	}
}

/* Shorter by what was cancelled, it need not be padded any more */
static void start_after_padding(struct kunit *test)
{
	static const struct dss_ntb_params p = {
		.tx_max = 4096, .max_datagram = 996, .max_datagrams = 240, .min_tx_pkt = 1000,
		.modulus = 4, .ndp_modulus = 4, .maxpacket = 512,
	};
	struct build *b = build_new(test, &p);

	KUNIT_ASSERT_TRUE(test, build_add(b, 500));
	KUNIT_ASSERT_TRUE(test, build_add(b, 500));
	KUNIT_EXPECT_EQ(test, build_check(b), p.tx_max);
	KUNIT_EXPECT_EQ(test, b->ntb.start, 0u);
	build_remove(b, 0);
	/* Header, NDP and the second datagram only */
	KUNIT_EXPECT_EQ(test, build_check(b), FIRST + 500u);
	KUNIT_EXPECT_EQ(test, b->ntb.start, FAR - FIRST + 500u);
}

/* The byte that full packets need is not there: it stays where it was the last time */
static void start_stays(struct kunit *test)
{
	static const struct dss_ntb_params p = {
		.tx_max = 1980, .max_datagram = 996, .max_datagrams = 240, .min_tx_pkt = 2048,
		.modulus = 4, .ndp_modulus = 4, .maxpacket = 512,
	};
	struct build *b = build_new(test, &p);

	KUNIT_ASSERT_TRUE(test, build_add(b, 500));
	KUNIT_ASSERT_TRUE(test, build_add(b, 496));
	KUNIT_EXPECT_EQ(test, build_check(b), 1028u);
	KUNIT_EXPECT_EQ(test, b->ntb.start, 952u);
	build_remove(b, 1);
	KUNIT_EXPECT_EQ(test, build_check(b), 1028u);
	KUNIT_EXPECT_EQ(test, b->ntb.start, 952u);
}

struct refusal {
	const char *desc;
	struct dss_ntb_params p;
	bool valid;
};

#define REFUSAL(_desc, _valid, _tx_max, _datagram, _datagrams, _modulus, _remainder, _ndp,	\
		_maxpacket, _ntb32, _end)							\
	{ .desc = (_desc), .valid = (_valid), .p = {						\
		.tx_max = (_tx_max), .max_datagram = (_datagram), .max_datagrams = (_datagrams),\
		.modulus = (_modulus), .remainder = (_remainder), .ndp_modulus = (_ndp),	\
		.maxpacket = (_maxpacket), .ntb32 = (_ntb32), .ndp_to_end = (_end) } }

static const struct refusal refusals[] = {
	REFUSAL("good", true, 16384, 2048, 40, 4, 0, 4, 512, false, false),
	REFUSAL("no datagram", false, 16384, 0, 40, 4, 0, 4, 512, false, false),
	REFUSAL("no datagrams", false, 16384, 2048, 0, 4, 0, 4, 512, false, false),
	REFUSAL("modulus 0", false, 16384, 2048, 40, 0, 0, 4, 512, false, false),
	REFUSAL("modulus 2", false, 16384, 2048, 40, 2, 0, 4, 512, false, false),
	REFUSAL("modulus 6", false, 16384, 2048, 40, 6, 0, 4, 512, false, false),
	REFUSAL("modulus 4, remainder 3", true, 16384, 2048, 40, 4, 3, 4, 512, false, false),
	REFUSAL("modulus 4, remainder 4", false, 16384, 2048, 40, 4, 4, 4, 512, false, false),
	REFUSAL("NDP alignment 0", false, 16384, 2048, 40, 4, 0, 0, 512, false, false),
	REFUSAL("NDP alignment 2", false, 16384, 2048, 40, 4, 0, 2, 512, false, false),
	REFUSAL("NDP alignment 12", false, 16384, 2048, 40, 4, 0, 12, 512, false, false),
	REFUSAL("maxpacket 0", false, 16384, 2048, 40, 4, 0, 4, 0, false, false),
	REFUSAL("tx_max 0", false, 0, 2048, 40, 4, 0, 4, 512, false, false),
	REFUSAL("tx_max of headers only", false, 184, 1, 40, 4, 0, 4, 512, false, false),
	REFUSAL("tx_max beyond all reason", false, 0xffffffff, 2048, 40, 4, 0, 4, 512, true, false),
	REFUSAL("datagram and headers are tx_max", true, 2048, 2048 - 12 - 172, 40, 4, 0, 4, 512,
		false, false),
	REFUSAL("datagram and headers, a byte more", false, 2048, 2048 - 12 - 171, 40, 4, 0, 4, 512,
		false, false),
	REFUSAL("NDP at the end, all of tx_max", true, 2048, 2048 - 12 - 172, 40, 4, 0, 4, 512,
		false, true),
	REFUSAL("NDP at the end, a byte more", false, 2048, 2048 - 12 - 171, 40, 4, 0, 4, 512,
		false, true),
	REFUSAL("NTB-32, all of tx_max", true, 4096, 4096 - 16 - 344, 40, 4, 0, 4, 512, true,
		false),
	REFUSAL("NTB-32, a byte more", false, 4096, 4096 - 16 - 343, 40, 4, 0, 4, 512, true, false),
	REFUSAL("alignment leaves too little", false, 2048, 1500, 40, 1024, 0, 4, 512, false,
		false),
	REFUSAL("alignment leaves nothing", false, 500, 1, 40, 512, 0, 4, 512, false, false),
	REFUSAL("more entries than tx_max has room for", false, 2048, 64, 600, 4, 0, 4, 512, false,
		false),
	REFUSAL("NDP32 longer than its wLength says", false, 131072, 64, 8200, 4, 0, 4, 512, true,
		false),
};

static void refusal_desc(const struct refusal *refusal, char *desc)
{
	strscpy(desc, refusal->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(refusal, refusals, refusal_desc);

static void params_valid(struct kunit *test)
{
	const struct refusal *refusal = test->param_value;
	const struct dss_ntb_params *p = &refusal->p;

	KUNIT_EXPECT_EQ(test, dss_ntb_params_valid(p), refusal->valid);
	if (refusal->valid) {
		struct build *b = build_new(test, p);

		KUNIT_EXPECT_TRUE(test, build_add(b, p->max_datagram));
		build_check(b);
	}
}

static struct kunit_case ntb_build_cases[] = {
	KUNIT_CASE_PARAM(one_datagram, layout_gen_params),
	KUNIT_CASE_PARAM(largest_datagram, layout_gen_params),
	KUNIT_CASE_PARAM(full, layout_gen_params),
	KUNIT_CASE_PARAM(random_ntbs, layout_gen_params),
	KUNIT_CASE_PARAM(remove_each, layout_gen_params),
	KUNIT_CASE_PARAM(remove_then_add, layout_gen_params),
	KUNIT_CASE_PARAM(remove_all, layout_gen_params),
	KUNIT_CASE_PARAM(finish_again, layout_gen_params),
	KUNIT_CASE_PARAM(empty_is_not_sent, layout_gen_params),
	KUNIT_CASE_PARAM(reserve_changes_nothing, layout_gen_params),
	KUNIT_CASE_PARAM(reserve_nothing, layout_gen_params),
	KUNIT_CASE(golden_ntb16),
	KUNIT_CASE(golden_shifted),
	KUNIT_CASE(golden_ntb32_end),
	KUNIT_CASE_PARAM(padded, padding_gen_params),
	KUNIT_CASE_PARAM(start_aligned, alignment_gen_params),
	KUNIT_CASE_PARAM(placed, place_gen_params),
	KUNIT_CASE(start_after_padding),
	KUNIT_CASE(start_stays),
	KUNIT_CASE_PARAM(params_valid, refusal_gen_params),
	{}
};

static struct kunit_suite ntb_build_suite = {
	.name = "mbim_dss_ntb_build",
	.test_cases = ntb_build_cases,
};

kunit_test_suite(ntb_build_suite);
