// SPDX-License-Identifier: GPL-2.0
/*
 * Sessions take turns on the pipe: whose NTB goes next, whatever waits and ends meanwhile. tx.c
 * and stop.c are included, and hand their transfers to this file instead of a host controller.
 */
#include <kunit/test.h>
#include <linux/usb.h>
#include <linux/usb/usbnet.h>

static int turn_submit(struct urb *urb, gfp_t gfp);
#define usb_submit_urb			turn_submit
#define usb_unlink_urb(urb)		((void)(urb))
#define usbnet_defer_kevent(dev, work)	((void)(dev))
/* request.c's tests have their own */
#define dss_tx_drained			turn_tx_drained
#define dss_tx_withdraw			turn_tx_withdraw

#include "tx.c"
#include "stop.c"

/* -- what is around tx.c ------------------------------------------------- */

void dss_node_complete(struct dss_op *op) { }
void dss_node_put(struct dss_node *f) { }
void dss_op_free(struct dss_op *op) { }
void dss_op_wait_put(struct dss_op *op) { }
void dss_modem_schedule(struct dss_modem *m) { }
void dss_modem_settle(struct dss_modem *m) { }

#define SESSIONS	4

static struct turn {
	struct dss_modem modem;
	struct usbnet usbnet;
	struct cdc_ncm_ctx ctx;
	struct dss_session sessions[SESSIONS];
	int refusal;		/* what submitting a transfer says */
	char log[80];		/* the session of each transfer, "A" for 0; "|" for each "go" */
} *turn;

static void turn_log(char c)
{
	size_t len = strlen(turn->log);

	if (len + 1 < sizeof(turn->log))
		turn->log[len] = c;
}

static int turn_submit(struct urb *urb, gfp_t gfp)
{
	const struct dss_xfer *x = urb->context;

	turn_log('A' + x->session->id);
	return turn->refusal;
}

/* -- steps --------------------------------------------------------------- */

/* An NTB with one datagram; full: queued, else the open one, filled by a writer */
static void turn_add(struct kunit *test, struct dss_session *s, bool full)
{
	struct dss_modem *m = s->modem;
	struct dss_xfer *x = dss_xfer_alloc(m);
	u8 *p;

	KUNIT_ASSERT_NOT_NULL(test, x);
	x->session = s;
	x->opened = jiffies;
	dss_ntb_begin(&x->ntb, &m->ntb_params, x->buf, s->id);
	p = dss_ntb_reserve(&x->ntb, 4);
	KUNIT_ASSERT_NOT_NULL(test, p);
	memset(p, 0, 4);
	dss_ntb_commit(&x->ntb, 4);
	spin_lock_bh(&m->tx.lock);
	x->serial = ++s->tx_begun;
	if (s->tx_held++)
		m->tx.more++;
	m->tx.held++;
	if (full) {
		list_add_tail(&x->node, &s->tx_queue);
		dss_tx_queued(x);
	} else {
		s->tx_open = x;
		s->tx_filling = true;
	}
	if (list_empty(&s->tx_ready))
		list_add_tail(&s->tx_ready, &m->tx.ready);
	spin_unlock_bh(&m->tx.lock);
}

/* The pipe takes what it has room for */
static void turn_go(void)
{
	turn_log('|');
	dss_tx_start(&turn->modem, DSS_STOP_SUSPEND);
	dss_tx_stop(&turn->modem, DSS_STOP_SUSPEND);
}

static void turn_bh(void)
{
	local_bh_disable();
	dss_tx_bh(&turn->modem);
	local_bh_enable();
}

/* Of the transfers in flight; NULL when there is none */
static struct dss_xfer *turn_oldest(const struct dss_modem *m)
{
	struct dss_xfer *x, *oldest = NULL;

	hlist_for_each_entry(x, &m->tx.flight, flight)
		oldest = x;
	return oldest;
}

/* The first @n transfers in flight end, and nothing goes in their place yet */
static void turn_end(struct kunit *test, unsigned int n)
{
	struct dss_modem *m = &turn->modem;
	struct dss_xfer *x;

	while (n--) {
		x = turn_oldest(m);
		KUNIT_ASSERT_NOT_NULL(test, x);
		x->urb->status = 0;
		x->urb->actual_length = x->urb->transfer_buffer_length;
		dss_tx_complete(x->urb);
		turn_bh();
	}
}

