// SPDX-License-Identifier: GPL-2.0
/*
 * Receive while the netdev is up: cdc_mbim owns the bulk IN pipe then, and usbnet hands each
 * NTB to the rx_fixup of its driver_info. While sessions exist that is a copy of cdc_mbim's
 * with a function of ours in front. It takes out what our sessions get, and passes on what
 * is left, if anything is.
 */
#include <linux/module.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include "dss.h"

struct dss_hook {
	struct driver_info info;
	const struct driver_info *stock;
	struct dss_modem *modem;
};

/*
 * Returns whether cdc_mbim has to see the NTB, too: IP, sessions that are not open here, and
 * whatever cdc_mbim makes of a malformed one. NDPs of our sessions are empty by then.
 */
static bool dss_hook_take(struct dss_modem *m, u8 *buf, u32 len, u32 *payload)
{
	struct cdc_ncm_ctx *ctx = m->ctx;
	struct dss_ntb_datagram dg;
	struct dss_ntb_iter it;
	bool rest = false;

	if (dss_rx_begin(m, &it, buf, len, READ_ONCE(ctx->rx_max)))
		return true;
	rcu_read_lock();
	while (dss_ntb_next(&it, &dg)) {
		if (dg.ip) {
			rest = true;
			dss_ntb_skip(&it);
		} else if (dss_rx_datagram(m, &dg)) {
			*payload += dg.len;
			dss_ntb_empty(&it, buf);
		} else {
			rest = true;
		}
	}
	rcu_read_unlock();
	dss_rx_end(m, &it);
	if (rest || it.malformed)
		return true;

	/* what cdc_mbim would have noted */
	ctx->rx_seq = it.seq;
	ctx->rx_ntbs++;
	ctx->rx_overhead += len - *payload;
	return false;
}

/* Called by usbnet in a softirq. The skb holds one transfer, and is linear */
static int dss_hook_rx_fixup(struct usbnet *usbnet, struct sk_buff *skb)
{
	const struct driver_info *info = READ_ONCE(usbnet->driver_info);
	struct dss_hook *hook;
	u32 payload = 0;
	int ret;

	/* taken out since usbnet looked */
	if (unlikely(info->rx_fixup != dss_hook_rx_fixup))
		return info->rx_fixup(usbnet, skb);

	hook = container_of(info, struct dss_hook, info);
	if (!dss_hook_take(hook->modem, skb->data, skb->len, &payload))
		return 1;
	ret = hook->stock->rx_fixup(usbnet, skb);
	if (ret)
		hook->modem->ctx->rx_overhead -= payload;
	return ret;
}

/* Put it in front. With RTNL */
int dss_hook_set(struct dss_modem *m)
{
	const struct driver_info *stock = m->usbnet->driver_info;
	struct dss_hook *hook = m->rx.hook;

	ASSERT_RTNL();
	if (hook && stock == &hook->info)
		return 0;
	if (!hook) {
		/*
		 * usbnet looks at driver_info in many places, most of them without a lock. So the
		 * copy lives as long as usbnet does: until cdc_mbim has let the interface go.
		 */
		hook = devm_kzalloc(&m->intf->dev, sizeof(*hook), GFP_KERNEL);
		if (!hook)
			return -ENOMEM;
		hook->info = *stock;
		hook->info.rx_fixup = dss_hook_rx_fixup;
		hook->stock = stock;
		hook->modem = m;
		m->rx.hook = hook;
	}
	/* pairs with the address dependency of whoever follows the pointer */
	smp_store_release(&m->usbnet->driver_info, &hook->info);
	return 0;
}

/* With RTNL. It may still be running afterwards, until the next RCU grace period */
void dss_hook_clear(struct dss_modem *m)
{
	struct dss_hook *hook = m->rx.hook;

	ASSERT_RTNL();
	if (hook && m->usbnet->driver_info == &hook->info)
		WRITE_ONCE(m->usbnet->driver_info, hook->stock);
}

/* The last moment at which usbnet may be touched: afterwards nothing of ours runs. With RTNL */
void dss_hook_gone(struct dss_modem *m)
{
	if (!m->rx.hook)
		return;
	dss_hook_clear(m);
	/* usbnet calls it in softirqs only: a tasklet, later a BH work, and a timer */
	synchronize_net();
	m->rx.hook = NULL;
}
