// SPDX-License-Identifier: GPL-2.0
/* Decisions: versions, session ids, limits, what goes when, runs of completions */
#include <kunit/test.h>

#include "decide.h"

struct offer {
	const char *desc;
	u32 offered;
	u32 agreed;
};

static const struct offer offers[] = {
	{ "none", 0, 0 },
	{ "the first", 1, 1 },
	{ "ours", MBIM_DSS_VERSION, MBIM_DSS_VERSION },
	{ "one newer than ours", MBIM_DSS_VERSION + 1, MBIM_DSS_VERSION },
	{ "the newest of all", U32_MAX, MBIM_DSS_VERSION },
};

static void offer_desc(const struct offer *offer, char *desc)
{
	strscpy(desc, offer->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(offer, offers, offer_desc);

static void version(struct kunit *test)
{
	const struct offer *offer = test->param_value;

	KUNIT_EXPECT_EQ(test, dss_decide_version(offer->offered), offer->agreed);
}

/* Ids @from to @to are taken, then @more is, unless that is MBIM_DSS_SESSION_ANY */
struct choice {
	const char *desc;
	int from, to;
	u32 more;
	u32 wanted;
	int id;
};

#define ANY	MBIM_DSS_SESSION_ANY

static const struct choice choices[] = {
	{ "any, none taken", 0, -1, ANY, ANY, 0 },
	{ "any, 0 taken", 0, 0, ANY, ANY, 1 },
	{ "any, 0 is free", 1, 255, ANY, ANY, 0 },
	{ "any, a gap", 0, 4, 6, ANY, 5 },
	{ "any, a whole word taken", 0, 63, ANY, ANY, 64 },
	{ "any, a word and a bit taken", 0, 64, ANY, ANY, 65 },
	{ "any, only 255 free", 0, 254, ANY, ANY, 255 },
	{ "any, all taken", 0, 255, ANY, ANY, -EUSERS },
	{ "0, none taken", 0, -1, ANY, 0, 0 },
	{ "255, none taken", 0, -1, ANY, 255, 255 },
	{ "255, all others taken", 0, 254, ANY, 255, 255 },
	{ "100, taken", 0, -1, 100, 100, -EBUSY },
	{ "100, those beside it taken", 0, 99, 101, 100, 100 },
	{ "100, all taken", 0, 255, ANY, 100, -EBUSY },
	{ "256", 0, -1, ANY, 256, -EINVAL },
	{ "the one before ANY", 0, -1, ANY, ANY - 1, -EINVAL },
};

static void choice_desc(const struct choice *choice, char *desc)
{
	strscpy(desc, choice->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(choice, choices, choice_desc);

static void session_id(struct kunit *test)
{
	const struct choice *choice = test->param_value;
	DECLARE_BITMAP(taken, MBIM_DSS_MAX_SESSIONS);

	bitmap_zero(taken, MBIM_DSS_MAX_SESSIONS);
	bitmap_set(taken, choice->from, choice->to - choice->from + 1);
	if (choice->more != ANY)
		set_bit(choice->more, taken);
	KUNIT_EXPECT_EQ(test, dss_decide_id(taken, choice->wanted), choice->id);
}

/* All 256 can be had, lowest first, and one that comes back is the next */
static void session_ids_in_turn(struct kunit *test)
{
	DECLARE_BITMAP(taken, MBIM_DSS_MAX_SESSIONS);
	int id;

	bitmap_zero(taken, MBIM_DSS_MAX_SESSIONS);
	for (id = 0; id < MBIM_DSS_MAX_SESSIONS; id++) {
		KUNIT_ASSERT_EQ(test, dss_decide_id(taken, ANY), id);
		set_bit(id, taken);
	}
	for (id = 0; id < MBIM_DSS_MAX_SESSIONS; id += 17) {
		clear_bit(id, taken);
		KUNIT_EXPECT_EQ(test, dss_decide_id(taken, ANY), id);
		set_bit(id, taken);
	}
}

struct limit {
	const char *desc;
	u32 directions;
	u32 open, max;
	u32 instances, max_instances;
	int err;
};

#define IN	MBIM_DSS_DIR_IN
#define OUT	MBIM_DSS_DIR_OUT

static const struct limit limits[] = {
	{ "the first", IN | OUT, 0, 16, 0, 2, 0 },
	{ "in only", IN, 0, 16, 0, 2, 0 },
	{ "out only", OUT, 0, 16, 0, 2, 0 },
	{ "no data session", 0, 0, 16, 0, 2, -EOPNOTSUPP },
	{ "no data session, and no room", 0, 16, 16, 2, 2, -EOPNOTSUPP },
	{ "the last of the modem", IN, 15, 16, 0, 2, 0 },
	{ "one more than the modem has", IN, 16, 16, 0, 2, -EUSERS },
	{ "more open than the modem says", IN, 17, 16, 0, 0, -EUSERS },
	{ "a modem without sessions", IN, 0, 0, 0, 0, -EUSERS },
	{ "the last of the service", IN, 5, 16, 1, 2, 0 },
	{ "one more than the service has", IN, 5, 16, 2, 2, -EUSERS },
	{ "a service without a limit of its own", IN, 15, 16, 15, 0, 0 },
	{ "without a limit of its own, the modem full", IN, 16, 16, 16, 0, -EUSERS },
	{ "256 sessions", IN, 255, 256, 255, 0, 0 },
};

static void limit_desc(const struct limit *limit, char *desc)
{
	strscpy(desc, limit->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(limit, limits, limit_desc);

static void session_limit(struct kunit *test)
{
	const struct limit *limit = test->param_value;

	KUNIT_EXPECT_EQ(test, dss_decide_open(limit->directions, limit->open, limit->max,
					      limit->instances, limit->max_instances), limit->err);
}

/* A stream's bytes are all cut into datagrams, each but the last the largest */
static void stream_cut(struct kunit *test)
{
	static const u32 max[] = { 1, 2048, 8192 };
	static const u32 bytes[] = { 1, 2, 2047, 2048, 2049, 4096, 8191, 8192, 8193, 50000 };
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(max); i++) {
		for (j = 0; j < ARRAY_SIZE(bytes); j++) {
			u32 left = bytes[j], count = 0;

			while (left) {
				u32 len = dss_decide_cut(left, max[i]);

				KUNIT_ASSERT_EQ(test, len, min(left, max[i]));
				left -= len;
				count++;
			}
			KUNIT_EXPECT_EQ(test, count, DIV_ROUND_UP(bytes[j], max[i]));
		}
	}
	KUNIT_EXPECT_EQ(test, dss_decide_cut(0, 2048), 0u);
	KUNIT_EXPECT_EQ(test, dss_decide_cut(SIZE_MAX, 2048), 2048u);
}

#define NTB	16384
#define MORE	(DSS_TX_MODEM_LIMIT / NTB)

struct room {
	const char *desc;
	u32 held, more;
	bool half;
	u32 limit;
	bool expected;
};

static const struct room rooms[] = {
	{ "nothing held", 0, 0, false, 64 * NTB, true },
	{ "one below its bound", 63, 62, false, 64 * NTB, true },
	{ "at its bound", 64, 63, false, 64 * NTB, false },
	{ "a bound that is a byte short", 63, 62, false, 64 * NTB - 1, false },
	{ "above a bound that was lowered", 64, 63, false, 4096, false },
	{ "less than its share", DSS_TX_SHARE - 1, 0, false, 4096, true },
	{ "its share, and a bound that is less", DSS_TX_SHARE, 1, false, 4096, false },
	{ "one below the modem's", 63, MORE - 1, false, 64 * NTB, true },
	{ "at the modem's", 63, MORE, false, 64 * NTB, false },
	{ "at the modem's, with its share", DSS_TX_SHARE, MORE, false, 64 * NTB, false },
	{ "at the modem's, with less", DSS_TX_SHARE - 1, MORE, false, 64 * NTB, true },
	{ "all have their share", 0, MORE + 256, false, 64 * NTB, true },
	{ "the largest bound", MORE - 1, MORE - 2, false, MBIM_DSS_LIMIT_MAX, true },
	{ "the largest bound, reached", MORE, MORE - 1, false, MBIM_DSS_LIMIT_MAX, false },
	{ "half of its bound", 32, 31, true, 64 * NTB, true },
	{ "more than half", 33, 32, true, 64 * NTB, false },
	{ "half of the modem's", 4, MORE / 2, true, 64 * NTB, true },
	{ "more than half of the modem's", 4, MORE / 2 + 1, true, 64 * NTB, false },
	{ "more than half of it, with less than its share", 1, MORE, true, 64 * NTB, true },
};

static void room_desc(const struct room *room, char *desc)
{
	strscpy(desc, room->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(room, rooms, room_desc);

static void room_for_one(struct kunit *test)
{
	const struct room *room = test->param_value;

	KUNIT_EXPECT_EQ(test, dss_decide_room(room->held, room->more, room->half, NTB, room->limit),
			room->expected);
}

struct send {
	const char *desc;
	unsigned int inflight;
	unsigned int full;
	bool awaited;
	bool due;
	enum dss_when expected;
};

#define HALF	(DSS_TX_DEPTH - DSS_TX_BURST)

static const struct send sends[] = {
	{ "idle, due", 0, 0, false, true, DSS_NOW },
	{ "idle, not due", 0, 0, false, false, DSS_GATHER },
	{ "idle, one full, not due", 0, 1, false, false, DSS_GATHER },
	{ "idle, one full, due", 0, 1, false, true, DSS_NOW },
	{ "idle, one too few full", 0, DSS_TX_BURST - 1, false, false, DSS_GATHER },
	{ "idle, a burst is full", 0, DSS_TX_BURST, false, false, DSS_NOW },
	{ "idle, not due, awaited", 0, 0, true, false, DSS_NOW },
	{ "one in flight, due: idle it is not", 1, 0, false, true, DSS_LATER },
	{ "one in flight, one full", 1, 1, false, true, DSS_LATER },
	{ "one in flight, a burst is full", 1, DSS_TX_BURST, false, false, DSS_NOW },
	{ "one in flight, awaited", 1, 0, true, false, DSS_NOW },
	{ "just room for a burst", HALF, DSS_TX_BURST, false, false, DSS_NOW },
	{ "just room for a burst, one too few", HALF, DSS_TX_BURST - 1, false, true,
	  DSS_LATER },
	{ "room for all of a burst but one", HALF + 1, DSS_TX_BURST, false, true,
	  DSS_LATER },
	{ "60 full, one place", DSS_TX_DEPTH - 1, 60, false, true, DSS_LATER },
	{ "60 full, one place, awaited", DSS_TX_DEPTH - 1, 60, true, false, DSS_NOW },
	{ "60 full, half of the pipe", HALF, 60, false, false, DSS_NOW },
	{ "60 full, no place", DSS_TX_DEPTH, 60, false, true, DSS_LATER },
	{ "no place, awaited and due", DSS_TX_DEPTH, 60, true, true, DSS_LATER },
	{ "more in flight than places", DSS_TX_DEPTH + 1, 0, true, true, DSS_LATER },
};

static void send_desc(const struct send *send, char *desc)
{
	strscpy(desc, send->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(send, sends, send_desc);

static void send_now(struct kunit *test)
{
	const struct send *send = test->param_value;

	KUNIT_EXPECT_EQ(test, dss_decide_send(send->inflight, send->full, send->awaited,
					      send->due), send->expected);
}

/*
 * The user data of requests, one after the other; and where completions begin:
 * a digit for each request, the number of its run.
 */
struct run {
	const char *desc;
	u64 user_data[6];
	const char *runs;
};

#define U64_LAST	(~0ull)

static const struct run runs[] = {
	{ "all alike", { 7, 7, 7, 7, 7, 7 }, "000000" },
	{ "counting up", { 7, 8, 9, 10, 11, 12 }, "000000" },
	{ "by two", { 2, 4, 6, 8, 10, 12 }, "012345" },
	{ "counting down", { 6, 5, 4, 3, 2, 1 }, "012345" },
	{ "alike, then up", { 3, 3, 4, 5, 6, 7 }, "001111" },
	{ "up, then alike", { 3, 4, 4, 4, 4, 4 }, "001111" },
	{ "up, a gap, up", { 1, 2, 3, 5, 6, 7 }, "000111" },
	{ "up, the first again", { 1, 2, 3, 1, 2, 3 }, "000111" },
	{ "alternating", { 0, 9, 0, 9, 0, 9 }, "012345" },
	{ "pairs", { 1, 1, 5, 5, 9, 9 }, "001122" },
	{ "all 0", { 0, 0, 0, 0, 0, 0 }, "000000" },
	{ "over the end of 64 bits", { U64_LAST - 2, U64_LAST - 1, U64_LAST, 0, 1, 2 }, "000000" },
	{ "over the end of 32 bits", { 0xfffffffe, 0xffffffff, 0x100000000, 0x100000001,
				       0x100000002, 0x100000003 }, "000000" },
	{ "alike but for the upper half", { 1, 0x100000001, 1, 0x100000001, 1, 1 }, "012344" },
};

static void run_desc(const struct run *run, char *desc)
{
	strscpy(desc, run->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(run, runs, run_desc);

static void completion_runs(struct kunit *test)
{
	const struct run *run = test->param_value;
	u32 count = 0, step = 0, i;
	u64 first = 0;
	char at = '0' - 1;

	for (i = 0; i < ARRAY_SIZE(run->user_data); i++) {
		u64 user_data = run->user_data[i];

		if (count && dss_decide_run(count, first, &step, user_data)) {
			count++;
		} else {
			first = user_data;
			count = 1;
			step = 0;
			at++;
		}
		KUNIT_EXPECT_EQ(test, at, run->runs[i]);
		/* And from the completion its user data can be told */
		KUNIT_EXPECT_EQ(test, first + (u64)(count - 1) * step, user_data);
		KUNIT_EXPECT_LE(test, step, 1u);
	}
}

static struct kunit_case decide_cases[] = {
	KUNIT_CASE_PARAM(version, offer_gen_params),
	KUNIT_CASE_PARAM(session_id, choice_gen_params),
	KUNIT_CASE(session_ids_in_turn),
	KUNIT_CASE_PARAM(session_limit, limit_gen_params),
	KUNIT_CASE(stream_cut),
	KUNIT_CASE_PARAM(room_for_one, room_gen_params),
	KUNIT_CASE_PARAM(send_now, send_gen_params),
	KUNIT_CASE_PARAM(completion_runs, run_gen_params),
	{}
};

static struct kunit_suite decide_suite = {
	.name = "mbim_dss_decide",
	.test_cases = decide_cases,
};

kunit_test_suite(decide_suite);
