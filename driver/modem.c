// SPDX-License-Identifier: GPL-2.0
/*
 * Modems: cdc_mbim functions that come and go.
 *
 * The netdev notifier is the only source: it is called for the functions that are there
 * when the module is loaded, for later ones, and for all of them again as unregistered
 * when the module is unloaded.
 */
#include <linux/delay.h>
#include <linux/if_vlan.h>
#include <linux/module.h>
#include <linux/pm.h>
#include <linux/rtnetlink.h>

#include "compat.h"
#include "dss.h"
#include "stats.h"

/* The list of modems, their sessions and services, requests, the agent: see dss.h */
DEFINE_MUTEX(dss_mutex);
LIST_HEAD(dss_modems);
struct class dss_class = { .name = "mbim_dss" };
struct workqueue_struct *dss_wq;
struct workqueue_struct *dss_io_wq;
dev_t dss_devt;

static DEFINE_IDA(dss_modem_ida);
static bool dss_modem_stopping;			/* RTNL: the module is being unloaded */

struct dss_modem *dss_modem_find(u32 index)
{
	struct dss_modem *m;

	lockdep_assert_held(&dss_mutex);
	list_for_each_entry(m, &dss_modems, list)
		if (m->index == index)
			return m;
	return NULL;
}

struct dss_service *dss_modem_service(struct dss_modem *m, const u8 *uuid)
{
	struct dss_service *svc;

	lockdep_assert_held(&dss_mutex);
	list_for_each_entry(svc, &m->services, list)
		if (!memcmp(svc->info.uuid, uuid, MBIM_DSS_UUID_SIZE))
			return svc;
	return NULL;
}

/* Sessions bound to a service, those that are being opened or closed included */
unsigned int dss_modem_instances(struct dss_modem *m, const u8 *uuid)
{
	struct dss_session *s;
	unsigned int n = 0;
	u32 id;

	for (id = 0; id < MBIM_DSS_MAX_SESSIONS; id++) {
		s = dss_session_lookup(m, id);
		if (s && !memcmp(s->service, uuid, MBIM_DSS_UUID_SIZE))
			n++;
	}
	return n;
}

void dss_modem_fill(struct dss_modem *m, struct mbim_dss_modem *info)
{
	lockdep_assert_held(&dss_mutex);
	memset(info, 0, sizeof(*info));
	info->modem = m->index;
	info->flags = (m->probed ? MBIM_DSS_MODEM_PROBED : 0) |
		      (netif_running(m->netdev) ? MBIM_DSS_MODEM_UP : 0);
	info->ifindex = m->ifindex;
	info->max_sessions = m->max_sessions;
	info->open_sessions = m->nsessions;
	info->max_datagram = m->ntb_params.max_datagram;
	info->max_command = m->max_command;
	strscpy(info->ifname, m->ifname, sizeof(info->ifname));
	strscpy(info->device, dev_name(&m->intf->dev), sizeof(info->device));
}

/* Has somebody made the VLAN device that stands for this session? Under RTNL */
bool dss_modem_vlan_busy(struct dss_modem *m, u32 session)
{
	bool busy;

	rcu_read_lock();
	busy = __vlan_find_dev_deep_rcu(m->netdev, htons(ETH_P_8021Q), 256 + session);
	rcu_read_unlock();
	return busy;
}

/*
 * The bottom half of a modem: ends transfers, sends the next NTBs, and delivers what has
 * been received. One at a time; who comes second finds less to do.
 */
static void dss_modem_bh(struct dss_modem *m)
{
	spin_lock_bh(&m->bh_lock);
	if (!llist_empty(&m->tx.done))
		dss_tx_bh(m);
	if (!list_empty_careful(&m->rx.done))
		dss_rx_bh(m);
	spin_unlock_bh(&m->bh_lock);
}

static void dss_modem_tasklet(struct tasklet_struct *t)
{
	struct dss_modem *m = from_tasklet(m, t, tasklet);

	dss_modem_bh(m);
}

/*
 * Called by URB completions in any context, and with tx.lock. In process context (vhci_hcd) a
 * tasklet would wait for ksoftirqd, or cost as much as all that it does.
 */
void dss_modem_schedule(struct dss_modem *m)
{
	if (in_interrupt() || irqs_disabled())
		tasklet_schedule(&m->tasklet);
	else
		dss_modem_bh(m);
}

