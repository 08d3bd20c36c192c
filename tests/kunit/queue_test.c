// SPDX-License-Identifier: GPL-2.0
/* The receive queue: order, bounds, losses, partial reads */
#include <kunit/test.h>
#include <linux/prandom.h>
#include <linux/sched.h>
#include <linux/uio.h>

#include <linux/mbim_dss.h>

#include "queue.h"
#include "wire.h"

#define CHUNK		DSS_QUEUE_CHUNK_SIZE
#define ROOM		DSS_QUEUE_CHUNK_ROOM
#define RECORD		((u32)sizeof(struct dss_record))
#define LARGEST		(4 * CHUNK)

struct queue_test {
	struct dss_queue q;
	u8 data[LARGEST];	/* what is pushed */
	u8 copy[LARGEST];	/* what has been read */
	u32 pushed;		/* tags of datagrams: counted from 1 */
	u32 read;
};

static int queue_init(struct kunit *test)
{
	struct queue_test *t = kunit_kzalloc(test, sizeof(*t), GFP_KERNEL);

	if (!t)
		return -ENOMEM;
	dss_queue_init(&t->q, 1 << 20);
	test->priv = t;
	return 0;
}

static void queue_exit(struct kunit *test)
{
	struct queue_test *t = test->priv;

	if (t)
		dss_queue_purge(&t->q);
}

/* A datagram is offered, whether or not there is room for it */
static bool offer(struct queue_test *t, u32 len)
{
	wire_fill(t->data, t->pushed + 1, len);
	if (!dss_queue_push(&t->q, t->data, len, GFP_KERNEL))
		return false;
	t->pushed++;
	return true;
}

static void push(struct kunit *test, u32 len)
{
	KUNIT_ASSERT_TRUE(test, offer(test->priv, len));
}

static int copy(struct queue_test *t, const struct dss_queue_head *head, u32 offset, u32 len)
{
	struct kvec vec = { .iov_base = t->copy, .iov_len = len };
	struct iov_iter to;

	memset(t->copy, 0, len);
	iov_iter_kvec(&to, READ, &vec, 1, len);
	return dss_queue_copy(head, offset, len, &to);
}

/* The record at hand is what is left of datagram @tag, from byte @from on */
static void expect_head(struct kunit *test, const struct dss_queue_head *head, u32 tag, u32 from)
{
	struct queue_test *t = test->priv;

	KUNIT_EXPECT_EQ(test, copy(t, head, 0, head->len), 0);
	KUNIT_EXPECT_TRUE(test, wire_is(t->copy, tag, from, head->len));
}

static void consume(struct queue_test *t, const struct dss_queue_head *head, u32 keep)
{
	dss_queue_free(dss_queue_consume(&t->q, head, keep));
}

/* The oldest record is the next one that has been pushed, whole, @len bytes; it goes */
static struct dss_queue_head pop(struct kunit *test, u32 len)
{
	struct queue_test *t = test->priv;
	struct dss_queue_head head = {};

	KUNIT_ASSERT_TRUE(test, dss_queue_peek(&t->q, &head));
	KUNIT_EXPECT_EQ(test, head.len, len);
	expect_head(test, &head, ++t->read, 0);
	consume(t, &head, 0);
	return head;
}

static void expect_empty(struct kunit *test)
{
	struct queue_test *t = test->priv;
	struct dss_queue_head head;

	KUNIT_EXPECT_FALSE(test, dss_queue_peek(&t->q, &head));
	KUNIT_EXPECT_EQ(test, dss_queue_bytes(&t->q), 0u);
	KUNIT_EXPECT_EQ(test, dss_queue_records(&t->q), 0u);
	/* One chunk to go on with, one to spare */
	KUNIT_EXPECT_LE(test, dss_queue_memory(&t->q), 2 * CHUNK);
}

static void new_queue(struct kunit *test)
{
	struct queue_test *t = test->priv;

	expect_empty(test);
	KUNIT_EXPECT_EQ(test, dss_queue_memory(&t->q), 0u);
}

static void one_by_one(struct kunit *test)
{
	struct queue_test *t = test->priv;
	u32 len;

	for (len = 1; len <= LARGEST; len += len < 100 ? 1 : 97) {
		push(test, len);
		KUNIT_EXPECT_EQ(test, dss_queue_bytes(&t->q), len);
		KUNIT_EXPECT_EQ(test, dss_queue_records(&t->q), 1u);
		KUNIT_EXPECT_EQ(test, pop(test, len).flags, 0u);
		expect_empty(test);
	}
}

