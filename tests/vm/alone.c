// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whether UML guests are better run one at a time here: status 0 if so, 1 if not, and why.
 *
 * UML changes its processes' mappings all the time. In a virtual machine, each change may have
 * to be told to the other virtual processors, which is quick when they are idle. Where that is
 * dear (16 us beside an idle processor, 55 us beside a busy one, have been seen), two guests
 * side by side take longer than one after the other.
 */
#include <err.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define BATCHES 8
#define CHANGES 1000
/* what makes two side by side no quicker than one after the other */
#define DEAR 2

static double now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e6 + t.tv_nsec / 1e3;
}

/* change_us - what a change of a mapping takes: the best of some batches, in microseconds */
static double change_us(volatile char *page, size_t size)
{
	double best = 0;
	int batch, i;

	for (batch = 0; batch < BATCHES; batch++) {
		double begin = now_us(), took;

		for (i = 0; i < CHANGES; i++) {
			if (mprotect((void *)page, size, PROT_READ) ||
			    mprotect((void *)page, size, PROT_READ | PROT_WRITE))
				err(2, "mprotect");
			/* a page that nobody has written to since would have nothing to change */
			*page = 1;
		}
		took = (now_us() - begin) / CHANGES;
		if (!batch || took < best)
			best = took;
	}
	return best;
}

/* stay_on - keep the caller on the @nth of the processors that it may use */
static void stay_on(const cpu_set_t *allowed, int nth)
{
	cpu_set_t one;
	int cpu;

	for (cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, allowed) && !nth--)
			break;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	if (sched_setaffinity(0, sizeof(one), &one))
		err(2, "sched_setaffinity");
}

int main(void)
{
	size_t size = sysconf(_SC_PAGESIZE);
	double alone, beside;
	cpu_set_t allowed;
	pid_t busy;
	char *page;

	if (sched_getaffinity(0, sizeof(allowed), &allowed))
		err(2, "sched_getaffinity");
	if (CPU_COUNT(&allowed) < 2) {
		puts("there is one processor");
		return 0;
	}
	page = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED)
		err(2, "mmap");
	*page = 1;
	stay_on(&allowed, 0);
	alone = change_us(page, size);
	busy = fork();
	if (busy < 0)
		err(2, "fork");
	if (!busy) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		stay_on(&allowed, 1);
		for (;;)
			;
	}
	beside = change_us(page, size);
	kill(busy, SIGKILL);
	waitpid(busy, NULL, 0);
	printf("a change of a mapping takes %.1f us, and %.1f us beside a busy processor\n",
	       alone, beside);
	return beside > alone * DEAR ? 0 : 1;
}
