// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * wwan0 goes up, and the driver takes its receive transfers back. One of them has data by the
 * time it comes back: all of an NTB is delivered, a part of one is counted.
 *
 * The kernel takes them back one after the other, the last one first, while the modem fills the
 * first one first. So the modem stops; it is told of an NTB for each transfer; the kernel asks
 * for the last one; the modem goes on, and gives it its data before it hears that it was asked.
 */
#include <net/if.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "dss.h"

#define TRANSFERS	4		/* that the driver has under way */
#define LEN		100

static pid_t modem_pid(void)
{
	char text[20] = "";
	FILE *pipe = popen("pidof mbim-sim", "r");

	check(pipe);
	check(fgets(text, sizeof(text), pipe));
	pclose(pipe);
	return atoi(text);
}

/* The case before may have left it stopped. */
static void prepare(void)
{
	check(!kill(modem_pid(), SIGCONT));
	calm();
	netdev_up(false);
}

/* A connection to the modem that it knows already when it is stopped. */
static int connection(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "/run/mbim-sim.sock" };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char answer[4096];

	check(fd >= 0);
	check(!connect(fd, (struct sockaddr *)&address, sizeof(address)));
	check_eq(write(fd, "hash on\n", 8), 8);
	poll_for(fd, POLLIN, LONG);
	check(read(fd, answer, sizeof(answer)) > 0);
	return fd;
}

/* The commands for an NTB with a datagram for each transfer, of the last one @last bytes only. */
static size_t write_commands(char *commands, uint8_t session, size_t last)
{
	uint8_t datagram[LEN];
	char *to = commands;
	struct ntb n;

	for (unsigned int i = 0; i < TRANSFERS; i++) {
		ntb_begin(&n, i + 1);
		fill(datagram, LEN, i);
		ntb_add(&n, "DSS", session, datagram, LEN);
		to += sprintf(to, "raw ");
		for (size_t at = 0; at < (i == TRANSFERS - 1 && last ? last : n.len); at++)
			to += sprintf(to, "%02x", n.bytes[at]);
		to += sprintf(to, "\n");
	}
	return to - commands;
}

static long go_up(void *arg)
{
	struct ifreq ifr = { .ifr_name = "wwan0", .ifr_flags = IFF_UP };

	return ioctl(*(int *)arg, SIOCSIFFLAGS, &ifr);
}

/* It waits for a transfer that has not come back. */
static bool asks_for_one(const struct blocked *b)
{
	char path[64], stack[4096];
	FILE *file;
	size_t n;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stack", b->tid);
	file = b->tid ? fopen(path, "re") : NULL;
	if (!file)
		return false;
	n = fread(stack, 1, sizeof(stack) - 1, file);
	fclose(file);
	stack[n] = '\0';
	return strstr(stack, "usb_poison_urb");
}

static void up_meanwhile(struct session *s, size_t last)
{
	static char commands[TRANSFERS * (2 * LEN + 100)];
	int control = connection(), net = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	pid_t modem = modem_pid();
	struct blocked b;
	size_t len;

	session_open(s, SERVICE_ECHO);
	len = write_commands(commands, s->id, last);
	check(net >= 0);
	check(!kill(modem, SIGSTOP));
	check_eq(write(control, commands, len), len);
	blocked_begin(&b, go_up, &net);
	wait_until(LONG, asks_for_one(&b));
	check(!kill(modem, SIGCONT));
	blocked_end(&b, LONG);
	check_eq(b.ret, 0);
}

static void a_part_is_counted(void)
{
	long long cancelled = modem_counter("rx_cancelled");
	long long malformed = modem_counter("rx_malformed");
	struct session s;

	up_meanwhile(&s, 60);
	for (unsigned int i = 0; i < TRANSFERS - 1; i++)
		recv_filled(s.fd, LEN, i);
	check(!poll_now(s.fd, POLLIN));
	check_eq(modem_counter("rx_cancelled"), cancelled + 1);
	check_eq(modem_counter("rx_malformed"), malformed);
	echo_once(s.fd, LEN, 1);
	netdev_up(false);
	echo_once(s.fd, LEN, 2);
}

static void all_is_delivered(void)
{
	long long cancelled = modem_counter("rx_cancelled");
	struct session s;

	up_meanwhile(&s, 0);
	for (unsigned int i = 0; i < TRANSFERS; i++)
		recv_filled(s.fd, LEN, i);
	check_eq(modem_counter("rx_cancelled"), cancelled);
	netdev_up(false);
	echo_once(s.fd, LEN, 1);
}

static const struct test_case cases[] = {
	{ "taken back with a part of an NTB: it is counted", a_part_is_counted, 0 },
	{ "taken back with all of an NTB: it is delivered", all_is_delivered, 0 },
};

int main(int argc, char **argv)
{
	return run_cases(argc, argv, cases, ARRAY_SIZE(cases), prepare);
}
