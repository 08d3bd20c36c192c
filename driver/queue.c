// SPDX-License-Identifier: GPL-2.0
/* The receive queue of a session. What it promises is in queue.h. */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/uio.h>

#include <linux/mbim_dss.h>

#include "queue.h"

#define ROOM		DSS_QUEUE_CHUNK_ROOM
#define HEADER		((u32)sizeof(struct dss_record))
#define ALIGNMENT	((u32)__alignof__(struct dss_record))

static_assert(sizeof(struct dss_chunk) + sizeof(void *) == DSS_QUEUE_CHUNK_SIZE);
/* A record ends where a header can begin, in its chunk or at the start of the next */
static_assert(DSS_QUEUE_CHUNK_ROOM % __alignof__(struct dss_record) == 0);
static_assert(offsetof(struct dss_chunk, data) % __alignof__(struct dss_record) == 0);

static struct kmem_cache *chunk_cache;

static void construct_chunk(void *chunk)
{
	((struct dss_chunk *)chunk)->next = NULL;
}

/*
 * All bytes of a chunk are written before they are read. The constructor is there for a
 * side effect: init_on_alloc leaves such caches alone, and to zero 4 KiB for 2.7 datagrams of
 * 1500 bytes costs as much as half a copy of them.
 */
int dss_queue_start(void)
{
	chunk_cache = kmem_cache_create_usercopy("mbim_dss_chunk", sizeof(struct dss_chunk), 0, 0,
						 offsetof(struct dss_chunk, data),
						 DSS_QUEUE_CHUNK_ROOM, construct_chunk);
	return chunk_cache ? 0 : -ENOMEM;
}

void dss_queue_stop(void)
{
	kmem_cache_destroy(chunk_cache);
}

void dss_queue_init(struct dss_queue *q, u32 limit)
{
	memset(q, 0, sizeof(*q));
	q->limit = limit;
}

void dss_queue_free(struct dss_chunk *chunks)
{
	while (chunks) {
		struct dss_chunk *next = chunks->next;

		kmem_cache_free(chunk_cache, chunks);
		chunks = next;
	}
}

void dss_queue_purge(struct dss_queue *q)
{
	dss_queue_free(q->head);
	if (q->spare)
		kmem_cache_free(chunk_cache, q->spare);
	q->head = NULL;
	q->tail = NULL;
	q->spare = NULL;
	q->room = 0;
	q->loss = 0;
	q->records = 0;
	q->bytes = 0;
	q->offset = 0;
	q->taken = 0;
	q->chunks = 0;
}

/* The spare, for dss_queue_free() */
static struct dss_chunk *drop_spare(struct dss_queue *q)
{
	struct dss_chunk *spare = q->spare;

	if (spare) {
		spare->next = NULL;
		q->spare = NULL;
		q->chunks--;
	}
	return spare;
}

struct dss_chunk *dss_queue_set_limit(struct dss_queue *q, u32 limit)
{
	q->limit = limit;
	if (dss_queue_memory(q) > limit)
		return drop_spare(q);
	return NULL;
}

/*
 * Pushing
 */

/* One more chunk if the limit allows, or the spare; NULL otherwise */
static struct dss_chunk *get_chunk(struct dss_queue *q, gfp_t gfp)
{
	struct dss_chunk *chunk = q->spare;

	if (chunk) {
		q->spare = NULL;
		return chunk;
	}
	if (q->limit / DSS_QUEUE_CHUNK_SIZE <= q->chunks)
		return NULL;
	/* That there is none is counted and told, not logged */
	chunk = kmem_cache_alloc(chunk_cache, gfp | __GFP_NOWARN);
	if (chunk)
		q->chunks++;
	return chunk;
}

/* Back to where get_chunk() got it from */
static void put_chunk(struct dss_queue *q, struct dss_chunk *chunk)
{
	if (!q->spare) {
		q->spare = chunk;
		return;
	}
	q->chunks--;
	kmem_cache_free(chunk_cache, chunk);
}

