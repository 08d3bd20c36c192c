// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The errno table of <linux/mbim_dss.h>: each error provoked by one fault, by the
 * raw ABI and, where a program would meet it there, through the library.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

#include <wwandss.h>

#include "dss.h"

#define NO_MODEM	7
#define TOO_LARGE	(MAX_DATAGRAM + 1)
/* MBIM 1.0, 9.4.5 */
#define MBIM_DSS_INSTANCE_LIMIT	33

/* -------- the ABI's own rules -------- */

/* A structure that is right, for each ioctl; the widest is larger than any. */
union argument {
	struct {
		uint32_t size, flags;
	};
	struct mbim_dss_hello hello;
	struct mbim_dss_list list;
	struct mbim_dss_open open;
	struct mbim_dss_close close;
	struct mbim_dss_cancel cancel;
	struct mbim_dss_session info;
	struct mbim_dss_set_mode mode;
	struct mbim_dss_limits limits;
	struct mbim_dss_batch batch;
	uint8_t bytes[256];
};

#define NO_OFFSET	0

struct ioctl_rule {
	const char *name;
	unsigned long command;
	bool node;
	uint32_t size;
	uint32_t unknown_flag;
	uint32_t reserved;		/* offset of a u32 that must be 0 */
};

#define RULE(_name, _node, _type, _flag, _reserved)	\
	{ #_name, MBIM_DSS_IOC_##_name, _node, sizeof(struct mbim_dss_##_type), _flag, _reserved }

static const struct ioctl_rule rules[] = {
	RULE(HELLO, false, hello, 1 << 0, offsetof(struct mbim_dss_hello, reserved)),
	RULE(MODEMS, false, list, 1 << 0, offsetof(struct mbim_dss_list, modem)),
	RULE(SERVICES, false, list, 1 << 0, NO_OFFSET),
	RULE(SESSIONS, false, list, 1 << 0, NO_OFFSET),
	RULE(OPEN, false, open, 1 << 2, NO_OFFSET),
	RULE(CLOSE, false, close, 1 << 0, NO_OFFSET),
	RULE(CANCEL, false, cancel, 1 << 0, NO_OFFSET),
	RULE(CANCEL, true, cancel, 1 << 0, NO_OFFSET),
	RULE(INFO, true, session, 1 << 0, NO_OFFSET),
	RULE(MODE, true, set_mode, 1 << 0, offsetof(struct mbim_dss_set_mode, reserved)),
	RULE(LIMITS, true, limits, 1 << 3, offsetof(struct mbim_dss_limits, reserved)),
	RULE(SEND, true, batch, 1 << 1, offsetof(struct mbim_dss_batch, reserved)),
	RULE(RECV, true, batch, 1 << 1, offsetof(struct mbim_dss_batch, reserved)),
	RULE(REAP, true, batch, 1 << 1, offsetof(struct mbim_dss_batch, reserved)),
};

/* For the batch ioctls: one entry, which is right. */
static struct mbim_dss_datagram entry;
static struct mbim_dss_completion completion;
static char entry_bytes[MAX_DATAGRAM];

static void make_right(const struct ioctl_rule *rule, union argument *arg)
{
	memset(arg, 0, sizeof(*arg));
	arg->size = rule->size;
	switch (rule->command) {
	case MBIM_DSS_IOC_HELLO:
		arg->hello.version = 1;
		break;
	case MBIM_DSS_IOC_OPEN:
		arg->open.session = MBIM_DSS_SESSION_ANY;
		service_uuid(arg->open.service, SERVICE_ECHO);
		break;
	case MBIM_DSS_IOC_MODE:
		arg->mode.mode = MBIM_DSS_MODE_STREAM;
		break;
	case MBIM_DSS_IOC_SEND:
	case MBIM_DSS_IOC_RECV:
	case MBIM_DSS_IOC_REAP:
		entry = (struct mbim_dss_datagram){ .buf = (uintptr_t)entry_bytes, .len = 1 };
		arg->batch.flags = MBIM_DSS_BATCH_NOWAIT;
		arg->batch.count = 1;
		arg->batch.entries = rule->command == MBIM_DSS_IOC_REAP ?
				     (uintptr_t)&completion : (uintptr_t)&entry;
		break;
	}
}

static int try_rule(const struct ioctl_rule *rule, const struct session *s, union argument *arg)
{
	return ioctl(rule->node ? s->fd : s->handle, rule->command, arg);
}

static void refuse(const struct ioctl_rule *rule, const struct session *s, union argument *arg,
		   int error, const char *what)
{
	int ret = try_rule(rule, s, arg);

	if (ret != -1 || errno != error)
		fail("%s, %s: gave %d, errno %d, not errno %d", rule->name, what, ret, errno,
		     error);
}

static void struct_too_small(void)
{
	union argument arg;
	struct session s;

	session_open(&s, SERVICE_ECHO);
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		make_right(&rules[i], &arg);
		arg.size--;
		refuse(&rules[i], &s, &arg, EINVAL, "one byte too small");
		arg.size = 0;
		refuse(&rules[i], &s, &arg, EINVAL, "of size 0");
	}
}

