// SPDX-License-Identifier: GPL-2.0
/* SEND: many datagrams a call, of which a run of like ones has one completion. */
#include <linux/bitops.h>
#include <linux/module.h>
#include <linux/nospec.h>
#include <linux/pagemap.h>
#include <linux/timekeeping.h>
#include <linux/uaccess.h>

#include "dss.h"
#include "tx.h"

/* Datagrams of up to so many bytes are copied in place: a call costs more than that */
#define DSS_COPY_INLINE		128

/* How often in a SEND memory may go again that has been brought, before it is copied */
#define DSS_FAULT_SPARE		64

/* State of one SEND */
struct dss_send {
	struct dss_node *f;
	struct dss_part *run;		/* the run at hand: a part of the NTB that is held */
	u64 serial;			/* of that NTB */
	u64 id;				/* of the next datagram */
	int step;			/* of the last run's user data; -1: not known */
	bool nowait;
	size_t bytes;
};

/* struct mbim_dss_datagram by words */
struct dss_entry {
	u64 buf, user_data, len_flags, lost_reserved;
};

/* The length; more than 32 bits when there are flags, which are not allowed */
static u64 dss_entry_len(const struct dss_entry *e)
{
	return IS_ENABLED(CONFIG_CPU_BIG_ENDIAN) ? ror64(e->len_flags, 32) : e->len_flags;
}

/*
 * Macros, for gcc makes a fifth more instructions of inline functions with such labels. Within
 * user_read_access_begin(). An entry, each field once:
 */
#define dss_get_entry(e, from, fault) do {						\
	const u64 __user *words = (const u64 __user *)(from);				\
											\
	unsafe_get_user((e)->buf, &words[0], fault);					\
	unsafe_get_user((e)->user_data, &words[1], fault);				\
	unsafe_get_user((e)->len_flags, &words[2], fault);				\
	unsafe_get_user((e)->lost_reserved, &words[3], fault);				\
} while (0)

#define dss_copy_word(to, from, at, fault) do {						\
	u64 word;									\
											\
	unsafe_get_user(word, (const u64 __user *)((from) + (at)), fault);		\
	*(u64 *)((to) + (at)) = word;							\
} while (0)

/* @len is 8 or more: what is left before the last whole word goes together with some behind it */
#define dss_copy_words(to, from, len, fault) do {					\
	size_t left = (len);								\
											\
	for (; left >= 32; left -= 32) {						\
		dss_copy_word(to, from, left - 8, fault);				\
		dss_copy_word(to, from, left - 16, fault);				\
		dss_copy_word(to, from, left - 24, fault);				\
		dss_copy_word(to, from, left - 32, fault);				\
	}										\
	for (; left >= 8; left -= 8)							\
		dss_copy_word(to, from, left - 8, fault);				\
	if (left)									\
		dss_copy_word(to, from, 0, fault);					\
} while (0)

/*
 * Whole words cost less than the bytes behind the last of them. An aligned word is not in two
 * pages: where the datagram's last bytes can be read, so can the rest of theirs. It ends in front
 * of the next datagram, as these begin multiples of a word apart (dss_modem_params()), and the gap
 * there is filled with zeroes afterwards.
 */
static __always_inline u32 dss_copy_len(u64 data, u32 len)
{
	return data % sizeof(u64) ? len : ALIGN(len, sizeof(u64));
}

static bool dss_copy_inline(u32 len)
{
	return IS_ENABLED(CONFIG_HAVE_EFFICIENT_UNALIGNED_ACCESS) && len >= sizeof(u64) &&
	       len <= DSS_COPY_INLINE;
}

/*
 * After access_ok(). copy_from_user() would look the destination up, which is inside of an NTB as
 * has been checked, and _copy_from_user() is a call more.
 */
static __always_inline unsigned long dss_copy(void *to, const void __user *from, u32 len)
{
	unsigned long left;

	instrument_copy_from_user_before(to, from, len);
	barrier_nospec();
	left = raw_copy_from_user(to, from, len);
	instrument_copy_from_user_after(to, from, len, left);
	return left;
}

/* @count datagrams of @bytes have been added to the run at hand */
static void dss_send_count(struct dss_send *send, struct mbim_dss_batch *b, u32 count, u32 bytes)
{
	send->run->op->count += count;
	send->run->count += count;
	send->run->bytes += bytes;
	send->id += count;
	send->bytes += bytes;
	b->done += count;
}

/* The datagram begins a run: one completion, and one part of an NTB */
static int dss_send_begin(struct dss_send *send, struct dss_xfer *x, u64 user_data)
{
	struct dss_op *op = dss_op_alloc(send->f, DSS_OP_SEND);

	if (!op)
		return -ENOMEM;
	kref_get(&send->f->ref);
	op->request_id = send->id;
	op->user_data = user_data;
	op->count = 0;
	send->serial = x->serial;
	send->run = dss_part_begin(x, op);
	return 0;
}

