// SPDX-License-Identifier: GPL-2.0-or-later
/* Jobs for MBIM_CID_DSS_CONNECT: queues, deadlines, what the answers mean. */
#include <errno.h>
#include <string.h>

#include "connector.h"
#include "log.h"
#include "proxy.h"
#include "service.h"
#include "status.h"

/*
 * libmbim's own timeout only ends what nobody waits for any more: the deadline of
 * a job is its timer.
 */
#define CHANNEL_GRACE_S		2
/*
 * A disconnect that nobody waits for has this part of the time of a request, so that
 * the request that comes next for the session has most of its own left.
 */
#define UNDO_PART		4

enum job_kind {
	JOB_REQUEST,	/* of the kernel: ends with a reply */
	JOB_ASSERT,	/* of a session that is open: ends with a loss if it fails */
	JOB_UNDO,	/* disconnect what nobody wants (any more) */
};

/*
 * Some modems refuse to connect what is connected, and not all with status 42:
 * an assertion that is refused disconnects, whatever comes of it, and connects.
 */
enum assert_step {
	ASSERT_CONNECT,
	ASSERT_DISCONNECT,
	ASSERT_RECONNECT,
};

struct job {
	struct connector *connector;
	enum job_kind kind;
	enum mbim_dss_op op;
	enum assert_step step;
	uint64_t id;
	uint32_t session;
	uint8_t uuid[MBIM_DSS_UUID_SIZE];
	guint timer;
	bool sent;		/* at least once: the modem may have done it */
	bool again;		/* sent more than once, by this agent or another */
	struct flight *flight;	/* the command under way, or NULL */
};

/* A command under way. It outlives its job when that ends first. */
struct flight {
	struct job *job;	/* or NULL */
};

/* A session that the modem has connected, for all that is known. */
struct held {
	bool connected;
	uint8_t uuid[MBIM_DSS_UUID_SIZE];
};

struct connector {
	const char *name;
	unsigned int timeout;
	const struct connector_ops *ops;
	void *data;
	MbimDevice *channel;	/* NULL while stopped */
	GCancellable *cancellable;
	unsigned int at_a_time;		/* commands that may be under way */
	unsigned int under_way;		/* jobs with a flight */
	GQueue ready;			/* session numbers: wait for their turn */
	bool is_ready[SESSIONS_MAX];
	GQueue sessions[SESSIONS_MAX];	/* struct job; only the first is under way */
	struct held held[SESSIONS_MAX];
	unsigned int assertions;	/* that have not ended */
	unsigned int leaving;		/* undos of connector_leave() that have not ended */
};

static void session_run(struct connector *connector, uint32_t session);

static const char *op_name(enum mbim_dss_op op)
{
	return op == MBIM_DSS_OP_CONNECT ? "connect" : "disconnect";
}

/* The answer to a command under way is no longer wanted. */
static void job_detach(struct job *job)
{
	if (!job->flight)
		return;
	job->flight->job = NULL;
	job->flight = NULL;
	job->connector->under_way--;
}

static void job_free(struct job *job)
{
	job_detach(job);
	g_clear_handle_id(&job->timer, g_source_remove);
	g_free(job);
}

static void assertion_done(struct connector *connector)
{
	if (!--connector->assertions)
		connector->ops->restored(connector->data);
}

static void log_end(const struct job *job, uint32_t error, uint32_t status)
{
	g_autofree char *answer = NULL;

	if (status)
		answer = g_strdup_printf(" (MBIM status %u, %s)", status, status_name(status));
	log_print(error ? LOG_LEVEL_INFO : LOG_LEVEL_DEBUG, "%s: session %u: %s: %s%s",
		  job->connector->name, job->session, op_name(job->op),
		  error ? g_strerror(error) : "done", answer ? answer : "");
}

