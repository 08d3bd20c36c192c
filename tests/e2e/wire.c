// SPDX-License-Identifier: GPL-2.0-or-later
/* What goes over the wire, as usbmon sees it: what was written, and nothing else of its writer. */
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>

#include "dss.h"

#define MONITOR		"/dev/usbmon0"
#define CHUNK		(64 * 1024)
/* What a datagram is made of, and what its writer has behind it. */
#define TEXT		0x3c
#define SECRET		0xa5
/* Datagrams begin at multiples of it. */
#define SLOT		2048

/* What read(2) on a usbmon device begins with (Documentation/usb/usbmon.rst). */
struct event {
	uint64_t id;
	uint8_t type, transfer, endpoint, device;
	uint16_t bus;
	int8_t no_setup, no_data;
	int64_t seconds;
	int32_t microseconds, status;
	uint32_t length, captured;
	uint8_t setup[8];
};

#define SUBMITTED	'S'
#define BULK		3
#define IN		0x80

/* Transfers to the modem that are in @event, with what follows it: their number. */
static unsigned int look(const struct event *event, const uint8_t *data)
{
	static const uint8_t secret[] = { SECRET, SECRET };

	if (event->type != SUBMITTED || event->transfer != BULK || event->endpoint & IN ||
	    event->no_data || event->captured < 12 || memcmp(data, "NCMH", 4))
		return 0;
	check_eq(event->captured, event->length);
	/* a length or an offset is never these two bytes */
	if (memmem(data, event->captured, secret, sizeof(secret)))
		fail("a transfer of %u bytes has some that were not written", event->length);
	return 1;
}

/* Of MON_IOCG_STATS: events not read yet, and those that had no room. */
struct monitor_stats {
	uint32_t queued, dropped;
};

#define MONITOR_STATS	_IOR(0x92, 3, struct monitor_stats)

static unsigned int transfers_seen(int monitor)
{
	struct monitor_stats stats;
	static uint8_t bytes[CHUNK];
	unsigned int seen = 0;
	struct event event;
	ssize_t n;

	while ((n = read(monitor, bytes, sizeof(event))) == sizeof(event)) {
		memcpy(&event, bytes, sizeof(event));
		check(event.captured <= sizeof(bytes));
		check_eq(event.captured ? read(monitor, bytes, event.captured) : 0,
			 event.captured);
		seen += look(&event, bytes);
	}
	check(n == -1 && errno == EAGAIN);
	check(!ioctl(monitor, MONITOR_STATS, &stats));
	check_eq(stats.dropped, 0);
	return seen;
}

/* @lens of datagrams, in memory that is full of something else, from @offset of a slot on. */
static uint8_t *prepare(const uint16_t *lens, unsigned int count, unsigned int offset)
{
	static uint8_t memory[64 * SLOT + SLOT] __attribute__((aligned(SLOT)));

	memset(memory, SECRET, sizeof(memory));
	for (unsigned int i = 0; i < count; i++)
		memset(memory + i * SLOT + offset, TEXT, lens[i]);
	return memory + offset;
}

static void send_batch(int fd, uint8_t *bytes, const uint16_t *lens, unsigned int count)
{
	struct mbim_dss_datagram datagrams[64] = {};
	struct mbim_dss_batch b;

	for (unsigned int i = 0; i < count; i++) {
		datagrams[i].buf = (uintptr_t)(bytes + i * SLOT);
		datagrams[i].len = lens[i];
	}
	check(!batch(fd, MBIM_DSS_IOC_SEND, datagrams, count, 0, &b));
	check_eq(b.done, count);
}

static void write_each(int fd, uint8_t *bytes, const uint16_t *lens, unsigned int count)
{
	set_mode(fd, MBIM_DSS_MODE_MESSAGE);
	for (unsigned int i = 0; i < count; i++)
		check_eq(write(fd, bytes + i * SLOT, lens[i]), lens[i]);
}

static void only_what_is_written(void (*how)(int fd, uint8_t *bytes, const uint16_t *lens,
					     unsigned int count))
{
	static const uint16_t lens[] = {
		1, 7, 8, 9, 31, 63, 64, 65, 127, 128, 129, 130, 131, 133, 134, 135, 136, 300, 301,
		510, 511, 512, 513, 514, 1000, 1001, 1233, 1500, 1501, 1502, 2043, 1, 129, 300,
	};
	int monitor = open(MONITOR, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	unsigned int seen = 0;
	struct session s;

	check(monitor >= 0);
	session_open(&s, SERVICE_SINK);
	for (unsigned int offset = 0; offset < 5; offset++) {
		how(s.fd, prepare(lens, ARRAY_SIZE(lens), offset), lens, ARRAY_SIZE(lens));
		check(!fsync(s.fd));
		seen += transfers_seen(monitor);
	}
	check(seen >= 5);
	check_eq(sim_session_stat(s.id, "datagrams_out"), 5 * ARRAY_SIZE(lens));
	close(monitor);
}

static void send_only(void)
{
	only_what_is_written(send_batch);
}

static void write_only(void)
{
	only_what_is_written(write_each);
}

static const struct test_case cases[] = {
	{ "SEND: nothing goes over the wire but what was written", send_only, 0 },
	{ "write: nothing goes over the wire but what was written", write_only, 0 },
};

int main(int argc, char **argv)
{
	return run_cases(argc, argv, cases, ARRAY_SIZE(cases), calm);
}
