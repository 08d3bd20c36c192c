// SPDX-License-Identifier: GPL-2.0-or-later
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fake.h"

#define MAX_ANSWERS	16
#define MAX_EVENTS	8
#define MAX_FDS		1024

struct answer {
	unsigned long request;
	fake_answer_fn answer;
	int err;
	unsigned int calls;
};

struct fake fake;
struct mbim_dss_open last_open;
struct mbim_dss_close last_close;
struct mbim_dss_cancel last_cancel;
struct mbim_dss_batch last_batch;

static struct answer answers[MAX_ANSWERS];
static void *epoll_data[MAX_FDS];

/* Polls that are told instead of made, first come, first told. */
struct told {
	int fd;
	uint32_t events;
	int err;
};

static struct told polls[MAX_EVENTS], epolls[MAX_EVENTS];
static unsigned int poll_count, epoll_count;

int __real_open(const char *path, int flags, ...);
int __real_ioctl(int fd, unsigned long request, ...);
int __real_poll(struct pollfd *fds, nfds_t count, int timeout);
int __real_epoll_wait(int epfd, struct epoll_event *events, int count, int timeout);
int __real_epoll_ctl(int epfd, int op, int fd, struct epoll_event *event);
int __real_epoll_create1(int flags);
int __real_eventfd(unsigned int count, int flags);
void *__real_calloc(size_t count, size_t size);
int __wrap_open(const char *path, int flags, ...);
int __wrap_ioctl(int fd, unsigned long request, ...);
int __wrap_poll(struct pollfd *fds, nfds_t count, int timeout);
int __wrap_epoll_wait(int epfd, struct epoll_event *events, int count, int timeout);
int __wrap_epoll_ctl(int epfd, int op, int fd, struct epoll_event *event);
int __wrap_epoll_create1(int flags);
int __wrap_eventfd(unsigned int count, int flags);
void *__wrap_calloc(size_t count, size_t size);

static int fail_with(int err)
{
	errno = err;
	return -1;
}

/*
 * Answers
 */

static struct answer *find_answer(unsigned long request)
{
	unsigned int i;

	for (i = 0; i < MAX_ANSWERS; i++) {
		if (answers[i].request == request)
			return &answers[i];
	}
	for (i = 0; i < MAX_ANSWERS; i++) {
		if (!answers[i].request) {
			answers[i].request = request;
			return &answers[i];
		}
	}
	fail_msg("more than %d kinds of ioctl", MAX_ANSWERS);
	/* of which the compiler does not know that it does not return */
	abort();
}

void fake_answer(unsigned long request, fake_answer_fn answer)
{
	find_answer(request)->answer = answer;
	find_answer(request)->err = 0;
}

void fake_fail(unsigned long request, int err)
{
	find_answer(request)->answer = NULL;
	find_answer(request)->err = err;
}

unsigned int fake_calls(unsigned long request)
{
	return find_answer(request)->calls;
}

/* Every argument begins with its size; the library's must be whole and its flags clean. */
static void check_size(unsigned long request, const void *arg)
{
	static const struct {
		unsigned long request;
		size_t size;
	} sizes[] = {
		{ MBIM_DSS_IOC_HELLO, sizeof(struct mbim_dss_hello) },
		{ MBIM_DSS_IOC_MODEMS, sizeof(struct mbim_dss_list) },
		{ MBIM_DSS_IOC_SERVICES, sizeof(struct mbim_dss_list) },
		{ MBIM_DSS_IOC_SESSIONS, sizeof(struct mbim_dss_list) },
		{ MBIM_DSS_IOC_OPEN, sizeof(struct mbim_dss_open) },
		{ MBIM_DSS_IOC_CLOSE, sizeof(struct mbim_dss_close) },
		{ MBIM_DSS_IOC_CANCEL, sizeof(struct mbim_dss_cancel) },
		{ MBIM_DSS_IOC_INFO, sizeof(struct mbim_dss_session) },
		{ MBIM_DSS_IOC_MODE, sizeof(struct mbim_dss_set_mode) },
		{ MBIM_DSS_IOC_LIMITS, sizeof(struct mbim_dss_limits) },
		{ MBIM_DSS_IOC_SEND, sizeof(struct mbim_dss_batch) },
		{ MBIM_DSS_IOC_RECV, sizeof(struct mbim_dss_batch) },
		{ MBIM_DSS_IOC_REAP, sizeof(struct mbim_dss_batch) },
	};
	size_t i;

	if (request == FIONREAD)
		return;
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		if (sizes[i].request == request) {
			assert_int_equal(*(const uint32_t *)arg, sizes[i].size);
			return;
		}
	}
	fail_msg("an ioctl that the driver does not have: %#lx", request);
}

