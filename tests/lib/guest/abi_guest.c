// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The ioctls themselves: each refusal of <linux/mbim_dss.h>, by one fault in an otherwise good
 * call. Needs module, simulator and agent.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/mbim_dss.h>

#include "tap.h"

/* The largest argument and a tail that the kernel does not know. */
union argument {
	uint32_t size;
	uint32_t words[64];
	uint8_t bytes[256];
	struct mbim_dss_hello hello;
	struct mbim_dss_list list;
	struct mbim_dss_open open;
	struct mbim_dss_close close;
	struct mbim_dss_cancel cancel;
	struct mbim_dss_session session;
	struct mbim_dss_set_mode mode;
	struct mbim_dss_limits limits;
	struct mbim_dss_batch batch;
};

static struct mbim_dss_completion completions[4];
static struct mbim_dss_datagram datagrams[4];
static struct mbim_dss_modem modems[MBIM_DSS_MAX_MODEMS];
static char room[4096];

static int call(int fd, unsigned long request, void *arg)
{
	return ioctl(fd, request, arg) ? errno : 0;
}

static void good_hello(union argument *arg)
{
	arg->hello.version = MBIM_DSS_VERSION;
}

static void good_modems(union argument *arg)
{
	arg->list.entry_size = sizeof(modems[0]);
	arg->list.capacity = MBIM_DSS_MAX_MODEMS;
	arg->list.entries = (uintptr_t)modems;
}

/* Lists without room only count. */
static void good_count(union argument *arg)
{
	arg->list.entry_size = sizeof(struct mbim_dss_session);
}

static void good_mode(union argument *arg)
{
	arg->mode.mode = MBIM_DSS_MODE_MESSAGE;
}

static void good_send(union argument *arg)
{
	datagrams[0] = (struct mbim_dss_datagram) { .buf = (uintptr_t)"x", .len = 1 };
	arg->batch.entries = (uintptr_t)datagrams;
	arg->batch.count = 1;
}

static void good_none(union argument *arg)
{
	(void)arg;
}

/* Calls that succeed as they are; the faults below are put into them. */
static const struct call {
	const char *name;
	unsigned long request;
	uint32_t size;
	bool control;
	bool has_reserved;
	size_t reserved;
	void (*good)(union argument *arg);
} calls[] = {
	{ "HELLO", MBIM_DSS_IOC_HELLO, sizeof(struct mbim_dss_hello), true, true,
	  offsetof(struct mbim_dss_hello, reserved), good_hello },
	{ "MODEMS", MBIM_DSS_IOC_MODEMS, sizeof(struct mbim_dss_list), true, false, 0,
	  good_modems },
	{ "SERVICES", MBIM_DSS_IOC_SERVICES, sizeof(struct mbim_dss_list), true, false, 0,
	  good_count },
	{ "SESSIONS", MBIM_DSS_IOC_SESSIONS, sizeof(struct mbim_dss_list), true, false, 0,
	  good_count },
	{ "INFO", MBIM_DSS_IOC_INFO, sizeof(struct mbim_dss_session), false, false, 0,
	  good_none },
	{ "MODE", MBIM_DSS_IOC_MODE, sizeof(struct mbim_dss_set_mode), false, true,
	  offsetof(struct mbim_dss_set_mode, reserved), good_mode },
	{ "LIMITS", MBIM_DSS_IOC_LIMITS, sizeof(struct mbim_dss_limits), false, true,
	  offsetof(struct mbim_dss_limits, reserved), good_none },
	{ "SEND", MBIM_DSS_IOC_SEND, sizeof(struct mbim_dss_batch), false, true,
	  offsetof(struct mbim_dss_batch, reserved), good_send },
};

#define CALLS (sizeof(calls) / sizeof(calls[0]))

static int control, node;

static void prepare(const struct call *c, union argument *arg)
{
	memset(arg, 0, sizeof(*arg));
	arg->size = c->size;
	c->good(arg);
}

static int make(const struct call *c, union argument *arg)
{
	return call(c->control ? control : node, c->request, arg);
}

