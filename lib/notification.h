/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading a notification, apart from the socket it comes from. */
#ifndef WWANDSS_NOTIFICATION_H
#define WWANDSS_NOTIFICATION_H

#include <linux/netlink.h>

#include "wwandss.h"

/* Whether @message is an event of the driver; if so, @notification is what it says. */
bool notification_parse(struct nlmsghdr *message, struct wwan_notification *notification);

#endif /* WWANDSS_NOTIFICATION_H */
