// SPDX-License-Identifier: GPL-2.0-or-later
/* The character devices, by their raw ABI. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dss.h"

void service_uuid(uint8_t uuid[MBIM_DSS_UUID_SIZE], unsigned int service)
{
	static const uint8_t base[MBIM_DSS_UUID_SIZE] = {
		'm', 'b', 'i', 'm', '-', 's', 'i', 'm', 0, 1
	};

	memcpy(uuid, base, sizeof(base));
	uuid[MBIM_DSS_UUID_SIZE - 1] = service;
}

/* -------- handles -------- */

int handle_open(void)
{
	struct mbim_dss_hello hello = { .size = sizeof(hello), .version = MBIM_DSS_VERSION };
	int fd = open("/dev/mbim/control", O_RDWR | O_CLOEXEC);

	check(fd >= 0);
	check(!ioctl(fd, MBIM_DSS_IOC_HELLO, &hello));
	check_eq(hello.version, MBIM_DSS_VERSION);
	return fd;
}

int request_open(int handle, uint32_t modem, unsigned int service, uint32_t id, uint32_t flags,
		 struct mbim_dss_open *request)
{
	struct mbim_dss_open unused;

	if (!request)
		request = &unused;
	*request = (struct mbim_dss_open){
		.size = sizeof(*request), .flags = flags, .modem = modem, .session = id,
		.user_data = 0x5e55, };
	service_uuid(request->service, service);
	return ioctl(handle, MBIM_DSS_IOC_OPEN, request);
}

int request_close(int handle, uint32_t modem, uint32_t id, uint64_t *request_id)
{
	struct mbim_dss_close request = {
		.size = sizeof(request), .modem = modem, .session = id, .user_data = 0xc105e,
	};
	int ret = ioctl(handle, MBIM_DSS_IOC_CLOSE, &request);

	if (request_id)
		*request_id = request.request_id;
	return ret;
}

int request_cancel(int fd, uint64_t request_id)
{
	struct mbim_dss_cancel cancel = { .size = sizeof(cancel), .request_id = request_id };

	return ioctl(fd, MBIM_DSS_IOC_CANCEL, &cancel);
}

void completion_read(int handle, struct mbim_dss_completion *completion)
{
	poll_for(handle, POLLIN, LONG);
	check_eq(read(handle, completion, sizeof(*completion)), sizeof(*completion));
	check_eq(completion->size, sizeof(*completion));
	check_eq(completion->count, 1);
}

bool completion_none(int handle)
{
	return !poll_now(handle, POLLIN);
}

/* -------- sessions -------- */

void session_open_on(struct session *s, int handle, uint32_t modem, unsigned int service,
		     uint32_t id, uint32_t flags)
{
	struct mbim_dss_completion done;
	struct mbim_dss_open request;

	if (request_open(handle, modem, service, id, flags, &request))
		fail("open of service %u: errno %d", service, errno);
	completion_read(handle, &done);
	check_eq(done.type, MBIM_DSS_REQUEST_OPEN);
	check_eq(done.request_id, request.request_id);
	check_eq(done.user_data, request.user_data);
	if (done.error)
		fail("open of service %u ended with errno %u, MBIM status %u", service, done.error,
		     done.mbim_status);
	check_eq(done.session, request.session);
	*s = (struct session){ .handle = handle, .modem = modem, .id = done.session };
	s->fd = node_open(modem, s->id, O_RDWR);
}

void session_open(struct session *s, unsigned int service)
{
	session_open_on(s, handle_open(), 0, service, MBIM_DSS_SESSION_ANY, 0);
}

void session_close(struct session *s)
{
	struct mbim_dss_completion done;
	uint64_t id;

	check(!request_close(s->handle, s->modem, s->id, &id));
	completion_read(s->handle, &done);
	check_eq(done.type, MBIM_DSS_REQUEST_CLOSE);
	check_eq(done.request_id, id);
	check_eq(done.error, 0);
}

void node_path(char path[40], uint32_t modem, uint32_t id)
{
	snprintf(path, 40, "/dev/mbim/dss%us%u", modem, id);
}

bool node_exists(uint32_t modem, uint32_t id)
{
	struct stat st;
	char path[40];

	node_path(path, modem, id);
	return !stat(path, &st);
}

int node_open(uint32_t modem, uint32_t id, int flags)
{
	char path[40];
	int fd;

	node_path(path, modem, id);
	fd = open(path, flags | O_CLOEXEC);
	if (fd < 0)
		fail("%s: %s", path, strerror(errno));
	return fd;
}

void set_mode(int fd, uint32_t mode)
{
	struct mbim_dss_set_mode set = { .size = sizeof(set), .mode = mode };

	check(!ioctl(fd, MBIM_DSS_IOC_MODE, &set));
}