static void faults_of(const struct call *c)
{
	char text[100];
	union argument arg;

	prepare(c, &arg);
	snprintf(text, sizeof(text), "%s without a fault", c->name);
	fails(make(c, &arg), 0, text);

	prepare(c, &arg);
	arg.size--;
	snprintf(text, sizeof(text), "%s with a size too small", c->name);
	fails(make(c, &arg), EINVAL, text);

	prepare(c, &arg);
	arg.size = 0;
	snprintf(text, sizeof(text), "%s with size 0", c->name);
	fails(make(c, &arg), EINVAL, text);

	prepare(c, &arg);
	arg.words[1] |= 1u << 31;
	snprintf(text, sizeof(text), "%s with an unknown flag", c->name);
	fails(make(c, &arg), EINVAL, text);

	prepare(c, &arg);
	arg.size += 8;
	snprintf(text, sizeof(text), "%s with a tail of zeros", c->name);
	fails(make(c, &arg), 0, text);

	prepare(c, &arg);
	arg.size += 8;
	arg.bytes[c->size + 7] = 1;
	snprintf(text, sizeof(text), "%s with a tail that is not zero", c->name);
	fails(make(c, &arg), E2BIG, text);

	snprintf(text, sizeof(text), "%s with a bad pointer", c->name);
	fails(make(c, (void *)1), EFAULT, text);

	if (!c->has_reserved)
		return;
	prepare(c, &arg);
	arg.bytes[c->reserved] = 1;
	snprintf(text, sizeof(text), "%s with a reserved field set", c->name);
	fails(make(c, &arg), EINVAL, text);
}

static void unknown_ioctls(void)
{
	union argument arg = { .size = sizeof(struct mbim_dss_hello) };

	fails(call(control, _IO(MBIM_DSS_IOC_MAGIC, 0x7f), &arg), ENOTTY,
	      "an unknown ioctl on the control file");
	fails(call(node, _IO(MBIM_DSS_IOC_MAGIC, 0x7f), &arg), ENOTTY,
	      "an unknown ioctl on a node");
	fails(call(control, TIOCGWINSZ, &arg), ENOTTY, "a terminal's ioctl on the control file");
	fails(call(node, TIOCGWINSZ, &arg), ENOTTY, "a terminal's ioctl on a node");
	fails(call(control, MBIM_DSS_IOC_SEND, &arg), ENOTTY,
	      "an ioctl of a node on the control file");
	fails(call(node, MBIM_DSS_IOC_HELLO, &arg), ENOTTY,
	      "an ioctl of the control file on a node");
}

static void before_hello(void)
{
	union argument arg = { .size = sizeof(struct mbim_dss_list) };
	int fd = open("/dev/mbim/control", O_RDWR | O_NONBLOCK);

	good_modems(&arg);
	fails(call(fd, MBIM_DSS_IOC_MODEMS, &arg), EPROTO, "MODEMS before HELLO");
	memset(&arg, 0, sizeof(arg));
	arg.size = sizeof(struct mbim_dss_hello);
	fails(call(fd, MBIM_DSS_IOC_HELLO, &arg), EPROTONOSUPPORT, "HELLO with version 0");
	arg.hello.version = 1000;
	fails(call(fd, MBIM_DSS_IOC_HELLO, &arg), 0, "HELLO with a version of the future");
	is(arg.hello.version, MBIM_DSS_VERSION, "gives the kernel's");
	ok(arg.hello.features & MBIM_DSS_FEATURE_ATTACH, "and its features");
	close(fd);
}