/*
 * The bottom half has seen all that had ended before, and is done with it. Process context. Its
 * tasklet may still be scheduled, and will find nothing; to wait for that could take as long as
 * others go on to transmit.
 */
void dss_modem_settle(struct dss_modem *m)
{
	dss_modem_bh(m);
}

/*
 * RTNL for who holds the lock of the modem's device, which dss_modem_remove() takes under RTNL.
 * False: the modem is on its way out
 */
static bool dss_modem_try_rtnl(struct dss_modem *m)
{
	while (!rtnl_trylock()) {
		if (READ_ONCE(m->gone))
			return false;
		fsleep(1000);
	}
	if (!m->gone)
		return true;
	rtnl_unlock();
	return false;
}

/*
 * System sleep. usbnet's own suspend callback looks after its URBs; the device of the
 * modem is a child of the interface, so these run before and after it.
 */
static int dss_modem_suspend(struct device *dev)
{
	struct dss_modem *m = to_dss_modem(dev);

	if (!dss_modem_try_rtnl(m))
		return 0;
	m->rx.suspended = true;
	dss_rx_update(m);
	dss_tx_suspend(m);
	rtnl_unlock();
	return 0;
}

static int dss_modem_resume(struct device *dev)
{
	struct dss_modem *m = to_dss_modem(dev);

	if (!dss_modem_try_rtnl(m))
		return 0;
	m->rx.suspended = false;
	dss_rx_update(m);
	dss_tx_resume(m);
	rtnl_unlock();
	return 0;
}

static DEFINE_SIMPLE_DEV_PM_OPS(dss_modem_pm, dss_modem_suspend, dss_modem_resume);

static void dss_modem_release(struct device *dev)
{
	struct dss_modem *m = to_dss_modem(dev);

	/* what a writer had in his hands to the end */
	dss_tx_drop_pool(m);
	usb_put_intf(m->intf);
	usb_put_dev(m->udev);
	kfree(m);
}

static const struct device_type dss_modem_type = {
	.name = "mbim_dss_modem",
	.groups = dss_modem_groups,
	.release = dss_modem_release,
	.pm = pm_sleep_ptr(&dss_modem_pm),
};

/*
 * Datagrams in an NTB: what the modem says, not the 40 that cdc_ncm never exceeds. A modem that
 * says 0 takes any number (NCM 1.0, 6.2.1: wNtbOutMaxDatagrams).
 */
static u16 dss_modem_max_datagrams(const struct cdc_ncm_ctx *ctx)
{
	u16 max = le16_to_cpu(ctx->ncm_parm.wNtbOutMaxDatagrams);

	return max ? min_t(u16, max, DSS_NTB_DATAGRAMS) : DSS_NTB_DATAGRAMS;
}

/* What cdc_ncm has negotiated and what it would do on transmit */
static void dss_modem_params(struct dss_modem *m)
{
	struct cdc_ncm_ctx *ctx = m->ctx;
	struct dss_ntb_params *p = &m->ntb_params;
	u32 max = CDC_MBIM_MIN_DATAGRAM_SIZE;

	if (ctx->mbim_desc)
		max = max_t(u32, max, le16_to_cpu(ctx->mbim_desc->wMaxSegmentSize));
	p->tx_max = ctx->tx_max;
	p->max_datagram = max;
	p->min_tx_pkt = ctx->min_tx_pkt;
	p->max_datagrams = dss_modem_max_datagrams(ctx);
	/* a copy to an address that words can be copied to is shorter */
	p->modulus = max_t(u16, ctx->tx_modulus, sizeof(u64));
	p->remainder = ctx->tx_remainder;
	p->ndp_modulus = ctx->tx_ndp_modulus;
	p->maxpacket = m->usbnet->maxpacket;
	p->ntb32 = !ctx->is_ndp16;
	p->ndp_to_end = ctx->drvflags & CDC_NCM_FLAG_NDP_TO_END;
	p->zlp = m->usbnet->driver_info->flags & FLAG_SEND_ZLP;
	/* room for their entries must not cost the room for a large one */
	while (p->max_datagrams > 1 && !dss_ntb_params_valid(p))
		p->max_datagrams /= 2;
}