static void struct_from_the_future(void)
{
	union argument arg;
	struct session s;

	session_open(&s, SERVICE_ECHO);
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		make_right(&rules[i], &arg);
		arg.size += 8;
		arg.bytes[rules[i].size + 7] = 1;
		refuse(&rules[i], &s, &arg, E2BIG, "with an unknown field set");
		make_right(&rules[i], &arg);
		arg.size = 1 << 20;
		refuse(&rules[i], &s, &arg, E2BIG, "of a megabyte");
	}
}

/* Fields that the kernel does not know are fine when they are 0. */
static void larger_struct_is_taken(void)
{
	struct session s = { .handle = handle_open() };
	union argument arg;

	make_right(&rules[1], &arg);
	arg.size = sizeof(arg);
	check(!try_rule(&rules[1], &s, &arg));
	check_eq(arg.list.count, 1);
}

static void unknown_flag(void)
{
	union argument arg;
	struct session s;

	session_open(&s, SERVICE_ECHO);
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		make_right(&rules[i], &arg);
		arg.flags |= rules[i].unknown_flag;
		refuse(&rules[i], &s, &arg, EINVAL, "with an unknown flag");
		make_right(&rules[i], &arg);
		arg.flags |= 1U << 31;
		refuse(&rules[i], &s, &arg, EINVAL, "with the highest flag");
	}
}

static void reserved_not_zero(void)
{
	union argument arg;
	struct session s;

	session_open(&s, SERVICE_ECHO);
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		if (!rules[i].reserved)
			continue;
		make_right(&rules[i], &arg);
		arg.bytes[rules[i].reserved] = 1;
		refuse(&rules[i], &s, &arg, EINVAL, "with a reserved field set");
	}
}

static void bad_pointer(void)
{
	union argument *nowhere = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct session s;

	check(nowhere != MAP_FAILED);
	session_open(&s, SERVICE_ECHO);
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		refuse(&rules[i], &s, NULL, EFAULT, "NULL");
		refuse(&rules[i], &s, nowhere, EFAULT, "memory that is not there");
	}
}

/* Entries of batches and elements of lists. */
static void bad_entries(void)
{
	void *nowhere = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct mbim_dss_datagram d = { .buf = (uintptr_t)nowhere, .len = 10 };
	struct mbim_dss_list list = {
		.size = sizeof(list), .capacity = 1, .entry_size = 8, .entries = (uintptr_t)nowhere,
	};
	struct mbim_dss_completion done;
	struct session s;
	char bytes[4];

	session_open(&s, SERVICE_ECHO);
	check_err(ioctl(s.handle, MBIM_DSS_IOC_MODEMS, &list), EFAULT);
	check_err(batch(s.fd, MBIM_DSS_IOC_SEND, nowhere, 1, 0, NULL), EFAULT);
	check_err(batch(s.fd, MBIM_DSS_IOC_SEND, &d, 1, 0, NULL), EFAULT);
	check_err(write(s.fd, nowhere, 10), EFAULT);
	/* what cannot be copied out stays */
	check(send_one(s.fd, "abcd", 4, 0));
	poll_for(s.fd, POLLPRI, LONG);
	poll_for(s.fd, POLLIN, LONG);
	check_err(read(s.fd, nowhere, 10), EFAULT);
	check_err(batch(s.fd, MBIM_DSS_IOC_RECV, nowhere, 1, 0, NULL), EFAULT);
	check_err(batch(s.fd, MBIM_DSS_IOC_RECV, &d, 1, 0, NULL), EFAULT);
	check_err(batch(s.fd, MBIM_DSS_IOC_REAP, nowhere, 1, 0, NULL), EFAULT);
	check_eq(read(s.fd, bytes, 4), 4);
	check(!memcmp(bytes, "abcd", 4));
	reap_one(s.fd, &done);
}

static void size_of_elements(void)
{
	static uint8_t room[2 * 4096];
	struct mbim_dss_list list = {
		.size = sizeof(list), .capacity = 1, .entries = (uintptr_t)room,
	};
	int handle = handle_open();

	check_err(ioctl(handle, MBIM_DSS_IOC_MODEMS, &list), EINVAL);
	list.entry_size = 4097;
	check_err(ioctl(handle, MBIM_DSS_IOC_MODEMS, &list), E2BIG);
	list.entry_size = UINT32_MAX;
	check_err(ioctl(handle, MBIM_DSS_IOC_MODEMS, &list), E2BIG);
	list.entry_size = 4096;
	memset(room, 0xff, sizeof(room));
	check(!ioctl(handle, MBIM_DSS_IOC_MODEMS, &list));
	check_eq(list.entry_size, sizeof(struct mbim_dss_modem));
	check_eq(room[4095], 0);
	check_eq(room[4096], 0xff);
	/* also if there is nothing to be copied */
	list.modem = MBIM_DSS_MODEM_ANY;
	check(!ioctl(handle, MBIM_DSS_IOC_SESSIONS, &list));
	check_eq(list.count, 0);
	list.entry_size = 4097;
	check_err(ioctl(handle, MBIM_DSS_IOC_SESSIONS, &list), E2BIG);
	list.entry_size = 0;
	check_err(ioctl(handle, MBIM_DSS_IOC_SESSIONS, &list), EINVAL);
	list.capacity = 0;
	check(!ioctl(handle, MBIM_DSS_IOC_SESSIONS, &list));
	check_eq(list.entry_size, sizeof(struct mbim_dss_session));
}