/* What the modem has connected, after the end of a job. */
static void note_held(const struct job *job, uint32_t error)
{
	struct held *held = &job->connector->held[job->session];
	bool perhaps = job->sent && error == ETIMEDOUT;

	if (job->op == MBIM_DSS_OP_CONNECT && (!error || perhaps)) {
		held->connected = true;
		memcpy(held->uuid, job->uuid, sizeof(held->uuid));
	} else if (job->kind == JOB_ASSERT || !error) {
		held->connected = false;
	}
}

static void undo_done(struct connector *connector)
{
	if (connector->leaving && !--connector->leaving)
		connector->ops->left(connector->data);
}

/* Tell the result. The job is out of its queue; it is freed here. */
static void job_end(struct job *job, uint32_t error, uint32_t status)
{
	struct connector *connector = job->connector;

	log_end(job, error, status);
	note_held(job, error);

	if (job->kind == JOB_REQUEST) {
		connector->ops->reply(connector->data, job->id, error, status);
	} else if (job->kind == JOB_ASSERT) {
		if (error)
			connector->ops->lost(connector->data, job->session, error, status);
		assertion_done(connector);
	} else {
		undo_done(connector);
	}
	job_free(job);
}

static void job_finish(struct job *job, uint32_t error, uint32_t status)
{
	struct connector *connector = job->connector;
	uint32_t session = job->session;

	job_detach(job);
	g_queue_remove(&connector->sessions[session], job);
	job_end(job, error, status);
	session_run(connector, session);
}

static gboolean job_expired(gpointer data);

static struct job *job_new(struct connector *connector, enum job_kind kind, enum mbim_dss_op op,
			   uint32_t session, const uint8_t uuid[MBIM_DSS_UUID_SIZE])
{
	unsigned int timeout_ms = connector->timeout * 1000;
	struct job *job = g_new0(struct job, 1);

	job->connector = connector;
	job->kind = kind;
	job->op = op;
	job->session = session;
	memcpy(job->uuid, uuid, sizeof(job->uuid));
	if (kind == JOB_UNDO)
		timeout_ms /= UNDO_PART;
	job->timer = g_timeout_add(timeout_ms, job_expired, job);
	return job;
}

/* The modem may still connect it: then nobody would ever disconnect it. */
static void job_undo_later(struct job *job)
{
	struct connector *connector = job->connector;
	struct job *undo;

	if (!job->sent || job->op != MBIM_DSS_OP_CONNECT)
		return;
	undo = job_new(connector, JOB_UNDO, MBIM_DSS_OP_DISCONNECT, job->session, job->uuid);
	g_queue_insert_after(&connector->sessions[job->session],
			     g_queue_find(&connector->sessions[job->session], job), undo);
}

static gboolean job_expired(gpointer data)
{
	struct job *job = data;

	job->timer = 0;
	job_undo_later(job);
	job_finish(job, ETIMEDOUT, 0);
	return G_SOURCE_REMOVE;
}

static void job_send(struct job *job);

/* The modem's answer to an assertion. */
static void assertion_answered(struct job *job, uint32_t status)
{
	bool connected = status_means_connected(status);

	if (job->step == ASSERT_DISCONNECT) {
		job->step = ASSERT_RECONNECT;
		job->op = MBIM_DSS_OP_CONNECT;
		job_send(job);
	} else if (!connected && job->step == ASSERT_CONNECT) {
		job->step = ASSERT_DISCONNECT;
		job->op = MBIM_DSS_OP_DISCONNECT;
		job_send(job);
	} else {
		job_finish(job, connected ? 0 : status_to_errno(job->op, status), status);
	}
}

static void job_answered(struct job *job, uint32_t status)
{
	if (job->kind == JOB_ASSERT)
		assertion_answered(job, status);
	else if (job->again && job->op == MBIM_DSS_OP_CONNECT && status_means_connected(status))
		job_finish(job, 0, status);
	else
		job_finish(job, status_to_errno(job->op, status), status);
}

