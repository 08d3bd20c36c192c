// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The agent, mbim-proxy, or both are killed at each step of an open and of a close. The request
 * ends once, as if nothing had been, or as documented when nobody comes after; and in the end the
 * modem has those sessions connected that the driver has, no more and no less.
 */
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "dss.h"

/* How long the modem takes for a DSS_CONNECT: time enough to look and to kill, ms. */
#define DELAY	300
/* The session of the cases, and one more for settle(). */
#define ID	5
#define OTHER	9

/*
 * How long an agent and a proxy may take to start, and to do what there is to do, ms: on a busy
 * host some seconds of the guest's. The driver waits as long for the successor.
 */
#define PATIENCE	30000

#define GRACE		"/sys/module/mbim_dss/parameters/agent_grace_ms"
#define GRACE_LONG	"30000"
#define GRACE_SHORT	"200"

/* How far a DSS_CONNECT has come. */
enum step {
	UNREAD,				/* whoever is killed has not even read it */
	AT_MODEM,			/* the modem has got it */
	ANSWERED,			/* and done it; the answer has not been read */
	STEPS
};

enum victim { AGENT = 1, PROXY = 2, BOTH = AGENT | PROXY };

static pid_t agent;

static void prepare(void)
{
	write_text(GRACE, GRACE_LONG);
	agent = agent_start();
	calm();
}

static void stop(enum victim victim, pid_t proxy)
{
	if (victim & AGENT)
		check(!kill(agent, SIGSTOP));
	if (victim & PROXY)
		check(!kill(proxy, SIGSTOP));
}

static unsigned int driver_sessions(void)
{
	struct mbim_dss_modem modem;
	int handle = handle_open();

	check_eq(list_modems(handle, &modem, 1), 1);
	close(handle);
	return modem.open_sessions;
}

/* All that the modem has been asked for before is done. */
static void settle(void)
{
	struct session s;

	wait_until(LONG, !sim_stat("dss_pending"));
	session_open_on(&s, handle_open(), 0, SERVICE_SINK, OTHER, 0);
	session_close(&s);
	close(s.fd);
	close(s.handle);
}

/* Driver and modem come to have @count sessions, and keep to it. */
static void agree(unsigned int count)
{
	wait_until(PATIENCE, driver_sessions() == count && sim_open_sessions() == count);
	settle();
	wait_until(PATIENCE, driver_sessions() == count && sim_open_sessions() == count);
}

/* A request that makes the modem have @after sessions, and what comes over it. */
struct fall {
	enum victim victim;
	enum step step;
	unsigned int after;
	pid_t proxy;
};

/* Before the request. */
static void fall_begin(struct fall *f)
{
	f->proxy = proxy_pid();
	check(f->proxy);
	sim("dss-delay %d", DELAY);
	if (f->step == UNREAD)
		stop(f->victim, f->proxy);
}

/* After it: until it is where it should be. */
static void fall_reach(const struct fall *f)
{
	if (f->step == UNREAD)
		return;
	wait_until(LONG, sim_stat("dss_pending") == 1);
	if (f->step == AT_MODEM)
		return;
	stop(f->victim, f->proxy);
	wait_until(LONG, sim_open_sessions() == f->after);
}

static void fall_kill(const struct fall *f)
{
	if (f->victim & AGENT)
		agent_kill(agent);
	if (f->victim & PROXY)
		proxy_kill(f->proxy);
}

/* libmbim starts a proxy, the script an agent. */
static void fall_end(const struct fall *f)
{
	if (f->victim & AGENT)
		agent = agent_start();
}

/* The one completion of a handle. */
static void completed(int handle, uint64_t id, unsigned int error)
{
	struct mbim_dss_completion done;

	poll_for(handle, POLLIN, PATIENCE);
	completion_read(handle, &done);
	check_eq(done.request_id, id);
	check_eq(done.error, error);
}

/* -------- a successor comes -------- */

static void open_through(enum victim victim, enum step step)
{
	struct fall f = { .victim = victim, .step = step, .after = 1 };
	struct session s = { .handle = handle_open(), .id = ID };
	struct mbim_dss_open request;

	fall_begin(&f);
	check(!request_open(s.handle, 0, SERVICE_ECHO, ID, 0, &request));
	fall_reach(&f);
	fall_kill(&f);
	fall_end(&f);
	completed(s.handle, request.request_id, 0);
	agree(1);
	check(completion_none(s.handle));
	s.fd = node_open(0, ID, O_RDWR);
	echo_once(s.fd, 500, step);
	session_close(&s);
	agree(0);
	close(s.fd);
	close(s.handle);
}

static void close_through(enum victim victim, enum step step)
{
	struct fall f = { .victim = victim, .step = step, .after = 0 };
	struct session s;
	uint64_t id;

	session_open_on(&s, handle_open(), 0, SERVICE_ECHO, ID, 0);
	close(s.fd);
	fall_begin(&f);
	check(!request_close(s.handle, 0, ID, &id));
	fall_reach(&f);
	fall_kill(&f);
	fall_end(&f);
	completed(s.handle, id, 0);
	agree(0);
	check(!node_exists(0, ID));
	check(completion_none(s.handle));
	close(s.handle);
}

