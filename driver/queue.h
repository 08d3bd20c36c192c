/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The receive queue of a session: datagrams in the order of their arrival, in
 * a bounded number of fixed-size chunks of memory.
 *
 * The structure has no lock of its own. Two of the caller's are needed:
 *
 *  - the lock (a spinlock; the session's rx_lock) guards everything in
 *    struct dss_queue. Producers hold it while they push.
 *  - the reader's mutex makes one reader of many. From dss_queue_peek() to
 *    dss_queue_consume() a reader holds it; only the peek and the consume
 *    themselves need the lock as well. In between, what has been peeked at
 *    stays where it is, whatever is pushed, so it is copied without the lock,
 *    may fault, and one peek does for many records.
 *
 * Memory is what is bounded, not bytes of datagrams: every datagram costs a
 * header of 8 bytes, so that a peer's datagrams of one byte are bounded too.
 */
#ifndef DSS_QUEUE_H
#define DSS_QUEUE_H

#include <linux/compiler.h>
#include <linux/gfp.h>
#include <linux/string.h>
#include <linux/types.h>

struct iov_iter;

/*
 * Bytes of a chunk on every architecture: what a limit counts. Its link and that of the
 * allocator are included.
 */
#define DSS_QUEUE_CHUNK_SIZE	4096u
#define DSS_QUEUE_CHUNK_ROOM	((u32)(DSS_QUEUE_CHUNK_SIZE - 2 * sizeof(void *)))

/**
 * struct dss_chunk - memory for records
 * @next: the chunk after it
 * @data: records; those that do not fit go on in the next chunk
 */
struct dss_chunk {
	struct dss_chunk *next;
	u8 data[DSS_QUEUE_CHUNK_ROOM];
};

/**
 * struct dss_record - what precedes a datagram's bytes in a chunk; itself never
 *	divided, and aligned to 4
 * @len: bytes of the datagram
 * @loss: datagrams lost before it << 1, bit 0: NTBs were lost
 */
struct dss_record {
	u32 len;
	u32 loss;
};

#define DSS_RECORD_BACKLOG	1u
#define DSS_RECORD_LOST_ONE	2u

/**
 * struct dss_queue - a queue of datagrams, bounded
 * @tail: chunk being filled, NULL when there is none
 * @room: bytes left in it
 * @loss: as &struct dss_record.loss, for the next record
 * @records: datagrams in the queue
 * @bytes: bytes of them that have not been consumed
 * @head: chunk with the oldest record
 * @offset: where in @head that is
 * @taken: bytes of it that have been consumed
 * @chunks: chunks held, @spare included
 * @limit: bytes of memory that may be held
 * @memory_max: bytes of memory that have been held at most
 * @spare: a chunk kept for the next need, or NULL
 * @lost: datagrams refused since dss_queue_init()
 * @backlog: NTBs lost since then, as noted
 */
struct dss_queue {
	struct dss_chunk *tail;
	u32 room;
	u32 loss;
	u32 records;
	u32 bytes;
	struct dss_chunk *head;
	u32 offset;
	u32 taken;
	u32 chunks;
	u32 limit;
	u32 memory_max;
	struct dss_chunk *spare;
	u64 lost;
	u64 backlog;
};

/**
 * struct dss_queue_head - one record of the queue, as the reader sees it
 * @len: bytes of it that are left, never 0
 * @flags: bits of &enum mbim_dss_datagram_flag
 * @lost: datagrams lost before it
 * @avail: records after it that were in the queue at the time of the peek
 * @records: records before it
 * @bytes: bytes of those
 * @chunk: chunk that has its &struct dss_record
 * @start: where in that
 * @data: chunk that has the first byte left
 * @offset: where in that
 *
 * Callers look at the first four only.
 */
struct dss_queue_head {
	u32 len;
	u32 flags;
	u32 lost;
	u32 avail;
	u32 records;
	u32 bytes;
	const struct dss_chunk *chunk;
	const struct dss_chunk *data;
	u32 start;
	u32 offset;
};

/**
 * dss_queue_start() - before the first queue
 *
 * Return: 0 or -ENOMEM.
 */
int dss_queue_start(void);

/** dss_queue_stop() - after the last queue has been purged */
void dss_queue_stop(void);

/**
 * dss_queue_init() - set up an empty queue; it holds no memory
 * @q: the queue
 * @limit: bytes of memory that it may hold. Less than one chunk means that
 *	every datagram is lost
 */
void dss_queue_init(struct dss_queue *q, u32 limit);

/**
 * dss_queue_purge() - drop all records, free all memory
 * @q: the queue; it stays usable, its counters keep their values, and losses not yet
 *	told with a record are forgotten
 *
 * Needs the lock and the reader's mutex, or nobody else around.
 */
void dss_queue_purge(struct dss_queue *q);

/**
 * dss_queue_set_limit() - change the bound; needs the lock
 * @q: the queue
 * @limit: as for dss_queue_init()
 *
 * Datagrams that are in the queue stay in it: until they have been read, a lower
 * limit only keeps it from taking more memory.
 *
 * Return: chunks for dss_queue_free().
 */
struct dss_chunk *__must_check dss_queue_set_limit(struct dss_queue *q, u32 limit);

bool dss_queue_push_slow(struct dss_queue *q, const void *data, u32 len, gfp_t gfp);

/**
 * dss_queue_push() - add a datagram; needs the lock
 * @q: the queue
 * @data: its bytes
 * @len: how many, 1 or more
 * @gfp: how memory may be allocated
 *
 * Return: false when there is no memory for it within the limit, or none at all.
 * That is counted, and the next record that is accepted tells it.
 */
static inline bool dss_queue_push(struct dss_queue *q, const void *data, u32 len, gfp_t gfp)
{
	struct dss_record *record;

	/* Usual: all of it fits in the chunk at hand */
	if (unlikely((size_t)len + sizeof(*record) > q->room))
		return dss_queue_push_slow(q, data, len, gfp);

	record = (void *)(q->tail->data + DSS_QUEUE_CHUNK_ROOM - q->room);
	record->len = len;
	record->loss = q->loss;
	memcpy(record + 1, data, len);
	q->loss = 0;
	q->room -= sizeof(*record) + ALIGN(len, __alignof__(*record));
	q->records++;
	q->bytes += len;
	return true;
}

/**
 * dss_queue_note_lost() - a datagram was lost before it came here; needs the lock
 * @q: the queue
 *
 * Counted and told like one that was refused.
 */
static inline void dss_queue_note_lost(struct dss_queue *q)
{
	q->lost++;
	if (likely(q->loss < ~0u - DSS_RECORD_LOST_ONE))
		q->loss += DSS_RECORD_LOST_ONE;
}

/**
 * dss_queue_note_backlog() - NTBs were lost before they came here; needs the lock
 * @q: the queue
 * @ntbs: how many; what was in them is not known
 *
 * The next record tells it.
 */
static inline void dss_queue_note_backlog(struct dss_queue *q, u32 ntbs)
{
	q->backlog += ntbs;
	q->loss |= DSS_RECORD_BACKLOG;
}

/**
 * dss_queue_peek() - the oldest record; needs the lock and the reader's mutex
 * @q: the queue
 * @head: filled
 *
 * With the lock alone @head->len, flags, lost and avail are good, the record
 * itself is not to be touched.
 *
 * Return: false when the queue is empty.
 */
bool dss_queue_peek(const struct dss_queue *q, struct dss_queue_head *head);

/**
 * dss_queue_peek_next() - from a record to the one after it; needs the reader's
 *	mutex, not the lock
 * @head: a record that has been peeked at, changed to the next
 *
 * Return: false, and @head as it was, when the queue had no more at the time of
 * dss_queue_peek().
 */
bool dss_queue_peek_next(struct dss_queue_head *head);

/**
 * dss_queue_copy() - copy bytes of a record; needs the reader's mutex, may sleep
 * @head: the record
 * @offset: the first byte, counting those that are left
 * @len: how many, at most @head->len - @offset
 * @to: where to
 *
 * Return: 0; or -EFAULT, with @to where it was.
 */
int dss_queue_copy(const struct dss_queue_head *head, u32 offset, u32 len, struct iov_iter *to);

/**
 * dss_queue_copy_to_user() - copy the beginning of a record; needs the reader's
 *	mutex, may sleep
 * @head: the record
 * @to: where to
 * @len: how many bytes, at most @head->len
 *
 * Return: 0 or -EFAULT.
 */
int dss_queue_copy_to_user(const struct dss_queue_head *head, void __user *to, u32 len);

/**
 * dss_queue_consume() - remove what has been read; needs the lock and the reader's
 *	mutex
 * @q: the queue
 * @head: the last record read: it and all before it go
 * @keep: bytes at the end of it that were not read. They stay and become a
 *	record flagged REST. @head->len: nothing of it was read, it stays as it is
 *
 * Return: chunks for dss_queue_free(), when the lock is not held any more.
 */
struct dss_chunk *__must_check dss_queue_consume(struct dss_queue *q,
						 const struct dss_queue_head *head, u32 keep);

/**
 * dss_queue_free() - free chunks that are no longer the queue's
 * @chunks: what dss_queue_consume() returned; NULL is good
 */
void dss_queue_free(struct dss_chunk *chunks);

/* Bytes of datagrams that can be read; needs the lock, or an answer that may be old */
static inline u32 dss_queue_bytes(const struct dss_queue *q)
{
	return READ_ONCE(q->bytes);
}

/* Datagrams that can be read; likewise */
static inline u32 dss_queue_records(const struct dss_queue *q)
{
	return READ_ONCE(q->records);
}

/* Bytes of memory held, chunks kept for later use included; likewise */
static inline u32 dss_queue_memory(const struct dss_queue *q)
{
	return READ_ONCE(q->chunks) * DSS_QUEUE_CHUNK_SIZE;
}

#endif /* DSS_QUEUE_H */
