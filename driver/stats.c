// SPDX-License-Identifier: GPL-2.0
/*
 * sysfs: what modems and sessions are, and what they have counted; one value a file. None
 * of these takes dss_mutex: a device is deleted under it.
 */
#include <linux/device.h>
#include <linux/sysfs.h>
#include <net/netlink.h>

#include "dss.h"
#include "stats.h"

/* -- sessions ------------------------------------------------------------ */

static ssize_t service_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%pUb\n", to_dss_session(dev)->service);
}
static DEVICE_ATTR_RO(service);

static ssize_t session_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", to_dss_session(dev)->id);
}
static DEVICE_ATTR_RO(session);

static ssize_t modem_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", to_dss_session(dev)->modem->index);
}
static DEVICE_ATTR_RO(modem);

static struct attribute *dss_session_attrs[] = {
	&dev_attr_service.attr,
	&dev_attr_session.attr,
	&dev_attr_modem.attr,
	NULL
};

static const struct attribute_group dss_session_group = { .attrs = dss_session_attrs };

/* A bound of the session: readable by all, settable as by MBIM_DSS_IOC_LIMITS */
#define DSS_SESSION_LIMIT(_name, _flag)							\
static ssize_t _name##_show(struct device *dev, struct device_attribute *attr, char *buf)	\
{											\
	struct mbim_dss_limits l = {};							\
											\
	dss_session_limits(to_dss_session(dev), &l);					\
	return sysfs_emit(buf, "%u\n", l._name);					\
}											\
											\
static ssize_t _name##_store(struct device *dev, struct device_attribute *attr,		\
			     const char *buf, size_t len)				\
{											\
	struct mbim_dss_limits l = { .flags = _flag };					\
	int err;									\
											\
	err = kstrtou32(buf, 0, &l._name);						\
	if (!err)									\
		err = dss_session_limits(to_dss_session(dev), &l);			\
	return err ?: len;								\
}											\
static DEVICE_ATTR_RW(_name)

DSS_SESSION_LIMIT(rx_limit, MBIM_DSS_LIMITS_SET_RX);
DSS_SESSION_LIMIT(tx_limit, MBIM_DSS_LIMITS_SET_TX);
DSS_SESSION_LIMIT(tx_timeout_ms, MBIM_DSS_LIMITS_SET_TIMEOUT);

static struct attribute *dss_limit_attrs[] = {
	&dev_attr_rx_limit.attr,
	&dev_attr_tx_limit.attr,
	&dev_attr_tx_timeout_ms.attr,
	NULL
};

static const struct attribute_group dss_limit_group = {
	.name = "limits",
	.attrs = dss_limit_attrs,
};

/*
 * A counter, or a depth: a file in statistics/, and an attribute of the netlink dump. Both are made
 * of the same array, so that neither lacks what the other has.
 */
struct dss_stat {
	struct device_attribute file;
	int attr;			/* enum mbim_dss_attr */
	u64 (*get)(struct device *dev);
};

static ssize_t dss_stat_show(struct device *dev, struct device_attribute *file, char *buf)
{
	const struct dss_stat *stat = container_of(file, struct dss_stat, file);

	return sysfs_emit(buf, "%llu\n", stat->get(dev));
}

static int dss_stats_put(struct sk_buff *skb, struct device *dev, struct attribute **stats)
{
	const struct dss_stat *stat;

	for (; *stats; stats++) {
		stat = container_of(*stats, struct dss_stat, file.attr);
		if (nla_put_u64_64bit(skb, stat->attr, stat->get(dev), MBIM_DSS_A_PAD))
			return -EMSGSIZE;
	}
	return 0;
}

#define DSS_STAT(_owner, _name, _attr)							\
static struct dss_stat dss_##_owner##_##_name = {					\
	.file = __ATTR(_name, 0444, dss_stat_show, NULL),				\
	.attr = MBIM_DSS_A_##_attr,							\
	.get = dss_##_owner##_##_name##_get,						\
}

#define DSS_SESSION_STAT(_name, _attr, _lock, _value)					\
static u64 dss_session_##_name##_get(struct device *dev)				\
{											\
	struct dss_session *s = to_dss_session(dev);					\
	u64 value;									\
											\
	spin_lock_bh(&(_lock));								\
	value = (_value);								\
	spin_unlock_bh(&(_lock));							\
	return value;									\
}											\
DSS_STAT(session, _name, _attr)

DSS_SESSION_STAT(rx_datagrams, RX_DATAGRAMS, s->rx_lock, s->rx_datagrams);
DSS_SESSION_STAT(rx_bytes, RX_BYTES, s->rx_lock, s->rx_bytes);
DSS_SESSION_STAT(rx_lost, RX_LOST, s->rx_lock, s->rx_lost);
DSS_SESSION_STAT(rx_backlog, RX_BACKLOG, s->rx_lock, s->rx_backlog);
DSS_SESSION_STAT(rx_queued, RX_QUEUED, s->rx_lock, dss_queue_bytes(&s->rx_queue));
DSS_SESSION_STAT(rx_memory, RX_MEMORY, s->rx_lock, dss_queue_memory(&s->rx_queue));
DSS_SESSION_STAT(rx_memory_max, RX_MEMORY_MAX, s->rx_lock, s->rx_queue.memory_max);
DSS_SESSION_STAT(tx_datagrams, TX_DATAGRAMS, s->modem->tx.lock, s->tx_datagrams);
DSS_SESSION_STAT(tx_bytes, TX_BYTES, s->modem->tx.lock, s->tx_bytes);
DSS_SESSION_STAT(tx_errors, TX_ERRORS, s->modem->tx.lock, s->tx_errors);
DSS_SESSION_STAT(tx_ntbs_held, TX_NTBS_HELD, s->modem->tx.lock, s->tx_held);
DSS_SESSION_STAT(tx_ntbs_held_max, TX_NTBS_HELD_MAX, s->modem->tx.lock, s->tx_high);

