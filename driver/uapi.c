// SPDX-License-Identifier: GPL-2.0
/*
 * The ABI: its layout, and how an ioctl's structure is fetched and given back.
 */
#include <linux/build_bug.h>
#include <linux/minmax.h>

#include <linux/mbim_dss.h>

#include "uapi.h"

#define DSS_ABI(type, bytes) \
	static_assert(sizeof(struct mbim_dss_##type) == (bytes) && \
		      (bytes) % 8 == 0 && (bytes) <= 512)
DSS_ABI(hello, 24);
DSS_ABI(list, 32);
DSS_ABI(modem, 80);
DSS_ABI(service, 320);
DSS_ABI(session, 128);
DSS_ABI(open, 48);
DSS_ABI(close, 32);
DSS_ABI(cancel, 16);
DSS_ABI(completion, 64);
DSS_ABI(set_mode, 16);
DSS_ABI(datagram, 32);
DSS_ABI(batch, 40);
DSS_ABI(limits, 24);
/* the largest that an ioctl takes */
static_assert(sizeof(struct mbim_dss_session) <= DSS_IOCTL_MAX);

static const struct dss_ioctl *dss_ioctl_find(const struct dss_ioctl *table, unsigned int n,
					      unsigned int cmd)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (table[i].cmd == cmd)
			return &table[i];
	return NULL;
}

long dss_ioctl(const struct dss_ioctl *table, unsigned int n, struct file *file, unsigned int cmd,
	       void __user *user)
{
	const struct dss_ioctl *ioctl = dss_ioctl_find(table, n, cmd);
	u64 buf[DSS_IOCTL_MAX / sizeof(u64)];
	struct dss_ioctl_head *head = (void *)buf;
	long ret;
	int err;
	u32 size;

	if (!ioctl)
		return -ENOTTY;
	if (get_user(size, (u32 __user *)user))
		return -EFAULT;
	if (size < ioctl->size)
		return -EINVAL;
	if (size > PAGE_SIZE)
		return -E2BIG;
	err = copy_struct_from_user(buf, ioctl->size, user, size);
	if (err)
		return err;
	if (head->flags & ~ioctl->flags)
		return -EINVAL;
	/*
	 * before anything is done: the caller must be able to hear what was. The size is the
	 * table's; copy_to_user() would look the object up
	 */
	if (_copy_to_user(user, buf, ioctl->size))
		return -EFAULT;
	ret = ioctl->fn(file, buf);
	if (ret < 0 && !ioctl->always)
		return ret;
	if (_copy_to_user(user, buf, ioctl->size))
		return -EFAULT;
	return ret;
}
