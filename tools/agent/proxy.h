/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef AGENT_PROXY_H
#define AGENT_PROXY_H

#include <stdbool.h>

/**
 * proxy_end - end the mbim-proxy that serves this system; the next open starts one
 *
 * For a proxy that takes a modem for open that it has closed itself: before libmbim
 * 1.32 it does so for ever after a modem's NOT_OPENED (mbim_device_close_force() did
 * not mark the device as closed), and no client can do anything with that modem. Its
 * other clients, such as ModemManager, see a hangup and connect again.
 *
 * Return: whether there was one to end; the reason why not has been logged.
 */
bool proxy_end(void);

/**
 * proxy_expect - something has been asked of mbim-proxy; proxy_answered() tells its end
 *
 * wdm_poll() of cdc-wdm looks for data before it registers who waits. With more than one
 * processor mbim-proxy can so sleep beside an answer that has come, until something else
 * wakes it. While anything is expected, somebody connects to it twice a second: then it looks
 * at all that it polls.
 */
void proxy_expect(void);
void proxy_answered(void);

#endif /* AGENT_PROXY_H */
