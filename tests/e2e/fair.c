// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sessions and IP share the bulk OUT pipe: what one of them sends without end, to a modem that is
 * slow, lets the others through in bounded time.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "dss.h"

#define HERE	"10.1.0.1"
#define THERE	"10.1.0.2"
#define PORT	4000

/* How long the modem takes for each transfer, ms. */
#define SLOW	40
/* Transfers that a modem's sessions have in flight at most, see data-path.rst. */
#define DEPTH	16
/* Those of usbnet: 91080 bytes in NTBs of 16 KiB, at high speed. */
#define IP_DEPTH	5

static void prepare(void)
{
	calm();
	netdev_up(true);
	shell("ip addr add " HERE "/24 dev wwan0 2> /dev/null");
}

static struct sockaddr_in there(void)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET, .sin_port = htons(PORT), .sin_addr.s_addr = inet_addr(THERE),
	};
}

/* -------- floods -------- */

static volatile bool stop_flood;

static long call_flood(void *arg)
{
	static char bytes[64 * 1024];
	int fd = *(int *)arg;

	while (!stop_flood)
		write_all(fd, bytes, sizeof(bytes));
	return 0;
}

static long call_udp(void *arg)
{
	struct sockaddr_in to = there();
	char text[1400] = "";
	int fd = *(int *)arg;

	/* it waits when the netdev has enough */
	while (!stop_flood)
		check(sendto(fd, text, sizeof(text), 0, (struct sockaddr *)&to, sizeof(to)) > 0);
	return 0;
}

static void flood_end(struct blocked *b)
{
	stop_flood = true;
	sim("delay out 0");
	blocked_end(b, LONG);
}

/* -------- what is measured -------- */

/* Waits for the answer to a ping. */
static unsigned int ping(int fd, uint8_t number)
{
	struct icmphdr request = { .type = ICMP_ECHO, .un.echo.sequence = htons(number) };
	struct sockaddr_in to = there();
	struct instant begun, ended;
	const struct icmphdr *reply;
	char packet[200];
	ssize_t n;

	/* of all that is not 0 */
	request.checksum = htons(~(ICMP_ECHO << 8 | number));
	instant_now(&begun);
	check(sendto(fd, &request, sizeof(request), 0, (struct sockaddr *)&to, sizeof(to)) > 0);
	do {
		poll_for(fd, POLLIN, LONG);
		n = recv(fd, packet, sizeof(packet), 0);
		check(n >= (ssize_t)(sizeof(struct iphdr) + sizeof(*reply)));
		reply = (const void *)(packet + ((const struct iphdr *)packet)->ihl * 4);
	} while (reply->type != ICMP_ECHOREPLY || reply->un.echo.sequence != htons(number));
	instant_now(&ended);
	return waited_ms(&begun, &ended);
}

static unsigned int dsync_write(int fd)
{
	static char bytes[500];
	struct instant begun, ended;

	instant_now(&begun);
	check_eq(write(fd, bytes, sizeof(bytes)), sizeof(bytes));
	instant_now(&ended);
	return waited_ms(&begun, &ended);
}

/*
 * Behind what is in flight, and one more that has begun or comes between. Twice that is the
 * bound: a deeper queue would be longer than it.
 */
static void bounded(const char *what, unsigned int most, unsigned int depth)
{
	diag("%s waited for %u ms at most; %u transfers take %u", what, most, depth + 1,
	     (depth + 1) * SLOW);
	if (most > 2 * (depth + 1) * SLOW)
		fail("%s waited for %u ms", what, most);
}

static void more(unsigned int *most, unsigned int ms)
{
	if (ms > *most)
		*most = ms;
}

/* -------- cases -------- */

static void ping_beside_session(void)
{
	int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP);
	struct blocked flood;
	unsigned int most = 0;
	struct session s;

	check(fd >= 0);
	session_open(&s, SERVICE_SINK);
	sim("delay out %d", SLOW);
	blocked_begin(&flood, call_flood, &s.fd);
	wait_until(LONG, modem_counter("tx_ntbs_in_flight") >= DEPTH);
	for (uint8_t i = 0; i < 8; i++)
		more(&most, ping(fd, i));
	bounded("a ping", most, DEPTH);
	check_eq(modem_counter("tx_ntbs_in_flight_max"), DEPTH);
	/* it has shared the pipe, not had it */
	check(most > 2 * SLOW);
	flood_end(&flood);
	session_close(&s);
}

static void session_beside_session(void)
{
	struct blocked flood;
	unsigned int most = 0;
	struct session s, t;
	int fd;

	session_open(&s, SERVICE_SINK);
	session_open_on(&t, s.handle, 0, SERVICE_SINK, MBIM_DSS_SESSION_ANY, 0);
	fd = node_open(0, t.id, O_WRONLY | O_DSYNC);
	sim("delay out %d", SLOW);
	blocked_begin(&flood, call_flood, &s.fd);
	wait_until(LONG, modem_counter("tx_ntbs_in_flight") >= DEPTH);
	for (int i = 0; i < 8; i++)
		more(&most, dsync_write(fd));
	bounded("a write", most, DEPTH);
	check(most > 2 * SLOW);
	check_eq(sim_session_stat(t.id, "datagrams_out"), 8);
	flood_end(&flood);
}

static void session_beside_ip(void)
{
	int udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct blocked flood;
	unsigned int most = 0;
	long long ip;
	struct session s;
	int fd;

	check(udp >= 0);
	session_open(&s, SERVICE_SINK);
	fd = node_open(0, s.id, O_WRONLY | O_DSYNC);
	sim("delay out %d", SLOW);
	ip = sim_stat("ip_datagrams_out");
	blocked_begin(&flood, call_udp, &udp);
	wait_until(LONG, sim_stat("ip_datagrams_out") > ip + 100);
	for (int i = 1; i <= 30; i++) {
		more(&most, dsync_write(fd));
		check_eq(sim_session_stat(s.id, "datagrams_out"), i);
	}
	bounded("a write", most, IP_DEPTH);
	check(most > 2 * SLOW);
	check_eq(sim_session_stat(s.id, "bytes_out"), 30 * 500);
	check_eq(session_counter(&s, "tx_errors"), 0);
	flood_end(&flood);
	sim_no_errors();
}

static const struct test_case cases[] = {
	{ "a session floods: a ping comes back in time", ping_beside_session, 60 },
	{ "a session floods: a write to another ends in time", session_beside_session, 60 },
	{ "IP floods: writes end in time, and none is lost", session_beside_ip, 60 },
};

int main(int argc, char **argv)
{
	return run_cases(argc, argv, cases, ARRAY_SIZE(cases), prepare);
}
