// SPDX-License-Identifier: GPL-2.0
/*
 * Sleep for one modem: what the PM core does to it and to its USB interface on the way into
 * system sleep and out of it. All of it cannot be had in a test: the virtual modem is a
 * process and would be frozen first, and vhci_hcd does not sleep with a device in it. For test
 * guests only.
 *
 *	cd /sys/module/mbim_dss_sleep/parameters
 *	echo 1 > asleep
 *
 *	echo 1 > hold		# the modem's device gets locked, as before each callback
 *	cat hold		# it is
 *	echo 0 > hold		# the modem is put to sleep and unlocked
 */
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/usb.h>
#include <linux/workqueue.h>

#define HOLD_MS		10000

static struct device *modem;
static bool asleep;
static bool hold, held;

/* Children sleep before their parents: the modem, then the interface it hangs on */
static int sleep_begin(struct usb_interface *intf)
{
	int err;

	device_lock(modem);
	err = modem->type->pm->suspend(modem);
	device_unlock(modem);
	if (!err && intf->dev.driver)
		err = to_usb_driver(intf->dev.driver)->suspend(intf, PMSG_SUSPEND);
	return err;
}

/* The interface may have been unplugged meanwhile */
static int sleep_end(struct usb_interface *intf)
{
	int err = 0;

	if (intf->dev.driver)
		err = to_usb_driver(intf->dev.driver)->resume(intf);
	device_lock(modem);
	err = modem->type->pm->resume(modem) ?: err;
	device_unlock(modem);
	return err;
}

static int asleep_set(const char *text, const struct kernel_param *param)
{
	struct usb_interface *intf = to_usb_interface(modem->parent);
	bool wanted;
	int err;

	err = kstrtobool(text, &wanted);
	if (err || wanted == asleep)
		return err;
	device_lock(&intf->dev);
	err = wanted ? sleep_begin(intf) : sleep_end(intf);
	device_unlock(&intf->dev);
	if (!err)
		asleep = wanted;
	return err;
}

static const struct kernel_param_ops asleep_ops = {
	.set = asleep_set,
	.get = param_get_bool,
};
module_param_cb(asleep, &asleep_ops, &asleep, 0600);
MODULE_PARM_DESC(asleep, "whether wwan0's modem sleeps");

/* What happens to the modem while the PM core has it in hand, after ten seconds in any case */
static void hold_work(struct work_struct *work)
{
	int ms;

	device_lock(modem);
	WRITE_ONCE(held, true);
	for (ms = 0; ms < HOLD_MS && READ_ONCE(hold); ms++)
		fsleep(1000);
	modem->type->pm->suspend(modem);
	device_unlock(modem);
	WRITE_ONCE(held, false);
}

static DECLARE_WORK(holder, hold_work);

static int hold_set(const char *text, const struct kernel_param *param)
{
	int err = param_set_bool(text, param);

	if (!err && hold)
		schedule_work(&holder);
	return err;
}

static int hold_get(char *text, const struct kernel_param *param)
{
	return sysfs_emit(text, "%d\n", READ_ONCE(held));
}

static const struct kernel_param_ops hold_ops = {
	.set = hold_set,
	.get = hold_get,
};
module_param_cb(hold, &hold_ops, &hold, 0600);
MODULE_PARM_DESC(hold, "1: lock the modem's device; 0: put it to sleep, and unlock it");

static int __init sleep_init(void)
{
	struct net_device *netdev = dev_get_by_name(&init_net, "wwan0");

	if (!netdev)
		return -ENODEV;
	modem = device_find_child_by_name(netdev->dev.parent, "dss0");
	dev_put(netdev);
	return modem ? 0 : -ENODEV;
}

static void __exit sleep_exit(void)
{
	flush_work(&holder);
	put_device(modem);
}

module_init(sleep_init);
module_exit(sleep_exit);

MODULE_DESCRIPTION("Test module that puts a modem of mbim_dss to sleep");
MODULE_LICENSE("GPL");
