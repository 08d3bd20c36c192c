// SPDX-License-Identifier: GPL-2.0
/*
 * Full NTBs, built once, submitted over and over on the bulk OUT pipe of a cdc_mbim
 * function: the upper bound of any transmit path.
 *
 * Write "NETDEV SESSION SIZE DATAGRAMS" to debugfs rawpipe: it returns when as many
 * datagrams of that size, or up to an NTB more, are through. Read: "DATAGRAMS NANOSECONDS".
 */
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <linux/uaccess.h>
#include <linux/usb.h>
#include <linux/usb/cdc.h>
#include <linux/usb/usbnet.h>
#include <linux/usb/cdc_ncm.h>

#include "dss.h"

/* transfers under way: the host controller never waits for us */
#define DEPTH		8
#define DEADLINE	(60 * HZ)
#define LINE		64

struct raw_urb {
	struct raw_run *run;
	struct urb *urb;
	u8 *buf;
};

/* One write to the file */
struct raw_run {
	struct usbnet *usbnet;
	struct dss_ntb_params params;
	u32 per_ntb;
	struct raw_urb urbs[DEPTH];
	spinlock_t lock;		/* irqsave; what follows */
	u64 left;			/* NTBs to be submitted */
	unsigned int inflight;
	int error;			/* the first */
	struct completion done;
};

static DEFINE_MUTEX(raw_lock);		/* one run at a time, and the result */
static char raw_result[LINE];
static struct dentry *raw_file;

static int raw_submit(struct raw_urb *u, gfp_t gfp)
{
	int err = usb_submit_urb(u->urb, gfp);

	if (err && !u->run->error)
		u->run->error = err;
	return err;
}

/* Any context */
static void raw_complete(struct urb *urb)
{
	struct raw_urb *u = urb->context;
	struct raw_run *run = u->run;
	unsigned long flags;
	bool again;

	spin_lock_irqsave(&run->lock, flags);
	if (urb->status && !run->error)
		run->error = urb->status;
	again = run->left && !run->error;
	if (again)
		run->left--;
	spin_unlock_irqrestore(&run->lock, flags);
	if (again && !raw_submit(u, GFP_ATOMIC))
		return;

	spin_lock_irqsave(&run->lock, flags);
	if (!--run->inflight)
		complete(&run->done);
	spin_unlock_irqrestore(&run->lock, flags);
}

/* Fills the NTB; its length, 0 when not even one datagram fits */
static u32 raw_build(struct raw_run *run, struct dss_ntb *ntb, u8 *buf, u8 session, u32 size)
{
	u8 *p;

	dss_ntb_begin(ntb, &run->params, buf, session);
	while ((p = dss_ntb_reserve(ntb, size))) {
		memset(p, 'r', size);
		dss_ntb_commit(ntb, size);
	}
	run->per_ntb = ntb->count;
	return dss_ntb_finish(ntb, 0);
}

static int raw_prepare(struct raw_run *run, u8 session, u32 size)
{
	struct usbnet *usbnet = run->usbnet;
	struct dss_ntb ntb;
	u32 len;
	int i;

	for (i = 0; i < DEPTH; i++) {
		struct raw_urb *u = &run->urbs[i];

		u->run = run;
		u->buf = kzalloc(run->params.tx_max, GFP_KERNEL);
		u->urb = usb_alloc_urb(0, GFP_KERNEL);
		if (!u->buf || !u->urb)
			return -ENOMEM;
		len = raw_build(run, &ntb, u->buf, session, size);
		if (!len)
			return -EMSGSIZE;
		usb_fill_bulk_urb(u->urb, usbnet->udev, usbnet->out, u->buf + ntb.start, len,
				  raw_complete, u);
		if (dss_ntb_zero_packet(&run->params, len))
			u->urb->transfer_flags |= URB_ZERO_PACKET;
	}
	return 0;
}

static void raw_release(struct raw_run *run)
{
	int i;

	for (i = 0; i < DEPTH; i++) {
		usb_free_urb(run->urbs[i].urb);
		kfree(run->urbs[i].buf);
	}
}

static void raw_kill(struct raw_run *run)
{
	unsigned long flags;
	int i;

	spin_lock_irqsave(&run->lock, flags);
	run->left = 0;
	if (!run->error)
		run->error = -ETIMEDOUT;
	spin_unlock_irqrestore(&run->lock, flags);
	for (i = 0; i < DEPTH; i++)
		usb_kill_urb(run->urbs[i].urb);
}

static int raw_start(struct raw_run *run, u64 ntbs)
{
	unsigned int i, n = min_t(u64, ntbs, DEPTH);

	run->left = ntbs - n;
	run->inflight = n;
	for (i = 0; i < n; i++)
		if (raw_submit(&run->urbs[i], GFP_KERNEL))
			break;
	if (i == n)
		return 0;
	/* those that were never submitted do not come back */
	spin_lock_irq(&run->lock);
	run->inflight -= n - i;
	if (!run->inflight)
		complete(&run->done);
	spin_unlock_irq(&run->lock);
	return run->error;
}