static void unknown_ioctl(void)
{
	struct session s;

	session_open(&s, SERVICE_ECHO);
	check_err(ioctl(s.handle, _IO(MBIM_DSS_IOC_MAGIC, 0x7f), NULL), ENOTTY);
	check_err(ioctl(s.fd, _IO(MBIM_DSS_IOC_MAGIC, 0x7f), NULL), ENOTTY);
	check_err(ioctl(s.handle, MBIM_DSS_IOC_INFO, NULL), ENOTTY);
	check_err(ioctl(s.fd, MBIM_DSS_IOC_OPEN, NULL), ENOTTY);
	check_err(ioctl(s.fd, MBIM_DSS_IOC_HELLO, NULL), ENOTTY);
	check_err(ioctl(s.fd, TCGETS, entry_bytes), ENOTTY);
	check_err(ioctl(s.handle, TCGETS, entry_bytes), ENOTTY);
}

static void no_hello(void)
{
	int fd = open("/dev/mbim/control", O_RDWR);
	struct session s = { .handle = fd };
	union argument arg;

	check(fd >= 0);
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		if (rules[i].node || rules[i].command == MBIM_DSS_IOC_HELLO)
			continue;
		make_right(&rules[i], &arg);
		refuse(&rules[i], &s, &arg, EPROTO, "before HELLO");
	}
	check_err(ioctl(fd, _IO(MBIM_DSS_IOC_MAGIC, 0x7f), NULL), ENOTTY);
}

static void no_common_version(void)
{
	struct mbim_dss_hello hello = { .size = sizeof(hello), .version = 0 };
	int fd = open("/dev/mbim/control", O_RDWR);
	struct wwan_handle *handle;
	uint32_t version;

	check_err(ioctl(fd, MBIM_DSS_IOC_HELLO, &hello), EPROTONOSUPPORT);
	check_eq(wwan_open_handle(0, NULL, &version, &handle), EPROTONOSUPPORT);
	check(strstr(wwan_strerror(EPROTONOSUPPORT), "version"));
	check_eq(wwan_open_handle(1, &version, &version, &handle), EINVAL);
}

/* -------- requests -------- */

static struct wwan_handle *library(void)
{
	struct wwan_handle *handle;

	check_eq(wwan_open_handle(WWAN_VERSION, NULL, NULL, &handle), 0);
	return handle;
}

/* An open through the library that is refused with this errno and these words. */
static void library_refuses(uint32_t modem, unsigned int service, uint32_t id, int error,
			    const char *words)
{
	struct wwan_open_args args = { .modem = modem, .session = id };
	struct wwan_completion done;
	struct wwan_session *session;
	int err;

	service_uuid(args.service, service);
	err = wwan_open_data_session_wait(library(), &args, LONG, &done, &session);
	if (err != error || !strstr(wwan_strerror(err), words))
		fail("the library gives %d, %s", err, wwan_strerror(err));
}

static void no_such_modem(void)
{
	int handle = handle_open();
	struct mbim_dss_list list = { .size = sizeof(list), .modem = NO_MODEM };

	check_err(request_open(handle, NO_MODEM, SERVICE_ECHO, 0, 0, NULL), ENODEV);
	check_err(request_close(handle, NO_MODEM, 0, NULL), ENODEV);
	check_err(ioctl(handle, MBIM_DSS_IOC_SERVICES, &list), ENODEV);
	check_err(ioctl(handle, MBIM_DSS_IOC_SESSIONS, &list), ENODEV);
	library_refuses(NO_MODEM, SERVICE_ECHO, 0, ENODEV, "no such modem");
}

static void no_such_service(void)
{
	check_err(request_open(handle_open(), 0, 99, 0, 0, NULL), ENOENT);
	library_refuses(0, 99, 0, ENOENT, "no such service");
}

static void no_data_session(void)
{
	check_err(request_open(handle_open(), 0, SERVICE_IDLE, 0, 0, NULL), EOPNOTSUPP);
	library_refuses(0, SERVICE_IDLE, 0, EOPNOTSUPP, "no data session");
}

/* MBIM Basic Connect: not for this interface, whoever asks. */
static void native_service(void)
{
	static const uint8_t basic_connect[] = {
		0xa2, 0x89, 0xcc, 0x33, 0xbc, 0xbb, 0x8b, 0x4f,
		0xb6, 0xb0, 0x13, 0x3e, 0xc2, 0xaa, 0xe6, 0xdf,
	};
	struct mbim_dss_open request = { .size = sizeof(request) };

	memcpy(request.service, basic_connect, sizeof(basic_connect));
	check_err(ioctl(handle_open(), MBIM_DSS_IOC_OPEN, &request), EACCES);
}