static void lists(void)
{
	struct mbim_dss_modem whole;
	union argument arg;
	uint8_t wide[2 * sizeof(whole)];

	prepare(&calls[1], &arg);
	fails(call(control, MBIM_DSS_IOC_MODEMS, &arg), 0, "MODEMS");
	is(arg.list.count, 1, "there is one modem");
	is(arg.list.entry_size, sizeof(whole), "the kernel says how large a record is");
	whole = modems[0];

	prepare(&calls[1], &arg);
	arg.list.capacity = 0;
	memset(modems, 0xaa, sizeof(modems));
	fails(call(control, MBIM_DSS_IOC_MODEMS, &arg), 0, "MODEMS with no room");
	is(arg.list.count, 1, "still counts");
	is(((uint8_t *)modems)[0], 0xaa, "and writes nothing");

	prepare(&calls[1], &arg);
	arg.list.entry_size = 8;
	memset(modems, 0xaa, sizeof(modems));
	fails(call(control, MBIM_DSS_IOC_MODEMS, &arg), 0, "MODEMS with small records");
	same(modems, &whole, 8, "gives their beginning");
	is(((uint8_t *)modems)[8], 0xaa, "and no more");

	prepare(&calls[1], &arg);
	arg.list.entry_size = sizeof(wide);
	arg.list.capacity = 1;
	arg.list.entries = (uintptr_t)wide;
	memset(wide, 0xaa, sizeof(wide));
	fails(call(control, MBIM_DSS_IOC_MODEMS, &arg), 0, "MODEMS with large records");
	same(wide, &whole, sizeof(whole), "gives the whole");
	memset(&whole, 0, sizeof(whole));
	same(wide + sizeof(whole), &whole, sizeof(whole), "and zeros");

	prepare(&calls[1], &arg);
	arg.list.entries = 1;
	fails(call(control, MBIM_DSS_IOC_MODEMS, &arg), EFAULT, "MODEMS into a bad place");
}

static void batch_fault(unsigned long request, uint32_t count, uint64_t entries, int want,
			const char *text)
{
	union argument arg = { .size = sizeof(struct mbim_dss_batch) };

	arg.batch.flags = MBIM_DSS_BATCH_NOWAIT;
	arg.batch.count = count;
	arg.batch.entries = entries;
	arg.batch.done = 99;
	fails(call(node, request, &arg), want, text);
	is(arg.batch.error, want, "its error says the same");
	is(arg.batch.done, 0, "nothing was done");
}

static void batches(void)
{
	uintptr_t entries = (uintptr_t)datagrams;

	batch_fault(MBIM_DSS_IOC_SEND, 0, entries, EINVAL, "SEND of none");
	batch_fault(MBIM_DSS_IOC_SEND, MBIM_DSS_BATCH_MAX + 1, entries, EINVAL,
		    "SEND of too many");
	batch_fault(MBIM_DSS_IOC_SEND, 1, 8, EFAULT, "SEND of a bad array");
	datagrams[0] = (struct mbim_dss_datagram) { .buf = 8, .len = 1 };
	batch_fault(MBIM_DSS_IOC_SEND, 1, entries, EFAULT, "SEND of bad data");
	datagrams[0] = (struct mbim_dss_datagram) { .buf = (uintptr_t)room, .len = 0 };
	batch_fault(MBIM_DSS_IOC_SEND, 1, entries, EINVAL, "SEND of an empty datagram");
	datagrams[0].len = 2049;
	batch_fault(MBIM_DSS_IOC_SEND, 1, entries, EMSGSIZE, "SEND of too large a datagram");
	datagrams[0] = (struct mbim_dss_datagram) {
		.buf = (uintptr_t)room, .len = 1, .flags = 1,
	};
	batch_fault(MBIM_DSS_IOC_SEND, 1, entries, EINVAL, "SEND with flags in an entry");
	datagrams[0] = (struct mbim_dss_datagram) {
		.buf = (uintptr_t)room, .len = 1, .reserved = 1,
	};
	batch_fault(MBIM_DSS_IOC_SEND, 1, entries, EINVAL, "SEND with reserved in an entry");
	batch_fault(MBIM_DSS_IOC_RECV, 0, entries, EINVAL, "RECV of none");
	batch_fault(MBIM_DSS_IOC_RECV, MBIM_DSS_BATCH_MAX + 1, entries, EINVAL,
		    "RECV of too many");
	batch_fault(MBIM_DSS_IOC_REAP, 0, (uintptr_t)completions, EINVAL, "REAP of none");
	batch_fault(MBIM_DSS_IOC_REAP, MBIM_DSS_BATCH_MAX + 1, (uintptr_t)completions, EINVAL,
		    "REAP of too many");
}

