// SPDX-License-Identifier: GPL-2.0-or-later
/* Cases, each in a process of its own, and checks. */
#include <ctype.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "dss.h"

#define SECONDS		30
#define STATUS_SKIP	77

/* Why a case was skipped; shared with its process. */
static char *skip_reason;
#define REASON_SIZE	200

uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

uint64_t now_ms(void)
{
	return now_ns() / 1000000;
}

void pause_ms(unsigned int ms)
{
	struct timespec time = { ms / 1000, ms % 1000 * 1000000L };

	nanosleep(&time, NULL);
}

/* Lines of /proc/stat: "cpu0 user nice system idle iowait ...", in hundredths of a second. */
void instant_now(struct instant *t)
{
	FILE *file = fopen("/proc/stat", "re");
	unsigned long long idle, iowait;
	char line[1024];

	check(file);
	t->processors = 0;
	while (t->processors < PROCESSORS && fgets(line, sizeof(line), file))
		if (isdigit((unsigned char)line[3]) &&
		    sscanf(line, "cpu%*u %*u %*u %*u %llu %llu", &idle, &iowait) == 2)
			t->idle_ms[t->processors++] = (idle + iowait) * 10;
	fclose(file);
	check(t->processors);
}

unsigned int waited_ms(const struct instant *from, const struct instant *to)
{
	uint64_t least = UINT64_MAX;

	for (unsigned int i = 0; i < to->processors && i < from->processors; i++)
		if (to->idle_ms[i] - from->idle_ms[i] < least)
			least = to->idle_ms[i] - from->idle_ms[i];
	return least;
}

void diag(const char *format, ...)
{
	char line[400];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	printf("# %s\n", line);
	fflush(stdout);
}

void fail_at(const char *file, int line, const char *format, ...)
{
	char text[400];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	diag("%s:%d: %s", file, line, text);
	_exit(1);
}

void skip(const char *why)
{
	snprintf(skip_reason, REASON_SIZE, "%s", why);
	_exit(STATUS_SKIP);
}

unsigned long setting(const char *name, unsigned long otherwise)
{
	const char *text = getenv(name);

	return text ? strtoul(text, NULL, 0) : otherwise;
}

void skip_unless_debug(const char *why)
{
	const char *debug = getenv("VM_DEBUG");

	if (debug && !strcmp(debug, "1"))
		fail("%s", why);
	skip(why);
}

/* -------- running -------- */

/*
 * Where the threads of a process that does not end are. Not by wchan, with which UML reads
 * beyond a stack, so that KASAN complains.
 */
static void tell_stacks(pid_t pid)
{
	char command[160];

	snprintf(command, sizeof(command),
		 "for t in /proc/%d/task/*; do cat $t/comm $t/stack; done 2>&1"
		 " | sed 's/^/# /'", pid);
	if (system(command))
		diag("no stacks");
}

/* Not on UML, see above */
void tell_system(const char *condition)
{
	const char *kernel = getenv("VM_KERNEL");

	diag("waited in vain: %s", condition);
	if (!kernel || !strcmp(kernel, "uml-debug"))
		return;
	if (system("echo what waits > /dev/kmsg;"
		   "for k in l t; do echo $k > /proc/sysrq-trigger; done;"
		   "dmesg | sed -n '/what waits/,$s/^/# /p'"))
		diag("no stacks");
}

/* Until the process ends, or false. */
static bool await_end(int pidfd, unsigned int seconds)
{
	struct pollfd fd = { .fd = pidfd, .events = POLLIN };

	return poll(&fd, 1, seconds * 1000) == 1;
}

