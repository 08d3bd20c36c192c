// SPDX-License-Identifier: GPL-2.0-or-later
/* Memory, also such that holds up who copies to it or from it, by userfaultfd. */
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "dss.h"

void *memory(size_t size, int protection)
{
	void *p = mmap(NULL, size, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	check(p != MAP_FAILED);
	return p;
}

void trap_set(struct trap *t)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register reg = { .mode = UFFDIO_REGISTER_MODE_MISSING };

	t->size = sysconf(_SC_PAGESIZE);
	t->uffd = syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
	if (t->uffd < 0 && errno == ENOSYS)
		skip_unless_debug("no userfaultfd");
	check(t->uffd >= 0);
	check(!ioctl(t->uffd, UFFDIO_API, &api));
	t->page = memory(t->size, PROT_READ | PROT_WRITE);
	reg.range.start = (uintptr_t)t->page;
	reg.range.len = t->size;
	check(!ioctl(t->uffd, UFFDIO_REGISTER, &reg));
}

void trap_wait(const struct trap *t)
{
	poll_for(t->uffd, POLLIN, LONG);
}

void trap_fill(const struct trap *t)
{
	struct uffdio_zeropage zero = {
		.range = { .start = (uintptr_t)t->page, .len = t->size },
	};

	check(!ioctl(t->uffd, UFFDIO_ZEROPAGE, &zero));
}

void trap_fail(const struct trap *t)
{
	struct uffdio_range range = { .start = (uintptr_t)t->page, .len = t->size };

	check(!munmap(t->page, t->size));
	check(!ioctl(t->uffd, UFFDIO_WAKE, &range));
}