int __wrap_ioctl(int fd, unsigned long request, ...)
{
	struct answer *answer;
	va_list args;
	void *arg;
	int err;

	va_start(args, request);
	arg = va_arg(args, void *);
	va_end(args);
	if (fd != fake.file[FAKE_CONTROL] && fd != fake.file[FAKE_NODE])
		return __real_ioctl(fd, request, arg);

	check_size(request, arg);
	answer = find_answer(request);
	answer->calls++;
	fake.ioctls++;
	err = answer->answer ? answer->answer(arg) : answer->err;
	return err ? fail_with(err) : 0;
}

int answer_open(void *arg)
{
	struct mbim_dss_open *open = arg;

	if (open->session == MBIM_DSS_SESSION_ANY)
		open->session = 5;
	open->request_id = FAKE_REQUEST_ID;
	last_open = *open;
	return 0;
}

int answer_close(void *arg)
{
	struct mbim_dss_close *close = arg;

	close->request_id = FAKE_REQUEST_ID + 1;
	last_close = *close;
	return 0;
}

int answer_cancel(void *arg)
{
	last_cancel = *(struct mbim_dss_cancel *)arg;
	return 0;
}

static int answer_hello(void *arg)
{
	struct mbim_dss_hello *hello = arg;

	if (!hello->version)
		return EPROTONOSUPPORT;
	if (hello->version > MBIM_DSS_VERSION)
		hello->version = MBIM_DSS_VERSION;
	hello->features = MBIM_DSS_FEATURE_ATTACH | MBIM_DSS_FEATURE_PERSIST;
	return 0;
}

int answer_info(void *arg)
{
	struct mbim_dss_session *info = arg;

	info->session = 5;
	info->state = MBIM_DSS_SESSION_OPEN;
	info->max_datagram = FAKE_MAX_DATAGRAM;
	return 0;
}

/* Modem 0 is there, and no other. */
int answer_one_modem(void *arg)
{
	struct mbim_dss_list *list = arg;
	struct mbim_dss_modem *modem = (void *)(uintptr_t)list->entries;

	list->count = 1;
	assert_int_not_equal(list->capacity, 0);
	*modem = (struct mbim_dss_modem) { .modem = 0 };
	return 0;
}

int answer_send_all(void *arg)
{
	struct mbim_dss_batch *batch = arg;

	batch->done = batch->count;
	batch->request_id = FAKE_REQUEST_ID;
	last_batch = *batch;
	return 0;
}

/*
 * Files
 */

static int open_file(int which, const char *path, int flags)
{
	int ends[2];

	fake.opened[which]++;
	fake.open_flags[which] = flags;
	if (which == FAKE_NODE)
		strncpy(fake.node_path, path, sizeof(fake.node_path) - 1);
	if (which == FAKE_NODE && fake.node_denied & 1U << (flags & O_ACCMODE))
		return fail_with(EACCES);
	if (fake.open_errno[which])
		return fail_with(fake.open_errno[which]);
	if (fake.peer[which] >= 0)
		close(fake.peer[which]);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC |
		       (flags & O_NONBLOCK ? SOCK_NONBLOCK : 0), 0, ends))
		return -1;
	fake.file[which] = ends[0];
	fake.peer[which] = ends[1];
	return ends[0];
}

int __wrap_open(const char *path, int flags, ...)
{
	if (!strcmp(path, "/dev/mbim/control"))
		return open_file(FAKE_CONTROL, path, flags);
	if (!strncmp(path, "/dev/mbim/", strlen("/dev/mbim/")))
		return open_file(FAKE_NODE, path, flags);
	return __real_open(path, flags, 0600);
}

