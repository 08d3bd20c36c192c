// SPDX-License-Identifier: GPL-2.0-or-later
/* A session from its opening to its end, by the raw ABI. */
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dss.h"

static void hello_lists_features(void)
{
	struct mbim_dss_hello hello = { .size = sizeof(hello), .version = 1000 };
	int fd = open("/dev/mbim/control", O_RDWR);

	check(fd >= 0);
	check(!ioctl(fd, MBIM_DSS_IOC_HELLO, &hello));
	check_eq(hello.version, MBIM_DSS_VERSION);
	check_eq(hello.features, MBIM_DSS_FEATURE_ATTACH | MBIM_DSS_FEATURE_PERSIST |
		 MBIM_DSS_FEATURE_AIO | MBIM_DSS_FEATURE_RX_DOWN);
}

static void modem_is_listed(void)
{
	struct mbim_dss_modem modem;
	int handle = handle_open();

	check_eq(list_modems(handle, &modem, 1), 1);
	check_eq(modem.modem, 0);
	check(modem.flags & MBIM_DSS_MODEM_PROBED);
	check_eq(modem.max_sessions, 16);
	check_eq(modem.open_sessions, 0);
	check_eq(modem.max_datagram, MAX_DATAGRAM);
	check_eq(modem.max_command, 4096);
	check(!strcmp((char *)modem.ifname, "wwan0"));
	check(modem.ifindex);
	check(access("/sys/bus/usb/devices", F_OK) || modem.device[0]);
}

/* More modems than there is room for: only as many are copied, and the count is right. */
static void list_without_room(void)
{
	struct mbim_dss_list list = { .size = sizeof(list) };

	check(!ioctl(handle_open(), MBIM_DSS_IOC_MODEMS, &list));
	check_eq(list.count, 1);
	check_eq(list.entry_size, sizeof(struct mbim_dss_modem));
}

/* Elements larger and smaller than the kernel's. */
static void list_of_other_sizes(void)
{
	struct {
		struct mbim_dss_modem modem;
		uint8_t more[16];
	} large;
	struct mbim_dss_list list = {
		.size = sizeof(list), .entry_size = sizeof(large), .capacity = 1,
		.entries = (uintptr_t)&large,
	};
	uint32_t small[2] = { 99, 99 };
	int handle = handle_open();

	memset(&large, 0xff, sizeof(large));
	check(!ioctl(handle, MBIM_DSS_IOC_MODEMS, &list));
	check_eq(large.modem.max_datagram, MAX_DATAGRAM);
	for (size_t i = 0; i < sizeof(large.more); i++)
		check_eq(large.more[i], 0);
	list.entry_size = sizeof(small[0]);
	list.entries = (uintptr_t)small;
	check(!ioctl(handle, MBIM_DSS_IOC_MODEMS, &list));
	check_eq(small[0], 0);
	check_eq(small[1], 99);
}

static void services_are_listed(void)
{
	struct mbim_dss_service services[8], *s;
	struct mbim_dss_list list = {
		.size = sizeof(list), .entry_size = sizeof(services[0]), .capacity = 8,
		.entries = (uintptr_t)services,
	};
	static const struct {
		uint32_t directions, max_instances, cids;
	} want[] = {
		[SERVICE_ECHO] = { MBIM_DSS_DIR_OUT | MBIM_DSS_DIR_IN, 0, 0 },
		[SERVICE_NMEA] = { MBIM_DSS_DIR_IN, 2, 0 },
		[SERVICE_SINK] = { MBIM_DSS_DIR_OUT, 0, 0 },
		[SERVICE_IDLE] = { 0, 0, 4 },
		[SERVICE_SOURCE] = { MBIM_DSS_DIR_IN, 0, 0 },
	};
	uint8_t uuid[MBIM_DSS_UUID_SIZE];

	check(!ioctl(handle_open(), MBIM_DSS_IOC_SERVICES, &list));
	check_eq(list.count, 5);
	for (unsigned int n = SERVICE_ECHO; n <= SERVICE_SOURCE; n++) {
		s = &services[n - 1];
		service_uuid(uuid, n);
		check(!memcmp(s->uuid, uuid, sizeof(uuid)));
		check_eq(s->directions, want[n].directions);
		check_eq(s->max_instances, want[n].max_instances);
		check_eq(s->open_sessions, 0);
		check_eq(s->cid_count, want[n].cids);
		for (uint32_t i = 0; i < s->cid_count; i++)
			check_eq(s->cids[i], i + 1);
	}
}