void set_nonblock(int fd, bool on)
{
	check(!fcntl(fd, F_SETFL, on ? O_NONBLOCK : 0));
}

void set_limits(int fd, uint32_t flags, uint32_t rx_limit, uint32_t tx_limit,
		uint32_t tx_timeout_ms)
{
	struct mbim_dss_limits limits = {
		.size = sizeof(limits), .flags = flags, .rx_limit = rx_limit,
		.tx_limit = tx_limit, .tx_timeout_ms = tx_timeout_ms,
	};

	check(!ioctl(fd, MBIM_DSS_IOC_LIMITS, &limits));
}

void limit_tx(int fd)
{
	set_limits(fd, MBIM_DSS_LIMITS_SET_TX, 0, 256 << 10, 0);
}

void session_info(int fd, struct mbim_dss_session *info)
{
	*info = (struct mbim_dss_session){ .size = sizeof(*info) };
	check(!ioctl(fd, MBIM_DSS_IOC_INFO, info));
}

/* -------- data -------- */

short poll_now(int fd, short events)
{
	struct pollfd p = { .fd = fd, .events = events };

	check(poll(&p, 1, 0) >= 0);
	return p.revents;
}

void poll_for(int fd, short events, unsigned int ms)
{
	struct pollfd p = { .fd = fd, .events = events };

	if (poll(&p, 1, ms) != 1)
		fail("poll for 0x%x: nothing within %u ms", events, ms);
	if (!(p.revents & events))
		fail("poll for 0x%x gave 0x%x", events, p.revents);
}

int batch(int fd, unsigned long command, void *entries, uint32_t count, uint32_t flags,
	  struct mbim_dss_batch *b)
{
	struct mbim_dss_batch unused;

	if (!b)
		b = &unused;
	*b = (struct mbim_dss_batch){
		.size = sizeof(*b), .flags = flags, .entries = (uintptr_t)entries, .count = count,
	};
	return ioctl(fd, command, b);
}

uint64_t send_one(int fd, const void *bytes, size_t len, uint64_t user_data)
{
	struct mbim_dss_datagram d = {
		.buf = (uintptr_t)bytes, .len = len, .user_data = user_data,
	};
	struct mbim_dss_batch b;

	if (batch(fd, MBIM_DSS_IOC_SEND, &d, 1, 0, &b)) {
		check_eq(b.error, errno);
		check_eq(b.done, 0);
		return 0;
	}
	check_eq(b.done, 1);
	return b.request_id;
}

void reap_one(int fd, struct mbim_dss_completion *completion)
{
	struct mbim_dss_batch b;

	poll_for(fd, POLLPRI, LONG);
	if (batch(fd, MBIM_DSS_IOC_REAP, completion, 1, MBIM_DSS_BATCH_NOWAIT, &b))
		fail("REAP: errno %d", errno);
	check_eq(b.done, 1);
	check_eq(completion->size, sizeof(*completion));
	check_eq(completion->type, MBIM_DSS_REQUEST_WRITE);
}

void read_all(int fd, void *bytes, size_t len)
{
	size_t done = 0;

	while (done < len) {
		ssize_t n;

		poll_for(fd, POLLIN, LONG);
		n = read(fd, (char *)bytes + done, len - done);
		if (n <= 0)
			fail("read of byte %zu gave %zd, errno %d", done, n, errno);
		done += n;
	}
}

void write_all(int fd, const void *bytes, size_t len)
{
	size_t done = 0;

	while (done < len) {
		ssize_t n = write(fd, (const char *)bytes + done, len - done);

		if (n <= 0)
			fail("write of byte %zu gave %zd, errno %d", done, n, errno);
		done += n;
	}
}

void echo_once(int fd, size_t len, uint64_t seed)
{
	char bytes[MAX_DATAGRAM], back[MAX_DATAGRAM];

	check(len <= sizeof(bytes));
	fill(bytes, len, seed);
	write_all(fd, bytes, len);
	read_all(fd, back, len);
	if (!filled(back, len, seed))
		fail("what came back is not what was sent");
}

/* -------- the modem -------- */

unsigned int list_modems(int handle, struct mbim_dss_modem *modems, unsigned int capacity)
{
	struct mbim_dss_list list = {
		.size = sizeof(list), .entry_size = sizeof(*modems), .capacity = capacity,
		.entries = (uintptr_t)modems,
	};

	check(!ioctl(handle, MBIM_DSS_IOC_MODEMS, &list));
	return list.count;
}

bool modem_idle(uint32_t modem)
{
	struct mbim_dss_modem modems[MBIM_DSS_MAX_MODEMS];
	int handle = handle_open();
	unsigned int n = list_modems(handle, modems, ARRAY_SIZE(modems));
	bool idle = false;

	for (unsigned int i = 0; i < n; i++)
		if (modems[i].modem == modem)
			idle = modems[i].flags & MBIM_DSS_MODEM_PROBED && !modems[i].open_sessions;
	close(handle);
	return idle;
}

