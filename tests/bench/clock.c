// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The guest's clock counts instructions: a nanosecond is one. Who ran them comes from
 * the scheduler, which accounts with the same clock.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/random.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

#define NS_PER_S	1000000000ull
#define MAX_THREADS	8

uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * NS_PER_S + t.tv_nsec;
}

void clock_seed(void)
{
	struct {
		struct rand_pool_info info;
		uint32_t bytes[64];
	} seed = { .info = { .entropy_count = 512, .buf_size = sizeof(seed.bytes) } };
	int fd = open("/dev/urandom", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || ioctl(fd, RNDADDENTROPY, &seed))
		die("/dev/urandom: %s", strerror(errno));
	close(fd);
}

/* -------- who used it -------- */

/* Processes by name; -1 ends the list. */
static void find_processes(const char *prefix, int pids[MAX_THREADS + 1])
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	char path[300], name[32];
	int n = 0;

	while (proc && n < MAX_THREADS && (entry = readdir(proc))) {
		FILE *file;

		if (!isdigit(entry->d_name[0]))
			continue;
		snprintf(path, sizeof(path), "/proc/%s/comm", entry->d_name);
		file = fopen(path, "r");
		if (file && fgets(name, sizeof(name), file) &&
		    !strncmp(name, prefix, strlen(prefix)))
			pids[n++] = atoi(entry->d_name);
		if (file)
			fclose(file);
	}
	pids[n] = -1;
	if (proc)
		closedir(proc);
}

static uint64_t run_time(const char *prefix)
{
	int pids[MAX_THREADS + 1];
	unsigned long long one;
	uint64_t sum = 0;
	char path[64];

	find_processes(prefix, pids);
	for (int i = 0; pids[i] >= 0; i++) {
		FILE *file;

		snprintf(path, sizeof(path), "/proc/%d/schedstat", pids[i]);
		file = fopen(path, "r");
		if (file && fscanf(file, "%llu", &one) == 1)
			sum += one;
		if (file)
			fclose(file);
	}
	return sum;
}

static uint64_t idle_time(void)
{
	unsigned long long idle = 0;
	FILE *file = fopen("/proc/stat", "r");

	if (!file || fscanf(file, "cpu %*u %*u %*u %llu", &idle) != 1)
		die("/proc/stat: no idle time");
	fclose(file);
	return idle * (NS_PER_S / sysconf(_SC_CLK_TCK));
}

static uint64_t program_time(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec * NS_PER_S + t.tv_nsec;
}

/* The clock is read last at the beginning and first at the end. */
void usage_begin(struct usage *u)
{
	u->sim = run_time("mbim-sim");
	u->vhci = run_time("vhci_");
	u->idle = idle_time();
	u->program = program_time();
	u->wall = now_ns();
}

void usage_end_at(struct usage *u, uint64_t at)
{
	u->wall = at - u->wall;
	u->program = program_time() - u->program;
	u->idle = idle_time() - u->idle;
	u->vhci = run_time("vhci_") - u->vhci;
	u->sim = run_time("mbim-sim") - u->sim;
}

void usage_end(struct usage *u)
{
	usage_end_at(u, now_ns());
}

/* -------- deadlines -------- */

static volatile sig_atomic_t passed;

static void on_alarm(int signal)
{
	(void)signal;
	passed = 1;
}

void deadline_set(unsigned int ms)
{
	/* It repeats, as the first may come just before a system call blocks. */
	struct itimerval timer = {
		.it_value = { ms / 1000, ms % 1000 * 1000 },
		.it_interval = { 0, ms ? 10000 : 0 },
	};
	struct sigaction action = { .sa_handler = on_alarm };

	passed = 0;
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
}

bool deadline_passed(void)
{
	return passed;
}

/* -------- samples -------- */

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

uint64_t percentile(uint64_t *samples, size_t n, unsigned int percent)
{
	qsort(samples, n, sizeof(*samples), compare);
	return n ? samples[(n - 1) * percent / 100] : 0;
}