/* Queued with a reference where RTNL cannot be taken, or for another try */
static void dss_modem_rx_work(struct work_struct *work)
{
	struct dss_modem *m = container_of(to_delayed_work(work), struct dss_modem, rx_work);

	rtnl_lock();
	dss_rx_update(m);
	rtnl_unlock();
	put_device(&m->dev);
}

void dss_modem_queue_rx(struct dss_modem *m, unsigned long delay)
{
	get_device(&m->dev);
	/* one that was queued has a reference already */
	if (mod_delayed_work(dss_wq, &m->rx_work, delay))
		put_device(&m->dev);
}

/* With RTNL, which it may be waiting for: then it finds the modem gone */
void dss_modem_cancel_rx(struct dss_modem *m)
{
	if (cancel_delayed_work(&m->rx_work))
		put_device(&m->dev);
}

static bool dss_modem_is(struct net_device *netdev)
{
	struct device *parent = netdev->dev.parent;

	return parent && parent->driver && netdev->netdev_ops &&
	       netdev->netdev_ops->ndo_start_xmit == usbnet_start_xmit &&
	       !strcmp(parent->driver->name, "cdc_mbim");
}

static struct dss_modem *dss_modem_of(struct net_device *netdev)
{
	struct dss_modem *m;

	list_for_each_entry(m, &dss_modems, list)
		if (m->netdev == netdev)
			return m;
	return NULL;
}

static struct dss_modem *dss_modem_new(struct net_device *netdev)
{
	struct usbnet *usbnet = netdev_priv(netdev);
	struct dss_modem *m;

	m = kzalloc(sizeof(*m), GFP_KERNEL);
	if (!m)
		return ERR_PTR(-ENOMEM);
	m->netdev = netdev;
	m->usbnet = usbnet;
	m->ctx = (struct cdc_ncm_ctx *)usbnet->data[0];
	m->udev = usb_get_dev(usbnet->udev);
	m->intf = usb_get_intf(usbnet->intf);
	m->ifindex = netdev->ifindex;
	strscpy(m->ifname, netdev->name, sizeof(m->ifname));
	init_rwsem(&m->life);
	INIT_LIST_HEAD(&m->services);
	spin_lock_init(&m->done_lock);
	spin_lock_init(&m->bh_lock);
	tasklet_setup(&m->tasklet, dss_modem_tasklet);

	device_initialize(&m->dev);
	m->dev.class = &dss_class;
	m->dev.type = &dss_modem_type;
	m->dev.parent = &m->intf->dev;
	INIT_DELAYED_WORK(&m->rx_work, dss_modem_rx_work);
	dss_tx_init(m);
	dss_rx_init(m);
	dss_modem_params(m);
	if (!dss_ntb_params_valid(&m->ntb_params)) {
		dev_warn(&m->intf->dev, "NTB parameters leave no room for a datagram\n");
		put_device(&m->dev);
		return ERR_PTR(-EINVAL);
	}
	return m;
}

static int dss_modem_add(struct net_device *netdev)
{
	struct dss_modem *m;
	int err;

	m = dss_modem_new(netdev);
	if (IS_ERR(m))
		return PTR_ERR(m);
	err = ida_alloc_max(&dss_modem_ida, MBIM_DSS_MAX_MODEMS - 1, GFP_KERNEL);
	if (err < 0)
		goto put;
	m->index = err;
	err = dev_set_name(&m->dev, "dss%u", m->index);
	if (!err)
		err = device_add(&m->dev);
	if (err)
		goto free_index;

	mutex_lock(&dss_mutex);
	list_add_tail(&m->list, &dss_modems);
	dss_agent_event(MBIM_DSS_EVENT_MODEM_ADDED, m, NULL, 0);
	mutex_unlock(&dss_mutex);
	return 0;

free_index:
	ida_free(&dss_modem_ida, m->index);
put:
	put_device(&m->dev);
	return err;
}

void dss_modem_forget_services(struct dss_modem *m)
{
	struct dss_service *svc, *tmp;

	list_for_each_entry_safe(svc, tmp, &m->services, list) {
		list_del(&svc->list);
		kfree(svc);
	}
}

