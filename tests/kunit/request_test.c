// SPDX-License-Identifier: GPL-2.0
/*
 * Requests: what is asked of the agent, what is told to whom, and in which order, whatever
 * happens meanwhile. request.c is included, so that its deadlines can come without waiting.
 */
#include "request.c"

#include "fake.h"

#define ANY	MBIM_DSS_SESSION_ANY
#define EFFECT	9	/* the modem's status when it refuses; the agent makes it ENOSPC */

static struct dss_handle handle;

static int open_with(struct dss_handle *h, u32 id, u32 flags, u64 user_data)
{
	struct mbim_dss_open arg = {
		.modem = fake->modem.index, .session = id, .flags = flags,
		.user_data = user_data,
	};

	memcpy(arg.service, fake_service, sizeof(arg.service));
	return dss_request_open(h, &arg);
}

static int close_with(struct dss_handle *h, u32 id)
{
	struct mbim_dss_close arg = { .modem = fake->modem.index, .session = id };

	return dss_request_close(h, &arg);
}

static int reply(u64 id, u32 error, u32 mbim_status)
{
	int err;

	mutex_lock(&dss_mutex);
	err = dss_request_reply(id, error, mbim_status);
	mutex_unlock(&dss_mutex);
	return err;
}

/* The deadline of the only request has come */
static void expire(void)
{
	struct dss_request *r;

	mutex_lock(&dss_mutex);
	r = list_first_entry_or_null(&dss_requests, struct dss_request, list);
	if (r)
		dss_request_expired(r);
	mutex_unlock(&dss_mutex);
}

static void agent(bool bound)
{
	mutex_lock(&dss_mutex);
	fake->bound = bound;
	fake->expected = true;
	if (bound)
		dss_request_agent_bound();
	else
		dss_request_agent_lost();
	mutex_unlock(&dss_mutex);
}

static void modem_gone(void)
{
	struct dss_session *s;

	mutex_lock(&dss_mutex);
	s = dss_session_lookup(&fake->modem, 0);
	if (s) {
		dss_request_modem_gone(s);
		dss_session_end(s, MBIM_DSS_SESSION_GONE, ENODEV);
	}
	mutex_unlock(&dss_mutex);
}

static void drained(void)
{
	struct dss_session *s;

	mutex_lock(&dss_mutex);
	s = dss_session_lookup(&fake->modem, 0);
	mutex_unlock(&dss_mutex);
	fake->busy = false;
	if (s)
		dss_request_drained(s);
}

/* -- the life of one session --------------------------------------------- */

struct life {
	const char *desc;
	const char *steps;
	const char *done;
};

/*
 * Steps: "open" and "close" are asked for by the handle, "cancel" is for the last of them,
 * "release" its end. "yes" and "no" are the agent's answers to its last question, "late" one
 * that nobody waits for. "expire": the deadline. The rest is in take_step().
 *
 * Done: "connect" and "disconnect" are asked of the agent; "node", "shut", "end" are a
 * session's; "open:" and "close:" completions, with errno and the modem's status.
 */
#define UP	" connect node open:0"

