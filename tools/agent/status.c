// SPDX-License-Identifier: GPL-2.0-or-later
/* What an MBIM status means to the one who asked for a session. */
#include <errno.h>
#include <stddef.h>

#include <libmbim-glib.h>

#include "status.h"

struct status_rule {
	uint32_t status;
	int connect;
	int disconnect;
};

/* The table of status.h; what is not in it is EREMOTEIO. */
static const struct status_rule status_rules[] = {
	{ MBIM_STATUS_SUCCESS, 0, 0 },
	{ MBIM_STATUS_CONTEXT_NOT_ACTIVATED, EREMOTEIO, 0 },
	{ MBIM_STATUS_SERVICE_NOT_ACTIVATED, EREMOTEIO, 0 },
	{ MBIM_STATUS_DSS_INSTANCE_LIMIT, EUSERS, EREMOTEIO },
	{ MBIM_STATUS_INVALID_DEVICE_SERVICE_OPERATION, ENOENT, 0 },
};

int status_to_errno(enum mbim_dss_op op, uint32_t status)
{
	for (size_t i = 0; i < G_N_ELEMENTS(status_rules); i++) {
		const struct status_rule *rule = &status_rules[i];

		if (rule->status == status)
			return op == MBIM_DSS_OP_CONNECT ? rule->connect : rule->disconnect;
	}
	return EREMOTEIO;
}

bool status_means_connected(uint32_t status)
{
	return status == MBIM_STATUS_SUCCESS || status == MBIM_STATUS_SESSION_ALREADY_EXISTS;
}

const char *status_name(uint32_t status)
{
	const char *name;

	/* Newer than the libmbim of Debian 12. */
	if (status == MBIM_STATUS_SESSION_ALREADY_EXISTS)
		return "SessionAlreadyExists";
	name = mbim_status_error_get_string((MbimStatusError)status);
	return name ? name : "unknown status";
}