/* The third of four datagrams is bad: two are sent, and the call says where it stopped. */
static void partial_batch(void)
{
	union argument arg = { .size = sizeof(struct mbim_dss_batch) };
	unsigned int i;

	for (i = 0; i < 4; i++) {
		datagrams[i] = (struct mbim_dss_datagram) {
			.buf = (uintptr_t)room,
			.len = i == 2 ? 0 : 1,
		};
	}
	arg.batch.count = 4;
	arg.batch.entries = (uintptr_t)datagrams;
	fails(call(node, MBIM_DSS_IOC_SEND, &arg), 0, "SEND with a bad third datagram");
	is(arg.batch.done, 2, "two were sent");
	is(arg.batch.error, EINVAL, "the third was bad");
}

static void values(void)
{
	union argument arg;

	prepare(&calls[5], &arg);
	arg.mode.mode = 0;
	fails(call(node, MBIM_DSS_IOC_MODE, &arg), EINVAL, "MODE 0");
	prepare(&calls[5], &arg);
	arg.mode.mode = 3;
	fails(call(node, MBIM_DSS_IOC_MODE, &arg), EINVAL, "MODE 3");

	prepare(&calls[6], &arg);
	arg.limits.flags = MBIM_DSS_LIMITS_SET_TX;
	arg.limits.tx_limit = MBIM_DSS_LIMIT_MIN - 1;
	fails(call(node, MBIM_DSS_IOC_LIMITS, &arg), EINVAL, "a limit too small");
	arg.limits.tx_limit = MBIM_DSS_LIMIT_MAX + 1;
	fails(call(node, MBIM_DSS_IOC_LIMITS, &arg), EINVAL, "a limit too large");
	arg.limits.tx_limit = MBIM_DSS_LIMIT_MAX;
	fails(call(node, MBIM_DSS_IOC_LIMITS, &arg), 0, "the largest limit");
	arg.limits.flags = MBIM_DSS_LIMITS_SET_TIMEOUT;
	arg.limits.tx_timeout_ms = MBIM_DSS_TIMEOUT_MAX + 1;
	fails(call(node, MBIM_DSS_IOC_LIMITS, &arg), EINVAL, "a timeout too long");
	arg.limits.tx_timeout_ms = MBIM_DSS_TIMEOUT_MIN;
	fails(call(node, MBIM_DSS_IOC_LIMITS, &arg), 0, "the shortest timeout");

	memset(&arg, 0, sizeof(arg));
	arg.size = sizeof(struct mbim_dss_close);
	arg.close.session = 256;
	fails(call(control, MBIM_DSS_IOC_CLOSE, &arg), EINVAL, "CLOSE of session 256");
	memset(&arg, 0, sizeof(arg));
	arg.size = sizeof(struct mbim_dss_cancel);
	fails(call(control, MBIM_DSS_IOC_CANCEL, &arg), ENOENT, "CANCEL of request 0");
}

static void reads(void)
{
	char small[sizeof(struct mbim_dss_completion) - 1];

	fails(read(control, small, sizeof(small)) < 0 ? errno : 0, EINVAL,
	      "read completions into too small a buffer");
	fails(read(control, room, sizeof(room)) < 0 ? errno : 0, EAGAIN,
	      "read completions when there are none");
	fails(write(node, room, 0) < 0 ? errno : 0, EINVAL, "write no byte in message mode");
	fails(write(node, room, 2049) < 0 ? errno : 0, EMSGSIZE,
	      "write too many bytes in message mode");
}

int main(void)
{
	struct wwan_session *session;
	struct wwan_handle *handle;
	union argument arg;
	size_t i;

	plan(136);
	handle = open_handle();
	session = open_session(handle, "echo", 0);
	node = wwan_session_get_fd(session);
	control = open("/dev/mbim/control", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (control < 0)
		bail("/dev/mbim/control cannot be opened");
	before_hello();
	prepare(&calls[0], &arg);
	if (call(control, MBIM_DSS_IOC_HELLO, &arg))
		bail("HELLO");
	for (i = 0; i < CALLS; i++)
		faults_of(&calls[i]);
	unknown_ioctls();
	lists();
	batches();
	partial_batch();
	values();
	reads();
	close(control);
	close_handle(handle);
	return done();
}
