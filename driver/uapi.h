/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the ioctls of both kinds of files have in common: the table, and how an
 * extensible structure is fetched.
 */
#ifndef MBIM_DSS_UAPI_H
#define MBIM_DSS_UAPI_H

#include <linux/fs.h>
#include <linux/uaccess.h>

/* The largest structure an ioctl takes; on the stack */
#define DSS_IOCTL_MAX	128

/**
 * struct dss_ioctl - an ioctl
 * @cmd: its number
 * @size: bytes of its structure in the first version of the ABI; the structure has not grown yet
 * @flags: the bits known in its flags
 * @fn: does it. Whatever it returns, the structure is copied back when it is not negative,
 *	or when @always says so
 * @always: copy back after an error, too
 */
struct dss_ioctl {
	unsigned int cmd;
	u32 size;
	u32 flags;
	bool always;
	long (*fn)(struct file *file, void *arg);
};

/* What every structure begins with */
struct dss_ioctl_head {
	u32 size;
	u32 flags;
};

long dss_ioctl(const struct dss_ioctl *table, unsigned int n, struct file *file, unsigned int cmd,
	       void __user *user);

#endif /* MBIM_DSS_UAPI_H */
