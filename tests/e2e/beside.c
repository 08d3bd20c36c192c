// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What else lives on wwan0 while it is up and sessions are open: IP in the same NTB, DSS as
 * VLAN devices, packet taps, bridges. None of them gets less than without us, but for the
 * datagrams of our sessions, and these get all of theirs.
 */
#include <arpa/inet.h>
#include <net/if.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dss.h"

#define HERE		"10.1.0.1"
#define THERE		"10.1.0.2"
#define PORT		4000
/* A session that nobody opens, and its VLAN id. */
#define OTHER		44
#define OTHER_VID	"300"

static void prepare(void)
{
	calm();
	netdev_up(true);
	shell("ip addr add " HERE "/24 dev wwan0 2> /dev/null");
}

static long long netdev_counter(const char *name)
{
	char path[100];

	snprintf(path, sizeof(path), "/sys/class/net/wwan0/statistics/%s", name);
	return read_number(path);
}

/* -------- NTBs of our own making -------- */

static void ntb_text(struct ntb *n, uint8_t session, const char *text)
{
	ntb_add(n, "DSS", session, text, strlen(text));
}

static uint16_t checksum(const void *bytes, size_t len)
{
	const uint8_t *p = bytes;
	uint32_t sum = 0;

	for (size_t i = 0; i + 1 < len; i += 2)
		sum += p[i] << 8 | p[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons(~sum);
}

/* A UDP packet of IP session 0. */
static void ntb_udp(struct ntb *n, const char *text)
{
	uint8_t packet[200] = { 0 };
	struct iphdr *ip = (void *)packet;
	struct udphdr *udp = (void *)(ip + 1);
	size_t len = sizeof(*ip) + sizeof(*udp) + strlen(text);

	*ip = (struct iphdr){
		.version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_UDP, .tot_len = htons(len),
		.saddr = inet_addr(THERE), .daddr = inet_addr(HERE),
	};
	ip->check = checksum(ip, sizeof(*ip));
	udp->source = htons(PORT);
	udp->dest = htons(PORT);
	udp->len = htons(sizeof(*udp) + strlen(text));
	memcpy(udp + 1, text, strlen(text));
	ntb_add(n, "IPS", 0, packet, len);
}

/* -------- who listens -------- */

static int udp_socket(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(PORT) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	check(fd >= 0);
	check(!bind(fd, (struct sockaddr *)&address, sizeof(address)));
	return fd;
}

/* A tap on all protocols of a netdev. */
static int tap(const char *netdev)
{
	struct sockaddr_ll address = {
		.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = if_nametoindex(netdev),
	};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	check(fd >= 0);
	check(!bind(fd, (struct sockaddr *)&address, sizeof(address)));
	return fd;
}

static void expect(int fd, const char *text)
{
	char bytes[2048];
	ssize_t n;

	poll_for(fd, POLLIN, LONG);
	n = read(fd, bytes, sizeof(bytes));
	if (n != (ssize_t)strlen(text) || memcmp(bytes, text, n))
		fail("received \"%.*s\", not \"%s\"", (int)n, bytes, text);
}

/* The next frame of a tap that has this text in it; others are passed over. */
static bool tapped(int fd, const char *text, unsigned int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char bytes[4096];
	ssize_t n;

	while (poll(&p, 1, ms) == 1) {
		n = read(fd, bytes, sizeof(bytes));
		check(n >= 0);
		if (memmem(bytes, n, text, strlen(text)))
			return true;
	}
	return false;
}

/* -------- cases -------- */

/* Everybody gets what is his, in whatever order it stands in the NTB. */
static void one_ntb(void)
{
	static const char *const orders[] = {
		"DI", "ID", "DID", "IDI", "DSI", "SDI", "IDS", "DDIIDSSD", "D", "I", "S",
	};
	long long strays = modem_counter("rx_stray"), errors = netdev_counter("rx_errors");
	struct session s;
	int udp = udp_socket();

	session_open(&s, SERVICE_ECHO);
	set_mode(s.fd, MBIM_DSS_MODE_MESSAGE);
	for (unsigned int i = 0; i < ARRAY_SIZE(orders); i++) {
		struct ntb n;
		char text[40];

		ntb_begin(&n, i);
		for (const char *o = orders[i]; *o; o++) {
			snprintf(text, sizeof(text), "%s %c %ld", orders[i], *o,
				 (long)(o - orders[i]));
			if (*o == 'I')
				ntb_udp(&n, text);
			else
				ntb_text(&n, *o == 'D' ? s.id : OTHER, text);
			strays += *o == 'S';
		}
		ntb_send(&n);
		for (const char *o = orders[i]; *o; o++) {
			snprintf(text, sizeof(text), "%s %c %ld", orders[i], *o,
				 (long)(o - orders[i]));
			if (*o == 'D')
				expect(s.fd, text);
			else if (*o == 'I')
				expect(udp, text);
		}
	}
	wait_until(LONG, modem_counter("rx_stray") == strays);
	check(!poll_now(s.fd, POLLIN));
	check(!poll_now(udp, POLLIN));
	check_eq(netdev_counter("rx_errors"), errors);
}

/* The netdev counts what it gets, taps see it; datagrams of our sessions are not its own. */
static void counted_and_tapped(void)
{
	long long packets = netdev_counter("rx_packets");
	struct session s;
	struct ntb n;
	int fd = tap("wwan0");

	session_open(&s, SERVICE_ECHO);
	ntb_begin(&n, 1);
	ntb_text(&n, s.id, "of a session");
	ntb_text(&n, OTHER, "of another");
	ntb_udp(&n, "of IP");
	ntb_send(&n);
	expect(s.fd, "of a session");
	check(tapped(fd, "of another", LONG));
	check(tapped(fd, "of IP", LONG));
	check_eq(netdev_counter("rx_packets") - packets, 2);
	check_eq(session_counter(&s, "rx_datagrams"), 1);

	/* closed, it is the stock driver's again; a sentinel shows that all has passed */
	ntb_begin(&n, 2);
	ntb_text(&n, s.id, "of a session");
	ntb_text(&n, OTHER, "sentinel");
	ntb_send(&n);
	expect(s.fd, "of a session");
	check(tapped(fd, "sentinel", LONG));
	session_close(&s);
	ntb_begin(&n, 3);
	ntb_text(&n, s.id, "of a session");
	ntb_send(&n);
	check(tapped(fd, "of a session", LONG));
}

/* cdc_mbim's own way, for a session that is not open here. */
static void vlan_of_another(void)
{
	struct session s;
	struct ntb n;
	int fd;

	check(!shell("ip link add link wwan0 name other type vlan id " OTHER_VID));
	check(!shell("ip link set other up"));
	fd = tap("other");
	session_open(&s, SERVICE_ECHO);
	ntb_begin(&n, 1);
	ntb_text(&n, OTHER, "of another");
	ntb_text(&n, s.id, "of a session");
	ntb_send(&n);
	expect(s.fd, "of a session");
	check(tapped(fd, "of another", LONG));
	check(!shell("ip link del other"));
}

/* Who takes all frames of the netdev does not take ours, whoever came first. */
static void beside_upper(const char *module, const char *add, const char *del)
{
	struct session s;

	if (shell("modprobe %s 2> /dev/null", module))
		skip("the kernel has no such module");
	session_open(&s, SERVICE_ECHO);
	echo_once(s.fd, 100, 1);
	check(!shell("%s", add));
	netdev_up(true);
	echo_once(s.fd, 1000, 2);
	session_close(&s);
	session_open(&s, SERVICE_ECHO);
	echo_once(s.fd, 1000, 3);
	check(!shell("%s", del));
	echo_once(s.fd, 1000, 4);
}

static void bridge(void)
{
	beside_upper("bridge", "ip link add br0 type bridge && ip link set br0 up && "
		     "ip link set wwan0 master br0", "ip link del br0");
}

static void macvlan(void)
{
	beside_upper("macvlan", "ip link add link wwan0 name mv0 type macvlan && "
		     "ip link set mv0 up", "ip link del mv0");
}

/* The stack's backlog takes no frame at all: a flood of a session does not need it. */
static void no_backlog(void)
{
	enum { COUNT = 5000 };
	static const char limit[] = "/proc/sys/net/core/netdev_max_backlog";
	long long dropped = netdev_counter("rx_dropped");
	struct mbim_dss_session info;
	char usual[16];
	struct session s;

	snprintf(usual, sizeof(usual), "%lld", read_number(limit));
	session_open(&s, SERVICE_SOURCE);
	set_limits(s.fd, MBIM_DSS_LIMITS_SET_RX, 4 << 20, 0, 0);
	write_text(limit, "0");
	sim("flood %u 100 %u", s.id, COUNT);
	for (unsigned int i = 0; i < COUNT; i++) {
		uint8_t bytes[100];

		read_all(s.fd, bytes, sizeof(bytes));
	}
	write_text(limit, usual);
	session_info(s.fd, &info);
	check_eq(info.rx_datagrams, COUNT);
	check_eq(info.rx_lost, 0);
	check_eq(info.rx_backlog, 0);
	check_eq(netdev_counter("rx_dropped"), dropped);
}

/* Shared by the two processes of a case. */
struct traffic {
	volatile unsigned int packets;	/* that have arrived */
	volatile bool enough;
};

/* IP and DSS of a session that is not ours, without a pause; an exit status. */
static int stock_traffic(struct traffic *t)
{
	int udp = udp_socket();

	while (!t->enough) {
		struct ntb n;
		char text[20];

		snprintf(text, sizeof(text), "packet %u", t->packets);
		ntb_begin(&n, t->packets);
		ntb_text(&n, OTHER, text);
		ntb_udp(&n, text);
		ntb_send(&n);
		expect(udp, text);
		t->packets++;
	}
	return 0;
}

/* Put in front of cdc_mbim and taken away while it works. */
static void under_traffic(void)
{
	struct traffic *t = mmap(NULL, sizeof(*t), PROT_READ | PROT_WRITE,
				 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int handle = handle_open(), status;
	struct session s;
	pid_t pid;

	check(t != MAP_FAILED);
	pid = fork();
	check(pid >= 0);
	if (!pid)
		_exit(stock_traffic(t));
	for (unsigned int i = 0; i < 30; i++) {
		wait_until(LONG, t->packets > 2 * i);
		session_open_on(&s, handle, 0, SERVICE_SINK, MBIM_DSS_SESSION_ANY, 0);
		wait_until(LONG, t->packets > 2 * i + 1);
		session_close(&s);
		close(s.fd);
	}
	t->enough = true;
	check_eq(waitpid(pid, &status, 0), pid);
	check_eq(status, 0);
}

/* NTBs are numbered: that some did not come is told, up or down. */
static void missing_ntbs(void)
{
	for (int up = 1; up >= 0; up--) {
		long long before = modem_counter("rx_backlog");
		struct mbim_dss_datagram d;
		struct session s;
		char bytes[10];

		netdev_up(up);
		session_open(&s, SERVICE_ECHO);
		/* the first two have nothing to do with what the modem counted before */
		for (unsigned int i = 0; i < 3; i++) {
			uint16_t seq = 40000 + i + (i == 2 ? 3 : 0);
			struct ntb n;

			ntb_begin(&n, seq);
			ntb_text(&n, s.id, "text");
			ntb_send(&n);
			d = (struct mbim_dss_datagram){
				.buf = (uintptr_t)bytes, .len = sizeof(bytes),
			};
			poll_for(s.fd, POLLIN, LONG);
			check(!batch(s.fd, MBIM_DSS_IOC_RECV, &d, 1, 0, NULL));
			check_eq(d.len, 4);
			check_eq(d.flags, i == 2 ? MBIM_DSS_DATAGRAM_BACKLOG : 0);
			check_eq(poll_now(s.fd, POLLPRI), i == 2 ? POLLPRI : 0);
		}
		check_eq(modem_counter("rx_backlog") - before, 3);
		check_eq(session_counter(&s, "rx_backlog"), 3);
		session_close(&s);
	}
}

static const struct test_case cases[] = {
	{ "IP, a session and DSS that is not ours in one NTB: all arrive", one_ntb, 0 },
	{ "the netdev counts and shows what is not of our sessions", counted_and_tapped, 0 },
	{ "a VLAN device has the frames of a session that is not open", vlan_of_another, 0 },
	{ "a bridge on wwan0", bridge, 0 },
	{ "a macvlan on wwan0", macvlan, 0 },
	{ "a flood does not need the softirq backlog", no_backlog, 60 },
	{ "sessions come and go under IP traffic: none of it is lost", under_traffic, 200 },
	{ "NTBs that are missing are told", missing_ntbs, 0 },
};

int main(int argc, char **argv)
{
	return run_cases(argc, argv, cases, ARRAY_SIZE(cases), prepare);
}