static void put_chunks(struct dss_queue *q, struct dss_chunk *chunk)
{
	while (chunk) {
		struct dss_chunk *next = chunk->next;

		put_chunk(q, chunk);
		chunk = next;
	}
}

/* @count chunks in a list, or NULL and everything as it was but for a spare */
static struct dss_chunk *get_chunks(struct dss_queue *q, u32 count, gfp_t gfp)
{
	struct dss_chunk *list = NULL;

	/* Known beforehand: a large datagram is refused without allocating for it */
	if (count > q->limit / DSS_QUEUE_CHUNK_SIZE)
		return NULL;

	while (count--) {
		struct dss_chunk *chunk = get_chunk(q, gfp);

		if (!chunk) {
			put_chunks(q, list);
			return NULL;
		}
		chunk->next = list;
		list = chunk;
	}
	q->memory_max = max(q->memory_max, dss_queue_memory(q));
	return list;
}

/* A place in the chunks: for what is to be written, or read */
struct cursor {
	struct dss_chunk *chunk;
	u32 offset;
};

/* Bytes that can be had in one piece there, at most @len; goes on to the next chunk if none */
static u32 contiguous(struct cursor *at, u32 len)
{
	if (at->offset == ROOM) {
		at->chunk = at->chunk->next;
		at->offset = 0;
	}
	return min(len, ROOM - at->offset);
}

static void write_data(struct cursor *at, const u8 *data, u32 len)
{
	while (len) {
		u32 part = contiguous(at, len);

		memcpy(at->chunk->data + at->offset, data, part);
		at->offset += part;
		data += part;
		len -= part;
	}
}

/*
 * Makes a record of @len bytes at the tail: header, chunks and accounts. @at is
 * where its bytes go.
 */
static bool append(struct dss_queue *q, u32 len, gfp_t gfp, struct cursor *at)
{
	/* Too little left for a header is left alone; the reader knows, too */
	u32 room = q->room < HEADER ? 0 : q->room;
	struct dss_chunk *fresh = NULL;
	struct dss_record *record;
	u32 more, size;

	if (len > q->limit)
		goto refuse;

	size = HEADER + ALIGN(len, ALIGNMENT);
	more = size > room ? DIV_ROUND_UP(size - room, ROOM) : 0;
	if (more) {
		fresh = get_chunks(q, more, gfp);
		if (!fresh)
			goto refuse;
	}

	at->chunk = room ? q->tail : fresh;
	at->offset = room ? ROOM - room : 0;
	record = (void *)(at->chunk->data + at->offset);
	record->len = len;
	record->loss = q->loss;
	at->offset += HEADER;

	if (fresh) {
		if (q->tail)
			q->tail->next = fresh;
		else
			q->head = fresh;
		while (fresh->next)
			fresh = fresh->next;
		q->tail = fresh;
	}
	q->room = room + more * ROOM - size;
	q->loss = 0;
	q->records++;
	q->bytes += len;
	return true;

refuse:
	dss_queue_note_lost(q);
	return false;
}

bool dss_queue_push_slow(struct dss_queue *q, const void *data, u32 len, gfp_t gfp)
{
	struct cursor at;

	if (!append(q, len, gfp, &at))
		return false;
	write_data(&at, data, len);
	return true;
}

/*
 * Reading
 */

/* The chunk in which @offset, counted from the data of @chunk, is; and where in it */
static const struct dss_chunk *advance(const struct dss_chunk *chunk, u32 *offset)
{
	while (*offset > ROOM) {
		chunk = chunk->next;
		*offset -= ROOM;
	}
	return chunk;
}

