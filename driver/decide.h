/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Decisions that depend on nothing but their arguments: what the driver does with them is in
 * the .c files, what they must be is in tests/kunit/.
 */
#ifndef MBIM_DSS_DECIDE_H
#define MBIM_DSS_DECIDE_H

#include <linux/bitmap.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/types.h>

#include <linux/mbim_dss.h>

/* NTBs in flight on the bulk OUT pipe of a modem: enough to keep the bus busy, few enough
 * not to stand in the way of IP, which shares the pipe.
 */
#define DSS_TX_DEPTH		16
/* full NTBs that go together, so that every wakeup of the host controller moves several */
#define DSS_TX_BURST		10

/* NTBs that a session may hold whatever its bound is, and whatever others hold */
#define DSS_TX_SHARE		2
/* bytes of NTB buffers that the sessions of a modem may hold, without the first of each */
#define DSS_TX_MODEM_LIMIT	MBIM_DSS_LIMIT_MAX

/* The version that both sides know, when the other knows all up to @offered; 0: none */
static inline u32 dss_decide_version(u32 offered)
{
	return min_t(u32, offered, MBIM_DSS_VERSION);
}

/**
 * dss_decide_id() - the id of a new session
 * @taken: bitmap of %MBIM_DSS_MAX_SESSIONS bits, ids that cannot be had
 * @wanted: an id, or %MBIM_DSS_SESSION_ANY for the lowest that is free
 *
 * Return: the id; -EINVAL: there is no such id; -EBUSY: it is taken; -EUSERS: all are.
 */
static inline int dss_decide_id(const unsigned long *taken, u32 wanted)
{
	u32 id;

	if (wanted != MBIM_DSS_SESSION_ANY) {
		if (wanted >= MBIM_DSS_MAX_SESSIONS)
			return -EINVAL;
		return test_bit(wanted, taken) ? -EBUSY : wanted;
	}
	id = find_first_zero_bit(taken, MBIM_DSS_MAX_SESSIONS);
	return id < MBIM_DSS_MAX_SESSIONS ? id : -EUSERS;
}

/**
 * dss_decide_open() - may a service have one more session?
 * @directions: DssPayload of the service
 * @open: sessions of the modem
 * @max: MaxDssSessions of the modem
 * @instances: sessions of the service
 * @max_instances: MaxDssInstances of the service, 0: no limit of its own
 *
 * Return: 0; -EOPNOTSUPP: it has no data session; -EUSERS: a limit is reached. Reaching it
 * exactly is legal.
 */
static inline int dss_decide_open(u32 directions, u32 open, u32 max, u32 instances,
				  u32 max_instances)
{
	if (!directions)
		return -EOPNOTSUPP;
	if (open >= max)
		return -EUSERS;
	if (max_instances && instances >= max_instances)
		return -EUSERS;
	return 0;
}

/* Bytes of the next datagram of a stream with @left bytes to go */
static inline u32 dss_decide_cut(size_t left, u32 max_datagram)
{
	return min_t(size_t, left, max_datagram);
}

/**
 * dss_decide_room() - may a session hold one more NTB?
 * @held: NTBs that it holds
 * @more: NTBs that all sessions of the modem hold, without the first of each
 * @half: not when half of a bound is reached: where writers who wait go on
 * @size: bytes of an NTB buffer
 * @limit: bytes that the session may hold
 *
 * It may always hold %DSS_TX_SHARE.
 */
static inline bool dss_decide_room(u32 held, u32 more, bool half, u32 size, u32 limit)
{
	if (held < DSS_TX_SHARE)
		return true;
	held += half ? held : 1;
	more += half ? more : 1;
	return (u64)held * size <= limit && (u64)more * size <= DSS_TX_MODEM_LIMIT;
}

/* What becomes of that which a modem has to send */
enum dss_when {
	DSS_LATER,			/* when transfers have ended */
	DSS_GATHER,			/* when the time to gather is over */
	DSS_NOW,			/* as much as the pipe has room for */
};

/**
 * dss_decide_send() - does it go now?
 * @inflight: NTBs in flight
 * @full: NTBs that wait and are full
 * @awaited: somebody waits for the end of one that has not been sent
 * @due: what is there has had its time to gather, or came alone
 *
 * What somebody waits for goes as soon as the pipe has room. Full NTBs go several together. The
 * rest goes when the pipe is idle, and not before it is due.
 */
static inline enum dss_when dss_decide_send(unsigned int inflight, unsigned int full,
					    bool awaited, bool due)
{
	if (inflight >= DSS_TX_DEPTH)
		return DSS_LATER;
	if (awaited || (full >= DSS_TX_BURST && inflight <= DSS_TX_DEPTH - DSS_TX_BURST))
		return DSS_NOW;
	if (inflight)
		return DSS_LATER;
	return due ? DSS_NOW : DSS_GATHER;
}

/**
 * dss_decide_run() - can a request join a run, to be told in one completion?
 * @count: requests in the run, 1 or more
 * @first: user data of its first
 * @step: what it grows by from one to the next, 0 or 1; set when the second joins
 * @user_data: of the request
 */
static inline bool dss_decide_run(u32 count, u64 first, u32 *step, u64 user_data)
{
	u64 delta = user_data - first;

	if (count == 1 && delta <= 1)
		*step = delta;
	return delta == (u64)*step * count;
}

#endif /* MBIM_DSS_DECIDE_H */
