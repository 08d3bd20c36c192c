// SPDX-License-Identifier: LGPL-2.1-or-later
/* Requests: opens and closes of sessions, and their completions. */
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

/* Completions fetched with one read(2). */
#define READ_RECORDS	16

static struct request *request_new(struct wwan_handle *handle)
{
	struct request *request = calloc(1, sizeof(*request));

	if (request)
		LIST_INSERT_HEAD(&handle->requests, request, under_way);
	return request;
}

/* One that is still under way, or was never made. */
static void request_free(struct request *request)
{
	LIST_REMOVE(request, under_way);
	free(request);
}

void request_discard_all(struct wwan_handle *handle)
{
	struct request *request, *next;

	for (request = LIST_FIRST(&handle->requests); request; request = next) {
		next = LIST_NEXT(request, under_way);
		free(request);
	}
	for (request = STAILQ_FIRST(&handle->ended); request; request = next) {
		next = STAILQ_NEXT(request, next_ended);
		free(request);
	}
}

static int submit_close(struct wwan_handle *handle, uint32_t modem, uint32_t session,
			struct request **request_out)
{
	struct mbim_dss_close arg = {
		.size = sizeof(arg),
		.modem = modem,
		.session = session,
	};
	struct request *request = request_new(handle);
	int err;

	if (!request)
		return ENOMEM;
	arg.user_data = (uintptr_t)request;
	err = control_ioctl(handle->control, MBIM_DSS_IOC_CLOSE, &arg);
	if (err) {
		request_free(request);
		return err;
	}
	request->completion.request_id = arg.request_id;
	*request_out = request;
	return 0;
}

static int submit_open(struct wwan_handle *handle, const struct wwan_open_args *args,
		       struct request **request_out)
{
	struct mbim_dss_open arg = {
		.size = sizeof(arg),
		.flags = args->flags,
		.modem = args->modem,
		.session = args->session,
	};
	struct request *request;
	int err;

	if (args->reserved)
		return EINVAL;
	request = request_new(handle);
	if (!request)
		return ENOMEM;
	memcpy(arg.service, args->service, sizeof(arg.service));
	arg.user_data = (uintptr_t)request;
	err = control_ioctl(handle->control, MBIM_DSS_IOC_OPEN, &arg);
	if (err) {
		request_free(request);
		return err;
	}
	request->flags = args->flags;
	request->completion.request_id = arg.request_id;
	*request_out = request;
	return 0;
}

/*
 * Close a session that nobody will hear of. Should that fail, it closes with the handle,
 * or, when it is persistent, stays where wwan_enumerate_data_sessions() shows it.
 */
static void close_unwanted(struct wwan_handle *handle, const struct wwan_completion *completion)
{
	struct request *request;

	if (!submit_close(handle, completion->modem, completion->session, &request))
		request->orphan = true;
}

static void request_end(struct wwan_handle *handle, struct request *request,
			const struct wwan_completion *completion)
{
	if (request->orphan) {
		request_free(request);
		if (completion->type == WWAN_REQUEST_OPEN && !completion->error)
			close_unwanted(handle, completion);
		return;
	}
	LIST_REMOVE(request, under_way);
	STAILQ_INSERT_TAIL(&handle->ended, request, next_ended);
	request->completion = *completion;
	request->ended = true;
}

/*
 * Read what completions there are, or EAGAIN. Records are of the size that they say: the
 * kernel's may be longer than ours.
 */
static int read_completions(struct wwan_handle *handle)
{
	char buf[READ_RECORDS * sizeof(struct wwan_completion)];
	struct wwan_completion completion;
	size_t offset, left;
	ssize_t len;

	len = read(handle->control, buf, sizeof(buf));
	if (len < 0)
		return errno;
	for (offset = 0; offset < (size_t)len; offset += completion.size) {
		left = len - offset;
		if (left < sizeof(completion))
			return EPROTO;
		memcpy(&completion, buf + offset, sizeof(completion));
		if (completion.size < sizeof(completion) || completion.size > left)
			return EPROTO;
		request_end(handle, (struct request *)(uintptr_t)completion.user_data,
			    &completion);
	}
	return len ? 0 : EPROTO;
}

/*
 * What came of a request that has ended. An open that went well gives the session's node; if
 * that cannot be opened, the open has failed after all.
 */
static void request_outcome(struct wwan_handle *handle, const struct request *request,
			    struct wwan_completion *completion, struct wwan_session **session)
{
	*completion = request->completion;
	/* The pointer in it means nothing to the caller. */
	completion->user_data = 0;
	*session = NULL;
	if (completion->type != WWAN_REQUEST_OPEN || completion->error)
		return;
	completion->error = session_new(handle, completion->modem, completion->session, session);
	if (completion->error)
		close_unwanted(handle, completion);
}

static void request_dispatch(struct wwan_handle *handle, const struct request *request)
{
	struct wwan_completion completion;
	struct wwan_session *session;

	request_outcome(handle, request, &completion, &session);
	if (request->opened)
		request->opened(handle, &completion, session, request->context);
	else if (request->closed)
		request->closed(handle, &completion, request->context);
}