/* Fills in what the record at @head->chunk, @head->start says, but for @taken bytes */
static void look_at(struct dss_queue_head *head, u32 taken)
{
	const struct dss_record *record = (void *)(head->chunk->data + head->start);

	head->len = record->len - taken;
	head->lost = record->loss / DSS_RECORD_LOST_ONE;
	head->flags = 0;
	if (head->lost)
		head->flags |= MBIM_DSS_DATAGRAM_LOST;
	if (record->loss & DSS_RECORD_BACKLOG)
		head->flags |= MBIM_DSS_DATAGRAM_BACKLOG;
	if (taken)
		head->flags |= MBIM_DSS_DATAGRAM_REST;
	head->offset = head->start + HEADER + taken;
	head->data = advance(head->chunk, &head->offset);
}

/* Where the record after it would be, whether or not there is one yet */
static const struct dss_chunk *record_end(const struct dss_queue_head *head, u32 *offset)
{
	*offset = ALIGN(head->offset + head->len, ALIGNMENT);
	return advance(head->data, offset);
}

bool dss_queue_peek(const struct dss_queue *q, struct dss_queue_head *head)
{
	if (!q->records)
		return false;

	head->avail = q->records - 1;
	head->records = 0;
	head->bytes = 0;
	head->chunk = q->head;
	head->start = q->offset;
	look_at(head, q->taken);
	return true;
}

bool dss_queue_peek_next(struct dss_queue_head *head)
{
	const struct dss_chunk *chunk;
	u32 offset;

	if (!head->avail)
		return false;

	chunk = record_end(head, &offset);
	if (ROOM - offset < HEADER) {
		chunk = chunk->next;
		offset = 0;
	}
	head->avail--;
	head->records++;
	head->bytes += head->len;
	head->chunk = chunk;
	head->start = offset;
	look_at(head, 0);
	return true;
}

int dss_queue_copy(const struct dss_queue_head *head, u32 offset, u32 len, struct iov_iter *to)
{
	struct cursor at = { .offset = head->offset + offset };
	u32 done = 0;

	at.chunk = (struct dss_chunk *)advance(head->data, &at.offset);
	while (done < len) {
		u32 part = contiguous(&at, len - done);
		size_t copied = copy_to_iter(at.chunk->data + at.offset, part, to);

		done += copied;
		if (copied != part) {
			iov_iter_revert(to, done);
			return -EFAULT;
		}
		at.offset += part;
	}
	return 0;
}

int dss_queue_copy_to_user(const struct dss_queue_head *head, void __user *to, u32 len)
{
	struct cursor at = {
		.chunk = (struct dss_chunk *)head->data,
		.offset = head->offset,
	};

	while (len) {
		u32 part = contiguous(&at, len);

		/* inside the chunk by construction: no need to look the object up each time */
		if (_copy_to_user(to, at.chunk->data + at.offset, part))
			return -EFAULT;
		at.offset += part;
		to += part;
		len -= part;
	}
	return 0;
}

/* Takes the chunks before @end out of the queue; those that are not kept, as a list */
static struct dss_chunk *release(struct dss_queue *q, const struct dss_chunk *end)
{
	struct dss_chunk *list = NULL;

	while (q->head != end) {
		struct dss_chunk *chunk = q->head;

		q->head = chunk->next;
		if (!q->spare && dss_queue_memory(q) <= q->limit) {
			q->spare = chunk;
			continue;
		}
		chunk->next = list;
		list = chunk;
		q->chunks--;
	}
	return list;
}

struct dss_chunk *dss_queue_consume(struct dss_queue *q, const struct dss_queue_head *head,
				    u32 keep)
{
	u32 taken = head->records ? 0 : q->taken;
	struct dss_queue_head next = *head;

	q->records -= head->records;
	q->bytes -= head->bytes + head->len - keep;
	if (keep) {
		q->offset = head->start;
		q->taken = taken + head->len - keep;
		return release(q, head->chunk);
	}

	q->records--;
	q->taken = 0;
	if (!q->records) {
		/* The last chunk stays, to be filled from its start */
		q->offset = 0;
		q->room = ROOM;
		return release(q, q->tail);
	}
	next.avail = 1;
	dss_queue_peek_next(&next);
	q->offset = next.start;
	return release(q, next.chunk);
}