static void bad_session_id(void)
{
	int handle = handle_open();

	check_err(request_open(handle, 0, SERVICE_ECHO, MBIM_DSS_MAX_SESSIONS, 0, NULL), EINVAL);
	check_err(request_close(handle, 0, MBIM_DSS_MAX_SESSIONS, NULL), EINVAL);
}

static void id_is_taken(void)
{
	struct session s;

	session_open_on(&s, handle_open(), 0, SERVICE_ECHO, 5, 0);
	check_err(request_open(s.handle, 0, SERVICE_ECHO, 5, 0, NULL), EBUSY);
	check_err(request_open(handle_open(), 0, SERVICE_SINK, 5, 0, NULL), EBUSY);
	library_refuses(0, SERVICE_ECHO, 5, EBUSY, "taken");
	session_close(&s);
	session_open_on(&s, s.handle, 0, SERVICE_SINK, 5, 0);
}

static void service_limit(void)
{
	int handle = handle_open();
	struct session a, b;

	session_open_on(&a, handle, 0, SERVICE_NMEA, MBIM_DSS_SESSION_ANY, 0);
	session_open_on(&b, handle, 0, SERVICE_NMEA, MBIM_DSS_SESSION_ANY, 0);
	check_err(request_open(handle, 0, SERVICE_NMEA, MBIM_DSS_SESSION_ANY, 0, NULL), EUSERS);
	library_refuses(0, SERVICE_NMEA, WWAN_SESSION_ANY, EUSERS, "no session left");
	session_close(&a);
	session_open_on(&a, handle, 0, SERVICE_NMEA, MBIM_DSS_SESSION_ANY, 0);
}

static void modem_limit(void)
{
	int handle = handle_open();
	struct session s[16], one_more;

	for (size_t i = 0; i < ARRAY_SIZE(s); i++)
		session_open_on(&s[i], handle, 0, SERVICE_SINK, MBIM_DSS_SESSION_ANY, 0);
	check_err(request_open(handle, 0, SERVICE_SINK, MBIM_DSS_SESSION_ANY, 0, NULL), EUSERS);
	check_err(request_open(handle, 0, SERVICE_ECHO, 200, 0, NULL), EUSERS);
	library_refuses(0, SERVICE_ECHO, WWAN_SESSION_ANY, EUSERS, "no session left");
	session_close(&s[7]);
	session_open_on(&one_more, handle, 0, SERVICE_SINK, MBIM_DSS_SESSION_ANY, 0);
	check_eq(one_more.id, s[7].id);
}

/* The modem itself says that it has none left: status 33. */
static void modem_says_limit(void)
{
	struct wwan_open_args args = { .session = WWAN_SESSION_ANY };
	struct wwan_completion told;
	struct wwan_session *session;
	struct mbim_dss_completion done;
	int handle = handle_open();
	char words[160];

	sim("dss-status %d 1", MBIM_DSS_INSTANCE_LIMIT);
	check(!request_open(handle, 0, SERVICE_ECHO, MBIM_DSS_SESSION_ANY, 0, NULL));
	completion_read(handle, &done);
	check_eq(done.error, EUSERS);
	check_eq(done.mbim_status, MBIM_DSS_INSTANCE_LIMIT);
	check(!node_exists(0, done.session));

	sim("dss-status %d 1", MBIM_DSS_INSTANCE_LIMIT);
	service_uuid(args.service, SERVICE_ECHO);
	check_eq(wwan_open_data_session_wait(library(), &args, LONG, &told, &session), EUSERS);
	wwan_completion_strerror(&told, words, sizeof(words));
	if (!strstr(words, "DSS instance limit"))
		fail("the library says: %s", words);
}

static void no_such_request(void)
{
	struct session s;

	session_open(&s, SERVICE_ECHO);
	check_err(request_cancel(s.handle, 0), ENOENT);
	check_err(request_cancel(s.handle, 1), ENOENT);
	check_err(request_cancel(s.handle, 12345), ENOENT);
	check_err(request_cancel(s.fd, 0), ENOENT);
	check_err(request_cancel(s.fd, 1), ENOENT);
}

static void cancelled_open(void)
{
	struct mbim_dss_completion done;
	struct mbim_dss_open request;
	int handle = handle_open();

	sim("dss-silent on");
	check(!request_open(handle, 0, SERVICE_ECHO, 3, 0, &request));
	check(completion_none(handle));
	check(!request_cancel(handle, request.request_id));
	completion_read(handle, &done);
	check_eq(done.request_id, request.request_id);
	check_eq(done.error, ECANCELED);
	check_err(request_cancel(handle, request.request_id), ENOENT);
	check(!node_exists(0, 3));
	sim("dss-silent off");
}

