// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Device service sessions by packet sockets, as one has them with the stock
 * cdc_mbim alone: session S is VLAN device 256 + S on wwanN, and a datagram is the
 * payload of an Ethernet frame with made-up addresses.
 *
 * usage: packet echo INTERFACE COUNT MIN MAX	what comes back is what was sent
 *	  packet send INTERFACE COUNT SIZE	prints the CRC-32C of all payload
 *	  packet nmea INTERFACE COUNT		sentences: checksums, counting up
 *	  packet flood INTERFACE SESSION SIZE COUNT [COMMAND...]
 *						as `mbim-sim ctl flood` makes it
 *	  packet receive INTERFACE COUNT MS [COMMAND...]
 *						prints each as text, until COUNT or MS of silence
 *
 * COMMAND is run once the socket is there, so that nothing it causes is missed.
 *
 * Exit status: 0 as it has to be, 1 not so, 2 a system call or COMMAND failed.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../../tools/sim/crc32c.h"

#define MAX_DATAGRAM	65536
/* Neither IPv4 nor IPv6, which cdc_mbim refuses on these VLANs. */
#define PROTOCOL	0x88b5
#define ANSWER_MS	5000
/*
 * Datagrams that may be under way at a time. The stock cdc_ncm loses some when more
 * NTBs are in flight than usbnet's transmit queue takes (5), and keeps one back when
 * they do not all fit into one NTB.
 */
#define WINDOW		4
#define SENT_PACKETS	"/sys/class/net/wwan0/statistics/tx_packets"

struct packet {
	int fd;
	int index;
	uint8_t frame[ETH_HLEN + MAX_DATAGRAM];
};

static void die(const char *what) __attribute__((noreturn));

static void die(const char *what)
{
	perror(what);
	exit(2);
}

static int wrong(const char *format, ...) __attribute__((format(printf, 1, 2)));

static int wrong(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	return 1;
}

static void packet_open(struct packet *p, const char *interface)
{
	struct sockaddr_ll address = { .sll_family = AF_PACKET,
				       .sll_protocol = htons(ETH_P_ALL) };
	int size = 64 * 1024 * 1024, one = 1;

	p->fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (p->fd < 0)
		die("socket");
	p->index = if_nametoindex(interface);
	if (!p->index)
		die(interface);
	address.sll_ifindex = p->index;
	setsockopt(p->fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	if (setsockopt(p->fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof(one)))
		die("PACKET_IGNORE_OUTGOING");
	if (bind(p->fd, (struct sockaddr *)&address, sizeof(address)))
		die("bind");
}

/* Sends what is in @p->frame behind the Ethernet header. */
static void packet_send(struct packet *p, size_t len)
{
	struct ethhdr header = { .h_proto = htons(PROTOCOL) };
	struct pollfd poll_fd = { .fd = p->fd, .events = POLLOUT };

	memcpy(p->frame, &header, sizeof(header));
	while (send(p->fd, p->frame, ETH_HLEN + len, 0) < 0) {
		if (errno != ENOBUFS && errno != EAGAIN)
			die("send");
		poll(&poll_fd, 1, 10);
	}
}

/* The next datagram of this interface, in @p->frame as above. Its size, or -1. */
static int packet_receive(struct packet *p, int ms)
{
	struct pollfd poll_fd = { .fd = p->fd, .events = POLLIN };
	ssize_t n;

	if (poll(&poll_fd, 1, ms) != 1)
		return -1;
	n = recv(p->fd, p->frame, sizeof(p->frame), 0);
	if (n < 0)
		die("recv");
	return n < ETH_HLEN ? -1 : n - ETH_HLEN;
}

/* -------- echo -------- */

/* Each datagram is made of its number alone, so that none has to be kept. */
static uint32_t scramble(uint32_t x)
{
	x ^= x >> 16;
	x *= 0x7feb352d;
	x ^= x >> 15;
	x *= 0x846ca68b;
	return x ^ x >> 16;
}

static uint32_t datagram_size(uint32_t number, uint32_t min, uint32_t max)
{
	/* Both ends first, then whatever. */
	if (number == 0)
		return min;
	return number == 1 ? max : min + scramble(number) % (max - min + 1);
}

static void make_datagram(uint8_t *bytes, uint32_t number, uint32_t size)
{
	uint32_t state = scramble(number + 1);

	for (uint32_t i = 0; i < size; i++) {
		state = state * 1664525 + 1013904223;
		bytes[i] = state >> 24;
	}
}

static int run_echo(struct packet *p, uint32_t count, uint32_t min, uint32_t max)
{
	static uint8_t expected[MAX_DATAGRAM];
	uint32_t sent = 0, received = 0;

	while (received < count) {
		uint32_t size = datagram_size(received, min, max);
		int got;

		for (; sent < count && sent < received + WINDOW; sent++) {
			uint32_t n = datagram_size(sent, min, max);

			make_datagram(p->frame + ETH_HLEN, sent, n);
			packet_send(p, n);
		}
		got = packet_receive(p, ANSWER_MS);
		if (got < 0)
			return wrong("datagram %u of %u bytes did not come back", received, size);
		make_datagram(expected, received, size);
		if (got != (int)size || memcmp(p->frame + ETH_HLEN, expected, size))
			return wrong("datagram %u: %d bytes instead of %u, or other bytes",
				     received, got, size);
		received++;
	}
	if (packet_receive(p, 100) >= 0)
		return wrong("more came back than was sent");
	return 0;
}

/* -------- the others -------- */

/* Packets whose URBs have ended, on the device below the VLANs. */
static unsigned long sent_packets(void)
{
	FILE *file = fopen(SENT_PACKETS, "r");
	unsigned long n;

	if (!file || fscanf(file, "%lu", &n) != 1)
		die(SENT_PACKETS);
	fclose(file);
	return n;
}

/* Waits until they are @n. */
static void await_sent(unsigned long n)
{
	const struct timespec pause = { .tv_nsec = 1000000 };

	for (int ms = 0; ms < ANSWER_MS && sent_packets() < n; ms++)
		nanosleep(&pause, NULL);
}

static int run_send(struct packet *p, uint32_t count, uint32_t size)
{
	unsigned long before = sent_packets();
	uint32_t crc = CRC32C_INIT;

	for (uint32_t i = 0; i < count; i++) {
		if (i && !(i % WINDOW))
			await_sent(before + i);
		make_datagram(p->frame + ETH_HLEN, i, size);
		crc = crc32c(crc, p->frame + ETH_HLEN, size);
		packet_send(p, size);
	}
	printf("%08x\n", ~crc);
	return 0;
}

/* Seconds since midnight of a GGA sentence with a good checksum, or -1. */
static int check_sentence(const char *text, int len)
{
	unsigned int hours, minutes, seconds, sum = 0, given;
	const char *star = memchr(text, '*', len);

	if (len < 10 || text[0] != '$' || !star || text + len != star + 5 ||
	    memcmp(star + 3, "\r\n", 2))
		return -1;
	for (const char *c = text + 1; c < star; c++)
		sum ^= (unsigned char)*c;
	if (sscanf(star + 1, "%2X", &given) != 1 || given != sum)
		return -1;
	if (sscanf(text, "$GPGGA,%2u%2u%2u.", &hours, &minutes, &seconds) != 3)
		return -1;
	return (hours * 60 + minutes) * 60 + seconds;
}

static int run_nmea(struct packet *p, uint32_t count)
{
	int last = -1;

	for (uint32_t i = 0; i < count; i++) {
		int len = packet_receive(p, ANSWER_MS), now;

		if (len < 0)
			return wrong("only %u sentences came", i);
		now = check_sentence((char *)p->frame + ETH_HLEN, len);
		if (now < 0)
			return wrong("bad sentence: %.*s", len, (char *)p->frame + ETH_HLEN);
		if (i && now != last + 1)
			return wrong("sentence %d follows sentence %d", now, last);
		last = now;
	}
	return 0;
}

static int run_flood(struct packet *p, uint32_t session, uint32_t size, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		const uint8_t *bytes = p->frame + ETH_HLEN;
		int len = packet_receive(p, ANSWER_MS);
		uint32_t number;

		if (len != (int)size)
			return wrong("datagram %u: %d bytes", i, len);
		memcpy(&number, bytes, sizeof(number));
		if (le32toh(number) != i)
			return wrong("datagram %u came as number %u", le32toh(number), i);
		for (uint32_t j = 4; j < size; j++)
			if (bytes[j] != (uint8_t)(j + session))
				return wrong("datagram %u: byte %u is %u", i, j, bytes[j]);
	}
	return 0;
}