static void session_is_listed(void)
{
	struct mbim_dss_session session;
	struct mbim_dss_list list = {
		.size = sizeof(list), .modem = MBIM_DSS_MODEM_ANY, .entry_size = sizeof(session),
		.capacity = 1, .entries = (uintptr_t)&session,
	};
	uint8_t uuid[MBIM_DSS_UUID_SIZE];
	struct session s;

	session_open_on(&s, handle_open(), 0, SERVICE_ECHO, 77, 0);
	check(!ioctl(s.handle, MBIM_DSS_IOC_SESSIONS, &list));
	check_eq(list.count, 1);
	check_eq(session.session, 77);
	check_eq(session.modem, 0);
	check_eq(session.state, MBIM_DSS_SESSION_OPEN);
	check_eq(session.uid, getuid());
	check_eq(session.gid, getgid());
	check_eq(session.mode, 0);
	service_uuid(uuid, SERVICE_ECHO);
	check(!memcmp(session.service, uuid, sizeof(uuid)));
}

static void lowest_free_id(void)
{
	struct session a, b, c;
	int handle = handle_open();

	session_open_on(&a, handle, 0, SERVICE_ECHO, MBIM_DSS_SESSION_ANY, 0);
	check_eq(a.id, 0);
	session_open_on(&c, handle, 0, SERVICE_SINK, 2, 0);
	check_eq(c.id, 2);
	session_open_on(&b, handle, 0, SERVICE_ECHO, MBIM_DSS_SESSION_ANY, 0);
	check_eq(b.id, 1);
	session_close(&a);
	session_open_on(&a, handle, 0, SERVICE_ECHO, MBIM_DSS_SESSION_ANY, 0);
	check_eq(a.id, 0);
}

static void send_completes(void)
{
	struct mbim_dss_completion done;
	uint64_t id, begun = now_ns();
	struct session s;
	char back[16];

	session_open(&s, SERVICE_ECHO);
	id = send_one(s.fd, "hello", 5, 4711);
	check(id);
	reap_one(s.fd, &done);
	check_eq(done.request_id, id);
	check_eq(done.user_data, 4711);
	check_eq(done.count, 1);
	check_eq(done.error, 0);
	check_eq(done.bytes, 5);
	check_eq(done.modem, 0);
	check_eq(done.session, s.id);
	check(done.time_ns > begun && done.time_ns <= now_ns());
	read_all(s.fd, back, 5);
	check(!memcmp(back, "hello", 5));
	/* that was all */
	check(!poll_now(s.fd, POLLIN | POLLPRI));
	check_err(batch(s.fd, MBIM_DSS_IOC_REAP, &done, 1, 0, NULL), EAGAIN);
}

static void poll_flags(void)
{
	const short all = POLLIN | POLLOUT | POLLPRI | POLLRDHUP;
	struct mbim_dss_completion done;
	struct session s;
	char byte;

	session_open(&s, SERVICE_ECHO);
	check_eq(poll_now(s.fd, all), POLLOUT);
	check(send_one(s.fd, "x", 1, 0));
	poll_for(s.fd, POLLPRI, LONG);
	poll_for(s.fd, POLLIN, LONG);
	check_eq(poll_now(s.fd, all), POLLIN | POLLOUT | POLLPRI);
	reap_one(s.fd, &done);
	check_eq(poll_now(s.fd, all), POLLIN | POLLOUT);
	read_all(s.fd, &byte, 1);
	check_eq(poll_now(s.fd, all), POLLOUT);
	session_close(&s);
	check_eq(poll_now(s.fd, all), POLLIN | POLLOUT | POLLRDHUP | POLLHUP);
}

static long read_byte(void *arg)
{
	char byte;

	return read(*(int *)arg, &byte, 1);
}