/* There is no answer with a status, only @error. */
static void job_failed(struct job *job, const GError *error)
{
	struct connector *connector = job->connector;

	if (error->domain == MBIM_PROTOCOL_ERROR && error->code != MBIM_PROTOCOL_ERROR_NOT_OPENED) {
		log_warning("%s: session %u: %s: %s", connector->name, job->session,
			    op_name(job->op), error->message);
		job_finish(job, EREMOTEIO, 0);
		return;
	}
	/* It stays first in its queue, for the next start; its deadline goes on. */
	connector->ops->broken(connector->data, error->message);
}

static void command_done(GObject *source, GAsyncResult *result, gpointer data)
{
	g_autoptr(MbimMessage) response = NULL;
	g_autoptr(GError) error = NULL;
	struct flight *flight = data;
	struct job *job = flight->job;

	response = mbim_device_command_finish(MBIM_DEVICE(source), result, &error);
	g_free(flight);
	proxy_answered();
	if (!job)
		return;
	job->flight = NULL;
	job->connector->under_way--;
	if (response)
		mbim_message_response_get_result(response, MBIM_MESSAGE_TYPE_COMMAND_DONE, &error);
	if (!error)
		job_answered(job, MBIM_STATUS_SUCCESS);
	else if (error->domain == MBIM_STATUS_ERROR)
		job_answered(job, mbim_message_command_done_get_status_code(response));
	else
		job_failed(job, error);
}

static void job_send(struct job *job)
{
	struct connector *connector = job->connector;
	bool connect = job->op == MBIM_DSS_OP_CONNECT;
	g_autoptr(MbimMessage) message = NULL;
	MbimUuid uuid;

	G_STATIC_ASSERT(sizeof(uuid) == sizeof(job->uuid));
	memcpy(&uuid, job->uuid, sizeof(uuid));
	message = mbim_message_dss_connect_set_new(&uuid, job->session,
						   connect ? MBIM_DSS_LINK_STATE_ACTIVATE :
							     MBIM_DSS_LINK_STATE_DEACTIVATE,
						   NULL);
	job->again |= job->sent;
	job->sent = true;
	job->flight = g_new0(struct flight, 1);
	job->flight->job = job;
	connector->under_way++;
	proxy_expect();
	mbim_device_command(connector->channel, message, connector->timeout + CHANNEL_GRACE_S,
			    connector->cancellable, command_done, job->flight);
}

/* Send what is ready, as far as the modem takes it. */
static void ready_run(struct connector *connector)
{
	while (connector->channel && connector->under_way < connector->at_a_time &&
	       !g_queue_is_empty(&connector->ready)) {
		uint32_t session = GPOINTER_TO_UINT(g_queue_pop_head(&connector->ready));
		struct job *job = g_queue_peek_head(&connector->sessions[session]);

		connector->is_ready[session] = false;
		if (job && !job->flight)
			job_send(job);
	}
}

/* The first job of a session is next in turn, unless it is under way. */
static void session_run(struct connector *connector, uint32_t session)
{
	struct job *job = g_queue_peek_head(&connector->sessions[session]);

	if (connector->channel && job && !job->flight && !connector->is_ready[session]) {
		connector->is_ready[session] = true;
		g_queue_push_tail(&connector->ready, GUINT_TO_POINTER(session));
	}
	ready_run(connector);
}

struct connector *connector_new(const char *name, unsigned int timeout,
				const struct connector_ops *ops, void *data)
{
	struct connector *connector = g_new0(struct connector, 1);

	connector->name = name;
	connector->timeout = timeout;
	connector->ops = ops;
	connector->data = data;
	return connector;
}

void connector_free(struct connector *connector)
{
	struct job *job;

	if (!connector)
		return;
	connector_stop(connector);
	connector->leaving = 0;
	for (unsigned int i = 0; i < SESSIONS_MAX; i++)
		while ((job = g_queue_pop_head(&connector->sessions[i])))
			job_end(job, ENODEV, 0);
	g_free(connector);
}

