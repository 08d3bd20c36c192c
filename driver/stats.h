/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MBIM_DSS_STATS_H
#define MBIM_DSS_STATS_H

#include <linux/sysfs.h>

struct dss_modem;
struct dss_session;
struct sk_buff;

/* Of /sys/class/mbim_dss/dss<M> and dss<M>s<S>; Documentation/sysfs.rst has them all */
extern const struct attribute_group *dss_modem_groups[];
extern const struct attribute_group *dss_session_groups[];

/* What is in their statistics/, as attributes. Return: -EMSGSIZE when there is no room */
int dss_stats_put_modem(struct sk_buff *skb, struct dss_modem *m);
int dss_stats_put_session(struct sk_buff *skb, struct dss_session *s);

#endif /* MBIM_DSS_STATS_H */
