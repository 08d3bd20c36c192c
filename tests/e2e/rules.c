// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The rules of <linux/mbim_dss.h> that hold for every ioctl: sizes, flags, reserved fields,
 * pointers, HELLO.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

#include "dss.h"

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
	union argument *nowhere = memory(4096, PROT_NONE);
	struct session s;

	session_open(&s, SERVICE_ECHO);
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		refuse(&rules[i], &s, NULL, EFAULT, "NULL");
		refuse(&rules[i], &s, nowhere, EFAULT, "memory that is not there");
	}
}

/* Entries of batches and elements of lists. */
static void bad_entries(void)
{
	void *nowhere = memory(4096, PROT_NONE);
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
};

int main(int argc, char **argv)
{
	return run_cases(argc, argv, cases, ARRAY_SIZE(cases), calm);
}