static void turn_filled(struct dss_session *s)
{
	spin_lock_bh(&s->modem->tx.lock);
	s->tx_filling = false;
	dss_tx_mark_ready(s);
	spin_unlock_bh(&s->modem->tx.lock);
}

/*
 * Steps: "A3" adds three full NTBs to session A, "a" one that a writer fills, "a." is when he is
 * done; "go" lets the pipe take what it has room for, "end3" ends the first three in flight.
 */
struct turn_case {
	const char *desc;
	const char *steps;
	const char *log;
};

#define A16	"AAAAAAAAAAAAAAAA"
#define AB16	"ABABABABABABABAB"

static const struct turn_case turns[] = {
	{ "one session has the pipe", "A17 go", "|" A16 },
	{ "the rest goes as there is room", "A18 go end1 go end3 go", "|" A16 "|A|A" },
	{ "two, in turn", "A9 B9 go end16 go", "|" AB16 "|AB" },
	{ "four, in turn", "A2 B2 C2 D2 go", "|ABCDABCD" },
	{ "in the order in which they came", "C2 A2 B2 go", "|CABCAB" },
	{ "one that has little does not wait for one that has much", "A20 B1 go",
	  "|ABAAAAAAAAAAAAAA" },
	{ "nor when it comes late", "A20 go B1 end2 go", "|" A16 "|AB" },
	{ "the turn goes on where it was", "A9 B9 C9 go end1 go end1 go", "|ABCABCABCABCABCA|B|C" },
	{ "also for one transfer at a time", "A10 B10 go end1 go end1 go end1 go",
	  "|" AB16 "|A|B|A" },
	{ "who comes back is the last", "A1 B17 C17 go A1 end4 go", "|ABCBCBCBCBCBCBCB|CBAC" },
	{ "what is being filled does not go", "a go", "|" },
	{ "it goes when it is", "a go a. go", "||A" },
	{ "nobody waits for it", "a B2 go a. go", "|BB|A" },
	{ "it loses no turn for what is full", "A2 a B2 go a. go", "|ABAB|A" },
	{ "a full pipe takes nothing", "A16 go B1 go end1 go", "|" A16 "||B" },
};