static void in_order(struct kunit *test)
{
	struct queue_test *t = test->priv;
	u32 i;

	for (i = 0; i < 300; i++)
		push(test, 1 + i * 7);
	KUNIT_EXPECT_EQ(test, dss_queue_records(&t->q), 300u);
	KUNIT_EXPECT_EQ(test, dss_queue_bytes(&t->q), 300u + 7 * 299 * 150);
	for (i = 0; i < 300; i++)
		pop(test, 1 + i * 7);
	expect_empty(test);
}

/* How the first datagram leaves the chunk in which the second one is to begin */
struct seam {
	const char *desc;
	u32 left;	/* bytes of the chunk */
	u32 len;	/* of the second datagram */
	u32 chunks;	/* that both need */
};

static const struct seam seams[] = {
	{ "nothing left", 0, 100, 2 },
	{ "less than a header left", 4, 100, 2 },
	{ "a header left", 8, 100, 2 },
	{ "a header and a word left, two needed", 12, 8, 2 },
	{ "a header and a word left, a byte needed", 12, 1, 1 },
	{ "exactly enough left", 108, 100, 1 },
	{ "exactly enough left, the length odd", 108, 97, 1 },
	{ "a byte more than is left", 108, 101, 2 },
	{ "a header left, a whole chunk needed", 8, ROOM, 2 },
	{ "a header left, a chunk and a byte needed", 8, ROOM + 1, 3 },
	{ "nothing left, a whole chunk needed", 0, ROOM - 8, 2 },
	{ "nothing left, a chunk and a byte needed", 0, ROOM - 7, 3 },
	{ "nothing left, two chunks needed", 0, 2 * ROOM - 8, 3 },
	{ "some left, three chunks spanned", 1000, 2 * ROOM + 500, 3 },
};