void connector_start(struct connector *connector, MbimDevice *channel, unsigned int at_a_time)
{
	connector->channel = g_object_ref(channel);
	connector->at_a_time = at_a_time;
	connector->cancellable = g_cancellable_new();
	for (unsigned int i = 0; i < SESSIONS_MAX; i++)
		session_run(connector, i);
}

static void session_stop(GQueue *jobs)
{
	GList *next;

	for (GList *l = jobs->head; l; l = next) {
		struct job *job = l->data;

		next = l->next;
		job_detach(job);
		if (job->kind != JOB_ASSERT)
			continue;
		g_queue_delete_link(jobs, l);
		job_free(job);
	}
}

void connector_stop(struct connector *connector)
{
	if (!connector->channel)
		return;
	for (unsigned int i = 0; i < SESSIONS_MAX; i++)
		session_stop(&connector->sessions[i]);
	g_queue_clear(&connector->ready);
	memset(connector->is_ready, 0, sizeof(connector->is_ready));
	connector->assertions = 0;
	/* Last: it calls back for the commands under way, which are detached now. */
	g_cancellable_cancel(connector->cancellable);
	g_clear_object(&connector->cancellable);
	g_clear_object(&connector->channel);
}

void connector_request(struct connector *connector, const struct message_request *request,
		       bool again)
{
	struct job *job = job_new(connector, JOB_REQUEST, request->op, request->session,
				  request->uuid);

	job->id = request->id;
	job->again = again;
	g_queue_push_tail(&connector->sessions[request->session], job);
	session_run(connector, request->session);
}

void connector_assert(struct connector *connector, uint32_t session,
		      const uint8_t uuid[MBIM_DSS_UUID_SIZE])
{
	struct job *job = job_new(connector, JOB_ASSERT, MBIM_DSS_OP_CONNECT, session, uuid);

	connector->assertions++;
	g_queue_push_head(&connector->sessions[session], job);
}

/* Whether the modem may have connected the session for this job, or not yet undone it. */
static bool job_holds(const struct job *job)
{
	return job->kind != JOB_REQUEST || (job->sent && job->op == MBIM_DSS_OP_CONNECT);
}

/* End the jobs of a session. Return: whether it is, or may be, connected. */
static bool session_leave(struct connector *connector, uint32_t session)
{
	struct held *held = &connector->held[session];
	struct job *job;

	while ((job = g_queue_pop_head(&connector->sessions[session]))) {
		if (job_holds(job)) {
			held->connected = true;
			memcpy(held->uuid, job->uuid, sizeof(held->uuid));
		}
		/* The kernel asks no more. A loss told now could hit the next modem. */
		if (job->kind == JOB_REQUEST)
			connector->ops->reply(connector->data, job->id, ENODEV, 0);
		job_free(job);
	}
	return held->connected;
}

unsigned int connector_leave(struct connector *connector)
{
	unsigned int count;

	if (!connector->channel)
		return 0;
	connector->assertions = 0;
	/*
	 * The modem may be gone. mbim-proxy tries to write again and again, without a pause, as
	 * long as what it wrote before is on its way to it: it shall have no more than one.
	 */
	connector->at_a_time = 1;
	for (uint32_t i = 0; i < SESSIONS_MAX; i++) {
		struct job *undo;

		if (!session_leave(connector, i))
			continue;
		undo = job_new(connector, JOB_UNDO, MBIM_DSS_OP_DISCONNECT, i,
			       connector->held[i].uuid);
		g_queue_push_tail(&connector->sessions[i], undo);
		connector->leaving++;
	}
	/* Only now: a command can fail at once, and the last one to end tells. */
	count = connector->leaving;
	for (uint32_t i = 0; i < SESSIONS_MAX; i++)
		session_run(connector, i);
	return count;
}
