// SPDX-License-Identifier: GPL-2.0
/*
 * A module that has the bug it is asked for, to prove that the checkers of a
 * debug kernel, and the harness that reads their reports, do find it. For test
 * guests only. See planted/check.
 */
#include <linux/debug_locks.h>
#include <linux/delay.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/timer.h>

static char *bug = "";
module_param(bug, charp, 0);
MODULE_PARM_DESC(bug, "Which bug to have");

static int forty = 40;

static void use_after_free(void)
{
	char *p = kmalloc(64, GFP_KERNEL);

	if (!p)
		return;
	kfree(p);
	OPTIMIZER_HIDE_VAR(p);
	WRITE_ONCE(p[3], 'x');
}

static void out_of_bounds(void)
{
	char *p = kzalloc(40, GFP_KERNEL);

	if (!p)
		return;
	OPTIMIZER_HIDE_VAR(p);
	pr_info("planted: %d\n", READ_ONCE(p[forty]));
	kfree(p);
}

static DEFINE_MUTEX(first);
static DEFINE_MUTEX(second);

static void lock_inversion(void)
{
	mutex_lock(&first);
	mutex_lock(&second);
	mutex_unlock(&second);
	mutex_unlock(&first);

	mutex_lock(&second);
	mutex_lock(&first);
	mutex_unlock(&first);
	mutex_unlock(&second);
}

static DEFINE_SPINLOCK(spin);

/* a free mutex: it might sleep, which is what the checker has to see */
static void sleep_in_atomic(void)
{
	spin_lock(&spin);
	mutex_lock(&first);
	mutex_unlock(&first);
	spin_unlock(&spin);
}

static void leak(void)
{
	int i;

	/* several: a stale pointer to one may lie on a stack */
	for (i = 0; i < 16; i++) {
		void *p = kmalloc(96, GFP_KERNEL);

		OPTIMIZER_HIDE_VAR(p);
	}
}

static void shift(void)
{
	pr_info("planted: %d\n", 1 << READ_ONCE(forty));
}

/* within one object, so that KASAN has nothing against it */
static struct {
	int few[4];
	int rest[60];
} object;

static void bounds(void)
{
	pr_info("planted: %d\n", READ_ONCE(object.few[READ_ONCE(forty)]));
}

static void delete_twice(void)
{
	static LIST_HEAD(list);
	static LIST_HEAD(entry);

	list_add(&entry, &list);
	list_del(&entry);
	list_del(&entry);
}

static int __rcu *shared;

static void rcu_without_lock(void)
{
	pr_info("planted: %d\n", !!rcu_dereference(shared));
}

static void refcount_underflow(void)
{
	refcount_t ref = REFCOUNT_INIT(1);

	refcount_dec(&ref);
	refcount_dec(&ref);
}

static void timer_function(struct timer_list *unused)
{
}

static void free_active_timer(void)
{
	struct timer_list *timer = kzalloc(sizeof(*timer), GFP_KERNEL);

	if (!timer)
		return;
	timer_setup(timer, timer_function, 0);
	mod_timer(timer, jiffies + 1000 * HZ);
	kfree(timer);
}

/* longer than plant.sh says that a task may be blocked */
static void hung_task(void)
{
	msleep(5000);
}

static void locks_off(void)
{
	debug_locks_off();
}

static void module_stays(void)
{
	__module_get(THIS_MODULE);
}

static void crash(void)
{
	panic("planted");
}

static const struct {
	const char *name;
	void (*have)(void);
} bugs[] = {
	{ "use-after-free",	use_after_free },
	{ "out-of-bounds",	out_of_bounds },
	{ "lock-inversion",	lock_inversion },
	{ "sleep-in-atomic",	sleep_in_atomic },
	{ "leak",		leak },
	{ "shift",		shift },
	{ "bounds",		bounds },
	{ "list",		delete_twice },
	{ "rcu",		rcu_without_lock },
	{ "refcount",		refcount_underflow },
	{ "active-timer",	free_active_timer },
	{ "hung-task",		hung_task },
	{ "lockdep-off",	locks_off },
	{ "module-stays",	module_stays },
	{ "panic",		crash },
};

static int __init planted_init(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bugs); i++) {
		if (!strcmp(bug, bugs[i].name)) {
			bugs[i].have();
			return 0;
		}
	}
	return *bug ? -EINVAL : 0;
}

static void __exit planted_exit(void)
{
}

module_init(planted_init);
module_exit(planted_exit);

MODULE_DESCRIPTION("Planted bugs, for the tests of the test harness");
MODULE_LICENSE("GPL");