static const struct life lives[] = {
	{ "open and close", "open yes close yes",
	  UP " shut disconnect end:0 close:0" },
	{ "an open that the modem refuses", "open no",
	  " connect open:28/9 end:28" },
	{ "a close that the modem refuses", "open yes close no",
	  UP " shut disconnect end:28 close:28/9" },
	{ "a node that cannot be made", "nodeless open yes yes",
	  " connect open:12 shut disconnect end:0" },
	{ "a second answer", "open yes late", UP },
	{ "an open that is not answered", "open expire yes",
	  " connect open:110 shut disconnect end:0" },
	{ "an open that is not answered, nor its undoing", "open expire expire",
	  " connect open:110 shut disconnect end:110" },
	{ "a close that is not answered", "open yes close expire late",
	  UP " shut disconnect end:110 close:110" },

	{ "a close while data is on its way", "open yes busy close",
	  UP " shut" },
	{ "a close, then data is sent", "open yes busy close drained yes",
	  UP " shut disconnect end:0 close:0" },
	{ "a close, data is not sent in time", "open yes busy close expire drained yes",
	  UP " shut withdraw:-125 disconnect end:0 close:0" },
	{ "a close, data does not come back", "open yes busy close expire expire yes",
	  UP " shut withdraw:-125 disconnect end:0 close:0" },
	{ "data is sent, no close", "open yes busy drained", UP },
	{ "data is sent once more", "open yes busy close drained drained yes",
	  UP " shut disconnect end:0 close:0" },

	{ "the agent is awaited, and comes", "away open back yes",
	  UP },
	{ "the agent is awaited in vain", "away open expire",
	  " open:104 end:125" },
	{ "the agent goes while it opens, another comes", "open away back yes",
	  " connect" UP },
	{ "the agent goes while it opens, none comes", "open away expire",
	  " connect open:104 shut" },
	{ "none comes for long, then one undoes it", "open away expire expire back yes",
	  " connect open:104 shut disconnect end:0" },
	{ "the agent goes while it closes, another comes", "open yes close away back yes",
	  UP " shut disconnect disconnect end:0 close:0" },
	{ "the agent goes while it closes, none comes", "open yes close away expire expire",
	  UP " shut disconnect close:104" },
	{ "the agent goes, nothing is under way", "open yes away back", UP },
	{ "the answer of an agent that went", "open away yes", " connect" },

	{ "the agent takes no question for a while", "deaf open hears expire yes",
	  UP },
	{ "the agent takes no question", "deaf open expire expire",
	  " open:104 end:125" },
	{ "the agent takes no question about a close", "open yes deaf close expire expire",
	  UP " shut close:104" },
	{ "the agent takes a question about a close late",
	  "open yes deaf close expire expire hears expire yes",
	  UP " shut close:104 disconnect end:0" },

	{ "cancel before it is asked", "away open cancel back",
	  " open:125 end:125" },
	{ "cancel, and it is opened", "open cancel yes yes",
	  " connect open:125 shut disconnect end:0" },
	{ "cancel, and it is refused", "open cancel no",
	  " connect open:125 end:28" },
	{ "cancel, and no answer", "open cancel expire yes",
	  " connect open:125 shut disconnect end:0" },

	{ "the handle ends before it is asked", "away open release",
	  " open:125 end:125" },
	{ "the handle ends, and it is opened", "open release yes yes",
	  " connect open:125 shut disconnect end:0" },
	{ "the handle ends with an open session", "open yes release yes",
	  UP " shut disconnect end:0" },
	{ "the handle ends, data is on its way", "open yes busy release drained yes",
	  UP " shut disconnect end:0" },
	{ "the handle ends while it closes", "open yes close release yes",
	  UP " shut disconnect close:125 end:0" },
	{ "the handle ends, no agent is there", "open yes away release expire back yes",
	  UP " shut disconnect end:0" },
	{ "the handle of one that persists ends", "persist open yes release",
	  UP },

	{ "attach and close", "attach open close",
	  " node open:0 shut end:0 close:0" },
	{ "attach and close without an agent", "away attach open busy close drained",
	  " node open:0 shut end:0 close:0" },
	{ "attach, a node that cannot be made", "nodeless attach open",
	  " open:12 end:125" },
	{ "attach, the handle ends", "attach open release",
	  " node open:0 shut end:0" },

	{ "the modem goes while it opens", "open gone late",
	  " connect open:19 end:19" },
	{ "the modem goes while the agent is awaited", "away open gone back",
	  " open:19 end:19" },
	{ "the modem goes with an open session", "open yes gone",
	  UP " end:19" },
	{ "the modem goes while data is on its way", "open yes busy close gone drained",
	  UP " shut close:19 end:19" },
	{ "the modem goes while it closes", "open yes close gone late",
	  UP " shut disconnect close:19 end:19" },
	{ "the modem goes after the handle", "open release gone",
	  " connect open:125 end:19" },
};