/* Nobody waits for the open when it is done: it is undone. */
static void unwanted_through(enum victim victim, enum step step)
{
	struct fall f = { .victim = victim, .step = step, .after = 1 };
	struct mbim_dss_open request;
	int handle = handle_open();

	fall_begin(&f);
	check(!request_open(handle, 0, SERVICE_ECHO, ID, 0, &request));
	fall_reach(&f);
	if (step == AT_MODEM) {
		check(!request_cancel(handle, request.request_id));
		completed(handle, request.request_id, ECANCELED);
	} else {
		close(handle);
	}
	fall_kill(&f);
	fall_end(&f);
	agree(0);
	if (step == AT_MODEM)
		check(completion_none(handle));
}

/* A session whose handle is closed, as that of a process that dies. */
static void orphan_through(enum victim victim, enum step step)
{
	struct fall f = { .victim = victim, .step = step, .after = 0 };
	struct session s;

	session_open_on(&s, handle_open(), 0, SERVICE_ECHO, ID, 0);
	close(s.fd);
	fall_begin(&f);
	close(s.handle);
	fall_reach(&f);
	fall_kill(&f);
	fall_end(&f);
	agree(0);
	check(!node_exists(0, ID));
}

static const struct fall falls[] = {
	{ .victim = AGENT, .step = UNREAD },
	{ .victim = AGENT, .step = AT_MODEM },
	{ .victim = AGENT, .step = ANSWERED },
	{ .victim = PROXY, .step = AT_MODEM },
	/* the others need many starts of a proxy, which take long */
	{ .victim = PROXY, .step = UNREAD },
	{ .victim = PROXY, .step = ANSWERED },
	{ .victim = BOTH, .step = AT_MODEM },
};

#define FEW	4

static void each(void (*through)(enum victim victim, enum step step), unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		diag("victim %d, step %d", falls[i].victim, falls[i].step);
		through(falls[i].victim, falls[i].step);
	}
	sim_no_errors();
}

static void opens(void)
{
	each(open_through, ARRAY_SIZE(falls));
}

static void closes(void)
{
	each(close_through, ARRAY_SIZE(falls));
}

static void unwanted(void)
{
	each(unwanted_through, FEW);
}

static void orphans(void)
{
	each(orphan_through, FEW);
}

/* -------- nobody comes in time -------- */

static void open_alone(enum step step)
{
	struct fall f = { .victim = AGENT, .step = step, .after = 1 };
	struct mbim_dss_open request;
	int handle = handle_open();

	write_text(GRACE, GRACE_SHORT);
	fall_begin(&f);
	check(!request_open(handle, 0, SERVICE_ECHO, ID, 0, &request));
	fall_reach(&f);
	fall_kill(&f);
	completed(handle, request.request_id, ECONNRESET);
	check(!node_exists(0, ID));
	/* nobody has it, but the modem does */
	wait_until(LONG, sim_open_sessions() == (step != UNREAD));
	check_err(request_open(handle, 0, SERVICE_ECHO, ID, 0, NULL), ECONNREFUSED);
	write_text(GRACE, GRACE_LONG);
	fall_end(&f);
	agree(0);
	check(completion_none(handle));
	close(handle);
}

static void close_alone(enum step step)
{
	struct fall f = { .victim = AGENT, .step = step, .after = 0 };
	struct session s;
	uint64_t id;

	session_open_on(&s, handle_open(), 0, SERVICE_ECHO, ID, 0);
	close(s.fd);
	write_text(GRACE, GRACE_SHORT);
	fall_begin(&f);
	check(!request_close(s.handle, 0, ID, &id));
	fall_reach(&f);
	fall_kill(&f);
	completed(s.handle, id, ECONNRESET);
	/* it waits for the next agent, and its id with it */
	check_eq(driver_sessions(), 1);
	write_text(GRACE, GRACE_LONG);
	fall_end(&f);
	agree(0);
	check(!node_exists(0, ID));
	check(completion_none(s.handle));
	close(s.handle);
}

static void alone(void)
{
	for (enum step step = 0; step < STEPS; step++) {
		diag("step %d", step);
		open_alone(step);
		close_alone(step);
	}
	sim_no_errors();
}

/* -------- one after the other -------- */

/* Each is killed a little later after its start than the one before. */
static void row(void)
{
	struct mbim_dss_open request;
	int handle = handle_open();

	sim("dss-delay %d", DELAY);
	check(!request_open(handle, 0, SERVICE_ECHO, ID, 0, &request));
	for (unsigned int ms = 0; ms <= DELAY; ms += 60) {
		agent_kill(agent);
		agent = agent_start();
		pause_ms(ms);
	}
	completed(handle, request.request_id, 0);
	agree(1);
	close(handle);
	for (unsigned int ms = 0; ms <= DELAY; ms += 60) {
		agent_kill(agent);
		agent = agent_start();
		pause_ms(ms);
	}
	agree(0);
	sim_no_errors();
}

static const struct test_case cases[] = {
	{ "an open goes through", opens, 240 },
	{ "a close goes through", closes, 240 },
	{ "an open that nobody waits for is undone", unwanted, 240 },
	{ "a session that nobody owns is closed", orphans, 240 },
	{ "no successor: ECONNRESET, and the next one cleans up", alone, 120 },
	{ "one agent after the other", row, 120 },
};

int main(int argc, char **argv)
{
	return run_cases(argc, argv, cases, ARRAY_SIZE(cases), prepare);
}