static struct attribute *dss_session_stats[] = {
	&dss_session_rx_datagrams.file.attr,
	&dss_session_rx_bytes.file.attr,
	&dss_session_rx_lost.file.attr,
	&dss_session_rx_backlog.file.attr,
	&dss_session_rx_queued.file.attr,
	&dss_session_rx_memory.file.attr,
	&dss_session_rx_memory_max.file.attr,
	&dss_session_tx_datagrams.file.attr,
	&dss_session_tx_bytes.file.attr,
	&dss_session_tx_errors.file.attr,
	&dss_session_tx_ntbs_held.file.attr,
	&dss_session_tx_ntbs_held_max.file.attr,
	NULL
};

static const struct attribute_group dss_session_stat_group = {
	.name = "statistics",
	.attrs = dss_session_stats,
};

const struct attribute_group *dss_session_groups[] = {
	&dss_session_group,
	&dss_limit_group,
	&dss_session_stat_group,
	NULL
};

/* -- modems -------------------------------------------------------------- */

#define DSS_MODEM_TX_STAT(_name, _attr, _value)						\
static u64 dss_modem_##_name##_get(struct device *dev)					\
{											\
	struct dss_tx *tx = &to_dss_modem(dev)->tx;					\
	u64 value;									\
											\
	spin_lock_bh(&tx->lock);							\
	value = tx->_value;								\
	spin_unlock_bh(&tx->lock);							\
	return value;									\
}											\
DSS_STAT(modem, _name, _attr)

#define DSS_MODEM_RX_STAT(_name, _attr, _value)						\
static u64 dss_modem_##_name##_get(struct device *dev)					\
{											\
	return atomic64_read(&to_dss_modem(dev)->rx._value);				\
}											\
DSS_STAT(modem, _name, _attr)

DSS_MODEM_TX_STAT(tx_ntbs, TX_NTBS, ntbs);
DSS_MODEM_TX_STAT(tx_datagrams, TX_DATAGRAMS, datagrams);
DSS_MODEM_TX_STAT(tx_bytes, TX_BYTES, bytes);
DSS_MODEM_TX_STAT(tx_errors, TX_ERRORS, errors);
DSS_MODEM_TX_STAT(tx_ntbs_in_flight, TX_NTBS_IN_FLIGHT, inflight);
DSS_MODEM_TX_STAT(tx_ntbs_in_flight_max, TX_NTBS_IN_FLIGHT_MAX, inflight_max);
DSS_MODEM_TX_STAT(tx_ntbs_pooled, TX_NTBS_POOLED, pooled);
DSS_MODEM_RX_STAT(rx_ntbs, RX_NTBS, ntbs);
DSS_MODEM_RX_STAT(rx_errors, RX_ERRORS, errors);
DSS_MODEM_RX_STAT(rx_malformed, RX_MALFORMED, malformed);
DSS_MODEM_RX_STAT(rx_cancelled, RX_CANCELLED, cancelled);
DSS_MODEM_RX_STAT(rx_stray, RX_STRAY, stray);
DSS_MODEM_RX_STAT(rx_ip, RX_IP, ip);
DSS_MODEM_RX_STAT(rx_backlog, RX_BACKLOG, backlog);
DSS_MODEM_RX_STAT(rx_start_errors, RX_START_ERRORS, start_errors);

static struct attribute *dss_modem_stats[] = {
	&dss_modem_tx_ntbs.file.attr,
	&dss_modem_tx_datagrams.file.attr,
	&dss_modem_tx_bytes.file.attr,
	&dss_modem_tx_errors.file.attr,
	&dss_modem_tx_ntbs_in_flight.file.attr,
	&dss_modem_tx_ntbs_in_flight_max.file.attr,
	&dss_modem_tx_ntbs_pooled.file.attr,
	&dss_modem_rx_ntbs.file.attr,
	&dss_modem_rx_errors.file.attr,
	&dss_modem_rx_malformed.file.attr,
	&dss_modem_rx_cancelled.file.attr,
	&dss_modem_rx_stray.file.attr,
	&dss_modem_rx_ip.file.attr,
	&dss_modem_rx_backlog.file.attr,
	&dss_modem_rx_start_errors.file.attr,
	NULL
};

static const struct attribute_group dss_modem_stat_group = {
	.name = "statistics",
	.attrs = dss_modem_stats,
};

const struct attribute_group *dss_modem_groups[] = {
	&dss_modem_stat_group,
	NULL
};

/* -- netlink ------------------------------------------------------------- */

int dss_stats_put_session(struct sk_buff *skb, struct dss_session *s)
{
	return dss_stats_put(skb, &s->dev, dss_session_stats);
}

int dss_stats_put_modem(struct sk_buff *skb, struct dss_modem *m)
{
	return dss_stats_put(skb, &m->dev, dss_modem_stats);
}