static void life_desc(const struct life *life, char *desc)
{
	strscpy(desc, life->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(life, lives, life_desc);

static void take_step(struct kunit *test, const char *word, u32 *flags)
{
	if (!strcmp(word, "open"))
		KUNIT_EXPECT_EQ(test, open_with(&handle, 0, *flags, 0), 0);
	else if (!strcmp(word, "close"))
		KUNIT_EXPECT_EQ(test, close_with(&handle, 0), 0);
	else if (!strcmp(word, "cancel"))
		KUNIT_EXPECT_EQ(test, dss_request_cancel(&handle, handle.next_id), 0);
	else if (!strcmp(word, "release"))
		dss_request_release(&handle);
	else if (!strcmp(word, "yes"))
		reply(fake->asked, 0, 0);
	else if (!strcmp(word, "no"))
		reply(fake->asked, ENOSPC, EFFECT);
	else if (!strcmp(word, "late"))
		KUNIT_EXPECT_EQ(test, reply(fake->asked, 0, 0), -ENOENT);
	else if (!strcmp(word, "expire"))
		expire();
	else if (!strcmp(word, "busy"))
		fake->busy = true;
	else if (!strcmp(word, "drained"))
		drained();
	else if (!strcmp(word, "away") || !strcmp(word, "back"))
		agent(*word == 'b');
	else if (!strcmp(word, "deaf") || !strcmp(word, "hears"))
		fake->deaf = *word == 'd';
	else if (!strcmp(word, "gone"))
		modem_gone();
	else if (!strcmp(word, "nodeless"))
		fake->node_error = -ENOMEM;
	else if (!strcmp(word, "attach"))
		*flags = MBIM_DSS_OPEN_ATTACH;
	else if (!strcmp(word, "persist"))
		*flags = MBIM_DSS_OPEN_PERSIST;
	else
		KUNIT_FAIL(test, "no step %s", word);
}

static void session_life(struct kunit *test)
{
	const struct life *life = test->param_value;
	char steps[80], *rest = steps, *word;
	u32 flags = 0;

	KUNIT_ASSERT_GT(test, strscpy(steps, life->steps, sizeof(steps)), 0);
	while ((word = strsep(&rest, " ")))
		take_step(test, word, &flags);
	KUNIT_EXPECT_STREQ(test, fake->log, life->done);
}

/* -- who may open and close ---------------------------------------------- */

struct refusal {
	const char *desc;
	u32 modem, session;
	const u8 *service;
	u32 flags;
	void (*before)(void);
	int err;
};

static const u8 unknown[MBIM_DSS_UUID_SIZE] = { 9 };
/* Basic Connect, DSS, as examples of MBIM's own */
static const u8 basic_connect[MBIM_DSS_UUID_SIZE] = {
	0xa2, 0x89, 0xcc, 0x33, 0xbc, 0xbb, 0x8b, 0x4f,
	0xb6, 0xb0, 0x13, 0x3e, 0xc2, 0xaa, 0xe6, 0xdf
};

static const u8 dss[MBIM_DSS_UUID_SIZE] = {
	0xc0, 0x8a, 0x26, 0xdd, 0x77, 0x18, 0x43, 0x82,
	0x84, 0x82, 0x6e, 0x0d, 0x58, 0x3c, 0x4d, 0x0e
};

static void no_agent(void)
{
	fake->bound = false;
}

static void not_probed(void)
{
	fake->modem.probed = false;
}

static void no_room(void)
{
	fake->modem.max_sessions = 0;
}

static void no_room_for_it(void)
{
	fake->services[0].info.max_instances = 1;
	open_with(&handle, 200, 0, 0);
}

static void id_5_taken(void)
{
	open_with(&handle, 5, 0, 0);
}

static void id_5_is_a_vlan(void)
{
	fake->vlan = 5;
}

static void cannot_receive(void)
{
	fake->rx_error = -EBUSY;
}

#define ATTACH	MBIM_DSS_OPEN_ATTACH

static const struct refusal refusals[] = {
	{ "another modem", 2, ANY, fake_service, 0, NULL, -ENODEV },
	{ "another modem, attach", 2, 5, fake_service, ATTACH, NULL, -ENODEV },
	{ "a service that it does not have", 3, ANY, unknown, 0, NULL, -ENOENT },
	{ "one without a data session", 3, ANY, fake_idle_service, 0, NULL, -EOPNOTSUPP },
	{ "one of MBIM's own", 3, ANY, basic_connect, 0, NULL, -EACCES },
	{ "DSS itself", 3, ANY, dss, 0, NULL, -EACCES },
	{ "no agent", 3, ANY, fake_service, 0, no_agent, -ECONNREFUSED },
	{ "services not known yet", 3, ANY, fake_service, 0, not_probed, -EAGAIN },
	{ "the modem's limit", 3, ANY, fake_service, 0, no_room, -EUSERS },
	{ "the service's limit", 3, ANY, fake_service, 0, no_room_for_it, -EUSERS },
	{ "an id there is not", 3, 256, fake_service, 0, NULL, -EINVAL },
	{ "an id that is taken", 3, 5, fake_service, 0, id_5_taken, -EBUSY },
	{ "an id that a VLAN device stands for", 3, 5, fake_service, 0, id_5_is_a_vlan, -EBUSY },
	{ "attach to an id that is taken", 3, 5, fake_service, ATTACH, id_5_taken, -EBUSY },
	{ "attach to any id", 3, ANY, fake_service, ATTACH, NULL, -EINVAL },
	{ "nothing can be received", 3, ANY, fake_service, 0, cannot_receive, -EBUSY },
};

static void refusal_desc(const struct refusal *refusal, char *desc)
{
	strscpy(desc, refusal->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(refusal, refusals, refusal_desc);

/* An open that is refused leaves nothing behind, and asks nobody */
static void open_refused(struct kunit *test)
{
	const struct refusal *refusal = test->param_value;
	struct mbim_dss_open arg = {
		.modem = refusal->modem, .session = refusal->session, .flags = refusal->flags,
	};
	unsigned int sessions, outstanding;

	memcpy(arg.service, refusal->service, sizeof(arg.service));
	if (refusal->before)
		refusal->before();
	sessions = fake->modem.nsessions;
	outstanding = handle.outstanding;
	fake->asked = 0;
	KUNIT_EXPECT_EQ(test, dss_request_open(&handle, &arg), refusal->err);
	KUNIT_EXPECT_EQ(test, fake->modem.nsessions, sessions);
	KUNIT_EXPECT_EQ(test, fake->alive, sessions);
	KUNIT_EXPECT_EQ(test, handle.outstanding, outstanding);
	KUNIT_EXPECT_EQ(test, fake->asked, 0ull);
}

static void close_refused(struct kunit *test)
{
	struct mbim_dss_close arg = { .modem = 2 };

	KUNIT_EXPECT_EQ(test, dss_request_close(&handle, &arg), -ENODEV);
	KUNIT_EXPECT_EQ(test, close_with(&handle, 256), -EINVAL);
	KUNIT_EXPECT_EQ(test, close_with(&handle, 0), -ENOTCONN);
	KUNIT_EXPECT_EQ(test, open_with(&handle, 0, 0, 0), 0);
	/* not open yet; open; closing */
	KUNIT_EXPECT_EQ(test, close_with(&handle, 0), -ENOTCONN);
	reply(fake->asked, 0, 0);
	no_agent();
	KUNIT_EXPECT_EQ(test, close_with(&handle, 0), -ECONNREFUSED);
	fake->bound = true;
	KUNIT_EXPECT_EQ(test, close_with(&handle, 0), 0);
	KUNIT_EXPECT_EQ(test, close_with(&handle, 0), -ENOTCONN);
}

static void cancel_refused(struct kunit *test)
{
	struct dss_handle other;

	fake_handle_init(&other);
	KUNIT_EXPECT_EQ(test, open_with(&handle, 0, 0, 0), 0);
	KUNIT_EXPECT_EQ(test, dss_request_cancel(&handle, 2), -ENOENT);
	/* each handle counts its own */
	KUNIT_EXPECT_EQ(test, dss_request_cancel(&other, 1), -ENOENT);
	reply(fake->asked, 0, 0);
	KUNIT_EXPECT_EQ(test, dss_request_cancel(&handle, 1), -ENOENT);
	KUNIT_EXPECT_EQ(test, close_with(&handle, 0), 0);
	KUNIT_EXPECT_EQ(test, dss_request_cancel(&handle, 2), -EALREADY);
}

/* -- many requests ------------------------------------------------------- */

#define COUNT	8

/* Requests 1 to COUNT of a handle are answered in this order */
struct order {
	const char *desc;
	u8 answered[COUNT];
};

static const struct order orders[] = {
	{ "as asked", { 1, 2, 3, 4, 5, 6, 7, 8 } },
	{ "the last first", { 8, 7, 6, 5, 4, 3, 2, 1 } },
	{ "from the middle", { 5, 4, 6, 3, 7, 2, 8, 1 } },
	{ "odd ones, then even ones", { 1, 3, 5, 7, 2, 4, 6, 8 } },
};

static void order_desc(const struct order *order, char *desc)
{
	strscpy(desc, order->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(order, orders, order_desc);

/* Completions come as the modem answers, each of the request that it answers, each once */
static void completion_order(struct kunit *test)
{
	const struct order *order = test->param_value;
	struct dss_outcome *outcome;
	u64 ids[COUNT + 1];
	unsigned int i;

	for (i = 1; i <= COUNT; i++) {
		KUNIT_ASSERT_EQ(test, open_with(&handle, ANY, 0, 100 + i), 0);
		ids[i] = fake->asked;
	}
	for (i = 0; i < COUNT; i++) {
		u8 n = order->answered[i];

		KUNIT_EXPECT_EQ(test, reply(ids[n], n % 2 ? 0 : ENOSPC, n), 0);
		KUNIT_EXPECT_EQ(test, reply(ids[n], 0, 0), -ENOENT);
	}
	i = 0;
	list_for_each_entry(outcome, &handle.outcomes, list) {
		const struct mbim_dss_completion *c = &outcome->completion;
		u8 n = order->answered[i++];

		KUNIT_EXPECT_EQ(test, c->type, MBIM_DSS_REQUEST_OPEN);
		KUNIT_EXPECT_EQ(test, c->request_id, (u64)n);
		KUNIT_EXPECT_EQ(test, c->user_data, 100ull + n);
		KUNIT_EXPECT_EQ(test, c->session, n - 1u);
		KUNIT_EXPECT_EQ(test, c->modem, fake->modem.index);
		KUNIT_EXPECT_EQ(test, c->count, 1u);
		KUNIT_EXPECT_EQ(test, c->error, n % 2 ? 0u : ENOSPC);
	}
	KUNIT_EXPECT_EQ(test, i, (unsigned int)COUNT);
	/* those that were refused are no sessions */
	KUNIT_EXPECT_EQ(test, fake->modem.nsessions, COUNT / 2u);
}

/* A new agent is asked in the order in which requests were made */
static void asked_in_order(struct kunit *test)
{
	unsigned int i;

	fake->bound = false;
	fake->expected = true;
	for (i = 0; i < COUNT; i++)
		KUNIT_ASSERT_EQ(test, open_with(&handle, COUNT - i, 0, i), 0);
	KUNIT_EXPECT_STREQ(test, fake->log, "");
	agent(true);
	/* the last question is the last request's, the ids before it the others' */
	for (i = 0; i < COUNT; i++)
		KUNIT_EXPECT_EQ(test, reply(fake->asked - COUNT + 1 + i, 0, 0), 0);
	for (i = 0; i < COUNT; i++) {
		struct dss_outcome *outcome = list_first_entry(&handle.outcomes,
							       struct dss_outcome, list);

		KUNIT_EXPECT_EQ(test, outcome->completion.session, COUNT - i);
		list_move_tail(&outcome->list, &handle.outcomes);
	}
}

/* Requests that have not been read count, until they are; those of others do not */
static void requests_bounded(struct kunit *test)
{
	struct dss_handle other;
	unsigned int i;

	fake_handle_init(&other);
	fake->expected = true;
	for (i = 0; i < MBIM_DSS_REQUESTS_MAX; i++) {
		fake->log[0] = '\0';
		KUNIT_ASSERT_EQ(test, open_with(&handle, 0, 0, 0), 0);
		reply(fake->asked, ENOSPC, EFFECT);
	}
	KUNIT_EXPECT_EQ(test, open_with(&handle, 0, 0, 0), -ENOBUFS);
	KUNIT_EXPECT_EQ(test, fake->modem.nsessions, 0u);
	KUNIT_EXPECT_EQ(test, open_with(&other, 1, 0, 0), 0);
	KUNIT_EXPECT_EQ(test, fake_handle_read(&handle), (unsigned int)MBIM_DSS_REQUESTS_MAX);
	KUNIT_EXPECT_EQ(test, open_with(&handle, 0, 0, 0), 0);
	dss_request_release(&other);
	fake_handle_read(&other);
}

static int request_init(struct kunit *test)
{
	fake_handle_init(&handle);
	return fake_init(test);
}

static void request_exit(struct kunit *test)
{
	dss_request_release(&handle);
	fake_exit(test);
	fake_handle_read(&handle);
	KUNIT_EXPECT_EQ(test, handle.outstanding, 0u);
	KUNIT_EXPECT_TRUE(test, list_empty(&handle.sessions));
	KUNIT_EXPECT_TRUE(test, list_empty(&dss_requests));
}

static struct kunit_case request_cases[] = {
	KUNIT_CASE_PARAM(session_life, life_gen_params),
	KUNIT_CASE_PARAM(open_refused, refusal_gen_params),
	KUNIT_CASE(close_refused),
	KUNIT_CASE(cancel_refused),
	KUNIT_CASE_PARAM(completion_order, order_gen_params),
	KUNIT_CASE(asked_in_order),
	KUNIT_CASE(requests_bounded),
	{}
};

static struct kunit_suite request_suite = {
	.name = "mbim_dss_request",
	.init = request_init,
	.exit = request_exit,
	.test_cases = request_cases,
};

kunit_test_suite(request_suite);