static void turn_desc(const struct turn_case *t, char *desc)
{
	strscpy(desc, t->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(turn, turns, turn_desc);

static void turn_step(struct kunit *test, const char *word)
{
	struct dss_session *s;
	unsigned int n = 1;

	if (!strcmp(word, "go")) {
		turn_go();
		return;
	}
	if (!strncmp(word, "end", 3)) {
		KUNIT_ASSERT_EQ(test, kstrtouint(word + 3, 10, &n), 0);
		turn_end(test, n);
		return;
	}
	s = &turn->sessions[(*word | 0x20) - 'a'];
	if (!strcmp(word + 1, ".")) {
		turn_filled(s);
		return;
	}
	if (word[1])
		KUNIT_ASSERT_EQ(test, kstrtouint(word + 1, 10, &n), 0);
	while (n--)
		turn_add(test, s, *word < 'a');
}

static void turns_taken(struct kunit *test)
{
	const struct turn_case *t = test->param_value;
	char steps[80], *rest = steps, *word;

	KUNIT_ASSERT_GT(test, strscpy(steps, t->steps, sizeof(steps)), 0);
	while ((word = strsep(&rest, " ")))
		turn_step(test, word);
	KUNIT_EXPECT_STREQ(test, turn->log, t->log);
}

/* Whoever has something waiting is at most one transfer behind any other */
static void turns_fair(struct kunit *test)
{
	static const unsigned int waiting[SESSIONS] = { 40, 7, 19, 1 };
	unsigned int sent[SESSIONS] = {}, who, i, n;
	const char *c;

	for (i = 0; i < SESSIONS; i++)
		for (n = 0; n < waiting[i]; n++)
			turn_add(test, &turn->sessions[i], true);
	for (n = 40 + 7 + 19 + 1; n; n -= c - turn->log) {
		memset(turn->log, 0, sizeof(turn->log));
		dss_tx_start(&turn->modem, DSS_STOP_SUSPEND);
		dss_tx_stop(&turn->modem, DSS_STOP_SUSPEND);
		for (c = turn->log; *c; c++) {
			who = *c - 'A';
			sent[who]++;
			for (i = 0; i < SESSIONS; i++)
				KUNIT_EXPECT_GE(test, sent[i] + 1, min(sent[who], waiting[i]));
		}
		KUNIT_ASSERT_TRUE(test, c != turn->log);
		turn_end(test, turn->modem.tx.inflight);
	}
	for (i = 0; i < SESSIONS; i++)
		KUNIT_EXPECT_EQ(test, sent[i], waiting[i]);
}

/* The last of two that somebody waits for is cancelled: the first is still waited for */
static void turns_awaited(struct kunit *test)
{
	struct dss_session *s = &turn->sessions[0];
	struct dss_tx *tx = &turn->modem.tx;
	struct dss_xfer *first, *last;

	turn_add(test, s, true);
	turn_add(test, s, true);
	dss_tx_await(s);
	KUNIT_ASSERT_EQ(test, tx->awaited, 1u);
	first = list_first_entry(&s->tx_queue, struct dss_xfer, node);
	last = list_last_entry(&s->tx_queue, struct dss_xfer, node);
	KUNIT_ASSERT_EQ(test, s->tx_awaited, last->serial);

	spin_lock_bh(&tx->lock);
	KUNIT_EXPECT_TRUE(test, dss_ntb_remove(&last->ntb, 0));
	dss_tx_emptied(last);
	spin_unlock_bh(&tx->lock);
	KUNIT_EXPECT_EQ(test, tx->awaited, 1u);
	KUNIT_EXPECT_EQ(test, s->tx_awaited, first->serial);

	turn_go();
	KUNIT_EXPECT_STREQ(test, turn->log, "|A");
	KUNIT_EXPECT_EQ(test, tx->awaited, 0u);
}

/* Transfers that a halt takes back, the last first, are sent again in their order */
static void turns_again(struct kunit *test)
{
	struct dss_session *s = &turn->sessions[0];
	struct dss_modem *m = &turn->modem;
	struct dss_xfer *x;
	u64 serial = 0;

	turn_step(test, "A4");
	turn_go();
	dss_tx_stop(m, DSS_STOP_HALT);
	hlist_for_each_entry(x, &m->tx.flight, flight) {
		x->urb->status = -ECONNRESET;
		x->urb->actual_length = 0;
		dss_tx_complete(x->urb);
	}
	turn_bh();
	m->tx.stopped &= ~DSS_STOP_HALT;
	KUNIT_EXPECT_EQ(test, m->tx.full, 4u);
	list_for_each_entry(x, &s->tx_queue, node)
		KUNIT_EXPECT_EQ(test, x->serial, ++serial);
	KUNIT_EXPECT_EQ(test, serial, 4u);
}

static void turn_watchdog(void)
{
	dss_tx_watchdog(&turn->modem.tx.watchdog.work);
}

/* What the host controller refuses takes nothing else with it, until the watchdog tries again */
static void turns_refused(struct kunit *test)
{
	struct dss_modem *m = &turn->modem;

	turn->refusal = -ENODEV;
	turn_step(test, "A5");
	turn_go();
	turn_bh();
	turn_go();
	turn_bh();
	KUNIT_EXPECT_STREQ(test, turn->log, "|A|");
	m->tx.stopped &= ~DSS_STOP_SUSPEND;
	turn_watchdog();
	KUNIT_EXPECT_STREQ(test, turn->log, "|A|A");
	turn->refusal = 0;
	turn_watchdog();
	dss_tx_stop(m, DSS_STOP_SUSPEND);
	turn_bh();
	KUNIT_EXPECT_STREQ(test, turn->log, "|A|AAAA");
}

/* So does a transfer that breaks, as those in flight do when a modem is pulled out */
static void turns_broken(struct kunit *test)
{
	struct dss_modem *m = &turn->modem;
	struct dss_xfer *x;

	turn_step(test, "A20");
	turn_go();
	m->tx.stopped &= ~DSS_STOP_SUSPEND;
	x = turn_oldest(m);
	x->urb->status = -EPROTO;
	x->urb->actual_length = 0;
	dss_tx_complete(x->urb);
	turn_bh();
	KUNIT_EXPECT_STREQ(test, turn->log, "|" A16);
	turn_watchdog();
	dss_tx_stop(m, DSS_STOP_SUSPEND);
	KUNIT_EXPECT_STREQ(test, turn->log, "|" A16 "A");
}

/* What waits longer than its session wants ends, also behind what another is more patient with */
static void turns_expired(struct kunit *test)
{
	struct dss_session *patient = &turn->sessions[0], *hasty = &turn->sessions[1];
	struct dss_modem *m = &turn->modem;
	struct dss_xfer *x;

	patient->tx_timeout_ms = MBIM_DSS_TIMEOUT_MAX;
	hasty->tx_timeout_ms = MBIM_DSS_TIMEOUT_MIN;
	turn_step(test, "A16");
	turn_go();
	turn_step(test, "B2");
	turn_step(test, "b");
	turn_step(test, "b.");
	m->tx.progress = jiffies;
	turn_watchdog();
	KUNIT_EXPECT_EQ(test, hasty->tx_held, 3u);

	/* the modem takes something now and then: it is slow, not stuck */
	list_for_each_entry(x, &hasty->tx_queue, node)
		x->opened -= msecs_to_jiffies(MBIM_DSS_TIMEOUT_MIN) + 1;
	hasty->tx_open->opened = jiffies - msecs_to_jiffies(MBIM_DSS_TIMEOUT_MIN) - 1;
	turn_watchdog();
	KUNIT_EXPECT_EQ(test, hasty->tx_held, 3u);

	m->tx.progress = hasty->tx_open->opened;
	turn_watchdog();
	KUNIT_EXPECT_EQ(test, hasty->tx_held, 0u);
	KUNIT_EXPECT_EQ(test, patient->tx_held, 16u);
	KUNIT_EXPECT_EQ(test, m->tx.full, 0u);
}

/* -- a test -------------------------------------------------------------- */

static void turn_session_init(struct dss_session *s, struct dss_modem *m, u32 id)
{
	s->modem = m;
	s->id = id;
	s->tx_limit = MBIM_DSS_LIMIT_MAX;
	s->tx_timeout_ms = DSS_TX_TIMEOUT_MS;
	INIT_LIST_HEAD(&s->tx_queue);
	INIT_LIST_HEAD(&s->tx_flight);
	INIT_LIST_HEAD(&s->tx_ready);
	init_waitqueue_head(&s->tx_wait);
	init_waitqueue_head(&s->pollers);
	init_waitqueue_head(&s->tx_sync);
}

static int turn_init(struct kunit *test)
{
	struct dss_modem *m;
	u32 id;

	turn = kunit_kzalloc(test, sizeof(*turn), GFP_KERNEL);
	if (!turn)
		return -ENOMEM;
	m = &turn->modem;
	m->usbnet = &turn->usbnet;
	m->ctx = &turn->ctx;
	spin_lock_init(&m->ctx->mtx);
	spin_lock_init(&m->done_lock);
	m->ntb_params = (struct dss_ntb_params){
		.tx_max = 512, .max_datagram = 64, .min_tx_pkt = 512, .max_datagrams = 2,
		.modulus = 4, .ndp_modulus = 4, .maxpacket = 64,
	};
	dss_tx_init(m);
	dss_tx_stop(m, DSS_STOP_SUSPEND);
	for (id = 0; id < SESSIONS; id++)
		turn_session_init(&turn->sessions[id], m, id);
	return 0;
}

/* All goes, and ends, and nothing is held */
static void turn_exit(struct kunit *test)
{
	struct dss_modem *m = &turn->modem;
	u32 id;

	for (id = 0; id < SESSIONS; id++)
		turn_filled(&turn->sessions[id]);
	do {
		turn_go();
		turn_end(test, m->tx.inflight);
	} while (!list_empty(&m->tx.ready));
	KUNIT_EXPECT_EQ(test, m->tx.held, 0u);
	KUNIT_EXPECT_EQ(test, m->tx.full, 0u);
	dss_tx_drop_pool(m);
}

static struct kunit_case turn_cases[] = {
	KUNIT_CASE_PARAM(turns_taken, turn_gen_params),
	KUNIT_CASE(turns_fair),
	KUNIT_CASE(turns_awaited),
	KUNIT_CASE(turns_again),
	KUNIT_CASE(turns_refused),
	KUNIT_CASE(turns_broken),
	KUNIT_CASE(turns_expired),
	{}
};

static struct kunit_suite turn_suite = {
	.name = "mbim_dss_turn",
	.init = turn_init,
	.exit = turn_exit,
	.test_cases = turn_cases,
};

kunit_test_suite(turn_suite);