static void close_of_what_is_not_open(void)
{
	struct session s;

	session_open(&s, SERVICE_ECHO);
	check_err(request_close(s.handle, 0, 200, NULL), ENOTCONN);
	session_close(&s);
	check_err(request_close(s.handle, 0, s.id, NULL), ENOTCONN);
	check_eq(wwan_close_data_session_wait(library(), 0, 200, LONG, NULL), ENOTCONN);
}

static void other_users_session(void)
{
	struct session s;
	int mine;

	session_open(&s, SERVICE_ECHO);
	mine = handle_open();
	check(!setegid(1001) && !seteuid(1001));
	check_err(request_close(mine, 0, s.id, NULL), EACCES);
	check_err(request_open(mine, 0, SERVICE_ECHO, 9, MBIM_DSS_OPEN_ATTACH, NULL), EACCES);
	check(!seteuid(0) && !setegid(0));
	session_close(&s);
}

static void attach_needs_an_id(void)
{
	check_err(request_open(handle_open(), 0, SERVICE_ECHO, MBIM_DSS_SESSION_ANY, MBIM_DSS_OPEN_ATTACH,
			       NULL), EINVAL);
}

static void small_completion_buffer(void)
{
	struct mbim_dss_completion done;
	struct session s;
	uint64_t id;

	session_open(&s, SERVICE_ECHO);
	check(!request_close(s.handle, 0, s.id, &id));
	poll_for(s.handle, POLLIN, LONG);
	check_err(read(s.handle, &done, sizeof(done) - 1), EINVAL);
	completion_read(s.handle, &done);
	check_eq(done.request_id, id);
	set_nonblock(s.handle, true);
	check_err(read(s.handle, &done, sizeof(done)), EAGAIN);
}

/* -------- netdev -------- */

static void vlan_in_the_way(void)
{
	struct session s;
	int handle = handle_open();

	check(!shell("ip link add link wwan0 name v300 type vlan id 300"));
	check_err(request_open(handle, 0, SERVICE_ECHO, 44, 0, NULL), EBUSY);
	session_open_on(&s, handle, 0, SERVICE_ECHO, 43, 0);
	check(!shell("ip link del v300"));
	session_open_on(&s, handle, 0, SERVICE_ECHO, 44, 0);

	/* and the other way round */
	check(shell("ip link add link wwan0 name v300 type vlan id 300 2>/tmp/vlan.err"));
	check(!shell("grep -Eqi 'busy|session' /tmp/vlan.err"));
	check(!shell("ip link add link wwan0 name v301 type vlan id 301"));
	check(!shell("ip link del v301"));
	/* cdc_mbim has no frames for such a one */
	check(!shell("ip link add link wwan0 name v300 type vlan proto 802.1ad id 300"));
	check(!shell("ip link del v300"));
	session_close(&s);
	check(!shell("ip link add link wwan0 name v300 type vlan id 300"));
	check(!shell("ip link del v300"));
}

/* -------- data -------- */

static void not_open_any_more(void)
{
	struct wwan_handle *handle = library();
	struct wwan_open_args args = { .session = WWAN_SESSION_ANY };
	struct wwan_session *session;
	struct session s;
	char words[160];

	session_open(&s, SERVICE_ECHO);
	session_close(&s);
	check_err(write(s.fd, "x", 1), ENOTCONN);
	check(!send_one(s.fd, "x", 1, 0));
	check_eq(errno, ENOTCONN);

	service_uuid(args.service, SERVICE_ECHO);
	check_eq(wwan_open_data_session_wait(handle, &args, LONG, NULL, &session), 0);
	check_eq(wwan_close_data_session_wait(handle, 0, wwan_session_get_id(session), LONG, NULL),
		 0);
	check_eq(wwan_session_write(session, "x", 1, 0, LONG, NULL), ENOTCONN);
	wwan_session_strerror(session, ENOTCONN, words, sizeof(words));
	check(strstr(words, "the session is not open"));
}

/* Too large to write: refused whole. Too large to read: it stays. */
static void message_too_large(void)
{
	static char large[TOO_LARGE], back[TOO_LARGE];
	struct mbim_dss_datagram d = { .buf = (uintptr_t)back, .len = 99 };
	struct mbim_dss_batch b;
	struct session s;

	session_open(&s, SERVICE_ECHO);
	set_mode(s.fd, MBIM_DSS_MODE_MESSAGE);
	fill(large, sizeof(large), 1);
	check_err(write(s.fd, large, TOO_LARGE), EMSGSIZE);
	check(!send_one(s.fd, large, TOO_LARGE, 0));
	check_eq(errno, EMSGSIZE);
	check_eq(write(s.fd, large, MAX_DATAGRAM), MAX_DATAGRAM);
	poll_for(s.fd, POLLIN, LONG);
	check_err(read(s.fd, back, MAX_DATAGRAM - 1), EMSGSIZE);
	check_err(batch(s.fd, MBIM_DSS_IOC_RECV, &d, 1, 0, &b), EMSGSIZE);
	check_eq(b.error, EMSGSIZE);
	check_eq(b.done, 0);
	check_eq(read(s.fd, back, sizeof(back)), MAX_DATAGRAM);
	check(filled(back, MAX_DATAGRAM, 1));
	check_eq(sim_session_stat(s.id, "datagrams_out"), 1);
}