/* The last moment at which usbnet, cdc_ncm_ctx and the netdev may be touched */
static void dss_modem_remove(struct dss_modem *m)
{
	struct dss_session *s;
	u32 id;

	down_write(&m->life);
	WRITE_ONCE(m->gone, true);
	up_write(&m->life);

	dss_rx_gone(m);
	dss_tx_gone(m);

	mutex_lock(&dss_mutex);
	list_del(&m->list);
	for (id = 0; id < m->id_limit; id++) {
		s = dss_session_lookup(m, id);
		if (s)
			dss_session_gone(s);
	}
	for (id = 0; id < MBIM_DSS_MAX_SESSIONS; id++) {
		s = dss_session_lookup(m, id);
		if (s) {
			dss_request_modem_gone(s);
			dss_session_end(s, MBIM_DSS_SESSION_GONE, ENODEV);
		}
	}
	dss_modem_forget_services(m);
	dss_agent_event(MBIM_DSS_EVENT_MODEM_REMOVED, m, NULL, 0);
	mutex_unlock(&dss_mutex);

	dss_tx_drop_pool(m);
	tasklet_kill(&m->tasklet);
	device_del(&m->dev);
	ida_free(&dss_modem_ida, m->index);
	put_device(&m->dev);
}

/* A VLAN device 256 + S gets nothing while session S is ours */
static int dss_modem_upper(struct dss_modem *m, struct netdev_notifier_changeupper_info *info)
{
	struct net_device *upper = info->upper_dev;
	int err = 0;
	u16 vid;

	/* cdc_mbim knows those of 802.1Q only */
	if (!info->linking || !is_vlan_dev(upper) ||
	    vlan_dev_vlan_proto(upper) != htons(ETH_P_8021Q))
		return NOTIFY_DONE;
	vid = vlan_dev_vlan_id(upper);
	if (vid < 256 || vid > 511)
		return NOTIFY_DONE;

	mutex_lock(&dss_mutex);
	if (dss_session_lookup(m, vid - 256))
		err = -EBUSY;
	mutex_unlock(&dss_mutex);
	if (err)
		NL_SET_ERR_MSG(info->info.extack, "this VLAN is an open device service session");
	return notifier_from_errno(err);
}

/* Its name or its index is another */
static void dss_modem_renamed(struct dss_modem *m)
{
	mutex_lock(&dss_mutex);
	strscpy(m->ifname, m->netdev->name, sizeof(m->ifname));
	m->ifindex = m->netdev->ifindex;
	mutex_unlock(&dss_mutex);
}

/*
 * A netdev that moves to another network namespace is unregistered in the one and registered in
 * the other, but stays NETREG_REGISTERED: the modem does not notice, nor do its sessions.
 */
static bool dss_modem_moves(const struct net_device *netdev)
{
	return netdev->reg_state == NETREG_REGISTERED && !dss_modem_stopping;
}

static int dss_modem_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct net_device *netdev = netdev_notifier_info_to_dev(ptr);
	struct dss_modem *m;
	int err;

	/* modems come and go under RTNL only */
	ASSERT_RTNL();
	m = dss_modem_of(netdev);
	if (!m && event == NETDEV_REGISTER && dss_modem_is(netdev)) {
		err = dss_modem_add(netdev);
		if (err)
			dev_err(netdev->dev.parent, "no DSS sessions here: error %d\n", err);
	}
	if (!m)
		return NOTIFY_DONE;
	switch (event) {
	case NETDEV_REGISTER:
	case NETDEV_CHANGENAME:
		dss_modem_renamed(m);
		break;
	case NETDEV_UNREGISTER:
		if (!dss_modem_moves(netdev))
			dss_modem_remove(m);
		break;
	case NETDEV_PRE_UP:
		dss_rx_stop(m);
		/* if the netdev does not come up, nobody tells */
		dss_modem_queue_rx(m, 0);
		break;
	case NETDEV_DOWN:
		dss_rx_update(m);
		break;
	case NETDEV_PRECHANGEUPPER:
		return dss_modem_upper(m, ptr);
	}
	return NOTIFY_DONE;
}

static struct notifier_block dss_modem_notifier = {
	.notifier_call = dss_modem_event,
};

int dss_modem_start(void)
{
	return register_netdevice_notifier(&dss_modem_notifier);
}

void dss_modem_stop(void)
{
	rtnl_lock();
	dss_modem_stopping = true;
	rtnl_unlock();
	unregister_netdevice_notifier(&dss_modem_notifier);
}