int fake_reset(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		if (fake.opened[i] && fake.peer[i] >= 0)
			close(fake.peer[i]);
	}
	memset(&fake, 0, sizeof(fake));
	for (i = 0; i < 2; i++)
		fake.peer[i] = fake.file[i] = -1;
	memset(answers, 0, sizeof(answers));
	poll_count = epoll_count = 0;
	fake_answer(MBIM_DSS_IOC_HELLO, answer_hello);
	fake_answer(MBIM_DSS_IOC_OPEN, answer_open);
	fake_answer(MBIM_DSS_IOC_CLOSE, answer_close);
	fake_answer(MBIM_DSS_IOC_CANCEL, answer_cancel);
	fake_answer(MBIM_DSS_IOC_INFO, answer_info);
	fake_answer(MBIM_DSS_IOC_MODEMS, answer_one_modem);
	return 0;
}

void fake_control_bytes(const void *data, size_t len)
{
	assert_int_equal(write(fake.peer[FAKE_CONTROL], data, len), len);
}

void fake_complete(uint32_t type, uint64_t user_data, uint32_t error, uint32_t mbim_status)
{
	struct mbim_dss_completion completion = {
		.size = sizeof(completion),
		.type = type,
		.request_id = type == MBIM_DSS_REQUEST_OPEN ? FAKE_REQUEST_ID :
							      FAKE_REQUEST_ID + 1,
		.user_data = user_data,
		.count = 1,
		.error = error,
		.mbim_status = mbim_status,
		.session = 5,
	};

	fake_control_bytes(&completion, sizeof(completion));
}

/*
 * Polls
 */

static void tell(struct told *list, unsigned int *count, struct told told)
{
	assert_true(*count < MAX_EVENTS);
	list[(*count)++] = told;
}

static struct told next_told(struct told *list, unsigned int *count)
{
	struct told told = list[0];

	memmove(list, list + 1, --*count * sizeof(*list));
	return told;
}

void fake_poll(short revents)
{
	tell(polls, &poll_count, (struct told) { .events = (unsigned short)revents });
}

void fake_poll_errno(int err)
{
	tell(polls, &poll_count, (struct told) { .err = err });
}

void fake_epoll(int fd, uint32_t events)
{
	tell(epolls, &epoll_count, (struct told) { .fd = fd, .events = events });
}

void fake_epoll_errno(int err)
{
	tell(epolls, &epoll_count, (struct told) { .err = err });
}

int __wrap_poll(struct pollfd *fds, nfds_t count, int timeout)
{
	struct told told;

	if (!poll_count)
		return __real_poll(fds, count, timeout);
	told = next_told(polls, &poll_count);
	if (told.err)
		return fail_with(told.err);
	fds[0].revents = told.events;
	return told.events ? 1 : 0;
}

int __wrap_epoll_wait(int epfd, struct epoll_event *events, int count, int timeout)
{
	struct told told;

	if (!epoll_count)
		return __real_epoll_wait(epfd, events, count, timeout);
	told = next_told(epolls, &epoll_count);
	if (told.err)
		return fail_with(told.err);
	events[0].events = told.events;
	events[0].data.ptr = epoll_data[told.fd];
	return 1;
}

int __wrap_epoll_ctl(int epfd, int op, int fd, struct epoll_event *event)
{
	if (fake.fail_epoll_ctl)
		return fail_with(fake.fail_epoll_ctl);
	assert_in_range(fd, 0, MAX_FDS - 1);
	epoll_data[fd] = op == EPOLL_CTL_DEL ? NULL : event->data.ptr;
	return __real_epoll_ctl(epfd, op, fd, event);
}

int __wrap_epoll_create1(int flags)
{
	if (fake.fail_epoll_create)
		return fail_with(fake.fail_epoll_create);
	return __real_epoll_create1(flags);
}

int __wrap_eventfd(unsigned int count, int flags)
{
	if (fake.fail_eventfd)
		return fail_with(fake.fail_eventfd);
	return __real_eventfd(count, flags);
}

void *__wrap_calloc(size_t count, size_t size)
{
	if (fake.fail_calloc && !--fake.fail_calloc) {
		errno = ENOMEM;
		return NULL;
	}
	return __real_calloc(count, size);
}

/*
 * Shorthands
 */

struct wwan_handle *fake_handle(void)
{
	struct wwan_handle *handle;

	assert_int_equal(wwan_open_handle(WWAN_VERSION, NULL, NULL, &handle), 0);
	return handle;
}

struct wwan_session *fake_session(struct wwan_handle *handle)
{
	struct wwan_session *session;

	assert_int_equal(wwan_join_data_session(handle, 0, 5, &session), 0);
	return session;
}

void fake_close(struct wwan_handle *handle)
{
	assert_int_equal(wwan_close_handle(handle, NULL), 0);
}