static void message_too_large_in_words(void)
{
	struct wwan_handle *handle = library();
	struct wwan_open_args args = { .session = WWAN_SESSION_ANY };
	static char large[TOO_LARGE];
	struct wwan_session *session;
	char words[160];

	service_uuid(args.service, SERVICE_ECHO);
	check_eq(wwan_open_data_session_wait(handle, &args, LONG, NULL, &session), 0);
	check_eq(wwan_session_get_max_data_size(session), MAX_DATAGRAM);
	check_eq(wwan_session_write(session, large, sizeof(large), 0, LONG, NULL), EMSGSIZE);
	wwan_session_strerror(session, EMSGSIZE, words, sizeof(words));
	check(strstr(words, "larger than the modem takes (2048 bytes)"));
	check_eq(wwan_session_write(session, large, 0, 0, LONG, NULL), EINVAL);
	check(strstr(wwan_strerror(EINVAL), "invalid"));
	check_eq(wwan_session_write(session, large, MAX_DATAGRAM, 0, LONG, NULL), 0);
}

static void zero_length(void)
{
	struct session s;

	session_open(&s, SERVICE_ECHO);
	check_eq(write(s.fd, "", 0), 0);
	set_mode(s.fd, MBIM_DSS_MODE_MESSAGE);
	check_err(write(s.fd, "", 0), EINVAL);
	check(!send_one(s.fd, "", 0, 0));
	check_eq(errno, EINVAL);
	check_eq(sim_session_stat(s.id, "datagrams_out"), 0);
}

static void batch_count(void)
{
	struct session s;

	session_open(&s, SERVICE_ECHO);
	check_err(batch(s.fd, MBIM_DSS_IOC_SEND, &entry, 0, 0, NULL), EINVAL);
	check_err(batch(s.fd, MBIM_DSS_IOC_SEND, &entry, MBIM_DSS_BATCH_MAX + 1, 0, NULL), EINVAL);
	check_err(batch(s.fd, MBIM_DSS_IOC_RECV, &entry, MBIM_DSS_BATCH_MAX + 1, 0, NULL), EINVAL);
	check_err(batch(s.fd, MBIM_DSS_IOC_REAP, &completion, MBIM_DSS_BATCH_MAX + 1, 0, NULL),
		  EINVAL);
}

/* Fields of an entry that must be 0. */
static void entry_fields(void)
{
	struct mbim_dss_datagram good = { .buf = (uintptr_t)entry_bytes, .len = 1 }, d;
	struct session s;

	session_open(&s, SERVICE_ECHO);
	d = good;
	d.flags = MBIM_DSS_DATAGRAM_LOST;
	check_err(batch(s.fd, MBIM_DSS_IOC_SEND, &d, 1, 0, NULL), EINVAL);
	d = good;
	d.lost = 1;
	check_err(batch(s.fd, MBIM_DSS_IOC_SEND, &d, 1, 0, NULL), EINVAL);
	d = good;
	d.reserved = 1;
	check_err(batch(s.fd, MBIM_DSS_IOC_SEND, &d, 1, 0, NULL), EINVAL);
	echo_once(s.fd, 1, 1);
	check_eq(write(s.fd, "x", 1), 1);
	poll_for(s.fd, POLLIN, LONG);
	check_err(batch(s.fd, MBIM_DSS_IOC_RECV, &d, 1, 0, NULL), EINVAL);
	check_eq(poll_now(s.fd, POLLIN), POLLIN);
}

static void bad_mode_and_limits(void)
{
	struct mbim_dss_set_mode mode = { .size = sizeof(mode), .mode = 3 };
	struct mbim_dss_limits limits = { .size = sizeof(limits) }, before;
	struct session s;

	session_open(&s, SERVICE_ECHO);
	check_err(ioctl(s.fd, MBIM_DSS_IOC_MODE, &mode), EINVAL);
	mode.mode = 0;
	check_err(ioctl(s.fd, MBIM_DSS_IOC_MODE, &mode), EINVAL);
	check(!ioctl(s.fd, MBIM_DSS_IOC_LIMITS, &limits));
	before = limits;
	/* one is right, the other is not: none is set */
	limits.flags = MBIM_DSS_LIMITS_SET_RX | MBIM_DSS_LIMITS_SET_TX;
	limits.rx_limit = 8192;
	limits.tx_limit = MBIM_DSS_LIMIT_MIN - 1;
	check_err(ioctl(s.fd, MBIM_DSS_IOC_LIMITS, &limits), EINVAL);
	limits.rx_limit = MBIM_DSS_LIMIT_MAX + 1;
	limits.tx_limit = 8192;
	check_err(ioctl(s.fd, MBIM_DSS_IOC_LIMITS, &limits), EINVAL);
	limits.flags = MBIM_DSS_LIMITS_SET_TIMEOUT;
	limits.tx_timeout_ms = MBIM_DSS_TIMEOUT_MIN - 1;
	check_err(ioctl(s.fd, MBIM_DSS_IOC_LIMITS, &limits), EINVAL);
	limits.tx_timeout_ms = MBIM_DSS_TIMEOUT_MAX + 1;
	check_err(ioctl(s.fd, MBIM_DSS_IOC_LIMITS, &limits), EINVAL);
	limits = (struct mbim_dss_limits){ .size = sizeof(limits) };
	check(!ioctl(s.fd, MBIM_DSS_IOC_LIMITS, &limits));
	check_eq(limits.rx_limit, before.rx_limit);
	check_eq(limits.tx_limit, before.tx_limit);
	check_eq(limits.tx_timeout_ms, before.tx_timeout_ms);
}