static bool dss_send_joins(const struct dss_send *send, const struct dss_xfer *x, u64 user_data)
{
	struct dss_op *op;

	if (!send->run || send->serial != x->serial)
		return false;
	op = send->run->op;
	return dss_decide_run(op->count, op->user_data, &op->user_step, user_data);
}

static bool dss_send_entry(struct dss_entry *e,
			   const struct mbim_dss_datagram __user *from)
{
	if (!user_read_access_begin(from, sizeof(*from)))
		return false;
	dss_get_entry(e, from, fault);
	user_read_access_end();
	return true;
fault:
	user_read_access_end();
	return false;
}

/* The next datagram, to an NTB and a run that it may begin; @xfer is that NTB */
static int dss_send_next(struct dss_send *send, struct mbim_dss_batch *b,
			 const struct mbim_dss_datagram __user *from, struct dss_xfer **xfer)
{
	struct dss_session *s = send->f->session;
	struct dss_entry e;
	u32 len, whole;
	int err;
	u8 *p;

	if (!dss_send_entry(&e, from))
		return -EFAULT;
	len = dss_entry_len(&e);
	if (!len || len != dss_entry_len(&e) || e.lost_reserved)
		return -EINVAL;
	if (len > s->modem->ntb_params.max_datagram)
		return -EMSGSIZE;
	p = dss_tx_room(s, len, send->nowait, xfer);
	if (IS_ERR(p))
		return PTR_ERR(p);
	whole = dss_copy_len(e.buf, len);
	if (!dss_ntb_has_bytes(&(*xfer)->ntb, whole))
		whole = len;
	if (!access_ok(u64_to_user_ptr(e.buf), whole) ||
	    dss_copy(p, u64_to_user_ptr(e.buf), whole))
		return -EFAULT;
	if (!dss_send_joins(send, *xfer, e.user_data)) {
		err = dss_send_begin(send, *xfer, e.user_data);
		if (err)
			return err;
	}
	dss_ntb_commit(&(*xfer)->ntb, len);
	dss_send_count(send, b, 1, len);
	return 0;
}

/*
 * What the user data of the run at hand grows by; -1: there is nothing that may join it. A run of
 * one does not know yet. It is taken for like the one before, and else the next datagram tells it
 */
static int dss_send_step(struct dss_send *send, const struct mbim_dss_datagram __user *from)
{
	struct dss_op *op = send->run->op;
	u32 step = 0;
	u64 next;

	if (op->count > 1)
		send->step = op->user_step;
	else if (send->step < 0 && !get_user(next, &from->user_data) &&
		 dss_decide_run(1, op->user_data, &step, next))
		send->step = step;
	return send->step;
}

/*
 * As many of the datagrams up to @end as fit into @to, the NTB of their run, which has entries for
 * all; whatever else is there is left to dss_send_next(). This is what small datagrams cost most
 * in: they are copied in place, and the NTB is a copy, so that the compiler can keep it in
 * registers. It has them all, as this is a function of its own.
 */
static __always_inline void dss_send_run(struct dss_ntb *to, u64 expected, u64 step,
					 const struct mbim_dss_datagram __user *from,
					 const struct mbim_dss_datagram __user *end, bool common)
{
	/*
	 * None is longer than wMaxSegmentSize can say. What is that close to the end of user memory
	 * is left as well.
	 */
	const u64 last = TASK_SIZE_MAX - U16_MAX - sizeof(u64);
	struct dss_ntb_params params = *to->p;
	struct dss_ntb ntb = *to;
	struct dss_entry e;
	const u8 __user *data;
	u32 len, whole;
	u8 *p;

	ntb.p = &params;
	if (common) {
		params.ntb32 = false;
		params.modulus = sizeof(u64);
	}
	if (!user_read_access_begin(from, (end - from) * sizeof(*from)))
		return;
	for (; from < end; from++) {
		dss_get_entry(&e, from, out);
		/* a length of 0, or one with flags, is too long, too */
		if ((e.lost_reserved | (e.user_data ^ expected)) || e.buf > last ||
		    dss_entry_len(&e) - 1 >= params.max_datagram)
			break;
		len = dss_entry_len(&e);
		data = u64_to_user_ptr(e.buf);
		whole = dss_copy_len(e.buf, len);
		p = ntb.buf + ntb.next;
		if (!dss_ntb_has_bytes(&ntb, whole))
			break;
		if (dss_copy_inline(len)) {
			barrier_nospec();
			dss_copy_words(p, data, len, out);
		} else {
			user_read_access_end();
			if (dss_copy(p, data, whole) ||
			    !user_read_access_begin(from, sizeof(*from)))
				goto done;
		}
		dss_ntb_commit(&ntb, len);
		expected += step;
	}
out:
	user_read_access_end();
done:
	ntb.p = to->p;
	*to = ntb;
}