void calm(void)
{
	static const char *const faults[] = {
		"nak out off", "nak in off", "nak control off", "delay out 0", "stall out 0",
		"stall in 0", "status out EPROTO 0", "status in EPROTO 0", "dss-status 0 0",
		"dss-silent off", "dss-delay 0",
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(faults); i++)
		sim("%s", faults[i]);
	if (strstr(sim("stats"), "\"plugged\":false"))
		sim("plug");
	wait_until(LONG, modem_idle(0));
	wait_until(LONG, !sim_open_sessions());
	sim("reset-stats");
}

void netdev_up(bool up)
{
	check(!shell("ip link set wwan0 %s", up ? "up" : "down"));
}

bool netdev_is_up(void)
{
	struct mbim_dss_modem modem;
	int handle = handle_open();

	check(list_modems(handle, &modem, 1) >= 1);
	close(handle);
	return modem.flags & MBIM_DSS_MODEM_UP;
}

/* -------- many at a time -------- */

#define MANY	256

unsigned int write_until_full(int fd, size_t len, uint64_t seed)
{
	char bytes[MAX_DATAGRAM];
	unsigned int n = 0;
	ssize_t ret;

	check(len <= sizeof(bytes));
	set_nonblock(fd, true);
	for (;;) {
		fill(bytes, len, seed + n);
		ret = write(fd, bytes, len);
		if (ret < 0)
			break;
		check_eq(ret, len);
		n++;
	}
	check_eq(errno, EAGAIN);
	return n;
}

uint64_t send_many(int fd, uint32_t count, size_t len, uint64_t seed, uint64_t user_data,
		   uint64_t step)
{
	static char bytes[MANY][MAX_DATAGRAM];
	struct mbim_dss_datagram d[MANY];
	struct mbim_dss_batch b;

	check(count <= MANY && len <= MAX_DATAGRAM);
	for (uint32_t i = 0; i < count; i++) {
		fill(bytes[i], len, seed + i);
		d[i] = (struct mbim_dss_datagram){
			.buf = (uintptr_t)bytes[i], .len = len, .user_data = user_data + i * step,
		};
	}
	check(!batch(fd, MBIM_DSS_IOC_SEND, d, count, 0, &b));
	check_eq(b.done, count);
	check_eq(b.error, 0);
	return b.request_id;
}

void recv_filled(int fd, size_t len, uint64_t seed)
{
	char bytes[MAX_DATAGRAM];
	struct mbim_dss_datagram d = { .buf = (uintptr_t)bytes, .len = sizeof(bytes) };
	struct mbim_dss_batch b;

	poll_for(fd, POLLIN, LONG);
	check(!batch(fd, MBIM_DSS_IOC_RECV, &d, 1, MBIM_DSS_BATCH_NOWAIT, &b));
	check_eq(b.done, 1);
	check_eq(d.flags, 0);
	check_eq(d.lost, 0);
	check_eq(d.len, len);
	if (!filled(bytes, len, seed))
		fail("the datagram is not the one filled from %llu", (unsigned long long)seed);
}

static void reap_run(const struct mbim_dss_completion *c, uint64_t first, struct ended *ended,
		     uint32_t count)
{
	for (uint32_t i = 0; i < c->count; i++) {
		uint64_t at = c->request_id + i - first;

		if (at >= count || ended[at].told)
			fail("completion of request %llu, which is another's or was told",
			     (unsigned long long)(c->request_id + i));
		ended[at] = (struct ended){
			.told = true, .error = c->error,
			.user_data = c->user_data + (uint64_t)i * c->user_step,
		};
	}
}

void reap_ids(int fd, uint64_t first, struct ended *ended, uint32_t count)
{
	struct mbim_dss_completion c;

	memset(ended, 0, count * sizeof(*ended));
	for (uint32_t done = 0; done < count; done += c.count) {
		reap_one(fd, &c);
		reap_run(&c, first, ended, count);
	}
}

void wait_in_flight(uint32_t modem)
{
	char path[80];

	snprintf(path, sizeof(path), "/sys/class/mbim_dss/dss%u/statistics/tx_ntbs_in_flight",
		 modem);
	wait_until(LONG, read_number(path) > 0);
}

long long session_counter(const struct session *s, const char *name)
{
	char path[120];

	snprintf(path, sizeof(path), "/sys/class/mbim_dss/dss%us%u/statistics/%s", s->modem, s->id,
		 name);
	return read_number(path);
}

long long modem_counter(const char *name)
{
	char path[100];

	snprintf(path, sizeof(path), "/sys/class/mbim_dss/dss0/statistics/%s", name);
	return read_number(path);
}