/* The wait status of a case, or -1 when it had to be killed. */
static int await_case(pid_t pid, unsigned int seconds)
{
	int pidfd = pidfd_open(pid, 0), status = -1;
	bool killed = false;

	if (pidfd < 0) {
		perror("pidfd_open");
		exit(1);
	}
	if (!await_end(pidfd, seconds)) {
		diag("still running after %u s", seconds);
		tell_stacks(pid);
		kill(pid, SIGKILL);
		killed = true;
	}
	if (await_end(pidfd, 10))
		waitpid(pid, &status, 0);
	else
		diag("not even SIGKILL ends it");
	close(pidfd);
	/* and whatever it has started */
	kill(-pid, SIGKILL);
	return killed ? -1 : status;
}

static int run_case(const struct test_case *c, void (*before)(void))
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid < 0) {
		perror("fork");
		exit(1);
	}
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		setpgid(0, 0);
		if (before)
			before();
		c->run();
		fflush(stdout);
		_exit(0);
	}
	return await_case(pid, c->seconds ? c->seconds : SECONDS);
}

static bool chosen(int argc, char **argv, unsigned int number, const char *name)
{
	if (argc < 2)
		return true;
	for (int i = 1; i < argc; i++) {
		if (isdigit((unsigned char)argv[i][0]) ? strtoul(argv[i], NULL, 10) == number :
		    !strncmp(argv[i], name, strlen(argv[i])))
			return true;
	}
	return false;
}

int run_cases(int argc, char **argv, const struct test_case *cases, unsigned int count,
	      void (*before)(void))
{
	unsigned int run = 0, failed = 0;

	skip_reason = mmap(NULL, REASON_SIZE, PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (skip_reason == MAP_FAILED) {
		perror("mmap");
		return 1;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (unsigned int i = 0; i < count; i++) {
		int status;

		if (!chosen(argc, argv, i + 1, cases[i].name))
			continue;
		status = run_case(&cases[i], before);
		run++;
		if (status != -1 && WIFSIGNALED(status))
			diag("ended by signal %d", WTERMSIG(status));
		if (status != -1 && WIFEXITED(status) && WEXITSTATUS(status) == STATUS_SKIP) {
			printf("ok %u - %s # SKIP %s\n", run, cases[i].name, skip_reason);
			continue;
		}
		printf("%sok %u - %s\n", status ? "not " : "", run, cases[i].name);
		failed += status != 0;
	}
	printf("1..%u\n", run);
	return failed || !run;
}

/* -------- data, files, commands -------- */

static uint64_t scramble(uint64_t x)
{
	x ^= x >> 30;
	x *= 0xbf58476d1ce4e5b9ULL;
	x ^= x >> 27;
	x *= 0x94d049bb133111ebULL;
	return x ^ x >> 31;
}

static uint64_t word_of(uint64_t seed, size_t i)
{
	return scramble(seed * 0x9e3779b97f4a7c15ULL + i + 1);
}

void fill(void *bytes, size_t len, uint64_t seed)
{
	uint8_t *to = bytes;

	for (size_t i = 0; i < len; i += sizeof(uint64_t)) {
		uint64_t word = word_of(seed, i);

		memcpy(to + i, &word, len - i < sizeof(word) ? len - i : sizeof(word));
	}
}

bool filled(const void *bytes, size_t len, uint64_t seed)
{
	const uint8_t *from = bytes;

	for (size_t i = 0; i < len; i += sizeof(uint64_t)) {
		uint64_t word = word_of(seed, i);

		if (memcmp(from + i, &word, len - i < sizeof(word) ? len - i : sizeof(word)))
			return false;
	}
	return true;
}

long long read_number(const char *path)
{
	FILE *file = fopen(path, "re");
	long long number;

	if (!file)
		fail("%s: %s", path, strerror(errno));
	if (fscanf(file, "%lld", &number) != 1)
		fail("%s: not a number", path);
	fclose(file);
	return number;
}

void write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		fail("%s: %s", path, strerror(errno));
	if (write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		fail("%s: writing %s: %s", path, text, strerror(errno));
	close(fd);
}

int shell(const char *format, ...)
{
	char command[400];
	va_list args;
	int status;

	va_start(args, format);
	vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	status = system(command);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