static void seam_desc(const struct seam *seam, char *desc)
{
	strscpy(desc, seam->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(seam, seams, seam_desc);

static void across_chunks(struct kunit *test)
{
	const struct seam *seam = test->param_value;
	struct queue_test *t = test->priv;
	unsigned int round;

	for (round = 0; round < 3; round++) {
		push(test, ROOM - RECORD - seam->left);
		push(test, seam->len);
		push(test, 5);
		KUNIT_EXPECT_GE(test, dss_queue_memory(&t->q), seam->chunks * CHUNK);
		KUNIT_EXPECT_LE(test, dss_queue_memory(&t->q), (seam->chunks + 1) * CHUNK);
		pop(test, ROOM - RECORD - seam->left);
		pop(test, seam->len);
		pop(test, 5);
		expect_empty(test);
	}
}

static void across_chunks_memory(struct kunit *test)
{
	const struct seam *seam = test->param_value;
	struct queue_test *t = test->priv;

	push(test, ROOM - RECORD - seam->left);
	KUNIT_EXPECT_EQ(test, dss_queue_memory(&t->q), CHUNK);
	push(test, seam->len);
	KUNIT_EXPECT_EQ(test, dss_queue_memory(&t->q), seam->chunks * CHUNK);
}

static void across_chunks_one_peek(struct kunit *test)
{
	const struct seam *seam = test->param_value;
	struct queue_test *t = test->priv;
	struct dss_queue_head head;

	push(test, ROOM - RECORD - seam->left);
	push(test, seam->len);
	push(test, 5);
	KUNIT_ASSERT_TRUE(test, dss_queue_peek(&t->q, &head));
	expect_head(test, &head, 1, 0);
	KUNIT_ASSERT_TRUE(test, dss_queue_peek_next(&head));
	KUNIT_EXPECT_EQ(test, head.len, seam->len);
	expect_head(test, &head, 2, 0);
	KUNIT_ASSERT_TRUE(test, dss_queue_peek_next(&head));
	KUNIT_EXPECT_EQ(test, head.len, 5u);
	expect_head(test, &head, 3, 0);
	KUNIT_EXPECT_FALSE(test, dss_queue_peek_next(&head));
	/* Up to the second */
	KUNIT_ASSERT_TRUE(test, dss_queue_peek(&t->q, &head));
	KUNIT_ASSERT_TRUE(test, dss_queue_peek_next(&head));
	consume(t, &head, 0);
	t->read = 2;
	pop(test, 5);
	expect_empty(test);
}

/* Every part of a record can be copied by itself */
static void across_chunks_parts(struct kunit *test)
{
	const struct seam *seam = test->param_value;
	struct queue_test *t = test->priv;
	struct dss_queue_head head;
	u32 offset;

	push(test, ROOM - RECORD - seam->left);
	push(test, seam->len);
	KUNIT_ASSERT_TRUE(test, dss_queue_peek(&t->q, &head));
	KUNIT_ASSERT_TRUE(test, dss_queue_peek_next(&head));
	for (offset = 0; offset < seam->len; offset += 1 + offset / 3) {
		u32 len = min(seam->len - offset, 1 + offset);

		KUNIT_EXPECT_EQ(test, copy(t, &head, offset, len), 0);
		KUNIT_EXPECT_TRUE(test, wire_is(t->copy, 2, offset, len));
	}
}

/* Reading on where the last read ended, down to the last byte */
static void across_chunks_rest(struct kunit *test)
{
	const struct seam *seam = test->param_value;
	struct queue_test *t = test->priv;
	struct dss_queue_head head;
	u32 first = ROOM - RECORD - seam->left;
	u32 from = 0;

	push(test, first);
	push(test, seam->len);
	pop(test, first);
	while (from < seam->len) {
		u32 part = min(seam->len - from, 1 + from);

		KUNIT_ASSERT_TRUE(test, dss_queue_peek(&t->q, &head));
		KUNIT_EXPECT_EQ(test, head.len, seam->len - from);
		KUNIT_EXPECT_EQ(test, head.flags, from ? MBIM_DSS_DATAGRAM_REST : 0u);
		KUNIT_EXPECT_EQ(test, dss_queue_bytes(&t->q), head.len);
		expect_head(test, &head, 2, from);
		consume(t, &head, head.len - part);
		from += part;
	}
	expect_empty(test);
}

static void copy_refused(struct kunit *test)
{
	struct queue_test *t = test->priv;
	struct kvec vec = { .iov_base = t->copy, .iov_len = ROOM + 9 };
	struct dss_queue_head head;
	struct iov_iter to;

	/* The destination ends in the second chunk: a fault, as far as the queue can tell */
	push(test, ROOM + 10);
	KUNIT_ASSERT_TRUE(test, dss_queue_peek(&t->q, &head));
	iov_iter_kvec(&to, READ, &vec, 1, vec.iov_len);
	KUNIT_EXPECT_EQ(test, dss_queue_copy(&head, 0, head.len, &to), -EFAULT);
	KUNIT_EXPECT_EQ(test, iov_iter_count(&to), vec.iov_len);
	pop(test, ROOM + 10);
}

static void keep_nothing_read(struct kunit *test)
{
	struct queue_test *t = test->priv;
	struct dss_queue_head head;

	push(test, 10);
	push(test, 20);
	push(test, 30);
	KUNIT_ASSERT_TRUE(test, dss_queue_peek(&t->q, &head));
	KUNIT_ASSERT_TRUE(test, dss_queue_peek_next(&head));
	consume(t, &head, head.len);
	KUNIT_EXPECT_EQ(test, dss_queue_records(&t->q), 2u);
	KUNIT_EXPECT_EQ(test, dss_queue_bytes(&t->q), 50u);
	t->read = 1;
	KUNIT_EXPECT_EQ(test, pop(test, 20).flags, 0u);
	pop(test, 30);
	expect_empty(test);
}

static void keep_part_of_a_later_record(struct kunit *test)
{
	struct queue_test *t = test->priv;
	struct dss_queue_head head;

	push(test, 10);
	push(test, 20);
	push(test, 30);
	KUNIT_ASSERT_TRUE(test, dss_queue_peek(&t->q, &head));
	KUNIT_ASSERT_TRUE(test, dss_queue_peek_next(&head));
	consume(t, &head, 5);
	KUNIT_EXPECT_EQ(test, dss_queue_records(&t->q), 2u);
	KUNIT_EXPECT_EQ(test, dss_queue_bytes(&t->q), 35u);
	KUNIT_ASSERT_TRUE(test, dss_queue_peek(&t->q, &head));
	KUNIT_EXPECT_EQ(test, head.len, 5u);
	KUNIT_EXPECT_EQ(test, head.flags, MBIM_DSS_DATAGRAM_REST);
	expect_head(test, &head, 2, 15);
	/* The flag is of that record only */
	KUNIT_ASSERT_TRUE(test, dss_queue_peek_next(&head));
	KUNIT_EXPECT_EQ(test, head.flags, 0u);
	expect_head(test, &head, 3, 0);
	consume(t, &head, 0);
	expect_empty(test);
}

/* What has been peeked at stays where it is, and is all there is until the next peek */
static void push_while_reading(struct kunit *test)
{
	struct queue_test *t = test->priv;
	struct dss_queue_head head;
	u32 i;

	push(test, 100);
	push(test, 200);
	KUNIT_ASSERT_TRUE(test, dss_queue_peek(&t->q, &head));
	KUNIT_EXPECT_EQ(test, head.avail, 1u);
	for (i = 0; i < 50; i++)
		push(test, 500);
	expect_head(test, &head, 1, 0);
	KUNIT_ASSERT_TRUE(test, dss_queue_peek_next(&head));
	expect_head(test, &head, 2, 0);
	KUNIT_EXPECT_FALSE(test, dss_queue_peek_next(&head));
	KUNIT_EXPECT_EQ(test, head.len, 200u);
	consume(t, &head, 0);
	KUNIT_EXPECT_EQ(test, dss_queue_records(&t->q), 50u);
	t->read = 2;
	for (i = 0; i < 50; i++)
		pop(test, 500);
	expect_empty(test);
}

static void push_while_reading_the_last(struct kunit *test)
{
	struct queue_test *t = test->priv;
	struct dss_queue_head head;

	push(test, ROOM - RECORD);
	KUNIT_ASSERT_TRUE(test, dss_queue_peek(&t->q, &head));
	push(test, 10);
	expect_head(test, &head, 1, 0);
	consume(t, &head, 0);
	t->read = 1;
	pop(test, 10);
	expect_empty(test);
}

struct bound {
	const char *desc;
	u32 limit;
	u32 len;	/* of each datagram */
	u32 fit;	/* of them */
};

static const struct bound bounds[] = {
	{ "no chunk", CHUNK - 1, 1, 0 },
	{ "one chunk, 1 byte each", CHUNK, 1, ROOM / 12 },
	{ "one chunk, 64 bytes each", CHUNK, 64, ROOM / 72 },
	{ "one chunk, the largest", CHUNK, ROOM - 8, 1 },
	{ "one chunk, too large", CHUNK, ROOM - 7, 0 },
	{ "less than two chunks", 2 * CHUNK - 1, 64, ROOM / 72 },
	{ "two chunks, 64 bytes each", 2 * CHUNK, 64, 2 * ROOM / 72 },
	{ "two chunks, 1500 bytes each", 2 * CHUNK, 1500, 2 * ROOM / 1508 },
	{ "two chunks, the largest", 2 * CHUNK, 2 * ROOM - 8, 1 },
	{ "two chunks, too large", 2 * CHUNK, 2 * ROOM - 7, 0 },
	{ "256 KiB, 1 byte each", 64 * CHUNK, 1, 64 * (ROOM / 12) },
	{ "256 KiB, 16 KiB each", 64 * CHUNK, 16384, 64 * ROOM / 16392 },
};

static void bound_desc(const struct bound *bound, char *desc)
{
	strscpy(desc, bound->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(bound, bounds, bound_desc);

static void bounded(struct kunit *test)
{
	const struct bound *bound = test->param_value;
	struct queue_test *t = test->priv;
	struct dss_queue_head head;
	u32 i;

	dss_queue_init(&t->q, bound->limit);
	for (i = 0; offer(t, bound->len); i++)
		KUNIT_ASSERT_LE(test, dss_queue_memory(&t->q), bound->limit);
	KUNIT_EXPECT_EQ(test, i, bound->fit);
	KUNIT_EXPECT_LE(test, dss_queue_memory(&t->q), bound->limit);
	KUNIT_EXPECT_LE(test, t->q.memory_max, bound->limit);
	/* What can never fit is refused without trying */
	if (!bound->fit)
		KUNIT_EXPECT_EQ(test, dss_queue_memory(&t->q), 0u);
	KUNIT_EXPECT_FALSE(test, offer(t, bound->len));
	KUNIT_EXPECT_EQ(test, t->q.lost, 2u);
	KUNIT_EXPECT_EQ(test, dss_queue_records(&t->q), bound->fit);

	/* All that was accepted is there, and then there is room for as much again */
	while (dss_queue_peek(&t->q, &head))
		pop(test, bound->len);
	KUNIT_EXPECT_EQ(test, t->read, bound->fit);
	expect_empty(test);
	for (i = 0; offer(t, bound->len); i++)
		;
	KUNIT_EXPECT_EQ(test, i, bound->fit);
	KUNIT_EXPECT_LE(test, t->q.memory_max, bound->limit);
}

static void absurd_length(struct kunit *test)
{
	struct queue_test *t = test->priv;

	KUNIT_EXPECT_FALSE(test, dss_queue_push(&t->q, t->data, t->q.limit + 1, GFP_KERNEL));
	KUNIT_EXPECT_FALSE(test, dss_queue_push(&t->q, t->data, U32_MAX - 7, GFP_KERNEL));
	KUNIT_EXPECT_FALSE(test, dss_queue_push(&t->q, t->data, U32_MAX, GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, t->q.lost, 3u);
	KUNIT_EXPECT_EQ(test, dss_queue_memory(&t->q), 0u);
}

/* A loss is told by the next record, and by that only */
static void loss_at_its_place(struct kunit *test)
{
	struct queue_test *t = test->priv;
	struct dss_queue_head head;
	u32 fit = 0, i;

	dss_queue_init(&t->q, CHUNK);
	while (offer(t, 490))
		fit++;
	KUNIT_EXPECT_FALSE(test, offer(t, 490));
	KUNIT_EXPECT_FALSE(test, offer(t, 490));
	/* There is room for a small one behind those that were lost */
	push(test, 1);
	push(test, 2);
	for (i = 0; i < fit; i++) {
		head = pop(test, 490);
		KUNIT_EXPECT_EQ(test, head.lost, 0u);
		KUNIT_EXPECT_EQ(test, head.flags, 0u);
	}
	head = pop(test, 1);
	KUNIT_EXPECT_EQ(test, head.lost, 3u);
	KUNIT_EXPECT_EQ(test, head.flags, MBIM_DSS_DATAGRAM_LOST);
	head = pop(test, 2);
	KUNIT_EXPECT_EQ(test, head.lost, 0u);
	KUNIT_EXPECT_EQ(test, head.flags, 0u);
	KUNIT_EXPECT_EQ(test, t->q.lost, 3u);
}

/* A loss while there is nothing to read is told later, however long that takes */
static void loss_before_everything(struct kunit *test)
{
	struct queue_test *t = test->priv;
	struct dss_queue_head head;

	dss_queue_note_lost(&t->q);
	expect_empty(test);
	KUNIT_EXPECT_FALSE(test, dss_queue_push(&t->q, t->data, U32_MAX, GFP_KERNEL));
	push(test, ROOM + 1);
	head = pop(test, ROOM + 1);
	KUNIT_EXPECT_EQ(test, head.lost, 2u);
	KUNIT_EXPECT_EQ(test, head.flags, MBIM_DSS_DATAGRAM_LOST);
	KUNIT_EXPECT_EQ(test, t->q.lost, 2u);
}

/* Nobody has been told the loss yet when a read in stream mode takes a part */
static void loss_stays_with_the_rest(struct kunit *test)
{
	struct queue_test *t = test->priv;
	struct dss_queue_head head;

	dss_queue_note_lost(&t->q);
	push(test, 10);
	KUNIT_ASSERT_TRUE(test, dss_queue_peek(&t->q, &head));
	consume(t, &head, 4);
	KUNIT_ASSERT_TRUE(test, dss_queue_peek(&t->q, &head));
	KUNIT_EXPECT_EQ(test, head.lost, 1u);
	KUNIT_EXPECT_EQ(test, head.flags, MBIM_DSS_DATAGRAM_LOST | MBIM_DSS_DATAGRAM_REST);
}

static void backlog(struct kunit *test)
{
	struct queue_test *t = test->priv;
	struct dss_queue_head head;

	push(test, 10);
	dss_queue_note_backlog(&t->q, 3);
	dss_queue_note_backlog(&t->q, 4);
	push(test, 10);
	push(test, 10);
	KUNIT_EXPECT_EQ(test, pop(test, 10).flags, 0u);
	head = pop(test, 10);
	KUNIT_EXPECT_EQ(test, head.flags, MBIM_DSS_DATAGRAM_BACKLOG);
	KUNIT_EXPECT_EQ(test, head.lost, 0u);
	KUNIT_EXPECT_EQ(test, pop(test, 10).flags, 0u);
	KUNIT_EXPECT_EQ(test, t->q.backlog, 7u);
	KUNIT_EXPECT_EQ(test, t->q.lost, 0u);
}

static void backlog_and_loss(struct kunit *test)
{
	struct queue_test *t = test->priv;
	struct dss_queue_head head;

	dss_queue_note_lost(&t->q);
	dss_queue_note_backlog(&t->q, 1);
	dss_queue_note_lost(&t->q);
	push(test, 10);
	head = pop(test, 10);
	KUNIT_EXPECT_EQ(test, head.flags, MBIM_DSS_DATAGRAM_BACKLOG | MBIM_DSS_DATAGRAM_LOST);
	KUNIT_EXPECT_EQ(test, head.lost, 2u);
}

/* Some 2^31 losses in a row do not become few */
static void loss_saturates(struct kunit *test)
{
	struct queue_test *t = test->priv;
	struct dss_queue_head head;
	unsigned int i;

	t->q.loss = ~0u - 8;
	for (i = 0; i < 10; i++)
		dss_queue_note_lost(&t->q);
	dss_queue_note_backlog(&t->q, 1);
	dss_queue_note_lost(&t->q);
	push(test, 10);
	head = pop(test, 10);
	KUNIT_EXPECT_GE(test, head.lost, (u32)S32_MAX - 1);
	KUNIT_EXPECT_EQ(test, head.flags, MBIM_DSS_DATAGRAM_BACKLOG | MBIM_DSS_DATAGRAM_LOST);
	KUNIT_EXPECT_EQ(test, t->q.lost, 11u);
}

static void lower_limit(struct kunit *test)
{
	struct queue_test *t = test->priv;
	u32 i;

	for (i = 0; i < 10; i++)
		push(test, ROOM - RECORD);
	KUNIT_EXPECT_EQ(test, dss_queue_memory(&t->q), 10 * CHUNK);
	dss_queue_free(dss_queue_set_limit(&t->q, 4 * CHUNK));
	/* What is there stays, and nothing is added */
	KUNIT_EXPECT_EQ(test, dss_queue_memory(&t->q), 10 * CHUNK);
	KUNIT_EXPECT_FALSE(test, offer(t, 1));
	for (i = 0; i < 6; i++) {
		pop(test, ROOM - RECORD);
		KUNIT_EXPECT_FALSE(test, offer(t, 1));
	}
	pop(test, ROOM - RECORD);
	KUNIT_EXPECT_LE(test, dss_queue_memory(&t->q), 4 * CHUNK);
	KUNIT_EXPECT_TRUE(test, offer(t, 1));
	for (i = 0; i < 3; i++)
		pop(test, ROOM - RECORD);
	KUNIT_EXPECT_EQ(test, pop(test, 1).lost, 7u);
	expect_empty(test);
}

static void lower_limit_frees_the_spare(struct kunit *test)
{
	struct queue_test *t = test->priv;

	push(test, ROOM - RECORD);
	push(test, ROOM - RECORD);
	pop(test, ROOM - RECORD);
	KUNIT_EXPECT_EQ(test, dss_queue_memory(&t->q), 2 * CHUNK);
	dss_queue_free(dss_queue_set_limit(&t->q, 2 * CHUNK));
	KUNIT_EXPECT_EQ(test, dss_queue_memory(&t->q), 2 * CHUNK);
	dss_queue_free(dss_queue_set_limit(&t->q, CHUNK));
	KUNIT_EXPECT_EQ(test, dss_queue_memory(&t->q), CHUNK);
	pop(test, ROOM - RECORD);
	push(test, 10);
	pop(test, 10);
}

static void raise_limit(struct kunit *test)
{
	struct queue_test *t = test->priv;

	dss_queue_init(&t->q, CHUNK);
	push(test, ROOM - RECORD);
	KUNIT_EXPECT_FALSE(test, offer(t, 10));
	dss_queue_free(dss_queue_set_limit(&t->q, 2 * CHUNK));
	push(test, 10);
	pop(test, ROOM - RECORD);
	KUNIT_EXPECT_EQ(test, pop(test, 10).lost, 1u);
}

/* The most memory that was held, not what is held now */
static void high_water(struct kunit *test)
{
	struct queue_test *t = test->priv;
	u32 i;

	for (i = 0; i < 5; i++)
		push(test, ROOM - RECORD);
	for (i = 0; i < 5; i++)
		pop(test, ROOM - RECORD);
	KUNIT_EXPECT_LE(test, dss_queue_memory(&t->q), 2 * CHUNK);
	KUNIT_EXPECT_EQ(test, t->q.memory_max, 5 * CHUNK);
}

static void purge(struct kunit *test)
{
	struct queue_test *t = test->priv;
	struct dss_queue_head head;
	u32 i;

	dss_queue_purge(&t->q);
	expect_empty(test);
	for (i = 0; i < 100; i++)
		push(test, 1000);
	/* With a spare, a part taken and a loss to tell */
	pop(test, 1000);
	KUNIT_ASSERT_TRUE(test, dss_queue_peek(&t->q, &head));
	consume(t, &head, 1);
	dss_queue_note_lost(&t->q);
	dss_queue_purge(&t->q);
	expect_empty(test);
	KUNIT_EXPECT_EQ(test, dss_queue_memory(&t->q), 0u);
	KUNIT_EXPECT_EQ(test, t->q.lost, 1u);

	t->read = t->pushed;
	push(test, 10);
	head = pop(test, 10);
	KUNIT_EXPECT_EQ(test, head.flags, 0u);
	KUNIT_EXPECT_EQ(test, head.lost, 0u);
}

#ifdef CONFIG_FAILSLAB
/* The nth allocation of this task from now on fails, if it may not wait */
static void fail_nth(unsigned int nth)
{
	WRITE_ONCE(current->fail_nth, nth);
}

static bool failed(void)
{
	bool done = !READ_ONCE(current->fail_nth);

	fail_nth(0);
	return done;
}
#else
static void fail_nth(unsigned int nth)
{
}

static bool failed(void)
{
	return false;
}
#endif

/* Each of the chunks that a datagram needs cannot be had: it is lost, nothing else is */
static void no_memory(struct kunit *test)
{
	struct queue_test *t = test->priv;
	unsigned int nth, refused = 0;
	bool pushed, hit;

	if (!IS_ENABLED(CONFIG_FAILSLAB))
		kunit_skip(test, "needs CONFIG_FAILSLAB");

	for (nth = 1, hit = true; hit; nth++) {
		dss_queue_purge(&t->q);
		wire_fill(t->data, t->pushed + 1, 3 * ROOM);
		fail_nth(nth);
		pushed = dss_queue_push(&t->q, t->data, 3 * ROOM, GFP_ATOMIC);
		hit = failed();
		if (pushed) {
			/* kmemleak's own allocations are among those that fail */
			t->pushed++;
			KUNIT_EXPECT_EQ(test, pop(test, 3 * ROOM).lost, 0u);
			continue;
		}
		KUNIT_EXPECT_TRUE(test, hit);
		refused++;
		expect_empty(test);
		push(test, 50);
		KUNIT_EXPECT_EQ(test, pop(test, 50).lost, 1u);
	}
	/*
	 * Four chunks; but the allocator needs slabs of its own now and then, so that from one
	 * round to the next a chunk's turn may be passed over
	 */
	KUNIT_EXPECT_GE(test, refused, 2u);
}

/* Against a model: lengths, losses and order of what is in the queue */
#define MODEL_SIZE	4096

struct queue_model {
	u32 first, end;		/* tags; counted for ever, taken modulo MODEL_SIZE */
	u32 taken;		/* of the first */
	u32 lost;		/* since the last that was accepted */
	u32 bytes;
	struct {
		u32 len;
		u32 lost;
	} entry[MODEL_SIZE];
};

static void model_push(struct kunit *test, struct queue_model *m, u32 len)
{
	struct queue_test *t = test->priv;

	wire_fill(t->data, m->end, len);
	if (dss_queue_push(&t->q, t->data, len, GFP_KERNEL)) {
		m->entry[m->end % MODEL_SIZE].len = len;
		m->entry[m->end % MODEL_SIZE].lost = m->lost;
		m->end++;
		m->bytes += len;
		m->lost = 0;
	} else {
		/* Only when it is so full that it would not have fitted */
		KUNIT_ASSERT_GT(test, dss_queue_memory(&t->q) + RECORD + len + CHUNK,
				t->q.limit);
		m->lost++;
	}
	KUNIT_ASSERT_LE(test, dss_queue_memory(&t->q), t->q.limit);
}

static void model_read(struct kunit *test, struct queue_model *m, u32 records, u32 keep)
{
	struct queue_test *t = test->priv;
	struct dss_queue_head head;
	u32 i;

	if (m->first == m->end) {
		expect_empty(test);
		return;
	}
	KUNIT_ASSERT_TRUE(test, dss_queue_peek(&t->q, &head));
	KUNIT_ASSERT_EQ(test, head.avail, m->end - m->first - 1);
	for (i = 0;; i++) {
		u32 tag = m->first + i, taken = i ? 0 : m->taken;

		KUNIT_ASSERT_EQ(test, head.len, m->entry[tag % MODEL_SIZE].len - taken);
		KUNIT_EXPECT_EQ(test, head.lost, m->entry[tag % MODEL_SIZE].lost);
		KUNIT_EXPECT_EQ(test, !!(head.flags & MBIM_DSS_DATAGRAM_REST), taken > 0);
		expect_head(test, &head, tag, taken);
		if (i + 1 == records || !dss_queue_peek_next(&head))
			break;
		m->bytes -= m->entry[tag % MODEL_SIZE].len - taken;
	}
	keep %= head.len + 1;
	consume(t, &head, keep);
	m->bytes -= head.len - keep;
	m->taken = i ? 0 : m->taken;
	m->first += i;
	if (keep) {
		m->taken += head.len - keep;
	} else {
		m->taken = 0;
		m->first++;
	}
}

static void random_use(struct kunit *test)
{
	struct queue_test *t = test->priv;
	struct queue_model *m;
	struct rnd_state rnd;
	unsigned int round;

	m = kunit_kzalloc(test, sizeof(*m), GFP_KERNEL);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, m);
	dss_queue_init(&t->q, 8 * CHUNK);
	prandom_seed_state(&rnd, 1004);
	for (round = 0; round < 3000; round++) {
		/* Sometimes more is written, sometimes more is read */
		u32 writes = prandom_u32_state(&rnd) % (round / 500 % 2 ? 3 : 12);
		u32 most = prandom_u32_state(&rnd) % 4 ? 200 : 9000;

		while (writes--)
			model_push(test, m, 1 + prandom_u32_state(&rnd) % most);
		model_read(test, m, 1 + prandom_u32_state(&rnd) % 8,
			   prandom_u32_state(&rnd) % 3 ? 0 : prandom_u32_state(&rnd));
		KUNIT_ASSERT_EQ(test, dss_queue_records(&t->q), m->end - m->first);
		KUNIT_ASSERT_EQ(test, dss_queue_bytes(&t->q), m->bytes);
	}
	/* It has been full, and it has been empty */
	KUNIT_EXPECT_GT(test, t->q.lost, 0u);
	KUNIT_EXPECT_EQ(test, t->q.memory_max, 8 * CHUNK);
	while (m->first != m->end)
		model_read(test, m, 100, 0);
	expect_empty(test);
}

static struct kunit_case queue_cases[] = {
	KUNIT_CASE(new_queue),
	KUNIT_CASE(one_by_one),
	KUNIT_CASE(in_order),
	KUNIT_CASE_PARAM(across_chunks, seam_gen_params),
	KUNIT_CASE_PARAM(across_chunks_memory, seam_gen_params),
	KUNIT_CASE_PARAM(across_chunks_one_peek, seam_gen_params),
	KUNIT_CASE_PARAM(across_chunks_parts, seam_gen_params),
	KUNIT_CASE_PARAM(across_chunks_rest, seam_gen_params),
	KUNIT_CASE(copy_refused),
	KUNIT_CASE(keep_nothing_read),
	KUNIT_CASE(keep_part_of_a_later_record),
	KUNIT_CASE(push_while_reading),
	KUNIT_CASE(push_while_reading_the_last),
	KUNIT_CASE_PARAM(bounded, bound_gen_params),
	KUNIT_CASE(absurd_length),
	KUNIT_CASE(loss_at_its_place),
	KUNIT_CASE(loss_before_everything),
	KUNIT_CASE(loss_stays_with_the_rest),
	KUNIT_CASE(backlog),
	KUNIT_CASE(backlog_and_loss),
	KUNIT_CASE(loss_saturates),
	KUNIT_CASE(lower_limit),
	KUNIT_CASE(lower_limit_frees_the_spare),
	KUNIT_CASE(raise_limit),
	KUNIT_CASE(high_water),
	KUNIT_CASE(purge),
	KUNIT_CASE(no_memory),
	KUNIT_CASE(random_use),
	{}
};

static int queue_suite_init(struct kunit_suite *suite)
{
	return dss_queue_start();
}

static void queue_suite_exit(struct kunit_suite *suite)
{
	dss_queue_stop();
}

static struct kunit_suite queue_suite = {
	.name = "mbim_dss_queue",
	.suite_init = queue_suite_init,
	.suite_exit = queue_suite_exit,
	.init = queue_init,
	.exit = queue_exit,
	.test_cases = queue_cases,
};

kunit_test_suite(queue_suite);