static void wrong_direction(void)
{
	int handle = handle_open();
	struct session in, out;
	char path[40], byte;

	session_open_on(&in, handle, 0, SERVICE_NMEA, MBIM_DSS_SESSION_ANY, 0);
	session_open_on(&out, handle, 0, SERVICE_SINK, MBIM_DSS_SESSION_ANY, 0);
	check_err(write(in.fd, "x", 1), EOPNOTSUPP);
	check(!send_one(in.fd, "x", 1, 0));
	check_eq(errno, EOPNOTSUPP);
	check_err(read(out.fd, &byte, 1), EOPNOTSUPP);
	check_err(batch(out.fd, MBIM_DSS_IOC_RECV, &entry, 1, 0, NULL), EOPNOTSUPP);
	node_path(path, 0, in.id);
	check_err(open(path, O_WRONLY), EOPNOTSUPP);
	node_path(path, 0, out.id);
	check_err(open(path, O_RDONLY), EOPNOTSUPP);
}

static void wrong_access_mode(void)
{
	struct session s;
	int in, out;
	char byte;

	session_open(&s, SERVICE_ECHO);
	in = node_open(0, s.id, O_RDONLY);
	out = node_open(0, s.id, O_WRONLY);
	check_err(write(in, "x", 1), EBADF);
	check_err(batch(in, MBIM_DSS_IOC_SEND, &entry, 1, 0, NULL), EBADF);
	check_err(read(out, &byte, 1), EBADF);
	check_err(batch(out, MBIM_DSS_IOC_RECV, &entry, 1, 0, NULL), EBADF);
	check_err(lseek(s.fd, 0, SEEK_SET), ESPIPE);
	check_err(pread(s.fd, &byte, 1, 0), ESPIPE);
}

static void would_block(void)
{
	struct session s;
	char byte;

	session_open(&s, SERVICE_ECHO);
	entry = (struct mbim_dss_datagram){ .buf = (uintptr_t)entry_bytes, .len = 1 };
	check_err(batch(s.fd, MBIM_DSS_IOC_RECV, &entry, 1, MBIM_DSS_BATCH_NOWAIT, NULL), EAGAIN);
	check_err(batch(s.fd, MBIM_DSS_IOC_REAP, &completion, 1, 0, NULL), EAGAIN);
	set_nonblock(s.fd, true);
	check_err(read(s.fd, &byte, 1), EAGAIN);
	check_err(batch(s.fd, MBIM_DSS_IOC_RECV, &entry, 1, 0, NULL), EAGAIN);
}

/* Completions that nobody fetches are kept up to a bound, and nothing is lost by it. */
static void too_many_completions(void)
{
	static struct mbim_dss_datagram d[MBIM_DSS_BATCH_MAX];
	static struct mbim_dss_completion done[MBIM_DSS_BATCH_MAX];
	uint32_t sent = 0, reaped = 0;
	struct mbim_dss_batch b;
	struct session s;

	session_open(&s, SERVICE_SINK);
	for (size_t i = 0; i < ARRAY_SIZE(d); i++)
		d[i] = (struct mbim_dss_datagram){ .buf = (uintptr_t)entry_bytes, .len = 1 };
	while (sent < MBIM_DSS_REQUESTS_MAX) {
		check(!batch(s.fd, MBIM_DSS_IOC_SEND, d, ARRAY_SIZE(d), 0, &b));
		sent += b.done;
	}
	check_eq(sent, MBIM_DSS_REQUESTS_MAX);
	check_err(batch(s.fd, MBIM_DSS_IOC_SEND, d, 1, 0, &b), ENOBUFS);
	check_eq(b.error, ENOBUFS);
	while (reaped < sent) {
		poll_for(s.fd, POLLPRI, LONG);
		check(!batch(s.fd, MBIM_DSS_IOC_REAP, done, ARRAY_SIZE(done), 0, &b));
		for (uint32_t i = 0; i < b.done; i++) {
			check_eq(done[i].request_id, reaped + 1);
			check_eq(done[i].error, 0);
			reaped += done[i].count;
		}
	}
	check_eq(reaped, sent);
	check(send_one(s.fd, "x", 1, 0));
}

/* -------- no agent -------- */