/* For most modems: what does not differ between them is no variable */
static noinline void dss_send_run_common(struct dss_ntb *to, u64 expected, u64 step,
					 const struct mbim_dss_datagram __user *from,
					 const struct mbim_dss_datagram __user *end)
{
	dss_send_run(to, expected, step, from, end, true);
}

static noinline void dss_send_run_any(struct dss_ntb *to, u64 expected, u64 step,
				      const struct mbim_dss_datagram __user *from,
				      const struct mbim_dss_datagram __user *end)
{
	dss_send_run(to, expected, step, from, end, false);
}

/* What follows of the run at hand, in its NTB */
static void dss_send_more(struct dss_send *send, struct mbim_dss_batch *b,
			  const struct mbim_dss_datagram __user *from,
			  const struct mbim_dss_datagram __user *end, struct dss_xfer *x)
{
	const struct mbim_dss_datagram __user *most;
	const struct dss_ntb_params *p = x->ntb.p;
	struct dss_op *op = send->run->op;
	u32 bytes = x->ntb.bytes;
	u32 count = x->ntb.count;
	u64 expected;
	int step;

	most = from + (p->max_datagrams - count);
	if (end > most)
		end = most;
	if (from == end)
		return;
	step = dss_send_step(send, from);
	if (step < 0)
		return;
	expected = op->user_data + (u64)step * op->count;
	if (p->modulus == sizeof(u64) && !p->ntb32)
		dss_send_run_common(&x->ntb, expected, step, from, end);
	else
		dss_send_run_any(&x->ntb, expected, step, from, end);
	if (x->ntb.count == count) {
		send->step = -1;
		return;
	}
	op->user_step = step;
	dss_send_count(send, b, x->ntb.count - count, x->ntb.bytes - bytes);
}

static int dss_send_all(struct dss_send *send, struct mbim_dss_batch *b, u32 count)
{
	const struct mbim_dss_datagram __user *from = u64_to_user_ptr(b->entries);
	struct dss_xfer *x;
	int err;

	while (b->done < count) {
		err = dss_send_next(send, b, from + b->done, &x);
		if (err)
			return err;
		dss_send_more(send, b, from + b->done, from + count, x);
	}
	return 0;
}

/*
 * The next datagram and its entry into memory: from swap, from a file system, from wherever they
 * are. That may take its time, so no NTB is held meanwhile
 */
static noinline __cold bool dss_send_fault_in(struct dss_session *s, const struct mbim_dss_batch *b)
{
	const struct mbim_dss_datagram __user *from = u64_to_user_ptr(b->entries);
	u32 max = s->modem->ntb_params.max_datagram;
	struct mbim_dss_datagram d;

	dss_tx_pause(s);
	return !copy_from_user(&d, from + b->done, sizeof(d)) &&
	       !fault_in_readable(u64_to_user_ptr(d.buf), min(d.len, max));
}

/*
 * Room for completions: @wanted at most, 0 when there is none; @id is that of the first. While its
 * SEND waits for room, another may take ids: these are its own
 */
static u32 dss_node_reserve(struct dss_node *f, u32 wanted, u64 *id)
{
	spin_lock_bh(&f->lock);
	wanted = min_t(u32, wanted, MBIM_DSS_REQUESTS_MAX - f->requests);
	f->requests += wanted;
	f->pending += wanted;
	*id = f->next_id;
	f->next_id += wanted;
	spin_unlock_bh(&f->lock);
	return wanted;
}

/* The last @n of those up to the id @end are not needed */
static void dss_node_unreserve(struct dss_node *f, u32 n, u64 end)
{
	if (!n)
		return;
	spin_lock_bh(&f->lock);
	f->requests -= n;
	f->pending -= n;
	if (f->next_id == end)
		f->next_id -= n;
	spin_unlock_bh(&f->lock);
	wake_up_interruptible(&f->wait);
}

int dss_tx_send(struct dss_node *f, struct mbim_dss_batch *b, bool nowait)
{
	struct dss_send send = { .f = f, .nowait = nowait, .step = -1 };
	struct dss_session *s = f->session;
	u32 reserved, tries;
	int err;

	err = dss_tx_lock(s, nowait);
	if (err)
		return err;
	/* it takes long enough to look alone at its end */
	if (dss_tx_quiet(&s->modem->tx))
		s->tx_since = ktime_get_ns();
	reserved = dss_node_reserve(f, b->count, &send.id);
	b->request_id = send.id;
	/* each datagram may have to be brought once */
	tries = reserved + DSS_FAULT_SPARE;
	do {
		/* what is not in memory is EFAULT at first */
		pagefault_disable();
		err = dss_send_all(&send, b, reserved);
		pagefault_enable();
	} while (unlikely(err == -EFAULT) && tries-- && dss_send_fault_in(s, b));
	if (!err && reserved < b->count)
		err = -ENOBUFS;
	dss_node_unreserve(f, reserved - b->done, b->request_id + reserved);
	dss_tx_finish(s, b->done, send.bytes, err);
	return err;
}