static int run_receive(struct packet *p, uint32_t count, int ms)
{
	for (uint32_t i = 0; i < count; i++) {
		int len = packet_receive(p, ms);

		if (len < 0)
			break;
		for (int j = 0; j < len; j++) {
			unsigned char c = p->frame[ETH_HLEN + j];

			putchar(isprint(c) ? c : '.');
		}
		putchar('\n');
	}
	return 0;
}

/* Runs a command; its output is not ours. */
static void run_command(char **argv)
{
	pid_t pid;
	int status;

	if (!argv[0])
		return;
	pid = fork();
	if (pid < 0)
		die("fork");
	if (!pid) {
		dup2(STDERR_FILENO, STDOUT_FILENO);
		execvp(argv[0], argv);
		die(argv[0]);
	}
	if (waitpid(pid, &status, 0) != pid || status) {
		fprintf(stderr, "packet: %s failed\n", argv[0]);
		exit(2);
	}
}

static int echo(struct packet *p, const uint32_t *n)
{
	return run_echo(p, n[0], n[1], n[2]);
}

static int send_some(struct packet *p, const uint32_t *n)
{
	return run_send(p, n[0], n[1]);
}

static int nmea(struct packet *p, const uint32_t *n)
{
	return run_nmea(p, n[0]);
}

static int flood(struct packet *p, const uint32_t *n)
{
	return run_flood(p, n[0], n[1], n[2]);
}

static int receive(struct packet *p, const uint32_t *n)
{
	return run_receive(p, n[0], n[1]);
}

static const struct action {
	const char *name;
	int numbers;
	int (*run)(struct packet *p, const uint32_t *n);
} actions[] = {
	{ "echo", 3, echo },
	{ "send", 2, send_some },
	{ "nmea", 1, nmea },
	{ "flood", 3, flood },
	{ "receive", 2, receive },
	{ NULL, 0, NULL },
};

int main(int argc, char **argv)
{
	static struct packet packet;
	const struct action *action = actions;
	uint32_t n[3] = { 0 };

	while (action->name && (argc < 2 || strcmp(action->name, argv[1])))
		action++;
	if (!action->name || argc < 3 + action->numbers) {
		fprintf(stderr, "usage: packet echo|send|nmea|flood|receive INTERFACE NUMBER...\n");
		return 2;
	}
	for (int i = 0; i < action->numbers; i++)
		n[i] = strtoul(argv[3 + i], NULL, 0);
	packet_open(&packet, argv[2]);
	run_command(argv + 3 + action->numbers);
	return action->run(&packet, n);
}