static void without_agent(void)
{
	struct mbim_dss_list list = { .size = sizeof(list) };
	int handle = handle_open();

	check_err(request_open(handle, 0, SERVICE_ECHO, 0, 0, NULL), ECONNREFUSED);
	check_err(ioctl(handle, MBIM_DSS_IOC_SERVICES, &list), EAGAIN);
	library_refuses(0, SERVICE_ECHO, 0, ECONNREFUSED, "no agent");
}

/* ATTACH asks nobody. */
static void attach_without_agent(void)
{
	struct session s;

	session_open_on(&s, handle_open(), 0, SERVICE_ECHO, 4, MBIM_DSS_OPEN_ATTACH);
	session_close(&s);
}

static void before_the_agent_has_asked(void)
{
	struct mbim_dss_list list = { .size = sizeof(list) };
	int handle = handle_open();

	check_err(request_open(handle, 0, SERVICE_ECHO, 0, 0, NULL), EAGAIN);
	check_err(ioctl(handle, MBIM_DSS_IOC_SERVICES, &list), EAGAIN);
	library_refuses(0, SERVICE_ECHO, 0, EAGAIN, "agent");
}

static const struct test_case no_agent_cases[] = {
	{ "ECONNREFUSED: there is no agent", without_agent, 0 },
	{ "ATTACH needs none", attach_without_agent, 0 },
};

static const struct test_case unprobed_cases[] = {
	{ "EAGAIN: the agent has not told the services yet", before_the_agent_has_asked, 0 },
};

static const struct test_case cases[] = {
	{ "EINVAL: a structure smaller than the first version's", struct_too_small, 0 },
	{ "E2BIG: an unknown field is not zero", struct_from_the_future, 0 },
	{ "a larger structure is taken when the rest is zero", larger_struct_is_taken, 0 },
	{ "EINVAL: an unknown flag", unknown_flag, 0 },
	{ "EINVAL: a reserved field is not zero", reserved_not_zero, 0 },
	{ "EFAULT: a bad pointer", bad_pointer, 0 },
	{ "EFAULT: bad entries, and nothing is lost", bad_entries, 0 },
	{ "EINVAL, E2BIG: the size of a list's elements", size_of_elements, 0 },
	{ "ENOTTY: an unknown ioctl, or one of the other kind of file", unknown_ioctl, 0 },
	{ "EPROTO: before HELLO", no_hello, 0 },
	{ "EPROTONOSUPPORT: no common version", no_common_version, 0 },
	{ "ENODEV: no such modem", no_such_modem, 0 },
	{ "ENOENT: no such service", no_such_service, 0 },
	{ "EOPNOTSUPP: a service without a data session", no_data_session, 0 },
	{ "EACCES: a native service", native_service, 0 },
	{ "EINVAL: a session id over 255", bad_session_id, 0 },
	{ "EBUSY: the id is taken", id_is_taken, 0 },
	{ "EUSERS: the limit of the service", service_limit, 0 },
	{ "EUSERS: the limit of the modem", modem_limit, 0 },
	{ "EUSERS: the modem answers with MBIM status 33", modem_says_limit, 0 },
	{ "ENOENT: cancel of no request", no_such_request, 0 },
	{ "ECANCELED: an open that was cancelled", cancelled_open, 0 },
	{ "ENOTCONN: close of what is not open", close_of_what_is_not_open, 0 },
	{ "EACCES: somebody else's session, ATTACH without the capability",
	  other_users_session, 0 },
	{ "EINVAL: ATTACH without an id", attach_needs_an_id, 0 },
	{ "EINVAL: no room for a completion", small_completion_buffer, 0 },
	{ "EBUSY: a VLAN device in the place of a session, and the other way round",
	  vlan_in_the_way, 0 },
	{ "ENOTCONN: write to a session that has been closed", not_open_any_more, 0 },
	{ "EMSGSIZE: larger than the modem takes or than the buffer, nothing is lost",
	  message_too_large, 0 },
	{ "EMSGSIZE and EINVAL in the library's words", message_too_large_in_words, 0 },
	{ "EINVAL: a datagram of length zero", zero_length, 0 },
	{ "EINVAL: a batch of none, or of too many", batch_count, 0 },
	{ "EINVAL: fields of a batch entry that must be zero", entry_fields, 0 },
	{ "EINVAL: an unknown mode, limits out of range", bad_mode_and_limits, 0 },
	{ "EOPNOTSUPP: against the direction of the service", wrong_direction, 0 },
	{ "EBADF and ESPIPE: against the file's own mode", wrong_access_mode, 0 },
	{ "EAGAIN: would block", would_block, 0 },
	{ "ENOBUFS: too many completions not fetched", too_many_completions, 0 },
};

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "no-agent"))
		return run_cases(1, argv, no_agent_cases, ARRAY_SIZE(no_agent_cases), NULL);
	if (argc > 1 && !strcmp(argv[1], "unprobed"))
		return run_cases(1, argv, unprobed_cases, ARRAY_SIZE(unprobed_cases), NULL);
	return run_cases(argc, argv, cases, ARRAY_SIZE(cases), calm);
}