/* As dss_modem_params() */
static void raw_params(struct raw_run *run)
{
	struct cdc_ncm_ctx *ctx = (struct cdc_ncm_ctx *)run->usbnet->data[0];
	u16 max = le16_to_cpu(ctx->ncm_parm.wNtbOutMaxDatagrams);
	struct dss_ntb_params *p = &run->params;

	p->tx_max = ctx->tx_max;
	p->max_datagram = ctx->max_datagram_size;
	p->min_tx_pkt = ctx->min_tx_pkt;
	p->max_datagrams = max ? min_t(u16, max, DSS_NTB_DATAGRAMS) : DSS_NTB_DATAGRAMS;
	p->modulus = max_t(u16, ctx->tx_modulus, sizeof(u64));
	p->remainder = ctx->tx_remainder;
	p->ndp_modulus = ctx->tx_ndp_modulus;
	p->maxpacket = run->usbnet->maxpacket;
	p->ntb32 = !ctx->is_ndp16;
	p->ndp_to_end = ctx->drvflags & CDC_NCM_FLAG_NDP_TO_END;
	p->zlp = run->usbnet->driver_info->flags & FLAG_SEND_ZLP;
}

static int raw_run(struct raw_run *run, u64 datagrams, u8 session, u32 size)
{
	u64 ntbs, begin;
	int err;

	spin_lock_init(&run->lock);
	init_completion(&run->done);
	raw_params(run);
	err = raw_prepare(run, session, size);
	if (err)
		return err;
	err = usb_autopm_get_interface(run->usbnet->intf);
	if (err)
		return err;
	ntbs = DIV_ROUND_UP_ULL(datagrams, run->per_ntb);
	begin = ktime_get_ns();
	err = raw_start(run, ntbs);
	if (!wait_for_completion_timeout(&run->done, DEADLINE))
		raw_kill(run);
	usb_autopm_put_interface(run->usbnet->intf);
	snprintf(raw_result, sizeof(raw_result), "%llu %llu\n", ntbs * run->per_ntb,
		 ktime_get_ns() - begin);
	return err ?: run->error;
}

/* RTNL keeps the modem from going */
static int raw_run_on(const char *name, u64 datagrams, u8 session, u32 size)
{
	struct net_device *netdev;
	struct raw_run *run;
	int err = -ENODEV;

	run = kzalloc(sizeof(*run), GFP_KERNEL);
	if (!run)
		return -ENOMEM;
	rtnl_lock();
	netdev = __dev_get_by_name(&init_net, name);
	if (netdev && netdev->dev.parent && netdev->dev.parent->driver &&
	    !strcmp(netdev->dev.parent->driver->name, "cdc_mbim")) {
		run->usbnet = netdev_priv(netdev);
		err = raw_run(run, datagrams, session, size);
	}
	rtnl_unlock();
	raw_release(run);
	kfree(run);
	return err;
}

static ssize_t raw_write(struct file *file, const char __user *from, size_t len, loff_t *pos)
{
	char line[LINE], name[IFNAMSIZ];
	unsigned long long datagrams;
	unsigned int size;
	u8 session;
	int err;

	if (len >= sizeof(line))
		return -EINVAL;
	if (copy_from_user(line, from, len))
		return -EFAULT;
	line[len] = 0;
	if (sscanf(line, "%15s %hhu %u %llu", name, &session, &size, &datagrams) != 4 ||
	    !size || !datagrams)
		return -EINVAL;
	mutex_lock(&raw_lock);
	err = raw_run_on(name, datagrams, session, size);
	mutex_unlock(&raw_lock);
	return err ?: len;
}

static ssize_t raw_read(struct file *file, char __user *to, size_t len, loff_t *pos)
{
	ssize_t ret;

	mutex_lock(&raw_lock);
	ret = simple_read_from_buffer(to, len, pos, raw_result, strlen(raw_result));
	mutex_unlock(&raw_lock);
	return ret;
}

static const struct file_operations raw_fops = {
	.owner = THIS_MODULE,
	.write = raw_write,
	.read = raw_read,
};

static int __init rawpipe_init(void)
{
	raw_file = debugfs_create_file("rawpipe", 0600, NULL, NULL, &raw_fops);
	return PTR_ERR_OR_ZERO(raw_file);
}

static void __exit rawpipe_exit(void)
{
	debugfs_remove(raw_file);
}

module_init(rawpipe_init);
module_exit(rawpipe_exit);

MODULE_DESCRIPTION("Raw NTBs on a bulk OUT pipe, for the bench of mbim_dss");
MODULE_AUTHOR("The mbim-dss developers");
MODULE_LICENSE("GPL");
