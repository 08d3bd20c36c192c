// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The errno table of <linux/mbim_dss.h>: each error provoked by one fault, by the
 * raw ABI and, where a program would meet it there, through the library. What holds for
 * every ioctl is in rules.c, ENOBUFS in reap.c.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <wwandss.h>

#include "dss.h"

#define NO_MODEM	7
#define TOO_LARGE	(MAX_DATAGRAM + 1)
/* MBIM 1.0, 9.4.5 */
#define MBIM_DSS_INSTANCE_LIMIT	33

static struct mbim_dss_datagram entry;
static struct mbim_dss_completion completion;
static char entry_bytes[MAX_DATAGRAM];

/* -------- requests -------- */

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
};

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "no-agent"))
		return run_cases(1, argv, no_agent_cases, ARRAY_SIZE(no_agent_cases), NULL);
	if (argc > 1 && !strcmp(argv[1], "unprobed"))
		return run_cases(1, argv, unprobed_cases, ARRAY_SIZE(unprobed_cases), NULL);
	return run_cases(argc, argv, cases, ARRAY_SIZE(cases), calm);
}
