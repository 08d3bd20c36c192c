// SPDX-License-Identifier: GPL-2.0
/*
 * Hold up whoever calls a function: what takes a coincidence of nanoseconds otherwise is then
 * there for another processor to meet. For test guests only.
 *
 *	modprobe mbim_dss_stall function=dss_queue_push_slow
 *	cd /sys/module/mbim_dss_stall/parameters
 *	echo 1 > armed		# the next call is held up
 *	cat held		# it is
 *	echo 0 > held		# it goes on; after ten seconds it does in any case
 */
#include <linux/atomic.h>
#include <linux/delay.h>
#include <linux/kprobes.h>
#include <linux/module.h>

#define STALL_MS	10000

static char *function;
module_param(function, charp, 0400);
MODULE_PARM_DESC(function, "which function");

static int armed;
module_param(armed, int, 0600);
MODULE_PARM_DESC(armed, "1: the next call is held up");

static int held;
module_param(held, int, 0600);
MODULE_PARM_DESC(held, "1: one is held up, until 0 is written");

static int stall(struct kprobe *probe, struct pt_regs *regs)
{
	int ms;

	if (cmpxchg(&armed, 1, 0) != 1)
		return 0;
	WRITE_ONCE(held, 1);
	for (ms = 0; ms < STALL_MS && READ_ONCE(held); ms++)
		mdelay(1);
	WRITE_ONCE(held, 0);
	return 0;
}

static struct kprobe probe = { .pre_handler = stall };

static int __init stall_init(void)
{
	probe.symbol_name = function;
	return function ? register_kprobe(&probe) : -EINVAL;
}

static void __exit stall_exit(void)
{
	unregister_kprobe(&probe);
}

module_init(stall_init);
module_exit(stall_exit);

MODULE_DESCRIPTION("Test module that holds up a call");
MODULE_LICENSE("GPL");