/* Dispatch what has ended up to now; what callbacks add waits for the next call. */
void request_dispatch_ended(struct wwan_handle *handle)
{
	struct request_queue now = STAILQ_HEAD_INITIALIZER(now);
	struct request *request;

	STAILQ_CONCAT(&now, &handle->ended);
	while ((request = STAILQ_FIRST(&now))) {
		STAILQ_REMOVE_HEAD(&now, next_ended);
		request_dispatch(handle, request);
		free(request);
	}
	if (!STAILQ_EMPTY(&handle->ended))
		handle_wake(handle);
}

int request_dispatch_control(struct wwan_handle *handle, struct source *source,
			     uint32_t events)
{
	int err;

	(void)source;
	(void)events;
	err = read_completions(handle);
	if (err && err != EAGAIN)
		return err;
	request_dispatch_ended(handle);
	return 0;
}

/* Whatever else ends meanwhile stays on .ended, and the handle's descriptor says so. */
static int request_wait(struct wwan_handle *handle, struct request *request, int timeout_ms)
{
	struct deadline deadline = deadline_after(timeout_ms);
	short revents;
	int err;

	for (;;) {
		err = read_completions(handle);
		if (request->ended)
			return 0;
		if (!err || err == EAGAIN)
			err = deadline_poll(handle->control, POLLIN, &deadline, &revents);
		if (err)
			return err;
	}
}

/*
 * The wait for @request was in vain. It may have ended at this very moment, or its cancel
 * ends it: then it is there to be taken. Otherwise nobody wants it any more.
 */
static void request_abandon(struct wwan_handle *handle, struct request *request)
{
	wwan_cancel_request(handle, request->completion.request_id);
	read_completions(handle);
	if (!request->ended)
		request->orphan = true;
}

/* Wait for @request, whose outcome goes to @completion and, of an open, @session. */
static int request_finish(struct wwan_handle *handle, struct request *request,
			  int timeout_ms, struct wwan_completion *completion,
			  struct wwan_session **session)
{
	struct wwan_completion own;
	int err;

	if (!completion)
		completion = &own;
	*completion = request->completion;
	err = request_wait(handle, request, timeout_ms);
	if (err)
		request_abandon(handle, request);
	if (request->ended) {
		STAILQ_REMOVE(&handle->ended, request, request, next_ended);
		request_outcome(handle, request, completion, session);
		free(request);
		if (!err || completion->error != ECANCELED)
			err = completion->error;
	}
	if (!STAILQ_EMPTY(&handle->ended))
		handle_wake(handle);
	return err;
}

WWAN_API int wwan_open_data_session(struct wwan_handle *handle,
				    const struct wwan_open_args *args, wwan_open_fn done,
				    void *context, uint64_t *request_id)
{
	struct request *request;
	int err;

	if (!handle || !args || !done)
		return EINVAL;
	err = submit_open(handle, args, &request);
	if (err)
		return err;
	request->opened = done;
	request->context = context;
	if (request_id)
		*request_id = request->completion.request_id;
	return 0;
}

WWAN_API int wwan_open_data_session_wait(struct wwan_handle *handle,
					 const struct wwan_open_args *args, int timeout_ms,
					 struct wwan_completion *completion,
					 struct wwan_session **session)
{
	struct request *request;
	int err;

	if (!handle || !args || !session)
		return EINVAL;
	if (completion)
		memset(completion, 0, sizeof(*completion));
	err = submit_open(handle, args, &request);
	if (err)
		return err;
	return request_finish(handle, request, timeout_ms, completion, session);
}

WWAN_API int wwan_close_data_session(struct wwan_handle *handle, uint32_t modem,
				     uint32_t session, wwan_close_fn done, void *context,
				     uint64_t *request_id)
{
	struct request *request;
	int err;

	if (!handle)
		return EINVAL;
	err = submit_close(handle, modem, session, &request);
	if (err)
		return err;
	request->closed = done;
	request->context = context;
	if (request_id)
		*request_id = request->completion.request_id;
	return 0;
}

WWAN_API int wwan_close_data_session_wait(struct wwan_handle *handle, uint32_t modem,
					  uint32_t session, int timeout_ms,
					  struct wwan_completion *completion)
{
	struct wwan_session *none;
	struct request *request;
	int err;

	if (!handle)
		return EINVAL;
	if (completion)
		memset(completion, 0, sizeof(*completion));
	err = submit_close(handle, modem, session, &request);
	if (err)
		return err;
	return request_finish(handle, request, timeout_ms, completion, &none);
}

WWAN_API int wwan_cancel_request(struct wwan_handle *handle, uint64_t request_id)
{
	struct mbim_dss_cancel arg = { .size = sizeof(arg), .request_id = request_id };

	if (!handle)
		return EINVAL;
	return control_ioctl(handle->control, MBIM_DSS_IOC_CANCEL, &arg);
}