/* What has been received stays readable after a close, then comes the end of file. */
static void close_ends_reads(void)
{
	struct blocked reader;
	struct session s;
	char bytes[8];

	session_open(&s, SERVICE_ECHO);
	blocked_start(&reader, read_byte, &s.fd);
	session_close(&s);
	blocked_end(&reader, SOON);
	check_eq(reader.ret, 0);

	session_open_on(&s, s.handle, 0, SERVICE_ECHO, MBIM_DSS_SESSION_ANY, 0);
	write_all(s.fd, "tail", 4);
	poll_for(s.fd, POLLIN, LONG);
	session_close(&s);
	check(!node_exists(0, s.id));
	check_err(write(s.fd, "x", 1), ENOTCONN);
	check_eq(read(s.fd, bytes, 2), 2);
	check_eq(read(s.fd, bytes + 2, 4), 2);
	check(!memcmp(bytes, "tail", 4));
	check_eq(read(s.fd, bytes, 4), 0);
	check_eq(read(s.fd, bytes, 4), 0);
}

static void handle_end_closes(void)
{
	struct session s;

	session_open(&s, SERVICE_ECHO);
	check_eq(sim_open_sessions(), 1);
	close(s.handle);
	wait_until(SOON, !node_exists(0, s.id));
	wait_until(LONG, !sim_open_sessions());
	check_err(write(s.fd, "x", 1), ENOTCONN);
}

static void persistent_stays(void)
{
	struct mbim_dss_session info;
	struct session s, t;

	session_open_on(&s, handle_open(), 0, SERVICE_ECHO, 9, MBIM_DSS_OPEN_PERSIST);
	close(s.handle);
	close(s.fd);
	t = (struct session){ .handle = handle_open(), .id = 9 };
	t.fd = node_open(0, 9, O_RDWR);
	session_info(t.fd, &info);
	check_eq(info.state, MBIM_DSS_SESSION_OPEN);
	check_eq(info.flags, MBIM_DSS_OPEN_PERSIST);
	echo_once(t.fd, 100, 1);
	session_close(&t);
	session_info(t.fd, &info);
	check_eq(info.state, MBIM_DSS_SESSION_CLOSED);
}

static void node_belongs_to_opener(void)
{
	struct session s;
	struct stat st;
	char path[40];

	/* as root, for the control file; as alice, for the session */
	check(!setegid(1000) && !seteuid(1000));
	check_err(open("/dev/mbim/control", O_RDWR), EACCES);
	check(!seteuid(0));
	s.handle = handle_open();
	check(!seteuid(1000));
	session_open_on(&s, s.handle, 0, SERVICE_ECHO, MBIM_DSS_SESSION_ANY, 0);
	node_path(path, 0, s.id);
	check(!stat(path, &st));
	check_eq(st.st_mode & 07777, 0600);
	check_eq(st.st_uid, 1000);
	check_eq(st.st_gid, 1000);
	check(!seteuid(0) && !setegid(0) && !setegid(1001) && !seteuid(1001));
	check_err(open(path, O_RDWR), EACCES);
}

static const struct test_case cases[] = {
	{ "HELLO agrees on the version and tells features", hello_lists_features, 0 },
	{ "MODEMS lists the modem with its limits", modem_is_listed, 0 },
	{ "a list without room tells how many there are", list_without_room, 0 },
	{ "list elements of other sizes than the kernel's", list_of_other_sizes, 0 },
	{ "SERVICES lists what the modem offers", services_are_listed, 0 },
	{ "SESSIONS lists an open session", session_is_listed, 0 },
	{ "the lowest free id is chosen", lowest_free_id, 0 },
	{ "SEND gives a request id, and one completion with status and bytes", send_completes, 0 },
	{ "poll flags from the opening to the close", poll_flags, 0 },
	{ "a close ends reads, after what has been received", close_ends_reads, 0 },
	{ "the end of a handle closes its sessions, on the modem too", handle_end_closes, 0 },
	{ "a persistent session stays, and can be closed by another handle", persistent_stays, 0 },
	{ "a node belongs to the opener alone", node_belongs_to_opener, 0 },
};

int main(int argc, char **argv)
{
	return run_cases(argc, argv, cases, ARRAY_SIZE(cases), calm);
}
