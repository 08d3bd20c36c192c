/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Differences between the kernels this builds for (6.1 to 7.2). All version
 * tests of the driver are here.
 */
#ifndef MBIM_DSS_COMPAT_H
#define MBIM_DSS_COMPAT_H

#include <linux/fs.h>
#include <linux/hrtimer.h>
#include <linux/version.h>
#include <net/genetlink.h>

/* 6.3: device_type.devnode takes a const device */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
#define DSS_DEVNODE_DEVICE const struct device
#else
#define DSS_DEVNODE_DEVICE struct device
#endif

/* 6.6: the attributes of a dump's request are in its genl_info */
static inline struct nlattr **dss_dump_attrs(struct netlink_callback *cb)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
	return genl_dumpit_info(cb)->info.attrs;
#else
	return genl_dumpit_info(cb)->attrs;
#endif
}

/* 6.13: hrtimer_setup() */
static inline void dss_hrtimer_setup(struct hrtimer *timer,
				     enum hrtimer_restart (*function)(struct hrtimer *timer),
				     clockid_t clock, enum hrtimer_mode mode)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)
	hrtimer_setup(timer, function, clock, mode);
#else
	hrtimer_init(timer, clock, mode);
	timer->function = function;
#endif
}

/*
 * 6.8, and 6.1.80 and 6.6.19 of the stable kernels: libaio marks its iocbs. Before, they cannot
 * be told from those of io_uring, which must not be given a cancel function
 */
static inline bool dss_is_libaio(const struct kiocb *iocb)
{
#ifdef IOCB_AIO_RW
	return iocb->ki_flags & IOCB_AIO_RW;
#else
	return false;
#endif
}

/* 6.12: no_llseek is what a NULL llseek means */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
#define DSS_NO_LLSEEK
#else
#define DSS_NO_LLSEEK .llseek = no_llseek,
#endif

#endif /* MBIM_DSS_COMPAT_H */
