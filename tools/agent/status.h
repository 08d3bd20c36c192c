/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef AGENT_STATUS_H
#define AGENT_STATUS_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/mbim_dss_netlink.h>

/* Statuses of MBIM 1.0, 9.4.5, and its extensions that matter here. */
enum mbim_status {
	MBIM_STATUS_SUCCESS				= 0,
	MBIM_STATUS_NO_DEVICE_SUPPORT			= 9,
	MBIM_STATUS_CONTEXT_NOT_ACTIVATED		= 16,
	MBIM_STATUS_SERVICE_NOT_ACTIVATED		= 17,
	MBIM_STATUS_DSS_INSTANCE_LIMIT			= 33,
	MBIM_STATUS_INVALID_DEVICE_SERVICE_OPERATION	= 34,
	MBIM_STATUS_SESSION_ALREADY_EXISTS		= 42,
};

/**
 * status_to_errno - the error of a request that the modem answered
 * @op: what was asked
 * @status: MBIM status of the answer
 *
 * Connect:
 *	0				0
 *	33 DSS instance limit		EUSERS
 *	34 invalid service operation	ENOENT, the modem does not know the service
 *	any other			EREMOTEIO
 * Disconnect: what shall be disconnected and is not connected is as wanted:
 *	0, 16, 17, 34			0
 *	any other			EREMOTEIO
 *
 * Return: 0 or a positive errno. The raw status goes to the kernel as well.
 */
int status_to_errno(enum mbim_dss_op op, uint32_t status);

/**
 * status_means_connected - a session was to be asserted that may be there yet
 * @status: MBIM status of the answer to connect
 */
bool status_means_connected(uint32_t status);

/** status_name - words for @status, never NULL */
const char *status_name(uint32_t status);

#endif /* AGENT_STATUS_H */
